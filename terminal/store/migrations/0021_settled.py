"""Cases can be put into the hub's order after contents of their entries were wiped.

Those of which some were wiped before are kept as they are now, unless a step waits for its effect.
"""

from __future__ import annotations

from typing import Any

import peewee

STATEMENTS = (
    "CREATE TABLE settled (aggregate_id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL,"
    " body BLOB NOT NULL)",
    "INSERT INTO settled SELECT a.aggregate_id, a.kind, a.body FROM aggregate AS a"
    " WHERE a.kind IN ('case', 'complaint') AND a.wiped = 0 AND (EXISTS (SELECT 1 FROM entry AS e"
    " WHERE e.aggregate_id = a.aggregate_id AND e.payload IS NULL) OR EXISTS (SELECT 1"
    " FROM foreign_entry AS f WHERE f.aggregate_id = a.aggregate_id AND f.payload IS NULL))"
    " AND NOT EXISTS (SELECT 1 FROM entry AS e WHERE e.aggregate_id = a.aggregate_id"
    " AND e.state IN ('waiting', 'acknowledged', 'held'))",
)


def up(migrator: Any, db: peewee.Database) -> None:
    """Make the table and keep what stands on wiped contents."""
    for statement in STATEMENTS:
        db.execute_sql(statement)
