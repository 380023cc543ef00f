"""The index file: named sections of bytes behind one checksum.

Magic, format number, CRC-32 and length of everything that follows; a JSON header with the
sections' places; the sections. Numbers are little-endian. A file that is short, damaged or of
another format is refused as a whole, and made again.
"""

from __future__ import annotations

import os
import struct
import sys
import zlib
from array import array
from collections.abc import Mapping
from pathlib import Path

import msgspec

from terminal.errors import StoreError

MAGIC = b"YICHUANG INDEX\r\n"
FORMAT = 2
"""To be raised whenever the sections change: an older file is then made anew."""
BLOCK_START, BLOCK_END = 0x4E00, 0xA000
"""The block of Han characters whose readings are kept."""
NO_SOUND = 0xFFFF
NOWHERE = 0xFFFF
"""Origin of a unit that is not in the name: it stands in an alias."""
_PROLOGUE = struct.Struct("<16sIIQI")


class Header(msgspec.Struct, frozen=True):
    """What the file is: `handle` of the catalogue it was made from, and its sections."""

    handle: str
    syllables: tuple[str, ...]
    sections: dict[str, tuple[int, int]] = {}


def write_index(path: Path, header: Header, sections: Mapping[str, bytes]) -> None:
    """Write an index file beside `path` and swap it in."""
    places: dict[str, tuple[int, int]] = {}
    offset = 0
    for name, body in sections.items():
        places[name] = (offset, len(body))
        # Aligned, so that an array can be read in place.
        offset += len(body) + -len(body) % 8
    head = msgspec.json.encode(msgspec.structs.replace(header, sections=places))
    parts = [head]
    for body in sections.values():
        parts += [body, bytes(-len(body) % 8)]
    content = b"".join(parts)
    prologue = _PROLOGUE.pack(MAGIC, FORMAT, zlib.crc32(content), len(content), len(head))
    fresh = path.with_name(f"{path.name}.new")
    try:
        fresh.write_bytes(prologue + content)
        os.replace(fresh, path)
    except OSError as error:
        fresh.unlink(missing_ok=True)
        reason = error.strerror or type(error).__name__
        raise StoreError("catalogue.cannot_write", file=path.name, reason=reason) from error


def read_index(path: Path) -> tuple[Header, dict[str, memoryview]]:
    """Read and check an index file; raises `StoreError` if it cannot be trusted."""
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise StoreError("catalogue.missing", file=path.name) from error
    except OSError as error:
        raise StoreError("catalogue.broken", file=path.name) from error
    broken = StoreError("catalogue.broken", file=path.name)
    if len(data) < _PROLOGUE.size:
        raise broken
    magic, version, checksum, length, head_length = _PROLOGUE.unpack_from(data)
    content = memoryview(data)[_PROLOGUE.size :]
    if (magic, version, length) != (MAGIC, FORMAT, len(content)):
        raise broken
    if zlib.crc32(content) != checksum:
        raise broken
    try:
        header = msgspec.json.decode(content[:head_length], type=Header)
    except msgspec.MsgspecError as error:
        raise broken from error
    body = content[head_length:]
    views = {name: body[start : start + size] for name, (start, size) in header.sections.items()}
    return header, views


def numbers(kind: str, values: array[int] | list[int]) -> bytes:
    """Return numbers as little-endian bytes; `kind` is a type code of `array`."""
    found = array(kind, values)
    if sys.byteorder == "big":
        found.byteswap()
    return found.tobytes()


def read_numbers(kind: str, body: memoryview) -> array[int]:
    """Read numbers that `numbers` wrote."""
    found = array(kind)
    found.frombytes(body)
    if sys.byteorder == "big":
        found.byteswap()
    return found
