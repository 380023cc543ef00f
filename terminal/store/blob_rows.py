"""Which blobs are here and which of them the hub has confirmed."""

from __future__ import annotations

import peewee

from terminal.domain.parties import Blob
from terminal.store.tables.ledger import BlobRow


def add(db: peewee.Database, blob: Blob) -> None:
    """Note a blob; the same one again changes nothing."""
    BlobRow.insert(
        hash=blob.hash, name=blob.name, media_type=blob.media_type, size=blob.size
    ).on_conflict_ignore().execute(db)


def unconfirmed(db: peewee.Database, limit: int = 500) -> list[str]:
    """Return hashes that the hub has not confirmed."""
    query = BlobRow.select(BlobRow.hash).where(BlobRow.confirmed == False)  # noqa: E712
    return [digest for (digest,) in query.limit(limit).tuples().execute(db)]


def confirm(db: peewee.Database, digest: str) -> None:
    """Note that the hub has a blob whole."""
    BlobRow.update(confirmed=True).where(BlobRow.hash == digest).execute(db)
