"""One after the other on the ledger's only write connection; people come before sync.

A call that nobody is in the way of runs on the caller's own thread: handing it over and waiting
for its answer wakes two threads, which takes longer than encrypting what it writes.
"""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")

PEOPLE = 0
SYNC = 10
_STOP = 100


class WriteThread:
    """Runs calls one after the other, by priority, then in order of arrival.

    What has to wait is run by a thread of its own, and so is what is only posted.
    """

    def __init__(self, name: str) -> None:
        self._waiting: list[tuple[int, int, Callable[[], None] | None]] = []
        self._count = itertools.count()
        self._turn = threading.Condition()
        self._owner = 0
        """The thread whose call is running, by its identity; 0: none."""
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    @property
    def alive(self) -> bool:
        """Whether calls are taken."""
        return self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """How many calls have not begun."""
        return len(self._waiting)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued, then end the thread."""
        self._put(_STOP, None)
        self._thread.join()

    def run(
        self, function: Callable[..., Result], *args: Any, priority: int | None = None
    ) -> Result:
        """Run a call when it is its turn and wait for its result; raises what the call raised.

        Within a call of the same thread it is made at once. Without a priority the call is a
        person's.
        """
        if self._owner == threading.get_ident():
            return function(*args)
        if self._take_turn():
            try:
                return function(*args)
            finally:
                self._give_turn()
        future: Future[Result] = Future()

        def call() -> None:
            try:
                future.set_result(function(*args))
            except BaseException as error:  # noqa: BLE001 - handed to the caller as it is
                future.set_exception(error)

        self._put(PEOPLE if priority is None else priority, call)
        return future.result()

    def post(self, function: Callable[[], None], priority: int) -> None:
        """Run a call on the thread some time later; it must not raise."""
        self._put(priority, function)

    def _put(self, priority: int, call: Callable[[], None] | None) -> None:
        with self._turn:
            heapq.heappush(self._waiting, (priority, next(self._count), call))
            self._turn.notify()

    def _take_turn(self) -> bool:
        """Begin a call here, if none is running and none waits."""
        with self._turn:
            if self._owner or self._waiting:
                return False
            self._owner = threading.get_ident()
            return True

    def _give_turn(self) -> None:
        with self._turn:
            self._owner = 0
            if self._waiting:
                self._turn.notify()

    def _work(self) -> None:
        while True:
            with self._turn:
                while self._owner or not self._waiting:
                    self._turn.wait()
                _, _, call = heapq.heappop(self._waiting)
                self._owner = threading.get_ident()
            try:
                if call is None:
                    return
                call()
            finally:
                self._give_turn()
