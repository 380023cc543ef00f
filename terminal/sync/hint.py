"""The hub's hint: one light request that the hub answers when a feed of this terminal moved.

It runs on a thread and a connection of its own, reads nothing here and takes nothing over: it
only wakes the loop, which alone pushes and pulls. There is never more than one such request.
One that is answered in 25 s as the hub does makes 144 an hour; a hub (or a proxy) that fails,
answers at once with nothing, or tells of news that are none is asked at full-jitter intervals
up to five minutes, about thirty times an hour, while the loop goes on polling every 5 s.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from terminal.errors import TerminalError
from terminal.ids import Randomness
from terminal.protocol.wire import Cursor
from terminal.sync.backoff import Backoff

logger = logging.getLogger(__name__)

WAIT_SECONDS = 40.0
"""The patience of the waiting line: the hub answers after 25 s at the latest."""

TOO_SOON_SECONDS = 5.0
"""An answer without news that comes sooner than this is no hint."""

_PARTING_SECONDS = 5.0

Cursors = tuple[Cursor, ...]


class HintListener:
    """Asks the hub to say when something is new; `offer` after each turn that went well.

    `ask(cursors)` makes the request and says whether there is news; `abort` ends it from
    another thread; `moved` is called for news, `lost` when hints have ceased.
    """

    def __init__(
        self,
        *,
        ask: Callable[[Cursors], bool],
        abort: Callable[[], None],
        moved: Callable[[], None],
        lost: Callable[[], None],
        randomness: Randomness,
    ) -> None:
        self._ask = ask
        self._abort = abort
        self._moved = moved
        self._lost = lost
        self._backoff = Backoff(randomness)
        self._condition = threading.Condition()
        self._offered: Cursors | None = None
        self._stopping = False
        self._working = False
        self._thread: threading.Thread | None = None

    @property
    def working(self) -> bool:
        """Whether the hub would tell of news now, as far as is known."""
        return self._working

    def offer(self, cursors: Cursors) -> None:
        """Take where the terminal stands; the first offer starts the thread."""
        with self._condition:
            if self._stopping:
                return
            self._offered = cursors
            self._condition.notify()
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="hint", daemon=True)
                self._thread.start()

    def suspend(self) -> None:
        """Ask no more until the next offer: the hub cannot be reached."""
        with self._condition:
            self._offered = None

    def stop(self) -> bool:
        """End the thread, cutting off a request under way; say whether it has ended."""
        with self._condition:
            self._stopping = True
            self._condition.notify()
        self._abort()
        if self._thread is not None:
            # Only a name server that does not answer can keep it longer; it touches nothing.
            self._thread.join(_PARTING_SECONDS)
        return self._thread is None or not self._thread.is_alive()

    def _run(self) -> None:
        last: Cursors | None = None
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._stopping or self._offered is not None)
                if self._stopping:
                    return
                cursors = self._offered
                assert cursors is not None
            began = time.monotonic()
            try:
                news = self._ask(cursors)
            except TerminalError:
                self._pause()
            except Exception:  # the thread outlives any defect
                logger.exception("waiting for hints failed")
                self._pause()
            else:
                last = self._answered(news, cursors, last, time.monotonic() - began)

    def _answered(
        self, news: bool, cursors: Cursors, last: Cursors | None, seconds: float
    ) -> Cursors | None:
        """Take an answer; returns the cursors at which the hub has told of news."""
        if news and cursors != last:
            self._good()
            with self._condition:
                # Nothing is asked before the loop has looked.
                self._offered = None
            self._moved()
            return cursors
        if not news and seconds >= TOO_SOON_SECONDS:
            self._good()
            return last
        self._pause()
        return last

    def _good(self) -> None:
        self._backoff.reset()
        self._working = True

    def _pause(self) -> None:
        if self._working and not self._stopping:
            self._working = False
            self._lost()
        with self._condition:
            self._condition.wait_for(lambda: self._stopping, self._backoff.next_delay())
