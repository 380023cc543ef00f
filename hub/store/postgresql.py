"""The hub's store on PostgreSQL: several processes, on one machine or many, share it.

Writers run beside each other; what must not is kept apart by locks inside their transactions
(chains by origin, judging by hall, feeds by row). Which process judges a hall is said by a
lease, so that processes share the work and do not wait in line for it.
"""

from __future__ import annotations

import logging
import queue
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import psycopg
from peewee import DatabaseError, IntegrityError, OperationalError, PostgresqlDatabase

from hub.store import migrations
from hub.store.database import Turn, translated
from hub.store.projections import Clash
from hub.store.statements import clean, rows, run
from terminal.errors import InvalidInput, StoreError

log = logging.getLogger(__name__)

_CHANNEL = "hub_feeds"
_NAMES = 50
"""Feeds of one announcement; PostgreSQL takes at most 8,000 bytes."""
_LISTEN_SECONDS = 0.5
_PATIENCE_SECONDS = 0.2
LEASE_MS = 10_000
"""A process that did not come back for so long has lost its hall to the next one."""
_SURE_SECONDS = 2.0
"""How long after a lease was taken it is not looked at again."""
_SESSION = (
    # A committed entry is on the disk, whatever the cluster's default is.
    "SET synchronous_commit = on",
    # A process that was stopped in the middle must not keep its hall from all others.
    "SET idle_in_transaction_session_timeout = '60s'",
    # Rows above 2 KiB are packed; the server's own way takes a quarter of the time of storing.
    "SELECT set_config('default_toast_compression', 'lz4', false) FROM pg_settings"
    " WHERE name = 'default_toast_compression' AND 'lz4' = ANY(enumvals)",
)
_READ_ONLY = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
_MILLISECONDS = "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
_FREE = f"(leases.holder IN ('', excluded.holder) OR leases.until < {_MILLISECONDS})"
_TAKE = f"""
INSERT INTO leases (hall, holder, until, wanted) VALUES (?, ?, {_MILLISECONDS} + ?, 1)
ON CONFLICT (hall) DO UPDATE SET wanted = leases.wanted + 1,
    until = CASE WHEN {_FREE} THEN excluded.until ELSE leases.until END,
    holder = CASE WHEN {_FREE} THEN excluded.holder ELSE leases.holder END
RETURNING holder, wanted
"""
_GIVE_BACK = "UPDATE leases SET holder = '' WHERE hall = ? AND holder = ? AND wanted = ?"


class _Database(PostgresqlDatabase):
    def execute_sql(self, sql: str, params: Any = None) -> Any:
        return super().execute_sql(sql, None if params is None else [clean(p) for p in params])


class _Pool:
    """Connections that are open or will be; a broken one is replaced."""

    def __init__(self, url: str, *settings: str) -> None:
        self._url = url
        self._settings = settings
        self._free: queue.LifoQueue[_Database] = queue.LifoQueue()

    @contextmanager
    def one(self) -> Iterator[_Database]:
        """Lend a connection; threads beyond those that are free get a new one."""
        try:
            database = self._free.get_nowait()
        except queue.Empty:
            database = self._open()
        try:
            yield database
        finally:
            if database.is_connection_usable():
                self._free.put(database)
            else:
                database.close()

    def _open(self) -> _Database:
        database = _Database(self._url, prefer_psycopg3=True, thread_safe=False)
        try:
            database.connect()
            for setting in self._settings:
                database.execute_sql(setting)
        except (OperationalError, psycopg.Error) as error:
            # Host and name only: the address may hold a password.
            parts = urlsplit(self._url)
            raise StoreError(
                "hub.database_unreachable",
                host=parts.hostname or "localhost",
                name=parts.path.lstrip("/"),
            ) from error
        return database

    def close(self) -> None:
        while not self._free.empty():
            self._free.get().close()


class PostgresqlStore:
    """A PostgreSQL database by its address; safe from any thread and many processes."""

    shared = True

    def __init__(self, url: str) -> None:
        self._url = url
        self.holder = secrets.token_hex(8)
        self._writers = _Pool(url, *_SESSION)
        self._readers = _Pool(url, _READ_ONLY)
        # A lease that a crash of the server forgets is a lease that ran out: it need not wait.
        self._leases = _Pool(url, "SET synchronous_commit = off")
        self._lock = threading.Lock()
        self._judging: dict[str, threading.Lock] = {}
        try:
            with self._writers.one() as database:
                migrations.migrate(database)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def writing(self, *, yielding: bool = False) -> Iterator[Any]:
        """Run the block in one durable write transaction, beside those of others (`yielding` or
        not: there is no line).

        `Clash` when another one was quicker with the same rows; nothing was written then.
        """
        with self._writers.one() as database, translated():
            try:
                with database.atomic():
                    yield database
            except (DatabaseError, psycopg.Error) as error:
                if _clashed(error):
                    raise Clash from error
                raise

    @contextmanager
    def reading(self, *, once: bool = False) -> Iterator[Any]:
        """Run the block on one consistent state; nothing may be written.

        `once`: one statement, which sees one state by itself and needs no transaction around it.
        """
        with self._readers.one() as database, nullcontext() if once else database.atomic():
            yield database

    @contextmanager
    def turn(self, hall: str) -> Iterator[Turn]:
        """Wait a little for the threads of this process; others are told by the lease.

        A thread that judges a long backlog is left word like another process: who stored one
        entry more gets an answer, and its effect comes down the feed.
        """
        with self._lock:
            judging = self._judging.setdefault(hall, threading.Lock())
        with self._leases.one() as database:
            lease = Lease(database, hall, self.holder)
            if not judging.acquire(timeout=_PATIENCE_SECONDS):
                lease.take()
                if not judging.acquire(blocking=False):
                    yield TakenTurn()
                    return
            try:
                yield lease
            finally:
                judging.release()

    def announce(self, feeds: Sequence[str]) -> None:
        """Tell other processes that these feeds moved; a hint, which may get lost."""
        try:
            with self._leases.one() as database:
                for start in range(0, len(feeds), _NAMES):
                    names = "\n".join(feeds[start : start + _NAMES])
                    rows(database, "SELECT pg_notify(?, ?)", _CHANNEL, names)
        except (DatabaseError, StoreError):
            log.warning("other processes could not be told that feeds moved")

    @contextmanager
    def listening(self, told: Callable[[Sequence[str]], None]) -> Iterator[None]:
        """Hear during the block what processes announce, on a thread of its own."""
        over = threading.Event()
        hearing = threading.Thread(
            target=_hear, args=(self._url, told, over), name="hub announcements"
        )
        hearing.start()
        try:
            yield
        finally:
            over.set()
            hearing.join()

    def backup(self, file: Path) -> int:
        """Say that PostgreSQL has better means of its own."""
        raise InvalidInput("hub.backup_by_postgresql")

    def close(self) -> None:
        """Close all connections; nobody may be inside a block any more."""
        for pool in (self._writers, self._readers, self._leases):
            pool.close()


class TakenTurn:
    """The turn of somebody who has left word with the judge that is at work."""

    def take(self) -> bool:
        """Another thread has the hall, and will look once more."""
        return False

    def give_back(self) -> bool:
        """Nothing was taken."""
        return True


class Lease:
    """A hall's lease for one holder, by the database's clock."""

    def __init__(self, database: Any, hall: str, holder: str) -> None:
        self._db = database
        self._hall = hall
        self._holder = holder
        self._wanted = 0
        self._sure_until = 0.0

    def take(self) -> bool:
        """Take or prolong the lease; False leaves word with whoever holds it.

        One that was taken a moment ago is not asked for again: who has left word since is
        seen by `give_back`.
        """
        if monotonic() < self._sure_until:
            return True
        ((holder, self._wanted),) = rows(self._db, _TAKE, self._hall, self._holder, LEASE_MS)
        mine = bool(holder == self._holder)
        self._sure_until = monotonic() + _SURE_SECONDS if mine else 0.0
        return mine

    def give_back(self) -> bool:
        """Let go if nobody asked since the last `take`; otherwise there is more to judge."""
        self._sure_until = 0.0
        return bool(run(self._db, _GIVE_BACK, self._hall, self._holder, self._wanted))


def _hear(url: str, told: Callable[[Sequence[str]], None], over: threading.Event) -> None:
    while not over.is_set():
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(b"LISTEN " + _CHANNEL.encode())
                while not over.is_set():
                    for note in connection.notifies(timeout=_LISTEN_SECONDS):
                        told(note.payload.split("\n"))
        except psycopg.Error:
            # The server may be away for a while; terminals ask again by themselves.
            log.warning("announcements of other processes are not heard for now")
            over.wait(_LISTEN_SECONDS)


def _clashed(error: BaseException) -> bool:
    """Say whether the same work may succeed when it is done again."""
    if isinstance(error, IntegrityError):
        return True
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(
            cause,
            psycopg.errors.UniqueViolation
            | psycopg.errors.DeadlockDetected
            | psycopg.errors.SerializationFailure,
        ):
            return True
        cause = cause.__cause__ or cause.__context__
    return False
