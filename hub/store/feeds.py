"""Feeds: rows in commit order, whose chained hashes let a cursor prove its place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from peewee import Database

from hub.store.statements import Insert, rows, run
from hub.store.tables import FeedHead, FeedLine
from terminal.protocol.wire import Cursor, FeedRow, Page, feed_hash

_insert_lines = Insert(FeedLine)
_open_heads = Insert(FeedHead, "(name) DO NOTHING")
_lines = FeedLine._meta.table_name
_MOVE = "UPDATE feeds SET position = position + ? WHERE name = ? RETURNING position, hash"
_HEAD = f"SELECT handle, position FROM {FeedHead._meta.table_name} WHERE name = ?"
_HASH_AT = f"SELECT hash FROM {_lines} WHERE feed = ? AND position = ?"
_AFTER = (
    f"SELECT position, kind, key, body, hash FROM {_lines}"
    " WHERE feed = ? AND position > ? ORDER BY position LIMIT ?"
)


class NewRow(msgspec.Struct, frozen=True):
    """A row that is to be added to a feed."""

    feed: str
    kind: str
    key: str
    body: bytes | None


def append(database: Database, new: Iterable[NewRow], new_handle: str) -> list[str]:
    """Append rows in the transaction that makes them true; returns the feeds that moved.

    Feeds are moved in sorted order, so that two writers never wait for each other in a ring;
    `new_handle` is the handle of a feed that did not exist.
    """
    by_feed: dict[str, list[NewRow]] = {}
    for row in new:
        by_feed.setdefault(row.feed, []).append(row)
    for name in sorted(by_feed):
        _append_all(database, name, by_feed[name], new_handle)
    return sorted(by_feed)


def _append_all(database: Database, name: str, new: Sequence[NewRow], new_handle: str) -> None:
    # The head's row is locked from here to the commit: positions are in commit order.
    moved = rows(database, _MOVE, len(new), name)
    if not moved:
        _open_heads(database, [(name, new_handle, 0, "")])
        moved = rows(database, _MOVE, len(new), name)
    ((last, digest),) = moved
    lines = []
    for position, row in enumerate(new, start=last - len(new) + 1):
        digest = feed_hash(digest, row.kind, row.key, row.body)
        lines.append((name, position, row.kind, row.key, row.body, digest))
    _insert_lines(database, lines)
    run(database, "UPDATE feeds SET hash = ? WHERE name = ?", digest, name)


def restart(database: Database, name: str, handle: str) -> None:
    """Begin a feed anew under another handle; its readers rebuild."""
    FeedLine.delete().where(FeedLine.feed == name).execute(database)
    (
        FeedHead.insert(name=name, handle=handle)
        .on_conflict(
            conflict_target=[FeedHead.name],
            update={FeedHead.handle: handle, FeedHead.position: 0, FeedHead.hash: ""},
        )
        .execute(database)
    )


def last_words(database: Database, name: str) -> list[tuple[str, bytes | None]]:
    """Return the last body of every key of a feed, None for one that is gone, by key."""
    query = (
        FeedLine.select(FeedLine.key, FeedLine.body)
        .where(FeedLine.feed == name)
        .order_by(FeedLine.position)
    )
    found = {
        key: None if body is None else bytes(body) for key, body in query.tuples().execute(database)
    }
    return sorted(found.items())


def current(database: Database, name: str) -> dict[str, bytes]:
    """Return the body in force of every key of a feed, by key."""
    return {key: body for key, body in last_words(database, name) if body is not None}


def remove(database: Database, name: str) -> None:
    """Remove a feed with all its rows; whoever stands in it is told to begin from nothing."""
    FeedLine.delete().where(FeedLine.feed == name).execute(database)
    FeedHead.delete().where(FeedHead.name == name).execute(database)


def names(database: Database, prefix: str) -> list[str]:
    """Return the feeds whose names begin so."""
    query = FeedHead.select(FeedHead.name).where(FeedHead.name.startswith(prefix))
    return sorted(name for (name,) in query.tuples().execute(database))


def read_after(database: Database, cursor: Cursor, limit: int) -> Page | None:
    """Return the rows after a cursor, or None when there is nothing new.

    A cursor of another handle, of a later position or with another row's hash does not belong
    to this feed: the page then begins at position 1 with `reset`.
    """
    heads = rows(database, _HEAD, cursor.feed)
    if not heads:
        # Nothing was ever written here: whoever stands somewhere has rows of a lost feed.
        return Page(cursor.feed, "", (), reset=True) if cursor.handle else None
    handle, last = heads[0]
    fits = cursor.handle == handle and _fits(database, cursor, last)
    start = cursor.position if fits else 0
    reset = bool(cursor.handle) and not fits
    if start == last and not reset and cursor.handle:
        return None
    found = tuple(
        FeedRow(position, kind, key, None if body is None else bytes(body), digest)
        for position, kind, key, body, digest in rows(database, _AFTER, cursor.feed, start, limit)
    )
    more = bool(found) and found[-1].position < last
    return Page(cursor.feed, handle, found, more=more, reset=reset)


def contradicts(database: Database, cursor: Cursor) -> bool:
    """Say whether a feed goes by a cursor's handle and does not have the cursor's row."""
    heads = rows(database, _HEAD, cursor.feed)
    return bool(heads) and heads[0][0] == cursor.handle and not _fits(database, cursor, heads[0][1])


def _fits(database: Database, cursor: Cursor, last: int) -> bool:
    if cursor.position == 0:
        return cursor.row_hash == ""
    if cursor.position > last:
        return False
    found = rows(database, _HASH_AT, cursor.feed, cursor.position)
    return bool(found) and bool(found[0][0] == cursor.row_hash)
