"""The manager with emulated devices: states, what is read, printing through every trouble."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from terminal.clock import CHINA_TIME, FixedClock, to_milliseconds
from terminal.devices.drivers.escpos_80mm.driver import EscPosPrinter
from terminal.devices.emulators.hall import EmulatedDevices
from terminal.devices.emulators.inputs import ScannerEmulator
from terminal.devices.emulators.printer import NetworkPrinterEmulator, PrinterEmulator
from terminal.devices.manager import DeviceManager
from terminal.devices.ports import IdCard, PadPress, ScannedCode
from terminal.devices.print_queue import (
    JobSource,
    JobState,
    MemoryJobStorage,
    PrintJob,
    PrintQueue,
)
from terminal.devices.registry import DeviceConfig
from terminal.devices.workers import Timing
from terminal.errors import DeviceError, InvalidInput, StoreError, TerminalError
from terminal.events import Event, EventBus
from tests.core.devices.samples import RESIDENT, SLIP, wait_until

QUICK = Timing(printer_poll=0.05, first_retry=0.02, longest_retry=0.05, input_wait=0.2, grace=2.0)
MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=CHINA_TIME)
LONG_SLIP = b"\x1b@" + b"0123456789\n" * 3000 + b"\x1dV\x42\x00"


class House:
    """A manager, what it told, and its queue."""

    def __init__(self, configs: tuple[DeviceConfig, ...], jobs: JobSource | None) -> None:
        self.clock = FixedClock(MORNING)
        self.bus = EventBus()
        self.events: list[Event] = []
        self.bus.subscribe(self.events.append)
        self.storage = MemoryJobStorage()
        self.queue = PrintQueue(self.storage)
        self.manager = DeviceManager(
            configs,
            bus=self.bus,
            clock=self.clock,
            jobs={
                config.kind: jobs or self.queue
                for config in configs
                if config.kind == "receipt_printer"
            },
            timing=QUICK,
        )

    def state(self, device_id: str = "receipt_printer") -> str:
        view = self.manager.view(device_id)
        assert view is not None
        return view.state

    def wait_for_state(self, state: str, device_id: str = "receipt_printer") -> None:
        wait_until(lambda: self.state(device_id) == state)

    def job(self, job_id: str) -> JobState:
        record = self.storage.get(job_id)
        assert record is not None
        return record.state

    def print(self, job_id: str, data: bytes = SLIP) -> None:
        self.queue.add(job_id, data)
        self.manager.wake_printer()

    def wait_for_job(self, job_id: str, state: JobState) -> None:
        wait_until(lambda: self.job(job_id) == state)


@contextmanager
def running(*configs: DeviceConfig, jobs: JobSource | None = None) -> Iterator[House]:
    house = House(configs, jobs)
    house.manager.start()
    try:
        yield house
    finally:
        assert house.manager.stop()


def printer_config(printer: PrinterEmulator | NetworkPrinterEmulator) -> DeviceConfig:
    return DeviceConfig("receipt_printer", "escpos_80mm", printer.address)


@pytest.fixture
def devices(tmp_path: Path) -> Iterator[EmulatedDevices]:
    with EmulatedDevices(tmp_path / "devices") as found:
        yield found


def test_four_devices_from_start_to_stop(devices: EmulatedDevices) -> None:
    cards: list[IdCard] = []
    codes: list[ScannedCode] = []
    presses: list[PadPress] = []
    before = set(threading.enumerate())
    with running(*devices.configs()) as house:
        house.manager.on_card(cards.append)
        house.manager.on_code(codes.append)
        house.manager.on_press(presses.append)
        wait_until(lambda: all(view.usable for view in house.manager.snapshot()))
        assert [view.id for view in house.manager.snapshot()] == [
            "receipt_printer",
            "a4_printer",
            "id_card_reader",
            "code_scanner",
            "rating_pad",
        ]
        devices.reader.put_card(RESIDENT)
        devices.scanner.scan("YC20260001")
        devices.pad.press(5)
        house.print("a")
        wait_until(lambda: bool(cards and codes and presses))
        house.wait_for_job("a", "printed")
        devices.reader.wait_for_polls(4)
    assert (cards, codes, presses) == ([RESIDENT], [ScannedCode("YC20260001")], [PadPress(5)])
    assert devices.printer.sheets == (SLIP,)
    assert {
        thread for thread in threading.enumerate() if thread.name.startswith("device-")
    } <= before


def test_listeners_can_leave_and_cannot_harm(
    devices: EmulatedDevices, caplog: pytest.LogCaptureFixture
) -> None:
    codes: list[ScannedCode] = []

    def fail(code: ScannedCode) -> None:
        raise ValueError(code.text)

    with running(*devices.configs()) as house, caplog.at_level(logging.CRITICAL + 1):
        gone: list[ScannedCode] = []
        house.manager.on_code(gone.append)()
        house.manager.on_code(fail)
        house.manager.on_code(codes.append)
        house.wait_for_state("connected", "code_scanner")
        devices.scanner.scan("first")
        devices.scanner.scan("second")
        wait_until(lambda: len(codes) == 2)
        assert gone == []


@pytest.mark.allow_warnings("terminal.devices.manager")
def test_a_failing_listener_is_logged_without_what_was_read(
    scanner: ScannerEmulator, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(code: ScannedCode) -> None:
        raise ValueError(code.text)

    with running(DeviceConfig("code_scanner", "serial_scanner", scanner.address)) as house:
        house.manager.on_code(fail)
        house.wait_for_state("connected", "code_scanner")
        scanner.scan("210211198505041234")
        wait_until(lambda: "device listener failed" in caplog.text)
    assert "210211" not in caplog.text


def test_what_cannot_be_taken_is_told(devices: EmulatedDevices) -> None:
    problems: list[tuple[str, TerminalError]] = []
    codes: list[ScannedCode] = []
    with running(*devices.configs()) as house:
        house.manager.on_problem(lambda device, error: problems.append((device, error)))
        house.manager.on_code(codes.append)
        house.wait_for_state("connected", "code_scanner")
        house.wait_for_state("connected", "id_card_reader")
        devices.scanner.scan(b"hostile\x1b[2J")
        devices.scanner.scan("good")
        devices.reader.refuse(b"\x30\x01", 0x41)
        devices.reader.put_card(RESIDENT)
        wait_until(lambda: len(problems) == 2 and bool(codes))
        devices.reader.wait_for_polls(3)
    assert sorted((device, error.code) for device, error in problems) == [
        ("code_scanner", "device.scan_control"),
        ("id_card_reader", "device.card_reading"),
    ]
    assert isinstance(problems[0][1], InvalidInput | TerminalError)
    assert codes == [ScannedCode("good")]
    refused = [event for event in house.events if event.name == "device_input_refused"]
    assert {event.subject for event in refused} == {"code_scanner", "id_card_reader"}
    assert not [event for event in house.events if event.detail == "disconnected"]


@pytest.mark.parametrize("name", ["printer", "reader", "scanner", "pad"])
def test_unplug_and_replug(devices: EmulatedDevices, name: str) -> None:
    emulator = getattr(devices, name)
    device_id = {
        "printer": "receipt_printer",
        "reader": "id_card_reader",
        "scanner": "code_scanner",
        "pad": "rating_pad",
    }[name]
    with running(*devices.configs()) as house:
        for _ in range(3):
            house.wait_for_state("connected", device_id)
            emulator.unplug()
            house.wait_for_state("disconnected", device_id)
            view = house.manager.view(device_id)
            assert view is not None
            assert view.message()
            assert view.hint()
            emulator.plug_in()
        house.wait_for_state("connected", device_id)
    states = [event.detail for event in house.events if event.subject == device_id]
    assert states.count("connected") == 4


def test_a_device_that_comes_later(tmp_path: Path) -> None:
    link = tmp_path / "scanner"
    with running(DeviceConfig("code_scanner", "serial_scanner", f"serial:{link}")) as house:
        house.wait_for_state("disconnected", "code_scanner")
        view = house.manager.view("code_scanner")
        assert view is not None
        assert view.message_code == "device.no_such_port"
        assert str(link) in view.message()
        house.clock.advance(minutes=5)
        with ScannerEmulator(link):
            house.wait_for_state("connected", "code_scanner")
            view = house.manager.view("code_scanner")
            assert view is not None
            assert view.since == to_milliseconds(MORNING) + 5 * 60_000


def test_wrong_settings_are_shown_and_the_rest_works(scanner: ScannerEmulator) -> None:
    with running(
        DeviceConfig("receipt_printer", "no_such_driver", "serial:/dev/x"),
        DeviceConfig("rating_pad", "table_rating_pad", "somewhere"),
        DeviceConfig("code_scanner", "serial_scanner", scanner.address),
        DeviceConfig("code_scanner", "serial_scanner", scanner.address, id="second"),
    ) as house:
        wait_until(
            lambda: (
                {house.state("code_scanner"), house.state("second")}
                == {"connected", "disconnected"}
            )
        )
        assert house.state("receipt_printer") == "error"
        assert house.state("rating_pad") == "error"
        for view in house.manager.snapshot():
            assert view.message()
            assert view.name()
        busy = [view for view in house.manager.snapshot() if view.state == "disconnected"]
        assert [view.message_code for view in busy] == ["device.port_busy"]


def test_two_of_a_kind_have_ids_of_their_own() -> None:
    config = DeviceConfig("rating_pad", "table_rating_pad", "serial:/dev/null-pad")
    house = House((config, config, config), None)
    assert [view.id for view in house.manager.snapshot()] == [
        "rating_pad",
        "rating_pad-2",
        "rating_pad-3",
    ]


@pytest.mark.parametrize(
    ("trouble", "mend", "state"),
    [
        (PrinterEmulator.take_paper, PrinterEmulator.put_paper, "paper_out"),
        (PrinterEmulator.open_cover, PrinterEmulator.close_cover, "cover_open"),
        (lambda each: each.fail("cutter"), lambda each: each.fail(""), "error"),
        (PrinterEmulator.unplug, PrinterEmulator.plug_in, "disconnected"),
        (lambda each: each.hush(True), lambda each: each.hush(False), "disconnected"),
    ],
    ids=["paper", "cover", "cutter", "cable", "silence"],
)
def test_jobs_wait_for_the_printer(
    printer: PrinterEmulator,
    trouble: Callable[[PrinterEmulator], None],
    mend: Callable[[PrinterEmulator], None],
    state: str,
) -> None:
    with running(printer_config(printer)) as house:
        house.wait_for_state("connected")
        trouble(printer)
        house.wait_for_state(state)
        house.print("a")
        house.print("b", LONG_SLIP)
        assert house.job("a") in {"queued", "failed"}
        mend(printer)
        house.wait_for_job("b", "printed")
        house.wait_for_state("connected")
    assert printer.sheets == (SLIP, LONG_SLIP)


def test_a_job_that_meets_an_empty_printer_is_printed_when_paper_comes(
    printer: PrinterEmulator,
) -> None:
    """The trouble comes after the last look, so that the driver itself finds it."""

    class Late(PrintQueue):
        def next_job(self) -> PrintJob | None:
            job = super().next_job()
            if job is not None and not printer.sheets and not taken:
                taken.append(job.id)
                printer.take_paper()
            return job

    taken: list[str] = []
    with running(printer_config(printer)) as house:
        house.wait_for_state("connected")
        late = Late(house.storage)
        house.manager._workers["receipt_printer"]._jobs = late  # type: ignore[attr-defined]
        house.print("a")
        house.wait_for_job("a", "failed")
        house.wait_for_state("paper_out")
        record = house.storage.get("a")
        assert record is not None
        assert record.error == "device.paper_out"
        printer.put_paper()
        house.wait_for_job("a", "printed")
        record = house.storage.get("a")
        assert record is not None
        assert record.attempts == 2
    assert printer.sheets == (SLIP,)


def test_paper_out_in_the_middle_waits_for_a_person(printer: PrinterEmulator) -> None:
    with running(printer_config(printer)) as house:
        house.wait_for_state("connected")
        printer.run_out_after(200)
        house.print("a", LONG_SLIP)
        house.wait_for_job("a", "unknown")
        house.wait_for_state("paper_out")
        house.queue.add("b", SLIP)
        printer.put_paper()
        house.wait_for_job("b", "printed")
        assert house.job("a") == "unknown"
        house.queue.reprint("a", "a-again", LONG_SLIP)
        house.manager.wake_printer()
        house.wait_for_job("a-again", "printed")
    assert printer.sheets == (SLIP, LONG_SLIP)


def test_the_cable_is_pulled_while_printing(printer: PrinterEmulator) -> None:
    printer.slow_down(5_000)
    with running(printer_config(printer)) as house:
        house.wait_for_state("connected")
        house.print("a", LONG_SLIP)
        house.wait_for_job("a", "printing")
        wait_until(lambda: len(printer.model._slip) > 0)
        printer.unplug()
        house.wait_for_job("a", "unknown")
        house.wait_for_state("disconnected")
        printer.slow_down(None)
        printer.plug_in()
        house.print("b")
        house.wait_for_job("b", "printed")
    assert printer.sheets == (SLIP,)


def test_the_network_printer_through_the_manager(network_printer: NetworkPrinterEmulator) -> None:
    with running(printer_config(network_printer)) as house:
        house.print("a")
        house.wait_for_job("a", "printed")
        network_printer.unplug()
        house.wait_for_state("disconnected")
        house.print("b")
        network_printer.plug_in()
        house.wait_for_job("b", "printed")
    assert network_printer.sheets == (SLIP, SLIP)


def test_near_the_end_is_shown_and_goes_away(printer: PrinterEmulator) -> None:
    with running(printer_config(printer)) as house:
        printer.near_end()
        house.wait_for_state("near_end")
        house.print("a")
        house.wait_for_job("a", "printed")
        printer.put_paper()
        house.wait_for_state("connected")


def test_many_wakings_do_not_hurry_the_card_reader(devices: EmulatedDevices) -> None:
    with running(*devices.configs()) as house:
        house.wait_for_state("connected", "id_card_reader")
        devices.reader.wait_for_polls(1)
        finds = devices.reader._finds
        for number in range(1, 21):
            house.print(f"job{number}")
            house.manager.retry()
            devices.printer.wait_for_sheets(number)
        assert devices.reader._finds - finds <= 3


def test_what_failed_before_the_start_is_printed(printer: PrinterEmulator) -> None:
    house = House((printer_config(printer),), None)
    house.queue.add("a", SLIP)
    assert house.queue.next_job() is not None
    house.queue.report("a", "failed", "device.paper_out")
    house.manager.start()
    try:
        house.wait_for_job("a", "printed")
    finally:
        assert house.manager.stop()


def test_a_printer_that_is_fine_until_it_gets_a_job_is_not_tried_in_a_hurry(
    printer: PrinterEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: EscPosPrinter, data: bytes) -> None:
        raise DeviceError("device.printer_offline", sent=0)

    monkeypatch.setattr(EscPosPrinter, "print_bytes", refuse)
    with running(printer_config(printer)) as house:
        house.wait_for_state("connected")
        started = time.monotonic()
        house.print("a")

        def attempts() -> int:
            record = house.storage.get("a")
            return record.attempts if record else 0

        wait_until(lambda: attempts() >= 4)
        assert time.monotonic() - started >= 3 * QUICK.printer_poll


def test_kinds_that_nobody_knows_are_shown_as_written() -> None:
    house = House((DeviceConfig("coffee_machine", "espresso", "tcp://host"),), None)  # type: ignore[arg-type]
    (view,) = house.manager.snapshot()
    assert (view.state, view.name()) == ("error", "coffee_machine")
    assert "espresso" in view.message()


class FailingQueue(PrintQueue):
    """A queue whose disk is full for a while."""

    full = False
    told = 0

    def report(self, job_id: str, state: JobState, error: str) -> None:
        self.told += 1
        if self.full:
            raise StoreError("store.disk_full")
        super().report(job_id, state, error)

    def next_job(self) -> PrintJob | None:
        job = super().next_job()
        if job is not None and job.id == "a":
            self.full = True
        return job


@pytest.mark.allow_warnings("terminal.devices.printer_workers")
def test_a_queue_that_cannot_keep_the_outcome_is_told_again(printer: PrinterEmulator) -> None:
    storage = MemoryJobStorage()
    queue = FailingQueue(storage)
    with running(printer_config(printer), jobs=queue) as house:
        queue.add("a", SLIP)
        queue.add("b", SLIP)
        house.manager.wake_printer()
        printer.wait_for_sheets(1)
        wait_until(lambda: queue.told >= 3)
        assert len(printer.sheets) == 1
        queue.full = False
        printer.wait_for_sheets(2)
        wait_until(lambda: len(storage.in_state("printed")) == 2)


@pytest.mark.allow_warnings("terminal.devices.workers")
def test_a_faulty_driver_does_not_end_its_thread(
    scanner: ScannerEmulator, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from terminal.devices.drivers.serial_scanner import driver as module

    def broken(raw: bytes, symbologies: object) -> ScannedCode:
        raise RuntimeError(raw.decode())

    codes: list[ScannedCode] = []
    with running(DeviceConfig("code_scanner", "serial_scanner", scanner.address)) as house:
        house.manager.on_code(codes.append)
        house.wait_for_state("connected", "code_scanner")
        with monkeypatch.context() as patch:
            patch.setattr(module, "read_payload", broken)
            scanner.scan("210211198505041234")
            wait_until(
                lambda: "error" in [e.detail for e in house.events if e.subject == "code_scanner"]
            )
        house.wait_for_state("connected", "code_scanner")
        scanner.scan("good")
        wait_until(lambda: bool(codes))
    assert "RuntimeError" in caplog.text
    assert "210211" not in caplog.text


def test_stopping_lets_a_slip_come_out_whole(printer: PrinterEmulator) -> None:
    printer.slow_down(60_000)
    with running(printer_config(printer)) as house:
        house.wait_for_state("connected")
        house.print("a", LONG_SLIP)
        house.wait_for_job("a", "printing")
        house.queue.add("b", SLIP)
    assert house.job("a") == "printed"
    assert house.job("b") == "queued"
    assert printer.sheets == (LONG_SLIP,)


def test_stopping_does_not_wait_for_ever(printer: PrinterEmulator) -> None:
    printer.slow_down(10)
    with running(printer_config(printer)) as house:
        house.wait_for_state("connected")
        house.print("a", LONG_SLIP)
        house.wait_for_job("a", "printing")
    assert house.job("a") == "unknown"


def test_stopping_before_starting_and_twice(printer: PrinterEmulator) -> None:
    house = House((printer_config(printer),), None)
    assert house.manager.stop()
    assert house.state() == "starting"
    assert house.manager.stop()
    house = House((printer_config(printer),), None)
    house.manager.start()
    house.manager.start()
    house.wait_for_state("connected")
    assert house.manager.stop()
    assert house.manager.stop()
    assert House((), None).manager.snapshot() == ()
