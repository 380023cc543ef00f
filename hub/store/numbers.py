"""What is asked of numbers beyond the hot path: all blocks, all given numbers, an organ's words."""

from __future__ import annotations

import msgspec
from peewee import Database

from hub.store.statements import rows
from terminal.domain.aggregates import NumberLease
from terminal.domain.catalogue import Organ, ServiceItem


def leases(database: Database) -> list[NumberLease]:
    """Return all blocks of numbers."""
    decode = msgspec.json.Decoder(NumberLease).decode
    found = rows(database, "SELECT body FROM aggregates WHERE type = 'lease'")
    return [decode(bytes(body)) for (body,) in found]


def given(database: Database) -> list[str]:
    """Return the numbers of all cases and of papers of organs."""
    found = rows(database, "SELECT case_number FROM aggregates WHERE case_number <> ''")
    return [number for (number,) in found]


def organ(database: Database, name: str) -> Organ | None:
    """Return an organ of the published catalogue by its name, or None."""
    decode = msgspec.json.Decoder(ServiceItem).decode
    for (body,) in rows(database, "SELECT body FROM items ORDER BY code"):
        found = decode(bytes(body)).organ
        if found is not None and found.name == name:
            return found
    return None
