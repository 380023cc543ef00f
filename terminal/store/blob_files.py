"""Files of blobs: written whole or not at all, named by the hash of their content."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from terminal.errors import DiskFull, StoreError


def write_file(folder: Path, digest: str, data: bytes) -> None:
    """Write a blob's sealed bytes durably; one that is there already is left as it is."""
    path = folder / digest[:2] / digest
    if path.exists():
        return
    new = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with new.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError as error:
        new.unlink(missing_ok=True)
        if error.errno == errno.ENOSPC:
            raise DiskFull from error
        raise StoreError("store.io_error") from error


def read_file(folder: Path, digest: str) -> bytes | None:
    """Return a blob's sealed bytes, or None when it is not here."""
    try:
        return (folder / digest[:2] / digest).read_bytes()
    except OSError:
        return None
