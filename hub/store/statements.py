"""The hub's hot statements: SQL made once, for SQLite and for PostgreSQL.

peewee builds a query's SQL anew each time, which for a page of entries takes longer than
running it. A statement is written once with `?` for a value and `IN ?` for a list; what each
engine wants instead is put in at the first call and remembered. Columns come from the models.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
import peewee

_TYPES: tuple[tuple[type[peewee.Field], str], ...] = (
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
    if type(value) is str:
        return value.replace(_NEVER_IN_TEXT, _INSTEAD) if _NEVER_IN_TEXT in value else value
    return [clean(one) for one in value] if type(value) is list else value


@cache
def _for_postgresql(sql: str) -> str:
    # Lists go in binary: as text each value is searched for what must be escaped.
    return sql.replace("%", "%%").replace("IN ?", "= ANY(%b)").replace("?", "%s")


@cache
def _for_sqlite(sql: str) -> str:
    return sql.replace("IN ?", "IN (SELECT value FROM json_each(?))")


def _execute(database: Any, sql: str, values: Sequence[Any]) -> Any:
    if on_postgresql(database):
        return database.execute_sql(_for_postgresql(sql), values)
    bound = [msgspec.json.encode(one).decode() if isinstance(one, list) else one for one in values]
    return database.execute_sql(_for_sqlite(sql), bound)


def rows(database: Any, sql: str, *values: Any) -> list[Any]:
    """Run a statement that returns rows; a list stands for `IN ?`."""
    return _execute(database, sql, values).fetchall()


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
    PostgreSQL gets a page of rows in one statement: COPY, or arrays where rows may be there.
    """

    def __init__(self, model: type[peewee.Model], conflict: str = "") -> None:
        fields = [f for f in model._meta.sorted_fields if not isinstance(f, peewee.AutoField)]
        table = model._meta.table_name
        self.columns = tuple(field.column_name for field in fields)
        self._types = [_type_name(field) for field in fields]
        names = ", ".join(f'"{name}"' for name in self.columns)
        marks = ", ".join("?" for _ in fields)
        arrays = ", ".join(f"%b::{name}[]" for name in self._types)
        into = f'INSERT INTO "{table}" ({names})'
        extra = f" ON CONFLICT {conflict}" if conflict else ""
        self._by_row = f"{into} VALUES ({marks}){extra}"
        self._by_array = f"{into} SELECT * FROM unnest({arrays}){extra}"
        self._copy = "" if conflict else f'COPY "{table}" ({names}) FROM STDIN (FORMAT BINARY)'

    def __call__(self, database: Any, values: Sequence[Sequence[Any]]) -> int:
        """Insert rows; returns how many were inserted or changed."""
        if not values:
            return 0
        cursor = database.cursor()
        if not on_postgresql(database):
            return int(cursor.executemany(self._by_row, values).rowcount)
        if not self._copy:
            columns = [[clean(one) for one in column] for column in zip(*values, strict=True)]
            return int(cursor.execute(self._by_array, columns).rowcount)
        with cursor.copy(self._copy) as copy:
            copy.set_types(self._types)
            for row in values:
                copy.write_row([clean(one) for one in row])
        return len(values)


class Update:
    """An UPDATE of many rows of one table, each found by what `keys` were before.

    A row's values are those of `keys` and then those of `columns`, in which a key may stand
    again with its new value.
    """

    def __init__(
        self, model: type[peewee.Model], keys: Sequence[str], columns: Sequence[str]
    ) -> None:
        by_name = {field.column_name: field for field in model._meta.sorted_fields}
        table = model._meta.table_name
        types = [_type_name(by_name[name]) for name in (*keys, *columns)]
        arrays = ", ".join(f"%b::{name}[]" for name in types)
        places = [f"v{number}" for number in range(len(types))]
        pairs = list(zip((*keys, *columns), places, strict=True))
        self._keys = len(keys)
        self._by_row = (
            f'UPDATE "{table}" SET ' + ", ".join(f'"{name}" = ?' for name in columns)
            + " WHERE " + " AND ".join(f'"{name}" = ?' for name in keys)
        )  # fmt: skip
        self._by_array = (
            f'UPDATE "{table}" t SET '
            + ", ".join(f'"{name}" = v.{place}' for name, place in pairs[len(keys) :])
            + f" FROM unnest({arrays}) AS v({', '.join(places)}) WHERE "
            + " AND ".join(f't."{name}" = v.{place}' for name, place in pairs[: len(keys)])
        )  # fmt: skip

    def __call__(self, database: Any, values: Sequence[Sequence[Any]]) -> int:
        """Change rows; returns how many were found."""
        if not values:
            return 0
        cursor = database.cursor()
        if on_postgresql(database):
            columns = [[clean(one) for one in column] for column in zip(*values, strict=True)]
            return int(cursor.execute(self._by_array, columns).rowcount)
        bound = [(*row[self._keys :], *row[: self._keys]) for row in values]
        return int(cursor.executemany(self._by_row, bound).rowcount)


def _type_name(field: peewee.Field) -> str:
    return next(name for kind, name in _TYPES if isinstance(field, kind))
