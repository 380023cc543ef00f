"""The journal: one durable, tamper-evident record of everything done here, and the queue.

Functions take the database of a transaction that is going on; only `Journal` knows who writes.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import peewee

from terminal.clock import Clock
from terminal.domain.aggregates import NumberLease
from terminal.domain.case import Case
from terminal.domain.evolve import Evolved, Held, evolve
from terminal.domain.records import EpochOpened, NumbersReturned
from terminal.domain.records.office import FORKED
from terminal.domain.wiping import is_wiped
from terminal.errors import RuleRefused, StoreError
from terminal.ids import Randomness, record_id
from terminal.protocol import entry as entries
from terminal.protocol.entry import GENESIS, Draft, Entry, Header
from terminal.store import aggregates, meta, numbers, places, standing
from terminal.store.statements import raw, rows, sql_of, writer
from terminal.store.tables.ledger import EntryRow

SALT_BYTES = 16

_write = writer(EntryRow)
_END = (
    # The newest entry is nearly always of the epoch that is written to.
    "SELECT m.value, e.seq, e.hash FROM meta m LEFT JOIN entry e"
    " ON e.id = (SELECT max(id) FROM entry) AND +e.epoch = m.value WHERE m.key = 'epoch'"
)
_OF_ACTION = sql_of(
    EntryRow.select(EntryRow.record_id, EntryRow.seq, EntryRow.hash)
    .where(EntryRow.action_id == "", EntryRow.state != "")
    .order_by(EntryRow.id)
)


class Written(msgspec.Struct, frozen=True):
    """An entry that was appended: its record id, seq and hash."""

    record_id: str
    seq: int
    hash: str


class Verification(msgspec.Struct, frozen=True):
    """Result of walking the chain: `bad_seq` names the first entry that does not hold.

    `counted` is how many entries of the kinds that were asked for have been read.
    """

    entries: int
    epochs: int
    wiped: int
    bad_epoch: str = ""
    bad_seq: int = 0
    code: str = ""
    counted: int = 0

    @property
    def holds(self) -> bool:
        return not self.code


class Journal:
    """Appends entries as one terminal; `origin` is the terminal's id (its key's)."""

    def __init__(self, origin: str, clock: Clock, randomness: Randomness) -> None:
        self.origin = origin
        self._clock = clock
        self._randomness = randomness

    def epoch(self, db: peewee.Database) -> str:
        """Return the epoch that is written to, or an empty string before the first."""
        return meta.get(db, "epoch")

    def open_epoch(self, db: peewee.Database, reason: str) -> str:
        """Begin a new epoch whose first entry names the last hash of the one before it."""
        previous = self.epoch(db)
        _, last = _last(db, previous)
        epoch = self._randomness.token_bytes(8).hex()
        meta.put(db, "epoch", epoch)
        body = EpochOpened(reason, previous, last if previous else "")
        self.append(db, f"epoch-{epoch}", [Draft(f"epoch-{epoch}", "", body)])
        return epoch

    def leave_fork(self, db: peewee.Database, epoch: str, from_seq: int) -> int:
        """Leave a forked epoch: append in a new one what the hub has not stored of it.

        The old entries stay as they are, marked `forked`; their copies keep record id and
        payload, so each still has one effect only. Returns how many entries were left behind.
        """
        begins = places.at(db, epoch, from_seq)
        if begins is None:
            return 0
        query = (
            EntryRow.select(EntryRow.id, EntryRow.header, EntryRow.payload, EntryRow.hash,
                            EntryRow.due, EntryRow.place)
            .where(
                EntryRow.id >= begins.id, EntryRow.epoch == epoch, EntryRow.state != "forked"
            )
            .order_by(EntryRow.id)
        )  # fmt: skip
        branch = list(query.tuples().execute(db))
        new = self.epoch(db)
        if new == epoch:
            new = self.open_epoch(db, "fork")
            self._give_up_blocks(db)
        seq, prev_hash = _last(db, new)
        for row, header_bytes, payload, digest, due, place in branch:
            old = Entry(bytes(header_bytes), None if payload is None else bytes(payload), digest)
            forked_id = f"forked/{digest}"
            EntryRow.update(state="forked", acknowledged=True, record_id=forked_id).where(
                EntryRow.id == row
            ).execute(db)
            if old.read_header().kind == EpochOpened.kind:
                continue
            seq += 1
            moved = entries.rechain(old, epoch=new, seq=seq, prev_hash=prev_hash)
            _insert(db, moved, moved.read_header(), due, place)
            prev_hash = moved.hash
        return len(branch)

    def _give_up_blocks(self, db: peewee.Database) -> None:
        """Void what is left of leased numbers: another disk of this terminal counts them, too."""
        now = self._clock.now().corrected
        for lease, place in numbers.left(db, self.origin):
            self.give_back(db, lease, place, now, FORKED)

    def give_back(
        self, db: peewee.Database, lease: NumberLease, place: int, at: int, why: str
    ) -> None:
        """Give a block's numbers from a place on back to the hub; nobody takes them again."""
        body = NumbersReturned(place, lease.last, at, why)
        action = record_id(lease.lease_id, f"give-back/{self.epoch(db)}", "action")
        self.append(db, action, [Draft(lease.lease_id, lease.head, body)])

    def append(self, db: peewee.Database, action_id: str, drafts: Sequence[Draft]) -> list[Written]:
        """Judge each draft, append its entry and save what it makes of its aggregate.

        Everything happens in the caller's transaction. Raises `RuleRefused` when a draft is
        not lawful; then nothing of the action is written.
        """
        epoch, seq, prev_hash = _end(db)
        written: list[Written] = []
        for draft in drafts:
            seq += 1
            made = entries.encode(
                draft,
                record_id=record_id(action_id, draft.aggregate_id, draft.body.kind),
                action_id=action_id,
                origin=self.origin,
                epoch=epoch,
                seq=seq,
                prev_hash=prev_hash,
                time=self._clock.now(),
                salt=self._randomness.token_bytes(SALT_BYTES),
            )
            if len(made.header) + len(made.payload or b"") > entries.MAX_ENTRY_BYTES:
                # The hub would never take it, and it would stand in front of all others.
                raise RuleRefused("journal.too_large")
            header = made.read_header()
            due = self._judge(db, made, header)
            if draft.base:
                standing.overtake(db, draft.aggregate_id)
            _insert(db, made, header, due)
            written.append(Written(header.record_id, seq, made.hash))
            prev_hash = made.hash
        return written

    def _judge(self, db: peewee.Database, made: Entry, header: Header) -> str:
        record = entries.to_record(made, header)
        if record is None:
            raise StoreError("journal.unknown_kind", kind=header.kind)
        known = aggregates.load(db, header.aggregate_id)
        if isinstance(known, Case) and is_wiped(known):
            # What is left here is no ground for a step, and no paper can be made of it.
            raise RuleRefused("case.wiped")
        judged = evolve(known, record)
        if not isinstance(judged, Evolved):
            code = judged.code if not isinstance(judged, Held) else "journal.base_missing"
            raise RuleRefused(code)
        if judged.aggregate is None:
            return ""
        aggregates.save(db, judged.aggregate, new=known is None)
        return judged.aggregate.due if isinstance(judged.aggregate, Case) else ""


def _insert(db: peewee.Database, made: Entry, header: Header, due: str, place: int = 0) -> None:
    now = header.time.corrected
    _write(db, {
        "epoch": header.epoch, "seq": header.seq, "hash": made.hash,
        "record_id": header.record_id, "action_id": header.action_id, "kind": header.kind,
        "aggregate_id": header.aggregate_id, "header": made.header, "payload": made.payload,
        "written_at": now, "since": now, "due": due, "place": place,
    })  # fmt: skip


def _end(db: peewee.Database) -> tuple[str, int, str]:
    """Return the epoch that is written to, its last seq and hash."""
    [(epoch, seq, digest)] = rows(db, _END) or [("", None, None)]
    return (epoch, seq, digest) if seq is not None else (epoch, *_last(db, epoch))


def _last(db: peewee.Database, epoch: str) -> tuple[int, str]:
    """Return seq and hash after which an epoch goes on."""
    end = places.end_of(db, epoch)
    return (end.seq, end.hash) if end is not None else (0, GENESIS)


def records_of_action(db: peewee.Database, action_id: str) -> list[Written]:
    """Return what an action has written before, in order; empty when it is new."""
    return [Written(*row) for row in rows(db, _OF_ACTION, action_id, "forked")]


def verify(db: peewee.Database, *, kinds: frozenset[str] = frozenset()) -> Verification:
    """Walk all chains: hashes, order, links. `kinds` narrows whose payloads are decoded too.

    The chain covers headers only, so it still verifies after payloads were wiped.
    """
    query = (
        EntryRow.select(EntryRow.epoch, EntryRow.seq, EntryRow.hash, EntryRow.header,
                        EntryRow.payload)
        .order_by(EntryRow.id)
    )  # fmt: skip
    count = wiped = counted = 0
    heads: dict[str, tuple[int, str]] = {}
    for epoch, seq, digest, header_bytes, payload in query.tuples().iterator(db):
        count += 1
        wiped += payload is None
        stored = Entry(raw(header_bytes), None if payload is None else raw(payload), digest)
        kind, code = _look(stored, heads, epoch, seq, kinds)
        if code:
            return Verification(count, len(heads), wiped, epoch, seq, code, counted)
        counted += kind in kinds
        heads[epoch] = (seq, digest)
    return Verification(count, len(heads), wiped, counted=counted)


def _look(
    stored: Entry, heads: dict[str, tuple[int, str]], epoch: str, seq: int, kinds: frozenset[str]
) -> tuple[str, str]:
    """Return an entry's kind and what is wrong with it, beside the ends of the chains so far."""
    before = heads.get(epoch, (0, GENESIS))
    try:
        header = entries.check(stored)
        record = None
        if stored.payload is not None and (
            not kinds or header.kind in kinds or header.kind == EpochOpened.kind
        ):
            record = entries.to_record(stored, header)
    except entries.EntryError as error:
        return "", error.code
    if (header.epoch, header.seq) != (epoch, seq) or seq != before[0] + 1:
        return header.kind, "journal.order_broken"
    if header.prev_hash != before[1]:
        return header.kind, "journal.chain_broken"
    body = record.body if record else None
    # An epoch names the end of the one before it, so nothing is cut off there unseen.
    if (
        isinstance(body, EpochOpened)
        and body.previous_epoch
        and heads.get(body.previous_epoch, (0, ""))[1] != body.previous_hash
    ):
        return header.kind, "journal.chain_broken"
    return header.kind, ""
