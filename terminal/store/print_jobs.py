"""Print jobs in the ledger. A job holds no bytes: its document is rendered when it is taken."""

from __future__ import annotations

from typing import Any

import msgspec
import peewee

from terminal.store.statements import rows, sql_of, writer
from terminal.store.tables.ledger import PrintJobRow


class StoredJob(msgspec.Struct, frozen=True):
    """A print job as it is kept; `copy` counts the prints of its document from 1."""

    job_id: str
    document_id: str
    device: str
    state: str
    copy: int
    code: str
    attempts: int
    reprint_of: str
    created_at: int
    changed_at: int


_FIELDS = tuple(getattr(PrintJobRow, name) for name in StoredJob.__struct_fields__)


_add = writer(PrintJobRow, "IGNORE")


def _query(*where: object) -> Any:
    return (
        PrintJobRow.select(*_FIELDS)
        .where(*where)
        .order_by(PrintJobRow.created_at, PrintJobRow.copy, PrintJobRow.job_id)
    )


_ONE = sql_of(_query(PrintJobRow.job_id == ""))
_IN_STATE = sql_of(_query(PrintJobRow.device == "", PrintJobRow.state == ""))
_OF_DOCUMENT = sql_of(_query(PrintJobRow.document_id == ""))


def _select(db: peewee.Database, sql: str, *values: str) -> list[StoredJob]:
    return [StoredJob(*row) for row in rows(db, sql, *values)]


def add(db: peewee.Database, job: StoredJob) -> None:
    """Keep a new job; keeping the same id again changes nothing."""
    _add(db, msgspec.structs.asdict(job))


def get(db: peewee.Database, job_id: str) -> StoredJob | None:
    """Return one job."""
    return next(iter(_select(db, _ONE, job_id)), None)


def move(
    db: peewee.Database, job_id: str, *, state: str, code: str, attempts: int, now: int
) -> None:
    """Set where a job stands."""
    PrintJobRow.update(state=state, code=code, attempts=attempts, changed_at=now).where(
        PrintJobRow.job_id == job_id
    ).execute(db)


def in_state(db: peewee.Database, device: str, state: str) -> list[StoredJob]:
    """Return a device's jobs in a state, oldest first."""
    return _select(db, _IN_STATE, device, state)


def of_document(db: peewee.Database, document_id: str) -> list[StoredJob]:
    """Return the jobs of a document, oldest first."""
    return _select(db, _OF_DOCUMENT, document_id)


def newest(db: peewee.Database, limit: int) -> list[StoredJob]:
    """Return the newest jobs, newest first."""
    query = PrintJobRow.select(*_FIELDS).order_by(PrintJobRow.created_at.desc()).limit(limit)
    return [StoredJob(*row) for row in query.tuples().execute(db)]
