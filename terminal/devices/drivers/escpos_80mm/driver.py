"""Receipt printers that speak ESC/POS, by serial port or network.

The bytes of a document come ready-made; this driver hands them over and finds out what became
of them. Status bytes: EPSON ESC/POS, DLE EOT n (1 printer, 2 offline cause, 3 error, 4 paper).
"""

from __future__ import annotations

import contextlib
import threading
import time
from typing import Literal

import msgspec

from terminal.devices.lines import Line
from terminal.devices.ports import Paper, PrinterStatus, ReceiptPrinter
from terminal.devices.registry import DriverProfile
from terminal.errors import (
    CoverOpen,
    DeviceError,
    DeviceTimeout,
    PaperOut,
)

ASK_STATUS = bytes.fromhex("10 04 01 10 04 02 10 04 03 10 04 04")
ASK_DONE = bytes.fromhex("1d 72 01")
BETWEEN_LOOKS = 0.5
"""Seconds between two looks at the state while waiting for a job to come out."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[options]` of `device.toml`; times in seconds."""

    chunk: int = 512
    write_timeout: float = 5.0
    status_timeout: float = 0.8
    confirm: Literal["GS r", "status"] = "GS r"
    print_timeout: float = 20.0
    clear: str = ""


class Answers:
    """Sorts what a printer sends: answers to DLE EOT, to GS r, and what nobody asked for.

    DLE EOT: bits 7, 4, 1, 0 are 0, 1, 1, 0. GS r: bits 7 and 4 are 0. An automatic status is
    four bytes, the first with bits 0, 1, 0, 0, the others like an answer to GS r.
    """

    def __init__(self) -> None:
        self.status = bytearray()
        self.done = False
        self._automatic = 0

    def take(self, data: bytes) -> None:
        """Sort bytes that have come in."""
        for byte in data:
            if byte & 0x93 == 0x12:
                self.status.append(byte)
                self._automatic = 0
            elif byte & 0x93 == 0x10:
                self._automatic = 3
            elif byte & 0x90 == 0:
                if self._automatic:
                    self._automatic -= 1
                else:
                    self.done = True


class EscPosPrinter(ReceiptPrinter):
    """A printer on a line."""

    def __init__(self, line: Line, options: Options) -> None:
        self._line = line
        self._options = options
        self._clear = bytes.fromhex(options.clear)
        self._unfinished = False
        self._interrupted = threading.Event()

    def open(self) -> None:
        self._interrupted.clear()
        self._line.open()
        self.status()

    def close(self) -> None:
        self._line.close()

    def interrupt(self) -> None:
        self._interrupted.set()
        self._line.interrupt()

    def status(self) -> PrinterStatus:
        self._line.discard_input()
        return self._ask_status(Answers())

    def _ask_status(self, answers: Answers) -> PrinterStatus:
        # All four questions at once: a slow USB bridge then costs one delay instead of four.
        answers.status.clear()
        self._line.write(ASK_STATUS, self._options.write_timeout)
        deadline = time.monotonic() + self._options.status_timeout
        while len(answers.status) < 4:
            left = deadline - time.monotonic()
            if left <= 0:
                raise DeviceTimeout("device.no_answer")
            answers.take(self._line.read(64, left))
        return read_status(bytes(answers.status[:4]))

    def print_bytes(self, data: bytes) -> None:
        sent = 0
        try:
            require_ready(self.status())
            self._clear_rest()
            self._unfinished = True
            for start in range(0, len(data), self._options.chunk):
                chunk = data[start : start + self._options.chunk]
                # Counted before it is known: a chunk that fails may have gone out in part.
                sent += len(chunk)
                self._hand_over(chunk)
            self._wait_until_done()
            self._unfinished = False
        except DeviceError as error:
            if sent:
                # Now, while the printer is stopped: otherwise the rest comes out with new paper.
                with contextlib.suppress(DeviceError):
                    self._clear_rest()
            error.data["sent"] = sent
            raise

    def _hand_over(self, chunk: bytes) -> None:
        try:
            self._line.write(chunk, self._options.write_timeout)
        except DeviceTimeout:
            # It takes nothing any more: out of paper or cover open, if it can still say so.
            require_ready(self.status())
            raise

    def _wait_until_done(self) -> None:
        """Wait until the printer has worked through all it was given; raise what stopped it."""
        if self._options.confirm == "status":
            require_ready(self.status())
            return
        self._line.discard_input()
        self._line.write(ASK_DONE, self._options.write_timeout)
        answers = Answers()
        deadline = time.monotonic() + self._options.print_timeout
        while not self._done_within(BETWEEN_LOOKS, answers):
            # The answer may come while the state is asked for: `answers` keeps it.
            status = self._ask_status(answers)
            if answers.done:
                return
            require_ready(status)
            if self._interrupted.is_set() or time.monotonic() > deadline:
                raise DeviceTimeout("device.print_not_confirmed")

    def _done_within(self, seconds: float, answers: Answers) -> bool:
        deadline = time.monotonic() + seconds
        while not answers.done and not self._interrupted.is_set():
            left = deadline - time.monotonic()
            if left <= 0:
                break
            answers.take(self._line.read(64, left))
        return answers.done

    def _clear_rest(self) -> None:
        """Make the printer forget what is left of a job that was cut off."""
        if self._unfinished and self._clear:
            self._line.write(self._clear, self._options.write_timeout)
        self._unfinished = False


def read_status(answers: bytes) -> PrinterStatus:
    """Read the four answers to DLE EOT 1 to 4."""
    printer, offline, error, paper = answers
    return PrinterStatus(
        online=not printer & 0x08,
        paper=_paper(offline, paper),
        cover_open=bool(offline & 0x04),
        error=_error(offline, error),
    )


def _paper(offline: int, paper: int) -> Paper:
    if paper & 0x60 or offline & 0x20:
        return "out"
    return "near_end" if paper & 0x0C else "ok"


def _error(offline: int, error: int) -> str:
    if error & 0x08:
        return "cutter"
    if error & 0x20:
        return "broken"
    if error & 0x40:
        return "overheated"
    return "stopped" if offline & 0x40 or error & 0x04 else ""


def require_ready(status: PrinterStatus) -> None:
    """Raise the trouble that keeps the printer from printing, if there is one."""
    if status.cover_open:
        raise CoverOpen()
    if status.paper == "out":
        raise PaperOut()
    if status.error:
        raise DeviceError(f"device.printer_{status.error}")
    if not status.online:
        raise DeviceError("device.printer_offline")


def create(profile: DriverProfile, line: Line) -> EscPosPrinter:
    """Return the driver on a line."""
    return EscPosPrinter(line, profile.convert(Options))
