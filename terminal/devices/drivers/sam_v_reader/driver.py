"""Identity card readers that speak the SAM_V serial protocol (身份证阅读机具)."""

from __future__ import annotations

import hashlib
import secrets

import msgspec

from terminal.devices.drivers.sam_v_reader.cards import read_card
from terminal.devices.drivers.sam_v_reader.frames import read_answer, request
from terminal.devices.lines import Line
from terminal.devices.ports import IdCard, IdCardReader
from terminal.devices.registry import DriverProfile
from terminal.errors import DeviceError, DeviceProtocolError

FIND = b"\x20\x01"
SELECT = b"\x20\x02"
READ = b"\x30\x01"
STATUS = b"\x11\xff"

OK, FOUND, NO_CARD = 0x90, 0x9F, 0x80

CODES = {
    0x10: "device.reader_damaged",
    0x11: "device.reader_damaged",
    0x21: "device.reader_command",
    0x24: "device.reader_unknown",
    0x31: "device.card_authentication",
    0x32: "device.card_authentication",
    0x33: "device.card_verification",
    0x40: "device.card_kind",
    0x41: "device.card_reading",
    0x47: "device.reader_random",
    0x60: "device.reader_self_test",
    0x66: "device.reader_not_authorised",
    0x81: "device.card_selection",
}
"""Status byte to error code; `device.card_…` is about the card, the others the reader."""

RETRIED = {
    "device.card_authentication",
    "device.card_verification",
    "device.card_reading",
    "device.card_selection",
}
"""Failures that the next look may mend."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The `[options]` of `device.toml`; times in seconds."""

    poll_interval: float = 0.3
    answer_timeout: float = 1.0
    read_timeout: float = 3.0
    tries: int = 3
    read_tries: int = 3
    lifted_after: int = 2


class SamVReader(IdCardReader):
    """A reader on a line; a card left lying on it is delivered once."""

    def __init__(self, line: Line, options: Options) -> None:
        self._line = line
        self._options = options
        self.poll_interval = max(options.poll_interval, 0.3)
        self._done_with_card = False
        self._looks_without = 0
        self._failures = 0
        self._trouble: DeviceError | None = None
        self._reopened = False
        self._salt = secrets.token_bytes(16)
        self._last = b""

    def open(self) -> None:
        self._reopened = True
        self._done_with_card = False
        self._looks_without = 0
        self._failures = 0
        self._trouble = None
        self._line.open()
        self._line.discard_input()
        status, _ = self._ask(STATUS, self._options.answer_timeout)
        if status != OK:
            raise _error(status)

    def close(self) -> None:
        self._line.close()

    def interrupt(self) -> None:
        self._line.interrupt()

    def poll(self) -> IdCard | None:
        status, _ = self._ask(FIND, self._options.answer_timeout)
        if status == NO_CARD:
            self._see_no_card()
            return None
        if status != FOUND:
            raise _error(status)
        self._looks_without = 0
        if self._done_with_card:
            return None
        # Set first: a card that cannot be read is told once too, until it is lifted.
        self._done_with_card = True
        try:
            card = self._read_card()
        except DeviceError as error:
            if error.code not in RETRIED or self._failures + 1 >= self._options.read_tries:
                self._trouble = None
                raise
            # Most often the card was still being laid down: the next look reads it.
            self._failures += 1
            self._trouble = error
            self._done_with_card = False
            return None
        self._trouble = None
        return card

    def _see_no_card(self) -> None:
        self._looks_without += 1
        if self._looks_without < self._options.lifted_after:
            return
        self._done_with_card = False
        self._reopened = False
        self._failures = 0
        if self._trouble is not None:
            # Lifted too early, or a reader that finds no card any more after a failure.
            trouble, self._trouble = self._trouble, None
            raise trouble

    def _read_card(self) -> IdCard | None:
        """Select and read; None for the card that lay there before the line was lost."""
        data = b""
        for command in (SELECT, READ):
            status, data = self._ask(command, self._options.read_timeout)
            if status != OK:
                raise _error(status)
        card = read_card(data)
        # A reader that lost its power finds the card that lay there all the time anew. Only a
        # digest is kept for that, which says nothing once the program has ended.
        last, self._last = self._last, hashlib.blake2b(data, key=self._salt).digest()
        return None if self._reopened and self._last == last else card

    def _ask(self, command: bytes, timeout: float) -> tuple[int, bytes]:
        """Send a command and return status and data; a damaged answer is asked for again."""
        for tries_left in reversed(range(self._options.tries)):
            self._line.discard_input()
            self._line.write(request(command), timeout)
            try:
                return read_answer(self._line, timeout)
            except DeviceProtocolError:
                if not tries_left:
                    raise
        raise AssertionError("unreachable: the last try returns or raises")


def _error(status: int) -> DeviceError:
    code = CODES.get(status, "device.reader_unknown")
    kind = DeviceProtocolError if code in _PROTOCOL else DeviceError
    return kind(code, status=f"{status:02X}")


_PROTOCOL = {"device.reader_damaged", "device.reader_command", "device.reader_unknown"}


def create(profile: DriverProfile, line: Line) -> SamVReader:
    """Return the driver on a line."""
    return SamVReader(line, profile.convert(Options))
