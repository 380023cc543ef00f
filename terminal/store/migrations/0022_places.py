"""The hub's order is kept: where in the terminal's feed each record was told.

What was told before has no place, and keeps the one that it has in its case.
"""

from __future__ import annotations

from typing import Any

import peewee

STATEMENTS = tuple(
    f"ALTER TABLE {table} ADD COLUMN place INTEGER NOT NULL DEFAULT 0"
    for table in ("entry", "foreign_entry", "kept_row")
)


def up(migrator: Any, db: peewee.Database) -> None:
    """Add the columns."""
    for statement in STATEMENTS:
        db.execute_sql(statement)
