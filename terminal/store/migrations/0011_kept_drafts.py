"""Drafts survive a crash: a table for what was typed and not saved yet."""

from __future__ import annotations

from typing import Any

import peewee

STATEMENTS = (
    "CREATE TABLE kept_draft (key TEXT NOT NULL PRIMARY KEY, staff_id TEXT NOT NULL,"
    " kept_at INTEGER NOT NULL, body BLOB NOT NULL)",
    "CREATE INDEX kept_draft_staff_id ON kept_draft (staff_id)",
)


def up(migrator: Any, db: peewee.Database) -> None:
    """Make the table."""
    for statement in STATEMENTS:
        db.execute_sql(statement)
