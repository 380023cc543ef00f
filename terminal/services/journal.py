"""The journal for screens: counts, lines, verification."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec

from terminal.domain.case import Case, Document, Rating, Visit
from terminal.protocol.entry import short_hash
from terminal.services.views import JournalLine, JournalStatus
from terminal.store import aggregates, journal, lists, outbox
from terminal.store.database import Ledger, Transaction
from terminal.store.journal import Verification


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

    def __init__(self, ledger: Ledger, hub: Callable[[], HubState]) -> None:
        self._ledger = ledger
        self._hub = hub

    def status(self) -> JournalStatus:
        """Return the counts and what is known of the hub."""
        counts = self._ledger.read(outbox.counts)
        hub = self._hub()
        return JournalStatus(
            written=counts.written,
            acknowledged=counts.acknowledged,
            waiting=counts.written - counts.acknowledged,
            refused=counts.refused,
            held=counts.held,
            conflict=counts.conflict,
            oldest_waiting_at=counts.oldest,
            earliest_due=date.fromisoformat(counts.due) if counts.due else None,
            hub=hub.state,
            hub_code=hub.code,
            last_contact=hub.last_contact,
            sending=hub.sending,
        )

    def lines(self, limit: int = 200, state: str = "") -> tuple[JournalLine, ...]:
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
