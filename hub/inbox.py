"""The inbox: stores every authentic entry, whatever the hub thinks of it, then has it judged.

Idempotent for ever by the entry's hash. Only the answer of `receive` acknowledges, and it is
made after the commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from hub.bench import effect_of_second
from hub.hub import Hub
from hub.judge import judge_pending
from hub.restore import notice
from hub.store import entries, people
from hub.store.entries import ChainEnd, Stored
from hub.store.people import TerminalData
from terminal.errors import SyncError
from terminal.protocol import entry as protocol
from terminal.protocol.entry import GENESIS, Entry, EntryError
from terminal.protocol.suites import STANDARD, suite
from terminal.protocol.wire import (
    MAX_BATCH_ENTRIES,
    PROTOCOL_VERSION,
    SPEAKS,
    Answer,
    Batch,
    Effect,
    Fork,
    spoken,
)

FEW_ENTRIES = 20
"""What a person's step makes at most; more is a backlog."""
_BACKLOG = 100
_UNKNOWN_SEQ = 0
_MOST_SEQ = 1 << 62
"""Places are counted from 1 and fit into the store's integers."""


class _Glimpse(msgspec.Struct, frozen=True):
    """What a header must say to be put in its place, even in a form of the future."""

    origin: str
    epoch: str
    seq: int
    prev_hash: str
    record_id: str = ""
    kind: str = ""
    aggregate_id: str = ""
    suite: str = STANDARD.name


class _Outcome(msgspec.Struct, frozen=True):
    """How far an epoch is surely stored, and the fork that was found on the way."""

    end: ChainEnd
    fork: Fork | None = None


class Checked(msgspec.Struct, frozen=True):
    """Where the entries of a batch belong, or why it is refused as a whole."""

    placed: Sequence[Stored] = ()
    refusal: str = ""


def check(terminal: TerminalData, batch: Batch) -> Checked:
    """Do what needs no database: look whether a batch is authentic, entry by entry."""
    try:
        return Checked(_place_all(terminal, batch))
    except SyncError as error:
        return Checked(refusal=error.code)


def receive(
    hub: Hub, terminal: TerminalData, batch: Batch, checked: Checked | None = None
) -> Answer:
    """Store a batch and answer; one that is not authentic is refused as a whole.

    `checked` is what `check` said of it, if it was asked already.
    """
    checked = checked or check(terminal, batch)
    if checked.refusal:
        return refusal(hub, checked.refusal, terminal.id, batch.nonce, batch.epoch)
    # First of all: a hub that was taken back must not write on in its old epoch.
    notice.hear(hub, batch.heard)
    with hub.store.writing() as database:
        now = hub.now()
        entries.lock_chain(database, terminal.id)
        placed = _settle_places(database, checked.placed, terminal.id, batch.epoch)
        outcome = _store(database, placed, terminal.id, batch.epoch, now)
        people.seen(database, terminal.id, now, batch.backlog)
    if not _left_to_others(hub, terminal.hall, len(batch.entries)):
        _judge(hub, terminal.hall, len(batch.entries))
    with hub.store.reading() as database:
        stored = [one for one in placed if one.seq <= outcome.end.seq]
        hub_epoch, hub_end = notice.standing(database)
        return Answer(
            protocol=PROTOCOL_VERSION,
            nonce=batch.nonce,
            terminal_id=terminal.id,
            epoch=batch.epoch,
            stored_seq=outcome.end.seq,
            stored_hash=outcome.end.hash,
            hub_time=hub.now(),
            hub_epoch=hub_epoch,
            hub_seq=hub_end.seq,
            effects=_effects(database, stored),
            fork=outcome.fork,
            place=hub.places.place(hub.keys.signing, hub_epoch, hub_end),
            restored=hub.places.restored(database, hub_epoch),
            speaks=SPEAKS,
        )


def of_backlog(batch: Batch) -> bool:
    """Say whether a batch is part of more than what a person's step makes."""
    waiting = batch.backlog.waiting if batch.backlog is not None else 0
    return bool(batch.entries) and max(waiting, len(batch.entries)) > FEW_ENTRIES


def _judge(hub: Hub, hall: str, count: int) -> None:
    """Judge what was stored: a backlog at once, so that no more is taken in than is judged.

    A hub that serves has judges for the rest, for which a person's step waits a moment only.
    """
    if hub.judges is None or count > FEW_ENTRIES:
        judge_pending(hub, hall)
    else:
        hub.judges.ask(hall)


def _left_to_others(hub: Hub, hall: str, count: int) -> bool:
    """Say whether others judge a backlog of this hall, behind which these few entries stand.

    Whoever stored it judges until nothing waits, and the sweep does if that process has died.
    So somebody who is being served does not wait for it; the effects come down the feed.
    """
    if count > FEW_ENTRIES or not hub.store.shared:
        return False
    with hub.store.reading(once=True) as database:
        return entries.many_wait(database, hall, _BACKLOG)


def refusal(
    hub: Hub, code: str, terminal_id: str, nonce: bytes, epoch: str = "", *, come_after: int = 0
) -> Answer:
    """Return the answer that acknowledges nothing."""
    return Answer(
        protocol=PROTOCOL_VERSION,
        nonce=nonce,
        terminal_id=terminal_id,
        epoch=epoch,
        stored_seq=0,
        stored_hash="",
        hub_time=hub.now(),
        hub_epoch="",
        hub_seq=0,
        refusal=code,
        speaks=SPEAKS,
        come_after=come_after,
    )


def _place_all(terminal: TerminalData, batch: Batch) -> list[Stored]:
    """Read where each entry belongs; `SyncError` when the batch cannot be what it says."""
    if not spoken(batch.protocol):
        raise SyncError("hub.unknown_protocol")
    if len(batch.entries) > MAX_BATCH_ENTRIES:
        raise SyncError("hub.batch_too_large")
    if not entries.fits(batch.epoch):
        raise SyncError("hub.foreign_epoch")
    placed: list[Stored] = []
    for entry in batch.entries:
        one = _place(entry, batch.epoch, terminal)
        if one.origin != terminal.id:
            raise SyncError("hub.foreign_origin")
        if one.epoch != batch.epoch:
            raise SyncError("hub.foreign_epoch")
        if placed and one.seq != _UNKNOWN_SEQ:
            before = placed[-1]
            follows = before.seq in (_UNKNOWN_SEQ, one.seq - 1)
            if not follows or one.prev_hash != before.entry.hash:
                raise SyncError("hub.broken_batch")
        placed.append(one)
    return placed


def _place(entry: Entry, epoch: str, terminal: TerminalData) -> Stored:
    """Read one entry's place; its header must have the hash under which it came."""
    if entry.signature:
        entry = msgspec.structs.replace(entry, signature=b"")
    try:
        header = protocol.check_hashes(entry)
    except EntryError:
        return _place_unsound(entry, epoch, terminal)
    names = (header.epoch, header.record_id, header.kind, header.aggregate_id)
    if not (0 < header.seq < _MOST_SEQ and header.record_id and entries.fits(*names)):
        return _place_unsound(entry, epoch, terminal)
    return entries.placed(entry, header, terminal.hall)


def _place_unsound(entry: Entry, epoch: str, terminal: TerminalData) -> Stored:
    """Read the place of an entry that this release cannot read, or should not believe, wholly."""
    glimpse = _glimpse(entry.header)
    known = suite(glimpse.suite if glimpse else STANDARD.name)
    if known is None:
        raise SyncError("journal.unknown_suite", suite=glimpse.suite if glimpse else "")
    if known.digest(entry.header).hex() != entry.hash:
        raise SyncError("journal.hash_differs")
    try:
        protocol.check_hashes(entry)
        sound = entry.payload is not None
    except EntryError:
        sound = False
    if glimpse is None:
        # Bytes that nobody can read still have their place in the chain: behind the entry
        # before them. They are stored, and refused by the judge.
        glimpse = _Glimpse(terminal.id, epoch, _UNKNOWN_SEQ, "")
    if not entries.fits(glimpse.record_id, glimpse.kind, glimpse.aggregate_id):
        # It keeps its place without them, and the judge refuses it.
        glimpse = msgspec.structs.replace(glimpse, record_id="", kind="", aggregate_id="")
    return Stored(
        entry=entry,
        origin=glimpse.origin,
        epoch=glimpse.epoch,
        seq=glimpse.seq,
        record_id=glimpse.record_id or f"unreadable/{entry.hash}",
        kind=glimpse.kind,
        aggregate_id=glimpse.aggregate_id,
        prev_hash=glimpse.prev_hash,
        sound=sound,
        hall=terminal.hall,
    )


def _glimpse(header: bytes) -> _Glimpse | None:
    try:
        found = msgspec.json.decode(header, type=_Glimpse)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return found if 0 < found.seq < _MOST_SEQ and entries.fits(found.epoch) else None


def _settle_places(
    database: Any, placed: Sequence[Stored], origin: str, epoch: str
) -> list[Stored]:
    """Give unreadable entries the place behind the entry before them."""
    settled: list[Stored] = []
    for one in placed:
        if one.seq == _UNKNOWN_SEQ:
            known = entries.entry_by_hash(database, one.entry.hash)
            if settled:
                seq, before = settled[-1].seq + 1, settled[-1].entry.hash
            elif known is not None and (known.origin, known.epoch) == (origin, epoch):
                seq, before = known.seq, ""
            else:
                end = entries.chain_end(database, origin, epoch)
                seq, before = end.seq + 1, end.hash
            one = msgspec.structs.replace(one, seq=seq, prev_hash=before)
        settled.append(one)
    return settled


def _store(database: Any, placed: Sequence[Stored], origin: str, epoch: str, now: int) -> _Outcome:
    """Put the batch behind what is stored; find repetitions, gaps and forks."""
    end = entries.chain_end(database, origin, epoch)
    if not placed or placed[0].seq > end.seq + 1:
        return _Outcome(end)
    first = placed[0]
    known = entries.stored_hashes(database, origin, epoch, first.seq - 1, placed[-1].seq)
    agreed = _agreed_before(first, known)
    for index, one in enumerate(placed):
        if one.seq not in known:
            if agreed is None:
                return _fork(database, placed, Fork(epoch, end.seq, end.hash), agreed, now)
            entries.add(database, placed[index:], now)
            last = placed[-1]
            return _Outcome(ChainEnd(last.seq, last.entry.hash))
        digest, sound = known[one.seq]
        if digest != one.entry.hash:
            fork = Fork(epoch, one.seq, digest)
            return _fork(database, placed[index:], fork, agreed, now)
        if one.sound and not sound:
            entries.fill_payload(database, one)
        agreed = ChainEnd(one.seq, one.entry.hash)
    assert agreed is not None
    return _Outcome(agreed)


def _agreed_before(first: Stored, known: dict[int, tuple[str, bool]]) -> ChainEnd | None:
    """Return the end of what both sides surely have before the batch; None: they differ."""
    before = known[first.seq - 1][0] if first.seq - 1 in known else GENESIS
    if first.seq == 1:
        return ChainEnd() if first.prev_hash == GENESIS else None
    if first.prev_hash not in ("", before):
        return None
    return ChainEnd(first.seq - 1, before)


def _fork(
    database: Any, branch: Sequence[Stored], fork: Fork, agreed: ChainEnd | None, now: int
) -> _Outcome:
    entries.add_forks(database, branch, now)
    return _Outcome(agreed or ChainEnd(), fork)


def _effects(database: Any, stored: Sequence[Stored]) -> tuple[Effect, ...]:
    """Return the effects that are known by now, in the batch's order."""
    known = entries.effects_of(database, [one.record_id for one in stored])
    effects: list[Effect] = []
    for one in stored:
        effect = known.get(one.record_id)
        if effect is None:
            continue
        if effect.entry_hash != one.entry.hash:
            effect = effect_of_second(database, one, effect)
        effects.append(effect)
    return tuple(effects)
