"""The threads of printers: take a job, print it, write down what became of it."""

from __future__ import annotations

import logging
import threading
from abc import abstractmethod
from collections.abc import Callable
from functools import partial

from terminal.devices.ports import DocumentPrinter, PrinterStatus, ReceiptPrinter
from terminal.devices.print_queue import JobSource, JobState, PrintJob
from terminal.devices.views import DeviceState, state_of_sheets, state_of_status
from terminal.devices.workers import Hall, Timing, Worker, where_it_failed
from terminal.errors import DeviceError, DeviceTimeout, NotConnected

logger = logging.getLogger(__name__)


class PrinterWorker(Worker):
    """Takes jobs from the queue and prints them; looks at the printer when idle."""

    cut_short = False

    def __init__(
        self,
        device_id: str,
        device: ReceiptPrinter | DocumentPrinter,
        hall: Hall,
        timing: Timing,
        jobs: JobSource,
    ) -> None:
        super().__init__(device_id, device, hall, timing)
        self._ask = device.status
        self._jobs = jobs
        self._ready = False
        self._just_failed = False
        self._unreported: tuple[str, JobState, str] | None = None

    def _opened(self) -> None:
        # What the printer says decides; a short "connected" over an open cover would be a lie.
        self._ready = False

    def step(self) -> None:
        if self._ready:
            self._print_waiting()
        if not self._stopping.is_set():
            self._look()
            self._just_failed = False
            self._pause(self._timing.printer_poll)

    def _look(self) -> None:
        status = self._look_at()
        if status.can_print and not self._ready:
            self._ready = self._call_queue(self._jobs.printer_ready)
            # A printer that is fine when looked at and not when it gets a job must not be
            # tried without a pause: each try is written down.
            if self._ready and not self._just_failed:
                self._wake.set()
        elif not status.can_print:
            self._ready = False

    def _look_at(self) -> PrinterStatus:
        """Ask the printer how it is and show it."""
        status = self._ask()
        state, code = self._state(status)
        self._hall.show(self._id, state, code, {})
        return status

    def _print_waiting(self) -> None:
        while self._ready and not self._stopping.is_set():
            if not self._tell_queue():
                return
            job = self._next_job()
            if job is None:
                return
            self._print(job)

    def _print(self, job: PrintJob) -> None:
        try:
            self._hand_over(job)
        except DeviceError as error:
            self._ready = False
            self._just_failed = True
            self._report(job.id, "unknown" if error.data.get("sent") else "failed", error.code)
            if isinstance(error, NotConnected):
                raise
            # After a time-out the look that follows tells more than the time-out does.
            if not isinstance(error, DeviceTimeout):
                self._show_error(error)
        except Exception:
            self._ready = False
            self._report(job.id, "unknown", "device.defect")
            raise
        else:
            self._report(job.id, "printed", "")

    @abstractmethod
    def _state(self, status: PrinterStatus) -> tuple[DeviceState, str]:
        """Return what a status is called on the screen."""

    @abstractmethod
    def _hand_over(self, job: PrintJob) -> None:
        """Print one job and return when it is out; a `DeviceError` says how much was `sent`."""

    def _report(self, job_id: str, state: JobState, error: str) -> None:
        self._unreported = (job_id, state, error)
        self._tell_queue()

    def _tell_queue(self) -> bool:
        """Report what is still to be reported; no other job is taken before."""
        if self._unreported is None:
            return True
        told = self._unreported
        if not self._call_queue(lambda: self._jobs.report(*told)):
            return False
        self._unreported = None
        return True

    def _next_job(self) -> PrintJob | None:
        found: list[PrintJob | None] = []
        self._call_queue(lambda: found.append(self._jobs.next_job()))
        return found[0] if found else None

    def _call_queue(self, call: Callable[[], object]) -> bool:
        """Call into the queue; a full disk there is no reason for the thread to end."""
        try:
            call()
        except Exception as error:  # noqa: BLE001 - tried again at the next look
            logger.error("print queue failed: %s", where_it_failed(error))
            return False
        return True


class SlipWorker(PrinterWorker):
    """A receipt printer: a job is out when the printer says so."""

    def __init__(
        self, device_id: str, device: ReceiptPrinter, hall: Hall, timing: Timing, jobs: JobSource
    ) -> None:
        super().__init__(device_id, device, hall, timing, jobs)
        self._printer = device

    def _state(self, status: PrinterStatus) -> tuple[DeviceState, str]:
        return state_of_status(status)

    def _hand_over(self, job: PrintJob) -> None:
        self._printer.print_bytes(job.data)


class SheetWorker(PrinterWorker):
    """An A4 printer: the print system takes a document, then it is followed until it is out.

    However long it waits there (no paper, queue paused), it is the one job and is never
    handed over again; the job says what it waits for.
    """

    def __init__(
        self, device_id: str, device: DocumentPrinter, hall: Hall, timing: Timing, jobs: JobSource
    ) -> None:
        super().__init__(device_id, device, hall, timing, jobs)
        self._printer = device
        self._cut = threading.Event()

    def interrupt(self) -> None:
        self._cut.set()
        super().interrupt()

    def _state(self, status: PrinterStatus) -> tuple[DeviceState, str]:
        return state_of_sheets(status)

    def _hand_over(self, job: PrintJob) -> None:
        ticket = self._printer.submit(job.title, job.data)
        sent = len(job.data)
        noted = ""
        while True:
            done, code = self._progress(ticket, sent)
            if done:
                return
            note = partial(self._jobs.report, job.id, "printing", code)
            if code != noted and self._call_queue(note):
                noted = code
            if self._cut.is_set() or (self._stopping.is_set() and code):
                # It may still come out, after this program has gone.
                raise DeviceError("device.a4_left_behind", sent=sent)
            if self._stopping.is_set():
                self._cut.wait(self._timing.job_poll)
            else:
                self._pause(self._timing.job_poll)

    def _progress(self, ticket: str, sent: int) -> tuple[bool, str]:
        """Say whether the document is out, and if not what it waits for."""
        try:
            progress = self._printer.progress(ticket)
            if progress.state == "printed":
                return True, ""
            if progress.state == "lost":
                raise DeviceError(progress.code, sent=sent)
            status = self._look_at()
        except NotConnected as error:
            # The print system keeps what it has taken; it is asked again until it is back.
            self._show_error(error)
            return False, "device.a4_unreachable"
        return False, progress.code or ("" if status.can_print else self._state(status)[1])
