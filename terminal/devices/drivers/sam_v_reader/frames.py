"""SAM_V frames: preamble AA AA AA 96 69, length, body, XOR of length and body."""

from __future__ import annotations

import time
from functools import reduce
from operator import xor

from terminal.devices.lines import Line, read_exactly
from terminal.errors import DeviceProtocolError, DeviceTimeout

PREAMBLE = bytes.fromhex("aa aa aa 96 69")
_SYNC = bytes.fromhex("aa 96 69")
_MOST_GARBAGE = 4096
_LONGEST = 0x0B00


def request(command: bytes) -> bytes:
    """Return the frame of a command (CMD, PARA and data)."""
    covered = (len(command) + 1).to_bytes(2, "big") + command
    return PREAMBLE + covered + bytes([checksum(covered)])


def checksum(covered: bytes) -> int:
    """Return the XOR of length and body."""
    return reduce(xor, covered, 0)


def read_answer(line: Line, timeout: float) -> tuple[int, bytes]:
    """Read an answer and return its status byte (SW3) and data.

    Stray bytes before the frame are skipped: some readers put one first, so the search is
    for the last three of the five bytes. Raises `DeviceTimeout` or `DeviceProtocolError`.
    """
    deadline = time.monotonic() + timeout
    window = b""
    skipped = -len(PREAMBLE)
    while window != _SYNC:
        byte = line.read(1, _left(deadline))
        if not byte:
            continue
        window = window[-2:] + byte
        skipped += 1
        if skipped > _MOST_GARBAGE:
            raise DeviceProtocolError("device.reader_garbage")
    length_bytes = read_exactly(line, 2, _left(deadline))
    length = int.from_bytes(length_bytes, "big")
    if not 4 <= length <= _LONGEST:
        raise DeviceProtocolError("device.reader_damaged")
    rest = read_exactly(line, length, _left(deadline))
    body = rest[:-1]
    if checksum(length_bytes + body) != rest[-1] or body[:2] != b"\x00\x00":
        raise DeviceProtocolError("device.reader_damaged")
    return body[2], body[3:]


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise DeviceTimeout("device.no_answer")
    return left
