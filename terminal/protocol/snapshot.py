"""The catalogue snapshot: JSON lines of items and life events, compressed with zstd.

Its handle is the SHA-256 of the compressed bytes, so a reader that has the handle from a
signed page can load the file in pieces from anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

import msgspec
import zstandard

from terminal.domain.catalogue import LifeEvent, ServiceItem
from terminal.errors import SyncError


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: an item or a life event."""

    item: ServiceItem | None = None
    event: LifeEvent | None = None


_decoder = msgspec.json.Decoder(Line)


def pack(items: Iterable[ServiceItem], events: Iterable[LifeEvent] = ()) -> bytes:
    """Return the compressed snapshot of these items and life events, in this order."""
    lines = [Line(item=item) for item in items]
    lines += [Line(event=event) for event in events]
    return zstandard.ZstdCompressor(level=10).compress(msgspec.json.Encoder().encode_lines(lines))


def read_lines(data: bytes) -> Iterator[Line]:
    """Read plain JSON lines; `SyncError` when a line is none."""
    for line in data.splitlines():
        if line.strip():
            try:
                yield _decoder.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise SyncError("sync.bad_snapshot") from error


def unpack(data: bytes) -> Iterator[Line]:
    """Read a compressed snapshot line by line; `SyncError` when the bytes are none, or cut off."""
    unpacker = zstandard.ZstdDecompressor().decompressobj()
    try:
        plain = unpacker.decompress(data)
    except zstandard.ZstdError as error:
        raise SyncError("sync.bad_snapshot") from error
    if not unpacker.eof or unpacker.unused_data:
        raise SyncError("sync.bad_snapshot")
    yield from read_lines(plain)


def handle_of(data: bytes) -> str:
    """Return the handle of a snapshot: the SHA-256 of its bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
