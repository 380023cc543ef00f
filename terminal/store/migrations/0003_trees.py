"""What a terminal remembers of the hub's log of ratings."""

from __future__ import annotations

from typing import Any

import peewee

STATEMENTS = (
    "CREATE TABLE tree_head (id INTEGER NOT NULL PRIMARY KEY, log TEXT NOT NULL,"
    " number INTEGER NOT NULL, size INTEGER NOT NULL, body BLOB NOT NULL,"
    " signature BLOB NOT NULL, key TEXT NOT NULL, seen_at INTEGER NOT NULL)",
    "CREATE TABLE rating_proof (hash TEXT NOT NULL PRIMARY KEY, place INTEGER NOT NULL,"
    " log TEXT NOT NULL, misses INTEGER NOT NULL, since INTEGER NOT NULL,"
    " proved_at INTEGER NOT NULL)",
    "CREATE INDEX rating_proof_place ON rating_proof (place)",
    "CREATE TABLE tree_alarm (id INTEGER NOT NULL PRIMARY KEY, code TEXT NOT NULL,"
    " subject TEXT NOT NULL, lost INTEGER NOT NULL, known BLOB NOT NULL, shown BLOB NOT NULL,"
    " found_at INTEGER NOT NULL, last_at INTEGER NOT NULL, count INTEGER NOT NULL,"
    " settled_at INTEGER NOT NULL)",
)


def up(migrator: Any, db: peewee.Database) -> None:
    """Make the tables."""
    for statement in STATEMENTS:
        db.execute_sql(statement)
