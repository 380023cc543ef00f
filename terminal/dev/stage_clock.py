"""The clock of a scene: it ticks like the machine's and moves on when the scene says so."""

from __future__ import annotations

import mmap
import struct
from datetime import datetime
from pathlib import Path

from terminal.clock import SystemClock, to_milliseconds

_MOVED = struct.Struct("<qq")
"""By how much wall and monotonic time are ahead of the machine's, in milliseconds."""


class StageClock(SystemClock):
    """Processes that share its file share the time; for development and tests alone.

    Without being moved it is the machine's clock. The hub's process of a scene has the same
    clock as its terminal: to both, what passes is simply time.
    """

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.file = file
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(bytes(_MOVED.size))
        with file.open("r+b") as opened:
            self._moved = mmap.mmap(opened.fileno(), _MOVED.size)

    def begin_at(self, moment: datetime) -> None:
        """Set the wall clock, before anything runs by it; monotonic time stays as it is."""
        wall, _ = super()._read()
        self._put(to_milliseconds(moment) - wall, 0)

    def move(self, milliseconds: int) -> None:
        """Let time pass at once, as it passes on a machine that sleeps; forwards alone."""
        wall, monotonic = _MOVED.unpack_from(self._moved)
        self._put(wall + max(milliseconds, 0), monotonic + max(milliseconds, 0))

    def _read(self) -> tuple[int, int]:
        wall, monotonic = super()._read()
        moved_wall, moved_monotonic = _MOVED.unpack_from(self._moved)
        return wall + moved_wall, monotonic + moved_monotonic

    def _put(self, wall: int, monotonic: int) -> None:
        _MOVED.pack_into(self._moved, 0, wall, monotonic)
