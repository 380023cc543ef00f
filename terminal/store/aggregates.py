"""Loading and saving aggregates: JSON bodies beside the columns that lists need."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import peewee

from terminal.domain.aggregates import (
    TYPES,
    Aggregate,
    Complaint,
    Document,
    LifeEventApplication,
    NegativeOutcome,
    NumberLease,
    Rating,
    ShiftHandover,
    Visit,
    id_of,
)
from terminal.domain.case import Case
from terminal.store.statements import raw, rows, run, sql_of, writer
from terminal.store.tables.ledger import AggregateRow

_save = writer(AggregateRow, "UPDATE")
_STEP_COLUMNS = (
    "head", "state", "due", "body", "aggregate_id", "kind", "number", "parent", "staff", "at",
)  # fmt: skip
_STEP = (
    "UPDATE aggregate SET head = ?, state = ?, due = ?, body = ?, wiped = 0 WHERE aggregate_id = ?"
    " AND kind = ? AND number = ? AND parent = ? AND staff = ? AND at = ?"
)
_LOAD = sql_of(
    AggregateRow.select(AggregateRow.kind, AggregateRow.body).where(AggregateRow.aggregate_id == "")
)
_DECODERS = {name: msgspec.json.Decoder(kind) for name, kind in TYPES.items()}
_NAMES = {kind: name for name, kind in TYPES.items()}


class _Step(msgspec.Struct, frozen=True):
    record_id: str


class _History(msgspec.Struct, frozen=True):
    history: tuple[_Step, ...] = ()


_history = msgspec.json.Decoder(_History)


def load(db: peewee.Database, aggregate_id: str) -> Aggregate | None:
    """Return the aggregate of this id, or None."""
    for kind, body in rows(db, _LOAD, aggregate_id):
        return decode(kind, body)
    return None


def decode(kind: str, body: bytes) -> Aggregate:
    """Return the aggregate of a stored body."""
    aggregate: Aggregate = _DECODERS[kind].decode(raw(body))
    return aggregate


def steps(db: peewee.Database, aggregate_id: str) -> list[str]:
    """Return the record ids of an aggregate's history, in its order, and nothing else of it."""
    found = rows(db, _LOAD, aggregate_id)
    return [step.record_id for _, body in found for step in _history.decode(raw(body)).history]


def select(db: peewee.Database, kind: str, *where: object, limit: int = 0) -> Iterable[Aggregate]:
    """Return the aggregates of a kind that fulfil the conditions, newest first."""
    query = (
        AggregateRow.select(AggregateRow.body)
        .where(AggregateRow.kind == kind, *where)
        .order_by(AggregateRow.at.desc(), peewee.SQL("rowid DESC"))
    )
    if limit:
        query = query.limit(limit)
    return [decode(kind, body) for (body,) in query.tuples().execute(db)]


def save(db: peewee.Database, aggregate: Aggregate, *, new: bool = False) -> None:
    """Insert an aggregate with its columns, or put it in the place of what it was.

    `new` says that it is known not to be there. A step of a case leaves most columns by which it
    is found as they are: then only the row is written anew, and not their indexes.
    """
    columns = _columns(aggregate)
    if new or not run(db, _STEP, *(columns.get(name, "") for name in _STEP_COLUMNS)):
        _save(db, columns)


def _columns(aggregate: Aggregate) -> dict[str, object]:
    columns: dict[str, object] = {
        "aggregate_id": id_of(aggregate),
        "kind": _NAMES[type(aggregate)],
        "head": aggregate.head,
        "body": msgspec.json.encode(aggregate),
    }
    match aggregate:
        case Case():
            columns |= {
                "state": aggregate.state.value, "number": aggregate.receipt_number,
                "parent": aggregate.visit_id, "staff": aggregate.clerk.id,
                "due": aggregate.due, "at": aggregate.received_at,
            }  # fmt: skip
        case Visit():
            columns |= {"state": _state_of(aggregate), "staff": aggregate.clerk.id,
                        "at": aggregate.opened_at}  # fmt: skip
        case Rating():
            columns |= {
                "state": str(aggregate.grade), "parent": aggregate.subject_id,
                "at": aggregate.rated_at,
            }  # fmt: skip
        case Document():
            columns |= {
                "state": aggregate.document_kind, "number": aggregate.number,
                "parent": aggregate.case_id, "at": aggregate.issued_at,
            }  # fmt: skip
        case LifeEventApplication():
            columns |= {
                "number": aggregate.receipt_number, "parent": aggregate.visit_id,
                "staff": aggregate.clerk.id, "at": aggregate.applied_at,
            }  # fmt: skip
        case NegativeOutcome():
            columns |= {
                "state": "reviewed" if aggregate.reviewer else "filed",
                "number": aggregate.receipt_number, "parent": aggregate.case_id,
                "at": aggregate.said_at,
            }  # fmt: skip
        case Complaint():
            columns |= {
                "state": aggregate.state, "number": aggregate.number,
                "parent": aggregate.case_id, "staff": aggregate.taken_by.id,
                "due": aggregate.answer_by, "at": aggregate.filed_at,
            }  # fmt: skip
        case ShiftHandover():
            columns |= {"staff": aggregate.outgoing.id, "at": aggregate.handed_over_at}
        case NumberLease():
            columns |= {"number": aggregate.series, "at": aggregate.leased_at}
    return columns


def _state_of(visit: Visit) -> str:
    if visit.ended_at:
        return "ended"
    return "parked" if visit.parked_at else "open"
