"""Leased blocks of numbers: how many of each this terminal has given, and what is left of them."""

from __future__ import annotations

import peewee

from terminal.domain.aggregates import NumberLease
from terminal.store import lists, meta


def take(db: peewee.Database, terminal_id: str, series: str) -> tuple[NumberLease, int] | None:
    """Take the next place of a series from this terminal's blocks; None when none is left."""
    for lease in sorted(lists.leases(db, series), key=lambda one: one.first):
        place = lease.first + used_of(db, lease)
        if lease.terminal_id == terminal_id and lease.holds(place):
            meta.put(db, _counter(lease), str(place - lease.first + 1))
            return lease, place
    return None


def left(db: peewee.Database, terminal_id: str) -> list[tuple[NumberLease, int]]:
    """Return this terminal's blocks of which something is left, with the first place of it."""
    found = [(lease, lease.first + used_of(db, lease)) for lease in lists.leases(db)]
    return [
        (lease, place)
        for lease, place in found
        if lease.terminal_id == terminal_id and lease.holds(place)
    ]


def used_of(db: peewee.Database, lease: NumberLease) -> int:
    """Return how many numbers of a block this terminal has given."""
    return int(meta.get(db, _counter(lease)) or 0)


def _counter(lease: NumberLease) -> str:
    return f"lease-{lease.lease_id}"
