"""The high-water mark: a small file beside the database that says how far the hub once was.

A serving hub writes it every few seconds, beside its work, and only with what was read as
committed: the file may be behind the database, never ahead of it. A database that is behind
the file is an older one. Other commands never write it, so that opening a restored database
does not wipe out the trace before the hub has looked.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

import msgspec

log = logging.getLogger(__name__)


class Mark(msgspec.Struct, frozen=True):
    """The end of the hub's own journal, and the number of the last entry that arrived."""

    epoch: str
    seq: int
    hash: str
    arrivals: int


class MarkFile:
    """The file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written: Mark | None = None

    def read(self) -> Mark | None:
        """Return what the file says; None when there is none, or a power cut has emptied it."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Mark)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return None

    def write(self, mark: Mark) -> None:
        """Replace what the file says, if it says something else."""
        if mark == self._written:
            return
        new = self._path.with_suffix(".new")
        try:
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(mark))
            new.replace(self._path)
        except OSError:
            # The hub works without it; terminals notice a restore as well.
            log.warning("the high-water mark could not be written")
            return
        self._written = mark
