"""The hub's hot statements: SQL made once, for SQLite and for PostgreSQL.

peewee builds a query's SQL anew each time, which for a page of entries takes longer than
running it. A statement is written once with `?` for a value and `IN ?` for a list; what each
engine wants instead is put in at the first call and remembered. Columns come from the models.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import msgspec
import peewee

_COPY_TYPES: tuple[tuple[type[peewee.Field], str], ...] = (
    (peewee.BlobField, "bytea"),
    (peewee.BooleanField, "bool"),
    (peewee.BigIntegerField, "int8"),
    (peewee.IntegerField, "int4"),
    (peewee.TextField, "text"),
)
_NEVER_IN_TEXT = "\0"
_INSTEAD = "\N{REPLACEMENT CHARACTER}"


def on_postgresql(database: Any) -> bool:
    """Say whether statements go to PostgreSQL."""
    return isinstance(database, peewee.PostgresqlDatabase)


def clean(value: Any) -> Any:
    """Return a value as PostgreSQL can keep it: its texts hold no U+0000."""
    if isinstance(value, str) and _NEVER_IN_TEXT in value:
        return value.replace(_NEVER_IN_TEXT, _INSTEAD)
    if isinstance(value, list):
        return [clean(one) for one in value]
    return value


@cache
def _for_postgresql(sql: str) -> str:
    return sql.replace("%", "%%").replace("IN ?", "= ANY(%s)").replace("?", "%s")


@cache
def _for_sqlite(sql: str) -> str:
    return sql.replace("IN ?", "IN (SELECT value FROM json_each(?))")


def _execute(database: Any, sql: str, values: Sequence[Any]) -> Any:
    if on_postgresql(database):
        return database.execute_sql(_for_postgresql(sql), values)
    bound = [
        msgspec.json.encode(one).decode() if isinstance(one, list) else one for one in values
    ]
    return database.execute_sql(_for_sqlite(sql), bound)


def rows(database: Any, sql: str, *values: Any) -> list[Any]:
    """Run a statement that returns rows; a list stands for `IN ?`."""
    return _execute(database, sql, values).fetchall()  # type: ignore[no-any-return]


def run(database: Any, sql: str, *values: Any) -> int:
    """Run a change and return how many rows it touched."""
    return int(_execute(database, sql, values).rowcount)


def lock(database: Any, name: str) -> None:
    """Let one transaction at a time go past this name, on all processes of a database.

    SQLite has one writer anyway.
    """
    if on_postgresql(database):
        rows(database, "SELECT pg_advisory_xact_lock(hashtextextended(?, 0))", name)


class Insert:
    """An INSERT of many rows into one table; `conflict` is what follows ON CONFLICT.

    `columns` names them in the order of a row's values; a numbered id is never among them.
    """

    def __init__(self, model: type[peewee.Model], conflict: str = "") -> None:
        fields = [f for f in model._meta.sorted_fields if not isinstance(f, peewee.AutoField)]
        table = model._meta.table_name
        self.columns = tuple(field.column_name for field in fields)
        names = ", ".join(f'"{name}"' for name in self.columns)
        marks = ", ".join("?" for _ in fields)
        extra = f" ON CONFLICT {conflict}" if conflict else ""
        self._sql = f'INSERT INTO "{table}" ({names}) VALUES ({marks}){extra}'
        self._copy = "" if conflict else f'COPY "{table}" ({names}) FROM STDIN (FORMAT BINARY)'
        self._types = [_copy_type(field) for field in fields]

    def __call__(self, database: Any, values: Iterable[Sequence[Any]]) -> int:
        """Insert rows; returns how many were inserted or changed."""
        if not on_postgresql(database):
            return int(database.cursor().executemany(self._sql, values).rowcount)
        cursor = database.cursor()
        cleaned = [[clean(one) for one in row] for row in values]
        if not self._copy:
            cursor.executemany(_for_postgresql(self._sql), cleaned)
            return int(cursor.rowcount)
        with cursor.copy(self._copy) as copy:
            copy.set_types(self._types)
            for row in cleaned:
                copy.write_row(row)
        return len(cleaned)


def _copy_type(field: peewee.Field) -> str:
    return next(name for kind, name in _COPY_TYPES if isinstance(field, kind))


def all_but(model: type[peewee.Model], *keys: str) -> str:
    """Return `SET` of an upsert that changes every column but these."""
    names = [field.column_name for field in model._meta.sorted_fields]
    return ", ".join(f'"{name}" = excluded."{name}"' for name in names if name not in keys)
