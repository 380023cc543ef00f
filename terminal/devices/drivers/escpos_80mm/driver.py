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
    NotConnected,
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
        # All four questions at once: a slow USB bridge then costs one delay instead of four.
        self._line.discard_input()
        self._line.write(ASK_STATUS, self._options.write_timeout)
        answers = bytearray()
        deadline = time.monotonic() + self._options.status_timeout
        while len(answers) < 4:
            left = deadline - time.monotonic()
            if left <= 0:
                raise DeviceTimeout("device.no_answer")
            # Bytes that are no answer to DLE EOT (automatic status, XON, a late GS r) are left out.
            answers += bytes(
                byte for byte in self._line.read(4 - len(answers), left) if byte & 0x93 == 0x12
            )
        return read_status(bytes(answers))

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
        if self._options.confirm == "GS r":
            self._line.discard_input()
            self._line.write(ASK_DONE, self._options.write_timeout)
            deadline = time.monotonic() + self._options.print_timeout
            while not self._done_within(BETWEEN_LOOKS):
                require_ready(self.status())
                if self._interrupted.is_set() or time.monotonic() > deadline:
                    raise DeviceTimeout("device.print_not_confirmed")
        require_ready(self.status())

    def _done_within(self, seconds: float) -> bool:
        """Say whether the answer to GS r came; its bits 4 and 7 are 0 (paper sensors)."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            answer = self._line.read(1, left)
            if answer and answer[0] & 0x90 == 0:
                return True
            if self._interrupted.is_set():
                return False
        return False

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


__all__ = ["EscPosPrinter", "NotConnected", "Options", "create", "read_status", "require_ready"]
