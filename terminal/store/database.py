"""Opening the encrypted ledger: one write connection on a thread of its own, readers beside it.

WAL with synchronous=FULL is the only setting under which a power cut was seen to lose nothing
(see docs/decisions). peewee masks a full disk, so errors are translated here, once.
"""

from __future__ import annotations

import logging
import queue
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import apsw
import peewee
from filelock import FileLock, Timeout

from terminal.errors import DiskFull, StoreError, TerminalError
from terminal.store.encrypted import AEGIS, SQLCIPHER, SQLITE_VERSION, EncryptedDatabase
from terminal.store.log_room import LogRoom
from terminal.store.migrating import ROOM_BESIDE, bring_up
from terminal.store.write_thread import SYNC, WriteThread

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
Transaction = peewee.Database
"""What a function inside `write` or `read` gets; only this package looks into it."""
LEAST_SQLITE = (3, 51, 3)
"""Before it, WAL mode with two connections can lose committed rows."""

BUSY_MILLISECONDS = 5000
PRAGMAS = [
    ("journal_mode", "wal"),
    ("synchronous", "full"),
    ("foreign_keys", 1),
    ("secure_delete", 1),
    ("busy_timeout", BUSY_MILLISECONDS),
    ("cache_size", -8000),
    ("temp_store", "memory"),
]
READERS = 2
BALLAST_BYTES = 1 << 20
NO_ROOM_BYTES = 128 << 10
"""With less than this an I/O error is taken for a full disk."""

MIGRATIONS = Path(__file__).with_name("migrations")


def translate(error: Exception) -> TerminalError | None:
    """Return the sentence-bearing error behind a database error, or None for a defect."""
    seen: BaseException | None = error
    while seen is not None:
        text = str(seen).lower()
        if "database or disk is full" in text:
            return DiskFull()
        if "disk i/o error" in text:
            return StoreError("store.io_error")
        if "readonly database" in text or "read-only" in text:
            return StoreError("store.read_only")
        if "file is not a database" in text:
            return StoreError("store.wrong_key")
        if "malformed" in text:
            return StoreError("store.damaged")
        if "unable to open database" in text:
            return StoreError("store.cannot_open")
        # peewee's rollback on a full disk fails itself; the real cause stands behind it.
        seen = seen.__cause__ or seen.__context__
    return None


class Ledger:
    """The terminal's precious store. `write` and `read` may be called from any thread.

    `key` is 32 bytes. One process holds the folder's lock while the ledger is open; a second
    one gets `StoreError('store.in_use')`. With `rescue` the schema stays as it is, and nothing
    but what the hub acknowledges is written (`write_in_rescue`).
    """

    def __init__(self, path: Path, key: bytes, *, rescue: bool = False) -> None:
        if SQLITE_VERSION < LEAST_SQLITE:
            raise StoreError("store.old_sqlite", version=".".join(map(str, SQLITE_VERSION)))
        self.path = path
        self.rescue = rescue
        self._key = key
        self._form = AEGIS
        self._ballast = path.with_name("ballast")
        self._lock = FileLock(str(path) + ".lock")
        self._write_db: EncryptedDatabase | None = None
        self._readers: queue.SimpleQueue[EncryptedDatabase] = queue.SimpleQueue()
        self._thread = WriteThread("ledger-write")
        self._log_room = LogRoom(path, lambda work: self._thread.post(work, SYNC))
        self._open = False

    def open(self) -> None:
        """Take the lock, open the connections, bring the schema up to date."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
        except Timeout as error:
            raise StoreError("store.in_use", folder=self.path.parent) from error
        except OSError as error:
            raise StoreError("store.cannot_open") from error
        try:
            self._thread.start()
            self._thread.run(self._open_writer)
            for _ in range(READERS):
                self._readers.put(self._connect(readonly=True))
            if not self.rescue:
                self._lay_ballast()
            self._open = True
        except BaseException:
            self.close()
            raise

    def _connect(self, *, readonly: bool) -> EncryptedDatabase:
        database = EncryptedDatabase(
            self.path,
            self._key,
            self._form,
            [*PRAGMAS, ("query_only", 1)] if readonly else PRAGMAS,
        )
        try:
            database.connect()
        except (peewee.DatabaseError, apsw.Error) as error:
            raise self._explain(error) from error
        return database

    def _connect_writer(self) -> EncryptedDatabase:
        """Connect to the file in the form that it has; a new one gets today's."""
        self._form = AEGIS
        try:
            return self._connect(readonly=False)
        except StoreError as error:
            if error.code != "store.wrong_key":
                raise
        self._form = SQLCIPHER
        return self._connect(readonly=False)

    def _open_writer(self) -> None:
        """Connect and migrate; on a full disk the ballast is given up for it."""
        try:
            self._migrate()
        except DiskFull:
            self._give_up_ballast()
            self._migrate()
        if self._write_db is not None:
            self._log_room.watch(self._write_db.connection())

    def _migrate(self) -> None:
        self._close_writer()
        database = self._write_db = self._connect_writer()
        if self.rescue:
            return
        bring_up(database, self.path, MIGRATIONS, self._explain)
        if self._form is not AEGIS:
            self._renew(database)

    def _renew(self, database: EncryptedDatabase) -> None:
        """Bring a ledger of an earlier form into today's, if there is room for both."""
        try:
            database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            if shutil.disk_usage(self.path.parent).free < self.path.stat().st_size + ROOM_BESIDE:
                logger.warning("no room to bring the ledger into today's form")
                return
            renewed = database.renew()
        except (peewee.DatabaseError, apsw.Error, OSError):
            logger.warning("the ledger stays in its earlier form", exc_info=True)
            renewed = False
        self._close_writer()
        if renewed:
            self._form = AEGIS
        self._write_db = self._connect(readonly=False)

    def _explain(self, error: Exception) -> Exception:
        """Return what a person is told of a database error, or the error itself: a defect.

        SQLite calls it an I/O error when the file that readers share (-shm) finds no room.
        """
        told = translate(error)
        if told is not None and told.code == "store.io_error":
            try:
                free = shutil.disk_usage(self.path.parent).free
            except OSError:
                return told
            if free < NO_ROOM_BYTES:
                return DiskFull()
        return told or error

    def _give_up_ballast(self) -> None:
        """Make room for what a person is doing; raises the `DiskFull` again without ballast."""
        if not self._ballast.exists():
            raise DiskFull
        logger.warning("disk full: giving up the ballast")
        self._ballast.unlink(missing_ok=True)

    def _lay_ballast(self) -> None:
        try:
            if not self._ballast.exists():
                self._ballast.write_bytes(b"\0" * BALLAST_BYTES)
        except OSError:
            # Half a ballast would only take the last room away.
            self._ballast.unlink(missing_ok=True)
            logger.warning("no room for the ballast file")

    def close(self) -> None:
        """Close every connection and give the lock back; a second call does nothing.

        Nobody may be reading or writing any more; a later call gets `store.closed`.
        """
        self._open = False
        while True:
            try:
                self._readers.get_nowait().close()
            except queue.Empty:
                break
        if self._thread.alive:
            self._thread.run(self._close_writer, priority=SYNC)
            self._thread.stop()
        self._lock.release()

    def _close_writer(self) -> None:
        if self._write_db is not None:
            self._write_db.close()
            self._write_db = None

    def write(
        self, function: Callable[[peewee.Database], Result], *, priority: int | None = None
    ) -> Result:
        """Run `function` in one immediate transaction; return after the durable commit.

        People come before sync in the queue. When the disk is full, the ballast is given up
        and the transaction tried once more, so that what a person does still finishes.
        """
        self._check_open()
        if self.rescue:
            raise StoreError("store.rescue")
        return self._thread.run(self._transact, function, priority=priority)

    def write_in_rescue(self, function: Callable[[peewee.Database], Result]) -> Result:
        """Run `function` in one transaction of a ledger that is opened for rescue."""
        self._check_open()
        return self._thread.run(self._transact, function)

    def _check_open(self) -> None:
        if not self._open:
            raise StoreError("store.closed")

    def _transact(self, function: Callable[[peewee.Database], Result]) -> Result:
        try:
            return self._transact_once(function)
        except DiskFull:
            self._give_up_ballast()
            return self._transact_once(function)

    def _transact_once(self, function: Callable[[peewee.Database], Result]) -> Result:
        database = self._write_db
        if database is None:
            raise StoreError("store.closed")
        try:
            database.execute_sql("BEGIN IMMEDIATE")
            result = function(database)
            database.execute_sql("COMMIT")
        except BaseException as error:
            self._roll_back(database)
            if isinstance(error, peewee.DatabaseError | apsw.Error):
                raise self._explain(error) from error
            raise
        return result

    @staticmethod
    def _roll_back(database: EncryptedDatabase) -> None:
        connection: Any = database.connection()
        if connection.in_transaction:
            try:
                database.execute_sql("ROLLBACK")
            except (peewee.DatabaseError, apsw.Error):
                logger.warning("rollback failed; the connection is opened anew on next start")

    def empty_log(self) -> bool:
        """Bring the write-ahead log into the database file and empty it.

        What was overwritten there stands in no file then. False: somebody was reading; nobody
        waits for that here, it may be tried again.
        """
        self._check_open()
        return self._thread.run(self._empty_log, priority=SYNC)

    def _empty_log(self) -> bool:
        database = self._write_db
        if database is None:
            raise StoreError("store.closed")
        try:
            database.execute_sql("PRAGMA busy_timeout = 0")
            [(busy, _, _)] = database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except (peewee.DatabaseError, apsw.Error) as error:
            raise self._explain(error) from error
        finally:
            database.execute_sql(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        if not busy:
            self._log_room.emptied()
        return not busy

    def read(self, function: Callable[[peewee.Database], Result]) -> Result:
        """Run `function` on a read connection, in one consistent snapshot."""
        self._check_open()
        database = self._readers.get()
        try:
            database.execute_sql("BEGIN")
            try:
                return function(database)
            finally:
                database.execute_sql("COMMIT")
        except (peewee.DatabaseError, apsw.Error) as error:
            raise self._explain(error) from error
        finally:
            # Whoever stopped in the middle of a result may still hold it: a connection from
            # which one hangs would go on seeing that moment for ever.
            if database.is_reading():
                database.close()
            self._readers.put(database)
