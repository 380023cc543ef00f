"""Room in the write-ahead log: laid in advance, so that a commit overwrites and does not append.

A commit that makes the log longer has the file's length written with it, a second write at
another place of the disk; one that falls on bytes which are there already has not. SQLite finds
the log's end by its own checksums: zeros behind it mean nothing, today and after a power cut.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import apsw

logger = logging.getLogger(__name__)

CHECKPOINT_PAGES = 4000
"""A page that many commits change is brought into the file once: the log may grow to 16 MB."""

PAGE_BYTES = 4096 + 24
STEP_BYTES = 1 << 20
AHEAD_BYTES = 256 << 10
LEAST_BYTES = 512 << 10
"""A program that writes less than this before it ends needs no room."""

MOST_BYTES = CHECKPOINT_PAGES * PAGE_BYTES + STEP_BYTES
NEEDED_FREE_BYTES = 256 << 20
"""On a smaller rest of the disk nothing is laid: the room would be missed elsewhere."""


class LogRoom:
    """Watches one write connection; `later` runs a call on its thread when nobody waits there."""

    def __init__(self, ledger: Path, later: Callable[[Callable[[], None]], None]) -> None:
        self._log = ledger.with_name(f"{ledger.name}-wal")
        self._later = later
        self._length = 0
        self._asked = False

    def watch(self, connection: apsw.Connection) -> None:
        """Follow the log of a new connection; SQLite's own checkpoint is replaced by this one."""
        self._length = 0
        connection.set_wal_hook(self._grown)

    def emptied(self) -> None:
        """The log was cut off: what was laid is gone."""
        self._length = 0

    def _grown(self, connection: apsw.Connection, schema: str, pages: int) -> int:
        """After a commit, which is durable already: nothing here may fail it."""
        if pages >= CHECKPOINT_PAGES:
            try:
                connection.wal_checkpoint(schema, apsw.SQLITE_CHECKPOINT_PASSIVE)
            except apsw.Error:
                logger.debug("checkpoint put off", exc_info=True)
        used = pages * PAGE_BYTES
        wanted = LEAST_BYTES < used < MOST_BYTES and used + AHEAD_BYTES > self._length
        if wanted and not self._asked:
            self._asked = True
            self._later(self._lay)
        return apsw.SQLITE_OK

    def _lay(self) -> None:
        """Lengthen the log by a step of zeros; no transaction is going on."""
        self._asked = False
        try:
            if not self._log.exists() or _free(self._log) < NEEDED_FREE_BYTES:
                return
            length = self._log.stat().st_size
            with self._log.open("r+b", buffering=0) as log:
                log.seek(length)
                whole = log.write(bytes(STEP_BYTES)) == STEP_BYTES
                os.fsync(log.fileno())
                if not whole:
                    log.truncate(length)
            self._length = length + STEP_BYTES * whole
        except OSError:
            # Not again and again; the next emptying of the log gives another chance.
            self._length = sys.maxsize
            logger.warning("no room laid in the log", exc_info=True)


def _free(path: Path) -> int:
    return shutil.disk_usage(path.parent).free
