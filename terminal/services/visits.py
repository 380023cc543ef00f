"""The visit: its cases, and its end with originals and one invitation to rate."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from terminal.clock import Clock
from terminal.domain.aggregates import Visit
from terminal.domain.case import Case
from terminal.domain.catalogue import Fate, Way
from terminal.domain.parties import MaterialEntry
from terminal.domain.records import VisitEnded, VisitParked, VisitTakenUp
from terminal.events import EventBus
from terminal.ids import Randomness
from terminal.protocol.entry import Draft
from terminal.services.staff import clerk_of
from terminal.services.views import Session, VisitCase, VisitEnding
from terminal.store import aggregates, lists
from terminal.store.database import Ledger, Transaction
from terminal.store.journal import Journal


class VisitsService:
    """One visitor at a time (一次办事); any thread may call it."""

    def __init__(
        self,
        ledger: Ledger,
        journal: Journal,
        clock: Clock,
        randomness: Randomness,
        events: EventBus,
        window: str,
    ) -> None:
        self._ledger = ledger
        self._journal = journal
        self._clock = clock
        self._randomness = randomness
        self._events = events
        self._window = window

    def cases(self, visit_id: str, taken_up: Collection[str] = ()) -> tuple[VisitCase, ...]:
        """Return the matters of this visit, oldest first; `taken_up` as for `end`."""
        found = self._ledger.read(lambda db: _matters(db, visit_id, taken_up))
        return tuple(
            VisitCase(case.case_id, case.item_name, case.state, case.receipt_number)
            for case in found
        )

    def park(self, visit_id: str, session: Session, reason: str = "") -> None:
        """Let a visitor wait while another is served (暂离); fields and papers are kept.

        A visit in which nothing was saved has no record of its own and leaves none.
        """
        self._step(visit_id, VisitParked(clerk_of(session, self._window), reason.strip()))

    def take_up(self, visit_id: str, session: Session) -> None:
        """Go on with a parked visit, also as another clerk after a hand-over."""
        self._step(visit_id, VisitTakenUp(clerk_of(session, self._window)))

    def _step(self, visit_id: str, body: VisitParked | VisitTakenUp) -> None:
        action = self._randomness.uuid7()

        def write(db: Transaction) -> bool:
            visit = aggregates.load(db, visit_id)
            if not isinstance(visit, Visit):
                return False
            self._journal.append(db, action, [Draft(visit_id, visit.head, body)])
            return True

        if self._ledger.write(write):
            self._events.publish(body.kind, visit_id)
            self._events.publish("journal_changed")

    def end(
        self,
        visit_id: str,
        session: Session,
        *,
        invite: bool = True,
        taken_up: Mapping[str, Collection[str]] | None = None,
    ) -> VisitEnding:
        """End the visit: name originals to give back, invite once to rate.

        Without `invite` nobody is at the desk to be invited (forwarded applications).
        `taken_up` names the cases of earlier visits that went on in this one, each with the
        ids of the materials that were there before: those are not on the desk today.

        A visit in which nothing was saved leaves nothing behind and invites to nothing. The
        same visit ended twice gets the first answer again.
        """
        before = taken_up or {}
        ending = self._ledger.write(lambda db: self._end(db, visit_id, session, invite, before))
        self._events.publish("visit_ended", visit_id)
        self._events.publish("journal_changed")
        return ending

    def _end(
        self,
        db: Transaction,
        visit_id: str,
        session: Session,
        invite: bool,
        before: Mapping[str, Collection[str]],
    ) -> VisitEnding:
        visit = aggregates.load(db, visit_id)
        if not isinstance(visit, Visit):
            return VisitEnding(visit_id, (), invitation=False)
        cases = _matters(db, visit_id, before)
        originals = _to_give_back(cases, before)
        if not visit.ended_at:
            body = VisitEnded(
                clerk_of(session, self._window),
                tuple(name for name, _ in originals),
                invited_to_rate=invite,
            )
            action = self._randomness.uuid7()
            self._journal.append(db, action, [Draft(visit_id, visit.head, body)])
            visit = aggregates.load(db, visit_id)
        return VisitEnding(
            visit_id,
            originals,
            invitation=isinstance(visit, Visit) and visit.invitation == "invited",
            item_names=tuple(case.item_name for case in cases),
        )


def _matters(db: Transaction, visit_id: str, taken_up: Iterable[str]) -> list[Case]:
    """Return the cases that began in this visit, then those of earlier ones taken up in it."""
    found = lists.cases_of_visit(db, visit_id)
    others = (aggregates.load(db, case_id) for case_id in taken_up)
    return [*found, *(case for case in others if isinstance(case, Case))]


def _to_give_back(
    cases: list[Case], before: Mapping[str, Collection[str]]
) -> tuple[tuple[str, int], ...]:
    """Return names and counts of originals that were only looked at and must go back.

    Of what was declined as it was handed in, all that lies on the desk.
    """
    names: dict[str, int] = {}
    for case in cases:
        for entry in case.materials:
            if entry.material_id in before.get(case.case_id, ()):
                continue
            if _lies_on_the_desk(entry) or (case.declined_at_once and _is_original(entry)):
                names[entry.name] = max(names.get(entry.name, 0), entry.count)
    return tuple(names.items())


def _is_original(entry: MaterialEntry) -> bool:
    return not entry.lacking and entry.fate is Fate.ORIGINAL_KEPT and entry.way is Way.PAPER


def _lies_on_the_desk(entry: MaterialEntry) -> bool:
    return not entry.lacking and entry.fate.shows_original
