"""What the supervisor's board asks for: a few rows of many, each by an index of those few."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from peewee import Database

from hub.store.statements import rows

MOST = 200
"""Rows of one list; its figure says how many there are."""


class Fork(msgspec.Struct, frozen=True):
    """A second branch of one terminal's epoch: how many entries, from which seq, since when."""

    origin: str
    epoch: str
    entries: int
    first_seq: int
    since: int


class Troubled(msgspec.Struct, frozen=True):
    """An entry that is held or refused; `aggregate_id` is what it is about."""

    record_id: str
    origin: str
    kind: str
    aggregate_id: str
    code: str
    since: int


class Conflicting(msgspec.Struct, frozen=True):
    """A conflict that is open; its entry's bytes are read by hash."""

    entry_hash: str
    record_id: str
    aggregate_id: str
    code: str
    found_at: int


def figures(database: Database) -> dict[str, int]:
    """Return how many entries, forks, open conflicts, held and refused ones there are."""
    found = dict.fromkeys(("held", "refused"), 0)
    found |= dict(
        rows(
            database,
            "SELECT effect, count(*) FROM effects WHERE effect IN ('held', 'refused')"
            " GROUP BY effect",
        )
    )
    for name, query in (
        ("forks", "SELECT count(*) FROM (SELECT DISTINCT origin, epoch FROM forks) branches"),
        ("conflict", "SELECT count(*) FROM conflicts WHERE resolved_at = 0"),
        # Chains have no gaps, so their ends count what is stored.
        ("entries", "SELECT coalesce(sum(last_seq), 0) FROM chains"),
    ):
        found[name] = int(rows(database, query)[0][0])
    return found


def forks(database: Database) -> list[Fork]:
    """Return the branches, the newest first."""
    found = rows(
        database,
        "SELECT origin, epoch, count(*), min(seq), min(received_at) FROM forks"
        " GROUP BY origin, epoch ORDER BY min(received_at) DESC LIMIT ?",
        MOST,
    )
    return [Fork(*row) for row in found]


def troubled(database: Database, effect: str) -> list[Troubled]:
    """Return held or refused entries, the newest first."""
    if effect not in ("held", "refused"):
        return []
    found = rows(
        database,
        "SELECT f.record_id, e.origin, e.kind, e.aggregate_id, f.code, f.judged_at"
        " FROM effects f JOIN entries e ON e.hash = f.entry_hash"
        f" WHERE f.effect IN ('held', 'refused') AND f.effect = '{effect}'"
        " ORDER BY f.judged_at DESC LIMIT ?",
        MOST,
    )
    return [Troubled(*row) for row in found]


def conflicts(database: Database) -> list[Conflicting]:
    """Return the open conflicts, the oldest first."""
    found = rows(
        database,
        "SELECT entry_hash, record_id, aggregate_id, code, found_at FROM conflicts"
        " WHERE resolved_at = 0 ORDER BY found_at LIMIT ?",
        MOST,
    )
    return [Conflicting(*row) for row in found]


def conflict(database: Database, entry_hash: str) -> Conflicting | None:
    """Return an open conflict by its entry's hash."""
    found = rows(
        database,
        "SELECT entry_hash, record_id, aggregate_id, code, found_at FROM conflicts"
        " WHERE entry_hash = ? AND resolved_at = 0",
        entry_hash,
    )
    return Conflicting(*found[0]) if found else None


def receipt_numbers(database: Database, aggregate_ids: Sequence[str]) -> dict[str, str]:
    """Return the receipt number of each of these aggregates that is a case or belongs to one."""
    ids = sorted(set(aggregate_ids))
    if not ids:
        return {}
    found = rows(
        database,
        "SELECT a.id, CASE WHEN a.type = 'case' THEN a.receipt_number ELSE c.receipt_number END"
        " FROM aggregates a LEFT JOIN aggregates c ON c.id = a.visit_id AND c.type = 'case'"
        " WHERE a.id IN ?",
        ids,
    )
    return {name: number for name, number in found if number}
