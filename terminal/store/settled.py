"""What a case or complaint was when contents of its entries went; later steps are played on it.

Nothing of ours waits for its effect then, so it is what the hub has as well, in the hub's order.
A step that comes to nothing later can be taken out again, although the first ones cannot be read.
"""

from __future__ import annotations

from collections.abc import Container

from terminal.domain.aggregates import Aggregate
from terminal.store import aggregates
from terminal.store.statements import Database, rows, run, sql_of
from terminal.store.tables.settled import SettledRow

_KEEP = (
    "REPLACE INTO settled (aggregate_id, kind, body) SELECT aggregate_id, kind, body"
    " FROM aggregate WHERE kind IN ('case', 'complaint') AND wiped = 0 AND aggregate_id IN"
)
_LOAD = sql_of(
    SettledRow.select(SettledRow.kind, SettledRow.body).where(SettledRow.aggregate_id == "")
)
_IDS = sql_of(SettledRow.select(SettledRow.aggregate_id))
_DROP = sql_of(SettledRow.delete().where(SettledRow.aggregate_id == ""))


def keep(db: Database, which: str, *values: object) -> None:
    """Keep the aggregates that a select of ids names, as they are now."""
    run(db, f"{_KEEP} ({which})", *values)


def drop(db: Database, aggregate_id: str) -> None:
    """Forget it, with the personal part of its aggregate."""
    run(db, _DROP, aggregate_id)


def load(db: Database, aggregate_id: str, open_: Container[str] = ()) -> Aggregate | None:
    """Return what was kept; None when nothing was, or when one of its steps is open (again)."""
    for kind, body in rows(db, _LOAD, aggregate_id):
        found = aggregates.decode(kind, body)
        if not any(step.record_id in open_ for step in found.history):
            return found
    return None


def every_id(db: Database) -> list[str]:
    """Return the ids of all that are kept."""
    return [name for (name,) in rows(db, _IDS)]
