"""The journal for screens: counts, legal dates, pages, trying again, verification."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec

from terminal.clock import Clock, today
from terminal.domain.aggregates import Document, Rating, Visit
from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.case import Case
from terminal.domain.deadlines import working_days_left
from terminal.domain.evolve.judgement import BELONGS
from terminal.domain.records import (
    KINDS,
    CaseReceived,
    DocumentIssued,
    InvitationClosed,
    RatingGiven,
    VisitOpened,
)
from terminal.protocol.entry import short_hash
from terminal.services.journal_views import (
    JournalLine,
    JournalPage,
    JournalQuery,
    JournalStatus,
    LegalDate,
)
from terminal.store import aggregates, journal, journal_pages, lists, outbox, standing
from terminal.store.database import Ledger, Transaction
from terminal.store.journal import Verification

PAGE = 200


def _groups() -> dict[str, tuple[str, ...]]:
    groups: dict[str, list[str]] = {name: [] for name in ("cases", "documents", "visits")}
    groups |= {"ratings": [], "other": []}
    names = {Case: "cases", Document: "documents", Visit: "visits"}
    made = {
        CaseReceived: "cases", DocumentIssued: "documents", VisitOpened: "visits",
        RatingGiven: "ratings", InvitationClosed: "ratings",
    }  # fmt: skip
    for kind, body in KINDS.items():
        belongs = BELONGS.get(kind)
        name = made.get(body) or names.get(belongs, "other")  # type: ignore[arg-type]
        groups[name].append(kind)
    return {name: tuple(kinds) for name, kinds in groups.items()}


GROUPS = _groups()
"""Kinds of entries that a person looks for together, by what they are about."""


class HubState(msgspec.Struct, frozen=True):
    """What the sync knows of the hub: connected, unreachable, not_enrolled or refused."""

    state: str = "not_enrolled"
    code: str = ""
    last_contact: int = 0
    sending: bool = False

    @property
    def connected(self) -> bool:
        return self.state == "connected"


class JournalService:
    """Says where everything that was written here is now."""

    def __init__(
        self,
        ledger: Ledger,
        hub: Callable[[], HubState],
        calendar: Callable[[], WorkingDayCalendar],
        clock: Clock,
    ) -> None:
        self._ledger = ledger
        self._hub = hub
        self._calendar = calendar
        self._clock = clock

    def status(self) -> JournalStatus:
        """Return the counts, the nearest legal dates and what is known of the hub."""
        counts = self._ledger.read(standing.counts)
        hub = self._hub()
        return JournalStatus(
            written=counts.written,
            acknowledged=counts.acknowledged,
            waiting=counts.waiting,
            refused=counts.refused,
            held=counts.held,
            conflict=counts.conflict,
            oldest_waiting_at=counts.oldest,
            earliest_due=date.fromisoformat(counts.due) if counts.due else None,
            hub=hub.state,
            hub_code=hub.code,
            # The sync forgets at a restart; what arrived here last is its proof of contact.
            last_contact=max(hub.last_contact, counts.last_arrived),
            sending=hub.sending,
            unsent=self._legal(counts.due, counts.due_act),
            answer=self._legal(counts.answer_due, counts.answer_act),
            foreign_held=counts.foreign_held,
        )

    def _legal(self, due: str, act: str) -> LegalDate | None:
        if not due:
            return None
        on = date.fromisoformat(due)
        return LegalDate(
            on, act or "decide", working_days_left(today(self._clock), on, self._calendar())
        )

    def lines(self, limit: int = PAGE, state: str = "") -> tuple[JournalLine, ...]:
        """Return entries, newest first, with what they are about (numbers, no names)."""

        def read(db: Transaction) -> list[JournalLine]:
            return [
                JournalLine(
                    seq=line.seq,
                    epoch=line.epoch,
                    record_id=line.record_id,
                    kind=line.kind,
                    subject=_subject(db, line.aggregate_id),
                    written_at=line.written_at,
                    state=line.state,
                    since=line.since,
                    code=line.code,
                    short_hash=short_hash(line.hash),
                )
                for line in lists.entry_lines(db, state=state, limit=limit)
            ]

        return tuple(self._ledger.read(read))

    def page(self, query: JournalQuery) -> JournalPage:
        """Return one page of what the query asks for; never more than `PAGE` entries."""

        def read(db: Transaction) -> list[journal_pages.Line]:
            return journal_pages.page(
                db,
                where=query.state,
                kinds=GROUPS.get(query.group, ()),
                number=query.number,
                before=query.before,
                limit=PAGE + 1,
            )

        found = self._ledger.read(read)
        lines = tuple(
            JournalLine(
                seq=line.seq,
                epoch=line.epoch,
                record_id=line.record_id,
                kind=line.kind,
                subject=line.number,
                written_at=line.written_at,
                state=line.state,
                since=line.since,
                code=line.code,
                short_hash=short_hash(line.hash),
                id=line.id,
                case_id=line.case_id,
            )
            for line in found[:PAGE]
        )
        return JournalPage(query, lines, more=len(found) > PAGE)

    def retry(self) -> int:
        """Try the held entries of others again; returns how many could be applied now."""
        now = self._clock.now().corrected
        return self._ledger.write(lambda db: outbox.retry_held(db, now))

    def verify(self) -> Verification:
        """Walk every chain of this ledger."""
        return self._ledger.read(journal.verify)


def _subject(db: Transaction, aggregate_id: str) -> str:
    match aggregates.load(db, aggregate_id):
        case Case(receipt_number=number):
            return number
        case Document(number=number):
            return number
        case Rating(subject_id=visit_id) | Visit(visit_id=visit_id):
            return next((case.receipt_number for case in lists.cases_of_visit(db, visit_id)), "")
    return ""
