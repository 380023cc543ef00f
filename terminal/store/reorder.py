"""Putting an aggregate into the hub's order: what is not judged there yet comes last.

The hub judged what comes down a feed before it has seen what waits here. Played in that order,
both sides come to the same case; otherwise each would have its own step in front.
"""

from __future__ import annotations

import peewee

from terminal.domain.aggregates import Aggregate
from terminal.domain.evolve import Evolved, evolve
from terminal.domain.records import Record
from terminal.protocol import entry as entries
from terminal.protocol.entry import Entry, EntryError
from terminal.store.statements import rows

_OWN = (
    "SELECT record_id, state, header, payload, hash FROM entry"
    " WHERE aggregate_id = ? AND state <> 'forked'"
)
_FOREIGN = (
    "SELECT record_id, state, header, payload, hash FROM foreign_entry"
    " WHERE aggregate_id = ? AND state = 'applied'"
)
_UNJUDGED = frozenset({"waiting", "acknowledged", "held"})


def behind(db: peewee.Database, aggregate: Aggregate, record: Record) -> Aggregate | None:
    """Return the aggregate with `record` before what the hub has not judged of ours.

    None when nothing of ours is unjudged, or when one of our steps would not be lawful behind
    it: then ours stay as they are, and the hub says what becomes of them.
    """
    own = {row[0]: row for row in rows(db, _OWN, record.aggregate_id)}
    steps = [step.record_id for step in getattr(aggregate, "history", ())]
    unjudged = [one for one in steps if one in own and own[one][1] in _UNJUDGED]
    if not unjudged:
        return None
    known = own | {row[0]: row for row in rows(db, _FOREIGN, record.aggregate_id)}
    late = set(unjudged)
    made: Aggregate | None = None
    for one in (*(s for s in steps if s not in late), "", *unjudged):
        played = _record(known.get(one)) if one else record
        if played is None:
            return None
        judged = evolve(made, played)
        if not isinstance(judged, Evolved) or judged.aggregate is None:
            return None
        made = judged.aggregate
    return made


def _record(row: tuple[object, ...] | None) -> Record | None:
    """Read a stored entry; None when it is not here, wiped, or of no kind that is known."""
    if row is None or row[3] is None:
        return None
    _, _, header, payload, digest = row
    try:
        return entries.to_record(Entry(bytes(header), bytes(payload), str(digest)))  # type: ignore[call-overload]
    except EntryError:
        return None
