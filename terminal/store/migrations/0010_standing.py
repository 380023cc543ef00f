"""Indexes for the journal page and the status line, and one legal date for each case.

Counting, paging and the earliest legal date must not walk the journal: with 100,000 entries
that takes longer than a frame. Until now every entry of a case kept the date that held when it
was written; from now on only the newest one has a date.
"""

from __future__ import annotations

from typing import Any

import peewee

STATEMENTS = (
    "CREATE INDEX entry_due ON entry (due) WHERE due <> '' AND acknowledged = 0",
    "CREATE INDEX entry_trouble ON entry (state)"
    " WHERE state IN ('held', 'refused', 'conflict', 'forked')",
    "CREATE INDEX entry_kind ON entry (kind)",
    "CREATE INDEX foreign_entry_held ON foreign_entry (received_at) WHERE state = 'held'",
    "UPDATE entry SET due = '' WHERE due <> '' AND EXISTS (SELECT 1 FROM entry AS later"
    " WHERE later.aggregate_id = entry.aggregate_id AND later.id > entry.id)",
)


def up(migrator: Any, db: peewee.Database) -> None:
    """Make the indexes; take the dates from entries that a later one has overtaken."""
    for statement in STATEMENTS:
        db.execute_sql(statement)
