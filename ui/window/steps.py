"""Steps of visits, written one behind the other: parked, taken up, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject

from ui.bridge import Bridge, Failure

Told = Callable[[Any], None]

_THERE_ALREADY = frozenset({"visit.already_parked", "visit.not_parked"})
"""After a crash the screen may be behind the journal: then it is as it is wanted."""


class Steps:
    """A queue of its own: two actions side by side might overtake each other."""

    def __init__(self, bridge: Bridge, owner: QObject, failed: Callable[[Failure], None]) -> None:
        self._bridge, self._owner, self._failed = bridge, owner, failed
        self._waiting: list[tuple[Callable[[], Any], Told | None, Told]] = []

    def record(
        self,
        call: Callable[[], Any],
        done: Told | None = None,
        failed: Callable[[Failure], None] | None = None,
    ) -> None:
        """Write a step behind the ones before it."""
        self._waiting.append((call, done, failed or self._on_failed))
        if len(self._waiting) == 1:
            self._next()

    def _next(self) -> None:
        if not self._waiting or self._bridge.ctx is None:
            return
        call, done, failed = self._waiting[0]
        self._bridge.run(
            self._owner, call,
            done=lambda result: self._on_written(done, result),
            failed=lambda failure: self._on_written(failed, failure),
        )  # fmt: skip

    def _on_written(self, told: Told | None, result: Any) -> None:
        del self._waiting[0]
        self._next()
        if told is not None:
            told(result)

    def _on_failed(self, failure: Failure) -> None:
        if failure.code not in _THERE_ALREADY:
            self._failed(failure)
