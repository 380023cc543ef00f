"""Faults inside one process: it dies, its disk is full, fails or refuses, at any statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import peewee

FULL = "database or disk is full"
FAILING = "disk I/O error"
READ_ONLY = "attempt to write a readonly database"

_HARMLESS = ("ROLLBACK", "PRAGMA busy_timeout")
"""What needs no disk."""


class Crash(BaseException):
    """The process dies here; nothing of it runs on."""


class StatementFaults:
    """Counts the statements of a write connection; one of them is the last, or fails.

    `die_in`: the process dies before the statement that many ahead. `fail_in`: from there on
    every statement fails with the words of `failure`, or only that one with `once`.
    """

    def __init__(self) -> None:
        self.die_in: int | None = None
        self.fail_in: int | None = None
        self.failure = FULL
        self.once = False
        self.fired = False

    def clear(self) -> None:
        """No faults any more."""
        self.die_in = self.fail_in = None
        self.once = self.fired = False

    def install(self, database: Any) -> None:
        """Put the counting in front of a peewee database."""
        for name in ("execute_sql", "begin", "commit"):
            setattr(database, name, self._counted(getattr(database, name)))

    def _counted(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any, **more: Any) -> Any:
            if not (arguments and str(arguments[0]).startswith(_HARMLESS)):
                self._count()
            return call(*arguments, **more)

        return counted

    def _count(self) -> None:
        if self.die_in is not None:
            self.die_in -= 1
            if self.die_in < 0:
                self.fired = True
                raise Crash
        if self.fail_in is not None:
            self.fail_in -= 1
            if self.fail_in < 0:
                self.fired = True
                if self.once:
                    self.fail_in = None
                raise peewee.OperationalError(self.failure)
