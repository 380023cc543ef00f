"""QR codes as rows of modules; the payload comes finished from outside.

The qrcode library lays a version out once; the words are made and put in place here, because it
multiplies polynomials number by number and a receipt waits for that.
"""

from __future__ import annotations

import threading
from functools import cache, lru_cache
from itertools import compress
from types import ModuleType

from terminal.errors import InvalidInput

LONGEST = 1200
"""Longest payload in bytes that still scans from a slip at three dots a module."""

QUIET = 4
"""Empty modules around the code."""

Modules = tuple[bytes, ...]
"""Rows from the top; a byte a module, 1 is dark; without the quiet zone."""

_MASK = 2
"""The mask is fixed: each of the eight decodes, and weighing them takes eight times the rest."""

_BYTE_MODE = 0b0100
_PADDING = b"\xec\x11"
_importing = threading.Lock()


@cache
def library() -> tuple[ModuleType, ModuleType]:
    """Return the qrcode library's modules `base` and `main`, imported by one thread at a time.

    They are imported here and nowhere else: the library's modules import each other, and two
    threads that begin at different ends (the warming up, the first paper) both fail.
    """
    # Not at the start: a terminal whose printer draws the codes itself never needs it.
    with _importing:
        from qrcode import base, main

        return base, main


@lru_cache(maxsize=8)
def modules(payload: str) -> Modules:
    """Return the modules of a QR code in byte mode with error correction M.

    Raises `InvalidInput` (`document.qr_too_long`).
    """
    data = payload.encode()
    if not 0 < len(data) <= LONGEST:
        raise InvalidInput("document.qr_too_long", length=len(data))
    version = _version(len(data))
    side, blank, order = _frame(version)
    words = bytes(_code_words(data, version))
    bits = map(int, f"{int.from_bytes(words, 'big'):0{8 * len(words)}b}")
    flat = bytearray(blank)
    for at in compress(order, bits):
        flat[at] ^= 1
    return tuple([bytes(flat[row : row + side]) for row in range(0, side * side, side)])


@cache
def _frame(version: int) -> tuple[int, bytes, tuple[int, ...]]:
    """Return side, modules and places of the data bits of a version, laid out by the library.

    The library fills the code once with zeros and once with ones: where the two differ stands
    data, in the order of the standard (pairs of columns from the right, up and down in turn).
    """
    zeros, ones = _laid_out(version, 0x00), _laid_out(version, 0xFF)
    side = len(zeros)
    order: list[int] = []
    upwards = True
    for right in [*range(side - 1, 6, -2), *range(5, 0, -2)]:
        for row in range(side - 1, -1, -1) if upwards else range(side):
            for column in (right, right - 1):
                if zeros[row][column] != ones[row][column]:
                    order.append(row * side + column)
        upwards = not upwards
    return side, b"".join(zeros), tuple(order)


def _laid_out(version: int, word: int) -> list[bytes]:
    _, main = library()
    level = main.constants.ERROR_CORRECT_M
    code = main.QRCode(version, error_correction=level, border=0, mask_pattern=_MASK)
    code.data_cache = [word] * sum(both for _, both in _blocks(version))
    code.make(fit=False)
    return [bytes(map(bool, row)) for row in code.modules]


def _blocks(version: int) -> list[tuple[int, int]]:
    """Return data words and all words of each error correction block of a version."""
    base, main = library()
    blocks = base.rs_blocks(version, main.constants.ERROR_CORRECT_M)
    return [(block.data_count, block.total_count) for block in blocks]


@cache
def _capacity(version: int) -> int:
    """Return how many bytes a version holds (mode and length take 12 or 20 bits)."""
    head = 12 if version < 10 else 20
    return (8 * sum(count for count, _ in _blocks(version)) - head) // 8


def _version(length: int) -> int:
    return next(version for version in range(1, 41) if _capacity(version) >= length)


def _code_words(data: bytes, version: int) -> list[int]:
    """Return the interleaved data and correction words (ISO/IEC 18004, 7.4 to 7.6)."""
    blocks = _blocks(version)
    total = sum(count for count, _ in blocks)
    length_bits = 8 if version < 10 else 16
    stream = (_BYTE_MODE << length_bits | len(data)) << 8 * len(data)
    stream |= int.from_bytes(data, "big")
    bits = 4 + length_bits + 8 * len(data)
    # up to four zero bits end the stream, more fill its last byte
    size = min((bits + 4 + 7) // 8, total)
    words = (stream << 8 * size - bits).to_bytes(size, "big")
    words += (_PADDING * total)[: total - size]
    parts: list[bytes] = []
    corrections: list[bytes] = []
    start = 0
    for count, both in blocks:
        part = words[start : start + count]
        start += count
        parts.append(part)
        corrections.append(_correction(part, both - count))
    return _interleaved(parts) + _interleaved(corrections)


def _interleaved(parts: list[bytes]) -> list[int]:
    longest = max(map(len, parts))
    return [part[at] for at in range(longest) for part in parts if at < len(part)]


def _correction(part: bytes, count: int) -> bytes:
    """Return the Reed-Solomon remainder of a block: long division a byte at a time."""
    table = _division_table(count)
    top = 8 * (count - 1)
    lower = (1 << top) - 1
    rest = 0
    for byte in part:
        rest = (rest & lower) << 8 ^ table[byte ^ rest >> top]
    return rest.to_bytes(count, "big")


@cache
def _division_table(count: int) -> tuple[int, ...]:
    """Return each multiple of the generator polynomial of degree `count`, without its head."""
    base, _ = library()
    gexp, glog = base.gexp, base.glog
    generator = [1]
    for power in range(count):
        root = gexp(power)
        shifted = [*generator, 0]
        for at, factor in enumerate(generator):
            shifted[at + 1] ^= gexp((glog(factor) + glog(root)) % 255) if factor else 0
        generator = shifted
    logs = [glog(factor) if factor else -1 for factor in generator[1:]]
    table = [0]
    for byte in range(1, 256):
        log = glog(byte)
        row = bytes([gexp((log + other) % 255) if other >= 0 else 0 for other in logs])
        table.append(int.from_bytes(row, "big"))
    return tuple(table)
