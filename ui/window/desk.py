"""The clerk's desk: who is here, what is being taken in, who waits; no widget in it.

One visit is being served, others may be parked with all their fields and papers. The draft
changes at once with each key; its review follows from the core, and only the newest counts.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import msgspec
from PySide6.QtCore import QObject, Signal

from terminal.domain.case import Case
from terminal.domain.catalogue import HandlingKind, ServiceItem
from terminal.domain.parties import Capacity, Party, PowerOfAttorney
from terminal.domain.records import Forwarding, Lane
from terminal.services.views import (
    Act,
    DeclineRequest,
    HandwrittenReceipt,
    IntakeDraft,
    Review,
    Role,
    Saved,
    Session,
    VisitCase,
    VisitEnding,
)
from ui.bridge import Bridge, Failure
from ui.window.intake_of import intake_of
from ui.window.legal_calls import call_of_act, call_of_late_entry
from ui.window.paper_ahead import PaperAhead
from ui.window.steps import Steps
from ui.window.visiting import Pause, Visiting


class Desk(QObject):
    """Holds the visit that is served and those that wait; GUI thread only."""

    visit_changed = Signal()
    reviewed = Signal()
    item_chosen = Signal()
    previewed = Signal(object, str)
    saved = Signal(Saved, str)
    refused = Signal(Failure)
    parked_changed = Signal()
    visit_ended = Signal(VisitEnding)
    cleared = Signal()
    put_in_place = Signal(int)
    brought_asked = Signal(Case)
    decision_due = Signal(str)
    pause_changed = Signal()

    def __init__(self, bridge: Bridge, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.session = session
        self.now = Visiting()
        self.parked: list[Visiting] = []
        self.busy = False
        self.pause: Pause | None = None
        self._steps = Steps(bridge, self, self._fail)
        self._generation = 0
        self._paper = PaperAhead(self)

    # The visitor.

    def greet(
        self,
        visitor: Party,
        applicant: Party | None,
        capacity: Capacity,
        *,
        power: PowerOfAttorney | None = None,
        guardian_consents: bool = False,
    ) -> None:
        """Take down who is here; a draft that is open follows."""
        from terminal.services import drafts

        visit = self.now
        visit.visitor, visit.applicant, visit.capacity = visitor, applicant, capacity
        visit.power, visit.guardian_consents = power, guardian_consents
        if not visit.opened_at:
            visit.opened_at = self._moment()
        if visit.draft is not None:
            changed = drafts.with_applicant(visit.draft, applicant or visitor, capacity)
            changed = drafts.with_consents(changed, power, guardian_consents)
            self.change(drafts.with_visitor(changed, visitor))
        self.visit_changed.emit()

    def forget_visitor(self) -> None:
        """Not this person: nothing of what was typed or read stays."""
        if self.now.cases:
            return
        self.now = Visiting()
        self._generation += 1
        self.cleared.emit()
        self.visit_changed.emit()
        self.reviewed.emit()

    def next_applicant(self) -> bool:
        """Keep agent, power and item for the next applicant (一人代多人); say whether it can be.

        Only after a saved matter: a draft would lose whatever was typed into it.
        """
        visit = self.now
        may = visit.visitor is not None and visit.capacity is not Capacity.SELF
        if not may or visit.draft is not None or not visit.item_code or self.busy:
            return False
        visit.applicant, visit.guardian_consents = None, False
        visit.typed = {k: v for k, v in visit.typed.items() if not k.startswith("applicant_")}
        return True

    def turn_lane(self, lane: Lane) -> None:
        """Flag the visit, or take the flag back; a draft that is open follows."""
        visit = self.now
        lanes = {*visit.lanes} ^ {lane}
        visit.lanes = tuple(each for each in Lane if each in lanes)
        if visit.draft is not None:
            self.change(msgspec.structs.replace(visit.draft, lanes=visit.lanes))
        self.visit_changed.emit()

    # The matter.

    def choose(self, item_code: str) -> None:
        """Begin with an item, or with a life event as one matter (`life-event/` and its id)."""
        visit = self.now
        if visit.visitor is None:
            return
        ctx = self.bridge.ctx
        assert ctx is not None
        start = partial(
            intake_of(ctx, item_code).start,
            visit.visitor,
            item_code,
            visit_id=visit.visit_id,
            visit_opened_at=visit.opened_at,
            applicant=visit.applicant,
            capacity=visit.capacity,
        )
        self.bridge.read(self, start, done=partial(self._on_started, visit), failed=self._fail)

    def resume(self, case_id: str) -> None:
        """Take up a case again, as a visit of its own; what is only brought has its own way."""
        ctx = self.bridge.ctx
        assert ctx is not None
        if not self.now.empty:
            self.park()
        visit = self.now

        def look() -> IntakeDraft | Case:
            case = ctx.cases.case(case_id)
            return case if ctx.casework.only_registers(case) else ctx.intake.resume(case_id)

        def found(it: IntakeDraft | Case) -> None:
            if isinstance(it, Case):
                self.brought_asked.emit(it)
            else:
                self._on_started(visit, it)

        self.bridge.read(self, look, done=found, failed=self._fail)

    def forward(self, forwarding: Forwarding | None) -> None:
        """Take the matter in for another place (代收), or no longer."""
        if self.now.draft is not None:
            self.change(msgspec.structs.replace(self.now.draft, forwarding=forwarding))

    def say_paper(self, paper: HandwrittenReceipt | None) -> None:
        """Say which handwritten receipt is entered: its time moves every date."""
        if self.now.draft is not None:
            self.change(msgspec.structs.replace(self.now.draft, paper=paper))

    def change(self, draft: IntakeDraft) -> None:
        """Put the next state of the draft in place and have it reviewed."""
        self.now.draft = draft
        self._review()

    def drop_item(self) -> None:
        """Leave the matter before anything of it was saved."""
        self.now.draft = self.now.review = None
        self._generation += 1
        self.item_chosen.emit()
        self.reviewed.emit()

    @property
    def fresh(self) -> bool:
        """Whether the review is the one of the draft as it is now."""
        visit = self.now
        return visit.review is not None and visit.review.draft is visit.draft

    @property
    def item(self) -> ServiceItem | None:
        """The item that is being taken in."""
        return self.now.review.item if self.now.review is not None else None

    # What has legal effect: asked for by the legal frames alone.

    def act(
        self,
        act: Act,
        *,
        agreed: bool = False,
        repeat_reason: str = "",
        decline: DeclineRequest | None = None,
    ) -> None:
        """Do what has legal effect with the draft as it stands; once at a time."""
        visit, ctx = self.now, self.bridge.ctx
        if visit.draft is None or self.busy or ctx is None:
            return
        call = call_of_act(
            ctx, act, visit.draft, self.session, agreed=agreed, repeat_reason=repeat_reason,
            decline=decline,
        )  # fmt: skip
        self.busy = True
        self.bridge.run(
            self, call, done=partial(self._on_saved, visit, act), failed=self._on_act_failed
        )

    def enter_late(
        self, paper: HandwrittenReceipt, second_name: str, second_password: str, scan: Path | None
    ) -> None:
        """Enter a handwritten receipt with its scan; a second person has looked at it."""
        visit, ctx = self.now, self.bridge.ctx
        if visit.draft is None or self.busy or ctx is None:
            return
        write = call_of_late_entry(
            ctx, visit.draft, self.session, paper, (second_name, second_password), scan
        )
        self.busy = True
        self.bridge.run(
            self, write, done=partial(self._on_saved, visit, Act.RECEIVE),
            failed=self._on_act_failed,
        )  # fmt: skip

    # Visits that wait.

    def park(self) -> bool:
        """Put the visit aside with all its fields; say whether there was one."""
        if self.now.empty or self.busy:
            return False
        visit, ctx = self.now, self.bridge.ctx
        visit.parked_at = self._moment()
        self.parked.append(visit)
        if visit.visit_id and ctx is not None:
            self._steps.record(partial(ctx.visits.park, visit.visit_id, self.session))
        self._open(Visiting())
        self.parked_changed.emit()
        return True

    def take_up(self, index: int = -1) -> bool:
        """Serve a parked visitor again (the last one by default); the desk must be free."""
        if not self.parked or not self.now.empty or self.busy:
            return False
        visit, ctx = self.parked.pop(index), self.bridge.ctx
        if visit.visit_id and ctx is not None:
            self._steps.record(partial(ctx.visits.take_up, visit.visit_id, self.session))
        self._open(visit)
        self.parked_changed.emit()
        return True

    def put_back(self, visits: list[Visiting]) -> None:
        """Let visits wait that were at this clerk's desk before a crash."""
        self.parked = [*visits, *self.parked]
        self.parked_changed.emit()
        self.put_in_place.emit(len(visits))

    def give_up_parked(self) -> None:
        """Leave parked visits to the successor who has signed for them."""
        self.parked = []
        self.parked_changed.emit()

    def set_pause(self, pause: Pause | None) -> None:
        """Close the window for a while (暂停服务), or open it again."""
        self.pause = pause
        self.pause_changed.emit()

    def end_visit(self) -> None:
        """End the visit: the core says which originals go back and whether to invite."""
        visit, ctx = self.now, self.bridge.ctx
        if self.busy or ctx is None:
            return
        if not visit.cases:
            self._open(Visiting())
            return
        self.busy = True
        self._steps.record(
            # Whoever was served by hand is not here any more: nobody rates in their place.
            partial(
                ctx.visits.end,
                visit.visit_id,
                self.session,
                invite=not visit.late,
                taken_up=visit.taken_up,
            ),
            done=self._on_ended,
            failed=self._on_act_failed,
        )

    def refresh_cases(self) -> None:
        """Ask again which cases this visit has."""
        visit, ctx = self.now, self.bridge.ctx
        if visit.visit_id and ctx is not None:
            self.bridge.read(
                self,
                partial(ctx.visits.cases, visit.visit_id, tuple(visit.taken_up)),
                done=partial(self._on_cases, visit),
            )

    # Inside.

    def _moment(self) -> int:
        ctx = self.bridge.ctx
        return ctx.clock.now().corrected if ctx is not None else 0

    def _open(self, visit: Visiting) -> None:
        self.now = visit
        visit.parked_at, visit.restored = 0, False
        self._generation += 1
        self.cleared.emit()
        self.visit_changed.emit()
        # The panels show the matter before the keyboard is sent into it.
        self.reviewed.emit()
        self.item_chosen.emit()
        if visit.visit_id and not visit.cases:
            self.refresh_cases()
        if visit.draft is not None:
            self._review(chosen=visit.review is None)

    def _on_started(self, visit: Visiting, draft: IntakeDraft) -> None:
        if visit is not self.now:
            return
        if not draft.case_id:
            draft = msgspec.structs.replace(
                draft, lanes=visit.lanes or draft.lanes, power=visit.power,
                guardian_consents=visit.guardian_consents,
            )  # fmt: skip
            visit.lanes = draft.lanes
        visit.visit_id, visit.opened_at = draft.visit_id, draft.visit_opened_at
        visit.visitor, visit.capacity = draft.visitor, draft.capacity
        visit.applicant = None if draft.capacity is Capacity.SELF else draft.applicant
        visit.draft, visit.review = draft, None
        visit.there_before = tuple(draft.materials) if draft.case_id else ()
        self.visit_changed.emit()
        self._review(chosen=True)

    def _review(self, *, chosen: bool = False) -> None:
        visit, ctx = self.now, self.bridge.ctx
        if visit.draft is None or ctx is None:
            return
        self._generation += 1
        self.bridge.read(
            self, intake_of(ctx, visit.draft.item_code).review, visit.draft, self.session,
            done=partial(self._on_reviewed, visit, self._generation, chosen),
            failed=partial(self._on_not_reviewed, visit),
        )  # fmt: skip

    def _on_not_reviewed(self, visit: Visiting, failure: Failure) -> None:
        if visit is self.now and visit.review is None:
            # Nothing can be shown of it: the visitor stays, the matter is begun anew.
            visit.draft = None
            self.item_chosen.emit()
            self.reviewed.emit()
        self._fail(failure)

    def _on_reviewed(self, visit: Visiting, generation: int, chosen: bool, review: Review) -> None:
        if visit is not self.now or visit.draft is None:
            return
        if generation != self._generation and not chosen:
            return
        # A service may drop answers that have become moot: what it returns is what is valid,
        # as long as nothing was typed since.
        if generation == self._generation:
            visit.draft = review.draft
        visit.review = review
        self.reviewed.emit()
        if chosen:
            self.item_chosen.emit()
        self._paper.soon()

    def show_paper_of(self, act: Act | None, request: DeclineRequest | None = None) -> None:
        """Show an act's paper beforehand; None is the likely one, no request an empty place."""
        self._paper.show_of(act, request)

    def _on_saved(self, visit: Visiting, act: Act, saved: Saved) -> None:
        self.busy = False
        on_the_spot = act is Act.ACCEPT and self._decides_here(visit.review)
        if visit.draft is not None:
            visit.item_code = visit.draft.item_code
        if visit.draft is not None and visit.draft.case_id:
            visit.taken_up = {**visit.taken_up, visit.draft.case_id: visit.there_before}
        visit.draft = visit.review = None
        if visit is not self.now:
            return
        self._generation += 1
        self.saved.emit(saved, act.value)
        self.item_chosen.emit()
        self.reviewed.emit()
        self.refresh_cases()
        if on_the_spot:
            self.decision_due.emit(saved.case.receipt_number)

    def _decides_here(self, review: Review | None) -> bool:
        """Whether whoever is signed in decides an on-the-spot item (即办件) in the same flow."""
        return (
            review is not None
            and review.item.handling is HandlingKind.ON_THE_SPOT
            and review.item.authority.may_decide
            and self.session.role is Role.CHIEF_REPRESENTATIVE
        )

    def _on_act_failed(self, failure: Failure) -> None:
        self.busy = False
        self.refused.emit(failure)

    def _fail(self, failure: Failure) -> None:
        self.refused.emit(failure)

    def _on_cases(self, visit: Visiting, cases: tuple[VisitCase, ...]) -> None:
        visit.cases = cases
        if visit is self.now:
            self.visit_changed.emit()

    def _on_ended(self, ending: VisitEnding) -> None:
        self.busy = False
        self._open(Visiting())
        self.visit_ended.emit(ending)


def likely_act(review: Review) -> Act:
    """Return the act whose paper is shown beforehand: the furthest one that is lawful now."""
    order = (Act.ACCEPT, Act.ACCEPT_CONDITIONALLY, Act.NOTIFY_CORRECTION, Act.RECEIVE)
    return next((act for act in order if review.permission(act).allowed), Act.RECEIVE)
