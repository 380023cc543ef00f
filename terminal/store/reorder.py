"""Putting an aggregate into the hub's order, and taking out of it what has no effect there.

The hub judged what comes down a feed before it has seen what waits here. Played in that order,
both sides come to the same case; otherwise each would have its own step in front. And a step of
ours that the hub refused, or for which somebody else was first, is a fact of the journal but none
of the case: whoever went on from it would write what the hub can never take.
"""

from __future__ import annotations

import peewee

from terminal.domain.aggregates import Aggregate, id_of
from terminal.domain.evolve import Evolved, evolve
from terminal.domain.records import Record
from terminal.protocol import entry as entries
from terminal.protocol.entry import Entry, EntryError
from terminal.store import settled
from terminal.store.statements import rows

_OWN = (
    "SELECT record_id, state, header, payload, hash FROM entry"
    " WHERE aggregate_id = ? AND state <> 'forked' ORDER BY id"
)
_FOREIGN = (
    "SELECT record_id, state, header, payload, hash FROM foreign_entry"
    " WHERE aggregate_id = ? AND state = 'applied'"
)
_OTHERS = (
    "SELECT record_id, state, header, payload, hash FROM foreign_entry"
    " WHERE aggregate_id = ? ORDER BY received_at, rowid"
)
_WITHOUT_EFFECT = frozenset({"refused", "conflict", "resolved"})
_UNJUDGED = frozenset({"waiting", "acknowledged", "held"})


def behind(db: peewee.Database, aggregate: Aggregate, record: Record) -> Aggregate | None:
    """Return the aggregate with `record` before what the hub has not judged of ours.

    None when nothing of ours is unjudged, or when one of our steps would not be lawful behind
    it: then ours stay as they are, and the hub says what becomes of them.
    """
    own = {row[0]: row for row in rows(db, _OWN, record.aggregate_id)}
    steps = _steps(aggregate)
    unjudged = [one for one in steps if one in own and own[one][1] in _UNJUDGED]
    if not unjudged:
        return None
    known = own | {row[0]: row for row in rows(db, _FOREIGN, record.aggregate_id)}
    made = settled.load(db, record.aggregate_id, unjudged)
    done = {*unjudged, *_steps(made)}
    for one in (*(s for s in steps if s not in done), "", *unjudged):
        played = _record(known.get(one)) if one else record
        if played is None:
            return None
        judged = evolve(made, played)
        if not isinstance(judged, Evolved) or judged.aggregate is None:
            return None
        made = judged.aggregate
    return made


def in_effect(db: peewee.Database, aggregate: Aggregate) -> tuple[Aggregate, list[str]] | None:
    """Return an aggregate without our steps that have no effect, and whose entries made it.

    Others' steps that were not lawful on ours are taken now; ours that went on from one without
    effect are left out. None when nothing of it would be left, or something that it is made of
    was wiped: then it stays as it is.
    """
    own = {row[0]: row for row in rows(db, _OWN, id_of(aggregate))}
    doubtful = [name for name, row in own.items() if row[1] in _WITHOUT_EFFECT | _UNJUDGED]
    made = settled.load(db, id_of(aggregate), doubtful)
    done = set(_steps(made))
    others = {row[0]: row for row in rows(db, _OTHERS, id_of(aggregate))}
    lawful = {name: row for name, row in own.items() if row[1] not in _WITHOUT_EFFECT} | others
    steps = _steps(aggregate)
    judged = [name for name in steps if name not in own or own[name][1] not in _UNJUDGED]
    every = (*judged, *others, *steps, *own)
    order = dict.fromkeys(name for name in every if name in lawful and name not in done)
    left: list[Record] = []
    for name in order:
        record = _record(lawful[name])
        if record is not None:
            left.append(record)
        elif name in steps:
            return None
    placed: list[str] = []
    while (following := _following(made, left)) is not None:
        made, record = following
        placed.append(record.record_id)
        left.remove(record)
    return None if made is None else (made, placed)


def _steps(aggregate: Aggregate | None) -> list[str]:
    return [] if aggregate is None else [step.record_id for step in aggregate.history]


def _following(made: Aggregate | None, left: list[Record]) -> tuple[Aggregate, Record] | None:
    """Return the aggregate with the first of these records that is lawful now, and that one."""
    for record in left:
        judged = evolve(made, record)
        if isinstance(judged, Evolved) and judged.aggregate is not None:
            return judged.aggregate, record
    return None


def _record(row: tuple[object, ...] | None) -> Record | None:
    """Read a stored entry; None when it is not here, wiped, or of no kind that is known."""
    if row is None or row[3] is None:
        return None
    _, _, header, payload, digest = row
    try:
        return entries.to_record(Entry(bytes(header), bytes(payload), str(digest)))  # type: ignore[call-overload]
    except EntryError:
        return None
