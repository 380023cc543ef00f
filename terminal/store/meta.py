"""Small facts of this ledger by key: counters, enrolment, what was last heard of the hub."""

from __future__ import annotations

import peewee

from terminal.store.statements import rows, sql_of, writer
from terminal.store.tables.ledger import MetaRow

_GET = sql_of(MetaRow.select(MetaRow.value).where(MetaRow.key == ""))
_put = writer(MetaRow, "REPLACE")


def get(db: peewee.Database, key: str) -> str:
    """Return a fact, or an empty string."""
    return next((str(value) for (value,) in rows(db, _GET, key)), "")


def put(db: peewee.Database, key: str, value: str) -> None:
    """Set a fact."""
    _put(db, {"key": key, "value": value})


def count_up(db: peewee.Database, key: str) -> int:
    """Raise a counter by one in this transaction and return it; the first is 1."""
    number = int(get(db, key) or 0) + 1
    put(db, key, str(number))
    return number
