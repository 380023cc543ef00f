"""Small facts of this ledger by key: counters, enrolment, what was last heard of the hub."""

from __future__ import annotations

import peewee

from terminal.store.tables.ledger import MetaRow


def get(db: peewee.Database, key: str) -> str:
    """Return a fact, or an empty string."""
    query = MetaRow.select(MetaRow.value).where(MetaRow.key == key)
    return next((str(value) for (value,) in query.tuples().execute(db)), "")


def put(db: peewee.Database, key: str, value: str) -> None:
    """Set a fact."""
    MetaRow.replace(key=key, value=value).execute(db)


def count_up(db: peewee.Database, key: str) -> int:
    """Raise a counter by one in this transaction and return it; the first is 1."""
    number = int(get(db, key) or 0) + 1
    put(db, key, str(number))
    return number
