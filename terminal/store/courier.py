"""What courier files need of the ledger: all that waits, and answers that come late.

Only tables and columns of the first schema are read, so that a ledger which a newer version
could not bring up to date can still be exported.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import peewee

from terminal.errors import SyncError
from terminal.protocol.entry import Entry
from terminal.protocol.returns import Restored
from terminal.protocol.wire import MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, Answer, Cursor, Effect, Page
from terminal.store import feeds, hub_places, meta, outbox
from terminal.store.statements import rows, run
from terminal.store.tables.ledger import BlobRow, CursorWordRow

NOTES_KEPT = 200
_PREFIX = "courier/"
_RESTORED = "hub_restored"
_FINAL = frozenset({"applied", "refused", "conflict", "forked"})

_WAITING = (
    "SELECT id, epoch, seq, header, payload, hash FROM entry"
    " WHERE acknowledged = 0 AND id > ? ORDER BY id LIMIT ?"
)
_SIZE = (
    "SELECT COUNT(*), COALESCE(SUM(LENGTH(header) + LENGTH(COALESCE(payload, ''))), 0)"
    " FROM entry WHERE acknowledged = 0"
)
_STANDS = "SELECT state, code FROM entry WHERE record_id = ? AND hash = ?"
_SCANS = "SELECT hash, size FROM blob WHERE confirmed = 0 ORDER BY hash"


class BatchNote(msgspec.Struct, frozen=True):
    """Which stretch went out under a nonce (hexadecimal)."""

    nonce: str
    epoch: str
    first_seq: int
    last_seq: int


class ExportNote(msgspec.Struct, frozen=True):
    """What is remembered of an export until its answer comes, if it ever does.

    `reply_key` is the private half of the key for the answer, `hub_epoch` the hub's epoch that
    was known at the time, `settles` the one for which the hub's own entries were given back.
    """

    export_id: str
    made_at: int
    reply_key: bytes
    hub_epoch: str
    cursors: tuple[Cursor, ...] = ()
    batches: tuple[BatchNote, ...] = ()
    settles: str = ""


class Waiting(msgspec.Struct, frozen=True):
    """A stretch that waits; `last_id` says where the next one begins."""

    epoch: str
    first_seq: int
    last_seq: int
    entries: tuple[Entry, ...]
    last_id: int


def next_waiting(
    db: peewee.Database,
    after_id: int,
    limit: int = MAX_BATCH_ENTRIES,
    max_bytes: int = MAX_BATCH_BYTES,
) -> Waiting | None:
    """Return the next stretch of one epoch that is not acknowledged, in the order of writing."""
    found: list[Entry] = []
    first: tuple[str, int] = ("", 0)
    last_id, size = after_id, 0
    for row, epoch, seq, header, payload, digest in rows(db, _WAITING, after_id, limit):
        size += len(header) + len(payload or b"")
        follows = (epoch, seq) == (first[0], first[1] + len(found))
        if found and (not follows or size > max_bytes):
            break
        first = first if found else (epoch, seq)
        found.append(Entry(bytes(header), None if payload is None else bytes(payload), digest))
        last_id = row
    if not found:
        return None
    return Waiting(first[0], first[1], first[1] + len(found) - 1, tuple(found), last_id)


def size_of_waiting(db: peewee.Database) -> tuple[int, int]:
    """Return how many entries wait, and their bytes."""
    [(count, size)] = rows(db, _SIZE)
    return int(count), int(size)


def scans(db: peewee.Database) -> list[tuple[str, int]]:
    """Return hash and size of every blob that the hub has not confirmed."""
    return [(str(digest), int(size)) for digest, size in rows(db, _SCANS)]


def confirm_scans(db: peewee.Database, hashes: tuple[str, ...]) -> int:
    """Note that the hub has these blobs whole; returns for how many that was new."""
    return sum(
        BlobRow.update(confirmed=True)
        .where(BlobRow.hash == digest, BlobRow.confirmed == False)  # noqa: E712
        .execute(db)
        for digest in hashes
    )


def acknowledged_ends(db: peewee.Database) -> list[tuple[str, int]]:
    """Return of each epoch how far the hub has acknowledged it."""
    return [(epoch, _acknowledged(db, epoch)) for epoch in hub_places.acknowledged_epochs(db)]


def cursors(db: peewee.Database, names: Iterable[str]) -> tuple[Cursor, ...]:
    """Return where these feeds stand, with the hub's word for it where that is kept."""
    stand = [feeds.cursor(db, name) for name in names]
    if db.table_exists(CursorWordRow._meta.table_name):
        stand = [hub_places.with_word(db, cursor) for cursor in stand]
    return tuple(stand)


# Exports under way


def remember(db: peewee.Database, note: ExportNote) -> None:
    """Keep a note of an export; of very many the oldest are given up."""
    meta.put(db, _PREFIX + note.export_id, msgspec.json.encode(note).decode())
    old = "SELECT key FROM meta WHERE key LIKE ? ORDER BY key DESC LIMIT -1 OFFSET ?"
    for (key,) in rows(db, old, f"{_PREFIX}%", NOTES_KEPT):
        run(db, "DELETE FROM meta WHERE key = ?", key)


def recall(db: peewee.Database, export_id: str) -> ExportNote | None:
    """Return the note of an export, or None when this ledger has not made it."""
    found = meta.get(db, _PREFIX + export_id)
    return msgspec.json.decode(found, type=ExportNote) if found else None


# A hub that was taken back


def hear(db: peewee.Database, answer: Answer) -> None:
    """Take in what an answer says of the hub's own journal, and which ends of it are lost."""
    if answer.place is None:
        return
    hub_places.hear(db, answer.place)
    if answer.restored:
        meta.put(db, _RESTORED, msgspec.json.encode(answer.restored).decode())


def owed(db: peewee.Database) -> tuple[str, tuple[Restored, ...]]:
    """Return the hub's epoch and the ends that it asks for, as long as nobody gave them back."""
    place, text = hub_places.heard(db), meta.get(db, _RESTORED)
    if place is None or not text or hub_places.settled(db) == place.epoch:
        return "", ()
    return place.epoch, msgspec.json.decode(text, type=tuple[Restored, ...])


def settle(db: peewee.Database, epoch: str) -> None:
    """Note that the hub has what it asked for, once."""
    if epoch and hub_places.settled(db) != epoch:
        hub_places.settle(db, epoch)


# Answers, which may be old


class Changed(msgspec.Struct, frozen=True):
    """How many entries were newly acknowledged (or wait again), how many effects were new."""

    entries: int
    effects: int


def take_answer(
    db: peewee.Database, answer: Answer, batch: BatchNote, hub_epoch: str, now: int
) -> Changed:
    """Take over an answer that travelled, to a batch that left when `hub_epoch` was known.

    The hub may have said more since: an answer that names an earlier place than is known here
    takes nothing back, unless it is earlier than what was acknowledged when the batch went
    out: then the hub has lost something, and it waits again. What a hub said before it was taken
    back holds no more once that is known here.
    """
    known = hub_places.heard(db)
    if known is not None and known.epoch not in (answer.hub_epoch, hub_epoch):
        return Changed(0, 0)
    hear(db, answer)
    lost = answer.stored_seq < batch.first_seq - 1
    entries = 0
    if lost or answer.stored_seq > _acknowledged(db, answer.epoch):
        entries = outbox.acknowledge(db, msgspec.structs.replace(answer, effects=()), now)
    return Changed(entries, sum(_take_effect(db, effect, now) for effect in answer.effects))


def _acknowledged(db: peewee.Database, epoch: str) -> int:
    # What was left behind in a fork counts as done here, but the hub never acknowledged it.
    sql = (
        "SELECT seq FROM entry WHERE acknowledged = 1 AND +epoch = ? AND state <> 'forked'"
        " ORDER BY id DESC LIMIT 1"
    )
    return next((int(seq) for (seq,) in rows(db, sql, epoch)), 0)


def _take_effect(db: peewee.Database, effect: Effect, now: int) -> bool:
    """Note an effect unless a final one is known: what is held may have been applied since."""
    for state, code in rows(db, _STANDS, effect.record_id, effect.entry_hash):
        if state in _FINAL or (state, code) == (effect.effect, effect.code):
            continue
        outbox.take_effect(db, effect, now)
        return True
    return False


def take_page(db: peewee.Database, page: Page, exported: Cursor, hub_key: bytes, now: int) -> int:
    """Apply of a page that travelled what is new here; returns how many rows that was.

    `exported` is where the feed stood when the export was made. The line or another stick may
    have brought rows since: those are left out. A page that begins behind a gap, or belongs to
    a feed that has begun anew since, is left to the next export.
    """
    exported = msgspec.structs.replace(exported, signature=b"")
    fitting = _fitting(page, feeds.cursor(db, page.feed), exported)
    if fitting is None:
        return 0
    hub_places.keep_word(db, fitting)
    return feeds.take_page(db, fitting, hub_key, now)


def _fitting(page: Page, stands: Cursor, exported: Cursor) -> Page | None:
    first = page.rows[0].position if page.rows else 0
    if stands.handle != page.handle:
        # A feed begins here, or anew: only if nothing has been heard of it since the export.
        return page if stands == exported and first <= 1 else None
    if not page.rows or first > stands.position + 1:
        return None
    known = next((row.hash for row in page.rows if row.position == stands.position), None)
    if known is not None and known != stands.row_hash:
        raise SyncError("sync.feed_broken", feed=page.feed)
    new = tuple(row for row in page.rows if row.position > stands.position)
    return msgspec.structs.replace(page, rows=new, reset=False) if new else None
