"""Receipts printed ahead: each number once, and which case used it."""

from __future__ import annotations

from typing import Any

import peewee


def up(migrator: Any, db: peewee.Database) -> None:
    """Make the table of numbers that were printed ahead or entered later."""
    db.execute_sql(
        "CREATE TABLE blank_receipt (number TEXT NOT NULL PRIMARY KEY,"
        " printed_at INTEGER NOT NULL, case_id TEXT NOT NULL DEFAULT '')"
    )
