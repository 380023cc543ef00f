"""The manager with emulated devices: states, what is read, drivers that fail."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

import pytest

from terminal.clock import to_milliseconds
from terminal.devices.emulators.hall import EmulatedDevices
from terminal.devices.emulators.inputs import ScannerEmulator
from terminal.devices.emulators.printer import PrinterEmulator
from terminal.devices.ports import IdCard, PadPress, ScannedCode
from terminal.devices.registry import DeviceConfig
from terminal.errors import InvalidInput, TerminalError
from tests.core.devices.house import MORNING, House, printer_config, running
from tests.core.devices.samples import RESIDENT, SLIP, wait_until


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


def test_kinds_that_nobody_knows_are_shown_as_written() -> None:
    house = House((DeviceConfig("coffee_machine", "espresso", "tcp://host"),), None)  # type: ignore[arg-type]
    (view,) = house.manager.snapshot()
    assert (view.state, view.name()) == ("error", "coffee_machine")
    assert "espresso" in view.message()


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
