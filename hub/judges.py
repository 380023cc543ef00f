"""Judges of a serving process: threads that judge what was stored, beside those that answer.

Whoever stored a few entries asks and waits a moment for their effects, which then ride in the
answer; what takes longer comes down the feed. So a window's record waits neither for a backlog
of its hall nor for another hall's.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 0.2
_THREADS = 2


class Judges:
    """Asks `judge(hall)` to be called on a thread of its own; `close` waits for those at work."""

    def __init__(self, judge: Callable[[str], object], patience: float = PATIENCE_SECONDS) -> None:
        self._judge = judge
        self._patience = patience
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="judge")
        self._asked: dict[str, Future[None]] = {}
        self._at_work: set[str] = set()
        self._lock = threading.Lock()
        self._closing = False

    def ask(self, hall: str) -> bool:
        """Have a hall judged; True when that was done within the patience."""
        with self._lock:
            work = self._asked.get(hall)
            if work is None:
                # What was asked for and has not begun will find this caller's entries, too.
                work = self._asked[hall] = Future()
                if hall not in self._at_work:
                    self._at_work.add(hall)
                    self._pool.submit(self._work, hall)
        with suppress(TimeoutError):
            work.result(self._patience)
            return True
        return False

    def _work(self, hall: str) -> None:
        with self._lock:
            work = self._asked.pop(hall)
        try:
            self._judge(hall)
        except Exception:
            # It is stored: the next one of this hall, or the next start, has it judged.
            log.exception("judging a hall failed")
        work.set_result(None)
        with self._lock:
            if hall in self._asked and not self._closing:
                self._pool.submit(self._work, hall)
            else:
                self._at_work.discard(hall)

    def close(self) -> None:
        """Finish what was begun."""
        with self._lock:
            self._closing = True
        self._pool.shutdown()
