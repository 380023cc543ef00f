"""The journal as the sync sees it: what waits, what the hub has acknowledged, what came of it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import peewee

from terminal.domain.aggregates import Aggregate, id_of
from terminal.domain.case import Case
from terminal.domain.evolve import Conflict, Evolved, Held, evolve
from terminal.domain.records import ConflictResolved
from terminal.protocol import entry as entries
from terminal.protocol.entry import Entry, Header
from terminal.protocol.wire import (
    MAX_BATCH_BYTES,
    MAX_BATCH_ENTRIES,
    Answer,
    Effect,
)
from terminal.store import aggregates, hub_order, hub_places, places, reorder, standing
from terminal.store.statements import rows, run, sql_of, writer
from terminal.store.tables.ledger import BlobRow, EntryRow, ForeignEntryRow

_RESOLVED = (
    # Word for word the condition of the index `entry_trouble`: there are few in it.
    "UPDATE entry INDEXED BY entry_trouble SET state = 'resolved', since = ?"
    " WHERE hash = ? AND state = 'conflict'"
    " AND state IN ('held', 'refused', 'conflict', 'forked')"
)
# In an epoch ids grow with the places. The pluses keep SQLite from walking the whole epoch:
# what is to change stands at one end of what is acknowledged, or of what is not.
_LOST = (
    "UPDATE entry SET acknowledged = 0, state = 'waiting', code = '', since = ?, place = 0"
    " WHERE acknowledged = 1 AND id > ? AND +epoch = ? AND state <> 'forked'"
)
_LOST_IN_VAIN = (
    "SELECT DISTINCT aggregate_id FROM entry WHERE acknowledged = 1 AND id > ? AND +epoch = ?"
    " AND +state IN ('refused', 'conflict', 'resolved')"
)
_ACKNOWLEDGED = (
    "UPDATE entry SET acknowledged = 1, since = ?,"
    " state = CASE state WHEN 'waiting' THEN 'acknowledged' ELSE state END"
    " WHERE acknowledged = 0 AND id <= ? AND +epoch = ?"
)
_PENDING = (
    sql_of(
        EntryRow.select(EntryRow.epoch, EntryRow.header, EntryRow.payload, EntryRow.hash)
        .where(EntryRow.acknowledged == False)  # noqa: E712 - a query, not a comparison
        .order_by(EntryRow.id)
    )
    + " LIMIT ?"
)
_OWN = sql_of(EntryRow.select(EntryRow.id).where(EntryRow.record_id == ""))
_JUDGED = sql_of(
    ForeignEntryRow.select(ForeignEntryRow.header, ForeignEntryRow.state).where(
        ForeignEntryRow.record_id == "", ForeignEntryRow.state != "held"
    )
)
_HELD = (
    sql_of(
        ForeignEntryRow.select(
            ForeignEntryRow.header, ForeignEntryRow.payload, ForeignEntryRow.hash,
            ForeignEntryRow.signature, ForeignEntryRow.place,
        )
        .where(ForeignEntryRow.state == "held")
        .order_by(ForeignEntryRow.received_at)
    )
    + " LIMIT ?"
)  # fmt: skip
_put_foreign = writer(ForeignEntryRow, "REPLACE")
_EFFECT = sql_of(
    EntryRow.update({EntryRow.state: "", EntryRow.code: "", EntryRow.since: 0}).where(
        EntryRow.record_id == "",
        EntryRow.hash == "",
        # What is known already changes nothing: a feed that is read anew repeats much.
        (EntryRow.state != "") | (EntryRow.code != ""),
    )
)
_APPLIED = (
    # Most that is told is this; what was told first in this reading of the feed is the place.
    "UPDATE entry SET state = 'applied', code = '', since = ?,"
    " place = CASE WHEN place > ? THEN place ELSE ? END"
    " WHERE record_id = ? AND hash = ? AND state IN ('waiting', 'acknowledged', 'held')"
    " RETURNING aggregate_id"
)
_PLACE = "UPDATE entry SET place = ? WHERE record_id = ? AND place <= ? RETURNING aggregate_id"
_PLACE_OF_OTHERS = "UPDATE foreign_entry SET place = ? WHERE record_id = ? AND place <= ?"
_VOID = (
    "UPDATE foreign_entry SET state = ?, code = ? WHERE record_id = ? AND state <> ?"
    " AND (hash = ? OR ? <> 'hub.record_twice') RETURNING aggregate_id"
)
_WITH_OTHERS = "SELECT DISTINCT aggregate_id FROM foreign_entry WHERE aggregate_id IN ({})"
# What somebody has looked at stays so, although the feed says again that it was a conflict.
_NOT_SETTLED = " AND NOT (state = 'resolved' AND ? = 'conflict')"
_NOT_IN_VAIN = " AND state NOT IN ('refused', 'conflict', 'resolved')"
_HELD_AGAIN = sql_of(
    EntryRow.select(EntryRow.hash).where(
        EntryRow.record_id == "", EntryRow.state == "", EntryRow.hash != ""
    )
)
_ABOUT = sql_of(
    EntryRow.select(EntryRow.aggregate_id).where(EntryRow.record_id == "", EntryRow.hash == "")
)
_APPLIED_NOW = (
    "UPDATE foreign_entry SET state = 'applied', code = ''"
    " WHERE record_id = ? AND state <> 'applied'"
)
_RESOLUTIONS = sql_of(
    ForeignEntryRow.select(
        ForeignEntryRow.header, ForeignEntryRow.payload, ForeignEntryRow.hash
    ).where(
        ForeignEntryRow.aggregate_id.in_(
            EntryRow.select(EntryRow.aggregate_id).where(
                EntryRow.record_id == "", EntryRow.hash == ""
            )
        ),
        ForeignEntryRow.kind == "",
    )
)


class Pending(msgspec.Struct, frozen=True):
    """A stretch of one epoch that the hub has not acknowledged, oldest first."""

    epoch: str
    entries: tuple[Entry, ...]


def pending(
    db: peewee.Database, limit: int = MAX_BATCH_ENTRIES, max_bytes: int = MAX_BATCH_BYTES
) -> Pending | None:
    """Return the next stretch to push, at least one entry, or None when nothing waits."""
    first_epoch = ""
    found: list[Entry] = []
    size = 0
    for epoch, header, payload, digest in db.execute_sql(_PENDING, (False, limit)):
        size += len(header) + len(payload or b"")
        if found and (epoch != first_epoch or size > max_bytes):
            break
        first_epoch = epoch
        found.append(Entry(bytes(header), None if payload is None else bytes(payload), digest))
    return Pending(first_epoch, tuple(found)) if found else None


def acknowledge(db: peewee.Database, answer: Answer, now: int) -> int:
    """Take over a checked answer: what is stored there, and the effects known so far.

    Only entries up to `stored_seq` of the answer's epoch, and only if the hash that the hub
    names for it is the one written here; otherwise nothing is marked. A hub that was restored
    from an older backup names an earlier place: what it has lost waits again, its scans have to be
    confirmed and its effects to be told anew. Returns how many entries changed.
    """
    last = _place(db, answer)
    if last is None:
        return 0
    again = [name for (name,) in rows(db, _LOST_IN_VAIN, last, answer.epoch)]
    lost = run(db, _LOST, now, last, answer.epoch)
    if lost:
        # They are judged anew: what had no effect may have one.
        _go_on_from_hub(db, again)
        # Its scans may be gone, too, and it may have no journal of its own whose epoch tells so.
        BlobRow.update(confirmed=False).execute(db)
        # What became of these entries is told again, perhaps by the very rows that were read
        # before: the feed is read anew, which changes nothing that is known already.
        hub_places.read_anew(db)
    changed = run(db, _ACKNOWLEDGED, now, last, answer.epoch)
    for effect in answer.effects:
        # What was applied is told by the feed, in the hub's order among what others did.
        if effect.effect != "applied":
            take_effect(db, effect, now)
    return changed + lost


def _place(db: peewee.Database, answer: Answer) -> int | None:
    """Return the id of the entry up to which the hub has this epoch, None where hashes differ."""
    if answer.stored_seq == 0:
        # The hub has nothing of this epoch (yet, or any more).
        return 0
    place = places.at(db, answer.epoch, answer.stored_seq)
    return place.id if place is not None and place.hash == answer.stored_hash else None


def take_effect(db: peewee.Database, effect: Effect, now: int, place: int = 0) -> str:
    """Note what the hub made of an entry; an unknown record changes nothing.

    `place` is where the feed told it. Returns the aggregate whose order may be another now.
    Of others' entries only those without effect are told: what is here of them came before the
    hub was put back. What was written again after a fork, and is held, shares what the first entry
    of its record comes to: that one is told by a hash that is not here any more.
    """
    if effect.effect == "applied":
        for (aggregate_id,) in rows(
            db, _APPLIED, now, hub_order.begins(place), place, *_named(effect)
        ):
            return str(aggregate_id)
    if not _take(db, effect, now) and effect.code != "hub.record_twice":
        for (digest,) in rows(db, _HELD_AGAIN, effect.record_id, "held", effect.entry_hash):
            _take(db, msgspec.structs.replace(effect, entry_hash=digest), now)
    if effect.effect == "applied" and place:
        found = rows(db, _PLACE, place, effect.record_id, hub_order.begins(place))
        return next((str(aggregate_id) for (aggregate_id,) in found), "")
    if effect.effect in ("refused", "conflict"):
        values = (effect.record_id, reorder.VOID, effect.entry_hash, effect.code)
        void = rows(db, _VOID, reorder.VOID, effect.code, *values)
        _go_on_from_hub(db, [aggregate_id for (aggregate_id,) in void])
    return ""


def _take(db: peewee.Database, effect: Effect, now: int) -> bool:
    values = (effect.effect, effect.code, now, effect.record_id, effect.entry_hash, effect.effect,
              effect.code)  # fmt: skip
    if effect.effect in ("refused", "conflict"):
        if not run(db, _EFFECT + _NOT_SETTLED, *values, effect.effect):
            return False
        _go_on_from_hub(db, _about(db, effect))
        if effect.effect == "conflict":
            _settle_again(db, effect)
        return True
    if run(db, _EFFECT + _NOT_IN_VAIN, *values):
        return True
    if not run(db, _EFFECT, *values):
        return False
    # A restored hub has judged it anew, and otherwise.
    _go_on_from_hub(db, _about(db, effect))
    return True


def _about(db: peewee.Database, effect: Effect) -> list[str]:
    return [aggregate_id for (aggregate_id,) in rows(db, _ABOUT, *_named(effect))]


def _go_on_from_hub(db: peewee.Database, aggregate_ids: Iterable[str]) -> None:
    """Let aggregates be what the hub has: a step without effect is no part of a case."""
    for aggregate_id in aggregate_ids:
        aggregate = aggregates.load(db, aggregate_id)
        if aggregate is not None:
            _go_on_as(db, reorder.in_effect(db, aggregate))


def put_in_order(db: peewee.Database, aggregate_ids: Iterable[str]) -> None:
    """Let these aggregates have their steps in the hub's order, as far as it has told it."""
    ids = sorted(set(aggregate_ids))
    for (aggregate_id,) in rows(db, _WITH_OTHERS.format(", ".join("?" * len(ids))), *ids):
        _go_on_as(db, reorder.in_order(db, aggregate_id))


def _go_on_as(db: peewee.Database, found: tuple[Aggregate, list[str]] | None) -> None:
    if found is not None:
        made, placed = found
        _keep(db, made)
        for record_id in placed:
            run(db, _APPLIED_NOW, record_id)


def _keep(db: peewee.Database, aggregate: Aggregate) -> None:
    """Save an aggregate that is not as it was when ours was written; its date may be another."""
    aggregates.save(db, aggregate)
    due = aggregate.due if isinstance(aggregate, Case) else ""
    standing.redate(db, id_of(aggregate), due)


def _named(effect: Effect) -> tuple[str, str]:
    return effect.record_id, effect.entry_hash


def _settle_again(db: peewee.Database, effect: Effect) -> None:
    """Settle a conflict whose resolution came before: a restored hub has judged it anew."""
    found = rows(db, _RESOLUTIONS, *_named(effect), ConflictResolved.kind)
    for header, payload, digest in found:
        if payload is None:
            continue
        record = entries.to_record(Entry(bytes(header), bytes(payload), digest))
        if record is not None and isinstance(record.body, ConflictResolved):
            _resolve(db, record.at, record.body)


def _resolve(db: peewee.Database, at: int, resolution: ConflictResolved) -> None:
    run(db, _RESOLVED, at, resolution.entry_hash)


def take_foreign(db: peewee.Database, foreign: Entry, now: int, place: int = 0) -> str:
    """Store and judge an entry that came down a feed; returns its effect's name.

    The caller has checked hashes and signature. A held one is tried again by `retry_held`.
    `place` is where the feed told it.
    """
    header = foreign.read_header()
    if _known(db, foreign, header, now, place):
        return "applied"
    state, code = _judge(db, foreign)
    _store(db, foreign, header, state, code, now, place)
    return state


def _known(db: peewee.Database, foreign: Entry, header: Header, now: int, place: int) -> bool:
    """Say whether a record is here; what the hub has in its place takes that.

    A hub that was put back has said something else before it was given the first one back.
    """
    if rows(db, _OWN, header.record_id):
        return True
    for kept, state in rows(db, _JUDGED, header.record_id, "held"):
        said = entries.decode_header(bytes(kept)).payload_hash
        if said == header.payload_hash:
            run(db, _PLACE_OF_OTHERS, place, header.record_id, hub_order.begins(place))
            # It had no effect at a hub that was put back since.
            return bool(state != reorder.VOID)
        if hub_places.takes_other(db):
            _store(db, foreign, header, "applied", "", now, place)
            _go_on_from_hub(db, [header.aggregate_id])
        return True
    return False


def _store(
    db: peewee.Database,
    foreign: Entry,
    header: Header,
    state: str,
    code: str,
    now: int,
    place: int,
) -> None:
    _put_foreign(
        db,
        {
            "record_id": header.record_id, "hash": foreign.hash, "kind": header.kind,
            "aggregate_id": header.aggregate_id, "header": foreign.header,
            "payload": foreign.payload, "signature": foreign.signature, "state": state,
            "code": code, "received_at": now, "origin": header.origin, "epoch": header.epoch,
            "seq": header.seq, "place": place,
        },
    )  # fmt: skip


def _judge(db: peewee.Database, foreign: Entry) -> tuple[str, str]:
    try:
        record = entries.to_record(foreign)
    except entries.EntryError as error:
        return "refused", error.code
    if record is None:
        return "held", "journal.unknown_kind"
    if isinstance(record.body, ConflictResolved):
        # Also when its aggregate stands otherwise here: somebody has looked at it.
        _resolve(db, record.at, record.body)
    known = aggregates.load(db, record.aggregate_id)
    ordered = reorder.behind(db, known, record) if known is not None else None
    judged = Evolved(ordered) if ordered is not None else evolve(known, record)
    match judged:
        case Evolved():
            if judged.aggregate is not None:
                _keep(db, judged.aggregate)
            return "applied", ""
        case Held():
            return "held", judged.code
        case Conflict():
            return "conflict", judged.code
    return "refused", judged.code


def retry_held(db: peewee.Database, now: int, limit: int = 200) -> int:
    """Try held entries of others again; returns how many were applied."""
    applied: list[str] = []
    for header, payload, digest, signature, place in rows(db, _HELD, "held", limit):
        kept = None if payload is None else bytes(payload)
        entry = Entry(bytes(header), kept, digest, bytes(signature))
        if take_foreign(db, entry, now, place) == "applied":
            applied.append(entry.read_header().aggregate_id)
    put_in_order(db, applied)
    return len(applied)
