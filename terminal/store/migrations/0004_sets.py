"""Pulled sets in generations, rows that are not understood yet, passwords set here."""

from __future__ import annotations

from typing import Any

import peewee


def up(migrator: Any, db: peewee.Database) -> None:
    """Make the new tables, carry the policy rows over, let the catalogue be pulled anew.

    Where the catalogue stands is kept in its own file from now on.
    """
    for statement in (
        "ALTER TABLE cursor ADD COLUMN generation INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE cursor ADD COLUMN shown INTEGER NOT NULL DEFAULT 0",
        "CREATE TABLE set_row (feed TEXT NOT NULL, generation INTEGER NOT NULL,"
        " key TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (feed, generation, key))",
        "INSERT INTO set_row (feed, generation, key, body)"
        " SELECT cursor.feed, 0, policy.key, policy.body FROM policy, cursor"
        " WHERE cursor.feed LIKE 'policy/%' AND policy.key <> 'snapshot'",
        "DROP TABLE policy",
        "DELETE FROM cursor WHERE feed LIKE 'catalogue/%'",
        "DELETE FROM meta WHERE key = 'catalogue_snapshot'",
        "CREATE TABLE kept_row (hash TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL,"
        " key TEXT NOT NULL, body BLOB)",
        "CREATE TABLE own_password (staff_id TEXT NOT NULL PRIMARY KEY,"
        " replaced TEXT NOT NULL, password TEXT NOT NULL)",
    ):
        db.execute_sql(statement)
