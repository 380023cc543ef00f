"""The bench: gives entries their effects inside one write transaction, and draws what follows.

What calls it, and when, is `hub.judge`.
"""

from __future__ import annotations

import logging
from typing import Any

import msgspec

from hub import journal, leases, seals
from hub.consequences import Consequences
from hub.hub import Hub
from hub.sitting import Sitting
from hub.store import conflicts, entries, feeds, projections
from hub.store.entries import Stored
from hub.store.feeds import NewRow
from terminal.domain.aggregates import Aggregate, Document
from terminal.domain.case import Case
from terminal.domain.evolve import Conflict, Evolved, Held, Refused, evolve
from terminal.domain.records import (
    HUB_ORIGIN,
    ComplaintAnswered,
    ComplaintCalledBack,
    ComplaintFiled,
    ConflictResolved,
    NegativeOutcomeFiled,
    NegativeOutcomeReviewed,
    NumbersLeased,
    RatingGiven,
    Record,
)
from terminal.errors import RuleRefused
from terminal.ids import record_id
from terminal.protocol import entry as protocol
from terminal.protocol.entry import Draft, EntryError, Header
from terminal.protocol.wire import Effect, progress_feed

log = logging.getLogger(__name__)

DEFECT = "defect"
"""What an entry waits for over which the hub itself failed: its next start."""
_APPLIED, _HELD, _REFUSED, _CONFLICT = "applied", "held", "refused", "conflict"


class _Verdict(msgspec.Struct, frozen=True):
    """An effect before it is written; `waits_for` what a held one needs."""

    effect: str
    code: str = ""
    waits_for: str = ""
    aggregate: Aggregate | None = None
    record: Record | None = None


class Bench:
    """One sitting inside one write transaction; `finish` writes the feeds."""

    def __init__(self, hub: Hub, database: Any) -> None:
        self._hub = hub
        self.database = self._db = database
        self._sitting = Sitting(database, hub.now())
        self._rows: list[NewRow] = []
        self._woken: list[str] = []
        self._own: list[Stored] = []
        self._consequences = Consequences(database, self._sitting)

    def wake(self, *keys: str) -> None:
        """Note that held entries which wait for one of these may be lawful now."""
        self._woken.extend(keys)

    def act(self, drafts: list[Draft], action_id: str) -> list[Stored]:
        """Append and judge the hub's own entries; `RuleRefused` when one is not lawful."""
        ids = [record_id(action_id, draft.aggregate_id, draft.body.kind) for draft in drafts]
        if entries.effects_of(self._db, ids):
            return []
        written = self._append([(draft, action_id) for draft in drafts])
        self.judge_own()
        for stored in written:
            effect = self._sitting.effect(stored.record_id)
            if effect is None or effect.effect != _APPLIED:
                raise RuleRefused(effect.code if effect else "hub.not_judged")
        return written

    def open_epoch(self, reason: str) -> str:
        """Begin a new epoch of the hub's own journal; returns its name."""
        self._own += journal.open_epoch(self._hub, self._db, reason)
        return journal.epoch(self._db)

    def judge_own(self) -> None:
        """Judge the hub's own new entries."""
        while self._own:
            page, self._own = self._own, []
            self._judge_all(page)

    def _append(self, drafts: list[tuple[Draft, str]]) -> list[Stored]:
        written = journal.append(self._hub, self._db, drafts)
        self._own += written
        return written

    def judge_page(self, page: list[Stored]) -> list[str]:
        """Judge entries in the order of arrival, then `finish`."""
        self._judge_all(page)
        return self.finish()

    def set_aside(self, stored: Stored) -> list[str]:
        """Hold an entry over which the judge failed, until the next start."""
        effect = Effect(stored.record_id, stored.entry.hash, _HELD, "hub.judge_failed")
        self._sitting.judged(stored)
        if self._sitting.put_effect(stored, effect, DEFECT):
            self._tell(stored, effect)
        return self.finish()

    def _judge_all(self, page: list[Stored]) -> None:
        self._sitting.read_ahead(page)
        for stored in page:
            self.judge(stored)

    def judge(self, stored: Stored) -> None:
        """Give one entry its effect and draw the consequences."""
        self._sitting.judged(stored)
        first = self._sitting.effect(stored.record_id)
        if first is not None and first.entry_hash != stored.entry.hash:
            effect = effect_of_second(self._db, stored, first)
            self._note_conflict(stored, effect)
            self._tell(stored, effect)
            return
        verdict = self._verdict(stored)
        effect = Effect(stored.record_id, stored.entry.hash, verdict.effect, verdict.code)
        if not self._sitting.put_effect(stored, effect, verdict.waits_for):
            return
        self._note_conflict(stored, effect)
        if verdict.effect == _APPLIED:
            self._apply(stored, verdict)
        elif verdict.effect != _HELD:
            # What was built on it waits in vain.
            self.wake(stored.aggregate_id, stored.record_id)
        # Behind what came before it, of which its terminal may hear now for the first time.
        self._tell(stored, effect)

    def _note_conflict(self, stored: Stored, effect: Effect) -> None:
        if effect.effect == _CONFLICT:
            conflicts.add(
                self._db, stored.entry.hash, stored.record_id, stored.aggregate_id, effect.code,
                self._sitting.now,
            )  # fmt: skip

    def finish(self) -> list[str]:
        """Try held entries again, write the feeds; returns the names of those that moved."""
        while self._woken or self._consequences or self._own:
            keys, self._woken = list(dict.fromkeys(self._woken)), []
            for stored in self._sitting.held(keys):
                self.judge(stored)
            due = self._consequences.take()
            if due:
                self._append(due)
            self.judge_own()
        self._sitting.flush()
        rows, self._rows = [*self._rows, *self._consequences.rows], []
        self._consequences.rows.clear()
        return feeds.append(self._db, rows, self._hub.randomness.uuid7())

    def _verdict(self, stored: Stored) -> _Verdict:
        if stored.entry.payload is None:
            return _Verdict(_HELD, "hub.payload_missing", stored.entry.hash)
        try:
            # What is sound was checked when it was stored; what is not says here why.
            header = _header(stored)
            payload = protocol.decode_payload(stored.entry)
            record = protocol.to_record(stored.entry, header, payload)
            if not entries.fits(*payload.blobs):
                raise EntryError("journal.bad_payload")
        except EntryError as error:
            if protocol.is_newer(stored.entry):
                # A newer terminal wrote it; the hub that knows its form looks at its start.
                return _Verdict(_HELD, "journal.unknown_kind", DEFECT)
            return _Verdict(_REFUSED, error.code)
        if record is None:
            return _Verdict(_HELD, "journal.unknown_kind", kind_key(stored.kind))
        for needed in header.needs:
            known = self._sitting.effect(needed)
            if self._in_vain(known, record):
                return _Verdict(_REFUSED, "hub.base_without_effect")
            if known is None or known.effect != _APPLIED:
                return _Verdict(_HELD, "hub.record_missing", needed)
        here = projections.has_blobs(self._db, payload.blobs)
        for blob in payload.blobs:
            if blob not in here:
                return _Verdict(_HELD, "hub.blob_missing", blob)
        return self._evolve(stored, record)

    def _evolve(self, stored: Stored, record: Record) -> _Verdict:
        aggregate = self._sitting.load(stored.aggregate_id)
        if not leases.lawful(self._sitting, record):
            return _Verdict(_REFUSED, "number.not_leased")
        if not seals.lawful(self._db, aggregate, record.body):
            return _Verdict(_REFUSED, "document.seal_not_verified")
        try:
            judgement = evolve(aggregate, record)
        except Exception:
            # A defect of ours must not stop the entries behind this one; it is kept and
            # tried again when its aggregate changes and at the next start.
            log.exception("judging failed for a %s", stored.kind)
            return _Verdict(_HELD, "hub.judge_failed", DEFECT)
        match judgement:
            case Evolved(aggregate=evolved):
                return _Verdict(_APPLIED, aggregate=evolved, record=record)
            case Held():
                base = self._sitting.effect(record.base) if record.base else None
                if self._in_vain(base, record):
                    return _Verdict(_REFUSED, "hub.base_without_effect")
                return _Verdict(_HELD, judgement.code, stored.aggregate_id)
            case Refused(code=code):
                return _Verdict(_REFUSED, code)
            case Conflict(code=code):
                return _Verdict(_CONFLICT, code)

    @staticmethod
    def _in_vain(earlier: Effect | None, record: Record) -> bool:
        """Say whether a record would wait for ever for one that will never have an effect.

        What a citizen said is never refused for what a window did.
        """
        final = earlier is not None and earlier.effect in (_REFUSED, _CONFLICT)
        return final and not isinstance(record.body, RatingGiven)

    def _tell(self, stored: Stored, effect: Effect) -> None:
        """Put an effect on the feed of the terminal that wrote the entry.

        That it has none is told to all that know its case: before this hub was put back to an
        older state the entry may have had one, and have been sent to them.
        """
        hearers = {stored.origin}
        if effect.effect in (_REFUSED, _CONFLICT):
            about = self._sitting.load(stored.aggregate_id)
            hearers |= self._sitting.touched_by(_case_of(about, stored.aggregate_id))
        for terminal in sorted(hearers - {HUB_ORIGIN}):
            self._tell_to(terminal, effect)

    def _tell_to(self, terminal: str, effect: Effect) -> None:
        body = msgspec.msgpack.encode(effect)
        self._rows.append(NewRow(progress_feed(terminal), "effect", effect.record_id, body))

    def _apply(self, stored: Stored, verdict: _Verdict) -> None:
        if verdict.aggregate is not None:
            self._sitting.save(stored.aggregate_id, verdict.aggregate)
        assert verdict.record is not None
        shared = _shared_under(stored, verdict.record, verdict.aggregate)
        if isinstance(verdict.record.body, NumbersLeased):
            self._sitting.touch(shared, verdict.record.body.terminal_id)
        if shared:
            self._share(stored, shared)
        if isinstance(verdict.record.body, ConflictResolved):
            self._tell_resolved(stored, verdict.record.body, shared)
        self.wake(stored.aggregate_id, stored.record_id)
        self._consequences.note(verdict.record, verdict.aggregate)

    def _tell_resolved(self, stored: Stored, body: ConflictResolved, shared: str) -> None:
        """Close the conflict; its own terminal hears it even if nothing of it took effect."""
        conflicts.resolve(
            self._db, body.entry_hash, body.conflict, stored.aggregate_id, self._sitting.now
        )
        second = entries.entry_by_hash(self._db, body.entry_hash)
        told = self._sitting.touched_by(shared) if shared else set()
        if second is not None and second.origin not in (HUB_ORIGIN, *told):
            self._send(stored, second.origin)

    def _share(self, stored: Stored, aggregate_id: str) -> None:
        """Send the entry to the other terminals of this case, and a newcomer what was."""
        terminals = self._sitting.touched_by(aggregate_id)
        known = bool(terminals)
        new = stored.origin != HUB_ORIGIN and self._sitting.touch(aggregate_id, stored.origin)
        if new and known:
            self._send_earlier(stored, aggregate_id)
        for terminal in sorted(terminals):
            if terminal != stored.origin:
                self._send(stored, terminal)

    def _send_earlier(self, stored: Stored, aggregate_id: str) -> None:
        """Send the terminal of an entry what the case was before it, in the case's own order."""
        for earlier in self._sitting.of_aggregate(aggregate_id):
            if earlier.origin != stored.origin and earlier.id != stored.id:
                self._send(earlier, stored.origin)
        for effect in entries.without_effect(self.database, aggregate_id):
            self._tell_to(stored.origin, effect)

    def _send(self, stored: Stored, terminal: str) -> None:
        body = msgspec.msgpack.encode(stored.entry)
        self._rows.append(NewRow(progress_feed(terminal), "entry", stored.record_id, body))


def effect_of_second(database: Any, second: Stored, first: Effect) -> Effect:
    """Return what a second entry of one record_id comes to.

    With the same payload it is the same record, written again into a new epoch, and shares
    the first one's effect; with another it is a conflict. Neither is ever applied twice.
    """
    original = entries.entry_by_hash(database, first.entry_hash)
    try:
        same = (
            original is not None
            and original.entry.read_header().payload_hash == second.entry.read_header().payload_hash
        )
    except EntryError:
        same = False
    if same:
        return Effect(second.record_id, second.entry.hash, first.effect, first.code)
    return Effect(second.record_id, second.entry.hash, _CONFLICT, "hub.record_twice")


def _shared_under(stored: Stored, record: Record, aggregate: Aggregate | None) -> str:
    """Return the case under which terminals share an entry; empty: nobody else hears it.

    Ratings are shared with nobody: the rater is protected from the rated. Complaints and filed
    refusals belong to the supervisor and the legal department.
    """
    match record.body:
        case RatingGiven() | ComplaintFiled() | NegativeOutcomeFiled():
            return ""
        case ComplaintAnswered() | ComplaintCalledBack() | NegativeOutcomeReviewed():
            return ""
        case ConflictResolved() if not isinstance(aggregate, Case | Document):
            return ""
    return _case_of(aggregate, stored.aggregate_id)


def _case_of(aggregate: Aggregate | None, aggregate_id: str) -> str:
    """Return the case to which a paper belongs, and so what is said of the paper."""
    return aggregate.case_id if isinstance(aggregate, Document) else aggregate_id


def _header(stored: Stored) -> Header:
    if stored.sound and stored.entry.payload is not None:
        # Its hashes were checked when it was stored; the hub's own are as its encoder made them.
        header = protocol.read_checked(stored.entry.header)
        if stored.origin != HUB_ORIGIN:
            protocol.refuse_duplicate_keys(stored.entry.payload)
    else:
        header = protocol.check(stored.entry)
    if header.record_id != stored.record_id or not entries.fits(*header.needs):
        # Names that a store cannot keep, see the inbox.
        raise EntryError("journal.bad_header")
    return header


def kind_key(kind: str) -> str:
    """Return what an entry of a kind that is not known here waits for."""
    return f"kind:{kind}"
