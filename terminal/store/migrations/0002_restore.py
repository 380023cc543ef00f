"""What a hub that was taken back needs: places of its entries, its word for each cursor.

And what retention needs: which aggregates are wiped.
"""

from __future__ import annotations

import json
from typing import Any

import peewee

STATEMENTS = (
    "ALTER TABLE foreign_entry ADD COLUMN origin TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE foreign_entry ADD COLUMN epoch TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE foreign_entry ADD COLUMN seq INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE aggregate ADD COLUMN wiped BOOLEAN NOT NULL DEFAULT 0",
    "CREATE TABLE cursor_word (feed TEXT NOT NULL PRIMARY KEY, handle TEXT NOT NULL,"
    " position INTEGER NOT NULL, row_hash TEXT NOT NULL, signature BLOB NOT NULL)",
    "CREATE INDEX foreign_entry_place ON foreign_entry (epoch, seq) WHERE origin = 'hub'",
)


def up(migrator: Any, db: peewee.Database) -> None:
    """Add the columns, fill them from the headers, make table and index."""
    for statement in STATEMENTS:
        db.execute_sql(statement)
    headers = db.execute_sql("SELECT record_id, header FROM foreign_entry").fetchall()
    for record_id, header in headers:
        known = json.loads(bytes(header))
        db.execute_sql(
            "UPDATE foreign_entry SET origin = ?, epoch = ?, seq = ? WHERE record_id = ?",
            (known["origin"], known["epoch"], known["seq"], record_id),
        )
