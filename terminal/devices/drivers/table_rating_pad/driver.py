"""Rating pads whose keys send fixed patterns; the table is in `device.toml`."""

from __future__ import annotations

import time

import msgspec

from terminal.devices.lines import Line
from terminal.devices.ports import PadPress, RatingPad
from terminal.devices.registry import DriverProfile
from terminal.errors import InvalidInput


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[options]` of `device.toml`: grade 1 to 5 to hexadecimal bytes."""

    patterns: dict[str, str]
    silence: float = 0.2


def read_patterns(options: Options, driver: str = "") -> dict[bytes, int]:
    """Return bytes to grade; raise `InvalidInput` for a table that cannot be told apart."""
    table: dict[bytes, int] = {}
    for grade, text in options.patterns.items():
        try:
            pattern = bytes.fromhex(text)
            value = int(grade)
        except ValueError:
            pattern, value = b"", 0
        if (
            not pattern
            or not 1 <= value <= 5
            or any(pattern.startswith(other) or other.startswith(pattern) for other in table)
        ):
            raise InvalidInput("device.bad_driver", driver=driver, reason=f"patterns.{grade}")
        table[pattern] = value
    return table


class TableRatingPad(RatingPad):
    """A pad on a line."""

    def __init__(self, line: Line, patterns: dict[bytes, int], silence: float) -> None:
        self._line = line
        self._patterns = patterns
        self._silence = silence
        self._unread = bytearray()

    def open(self) -> None:
        self._line.open()
        self._line.discard_input()
        self._unread.clear()

    def close(self) -> None:
        self._line.close()

    def interrupt(self) -> None:
        self._line.interrupt()

    def wait(self, timeout: float) -> PadPress | None:
        deadline = time.monotonic() + timeout
        while True:
            press = self._take()
            if press is not None:
                return press
            left = deadline - time.monotonic()
            if left <= 0:
                return None
            waiting = bool(self._unread)
            taken = self._line.read(256, self._silence if waiting else left)
            if not taken:
                self._unread.clear()
                if not waiting:
                    return None
            self._unread += taken

    def _take(self) -> PadPress | None:
        """Take the first key of what has come in; bytes that begin no pattern are dropped."""
        while self._unread:
            for pattern, value in self._patterns.items():
                if self._unread.startswith(pattern):
                    del self._unread[: len(pattern)]
                    return PadPress(value)
            if any(pattern.startswith(bytes(self._unread)) for pattern in self._patterns):
                return None
            del self._unread[0]
        return None


def create(profile: DriverProfile, line: Line) -> TableRatingPad:
    """Return the driver on a line."""
    options = profile.convert(Options)
    return TableRatingPad(line, read_patterns(options, profile.name), options.silence)
