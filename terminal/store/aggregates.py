"""Loading and saving aggregates: JSON bodies beside the columns that lists need."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import peewee

from terminal.domain.case import Aggregate, Case, Document, Rating, Visit
from terminal.store.statements import rows, sql_of, writer
from terminal.store.tables.ledger import AggregateRow

_TYPES: dict[str, type[Aggregate]] = {
    "case": Case,
    "visit": Visit,
    "rating": Rating,
    "document": Document,
}
_replace = writer(AggregateRow, "REPLACE")
_LOAD = sql_of(
    AggregateRow.select(AggregateRow.kind, AggregateRow.body).where(AggregateRow.aggregate_id == "")
)
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in _TYPES.items()}


def load(db: peewee.Database, aggregate_id: str) -> Aggregate | None:
    """Return the aggregate of this id, or None."""
    for kind, body in rows(db, _LOAD, aggregate_id):
        return _decode(kind, body)
    return None


def _decode(kind: str, body: bytes) -> Aggregate:
    aggregate: Aggregate = _DECODERS[kind].decode(bytes(body))
    return aggregate


def select(db: peewee.Database, kind: str, *where: object, limit: int = 0) -> Iterable[Aggregate]:
    """Return the aggregates of a kind that fulfil the conditions, newest first."""
    query = (
        AggregateRow.select(AggregateRow.body)
        .where(AggregateRow.kind == kind, *where)
        .order_by(AggregateRow.at.desc(), peewee.SQL("rowid DESC"))
    )
    if limit:
        query = query.limit(limit)
    return [_decode(kind, body) for (body,) in query.tuples().execute(db)]


def save(db: peewee.Database, aggregate: Aggregate) -> None:
    """Insert or replace an aggregate with its columns."""
    _replace(db, _columns(aggregate))


def _columns(aggregate: Aggregate) -> dict[str, object]:
    columns: dict[str, object] = {
        "head": aggregate.head,
        "body": msgspec.json.encode(aggregate),
    }
    match aggregate:
        case Case():
            columns |= {
                "aggregate_id": aggregate.case_id, "kind": "case",
                "state": aggregate.state.value, "number": aggregate.receipt_number,
                "parent": aggregate.visit_id, "staff": aggregate.clerk.id,
                "due": aggregate.due, "at": aggregate.received_at,
            }  # fmt: skip
        case Visit():
            columns |= {
                "aggregate_id": aggregate.visit_id, "kind": "visit",
                "state": "ended" if aggregate.ended_at else "open",
                "staff": aggregate.clerk.id, "at": aggregate.opened_at,
            }  # fmt: skip
        case Rating():
            columns |= {
                "aggregate_id": aggregate.rating_id, "kind": "rating",
                "state": str(aggregate.grade), "parent": aggregate.subject_id,
                "at": aggregate.rated_at,
            }  # fmt: skip
        case Document():
            columns |= {
                "aggregate_id": aggregate.document_id, "kind": "document",
                "state": aggregate.document_kind, "number": aggregate.number,
                "parent": aggregate.case_id, "at": aggregate.issued_at,
            }  # fmt: skip
    return columns
