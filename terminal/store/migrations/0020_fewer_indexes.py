"""Two indexes less in the journal: each one is a page more in every commit.

An entry's hash is unique since its header names epoch and seq, and is asked for together with the
record id; a place in an epoch is found by the ids, which follow each other there.
"""

from __future__ import annotations

from typing import Any

import peewee

STATEMENTS = ("DROP INDEX entry_hash", "DROP INDEX entry_epoch_seq")


def up(migrator: Any, db: peewee.Database) -> None:
    """Drop the indexes."""
    for statement in STATEMENTS:
        db.execute_sql(statement)
