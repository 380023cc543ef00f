"""What was made of cases, kept until they change: screens ask several times a second.

Reading and decoding five thousand cases takes half a second of the interpreter, in which the
window takes no key. A look at their marks takes none of it, and few change in between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from terminal.domain.case import Case
from terminal.store import lists
from terminal.store.database import Transaction
from terminal.store.lists import Mark, Newest

Row = TypeVar("Row")

_SETTLED = frozenset({"", "applied", "resolved"})
"""Where an entry stays unless it is written anew or waits again."""

_NONE = Newest(0, "")


class KeptCases(Generic[Row]):
    """Rows of the cases of one list. Belongs to one thread at a time."""

    def __init__(self) -> None:
        self._basis: object = None
        self._rows: dict[str, tuple[Mark, Row]] = {}
        self._newest: dict[str, Newest] = {}
        self._seen = 0

    def rows(
        self,
        db: Transaction,
        staff: str,
        states: Sequence[str],
        basis: object,
        make: Callable[[Case], Row],
    ) -> dict[str, Row]:
        """Return what `make` gives of each case in these states, by the cases' ids.

        It is made anew where the case has changed, and everywhere when `basis` has.
        """
        known = self._rows if self._basis == basis else {}
        marks = lists.case_marks(db, staff, states)
        changed = [one for one, mark in marks.items() if one not in known or known[one][0] != mark]
        fresh = {one: (marks[one], make(case)) for one, case in lists.cases_by_id(db, changed)}
        self._rows = {one: fresh.get(one) or known[one] for one in marks}
        self._basis = basis
        return {one: row for one, (_, row) in self._rows.items()}

    def keep(self, case_id: str, row: Row) -> None:
        """Put another row in a case's place, until the case changes."""
        self._rows[case_id] = (self._rows[case_id][0], row)

    def sync_states(self, db: Transaction) -> dict[str, str]:
        """Return where the newest own entry of each of these cases is; empty for none."""
        known, written = self._newest, set[str]()
        if known:
            written = lists.written_since(db, self._seen)
        seen = lists.last_entry(db)
        first = lists.first_waiting(db)
        asked = [
            one
            for one in self._rows
            if one not in known or one in written or _may_have_moved(known[one], first)
        ]
        found = lists.newest_entries(db, asked)
        fresh = {one: found.get(one, _NONE) for one in asked}
        self._newest = {one: fresh.get(one) or known[one] for one in self._rows}
        self._seen = seen
        return {one: newest.state for one, newest in self._newest.items()}


def _may_have_moved(newest: Newest, first_waiting: int) -> bool:
    """Say whether an entry may be elsewhere by now: what waits lies at the journal's end."""
    waits = newest.state == "waiting"
    if waits != (newest.id >= first_waiting):
        return True
    return not waits and newest.state not in _SETTLED
