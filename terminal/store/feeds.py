"""Pulled feeds: rows and cursor in one transaction, so a cursor is never ahead of its rows.

What the hub sends anew (an unknown handle, `reset`) is built beside what is in force and takes
its place with the last page: rows that are gone vanish, and there is no moment without any.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import peewee

from terminal.errors import SyncError
from terminal.protocol import entry as entries
from terminal.protocol.entry import Entry, EntryError, Header
from terminal.protocol.suites import STANDARD
from terminal.protocol.wire import Cursor, Effect, FeedRow, Page, feed_hash
from terminal.store import hub_order, outbox, statements
from terminal.store.tables.ledger import CursorRow, KeptRow, SetRow

EFFECTS = frozenset({"applied", "held", "refused", "conflict"})
"""What an entry may come to, as far as this release knows."""

_CURSOR = statements.sql_of(
    CursorRow.select(CursorRow.handle, CursorRow.position, CursorRow.row_hash).where(
        CursorRow.feed == ""
    )
)
_STAND = statements.sql_of(
    CursorRow.select(
        CursorRow.handle, CursorRow.position, CursorRow.row_hash, CursorRow.generation,
        CursorRow.shown,
    ).where(CursorRow.feed == "")
)  # fmt: skip


_VALUE = statements.sql_of(
    SetRow.select(SetRow.body).where(SetRow.feed == "", SetRow.generation == 0, SetRow.key == "")
)
_NAMES = statements.sql_of(CursorRow.select(CursorRow.feed))
_put_cursor = statements.writer(CursorRow, "REPLACE")
_put_row = statements.writer(SetRow, "REPLACE")


class _Stand(msgspec.Struct, frozen=True):
    """A cursor with the generation that is being written and the one that is read."""

    cursor: Cursor
    generation: int = 0
    shown: int = 0


def _stand(db: peewee.Database, feed: str) -> _Stand:
    for handle, position, row_hash, generation, shown in statements.rows(db, _STAND, feed):
        return _Stand(Cursor(feed, handle, position, row_hash), generation, shown)
    return _Stand(Cursor(feed))


def cursor(db: peewee.Database, feed: str) -> Cursor:
    """Return where this terminal stands in a feed; a feed never read stands at nothing.

    Only columns of the first schema are read: a ledger in rescue is asked, too.
    """
    for handle, position, row_hash in statements.rows(db, _CURSOR, feed):
        return Cursor(feed, handle, position, row_hash)
    return Cursor(feed)


def take_page(db: peewee.Database, page: Page, hub_key: bytes, now: int) -> int:
    """Apply a page's rows and move its cursor; returns how many rows were new.

    Positions must follow without a gap and the hashes must chain; `SyncError` otherwise, and
    nothing of the page counts.
    """
    stands = _stand(db, page.feed)
    generation, shown = stands.generation, stands.shown
    position, previous = stands.cursor.position, stands.cursor.row_hash
    if page.reset or stands.cursor.handle not in ("", page.handle):
        _clear(db, page.feed, SetRow.generation != shown)
        generation = max(generation, shown) + 1
        position, previous = 0, ""
    facts = _Facts(db, hub_key, now)
    for row in page.rows:
        position += 1
        follow(page.feed, row, position, previous)
        if row.kind == "json":
            _put(db, page.feed, generation, row)
        else:
            facts.apply(row, hub_order.place_of(generation, position))
        previous = row.hash
    if not page.more and generation != shown:
        shown = generation
        _clear(db, page.feed, SetRow.generation != shown)
    _put_cursor(
        db,
        {
            "feed": page.feed, "handle": page.handle, "position": position, "row_hash": previous,
            "generation": generation, "shown": shown,
        },
    )  # fmt: skip
    if page.rows:
        outbox.retry_held(db, now)
        outbox.put_in_order(db, facts.moved)
    return len(page.rows)


def follow(feed: str, row: FeedRow, position: int, previous: str) -> None:
    """Check that a row stands at its place of the chain; `SyncError` otherwise."""
    known = feed_hash(previous, row.kind, row.key, row.body)
    if row.position != position or row.hash != known:
        raise SyncError("sync.feed_broken", feed=feed)


def _clear(db: peewee.Database, feed: str, *which: object) -> None:
    SetRow.delete().where(SetRow.feed == feed, *which).execute(db)


def _put(db: peewee.Database, feed: str, generation: int, row: FeedRow) -> None:
    if row.body is None:
        _clear(db, feed, SetRow.generation == generation, SetRow.key == row.key)
    else:
        kept = {"feed": feed, "generation": generation, "key": row.key, "body": row.body}
        _put_row(db, kept)


class _Facts:
    """Applies rows that tell of entries; `moved` are the aggregates whose order may be another."""

    def __init__(self, db: peewee.Database, hub_key: bytes, now: int) -> None:
        self._db = db
        self._hub_key = hub_key
        self._now = now
        self.moved: set[str] = set()

    def apply(self, row: FeedRow, place: int) -> None:
        """Apply a fact; what this release cannot understand is set aside for a later one."""
        if not self.understood(row, place):
            # Without the chain: the same row pulled again is the same row kept.
            digest = feed_hash("", row.kind, row.key, row.body)
            kept = KeptRow.replace(
                hash=digest, kind=row.kind, key=row.key, body=row.body, place=place
            )
            kept.execute(self._db)

    def understood(self, row: FeedRow, place: int) -> bool:
        """Apply a fact that was told at a place of the feed, if this release understands it."""
        if row.body is None or row.kind not in ("effect", "entry"):
            return False
        try:
            if row.kind == "effect":
                effect = msgspec.msgpack.decode(row.body, type=Effect)
                if effect.effect not in EFFECTS:
                    return False
                self.moved.add(outbox.take_effect(self._db, effect, self._now, place))
                return True
            foreign = msgspec.msgpack.decode(row.body, type=Entry)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return False
        if entries.is_newer(foreign):
            return False
        self.moved.add(_check_foreign(foreign, self._hub_key).aggregate_id)
        outbox.take_foreign(self._db, foreign, self._now, place)
        return True


def _check_foreign(foreign: Entry, hub_key: bytes) -> Header:
    """The hub's own entries carry its signature; others came inside its signed answer."""
    try:
        header = entries.check(foreign)
    except EntryError as error:
        raise SyncError(error.code) from error
    signed = STANDARD.verify(hub_key, foreign.signature, bytes.fromhex(foreign.hash))
    if header.origin == "hub" and not signed:
        raise SyncError("sync.wrong_signature")
    return header


def retry_kept(db: peewee.Database, hub_key: bytes, now: int) -> int:
    """Try rows again that an earlier release did not understand; returns how many are left."""
    left = 0
    facts = _Facts(db, hub_key, now)
    kept = list(KeptRow.select().tuples().execute(db))
    for digest, kind, key, body, place in kept:
        row = FeedRow(0, kind, key, None if body is None else bytes(body), "")
        if facts.understood(row, place):
            KeptRow.delete().where(KeptRow.hash == digest).execute(db)
        else:
            left += 1
    outbox.put_in_order(db, facts.moved)
    return left


# Reading what is in force


def rows(db: peewee.Database, feed: str, prefix: str = "") -> list[tuple[str, bytes]]:
    """Return keys and bodies in force of one feed, by key; only keys that begin so."""
    query = (
        SetRow.select(SetRow.key, SetRow.body)
        .where(
            SetRow.feed == feed,
            SetRow.generation == _stand(db, feed).shown,
            SetRow.key >= prefix,
            SetRow.key < prefix + "\U0010ffff",
        )
        .order_by(SetRow.key)
    )
    return [(key, bytes(body)) for key, body in query.tuples().execute(db)]


def value(db: peewee.Database, feed: str, key: str) -> bytes | None:
    """Return the body in force of one key of a feed."""
    found = statements.rows(db, _VALUE, feed, _stand(db, feed).shown, key)
    return bytes(found[0][0]) if found else None


def names(db: peewee.Database) -> list[str]:
    """Return the feeds of which something was pulled."""
    return [name for (name,) in statements.rows(db, _NAMES)]


def policy(db: peewee.Database, key: str) -> bytes | None:
    """Return a row of policy data or a terminal's public key as the hub sent it."""
    for name in names(db):
        if name.startswith("policy/") and (found := value(db, name, key)) is not None:
            return found
    return None


def forget(db: peewee.Database, belongs: Callable[[str], bool]) -> int:
    """Throw away feeds that do not belong here any more, rows and cursor; returns how many.

    Another hall's sets, and the appointments of days that are over: personal data.
    """
    gone = [name for name in names(db) if not belongs(name)]
    for name in gone:
        _clear(db, name)
        CursorRow.delete().where(CursorRow.feed == name).execute(db)
    return len(gone)
