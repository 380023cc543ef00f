"""What became of receipts printed ahead: who took them, which were spoiled and why."""

from __future__ import annotations

from typing import Any

import peewee

COLUMNS = ("taken_at INTEGER NOT NULL DEFAULT 0", "taken_by TEXT NOT NULL DEFAULT ''",
           "spoiled_at INTEGER NOT NULL DEFAULT 0", "reason TEXT NOT NULL DEFAULT ''")  # fmt: skip


def up(migrator: Any, db: peewee.Database) -> None:
    """Add the columns to the table of numbers that were printed ahead."""
    for column in COLUMNS:
        db.execute_sql(f"ALTER TABLE blank_receipt ADD COLUMN {column}")
