"""The hub's log of ratings as this terminal knows it: for the sync, for screens, for checks."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from terminal.clock import Clock
from terminal.domain.aggregates import Rating
from terminal.domain.records import RatingGiven
from terminal.events import EventBus
from terminal.protocol import entry as entries
from terminal.protocol.entry import short_hash
from terminal.protocol.tree import Claim, SignedHead, TreeHead
from terminal.store import aggregates, trees
from terminal.store.database import Ledger, Transaction
from terminal.store.trees import Alarm, Remembered, Wanted
from terminal.store.write_thread import SYNC

NOTICES = frozenset({"rating_log.reopened"})
"""What is told without being a charge: the hub itself said what happened."""


class RatingAlarm(msgspec.Struct, frozen=True):
    """A finding about the log for screens: `code` names the sentence with these fields.

    `short` is the short hash of the rating that it is about, or empty; `lost` counts entries
    of the log. `grave` says that somebody has to answer for it.
    """

    id: int
    code: str
    short: str
    lost: int
    found_at: int
    grave: bool


class RatingLogView(msgspec.Struct, frozen=True):
    """How it stands with the log: the last head, ratings still unproved, open findings."""

    size: int = 0
    root: str = ""
    at: int = 0
    log_number: int = 0
    unproved: int = 0
    alarms: tuple[RatingAlarm, ...] = ()

    @property
    def grave(self) -> bool:
        """Whether any finding needs an answer."""
        return any(alarm.grave for alarm in self.alarms)


class RatingStanding(msgspec.Struct, frozen=True):
    """A rating of this terminal: its entry's hash, where it is, its number in the log (0: none)."""

    rating_id: str
    hash: str
    short: str
    state: str
    rated_at: int
    number: int = 0


class LedgerTreeStore:
    """Implements `terminal.sync.trees.TreeStore` over the ledger."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def _now(self) -> int:
        return self._clock.now().corrected

    def last_head(self) -> Remembered | None:
        return self._ledger.read(trees.last_head)

    def older_heads(self) -> Sequence[Remembered]:
        return self._ledger.read(trees.heads)[1:]

    def wanted(self, limit: int) -> Sequence[Wanted]:
        return self._ledger.read(lambda db: trees.wanted(db, limit))

    def claims(self, most: int) -> tuple[Claim, ...]:
        return self._ledger.read(lambda db: trees.claims(db, most))

    def take(
        self,
        head: TreeHead,
        signed: SignedHead,
        proved: Sequence[tuple[str, int]],
        missed: Sequence[str],
    ) -> None:
        now = self._now()

        def act(db: Transaction) -> None:
            trees.remember(db, Remembered(head, signed), now)
            trees.proved(db, proved, head.log, now)
            trees.missed(db, missed, now)

        self._ledger.write(act, priority=SYNC)

    def prove_again(self, place: int) -> int:
        now = self._now()
        return self._ledger.write(lambda db: trees.prove_again(db, place, now), priority=SYNC)

    def alarm(
        self,
        code: str,
        *,
        subject: str = "",
        lost: int = 0,
        known: SignedHead | None = None,
        shown: SignedHead | None = None,
    ) -> bool:
        now = self._now()
        return self._ledger.write(
            lambda db: trees.raise_alarm(
                db, code, now, subject=subject, lost=lost, known=known, shown=shown
            ),
            priority=SYNC,
        )

    def settle(self, code: str) -> None:
        now = self._now()
        if any(one.code == code for one in self._ledger.read(trees.alarms)):
            self._ledger.write(lambda db: trees.settle(db, [code], now), priority=SYNC)


class RatingLogService:
    """The log for screens and commands; any thread may call it."""

    def __init__(self, ledger: Ledger, clock: Clock, events: EventBus) -> None:
        self._ledger = ledger
        self._clock = clock
        self._events = events

    def view(self) -> RatingLogView:
        """Return how it stands with the log."""
        return self._ledger.read(_view)

    def alarms(self) -> tuple[RatingAlarm, ...]:
        """Return the open findings alone: nothing is counted for them."""
        return self._ledger.read(_alarms)

    def standing(self, rating_id: str) -> RatingStanding | None:
        """Return where a rating of this terminal is, or None when there is none of this id."""
        return self._ledger.read(lambda db: _standing(db, rating_id))

    def own(self) -> tuple[Wanted, ...]:
        """Return every rating given here that the hub has acknowledged."""
        return tuple(self._ledger.read(trees.acknowledged))

    def evidence(self) -> tuple[Alarm, ...]:
        """Return all that was ever found, with the signed heads as they came."""
        return tuple(self._ledger.read(lambda db: trees.alarms(db, settled=True)))

    def settle(self, alarm: RatingAlarm) -> None:
        """A person has taken note of a finding: it is shown no more, its evidence stays."""
        now = self._clock.now().corrected
        self._ledger.write(lambda db: trees.settle_one(db, alarm.id, now))
        self._events.publish("rating_log_changed", detail=alarm.code)


def _alarms(db: Transaction) -> tuple[RatingAlarm, ...]:
    return tuple(
        RatingAlarm(
            one.id,
            one.code,
            short_hash(one.subject) if len(one.subject) == 64 else "",
            one.lost,
            one.found_at,
            one.code not in NOTICES,
        )
        for one in trees.alarms(db)
    )


def _view(db: Transaction) -> RatingLogView:
    last, found = trees.last_head(db), _alarms(db)
    unproved = trees.count_wanted(db)
    if last is None:
        return RatingLogView(unproved=unproved, alarms=found)
    head = last.head
    return RatingLogView(head.size, short_hash(head.root), head.time, head.number, unproved, found)


def _standing(db: Transaction, rating_id: str) -> RatingStanding | None:
    row = trees.entry_of_rating(db, rating_id)
    if row is None:
        return None
    digest, state, written_at = row
    proof = trees.proof_of(db, digest)
    number = proof.place + 1 if proof and proof.place >= 0 else 0
    return RatingStanding(rating_id, digest, short_hash(digest), state, written_at, number)


def first_differing_row(db: Transaction) -> tuple[str, int] | None:
    """Return epoch and seq of the first rating whose row is not what its entry says.

    Also of one without a row; of a row without an entry the place is not known: ('', 0).
    """
    seen: set[str] = set()
    for own in trees.own_ratings(db):
        header = own.read_header()
        record = entries.to_record(own, header) if own.payload is not None else None
        seen.add(header.aggregate_id)
        try:
            row = aggregates.load(db, header.aggregate_id)
        except (msgspec.DecodeError, UnicodeDecodeError):
            row = None
        if not isinstance(row, Rating) or (record is not None and not _same(record.body, row)):
            return header.epoch, header.seq
    return None if seen.issuperset(trees.rating_ids(db)) else ("", 0)


def _same(given: object, row: Rating) -> bool:
    return isinstance(given, RatingGiven) and (given.grade, given.reasons, given.comment) == (
        row.grade,
        row.reasons,
        row.comment,
    )
