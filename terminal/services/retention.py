"""Retention: what the hub has had for long enough is wiped from this terminal.

Once a day, and some time after the start, behind everything that people do. Acknowledged
payloads stay for the retention time, so that a hub restored from an older backup is refilled
by itself; then they go, and with them the personal part of cases in which nothing is owed any
more or that belong to another terminal, and scans that nothing else names.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TypeVar

from terminal.clock import Clock
from terminal.errors import TerminalError
from terminal.events import EventBus
from terminal.store import blob_files, retention
from terminal.store.database import Ledger, Transaction
from terminal.store.retention import MOST_ROWS, Wiped
from terminal.store.write_thread import SYNC

logger = logging.getLogger(__name__)

Key = TypeVar("Key", int, str)
Result = TypeVar("Result")

DAY_MILLISECONDS = 86_400_000
LOG_TRIES = 5


class RetentionService:
    """Wipes what is due; any thread may call it."""

    def __init__(
        self,
        ledger: Ledger,
        clock: Clock,
        events: EventBus,
        *,
        terminal_id: str,
        blobs: Path,
        days: int,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._events = events
        self._terminal_id = terminal_id
        self._blobs = blobs
        self.days = days

    def before(self) -> int:
        """Return the moment before which acknowledged payloads may go, in milliseconds."""
        return self._clock.now().corrected - self.days * DAY_MILLISECONDS

    def plan(self) -> Wiped:
        """Say how many entries would be wiped now; what hangs on them is not foretold."""
        own, foreign = self._ledger.read(lambda db: retention.entries_due(db, self.before()))
        return Wiped(entries=len(own) + len(foreign))

    def run(self, stopping: Callable[[], bool] = lambda: False) -> Wiped:
        """Wipe all that is due, in short transactions; returns how much it was."""
        before = self.before()
        total = self._payloads(before, stopping) + self._aggregates(stopping)
        if not stopping():
            total += self._scans(before)
        if total:
            self._empty_log()
            self._events.publish("journal_changed", detail="wiped")
        return total

    def _payloads(self, before: int, stopping: Callable[[], bool]) -> Wiped:
        own, foreign = self._ledger.read(lambda db: retention.entries_due(db, before))
        count = 0
        for page in _pages(own, stopping):
            count += self._write(partial(retention.wipe_own, ids=page, before=before))
        for records in _pages(foreign, stopping):
            count += self._write(partial(retention.wipe_foreign, record_ids=records, before=before))
        return Wiped(entries=count)

    def _aggregates(self, stopping: Callable[[], bool]) -> Wiped:
        left = self._ledger.read(retention.aggregates_due)
        total = Wiped()
        while left and not stopping():
            page = left[:MOST_ROWS]
            done, gone = self._write(
                partial(retention.wipe_aggregates, ids=page, terminal_id=self._terminal_id)
            )
            total += gone
            left = left[done:]
        return total

    def _scans(self, before: int) -> Wiped:
        def look(db: Transaction) -> list[str]:
            confirmed = retention.confirmed_scans(db)
            named = retention.named_scans(db) if confirmed else set()
            return [digest for digest in confirmed if digest not in named]

        due = [
            digest
            for digest in self._ledger.read(look)
            if blob_files.unused_since(self._blobs, digest, before)
        ]
        for page in _pages(due, lambda: False):
            self._write(partial(retention.forget_scans, hashes=page))
        known = self._ledger.read(retention.known_scans)
        # After the commits, and whatever an earlier run or a crash has left over.
        for name in blob_files.files_in(self._blobs):
            if name not in known and blob_files.unused_since(self._blobs, name, before):
                blob_files.remove_file(self._blobs, name)
        return Wiped(scans=len(due))

    def _empty_log(self) -> None:
        for _ in range(LOG_TRIES):
            if self._ledger.empty_log():
                return
        logger.info("somebody was reading; the log is emptied with the next run")

    def _write(self, function: Callable[[Transaction], Result]) -> Result:
        return self._ledger.write(function, priority=SYNC)


def _pages(keys: Sequence[Key], stopping: Callable[[], bool]) -> Iterator[list[Key]]:
    for start in range(0, len(keys), MOST_ROWS):
        if stopping():
            return
        yield list(keys[start : start + MOST_ROWS])


class RetentionTask:
    """Runs the service on a thread of its own: soon after the start, then once a day.

    It waits for the hub's clock: with a clock that stands at 2030 everything would look old.
    """

    def __init__(
        self,
        run: Callable[[Callable[[], bool]], object],
        clock: Clock,
        *,
        first: float = 60.0,
        every: float = 86_400.0,
    ) -> None:
        self._run = run
        self._clock = clock
        self._first = first
        self._every = every
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="retention", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End it; a transaction that is going on is finished."""
        self._over.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _work(self) -> None:
        wait = self._first
        while not self._over.wait(wait):
            wait = self._first
            if self._clock.now().quality != "hub":
                continue
            try:
                self._run(self._over.is_set)
                wait = self._every
            except TerminalError as error:
                logger.warning("retention: %s", error.code)
            except Exception:  # the task outlives any defect
                logger.exception("retention failed")
