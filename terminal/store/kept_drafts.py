"""Rows of drafts that were not saved: put, moved to a successor, taken away.

Nothing of them is ever sent. Statements overwrite what they remove (`secure_delete`).
"""

from __future__ import annotations

from collections.abc import Iterable

from terminal.store.statements import Database, raw, rows, run, writer
from terminal.store.tables.kept_drafts import KeptDraftRow

_put = writer(KeptDraftRow, "REPLACE")


def put(db: Database, key: str, staff_id: str, kept_at: int, body: bytes) -> None:
    """Keep a draft; an older state of it is overwritten."""
    _put(db, {"key": key, "staff_id": staff_id, "kept_at": kept_at, "body": body})


def drop(db: Database, keys: Iterable[str]) -> None:
    """Take drafts away; unknown keys do nothing."""
    for key in keys:
        run(db, "DELETE FROM kept_draft WHERE key = ?", key)


def of_staff(db: Database, staff_id: str) -> list[tuple[str, bytes]]:
    """Return keys and bodies of a clerk's drafts, oldest first."""
    sql = "SELECT key, body FROM kept_draft WHERE staff_id = ? ORDER BY kept_at, key"
    return [(key, raw(body)) for key, body in rows(db, sql, staff_id)]


def hand_over(db: Database, staff_id: str, successor: str) -> int:
    """Let a successor go on with a clerk's drafts; returns how many there are."""
    return run(db, "UPDATE kept_draft SET staff_id = ? WHERE staff_id = ?", successor, staff_id)


def drop_before(db: Database, moment: int) -> int:
    """Take away what nobody has touched since a moment in milliseconds; returns how many."""
    return run(db, "DELETE FROM kept_draft WHERE kept_at < ?", moment)
