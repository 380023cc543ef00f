"""Statements of the hot path, made into SQL once.

peewee builds a query's SQL anew each time, which takes longer than running it: an acceptance
runs some thirty of them. The schema stays the only source: columns come from the model.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import peewee

Database = peewee.Database


def sql_of(query: Any) -> str:
    """Return a query's SQL with `?` for each value, in the order in which they stand."""
    return str(query.sql()[0])


def rows(db: Database, sql: str, *values: Any) -> list[tuple[Any, ...]]:
    """Run a select and return all rows."""
    return list(db.execute_sql(sql, values).fetchall())


def raw(value: Any) -> bytes:
    """Return a column of bytes; also one that a person's edit turned into text."""
    return value.encode() if isinstance(value, str) else bytes(value)


def run(db: Database, sql: str, *values: Any) -> int:
    """Run a change and return how many rows it touched."""
    return int(db.execute_sql(sql, values).rowcount)


def writer(
    model: type[peewee.Model], conflict: str = ""
) -> Callable[[Database, Mapping[str, Any]], int]:
    """Return a function that inserts a row of this model; missing columns get their defaults.

    `conflict` is empty, `REPLACE`, `IGNORE` or `UPDATE`: the row keeps its place among others.
    """
    fields = [f for f in model._meta.sorted_fields if not isinstance(f, peewee.AutoField)]
    columns = ", ".join(f'"{field.column_name}"' for field in fields)
    marks = ", ".join("?" for _ in fields)
    updates = conflict == "UPDATE"
    verb = f"INSERT OR {conflict}" if conflict and not updates else "INSERT"
    sql = f'{verb} INTO "{model._meta.table_name}" ({columns}) VALUES ({marks})'
    if updates:
        news = (f'"{field.column_name}" = excluded."{field.column_name}"' for field in fields)
        sql = f"{sql} ON CONFLICT DO UPDATE SET {', '.join(news)}"
    defaults = [(field.name, field.default) for field in fields]

    def write(db: Database, values: Mapping[str, Any]) -> int:
        return run(db, sql, *(values.get(name, default) for name, default in defaults))

    return write
