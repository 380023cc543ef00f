"""Putting an aggregate into the hub's order, and taking out of it what has no effect there.

The hub judged what comes down a feed before it has seen what waits here. Played in that order,
both sides come to the same case; otherwise each would have its own step in front. And a step
that the hub refused, or for which somebody else was first, is a fact of the journal but none
of the case: whoever went on from it would write what the hub can never take.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import peewee

from terminal.domain.aggregates import Aggregate, id_of
from terminal.domain.evolve import Evolved, evolve
from terminal.domain.records import Record
from terminal.protocol import entry as entries
from terminal.protocol.entry import Entry, EntryError
from terminal.store import aggregates, hub_order, settled
from terminal.store.hub_order import Known
from terminal.store.statements import rows

VOID = "void"
"""State of another's entry that the hub has judged to be without effect."""

_OWN = (
    "SELECT record_id, state, header, payload, hash, place FROM entry"
    " WHERE aggregate_id = ? AND state <> 'forked' ORDER BY id"
)
_FOREIGN = (
    "SELECT record_id, state, header, payload, hash FROM foreign_entry"
    " WHERE aggregate_id = ? AND state = 'applied'"
)
_OTHERS = (
    "SELECT record_id, state, header, payload, hash, place FROM foreign_entry"
    " WHERE aggregate_id = ? ORDER BY received_at, rowid"
)
_TOLD = (
    "SELECT 1, record_id, state, place FROM entry WHERE aggregate_id = ? AND state <> 'forked'"
    " UNION ALL SELECT 0, record_id, state, place FROM foreign_entry WHERE aggregate_id = ?"
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
    """Return an aggregate as the steps that have an effect make it, and whose entries made it.

    They are played in the hub's order, ours that it has not judged last. Others' steps that were
    not lawful on ours are taken now; what went on from a step without effect is left out. None
    when nothing of it would be left, or something that it is made of was wiped: then it stays as
    it is.
    """
    own = {row[0]: row for row in rows(db, _OWN, id_of(aggregate))}
    others = {row[0]: row for row in rows(db, _OTHERS, id_of(aggregate))}
    doubtful = [name for name, row in own.items() if row[1] in _WITHOUT_EFFECT | _UNJUDGED]
    doubtful += [name for name, row in others.items() if row[1] == VOID]
    made = settled.load(db, id_of(aggregate), doubtful)
    steps, done = _steps(aggregate), set(_steps(made))
    left: list[Record] = []
    for name in _order(steps, _told(own), _told(others)):
        record = None if name in done else _record(own.get(name) or others.get(name))
        if record is not None:
            left.append(record)
        elif name in steps and name not in done:
            return None
    placed: list[str] = []
    while (following := _following(made, left)) is not None:
        made, record = following
        placed.append(record.record_id)
        left.remove(record)
    return None if made is None else (made, placed)


def in_order(db: peewee.Database, aggregate_id: str) -> tuple[Aggregate, list[str]] | None:
    """Return an aggregate in the hub's order, and whose entries made it; None when it is so.

    None, too, when a step of it would not be lawful any more: the hub has yet to say what becomes
    of that one, or of another. It is loaded only when it is in another order: most are not.
    """
    own: dict[str, tuple[str, int]] = {}
    others: dict[str, tuple[str, int]] = {}
    for ours, name, state, place in rows(db, _TOLD, aggregate_id, aggregate_id):
        if ours or state != "held":
            (own if ours else others)[name] = state, place
    steps = aggregates.steps(db, aggregate_id)
    order = _order(steps, own, others)
    if order == [name for name in steps if name in order]:
        return None
    aggregate = aggregates.load(db, aggregate_id)
    found = in_effect(db, aggregate) if aggregate is not None else None
    if found is None or found[0] == aggregate or set(steps) - set(_steps(found[0])):
        return None
    return found


def _told(entries_: Mapping[str, tuple[Any, ...]]) -> dict[str, tuple[str, int]]:
    """Return state and place of each of these entries."""
    return {name: (row[1], row[5]) for name, row in entries_.items()}


def _order(
    steps: list[str], own: Mapping[str, tuple[str, int]], others: Mapping[str, tuple[str, int]]
) -> list[str]:
    """Return the steps that have an effect, or may have one, in the hub's order."""
    known = {n: Known(True, place) for n, (state, place) in others.items() if state != VOID}
    for name, (state, place) in own.items():
        if state not in _WITHOUT_EFFECT:
            known[name] = Known(state not in _UNJUDGED, place)
    return hub_order.in_order(steps, known)


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
    _, _, header, payload, digest, *_ = row
    try:
        return entries.to_record(Entry(bytes(header), bytes(payload), str(digest)))  # type: ignore[call-overload]
    except EntryError:
        return None
