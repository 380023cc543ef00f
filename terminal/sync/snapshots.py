"""Loading a catalogue snapshot in pieces: it resumes where it broke off, and its name is its hash.

The pieces gather in a part file, which may be lost or damaged at any time: what does not hash
to its name is thrown away and loaded again.
"""

from __future__ import annotations

import logging
from pathlib import Path

from terminal.errors import SyncError
from terminal.protocol.snapshot import handle_of
from terminal.protocol.wire import PATH_SNAPSHOT, CataloguePointer
from terminal.sync.transport import HttpReply, Transport

logger = logging.getLogger(__name__)

PIECE_BYTES = 1 << 20
MOST_BYTES = 256 << 20
"""A catalogue of the largest city packs into a few megabytes; nothing larger is loaded."""


def load(transport: Transport, pointer: CataloguePointer, part: Path) -> bytes:
    """Return the snapshot's bytes, checked; raises `SyncError`, and what came so far is kept."""
    if not 0 < pointer.size <= MOST_BYTES:
        raise SyncError("sync.bad_snapshot")
    data = _begun(part, pointer.size)
    while len(data) < pointer.size:
        end = min(pointer.size, len(data) + PIECE_BYTES) - 1
        reply = transport.request(
            "GET", PATH_SNAPSHOT + pointer.handle, headers={"Range": f"bytes={len(data)}-{end}"}
        )
        piece = _piece(reply, len(data), end)
        if reply.status == 200:
            # Somebody on the way does not know ranges: this is the whole file.
            data = bytearray()
        data += piece
        _keep(part, piece, fresh=len(data) == len(piece))
    if len(data) != pointer.size or handle_of(bytes(data)) != pointer.handle:
        _drop(part)
        raise SyncError("sync.bad_snapshot")
    return bytes(data)


def _begun(part: Path, size: int) -> bytearray:
    try:
        data = part.read_bytes()
    except OSError:
        return bytearray()
    return bytearray(data) if len(data) <= size else bytearray()


def _piece(reply: HttpReply, start: int, end: int) -> bytes:
    whole = reply.status == 200 and len(reply.body) <= MOST_BYTES
    asked = reply.status == 206 and len(reply.body) <= end - start + 1
    if not reply.body or not (whole or asked):
        raise SyncError("sync.bad_snapshot")
    return reply.body


def _keep(part: Path, piece: bytes, *, fresh: bool) -> None:
    try:
        with part.open("wb" if fresh else "ab") as file:
            file.write(piece)
    except OSError as error:
        # Without room it is loaded in one go, or begun again.
        logger.warning("cannot keep a piece of the catalogue: %s", error.strerror)
        _drop(part)


def _drop(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        logger.warning("cannot remove a part of the catalogue")
