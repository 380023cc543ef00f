"""The thread that owns the ledger's only write connection; people come before sync."""

from __future__ import annotations

import itertools
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

Result = TypeVar("Result")

PEOPLE = 0
SYNC = 10
_STOP = 100


class WriteThread:
    """Runs calls one after the other on one thread, by priority, then in order of arrival."""

    def __init__(self, name: str) -> None:
        self._queue: queue.PriorityQueue[tuple[int, int, Callable[[], None] | None]]
        self._queue = queue.PriorityQueue()
        self._count = itertools.count()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)

    @property
    def alive(self) -> bool:
        """Whether calls are taken."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is queued, then end the thread."""
        self._queue.put((_STOP, next(self._count), None))
        self._thread.join()

    def run(
        self, function: Callable[..., Result], *args: Any, priority: int | None = None
    ) -> Result:
        """Run a call on the thread and wait for its result; raises what the call raised.

        On the thread itself the call is made at once. Without a priority the call is a
        person's.
        """
        if threading.current_thread() is self._thread:
            return function(*args)
        future: Future[Result] = Future()

        def call() -> None:
            try:
                future.set_result(function(*args))
            except BaseException as error:  # noqa: BLE001 - handed to the caller as it is
                future.set_exception(error)

        self._queue.put((PEOPLE if priority is None else priority, next(self._count), call))
        return future.result()

    def post(self, function: Callable[[], None], priority: int) -> None:
        """Run a call on the thread some time later; it must not raise."""
        self._queue.put((priority, next(self._count), function))

    def _work(self) -> None:
        while True:
            _, _, call = self._queue.get()
            if call is None:
                return
            call()
