"""Who writes next where only one can: those who are waited for before the work of a backlog."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST_SECONDS = 0.5
"""How long a backlog's work lets others go first; from then on it stands among them."""


class WriterLine:
    """One holder at a time; `yielding` holders let all others go first, for a while each.

    A plain lock would be taken again by the thread that gave it back, page after page, while a
    window's record waits for all of them.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._held = False
        self._waiting = 0

    @contextmanager
    def hold(self, *, yielding: bool = False) -> Iterator[None]:
        """Wait for one's turn and keep it during the block."""
        with self._changed:
            if yielding:
                self._changed.wait_for(lambda: not (self._held or self._waiting), LONGEST_SECONDS)
            self._waiting += 1
            try:
                self._changed.wait_for(lambda: not self._held)
            finally:
                self._waiting -= 1
            self._held = True
        try:
            yield
        finally:
            with self._changed:
                self._held = False
                self._changed.notify_all()
