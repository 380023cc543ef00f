"""Giving back what is left of leased blocks of numbers when their year is over."""

from __future__ import annotations

from terminal.clock import Clock
from terminal.domain.aggregates import NumberLease
from terminal.domain.numbers import year_of_series
from terminal.domain.records.office import YEAR_OVER
from terminal.store import numbers
from terminal.store.database import Ledger, Transaction
from terminal.store.journal import Journal
from terminal.store.write_thread import SYNC


class NumberBlocks:
    """Looks after the blocks that this terminal has been leased; any thread may call it."""

    def __init__(self, ledger: Ledger, journal: Journal, clock: Clock) -> None:
        self._ledger = ledger
        self._journal = journal
        self._clock = clock

    def give_back(self) -> int:
        """Return to the hub what past years have left over; says how many blocks that were.

        Numbers are drawn by the day's year, so nobody takes one of them any more.
        """
        now = self._clock.now()
        if not self._ledger.read(lambda db: self._left(db, now.local.year)):
            return 0
        return self._ledger.write(
            lambda db: self._write(db, now.local.year, now.corrected), priority=SYNC
        )

    def _write(self, db: Transaction, year: int, at: int) -> int:
        past = self._left(db, year)
        for lease, place in past:
            self._journal.give_back(db, lease, place, at, YEAR_OVER)
        return len(past)

    def _left(self, db: Transaction, year: int) -> list[tuple[NumberLease, int]]:
        return [
            (lease, place)
            for lease, place in numbers.left(db, self._journal.origin)
            if 0 < year_of_series(lease.series) < year
        ]
