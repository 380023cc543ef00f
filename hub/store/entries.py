"""Stored entries, their chains and forks, and the one effect of each record_id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from peewee import Database, fn

from hub.store.statements import Insert, lock, rows, run
from hub.store.tables import ChainRow, EffectRow, EntryRow, ForkRow, UnjudgedRow
from terminal.protocol.entry import GENESIS, Entry, Header
from terminal.protocol.wire import Effect


class Stored(msgspec.Struct, frozen=True):
    """An entry with its place; `record_id` of an unreadable one is made from its hash."""

    entry: Entry
    origin: str
    epoch: str
    seq: int
    record_id: str
    kind: str
    aggregate_id: str
    prev_hash: str
    sound: bool
    id: int = 0
    hall: str = ""


def placed(entry: Entry, header: Header, hall: str = "") -> Stored:
    """Return an entry with the place that its header names; `hall` is its terminal's."""
    return Stored(
        entry=entry,
        origin=header.origin,
        epoch=header.epoch,
        seq=header.seq,
        record_id=header.record_id,
        kind=header.kind,
        aggregate_id=header.aggregate_id,
        prev_hash=header.prev_hash,
        sound=entry.payload is not None,
        hall=hall,
    )


class NewEffect(msgspec.Struct, frozen=True):
    """An effect as it is written; `waits_for` is what a held one needs."""

    effect: Effect
    aggregate_id: str
    waits_for: str
    judged_at: int


class ChainEnd(msgspec.Struct, frozen=True):
    """How far an epoch is stored without a gap."""

    seq: int = 0
    hash: str = GENESIS


_LONGEST_NAME = 400
_PAGE = 500
_COLUMNS = (
    "e.header, e.payload, e.hash, e.signature, e.origin, e.epoch, e.seq, e.record_id, e.kind,"
    " e.aggregate_id, e.sound, e.id, e.hall"
)
_TO_JUDGE = "INSERT INTO unjudged (id, hall) SELECT id, hall FROM entries WHERE"
_insert_entries = Insert(EntryRow)
_insert_effects = Insert(EffectRow)
_put_chain = Insert(
    ChainRow,
    "(origin, epoch) DO UPDATE SET last_seq = excluded.last_seq, last_hash = excluded.last_hash",
)


def fits(*names: str) -> bool:
    """Say whether every store can keep and index these names; no writer of ours makes others."""
    return "\0" not in "".join(names) and max(map(len, names), default=0) <= _LONGEST_NAME


def chain_end(database: Database, origin: str, epoch: str) -> ChainEnd:
    """Return how far this epoch is stored; seq 0 when nothing of it is."""
    found = rows(
        database,
        "SELECT last_seq, last_hash FROM chains WHERE origin = ? AND epoch = ?",
        origin,
        epoch,
    )
    return ChainEnd(*found[0]) if found else ChainEnd()


def lock_chain(database: Database, origin: str) -> None:
    """Let nobody else add to this origin's chains until the transaction ends."""
    lock(database, f"chain/{origin}")


def stored_hashes(
    database: Database, origin: str, epoch: str, first: int, last: int
) -> dict[int, tuple[str, bool]]:
    """Return hash and soundness of the stored entries from seq `first` to `last`."""
    found = rows(
        database,
        "SELECT seq, hash, sound FROM entries"
        " WHERE origin = ? AND epoch = ? AND seq BETWEEN ? AND ?",
        origin,
        epoch,
        first,
        last,
    )
    return {seq: (digest, bool(sound)) for seq, digest, sound in found}


def add(
    database: Database, stored: Sequence[Stored], received_at: int, *, judged: bool = False
) -> None:
    """Append consecutive entries of one epoch and move the end of its chain.

    `judged` for the hub's own, which are judged in the transaction that writes them.
    """
    if not stored:
        return
    _insert_entries(
        database,
        [
            (
                one.entry.hash, one.origin, one.epoch, one.seq, one.record_id, one.kind,
                one.aggregate_id, one.entry.header, one.entry.payload, one.entry.signature,
                received_at, one.sound, one.hall,
            )
            for one in stored
        ],
    )  # fmt: skip
    last = stored[-1]
    if not judged:
        # By their place: 500 hashes would be looked up all over an index of millions.
        run(
            database,
            f"{_TO_JUDGE} origin = ? AND epoch = ? AND seq BETWEEN ? AND ?",
            last.origin,
            last.epoch,
            stored[0].seq,
            last.seq,
        )
    _put_chain(database, [(last.origin, last.epoch, last.seq, last.entry.hash)])


def to_judge(database: Database, hashes: Sequence[str]) -> None:
    """Note that stored entries have no effect yet.

    It stands in a narrow table of its own: to change a mark in the entry itself would write the
    whole row and all of its indexes anew.
    """
    run(database, f"{_TO_JUDGE} hash IN ? ON CONFLICT (id) DO NOTHING", list(hashes))


def move_end(database: Database, origin: str, epoch: str) -> None:
    """Move the end of a chain over entries that were put into its gaps."""
    before = chain_end(database, origin, epoch)
    after = before
    while after.seq + 1 in (
        known := stored_hashes(database, origin, epoch, after.seq + 1, after.seq + _PAGE)
    ):
        while after.seq + 1 in known:
            after = ChainEnd(after.seq + 1, known[after.seq + 1][0])
    if after != before:
        _put_chain(database, [(origin, epoch, after.seq, after.hash)])


def fill_payload(database: Database, stored: Stored) -> None:
    """Put in the payload of an entry that was stored without it, and judge it anew."""
    (
        EntryRow.update(payload=stored.entry.payload, sound=True)
        .where(EntryRow.hash == stored.entry.hash)
        .execute(database)
    )
    to_judge(database, [stored.entry.hash])
    (
        EffectRow.delete()
        .where((EffectRow.entry_hash == stored.entry.hash) & (EffectRow.effect != "applied"))
        .execute(database)
    )


def add_forks(database: Database, stored: Iterable[Stored], received_at: int) -> None:
    """Keep entries of a second branch apart; what is there already stays."""
    for one in stored:
        (
            ForkRow.insert(
                hash=one.entry.hash,
                origin=one.origin,
                epoch=one.epoch,
                seq=one.seq,
                header=one.entry.header,
                payload=one.entry.payload,
                received_at=received_at,
            )
            .on_conflict_ignore()
            .execute(database)
        )


def _stored(row: Any) -> Stored:
    header, payload, digest, signature, origin, epoch, seq, record, kind, aggregate, *rest = row
    sound, number, hall = rest
    return Stored(
        Entry(bytes(header), None if payload is None else bytes(payload), digest, bytes(signature)),
        origin, epoch, seq, record, kind, aggregate, "", bool(sound), number, hall,
    )  # fmt: skip


def unjudged(database: Database, limit: int, hall: str) -> list[Stored]:
    """Return entries of a hall that have no effect yet, in the order of arrival."""
    found = rows(
        database,
        f"SELECT {_COLUMNS} FROM unjudged u JOIN entries e ON e.id = u.id"
        " WHERE u.hall = ? ORDER BY u.id LIMIT ?",
        hall,
        limit,
    )
    return [_stored(row) for row in found]


def many_wait(database: Database, hall: str, many: int) -> bool:
    """Say whether at least so many entries of a hall have no effect yet."""
    found = rows(database, "SELECT 1 FROM unjudged WHERE hall = ? LIMIT ?", hall, many)
    return len(found) >= many


def halls_waiting(database: Database) -> list[str]:
    """Return the halls with entries that have no effect yet."""
    found = rows(database, "SELECT DISTINCT hall FROM unjudged ORDER BY hall")
    return [hall for (hall,) in found]


def overslept(database: Database) -> list[str]:
    """Return what held entries wait for although it has been applied.

    Two halls that are judged at the same moment do not see each other's last page.
    """
    found = rows(
        database,
        "SELECT DISTINCT h.waits_for FROM effects h JOIN effects r ON r.record_id = h.waits_for"
        " WHERE h.effect = 'held' AND h.waits_for <> '' AND r.effect = 'applied'",
    )
    return [key for (key,) in found]


def mark_judged(database: Database, ids: Sequence[int]) -> None:
    """Note that these entries were judged."""
    if ids:
        run(database, "DELETE FROM unjudged WHERE id IN ?", list(ids))


def of_aggregate(database: Database, aggregate_id: str) -> list[Stored]:
    """Return the applied entries of an aggregate in the order of arrival."""
    found = rows(
        database,
        f"SELECT {_COLUMNS} FROM entries e JOIN effects f ON f.entry_hash = e.hash"
        " WHERE e.aggregate_id = ? AND f.effect = 'applied' ORDER BY e.id",
        aggregate_id,
    )
    return [_stored(row) for row in found]


def without_effect(database: Database, aggregate_id: str) -> list[Effect]:
    """Return what the entries of an aggregate came to that will never have an effect."""
    found = rows(
        database,
        "SELECT f.record_id, f.entry_hash, f.effect, f.code FROM entries e JOIN effects f"
        " ON f.entry_hash = e.hash WHERE e.aggregate_id = ?"
        " AND f.effect IN ('refused', 'conflict') ORDER BY e.id",
        aggregate_id,
    )
    return [Effect(*row) for row in found]


def held(database: Database, keys: Sequence[str]) -> list[Stored]:
    """Return held entries of these aggregates, or that wait for these record_ids or blobs."""
    wanted = list(keys)
    # Two questions in one: each has an index of the few that are held.
    found = rows(
        database,
        "SELECT entry_hash FROM effects WHERE waits_for IN ? AND effect = 'held'"
        " UNION SELECT entry_hash FROM effects WHERE aggregate_id IN ? AND effect = 'held'",
        wanted,
        wanted,
    )
    hashes = [digest for (digest,) in found]
    if not hashes:
        return []
    found = rows(
        database,
        f"SELECT {_COLUMNS} FROM entries e WHERE e.hash IN ? ORDER BY e.id",
        hashes,
    )
    return [_stored(row) for row in found]


def add_effects(database: Database, effects: Sequence[NewEffect]) -> None:
    """Write the effects of records that had none."""
    if not effects:
        return
    _insert_effects(
        database,
        [
            (
                one.effect.record_id, one.effect.entry_hash, one.aggregate_id, one.effect.effect,
                one.effect.code, one.waits_for, one.judged_at,
            )
            for one in effects
        ],
    )  # fmt: skip


def change_effect(database: Database, new: NewEffect) -> bool:
    """Change a held effect; what was applied, refused or in conflict stays for ever (False)."""
    changed = run(
        database,
        "UPDATE effects SET effect = ?, code = ?, waits_for = ?, judged_at = ?"
        " WHERE record_id = ? AND entry_hash = ? AND effect = 'held'",
        new.effect.effect,
        new.effect.code,
        new.waits_for,
        new.judged_at,
        new.effect.record_id,
        new.effect.entry_hash,
    )
    return bool(changed)


def effect_of(database: Database, record_id: str) -> Effect | None:
    """Return what a record came to, or None when it was not judged yet."""
    return effects_of(database, [record_id]).get(record_id)


def effects_of(database: Database, record_ids: Sequence[str]) -> dict[str, Effect]:
    """Return what these records came to, as far as they were judged."""
    found = rows(
        database,
        "SELECT record_id, entry_hash, effect, code FROM effects WHERE record_id IN ?",
        list(record_ids),
    )
    return {row[0]: Effect(*row) for row in found}


def entry_by_hash(database: Database, digest: str) -> Stored | None:
    """Return a stored entry by its hash."""
    found = rows(database, f"SELECT {_COLUMNS} FROM entries e WHERE e.hash = ?", digest)
    return _stored(found[0]) if found else None


def counts(database: Database) -> dict[str, int]:
    """Return how many entries, forks, and effects of each kind there are."""
    found = {
        "entries": EntryRow.select().count(database),
        "unjudged": UnjudgedRow.select().count(database),
        "forks": ForkRow.select().count(database),
    }
    query = EffectRow.select(EffectRow.effect, fn.COUNT(EffectRow.record_id)).group_by(
        EffectRow.effect
    )
    by_effect = dict(query.tuples().execute(database))
    for effect in ("applied", "held", "refused", "conflict"):
        found[effect] = by_effect.get(effect, 0)
    return found
