"""The A4 driver against a real CUPS: printed, out of paper, paused, cancelled, given up, gone."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

from terminal.clock import CHINA_TIME, FixedClock
from terminal.devices import ipp
from terminal.devices.drivers.cups_a4.driver import CupsPrinter, Options, read_status
from terminal.devices.manager import DeviceManager
from terminal.devices.ports import PrinterStatus
from terminal.devices.print_queue import JobRecord, JobState, MemoryJobStorage, PrintQueue
from terminal.devices.registry import DeviceConfig, create_device
from terminal.devices.workers import Timing
from terminal.errors import DeviceError, InvalidInput, NotConnected
from terminal.events import EventBus
from tests.core.devices import print_system
from tests.core.devices.print_system import PrintSystem
from tests.core.devices.samples import wait_until

REASON = print_system.missing()
needs_cups = pytest.mark.skipif(bool(REASON), reason=REASON)
QUICK = Timing(
    printer_poll=0.05, first_retry=0.02, longest_retry=0.1, job_poll=0.05, input_wait=0.2, grace=2.0
)
PDF = b"%PDF-1.7\n% invented\n%%EOF\n"
MORNING = datetime(2026, 11, 20, 9, 0, tzinfo=CHINA_TIME)


@pytest.fixture
def cups(monkeypatch: pytest.MonkeyPatch) -> Iterator[PrintSystem]:
    with PrintSystem() as system:
        monkeypatch.setenv("CUPS_SERVER", system.socket_path)
        yield system


class TitledStorage(MemoryJobStorage):
    def title(self, job_id: str) -> str:
        return f"acceptance-{job_id}"


class Desk:
    """A manager with an A4 queue, and what becomes of its jobs."""

    def __init__(self, address: str) -> None:
        self.storage = TitledStorage()
        self.queue = PrintQueue(self.storage)
        self.manager = DeviceManager(
            [DeviceConfig("a4_printer", "cups_a4", address)],
            bus=EventBus(),
            clock=FixedClock(MORNING),
            jobs={"a4_printer": self.queue},
            timing=QUICK,
        )

    def print(self, job_id: str, data: bytes = PDF) -> None:
        self.queue.add(job_id, data)
        self.manager.wake_printer()

    def job(self, job_id: str) -> JobRecord:
        record = self.storage.get(job_id)
        assert record is not None
        return record

    def wait_for_job(self, job_id: str, state: JobState, code: str = "") -> None:
        wait_until(lambda: (self.job(job_id).state, self.job(job_id).error) == (state, code))

    def wait_for_state(self, state: str) -> None:
        wait_until(lambda: self.state[0] == state)

    @property
    def state(self) -> tuple[str, str]:
        (view,) = self.manager.snapshot()
        return view.state, view.message_code


@contextmanager
def desk_at(address: str) -> Iterator[Desk]:
    desk = Desk(address)
    desk.manager.start()
    try:
        yield desk
    finally:
        assert desk.manager.stop()


@needs_cups
def test_documents_come_out_whole_in_their_order(cups: PrintSystem) -> None:
    with desk_at("cups:Hall") as desk:
        desk.print("a", PDF + b"a" * 200_000)
        desk.print("b", PDF + b"b")
        desk.wait_for_job("a", "printed")
        desk.wait_for_job("b", "printed")
        assert desk.state[0] == "connected"
    assert cups.sheets == (PDF + b"a" * 200_000, PDF + b"b")
    lines = cups.titles().splitlines()
    assert [line.split()[0] for line in lines] == ["acceptance-a", "acceptance-b"]
    assert all("media=iso_a4_210x297mm" in line for line in lines)


@needs_cups
def test_out_of_paper_is_a_job_that_prints_once_when_there_is_paper(cups: PrintSystem) -> None:
    cups.take_paper()
    with desk_at("cups:Hall") as desk:
        desk.print("a")
        desk.print("b")
        desk.wait_for_job("a", "printing", "device.a4_paper_out")
        desk.wait_for_state("paper_out")
        assert desk.job("b").state == "queued"
        cups.put_paper()
        desk.wait_for_job("a", "printed")
        desk.wait_for_job("b", "printed")
        desk.wait_for_state("connected")
    assert len(cups.sheets) == 2
    assert desk.job("a").attempts == 1


@needs_cups
def test_a_paused_queue_gets_nothing_until_it_is_resumed(cups: PrintSystem) -> None:
    cups.run("cupsdisable", "Hall")
    with desk_at("cups:Hall") as desk:
        desk.wait_for_state("error")
        assert desk.state == ("error", "device.a4_paused")
        desk.print("a")
        assert cups.run("lpstat", "-o", "Hall") == ""
        assert desk.job("a").state == "queued"
        cups.run("cupsenable", "Hall")
        desk.wait_for_job("a", "printed")
        cups.run("cupsreject", "Hall")
        wait_until(lambda: desk.state == ("error", "device.a4_not_accepting"))
        desk.print("b")
        cups.run("cupsaccept", "Hall")
        desk.wait_for_job("b", "printed")
    assert len(cups.sheets) == 2


@needs_cups
def test_a_printer_that_stops_in_a_job_goes_on_with_the_same_one(cups: PrintSystem) -> None:
    cups.end_with(4)
    with desk_at("cups:Hall") as desk:
        desk.print("a")
        desk.wait_for_job("a", "printing", "device.a4_paused")
        cups.end_with(0)
        cups.run("cupsenable", "Hall")
        desk.wait_for_job("a", "printed")
    assert len(cups.sheets) == 1


@needs_cups
@pytest.mark.parametrize(
    ("status", "code"), [(1, "device.a4_aborted"), (None, "device.a4_cancelled")]
)
def test_what_was_given_up_waits_for_a_person(
    cups: PrintSystem, status: int | None, code: str
) -> None:
    cups.run("lpadmin", "-p", "Hall", "-o", "printer-error-policy=abort-job")
    with desk_at("cups:Hall") as desk:
        if status is None:
            cups.take_paper()
            desk.print("a")
            desk.wait_for_job("a", "printing", "device.a4_paper_out")
            cups.run("cancel", "-a", "Hall")
            cups.put_paper()
        else:
            cups.end_with(status)
            desk.print("a")
        desk.wait_for_job("a", "unknown", code)
        if status is not None:
            cups.end_with(0)
        desk.print("b")
        desk.wait_for_job("b", "printed")
    assert len(cups.sheets) == 1


@needs_cups
def test_a_held_job_says_so(cups: PrintSystem) -> None:
    cups.end_with(3)
    with desk_at("cups:Hall") as desk:
        desk.print("a")
        desk.wait_for_job("a", "printing", "device.a4_held")
        cups.end_with(0)
        number = cups.run("lpstat", "-o", "Hall").split()[0]
        cups.run("lp", "-i", number, "-H", "resume")
        desk.wait_for_job("a", "printed")
    assert len(cups.sheets) == 1


@needs_cups
def test_a_print_system_that_restarts_keeps_the_document(cups: PrintSystem) -> None:
    cups.take_paper()
    with desk_at("cups:Hall") as desk:
        desk.print("a")
        desk.wait_for_job("a", "printing", "device.a4_paper_out")
        cups.stop()
        desk.wait_for_job("a", "printing", "device.a4_unreachable")
        assert desk.state == ("disconnected", "device.a4_no_server")
        cups.start()
        desk.wait_for_job("a", "printed")
    assert len(cups.sheets) == 1


@needs_cups
def test_no_print_system_leaves_the_job_in_our_queue(cups: PrintSystem) -> None:
    cups.stop()
    with desk_at("cups:Hall") as desk:
        desk.wait_for_state("disconnected")
        desk.print("a")
        assert desk.job("a").state == "queued"
        cups.start()
        desk.wait_for_job("a", "printed")


@needs_cups
def test_ending_the_program_before_the_paper_comes(cups: PrintSystem) -> None:
    cups.take_paper()
    with desk_at("cups:Hall") as desk:
        desk.print("a")
        desk.wait_for_job("a", "printing", "device.a4_paper_out")
    assert (desk.job("a").state, desk.job("a").error) == ("unknown", "device.a4_left_behind")


@needs_cups
def test_the_systems_default_queue(cups: PrintSystem) -> None:
    printer = create_device(DeviceConfig("a4_printer", "cups_a4", "cups:"))
    with pytest.raises(NotConnected) as caught:
        printer.open()
    assert caught.value.code == "device.a4_no_default"
    cups.run("lpadmin", "-d", "Hall")
    printer.open()
    assert isinstance(printer, CupsPrinter)
    assert printer.status() == PrinterStatus(online=True)
    assert ipp.found_queues() == ("Hall",)


@needs_cups
def test_a_printer_of_the_network(cups: PrintSystem, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUPS_SERVER")
    with desk_at(f"ipp://127.0.0.1:{cups.port}/printers/Hall") as desk:
        desk.print("a")
        desk.wait_for_job("a", "printed")
    assert len(cups.sheets) == 1


@pytest.mark.parametrize(
    ("reply", "code", "sent"),
    [
        (b"", "device.a4_no_answer", len(PDF)),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhuh!", "device.protocol", len(PDF)),
        (b"HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n", "device.a4_refused", 0),
    ],
    ids=["silence", "nonsense", "refused"],
)
def test_an_answer_that_never_came_leaves_the_outcome_open(
    reply: bytes, code: str, sent: int
) -> None:
    def answer() -> None:
        line, _ = server.accept()
        with line:
            taken = b""
            while PDF not in taken:
                taken += line.recv(65536)
            line.sendall(reply)

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=answer)
        thread.start()
        address = f"127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(DeviceError) as caught:
            ipp.PrintServer(address, timeout=5.0).ask(ipp.PRINT_JOB, [], document=PDF)
        thread.join()
    assert (caught.value.code, caught.value.data["sent"]) == (code, sent)


@needs_cups
def test_a_queue_that_is_not_there(cups: PrintSystem) -> None:
    with pytest.raises(NotConnected) as caught:
        create_device(DeviceConfig("a4_printer", "cups_a4", "cups:Nothing")).open()
    assert caught.value.code == "device.a4_no_queue"
    assert "Nothing" in caught.value.message()


@needs_cups
def test_a_document_that_is_refused_was_not_sent(cups: PrintSystem) -> None:
    printer = CupsPrinter("", "Hall", "", Options())
    printer.open()
    cups.run("cupsreject", "Hall")
    with pytest.raises(DeviceError) as caught:
        printer.submit("acceptance-1", PDF)
    assert (caught.value.code, caught.value.data["sent"]) == ("device.a4_refused", 0)


@needs_cups
def test_a_system_without_history_leaves_the_outcome_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with PrintSystem(history=False) as system:
        monkeypatch.setenv("CUPS_SERVER", system.socket_path)
        with desk_at("cups:Hall") as desk:
            desk.print("a")
            desk.wait_for_job("a", "unknown", "device.a4_forgotten")
        assert len(system.sheets) == 1


@pytest.mark.parametrize(
    ("state", "reasons", "expected"),
    [
        (3, ("none",), PrinterStatus(online=True)),
        (3, ("media-empty-error",), PrinterStatus(online=True)),
        (4, ("media-empty-error",), PrinterStatus(online=True, paper="out")),
        (4, ("media-empty",), PrinterStatus(online=True, paper="out")),
        (4, ("media-empty-warning",), PrinterStatus(online=True, paper="near_end")),
        (4, ("media-low-report",), PrinterStatus(online=True, paper="near_end")),
        (5, ("media-empty-error", "paused"), PrinterStatus(online=False, error="paused")),
        (5, ("media-needed",), PrinterStatus(online=False, paper="out")),
        (5, ("door-open-error",), PrinterStatus(online=False, cover_open=True)),
        (4, ("media-jam-error",), PrinterStatus(online=True, error="jam")),
        (4, ("toner-empty-error",), PrinterStatus(online=True, error="toner")),
        (4, ("toner-low-warning",), PrinterStatus(online=True)),
        (4, ("offline-report",), PrinterStatus(online=True)),
        (4, ("connecting-to-device",), PrinterStatus(online=True, error="unreachable")),
        (5, ("fuser-over-temp-error",), PrinterStatus(online=False, error="stopped")),
    ],
)
def test_what_a_queue_says(state: int, reasons: tuple[str, ...], expected: PrinterStatus) -> None:
    assert read_status(state, reasons) == expected
    assert read_status(3, (), accepting=False).error == "not_accepting"


@pytest.mark.parametrize(
    "address",
    ["cups", "cups:a b", "cups:a/b", "cups:a?b", "ipp:", "ipp://", "ipp://host:0/x", "serial:/x"],
)
def test_addresses_that_are_wrong(address: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_device(DeviceConfig("a4_printer", "cups_a4", address))
    assert caught.value.code == "device.bad_sheet_address"


def test_an_answer_that_is_cut_off_is_no_answer() -> None:
    whole = ipp.encode(0x0000, 1, [ipp.job_field(7), ipp.wanted_field("a", "b")])
    answer = ipp.decode(whole)
    assert answer.number("job-id") == 7
    assert answer.words("requested-attributes") == ("a", "b")
    for length in range(len(whole)):
        with pytest.raises((IndexError, struct.error)):
            ipp.decode(whole[:length])
