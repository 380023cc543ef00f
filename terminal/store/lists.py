"""Lists for screens: cases, journal lines, documents; read only."""

from __future__ import annotations

from typing import cast

import msgspec
import peewee

from terminal.domain.aggregates import Document, LifeEventApplication, NumberLease
from terminal.domain.case import Case
from terminal.store import aggregates
from terminal.store.tables.ledger import AggregateRow, EntryRow


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


def case_by_number(db: peewee.Database, receipt_number: str) -> Case | None:
    """Return the case with this receipt number."""
    found = aggregates.select(db, "case", AggregateRow.number == receipt_number, limit=1)
    return cast("Case | None", next(iter(found), None))


def application_by_number(db: peewee.Database, receipt_number: str) -> LifeEventApplication | None:
    """Return the life event's application with this receipt number."""
    found = aggregates.select(db, "application", AggregateRow.number == receipt_number, limit=1)
    return cast("LifeEventApplication | None", next(iter(found), None))


def leases(db: peewee.Database, series: str) -> list[NumberLease]:
    """Return the blocks of a series of numbers that this machine knows."""
    found = aggregates.select(db, "lease", AggregateRow.number == series)
    return cast("list[NumberLease]", list(found))


def cases_of_visit(db: peewee.Database, visit_id: str) -> list[Case]:
    """Return the cases of a visit, oldest first."""
    found = cast("list[Case]", list(aggregates.select(db, "case", AggregateRow.parent == visit_id)))
    return found[::-1]


def documents_of_case(db: peewee.Database, case_id: str) -> list[Document]:
    """Return the documents of a case, oldest first."""
    found = aggregates.select(db, "document", AggregateRow.parent == case_id)
    return cast("list[Document]", list(found))[::-1]


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


def sync_states(db: peewee.Database, aggregate_ids: list[str]) -> dict[str, str]:
    """Return where each aggregate's newest own entry is: waiting, acknowledged, refused …"""
    query = (
        EntryRow.select(EntryRow.aggregate_id, EntryRow.state)
        .where(EntryRow.aggregate_id.in_(aggregate_ids))
        .order_by(EntryRow.id)
    )
    return dict(query.tuples().execute(db))


def entry_lines(db: peewee.Database, *, state: str = "", limit: int = 200) -> list[EntryLine]:
    """Return lines of the journal, newest first; `state` narrows them."""
    query = EntryRow.select(*(getattr(EntryRow, name) for name in EntryLine.__struct_fields__))
    if state:
        query = query.where(EntryRow.state == state)
    return [
        EntryLine(*row)
        for row in query.order_by(EntryRow.id.desc()).limit(limit).tuples().execute(db)
    ]
