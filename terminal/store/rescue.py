"""A ledger in rescue: what waits in it, and what the hub has acknowledged of that.

Only tables and columns of the first schema are touched, whatever came after it.
"""

from __future__ import annotations

import msgspec
import peewee

from terminal.protocol.wire import Answer
from terminal.store import places
from terminal.store.statements import rows, run


class Standing(msgspec.Struct, frozen=True):
    """How many entries the ledger holds, how many wait, and since when (milliseconds)."""

    written: int
    waiting: int
    oldest: int


def standing(db: peewee.Database) -> Standing:
    """Count the journal."""
    sql = (
        "SELECT COUNT(*), COALESCE(SUM(acknowledged = 0), 0),"
        " COALESCE(MIN(CASE WHEN acknowledged = 0 THEN written_at END), 0) FROM entry"
    )
    return Standing(*(int(value) for value in rows(db, sql)[0]))


def acknowledge(db: peewee.Database, answer: Answer) -> int:
    """Mark what a checked answer says is stored; returns how many entries changed.

    As in `outbox.acknowledge`: only if the hash that the hub names is the one written here,
    and what a restored hub has lost waits again. Effects come down when all is well again.
    """
    last = 0
    if answer.stored_seq:
        place = places.at(db, answer.epoch, answer.stored_seq)
        if place is None or place.hash != answer.stored_hash:
            return 0
        last = place.id
    lost = run(
        db,
        "UPDATE entry SET acknowledged = 0, state = 'waiting', code = ''"
        " WHERE acknowledged = 1 AND id > ? AND +epoch = ? AND state <> 'forked'",
        last,
        answer.epoch,
    )
    changed = run(
        db,
        "UPDATE entry SET acknowledged = 1,"
        " state = CASE WHEN state = 'waiting' THEN 'acknowledged' ELSE state END"
        " WHERE acknowledged = 0 AND id <= ? AND +epoch = ?",
        last,
        answer.epoch,
    )
    return changed + lost
