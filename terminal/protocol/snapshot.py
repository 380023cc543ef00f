"""The catalogue snapshot: JSON lines of items and life events, compressed with zstd.

Its handle is the SHA-256 of the compressed bytes, so a reader that has the handle from a
signed page can load the file in pieces from anywhere.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

import msgspec
import zstandard

from terminal.domain.catalogue import LifeEvent, ServiceItem
from terminal.errors import SyncError
from terminal.protocol.suites import STANDARD


class Line(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line: an item or a life event."""

    item: ServiceItem | None = None
    event: LifeEvent | None = None


logger = logging.getLogger(__name__)

MOST_PLAIN_BYTES = 512 << 20
_PIECE = 1 << 14
"""So many packed bytes are unpacked at a time: some hundred kilobytes of text."""

_decoder = msgspec.json.Decoder(Line)


def pack(items: Iterable[ServiceItem], events: Iterable[LifeEvent] = ()) -> bytes:
    """Return the compressed snapshot of these items and life events, in this order."""
    lines = [Line(item=item) for item in items]
    lines += [Line(event=event) for event in events]
    return zstandard.ZstdCompressor(level=10).compress(msgspec.json.Encoder().encode_lines(lines))


def read_lines(data: bytes, *, tolerant: bool = False) -> Iterator[Line]:
    """Read plain JSON lines; `SyncError` when a line is none.

    A tolerant reader passes over lines that are written in a newer form than it knows.
    """
    for line in data.splitlines():
        yield from _read_line(line, tolerant)


def _read_line(line: bytes, tolerant: bool) -> Iterator[Line]:
    if not line.strip():
        return
    try:
        yield _decoder.decode(line)
    except msgspec.ValidationError as error:
        if not tolerant:
            raise SyncError("sync.bad_snapshot") from error
        logger.warning("a line of the catalogue is not understood")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SyncError("sync.bad_snapshot") from error


def unpack(data: bytes, *, tolerant: bool = False) -> Iterator[Line]:
    """Read a compressed snapshot line by line; `SyncError` when the bytes are none, or cut off.

    What unpacks to more than `MOST_PLAIN_BYTES`, or says so in its frame, is refused.
    It is unpacked piece by piece: a whole city's catalogue at once would hold the interpreter
    while the window waits for it, and take its size in memory.
    """
    for line in _lines_of(data):
        yield from _read_line(line, tolerant)


def _lines_of(data: bytes) -> Iterator[bytes]:
    try:
        if zstandard.frame_content_size(data) > MOST_PLAIN_BYTES:
            raise SyncError("sync.bad_snapshot")
        unpacker = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
        rest, plain = b"", 0
        for start in range(0, len(data), _PIECE):
            if unpacker.eof:
                # Something follows the end.
                raise SyncError("sync.bad_snapshot")
            piece = unpacker.decompress(data[start : start + _PIECE])
            plain += len(piece)
            if plain > MOST_PLAIN_BYTES:
                raise SyncError("sync.bad_snapshot")
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines
    except zstandard.ZstdError as error:
        raise SyncError("sync.bad_snapshot") from error
    if not unpacker.eof or unpacker.unused_data:
        raise SyncError("sync.bad_snapshot")
    yield rest


def handle_of(data: bytes) -> str:
    """Return the handle of a snapshot: the SHA-256 of its bytes in hexadecimal."""
    return STANDARD.digest(data).hex()
