"""Code scanners on a serial port: bytes, then a terminator or a silence."""

from __future__ import annotations

import time

import msgspec

from terminal.devices.drivers.serial_scanner.payload import read_payload
from terminal.devices.lines import Line
from terminal.devices.ports import CodeScanner, ScannedCode
from terminal.devices.registry import DriverProfile
from terminal.errors import InvalidInput

_BABBLE = 2.0
"""Seconds past its time that a wait goes on for bytes that come without a pause."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[options]` of `device.toml`; `silence` in seconds, `max_length` in bytes."""

    terminators: tuple[str, ...] = ("\r", "\n", "\t")
    silence: float = 0.15
    max_length: int = 4296
    symbologies: dict[str, str] = {}


class SerialScanner(CodeScanner):
    """A scanner on a line."""

    def __init__(self, line: Line, options: Options) -> None:
        self._line = line
        self._options = options
        self._terminators = "".join(options.terminators).encode("ascii")
        self._unread = bytearray()
        self._too_long = False

    def open(self) -> None:
        self._line.open()
        self._line.discard_input()
        self._unread.clear()
        self._too_long = False

    def close(self) -> None:
        self._line.close()

    def interrupt(self) -> None:
        self._line.interrupt()

    def wait(self, timeout: float) -> ScannedCode | None:
        deadline = time.monotonic() + timeout
        while True:
            raw = self._take_terminated()
            if raw is None:
                self._forget_too_long()
                waiting = bool(self._unread) or self._too_long
                left = deadline - time.monotonic()
                if not waiting and left <= 0:
                    return None
                taken = self._line.read(4096, self._options.silence if waiting else left)
                if taken and left > -_BABBLE:
                    self._unread += taken
                    continue
                if not waiting:
                    return None
                raw = bytes(self._unread)
                self._unread.clear()
            code = self._finish(raw)
            if code is not None:
                return code

    def _take_terminated(self) -> bytes | None:
        """Take the bytes before the first terminator; CR LF leaves an empty code behind."""
        for index, byte in enumerate(self._unread):
            if byte in self._terminators:
                raw = bytes(self._unread[:index])
                del self._unread[: index + 1]
                return raw
        return None

    def _forget_too_long(self) -> None:
        """Drop a code that has become too long, and remember that its end is still to come."""
        if len(self._unread) > self._options.max_length:
            self._unread.clear()
            self._too_long = True

    def _finish(self, raw: bytes) -> ScannedCode | None:
        if self._too_long or len(raw) > self._options.max_length:
            self._too_long = False
            raise InvalidInput("device.scan_too_long", limit=self._options.max_length)
        return read_payload(raw, self._options.symbologies) if raw else None


def create(profile: DriverProfile, line: Line) -> SerialScanner:
    """Return the driver on a line."""
    return SerialScanner(line, profile.convert(Options))
