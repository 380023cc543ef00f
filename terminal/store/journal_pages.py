"""The journal by pages, newest first: filtered, without reading more than a page needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import peewee

from terminal.store.standing import TROUBLES
from terminal.store.statements import rows

MOST_FOUND = 100
"""Cases that a search looks at, the newest first; whoever wants others types more."""

_COLUMNS = (
    "e.id, e.epoch, e.seq, e.hash, e.record_id, e.kind, e.aggregate_id, e.written_at, e.state,"
    " e.code, e.since"
)
_CASE = (
    # Whatever the entry is about, the case is what a person knows: by its own id, as the
    # parent of a document, or as the first one of a visit or of what was rated.
    " coalesce(CASE a.kind WHEN 'case' THEN a.aggregate_id WHEN 'document' THEN a.parent"
    " WHEN 'rating' THEN (SELECT c.aggregate_id FROM aggregate c WHERE c.kind = 'case'"
    "  AND (c.aggregate_id = a.parent OR c.parent = a.parent) ORDER BY c.at LIMIT 1)"
    " ELSE (SELECT c.aggregate_id FROM aggregate c WHERE c.parent = a.aggregate_id"
    "  AND c.kind = 'case' ORDER BY c.at LIMIT 1) END, '')"
)
_LINES = (
    f"SELECT {_COLUMNS}, f.case_id, coalesce(c.number, '') FROM entry e"
    f" JOIN (SELECT e.id,{_CASE} AS case_id FROM entry e"
    "  LEFT JOIN aggregate a ON a.aggregate_id = e.aggregate_id WHERE e.id IN (%s)) f"
    " ON f.id = e.id LEFT JOIN aggregate c ON c.aggregate_id = f.case_id ORDER BY e.id DESC"
)
_TROUBLED = "state IN ('held', 'refused', 'conflict', 'forked')"
_FOUND = (
    "SELECT aggregate_id, parent FROM aggregate WHERE kind = 'case'"
    " AND replace(number, '-', '') LIKE ? ORDER BY at DESC LIMIT ?"
)
_BELONGING = (
    "SELECT aggregate_id FROM aggregate WHERE parent IN (%s)"
    " UNION SELECT aggregate_id FROM aggregate WHERE kind = 'rating' AND parent IN (%s)"
)


class Line(msgspec.Struct, frozen=True):
    """One entry without its bytes; `case_id` and `number` name the case it is about."""

    id: int
    epoch: str
    seq: int
    hash: str
    record_id: str
    kind: str
    aggregate_id: str
    written_at: int
    state: str
    code: str
    since: int
    case_id: str
    number: str


def page(
    db: peewee.Database,
    *,
    where: str = "",
    kinds: Sequence[str] = (),
    number: str = "",
    before: int = 0,
    limit: int = 200,
) -> list[Line]:
    """Return up to `limit` entries older than the entry `before` (0: from the newest).

    `where` is empty, `waiting`, `acknowledged` (the hub has it) or one of the troubled states;
    `number` any part of a receipt number, with or without its hyphens.
    """
    text = "".join(sign for sign in number.upper() if sign.isalnum())
    if number.strip():
        found = _of_numbers(db, text, where, kinds, before, limit) if text else []
    elif where in TROUBLES:
        found = _ids(db, "entry INDEXED BY entry_trouble", (*_state(where), *_kind(kinds)), before)
    elif kinds:
        found = _of_kinds(db, where, kinds, before, limit)
    else:
        found = _ids(db, "entry", _state(where), before, limit)
    return _lines(db, sorted(found, reverse=True)[:limit])


def _lines(db: peewee.Database, ids: Sequence[int]) -> list[Line]:
    if not ids:
        return []
    return [Line(*row) for row in rows(db, _LINES % _marks(ids), *ids)]


Condition = tuple[str, tuple[Any, ...]]


def _state(where: str) -> tuple[Condition, ...]:
    if where == "waiting":
        return (("acknowledged = 0", ()),)
    if where == "acknowledged":
        return (("acknowledged = 1", ()), ("state <> 'forked'", ()))
    if where in TROUBLES:
        # The index's own condition word for word: SQLite takes the index for no other.
        return ((_TROUBLED, ()), ("state = ?", (where,)))
    return ()


def _kind(kinds: Sequence[str]) -> tuple[Condition, ...]:
    return ((f"kind IN ({_marks(kinds)})", tuple(kinds)),) if kinds else ()


def _ids(
    db: peewee.Database,
    table: str,
    conditions: Sequence[Condition],
    before: int,
    limit: int = -1,
) -> list[int]:
    asked = [*conditions, *([("id < ?", (before,))] if before else [])]
    sql = " AND ".join(condition for condition, _ in asked)
    values = [value for _, given in asked for value in given]
    where = f" WHERE {sql}" if sql else ""
    found = rows(db, f"SELECT id FROM {table}{where} ORDER BY id DESC LIMIT ?", *values, limit)
    return [number for (number,) in found]


def _of_kinds(
    db: peewee.Database, where: str, kinds: Sequence[str], before: int, limit: int
) -> list[int]:
    """Return the newest of each kind: each is a stretch of the index, already in order.

    What waits lies at the end of the journal and what has arrived at its beginning, so a bound
    keeps the other half from being read.
    """
    bounds: list[Condition] = []
    if where == "waiting":
        ((first,),) = rows(db, "SELECT min(id) FROM entry WHERE acknowledged = 0")
        if first is None:
            return []
        bounds.append(("id >= ?", (first,)))
    elif where == "acknowledged":
        ((last,),) = rows(db, "SELECT max(id) FROM entry WHERE acknowledged = 1")
        if last is None:
            return []
        bounds.append(("id <= ?", (last,)))
    # A plus keeps SQLite from taking the other index, which knows nothing of kinds.
    state = [(f"+{condition}", values) for condition, values in _state(where)]
    found: list[int] = []
    for kind in kinds:
        conditions = (("kind = ?", (kind,)), *bounds, *state)
        found += _ids(db, "entry INDEXED BY entry_kind", conditions, before, limit)
    return found


def _of_numbers(
    db: peewee.Database, text: str, where: str, kinds: Sequence[str], before: int, limit: int
) -> list[int]:
    cases = rows(db, _FOUND, f"%{text}%", MOST_FOUND)
    if not cases:
        return []
    own, visits = [case for case, _ in cases], [visit for _, visit in cases]
    belonging = rows(db, _BELONGING % (_marks(own), _marks(visits)), *own, *visits)
    about = list({*own, *visits, *(one for (one,) in belonging)})
    related = (f"aggregate_id IN ({_marks(about)})", tuple(about))
    state = [(f"+{condition}", values) for condition, values in _state(where)]
    kind = [(f"+{condition}", values) for condition, values in _kind(kinds)]
    table = "entry INDEXED BY entry_aggregate_id"
    return _ids(db, table, (related, *state, *kind), before, limit)


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" for _ in values)
