"""Pulled feeds: rows and cursor in one transaction, so a cursor is never ahead of its rows."""

from __future__ import annotations

import msgspec
import peewee

from terminal.errors import SyncError
from terminal.protocol import entry as entries
from terminal.protocol.entry import Entry, EntryError
from terminal.protocol.suites import STANDARD
from terminal.protocol.wire import Cursor, Effect, FeedRow, Page, feed_hash
from terminal.store import outbox
from terminal.store.tables.ledger import CursorRow, PolicyRow


def cursor(db: peewee.Database, feed: str) -> Cursor:
    """Return where this terminal stands in a feed; a feed never read stands at nothing."""
    query = CursorRow.select(CursorRow.handle, CursorRow.position, CursorRow.row_hash).where(
        CursorRow.feed == feed
    )
    for handle, position, row_hash in query.tuples().execute(db):
        return Cursor(feed, handle, position, row_hash)
    return Cursor(feed)


def take_page(db: peewee.Database, page: Page, hub_key: bytes, now: int) -> int:
    """Apply a page's rows and move its cursor; returns how many rows were new.

    Positions must follow without a gap and the hashes must chain; `SyncError` otherwise, and
    nothing of the page counts. A page with `reset` begins at position 1 again: applying a row
    twice changes nothing, so nothing is thrown away before.
    """
    stands = cursor(db, page.feed)
    position, previous = stands.position, stands.row_hash
    if page.reset or stands.handle not in ("", page.handle):
        position, previous = 0, ""
    for row in page.rows:
        position += 1
        known = feed_hash(previous, row.kind, row.key, row.body)
        if row.position != position or row.hash != known:
            raise SyncError("sync.feed_broken", feed=page.feed)
        _apply(db, row, hub_key, now)
        previous = row.hash
    CursorRow.replace(
        feed=page.feed, handle=page.handle, position=position, row_hash=previous
    ).execute(db)
    if page.rows:
        outbox.retry_held(db, now)
    return len(page.rows)


def _apply(db: peewee.Database, row: FeedRow, hub_key: bytes, now: int) -> None:
    if row.kind == "effect" and row.body is not None:
        outbox.take_effect(db, msgspec.msgpack.decode(row.body, type=Effect), now)
    elif row.kind == "entry" and row.body is not None:
        foreign = msgspec.msgpack.decode(row.body, type=Entry)
        _check_foreign(foreign, hub_key)
        outbox.take_foreign(db, foreign, now)
    elif row.kind == "json":
        if row.body is None:
            PolicyRow.delete().where(PolicyRow.key == row.key).execute(db)
        else:
            PolicyRow.replace(key=row.key, body=row.body).execute(db)


def _check_foreign(foreign: Entry, hub_key: bytes) -> None:
    """The hub's own entries carry its signature; others came inside its signed answer."""
    try:
        header = entries.check(foreign)
    except EntryError as error:
        raise SyncError(error.code) from error
    signed = STANDARD.verify(hub_key, foreign.signature, bytes.fromhex(foreign.hash))
    if header.origin == "hub" and not signed:
        raise SyncError("sync.wrong_signature")


def policy(db: peewee.Database, key: str) -> bytes | None:
    """Return a row of policy data or a terminal's public key as the hub sent it."""
    query = PolicyRow.select(PolicyRow.body).where(PolicyRow.key == key)
    return next((bytes(body) for (body,) in query.tuples().execute(db)), None)
