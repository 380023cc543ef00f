"""Conflicts that are open: entries that could not have their effect beside another's."""

from __future__ import annotations

from peewee import Database

from hub.store.statements import Insert, rows, run
from hub.store.tables import ConflictRow

_insert = Insert(ConflictRow, "(entry_hash) DO NOTHING")


def add(
    database: Database, entry_hash: str, record_id: str, aggregate_id: str, code: str, now: int
) -> None:
    """Note a conflict; one that is known already changes nothing."""
    row = {
        "entry_hash": entry_hash, "record_id": record_id, "aggregate_id": aggregate_id,
        "code": code, "found_at": now, "resolved_at": 0,
    }  # fmt: skip
    _insert(database, [[row[name] for name in _insert.columns]])


def resolve(database: Database, entry_hash: str, now: int) -> None:
    """Note that a supervisor has resolved it."""
    run(database, "UPDATE conflicts SET resolved_at = ? WHERE entry_hash = ?", now, entry_hash)


def stands(database: Database, aggregate_id: str) -> bool:
    """Say whether a conflict about an aggregate is open."""
    found = rows(
        database,
        "SELECT entry_hash FROM conflicts WHERE aggregate_id = ? AND resolved_at = 0 LIMIT 1",
        aggregate_id,
    )
    return bool(found)
