"""Printing through the manager: waiting, paper out, a pulled cable, stopping."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from terminal.devices.drivers.escpos_80mm.driver import EscPosPrinter
from terminal.devices.emulators.printer import NetworkPrinterEmulator, PrinterEmulator
from terminal.devices.print_queue import (
    JobState,
    MemoryJobStorage,
    PrintJob,
    PrintQueue,
)
from terminal.errors import DeviceError, StoreError
from tests.core.devices.house import QUICK, House, printer_config, running
from tests.core.devices.samples import SLIP, wait_until

LONG_SLIP = b"\x1b@" + b"0123456789\n" * 3000 + b"\x1dV\x42\x00"


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
