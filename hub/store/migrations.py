"""The schema's versions: numbered steps, each run once and in order.

A step that changes tables of an earlier release works with frozen copies of them, never with
the live models; the first one makes the tables as they began.
"""

from __future__ import annotations

from collections.abc import Callable

from peewee import Database, SchemaManager

from hub.store import tables
from terminal.errors import StoreError


def _first(database: Database) -> None:
    for table in tables.TABLES:
        # The models are not bound: the manager is told on which database they are made.
        SchemaManager(table, database).create_all(safe=True)


STEPS: tuple[Callable[[Database], None], ...] = (_first,)


def migrate(database: Database) -> None:
    """Bring the schema to this program's version; `StoreError` when it is newer already."""
    with database.atomic("IMMEDIATE"):
        version = _version(database)
        if version > len(STEPS):
            raise StoreError("hub.schema_too_new", version=version, known=len(STEPS))
        for number in range(version, len(STEPS)):
            STEPS[number](database)
        fact = tables.Fact
        (
            fact.insert(name="schema", value=str(len(STEPS)))
            .on_conflict(conflict_target=[fact.name], update={fact.value: str(len(STEPS))})
            .execute(database)
        )


def _version(database: Database) -> int:
    if not database.table_exists(tables.Fact._meta.table_name):
        return 0
    query = tables.Fact.select(tables.Fact.value).where(tables.Fact.name == "schema")
    return int(query.tuples().execute(database)[0][0])
