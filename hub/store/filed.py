"""What is filed beside cases: refusals for the legal department, complaints for the supervisor."""

from __future__ import annotations

import msgspec
from peewee import Database

from hub.store.statements import rows
from terminal.domain.aggregates import Complaint, NegativeOutcome

MOST = 200
"""Rows of a list that is not paged; its figure says how many there are."""

_refusal = msgspec.json.Decoder(NegativeOutcome)
_complaint = msgspec.json.Decoder(Complaint)


def refusals(
    database: Database, organ: str | None, state: str, *, offset: int = 0, limit: int = MOST
) -> list[NegativeOutcome]:
    """Return filed refusals that are `filed` (the oldest first) or `reviewed` (the newest)."""
    order = "created_at" if state == "filed" else "changed_at DESC"
    where, values = _of(organ)
    found = rows(
        database,
        f"SELECT body FROM aggregates WHERE type = 'negative_outcome' AND state = ?{where}"
        f" ORDER BY {order}, id LIMIT {limit:d} OFFSET {offset:d}",
        state,
        *values,
    )
    return [_refusal.decode(bytes(body)) for (body,) in found]


def refusal_count(database: Database, organ: str | None, state: str) -> int:
    """Return how many refusals of an organ (None: all) are `filed` or `reviewed`."""
    where, values = _of(organ)
    found = rows(
        database,
        f"SELECT count(*) FROM aggregates WHERE type = 'negative_outcome' AND state = ?{where}",
        state,
        *values,
    )
    return int(found[0][0])


def _of(organ: str | None) -> tuple[str, list[str]]:
    return ("", []) if organ is None else (" AND organ = ?", [organ])


def complaints(
    database: Database, state: str, *, offset: int = 0, limit: int = MOST
) -> list[Complaint]:
    """Return complaints that are owed or answered (the nearest date first), or closed."""
    order = "changed_at DESC" if state == "closed" else "due, created_at"
    found = rows(
        database,
        "SELECT body FROM aggregates WHERE type = 'complaint' AND state = ?"
        f" ORDER BY {order}, id LIMIT {limit:d} OFFSET {offset:d}",
        state,
    )
    return [_complaint.decode(bytes(body)) for (body,) in found]


def complaint_count(database: Database, state: str) -> int:
    """Return how many complaints that is."""
    sql = "SELECT count(*) FROM aggregates WHERE type = 'complaint' AND state = ?"
    return int(rows(database, sql, state)[0][0])


def receipts_of(database: Database, case_ids: list[str]) -> dict[str, tuple[str, str]]:
    """Return receipt number and item of these cases."""
    if not case_ids:
        return {}
    found = rows(
        database,
        "SELECT id, receipt_number, organ FROM aggregates WHERE type = 'case' AND id IN ?",
        case_ids,
    )
    return {name: (number, organ) for name, number, organ in found}
