"""The hub's database: one write connection, a few read connections, short transactions.

SQLite is built in and driven by sqlcipher3 (no key: the hub stands in a guarded room, and its
operator encrypts the disk), because the standard library's SQLite can lose committed rows in
WAL mode. Callers pass the database on to the functions of this package and never write SQL,
so another engine is another way to open: PostgreSQL, where several processes share a store.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol

from peewee import Database, PeeweeException
from playhouse.sqlcipher_ext import SqlCipherDatabase
from sqlcipher3 import dbapi2 as driver

from hub.store import migrations
from hub.store.line import WriterLine
from terminal.errors import DiskFull, InvalidInput, StoreError

OLDEST_SQLITE = (3, 51, 3)
READERS = 3
SETTINGS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "busy_timeout": 10_000,
    "temp_store": "memory",
    # An index page that is written again and again is copied into the file less often.
    "wal_autocheckpoint": 4000,
}
"""Of every connection: what was committed is durable."""
_FULL = ("disk is full", "No space left", "disk I/O error")


class Turn(Protocol):
    """One judge's turn with a hall."""

    def take(self) -> bool:
        """Say whether this process is the hall's judge now; again for each page."""

    def give_back(self) -> bool:
        """End the turn, unless somebody asked for it since it was taken (False)."""


class Store(Protocol):
    """Where the hub's connections come from; safe from any thread.

    `shared` says that other processes may work with it at the same time.
    """

    shared: bool

    def writing(self, *, yielding: bool = False) -> AbstractContextManager[Database]:
        """Run the block in one durable write transaction.

        `yielding`: nobody waits for it, so whoever is waited for goes before.
        """

    def reading(self, *, once: bool = False) -> AbstractContextManager[Database]:
        """Run the block on one consistent state; nothing may be written.

        `once`: the block runs one statement only.
        """

    def turn(self, hall: str) -> AbstractContextManager[Turn]:
        """Wait until no other thread of this process judges the hall."""

    def announce(self, feeds: Sequence[str]) -> None:
        """Tell other processes that these feeds moved; a hint, which may get lost."""

    def listening(self, told: Callable[[Sequence[str]], None]) -> AbstractContextManager[object]:
        """Hear during the block what other processes announce, on a thread of its own."""

    def backup(self, file: Path) -> int:
        """Copy the store as it stands into a new file; returns how many entries are in it."""

    def close(self) -> None:
        """Close all connections; nobody may be inside a block any more."""


class OnlyTurn:
    """The turn of a process that has its store for itself."""

    def take(self) -> bool:
        """Nobody else could have it."""
        return True

    def give_back(self) -> bool:
        """Nobody else could want it."""
        return True


class SqliteStore:
    """SQLite in one file, for one process."""

    shared = False

    def __init__(self, path: Path) -> None:
        if driver.sqlite_version_info < OLDEST_SQLITE:
            raise StoreError("hub.sqlite_too_old", version=driver.sqlite_version)
        self.path = path
        path.touch(mode=0o600)
        self._line = WriterLine()
        self._judging = threading.Lock()
        self._writer = _connect(path)
        self._readers: queue.LifoQueue[Database] = queue.LifoQueue()
        self._reading = threading.local()
        try:
            migrations.migrate(self._writer)
            for _ in range(READERS):
                self._readers.put(_connect(path))
        except BaseException:
            self.close()
            raise

    @contextmanager
    def writing(self, *, yielding: bool = False) -> Iterator[Database]:
        """Run the block in one durable write transaction; one at a time in this process."""
        line = self._line.hold(yielding=yielding)
        with line, translated(), self._writer.atomic("IMMEDIATE"):
            yield self._writer

    @contextmanager
    def reading(self, *, once: bool = False) -> Iterator[Database]:
        """Run the block on one consistent state; nothing may be written.

        A block within a block reads on: if each thread held one connection and waited for a
        second one, all would wait for ever.
        """
        held: Database | None = getattr(self._reading, "database", None)
        if held is not None:
            yield held
            return
        database = self._reading.database = self._readers.get()
        try:
            with database.atomic("DEFERRED"):
                yield database
        finally:
            self._reading.database = None
            self._readers.put(database)

    @contextmanager
    def turn(self, hall: str) -> Iterator[Turn]:
        """Judge one hall at a time: the store has one writer anyway."""
        with self._judging:
            yield OnlyTurn()

    def announce(self, feeds: Sequence[str]) -> None:
        """There is no other process to be told."""

    def listening(self, told: Callable[[Sequence[str]], None]) -> AbstractContextManager[object]:
        """There is no other process to be heard."""
        return nullcontext()

    def backup(self, file: Path) -> int:
        """Copy the store as it stands; other processes read and write it meanwhile."""
        try:
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError as error:
            raise InvalidInput("hub.backup_exists", file=file) from error
        except OSError as error:
            raise StoreError("hub.backup_failed", file=file) from error
        os.close(descriptor)
        with translated(), closing(driver.connect(str(file))) as copy:
            with self.reading() as database:
                database.connection().backup(copy)
            copy.execute("PRAGMA journal_mode = delete")
            return int(copy.execute("SELECT count(*) FROM entries").fetchone()[0])

    def close(self) -> None:
        """Close all connections; nobody may be inside a block any more."""
        while not self._readers.empty():
            self._readers.get().close()
        if not self._writer.is_closed():
            self._writer.close()


def _connect(path: Path) -> Database:
    database = SqlCipherDatabase(
        str(path),
        pragmas=SETTINGS,
        thread_safe=False,
        check_same_thread=False,
    )
    database.connect()
    return database


@contextmanager
def translated() -> Iterator[None]:
    """Turn a full disk into `DiskFull`; peewee hides the cause behind a failed rollback."""
    try:
        yield
    except (PeeweeException, driver.Error) as error:
        cause: Any = error
        while cause is not None:
            if any(mark in str(cause) for mark in _FULL):
                raise DiskFull("hub.disk_full") from error
            cause = cause.__cause__ or cause.__context__
        raise
