"""Scans by their SHA-256: taken in pieces that resume, kept only when the hash is right.

They hold personal data and lie in a folder of the hub's account alone.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from pathlib import Path
from typing import Any

from hub import judge
from hub.hub import Hub
from hub.store import projections
from terminal.protocol.wire import BLOB_PIECE_BYTES, PROTOCOL_VERSION, BlobAnswer, BlobPiece, spoken

LARGEST = 64 << 20
_NAME = re.compile(r"[0-9a-f]{64}")


class Blobs:
    """The folder of blobs; safe from any thread."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._folder = hub.paths.blobs
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = threading.Lock()

    def has(self, sha256: str) -> bool:
        """Say whether a blob is completely here."""
        return bool(_NAME.fullmatch(sha256)) and self._path(sha256).is_file()

    def put(self, terminal_id: str, piece: BlobPiece) -> BlobAnswer:
        """Take a piece where this terminal's last one ended; check the hash when all are here.

        An empty piece changes nothing: its answer says how many bytes are here.
        """
        refusal = _refused(piece)
        if refusal:
            return self._answer(terminal_id, piece, 0, complete=False, refusal=refusal)
        with self._lock:
            here, complete = self._offset(terminal_id, piece.sha256)
            asks = not piece.data and piece.total > 0
            if not complete and not asks and piece.offset == here:
                here, complete, refusal = self._append(terminal_id, piece, here)
        if complete:
            self._announce(piece.sha256, here)
        return self._answer(terminal_id, piece, here, complete=complete, refusal=refusal)

    def _offset(self, terminal_id: str, sha256: str) -> tuple[int, bool]:
        if self._path(sha256).is_file():
            return self._path(sha256).stat().st_size, True
        partial = self._partial(terminal_id, sha256)
        return (partial.stat().st_size if partial.is_file() else 0), False

    def read(self, sha256: str) -> bytes | None:
        """Return a complete blob's bytes, or None."""
        if not self.has(sha256):
            return None
        return self._path(sha256).read_bytes()

    def _append(self, terminal_id: str, piece: BlobPiece, here: int) -> tuple[int, bool, str]:
        partial = self._partial(terminal_id, piece.sha256)
        with partial.open("ab") as file:
            os.chmod(file.fileno(), 0o600)
            file.write(piece.data)
            file.flush()
            os.fsync(file.fileno())
        here += len(piece.data)
        if here < piece.total:
            return here, False, ""
        with partial.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != piece.sha256 or here != piece.total:
            partial.unlink()
            return 0, False, "hub.blob_differs"
        partial.replace(self._path(piece.sha256))
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return here, True, ""

    def _announce(self, sha256: str, size: int) -> None:
        """Note a complete blob and try again what waited for it."""

        def note(database: Any) -> bool:
            if sha256 in projections.has_blobs(database, [sha256]):
                return False
            projections.add_blob(database, sha256, size, self._hub.now())
            return True

        judge.wake(self._hub, [sha256], note)
        judge.judge_pending(self._hub)

    def _answer(
        self, terminal_id: str, piece: BlobPiece, here: int, *, complete: bool, refusal: str
    ) -> BlobAnswer:
        return BlobAnswer(
            PROTOCOL_VERSION, piece.nonce, terminal_id, piece.sha256, here, complete, refusal
        )

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256

    def _partial(self, terminal_id: str, sha256: str) -> Path:
        # Each terminal has its own: none can spoil what another one is sending.
        return self._folder / f"{sha256}.{terminal_id}.part"


def _refused(piece: BlobPiece) -> str:
    if not spoken(piece.protocol):
        return "hub.unknown_protocol"
    if not _NAME.fullmatch(piece.sha256):
        return "hub.blob_name"
    if not 0 <= piece.offset <= piece.total <= LARGEST or len(piece.data) > BLOB_PIECE_BYTES:
        return "hub.blob_too_large"
    return ""
