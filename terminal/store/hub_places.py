"""What was heard of the hub's own journal, and what of it is kept here to be given back."""

from __future__ import annotations

import msgspec
import peewee

from terminal.domain.records import HUB_ORIGIN
from terminal.protocol.entry import Entry
from terminal.protocol.returns import HubPlace, StoredPlace
from terminal.protocol.wire import Cursor, Page, progress_feed
from terminal.store import meta
from terminal.store.statements import rows, sql_of, writer
from terminal.store.tables.ledger import (
    BlobRow,
    CursorRow,
    CursorWordRow,
    EntryRow,
    ForeignEntryRow,
)

_PLACE = "hub_place"
_SETTLED = "hub_settled"
_PUT_OFF = "hub_put_off"
# From the end of what is acknowledged: in the epoch's own index all that waits would stand first.
_STORED = "SELECT seq FROM entry WHERE acknowledged = 1 AND +epoch = ? ORDER BY id DESC LIMIT 1"

_put_word = writer(CursorWordRow, "REPLACE")
_WORD = sql_of(
    CursorWordRow.select(CursorWordRow.signature).where(
        CursorWordRow.feed == "", CursorWordRow.handle == "",
        CursorWordRow.position == 0, CursorWordRow.row_hash == "",
    )
)  # fmt: skip


def heard(db: peewee.Database) -> HubPlace | None:
    """Return the last place of the hub's own journal that the hub has told."""
    text = meta.get(db, _PLACE)
    return msgspec.json.decode(text, type=HubPlace) if text else None


def hear(db: peewee.Database, place: HubPlace) -> None:
    """Remember a place that the hub has told, unless one further on is known.

    The line and a stick both bring places, each in its own time. A hub that was taken back tells
    an earlier one in good faith, and the further one is all that shows it what it lost.
    """
    if place.is_news(heard(db)):
        meta.put(db, _PLACE, msgspec.json.encode(place).decode())


def settled(db: peewee.Database) -> str:
    """Return the epoch of the hub for which everything was given back and pushed again."""
    return meta.get(db, _SETTLED)


def settle(db: peewee.Database, epoch: str) -> None:
    """Note that everything was given back; scans have to be confirmed anew."""
    BlobRow.update(confirmed=False).execute(db)
    meta.put(db, _SETTLED, epoch)
    if meta.get(db, _PUT_OFF):
        meta.put(db, _PUT_OFF, "")
        read_anew(db)


def takes_other(db: peewee.Database) -> bool:
    """Say whether another content of a record that is here may take its place.

    Not before what is here was given back: then the feed is read anew, and it comes once more.
    """
    place = heard(db)
    if place is not None and settled(db) == place.epoch:
        return True
    meta.put(db, _PUT_OFF, "1")
    return False


def read_anew(db: peewee.Database) -> None:
    """Let what the hub tells this terminal be read from the beginning; what is known stays.

    It is another reading, in which rows may stand at other places.
    """
    CursorRow.update(position=0, row_hash="", generation=CursorRow.generation + 1).where(
        CursorRow.feed.startswith(progress_feed(""))
    ).execute(db)


def stored(db: peewee.Database) -> StoredPlace | None:
    """Return up to where the hub has acknowledged the epoch that is written to."""
    epoch = meta.get(db, "epoch")
    return next((StoredPlace(epoch, seq) for (seq,) in rows(db, _STORED, epoch)), None)


def acknowledged_epochs(db: peewee.Database) -> list[str]:
    """Return the epochs of which the hub has acknowledged something, the oldest first."""
    query = (
        EntryRow.select(EntryRow.epoch)
        .where(EntryRow.acknowledged == True, EntryRow.state != "forked")  # noqa: E712
        .group_by(EntryRow.epoch)
        .order_by(peewee.fn.MIN(EntryRow.id))
    )
    return [epoch for (epoch,) in query.tuples().execute(db)]


def hub_epochs(db: peewee.Database) -> list[str]:
    """Return the hub's epochs of which entries are kept here, the oldest first."""
    query = (
        ForeignEntryRow.select(ForeignEntryRow.epoch)
        .where(ForeignEntryRow.origin == HUB_ORIGIN)
        .group_by(ForeignEntryRow.epoch)
        .order_by(peewee.fn.MIN(ForeignEntryRow.received_at), ForeignEntryRow.epoch)
    )
    return [epoch for (epoch,) in query.tuples().execute(db)]


def overlap(db: peewee.Database, epoch: str, after: int) -> int:
    """Return the seq after which giving back begins, so that the last entry up to `after` goes too.

    By that one a hub sees whether what it kept is what it once told: whoever wrote on before it
    knew that it was taken back has others in these places.
    """
    query = ForeignEntryRow.select(peewee.fn.MAX(ForeignEntryRow.seq)).where(
        ForeignEntryRow.origin == HUB_ORIGIN,
        ForeignEntryRow.epoch == epoch,
        ForeignEntryRow.seq <= after,
    )
    ((last,),) = query.tuples().execute(db)
    return after if last is None else int(last) - 1


def returnable(
    db: peewee.Database, epoch: str, after: int, limit: int, max_bytes: int
) -> list[tuple[int, Entry]]:
    """Return seq and bytes of the hub's own entries of an epoch after one, oldest first.

    At least one, if there is any; those whose payload was wiped come without.
    """
    query = (
        ForeignEntryRow.select(
            ForeignEntryRow.seq, ForeignEntryRow.header, ForeignEntryRow.payload,
            ForeignEntryRow.hash, ForeignEntryRow.signature,
        )
        .where(
            ForeignEntryRow.origin == HUB_ORIGIN,
            ForeignEntryRow.epoch == epoch,
            ForeignEntryRow.seq > after,
        )
        .order_by(ForeignEntryRow.seq)
        .limit(limit)
    )  # fmt: skip
    found: list[tuple[int, Entry]] = []
    size = 0
    for seq, header, payload, digest, signature in query.tuples().execute(db):
        size += len(header) + len(payload or b"")
        if found and size > max_bytes:
            break
        kept = None if payload is None else bytes(payload)
        found.append((seq, Entry(bytes(header), kept, digest, bytes(signature))))
    return found


def keep_word(db: peewee.Database, page: Page) -> None:
    """Keep the hub's word for the place to which a page has led."""
    if page.signature and page.rows:
        last = page.rows[-1]
        _put_word(
            db,
            {
                "feed": page.feed, "handle": page.handle, "position": last.position,
                "row_hash": last.hash, "signature": page.signature,
            },
        )  # fmt: skip


def with_word(db: peewee.Database, cursor: Cursor) -> Cursor:
    """Return a cursor with the hub's word for its place, if that is here."""
    place = (cursor.feed, cursor.handle, cursor.position, cursor.row_hash)
    for (signature,) in rows(db, _WORD, *place):
        return msgspec.structs.replace(cursor, signature=bytes(signature))
    return cursor
