"""Files of blobs: written whole or not at all, named by the hash of their content."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from terminal.errors import DiskFull, StoreError


def write_file(folder: Path, digest: str, data: bytes) -> None:
    """Write a blob's sealed bytes durably; one that is there already only gets a new date."""
    path = folder / digest[:2] / digest
    new = path.with_suffix(".new")
    try:
        if path.exists():
            # Somebody needs it again: retention leaves it alone.
            os.utime(path)
            return
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


def unused_since(folder: Path, digest: str, before: int) -> bool:
    """Say whether nobody has attached a blob since a moment (milliseconds); one lost here: yes."""
    try:
        return (folder / digest[:2] / digest).stat().st_mtime * 1000 < before
    except OSError:
        return True


def remove_file(folder: Path, digest: str) -> None:
    """Remove a blob's file."""
    (folder / digest[:2] / digest).unlink(missing_ok=True)


def files_in(folder: Path) -> list[str]:
    """Return the names of all blobs whose files are here, half-written ones included."""
    return [path.name for path in folder.glob("??/*")]
