"""Drafts that survive a crash: kept in the ledger, offered again at the next sign-in.

They are no records: they are in no journal, go to no hub, and leave nothing behind once the
visit was saved, ended or discarded. Writing them waits behind everything that people do.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

import msgspec

from terminal.clock import Clock
from terminal.domain.aggregates import Visit
from terminal.domain.parties import Capacity, Party, PowerOfAttorney
from terminal.domain.records import Lane
from terminal.services.views import IntakeDraft, Session
from terminal.store import aggregates, journal, kept_drafts
from terminal.store.database import Ledger, Transaction
from terminal.store.write_thread import SYNC

logger = logging.getLogger(__name__)

KEPT_DAYS = 7
"""Days after which an untouched draft goes, whatever the retention time of records is."""

DAY_MILLISECONDS = 86_400_000


class KeptVisit(msgspec.Struct, frozen=True, omit_defaults=True):
    """A visit at the desk as it stands: what was typed, who is here, the draft in work.

    `key` names it from its first keystroke on; `parked_at` in milliseconds. `taken_up` and
    `there_before` are cases of earlier visits with the materials that they had before.
    """

    key: str
    typed: dict[str, str] = {}
    visitor: Party | None = None
    applicant: Party | None = None
    capacity: Capacity = Capacity.SELF
    power: PowerOfAttorney | None = None
    guardian_consents: bool = False
    lanes: tuple[Lane, ...] = ()
    visit_id: str = ""
    opened_at: int = 0
    draft: IntakeDraft | None = None
    item_code: str = ""
    there_before: tuple[str, ...] = ()
    taken_up: dict[str, tuple[str, ...]] = {}
    parked_at: int = 0

    def __repr__(self) -> str:
        return f"KeptVisit({self.key!r})"


class KeptDraftsService:
    """Keeps what stands at a clerk's desk. Any thread may call it; it blocks."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    def keep(self, session: Session, visits: Sequence[KeptVisit], gone: Iterable[str] = ()) -> None:
        """Keep these visits as they are and forget those whose keys are `gone`: one commit."""
        now = self._clock.now().corrected
        bodies = [(visit.key, msgspec.json.encode(visit)) for visit in visits]
        dropped = tuple(gone)

        def write(db: Transaction) -> None:
            kept_drafts.drop(db, dropped)
            for key, body in bodies:
                kept_drafts.put(db, key, session.staff_id, now, body)

        self._ledger.write(write, priority=SYNC)

    def offered(self, session: Session) -> tuple[KeptVisit, ...]:
        """Return what this clerk had not saved, oldest first.

        What was saved or ended in the moment of the crash is taken out, and what no release
        can read any more is dropped, as is what is too old.
        """
        self.drop_old()
        found = self._ledger.read(lambda db: self._look(db, session.staff_id))
        gone = [key for key, visit in found if visit is None]
        if gone:
            self._ledger.write(lambda db: kept_drafts.drop(db, gone), priority=SYNC)
        return tuple(visit for _, visit in found if visit is not None)

    def hand_over(self, session: Session, successor: str) -> int:
        """Let a successor take up what this clerk has parked; returns how many visits."""
        return self._ledger.write(lambda db: kept_drafts.hand_over(db, session.staff_id, successor))

    def drop_old(self) -> int:
        """Take away what nobody has touched for days; returns how many drafts."""
        before = self._clock.now().corrected - KEPT_DAYS * DAY_MILLISECONDS
        return self._ledger.write(lambda db: kept_drafts.drop_before(db, before), priority=SYNC)

    def _look(self, db: Transaction, staff_id: str) -> list[tuple[str, KeptVisit | None]]:
        return [
            (key, _still_open(db, key, body)) for key, body in kept_drafts.of_staff(db, staff_id)
        ]


def unsaved_parked(db: Transaction, staff_id: str) -> tuple[Party, ...]:
    """Return the visitors who wait at a clerk's desk and of whom the journal knows nothing yet."""
    found = [_still_open(db, key, body) for key, body in kept_drafts.of_staff(db, staff_id)]
    return tuple(
        kept.visitor
        for kept in found
        if kept is not None and kept.parked_at and kept.visitor is not None
        if not kept.visit_id or aggregates.load(db, kept.visit_id) is None
    )


def _still_open(db: Transaction, key: str, body: bytes) -> KeptVisit | None:
    """Return a kept visit without what is in the journal already; None when all of it is."""
    try:
        kept = msgspec.json.decode(body, type=KeptVisit)
    except (msgspec.DecodeError, UnicodeDecodeError):
        logger.warning("a kept draft is not understood and is dropped")
        return None
    visit = aggregates.load(db, kept.visit_id) if kept.visit_id else None
    if isinstance(visit, Visit) and visit.ended_at:
        return None
    draft = kept.draft
    if draft is not None and journal.records_of_action(db, draft.action_id):
        taken_up = kept.taken_up
        if draft.case_id:
            taken_up = {**taken_up, draft.case_id: kept.there_before}
        return msgspec.structs.replace(kept, draft=None, taken_up=taken_up)
    return kept
