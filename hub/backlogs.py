"""The line of backlogs: they are taken in one after the other, and beyond a few told to wait.

A terminal gives up after 20 seconds and comes again; a hub that let more of them stand in line
than it can take in meanwhile would do all the work and hear none of the thanks. So whoever
comes when the line is full is told at once when it will be its turn, each a moment of its own.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

AT_ONCE = 1
"""Backlogs that a process takes in at once: its other threads are for who is being served."""
IN_LINE = 4
IN_LINE_SECONDS = 5.0
"""Nobody waits in line for longer than this, as far as the last backlogs tell."""
LATEST_SECONDS = 300
_SPREAD = 1.5
"""A terminal comes after one to two times what it was told: this on average."""
_WEIGHT = 0.2


Done = TypeVar("Done")


class Busy(Exception):
    """The line is full: come again after so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Backlogs:
    """One process's line; used by the loop's thread alone. `monotonic` counts seconds."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._door = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._usual = 0.0
        self._promised = 0.0

    @asynccontextmanager
    async def place(
        self, meanwhile: Callable[[], Awaitable[Done]] | None = None
    ) -> AsyncIterator[Done | None]:
        """Wait for one's turn and keep it during the block; `Busy` when too many wait.

        `meanwhile` is done by who has to wait, and what it returns is given to the block.
        """
        if self._full():
            raise Busy(self._turn_of_next())
        self._waiting += 1
        done: Done | None = None
        try:
            if meanwhile is not None and self._door.locked():
                done = await meanwhile()
            await self._door.acquire()
        finally:
            self._waiting -= 1
        begun = self._monotonic()
        try:
            yield done
        finally:
            self._door.release()
            took = self._monotonic() - begun
            self._usual += _WEIGHT * (took - self._usual) if self._usual else took

    def _full(self) -> bool:
        if not self._door.locked():
            return False
        return self._waiting >= IN_LINE or (self._waiting + 1) * self._usual > IN_LINE_SECONDS

    def _turn_of_next(self) -> int:
        """Return what to tell the next one: behind all who stand in line or were told before."""
        now = self._monotonic()
        here = now + (self._waiting + AT_ONCE) * self._usual
        # Nobody is sent behind the latest moment: who was told before them comes again as well.
        before = min(self._promised, now + LATEST_SECONDS * _SPREAD)
        self._promised = max(here, before) + self._usual
        return max(1, min(LATEST_SECONDS, math.ceil((self._promised - now) / _SPREAD)))
