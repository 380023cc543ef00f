"""Tells waiting terminals that one of their feeds moved; a hint only, never the truth."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager


class Bell:
    """Rung by any thread after a commit, heard by coroutines of any loop."""

    def __init__(self, announce: Callable[[Sequence[str]], None]) -> None:
        self._announce = announce
        self._lock = threading.Lock()
        self._listeners: dict[int, tuple[frozenset[str], asyncio.Event]] = {}
        self._loops: dict[int, asyncio.AbstractEventLoop] = {}
        self._closed = False

    def ring(self, feeds: Sequence[str]) -> None:
        """Wake everybody who listens to one of these feeds, here and in other processes."""
        self.wake(feeds)
        if feeds:
            self._announce(feeds)

    def wake(self, feeds: Iterable[str]) -> None:
        """Wake those of this process who listen to one of these feeds."""
        moved = set(feeds)
        with self._lock:
            for number, (wanted, event) in self._listeners.items():
                if not moved.isdisjoint(wanted):
                    self._loops[number].call_soon_threadsafe(event.set)

    @contextmanager
    def listen(self, feeds: Iterable[str]) -> Iterator[asyncio.Event]:
        """Give an event of the running loop that is set when one of the feeds moves."""
        event = asyncio.Event()
        with self._lock:
            number = id(event)
            self._listeners[number] = (frozenset(feeds), event)
            self._loops[number] = asyncio.get_running_loop()
            if self._closed:
                event.set()
        try:
            yield event
        finally:
            with self._lock:
                del self._listeners[number], self._loops[number]

    def close(self) -> None:
        """Wake everybody, now and from now on: the hub is going down."""
        with self._lock:
            self._closed = True
            for number, (_, event) in self._listeners.items():
                self._loops[number].call_soon_threadsafe(event.set)
