"""Where an entry stands: its id by epoch and seq, without an index of its own.

Entries are never deleted and get their ids in the order of writing, and an epoch is written to
only while it is the newest: so an epoch's entries have neighbouring ids, and from the newest entry
of one epoch its seq leads to the end of the epoch before. Only the first schema's columns are read.
"""

from __future__ import annotations

from typing import NamedTuple

import peewee

from terminal.store.statements import rows

_NEWEST = "SELECT id, epoch, seq, hash FROM entry ORDER BY id DESC LIMIT 1"
_BY_ID = "SELECT id, epoch, seq, hash FROM entry WHERE id = ?"


class Place(NamedTuple):
    """An entry by its id, its epoch, its seq there and its hash."""

    id: int
    epoch: str
    seq: int
    hash: str


def end_of(db: peewee.Database, epoch: str) -> Place | None:
    """Return the newest entry of an epoch."""
    found = rows(db, _NEWEST)
    while found:
        place = Place(*found[0])
        if place.epoch == epoch:
            return place
        found = rows(db, _BY_ID, place.id - place.seq)
    return None


def at(db: peewee.Database, epoch: str, seq: int) -> Place | None:
    """Return the entry at a place of an epoch."""
    end = end_of(db, epoch)
    if end is None or not 0 < seq <= end.seq:
        return None
    for row in rows(db, _BY_ID, end.id - end.seq + seq):
        place = Place(*row)
        if (place.epoch, place.seq) == (epoch, seq):
            return place
    return None
