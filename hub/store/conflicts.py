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


def resolve(
    database: Database, entry_hash: str, record_id: str, aggregate_id: str, now: int
) -> None:
    """Note that a supervisor has resolved it; a second time changes nothing.

    After a restore the resolution may come back before the conflict is found again: that one is
    resolved, too.
    """
    run(
        database,
        "INSERT INTO conflicts (entry_hash, record_id, aggregate_id, code, found_at, resolved_at)"
        " VALUES (?, ?, ?, '', ?, ?) ON CONFLICT (entry_hash) DO UPDATE"
        " SET resolved_at = excluded.resolved_at WHERE conflicts.resolved_at = 0",
        entry_hash,
        record_id,
        aggregate_id,
        now,
        now,
    )


def stands(database: Database, aggregate_id: str) -> bool:
    """Say whether a conflict about an aggregate is open."""
    found = rows(
        database,
        "SELECT entry_hash FROM conflicts WHERE aggregate_id = ? AND resolved_at = 0 LIMIT 1",
        aggregate_id,
    )
    return bool(found)
