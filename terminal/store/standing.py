"""How the journal stands: counts, the nearest legal dates, what waits for an answer.

Screens ask this several times a second while 100,000 entries drain, so nothing here walks the
journal: the ends of indexes are read, and the few entries that are in trouble. Entries are
never deleted and their ids have no gaps, which makes counts differences of ids.
"""

from __future__ import annotations

import msgspec
import peewee

from terminal.domain.case import Case, CaseState
from terminal.store import aggregates
from terminal.store.statements import rows, run

TROUBLES = ("held", "refused", "conflict", "forked")
"""States that the index `entry_trouble` holds; it must name the same ones."""

_LAST = "SELECT max(id) FROM entry"
_WAITING = "SELECT id, written_at FROM entry WHERE acknowledged = 0 ORDER BY id LIMIT 1"
_ARRIVED = "SELECT since FROM entry WHERE acknowledged = 1 ORDER BY id DESC LIMIT 1"
_ARRIVED_AFTER = "SELECT count(*) FROM entry WHERE acknowledged = 1 AND id > ?"
_IN_TROUBLE = (
    "SELECT state, count(*) FROM entry INDEXED BY entry_trouble"
    " WHERE state IN ('held', 'refused', 'conflict', 'forked') GROUP BY state"
)
_FOREIGN_HELD = (
    "SELECT count(*) FROM foreign_entry INDEXED BY foreign_entry_held WHERE state = 'held'"
)
_NEAREST = (
    # Of the same day an answer is named before a decision; fifty are enough to find one.
    "SELECT e.due, e.aggregate_id FROM (SELECT due, aggregate_id FROM entry"
    " INDEXED BY entry_due WHERE due <> '' AND acknowledged = 0 ORDER BY due LIMIT 50) e"
    " LEFT JOIN aggregate a ON a.aggregate_id = e.aggregate_id"
    " ORDER BY e.due, a.state DESC LIMIT 1"
)
_ANSWER = (
    "SELECT due, aggregate_id FROM aggregate WHERE kind = 'case' AND state = 'RECEIVED'"
    " AND due > '' ORDER BY due LIMIT 1"
)
_OVERTAKE = "UPDATE entry SET due = '' WHERE aggregate_id = ? AND due <> ''"
_DATE = (
    "UPDATE entry SET due = ? WHERE id = (SELECT max(id) FROM entry WHERE aggregate_id = ?)"
    " AND due <> ?"
)
_OWED = (
    "SELECT aggregate_id, due FROM aggregate WHERE kind = 'case' AND state = 'RECEIVED'"
    " AND due > '' UNION SELECT aggregate_id, due FROM entry INDEXED BY entry_due"
    " WHERE due <> '' AND acknowledged = 0"
)


class Counts(msgspec.Struct, frozen=True):
    """How many entries are where; moments in milliseconds (0: none), dates ISO (empty: none).

    `due` is the nearest legal date among what waits and `due_act` what is owed by then (answer,
    forward, decide or deliver); `answer_due` the nearest date of an answer that is owed for any
    case here, arrived or not.
    """

    written: int
    waiting: int
    refused: int
    held: int
    conflict: int
    foreign_held: int
    oldest: int
    last_arrived: int
    due: str
    due_act: str
    answer_due: str
    answer_act: str

    @property
    def acknowledged(self) -> int:
        """How many entries the hub has."""
        return self.written - self.waiting


def counts(db: peewee.Database) -> Counts:
    """Count the journal by where its entries are."""
    last = int(rows(db, _LAST)[0][0] or 0)
    first = rows(db, _WAITING)
    waiting = oldest = 0
    if first:
        ((first_id, oldest),) = first
        # What a restored hub has lost waits again before newer entries that it has.
        waiting = last - first_id + 1 - int(rows(db, _ARRIVED_AFTER, first_id)[0][0])
    trouble = dict(rows(db, _IN_TROUBLE))
    arrived = rows(db, _ARRIVED)
    nearest = rows(db, _NEAREST)
    due, due_case = nearest[0] if nearest else ("", "")
    owed_answers = rows(db, _ANSWER)
    answer_due, answer_case = owed_answers[0] if owed_answers else ("", "")
    return Counts(
        # What was left behind in a forked epoch stands again in the one that followed.
        written=last - trouble.get("forked", 0),
        waiting=waiting,
        refused=trouble.get("refused", 0),
        held=trouble.get("held", 0),
        conflict=trouble.get("conflict", 0),
        foreign_held=int(rows(db, _FOREIGN_HELD)[0][0]),
        oldest=oldest,
        last_arrived=int(arrived[0][0]) if arrived else 0,
        due=due,
        due_act=_act(db, due_case),
        answer_due=answer_due,
        answer_act=_act(db, answer_case),
    )


def _act(db: peewee.Database, case_id: str) -> str:
    case = aggregates.load(db, case_id) if case_id else None
    return act_of(case) if isinstance(case, Case) else ""


def act_of(case: Case) -> str:
    """Return what the office owes by the case's date: answer, forward, decide or deliver."""
    if case.state is CaseState.RECEIVED:
        passing_on = case.forwarding is not None and not case.arrived_at
        return "forward" if passing_on else "answer"
    if case.state in (CaseState.DECIDED, CaseState.RESULT_READY):
        return "deliver"
    return "decide"


def overtake(db: peewee.Database, aggregate_id: str) -> None:
    """Take the legal date from earlier entries of an aggregate: a newer one is being written."""
    run(db, _OVERTAKE, aggregate_id)


def redate(db: peewee.Database, aggregate_id: str, due: str) -> None:
    """Give the newest own entry of an aggregate the date that holds since another's entry."""
    overtake(db, aggregate_id)
    if due:
        run(db, _DATE, due, aggregate_id, due)


def owed(db: peewee.Database, limit: int) -> list[str]:
    """Return the cases to which something is owed that others may not know of, nearest first.

    Those that wait for an answer, and those whose date runs and that have not arrived.
    """
    found = rows(db, f"SELECT aggregate_id FROM ({_OWED}) ORDER BY due LIMIT ?", limit)
    return [aggregate_id for (aggregate_id,) in found]


def count_owed(db: peewee.Database) -> int:
    """Count the cases that `owed` finds."""
    return int(rows(db, f"SELECT count(*) FROM ({_OWED})")[0][0])
