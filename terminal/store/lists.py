"""Lists for screens: cases, journal lines, documents; read only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, cast

import msgspec
import peewee

from terminal.domain.aggregates import Document, LifeEventApplication, NumberLease, id_of
from terminal.domain.case import Case
from terminal.store import aggregates
from terminal.store.statements import rows
from terminal.store.tables.ledger import AggregateRow, EntryRow

_CHUNK = 400
"""So many ids stand in one statement: SQLite takes no unlimited number of values."""


class EntryLine(msgspec.Struct, frozen=True):
    """One entry of the journal without its bytes."""

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


def cases(
    db: peewee.Database, *, staff: str = "", states: tuple[str, ...] = (), limit: int = 500
) -> list[Case]:
    """Return cases, newest first, of one member of staff and in some states if named."""
    where: list[object] = []
    if staff:
        where.append(AggregateRow.staff == staff)
    if states:
        where.append(AggregateRow.state.in_(states))
    return cast("list[Case]", list(aggregates.select(db, "case", *where, limit=limit)))


class Mark(NamedTuple):
    """What of a case is different after each step: its last record, and its length in bytes.

    A step that is put before others leaves the last record as it was; the history grows.
    """

    head: str
    size: int


def case_marks(db: peewee.Database, staff: str, states: Sequence[str]) -> dict[str, Mark]:
    """Return the marks of cases in some states, of one member of staff if named, by their ids."""
    of_staff, who = (" AND staff = ?", [staff]) if staff else ("", [])
    found = rows(
        db,
        "SELECT aggregate_id, head, length(body) FROM aggregate WHERE kind = 'case'"
        f" AND state IN ({_marks(states)}){of_staff}",
        *states,
        *who,
    )
    return {case_id: Mark(head, size) for case_id, head, size in found}


def cases_by_id(db: peewee.Database, ids: Sequence[str]) -> Iterator[tuple[str, Case]]:
    """Return some cases with their ids, in any order."""
    for some in _chunks(ids):
        for case in aggregates.select(db, "case", AggregateRow.aggregate_id.in_(some)):
            yield id_of(case), cast("Case", case)


class Newest(NamedTuple):
    """The newest own entry of an aggregate, and where it is; (0, "") without one."""

    id: int
    state: str


def newest_entries(db: peewee.Database, aggregate_ids: Sequence[str]) -> dict[str, Newest]:
    """Return the newest own entry of each of these aggregates that has one."""
    found: dict[str, Newest] = {}
    for some in _chunks(aggregate_ids):
        # Beside max() SQLite takes the other columns from the row that has it.
        sql = (
            "SELECT aggregate_id, max(id), state FROM entry"
            f" WHERE aggregate_id IN ({_marks(some)}) GROUP BY aggregate_id"
        )
        found |= {one: Newest(number, state) for one, number, state in rows(db, sql, *some)}
    return found


def last_entry(db: peewee.Database) -> int:
    """Return the id of the last own entry, 0 before the first."""
    [(last,)] = rows(db, "SELECT max(id) FROM entry")
    return int(last or 0)


def written_since(db: peewee.Database, entry_id: int) -> set[str]:
    """Return the aggregates with own entries after this one."""
    return {one for (one,) in rows(db, "SELECT aggregate_id FROM entry WHERE id > ?", entry_id)}


def first_waiting(db: peewee.Database) -> int:
    """Return the id of the first entry that waits; behind the last one when none does."""
    [(first,)] = rows(db, "SELECT min(id) FROM entry WHERE acknowledged = 0")
    return last_entry(db) + 1 if first is None else int(first)


def case_by_number(db: peewee.Database, receipt_number: str) -> Case | None:
    """Return the case with this receipt number."""
    found = aggregates.select(db, "case", AggregateRow.number == receipt_number, limit=1)
    return cast("Case | None", next(iter(found), None))


def application_by_number(db: peewee.Database, receipt_number: str) -> LifeEventApplication | None:
    """Return the life event's application with this receipt number."""
    found = aggregates.select(db, "application", AggregateRow.number == receipt_number, limit=1)
    return cast("LifeEventApplication | None", next(iter(found), None))


def leases(db: peewee.Database, series: str = "") -> list[NumberLease]:
    """Return the blocks of numbers that this machine knows, of one series if it is named."""
    where = [AggregateRow.number == series] if series else []
    found = aggregates.select(db, "lease", *where)
    return cast("list[NumberLease]", list(found))


def cases_of_visit(db: peewee.Database, visit_id: str) -> list[Case]:
    """Return the cases of a visit, oldest first."""
    found = cast("list[Case]", list(aggregates.select(db, "case", AggregateRow.parent == visit_id)))
    return found[::-1]


def documents_of_case(db: peewee.Database, case_id: str) -> list[Document]:
    """Return the documents of a case, oldest first."""
    found = aggregates.select(db, "document", AggregateRow.parent == case_id)
    return cast("list[Document]", list(found))[::-1]


def papers_of_case(db: peewee.Database, case_id: str) -> tuple[str, ...]:
    """Return the kinds of the papers that a case has had, one for each paper."""
    papers = AggregateRow.select(AggregateRow.state).where(
        AggregateRow.kind == "document", AggregateRow.parent == case_id
    )
    return tuple(kind for (kind,) in papers.tuples().execute(db))


def document_marks(
    db: peewee.Database, case_ids: Sequence[str]
) -> dict[str, tuple[tuple[str, str], ...]]:
    """Return the ids and newest records of the documents of each of these cases that has one."""
    found: dict[str, list[tuple[str, str]]] = {}
    for some in _chunks(case_ids):
        sql = (
            "SELECT parent, aggregate_id, head FROM aggregate"
            f" WHERE kind = 'document' AND parent IN ({_marks(some)}) ORDER BY aggregate_id"
        )
        for case_id, document_id, head in rows(db, sql, *some):
            found.setdefault(case_id, []).append((document_id, head))
    return {case_id: tuple(documents) for case_id, documents in found.items()}


def document_by_number(db: peewee.Database, kind: str, number: str) -> Document | None:
    """Return a document by its kind and its own number or its case's receipt number."""
    found = aggregates.select(
        db, "document", AggregateRow.number == number, AggregateRow.state == kind, limit=1
    )
    document = next(iter(found), None)
    if document is None:
        case = case_by_number(db, number)
        documents = documents_of_case(db, case.case_id) if case else []
        document = next((d for d in reversed(documents) if d.document_kind == kind), None)
    return cast("Document | None", document)


def sync_states(db: peewee.Database, aggregate_ids: Sequence[str]) -> dict[str, str]:
    """Return where each aggregate's newest own entry is: waiting, acknowledged, refused …"""
    return {one: newest.state for one, newest in newest_entries(db, aggregate_ids).items()}


def entry_lines(db: peewee.Database, *, state: str = "", limit: int = 200) -> list[EntryLine]:
    """Return lines of the journal, newest first; `state` narrows them."""
    query = EntryRow.select(*(getattr(EntryRow, name) for name in EntryLine.__struct_fields__))
    if state:
        query = query.where(EntryRow.state == state)
    return [
        EntryLine(*row)
        for row in query.order_by(EntryRow.id.desc()).limit(limit).tuples().execute(db)
    ]


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" for _ in values)
