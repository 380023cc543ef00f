"""Scans and photos of materials: checked, encrypted, named by their hash."""

from __future__ import annotations

from pathlib import Path

from terminal.domain.parties import Blob
from terminal.errors import InvalidInput, NotFound
from terminal.ids import Randomness
from terminal.protocol.suites import NONCE_SIZE, STANDARD
from terminal.store import blob_rows
from terminal.store.blob_files import read_file, write_file
from terminal.store.database import Ledger

MAX_BYTES = 32 << 20
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"%PDF-", "application/pdf"),
)


class BlobsService:
    """Keeps files that belong to entries; each is encrypted with the database key."""

    def __init__(self, ledger: Ledger, folder: Path, key: bytes, randomness: Randomness) -> None:
        self._ledger = ledger
        self._folder = folder
        self._key = key
        self._randomness = randomness

    def attach(self, path: Path) -> Blob:
        """Take in a picture or PDF; raises `InvalidInput` when it is neither, or too large.

        The same file twice is kept once: its name is the SHA-256 of what is in it.
        """
        try:
            size = path.stat().st_size
            if size > MAX_BYTES:
                raise InvalidInput("blob.too_large", name=path.name, most=MAX_BYTES >> 20)
            data = path.read_bytes()
        except OSError as error:
            raise InvalidInput("blob.unreadable", name=path.name) from error
        return self.keep(data, path.name)

    def keep(self, data: bytes, name: str) -> Blob:
        """Take in a picture or PDF that was made here, such as a signature."""
        media_type = _media_type(data, name)
        blob = Blob(STANDARD.digest(data).hex(), name, media_type, len(data))
        nonce = self._randomness.token_bytes(NONCE_SIZE)
        sealed = nonce + STANDARD.seal(self._key, nonce, data, blob.hash.encode())
        write_file(self._folder, blob.hash, sealed)
        self._ledger.write(lambda db: blob_rows.add(db, blob))
        return blob

    def read(self, digest: str) -> bytes:
        """Return a blob's bytes; raises `NotFound` when it is missing or was changed."""
        sealed = read_file(self._folder, digest)
        data = None
        if sealed is not None:
            nonce, rest = sealed[:NONCE_SIZE], sealed[NONCE_SIZE:]
            data = STANDARD.unseal(self._key, nonce, rest, digest.encode())
        if data is None:
            raise NotFound("blob.missing", hash=digest[:12])
        return data


def _media_type(data: bytes, name: str) -> str:
    found = next((media for magic, media in _MAGIC if data.startswith(magic)), "")
    if not found:
        raise InvalidInput("blob.no_picture", name=name)
    if found.startswith("image/"):
        _check_picture(data, name)
    return found


def _check_picture(data: bytes, name: str) -> None:
    """Look whether a picture is whole; a header alone is no picture."""
    import io

    from PIL import Image

    try:
        # `verify` alone lets a picture pass that ends in the middle.
        with Image.open(io.BytesIO(data)) as picture:
            picture.load()
    except Exception as error:  # Pillow raises many kinds on broken files
        raise InvalidInput("blob.broken_picture", name=name) from error
