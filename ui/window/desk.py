"""The clerk's desk: who is here, what is being taken in, who waits; no widget in it.

One visit is being served, others may be parked with all their fields and papers. The draft
changes at once with each key; its review follows from the core, and only the newest counts.
"""

from __future__ import annotations

from functools import partial

import msgspec
from PySide6.QtCore import QObject, QTimer, Signal

from terminal.domain.catalogue import ServiceItem
from terminal.domain.parties import Capacity, Party
from terminal.services.views import (
    Act,
    DeclineRequest,
    IntakeDraft,
    Review,
    Saved,
    Session,
    VisitCase,
    VisitEnding,
)
from ui.bridge import Bridge, Failure

PREVIEW_DELAY_MS = 180


class Visiting(msgspec.Struct):
    """One visit at the desk: mutable, held by the desk alone.

    `typed` holds what stands in the visitor's fields, complete or not. `ahead` are the items
    of a life event that are still to be offered. `taken_up` are cases of earlier visits that
    went on in this one, each with the materials that were there before. `parked_at` is the
    clock's milliseconds.
    """

    typed: dict[str, str] = {}
    visitor: Party | None = None
    applicant: Party | None = None
    capacity: Capacity = Capacity.SELF
    visit_id: str = ""
    opened_at: int = 0
    draft: IntakeDraft | None = None
    review: Review | None = None
    cases: tuple[VisitCase, ...] = ()
    ahead: tuple[str, ...] = ()
    event_name: str = ""
    there_before: tuple[str, ...] = ()
    taken_up: dict[str, tuple[str, ...]] = {}
    parked_at: int = 0

    @property
    def empty(self) -> bool:
        """Whether nobody is here and nothing was typed."""
        typed = any(self.typed.get(key) for key in ("name", "number", "phone", "credit_code"))
        return self.visitor is None and not typed and not self.cases


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

    def __init__(self, bridge: Bridge, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.bridge = bridge
        self.session = session
        self.now = Visiting()
        self.parked: list[Visiting] = []
        self.busy = False
        self._generation = 0
        self._paper_act: Act | None = None
        self._paper_request: DeclineRequest | None = None
        self._preview_timer = QTimer(self)
        self._preview_timer.setSingleShot(True)
        self._preview_timer.setInterval(PREVIEW_DELAY_MS)
        self._preview_timer.timeout.connect(self._preview)

    # The visitor.

    def greet(self, visitor: Party, applicant: Party | None, capacity: Capacity) -> None:
        """Take down who is here; a draft that is open follows."""
        from terminal.services import drafts

        visit = self.now
        visit.visitor, visit.applicant, visit.capacity = visitor, applicant, capacity
        if not visit.opened_at:
            visit.opened_at = self._moment()
        if visit.draft is not None:
            changed = drafts.with_applicant(visit.draft, applicant or visitor, capacity)
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

    # The matter.

    def choose(self, item_code: str, *, ahead: tuple[str, ...] = (), event_name: str = "") -> None:
        """Begin with an item; `ahead` are the items that follow in the same life event."""
        visit = self.now
        if visit.visitor is None:
            return
        ctx = self.bridge.ctx
        assert ctx is not None
        visit.ahead, visit.event_name = ahead, event_name
        start = partial(
            ctx.intake.start,
            visit.visitor,
            item_code,
            visit_id=visit.visit_id,
            visit_opened_at=visit.opened_at,
            applicant=visit.applicant,
            capacity=visit.capacity,
        )
        self.bridge.read(self, start, done=partial(self._on_started, visit), failed=self._fail)

    def resume(self, case_id: str) -> None:
        """Take up a case again that awaits correction, as a visit of its own."""
        ctx = self.bridge.ctx
        assert ctx is not None
        if not self.now.empty:
            self.park()
        visit = self.now
        self.bridge.read(
            self, ctx.intake.resume, case_id, done=partial(self._on_started, visit),
            failed=self._fail,
        )  # fmt: skip

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
        draft, session = visit.draft, self.session
        calls = {
            Act.RECEIVE: partial(ctx.intake.receive, draft, session),
            Act.ACCEPT: partial(ctx.intake.accept, draft, session),
            Act.ACCEPT_CONDITIONALLY: partial(
                ctx.intake.accept_conditionally, draft, session, agreed
            ),
            Act.NOTIFY_CORRECTION: partial(
                ctx.intake.notify_correction, draft, session, repeat_reason
            ),
        }
        if decline is not None:
            calls[Act.DECLINE] = partial(ctx.intake.decline, draft, session, decline)
        self.busy = True
        self.bridge.run(
            self,
            calls[act],
            done=partial(self._on_saved, visit, act),
            failed=self._on_act_failed,
        )

    # Visits that wait.

    def park(self) -> bool:
        """Put the visit aside with all its fields; say whether there was one."""
        if self.now.empty or self.busy:
            return False
        self.now.parked_at = self._moment()
        self.parked.append(self.now)
        self._open(Visiting())
        self.parked_changed.emit()
        return True

    def take_up(self, index: int = -1) -> bool:
        """Serve a parked visitor again (the last one by default); the desk must be free."""
        if not self.parked or not self.now.empty or self.busy:
            return False
        self._open(self.parked.pop(index))
        self.parked_changed.emit()
        return True

    def end_visit(self) -> None:
        """End the visit: the core says which originals go back and whether to invite."""
        visit, ctx = self.now, self.bridge.ctx
        if self.busy or ctx is None:
            return
        if not visit.cases:
            self._open(Visiting())
            return
        self.busy = True
        self.bridge.run(
            self,
            partial(ctx.visits.end, visit.visit_id, self.session, taken_up=visit.taken_up),
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
        visit.parked_at = 0
        self._generation += 1
        self.cleared.emit()
        self.visit_changed.emit()
        self.item_chosen.emit()
        self.reviewed.emit()
        if visit.draft is not None:
            self._review()

    def _on_started(self, visit: Visiting, draft: IntakeDraft) -> None:
        if visit is not self.now:
            return
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
            self, ctx.intake.review, visit.draft, self.session,
            done=partial(self._on_reviewed, visit, self._generation, chosen), failed=self._fail,
        )  # fmt: skip

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
        self._preview_timer.start()

    def show_paper_of(self, act: Act | None, request: DeclineRequest | None = None) -> None:
        """Show an act's paper beforehand; None is the likely one, no request an empty place."""
        self._paper_act, self._paper_request = act, request
        if act is Act.DECLINE and request is None:
            self._preview_timer.stop()
            self.previewed.emit(None, act.value)
        elif self.now.review is not None:
            self._preview_timer.start()

    def _preview(self) -> None:
        visit, ctx = self.now, self.bridge.ctx
        if visit.review is None or ctx is None:
            return
        asked, request = self._paper_act, self._paper_request
        if asked is Act.DECLINE and request is None:
            return
        act = asked or likely_act(visit.review)
        draft, session, intake = visit.review.draft, self.session, ctx.intake

        def look() -> object:
            from ui.window.preview import page_of

            return page_of(intake.preview(draft, session, act, request))

        self.bridge.read(
            self, look, done=partial(self._on_preview, visit, act, asked, request),
            failed=lambda _: None,
        )  # fmt: skip

    def _on_preview(
        self,
        visit: Visiting,
        act: Act,
        asked: Act | None,
        request: DeclineRequest | None,
        page: object,
    ) -> None:
        if (asked, request) != (self._paper_act, self._paper_request):
            return
        if visit is self.now and visit.review is not None:
            self.previewed.emit(page, act.value)

    def _on_saved(self, visit: Visiting, act: Act, saved: Saved) -> None:
        self.busy = False
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
