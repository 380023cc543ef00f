"""A recorded conversation with a device, played back as a line.

`replay.log` in a driver's folder: `>` what the terminal sent, `<` what the device answered, in
hexadecimal; `#` begins a remark. No log may hold a real person's card.
"""

from __future__ import annotations

from collections import deque
from pathlib import Path

import msgspec

from terminal.errors import InvalidInput


class Exchange(msgspec.Struct, frozen=True):
    """Bytes in one direction; `sent` is true for what the terminal sends."""

    sent: bool
    data: bytes


def read_log(path: Path) -> tuple[Exchange, ...]:
    """Read a log; raise `InvalidInput` that names the line that is wrong."""
    exchanges = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            if text[0] not in "<>":
                raise ValueError
            exchanges.append(Exchange(text[0] == ">", bytes.fromhex(text[1:])))
        except ValueError:
            raise InvalidInput("device.bad_replay", file=path.name, line=number) from None
    return tuple(exchanges)


class ReplayLine:
    """A line that answers as the log does and accepts only what the log says was sent."""

    def __init__(self, exchanges: tuple[Exchange, ...]) -> None:
        self._left = deque(exchanges)
        self._incoming = bytearray()

    @property
    def finished(self) -> bool:
        """Say whether the whole conversation was played."""
        return not self._left and not self._incoming

    def open(self) -> None:
        return

    def close(self) -> None:
        return

    def read(self, limit: int, timeout: float) -> bytes:
        if not self._incoming and self._left and not self._left[0].sent:
            self._incoming += self._left.popleft().data
        taken = bytes(self._incoming[:limit])
        del self._incoming[:limit]
        return taken

    def write(self, data: bytes, timeout: float) -> None:
        rest = data
        while rest:
            expected = self._left[0] if self._left else None
            if expected is None or not expected.sent or not rest.startswith(expected.data):
                raise AssertionError(f"the log does not send {rest.hex(' ')} here")
            rest = rest[len(expected.data) :]
            self._left.popleft()

    def discard_input(self) -> None:
        self._incoming.clear()

    def interrupt(self) -> None:
        return
