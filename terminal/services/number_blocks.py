"""Giving back what is left of leased blocks of numbers when their year is over."""

from __future__ import annotations

from terminal.clock import Clock
from terminal.domain.aggregates import NumberLease
from terminal.domain.numbers import year_of_series
from terminal.domain.records import NumbersReturned
from terminal.ids import record_id
from terminal.protocol.entry import Draft
from terminal.services.numbering import used_of
from terminal.store import lists
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
        left = self._left(db, year)
        for lease in left:
            body = NumbersReturned(lease.first + used_of(db, lease), lease.last, at)
            action = record_id(lease.lease_id, "year-end", "action")
            self._journal.append(db, action, [Draft(lease.lease_id, lease.head, body)])
        return len(left)

    def _left(self, db: Transaction, year: int) -> list[NumberLease]:
        return [
            lease
            for lease in lists.leases(db)
            if lease.terminal_id == self._journal.origin
            and 0 < year_of_series(lease.series) < year
            and lease.holds(lease.first + used_of(db, lease))
        ]
