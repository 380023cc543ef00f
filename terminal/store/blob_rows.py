"""Which blobs are here and which of them the hub has confirmed."""

from __future__ import annotations

import peewee

from terminal.domain.parties import Blob
from terminal.protocol.entry import Entry, decode_payload
from terminal.store.tables.ledger import AggregateRow, BlobRow, EntryRow

_ONE_ALONE = 2
_NO_DATE = "9999-12-31"
_UNSETTLED = ("waiting", "acknowledged", "held")
_MOST_READ = 2000
"""How many entries are looked through at most; beyond them the order is a matter of luck."""


def add(db: peewee.Database, blob: Blob) -> None:
    """Note a blob; the same one again changes nothing."""
    BlobRow.insert(
        hash=blob.hash, name=blob.name, media_type=blob.media_type, size=blob.size
    ).on_conflict_ignore().execute(db)


def unconfirmed(db: peewee.Database, limit: int = 500) -> list[str]:
    """Return hashes that the hub has not confirmed, the nearest legal date first.

    A scan hangs on no chain, so it may overtake: the one without which a matter that is due
    tomorrow stays held goes before those of next month.
    """
    query = BlobRow.select(BlobRow.hash).where(BlobRow.confirmed == False)  # noqa: E712
    found = [str(digest) for (digest,) in query.limit(limit).tuples().execute(db)]
    if len(found) < _ONE_ALONE:
        return found
    due = _due_dates(db, set(found))
    return sorted(found, key=lambda digest: due.get(digest, _NO_DATE))


def _due_dates(db: peewee.Database, wanted: set[str]) -> dict[str, str]:
    """Return the earliest legal date of the matters whose entries name these blobs."""
    entries = (
        EntryRow.select(EntryRow.header, EntryRow.payload, EntryRow.hash, AggregateRow.due)
        .join(AggregateRow, on=EntryRow.aggregate_id == AggregateRow.aggregate_id)
        .where(AggregateRow.due != "", EntryRow.state.in_(_UNSETTLED))
        .order_by(AggregateRow.due)
        .limit(_MOST_READ)
    )
    due: dict[str, str] = {}
    for header, payload, digest, date in entries.tuples().execute(db):
        if payload is None:
            continue
        for blob in decode_payload(Entry(bytes(header), bytes(payload), digest)).blobs:
            if blob in wanted:
                due.setdefault(blob, date)
        if len(due) == len(wanted):
            break
    return due


def confirm(db: peewee.Database, digest: str) -> None:
    """Note that the hub has a blob whole."""
    BlobRow.update(confirmed=True).where(BlobRow.hash == digest).execute(db)
