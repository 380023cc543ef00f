"""Stored entries, their chains and forks, and the one effect of each record_id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from peewee import Database, fn

from hub.store.tables import ChainRow, EffectRow, EntryRow, ForkRow
from terminal.protocol.entry import GENESIS, Entry
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


def chain_end(database: Database, origin: str, epoch: str) -> ChainEnd:
    """Return how far this epoch is stored; seq 0 when nothing of it is."""
    query = ChainRow.select(ChainRow.last_seq, ChainRow.last_hash).where(
        (ChainRow.origin == origin) & (ChainRow.epoch == epoch)
    )
    rows = list(query.tuples().execute(database))
    return ChainEnd(*rows[0]) if rows else ChainEnd()


def stored_hashes(
    database: Database, origin: str, epoch: str, first: int, last: int
) -> dict[int, tuple[str, bool]]:
    """Return hash and soundness of the stored entries from seq `first` to `last`."""
    query = EntryRow.select(EntryRow.seq, EntryRow.hash, EntryRow.sound).where(
        (EntryRow.origin == origin) & (EntryRow.epoch == epoch) & EntryRow.seq.between(first, last)
    )
    return {seq: (digest, sound) for seq, digest, sound in query.tuples().execute(database)}


def add(database: Database, stored: Sequence[Stored], received_at: int) -> None:
    """Append consecutive entries of one epoch and move the end of its chain."""
    if not stored:
        return
    rows = [
        (
            one.entry.hash, one.origin, one.epoch, one.seq, one.record_id, one.kind,
            one.aggregate_id, one.entry.header, one.entry.payload, one.entry.signature,
            received_at, one.sound, False,
        )
        for one in stored
    ]  # fmt: skip
    fields = [
        EntryRow.hash, EntryRow.origin, EntryRow.epoch, EntryRow.seq, EntryRow.record_id,
        EntryRow.kind, EntryRow.aggregate_id, EntryRow.header, EntryRow.payload,
        EntryRow.signature, EntryRow.received_at, EntryRow.sound, EntryRow.judged,
    ]  # fmt: skip
    EntryRow.insert_many(rows, fields=fields).execute(database)
    last = stored[-1]
    change = {ChainRow.last_seq: last.seq, ChainRow.last_hash: last.entry.hash}
    (
        ChainRow.insert(
            origin=last.origin, epoch=last.epoch, last_seq=last.seq, last_hash=last.entry.hash
        )
        .on_conflict(conflict_target=[ChainRow.origin, ChainRow.epoch], update=change)
        .execute(database)
    )


def fill_payload(database: Database, stored: Stored) -> None:
    """Put in the payload of an entry that was stored without it, and judge it anew."""
    (
        EntryRow.update(payload=stored.entry.payload, sound=True, judged=False)
        .where(EntryRow.hash == stored.entry.hash)
        .execute(database)
    )
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
    return Stored(
        entry=Entry(
            bytes(row.header),
            None if row.payload is None else bytes(row.payload),
            row.hash,
            bytes(row.signature),
        ),
        origin=row.origin,
        epoch=row.epoch,
        seq=row.seq,
        record_id=row.record_id,
        kind=row.kind,
        aggregate_id=row.aggregate_id,
        prev_hash="",
        sound=row.sound,
        id=row.id,
    )


def unjudged(database: Database, limit: int, origin: str = "") -> list[Stored]:
    """Return entries (of one origin) that have no effect yet, in the order of arrival."""
    condition = EntryRow.judged == False  # noqa: E712 - a column, not a value
    if origin:
        condition &= EntryRow.origin == origin
    query = EntryRow.select().where(condition).order_by(EntryRow.id).limit(limit)
    return [_stored(row) for row in query.namedtuples().execute(database)]


def mark_judged(database: Database, ids: Sequence[int]) -> None:
    """Note that these entries were judged."""
    if not ids:
        return
    EntryRow.update(judged=True).where(EntryRow.id.in_(list(ids))).execute(database)


def of_aggregate(database: Database, aggregate_id: str) -> list[Stored]:
    """Return the applied entries of an aggregate in the order of arrival."""
    query = (
        EntryRow.select(EntryRow)
        .join(EffectRow, on=(EffectRow.entry_hash == EntryRow.hash))
        .where((EntryRow.aggregate_id == aggregate_id) & (EffectRow.effect == "applied"))
        .order_by(EntryRow.id)
    )
    return [_stored(row) for row in query.namedtuples().execute(database)]


def held(database: Database, keys: Sequence[str]) -> list[Stored]:
    """Return held entries of these aggregates, or that wait for these record_ids or blobs."""
    query = (
        EntryRow.select(EntryRow)
        .join(EffectRow, on=(EffectRow.entry_hash == EntryRow.hash))
        .where(
            (EffectRow.effect == "held")
            & (EffectRow.waits_for.in_(list(keys)) | EffectRow.aggregate_id.in_(list(keys)))
        )
        .order_by(EntryRow.id)
    )
    return [_stored(row) for row in query.namedtuples().execute(database)]


def add_effects(database: Database, effects: Sequence[NewEffect]) -> None:
    """Write the effects of records that had none."""
    if not effects:
        return
    fields = [
        EffectRow.record_id, EffectRow.entry_hash, EffectRow.aggregate_id, EffectRow.effect,
        EffectRow.code, EffectRow.waits_for, EffectRow.judged_at,
    ]  # fmt: skip
    rows = [
        (
            one.effect.record_id, one.effect.entry_hash, one.aggregate_id, one.effect.effect,
            one.effect.code, one.waits_for, one.judged_at,
        )
        for one in effects
    ]  # fmt: skip
    EffectRow.insert_many(rows, fields=fields).execute(database)


def change_effect(database: Database, new: NewEffect) -> bool:
    """Change a held effect; what was applied, refused or in conflict stays for ever (False)."""
    changed = (
        EffectRow.update(
            effect=new.effect.effect,
            code=new.effect.code,
            waits_for=new.waits_for,
            judged_at=new.judged_at,
        )
        .where(
            (EffectRow.record_id == new.effect.record_id)
            & (EffectRow.entry_hash == new.effect.entry_hash)
            & (EffectRow.effect == "held")
        )
        .execute(database)
    )
    return bool(changed)


def effect_of(database: Database, record_id: str) -> Effect | None:
    """Return what a record came to, or None when it was not judged yet."""
    return effects_of(database, [record_id]).get(record_id)


def effects_of(database: Database, record_ids: Sequence[str]) -> dict[str, Effect]:
    """Return what these records came to, as far as they were judged."""
    query = EffectRow.select(
        EffectRow.record_id, EffectRow.entry_hash, EffectRow.effect, EffectRow.code
    ).where(EffectRow.record_id.in_(list(record_ids)))
    return {row[0]: Effect(*row) for row in query.tuples().execute(database)}


def entry_by_hash(database: Database, digest: str) -> Stored | None:
    """Return a stored entry by its hash."""
    query = EntryRow.select().where(EntryRow.hash == digest)
    rows = list(query.namedtuples().execute(database))
    return _stored(rows[0]) if rows else None


def counts(database: Database) -> dict[str, int]:
    """Return how many entries, forks, and effects of each kind there are."""
    found = {
        "entries": EntryRow.select().count(database),
        "unjudged": EntryRow.select().where(EntryRow.judged == False).count(database),  # noqa: E712
        "forks": ForkRow.select().count(database),
    }
    query = EffectRow.select(EffectRow.effect, fn.COUNT(EffectRow.record_id)).group_by(
        EffectRow.effect
    )
    by_effect = dict(query.tuples().execute(database))
    for effect in ("applied", "held", "refused", "conflict"):
        found[effect] = by_effect.get(effect, 0)
    return found
