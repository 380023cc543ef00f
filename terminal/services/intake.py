"""Taking in a matter: from the greeting to the paper. Every act is one transaction.

An act is judged by `review` and by `domain.evolve`, written to the journal together with its
tables, its papers and their print jobs; only after the durable commit anything is told or
printed. The same action twice is the first one's answer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Protocol

import msgspec

from terminal.clock import Clock, to_local, today
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import ServiceItem
from terminal.domain.evolve import Evolved, evolve
from terminal.domain.parties import Actor, Capacity, Party
from terminal.domain.policy import HallRules
from terminal.domain.records import Forwarding, Lane, Record, VisitOpened
from terminal.domain.wiping import is_wiped
from terminal.errors import NotFound, RuleRefused
from terminal.events import EventBus
from terminal.ids import Randomness, record_id
from terminal.protocol.entry import Draft
from terminal.protocol.query_code import new_token
from terminal.services import drafts
from terminal.services.acts import Circumstances, Options, case_entries, new_case_id
from terminal.services.cases import case_row
from terminal.services.issuing import Desk, Issuer
from terminal.services.lanes import outside_hours
from terminal.services.numbering import Numbering, blank_number_of
from terminal.services.papers import MAIN_PAPER, Paper, PaperMaker
from terminal.services.printing import document_view
from terminal.services.review import forwarding_to, review
from terminal.services.staff import StaffService, clerk_of
from terminal.services.views import (
    Act,
    DeclineRequest,
    IntakeDraft,
    Review,
    Role,
    Saved,
    Session,
)
from terminal.store import aggregates, blanks, journal, lists
from terminal.store.database import Ledger, Transaction
from terminal.store.journal import Journal

FIRST_YEAR, LAST_YEAR = 2020, 2099
"""A clock outside these years was never set."""

CONFIRM_A_NO = (Role.SUPERVISOR, Role.CHIEF_REPRESENTATIVE)
"""Who confirms a non-acceptance at a window, with or without a network (rules 1, Authority)."""

_ACCEPTING = (Act.ACCEPT, Act.ACCEPT_CONDITIONALLY)
_CODES = {CaseState.RECEIVED, CaseState.AWAITING_CORRECTION, CaseState.ACCEPTED}


class Items(Protocol):
    """Where items come from."""

    def item(self, code: str, version: str = "") -> ServiceItem:
        """Return an item in a version, or its newest one; raises `NotFound`."""
        ...


class IntakeService:
    """What a clerk does with an application. Any thread may call it; it blocks."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        journal: Journal,
        items: Items,
        staff: StaffService,
        numbering: Numbering,
        papers: PaperMaker,
        rules: Callable[[], HallRules],
        clock: Clock,
        randomness: Randomness,
        events: EventBus,
        desk: Desk,
        wake_printer: Callable[[], None],
        hours: tuple[str, ...] = (),
    ) -> None:
        self._hours = hours
        self._ledger = ledger
        self._journal = journal
        self._items = items
        self._staff = staff
        self._numbering = numbering
        self._papers = papers
        self._rules = rules
        self._clock = clock
        self._randomness = randomness
        self._events = events
        self._desk = desk
        self._wake_printer = wake_printer
        self._issuer = Issuer(journal, randomness, desk)

    # Drafts

    def start(
        self,
        visitor: Party,
        item_code: str,
        *,
        visit_id: str = "",
        visit_opened_at: int = 0,
        applicant: Party | None = None,
        capacity: Capacity = Capacity.SELF,
    ) -> IntakeDraft:
        """Open the form for an item; its action id is made here, not when it is saved."""
        item = self._items.item(item_code)
        now = self._clock.now().corrected
        late = outside_hours(now, self._hours, self._rules().calendar)
        draft = IntakeDraft(
            action_id=self._randomness.uuid7(),
            visit_id=visit_id or self._randomness.uuid7(),
            visit_opened_at=visit_opened_at or now,
            visitor=visitor,
            applicant=applicant or visitor,
            item_code=item.code,
            item_version=item.version,
            capacity=capacity,
            lanes=(Lane.EXTENDED_HOURS,) if late else (),
            forwarding=self._elsewhere(item, now),
        )
        return drafts.prefilled(draft, item)

    def _elsewhere(self, item: ServiceItem, now: int) -> Forwarding | None:
        """Return where the papers go of an item whose organ is in another place (跨域通办)."""
        there = item.elsewhere
        if there is None:
            return None
        day = to_local(now).date()
        return forwarding_to(there.organ, there.place, there.phone, day, self._rules().calendar)

    def resume(self, case_id: str, visitor: Party | None = None, visit_id: str = "") -> IntakeDraft:
        """Take up a case again that was received or awaits correction."""
        case = self._case(case_id)
        if case.state not in _CODES:
            raise RuleRefused(f"case.not_while_{case.state.value.lower()}")
        return IntakeDraft(
            action_id=self._randomness.uuid7(),
            visit_id=visit_id or self._randomness.uuid7(),
            visit_opened_at=self._clock.now().corrected,
            visitor=visitor or case.visitor,
            applicant=case.applicant,
            item_code=case.item_code,
            item_version=case.item_version,
            capacity=case.capacity,
            answers=dict(case.answers),
            materials={m.material_id: m for m in case.materials if not m.lacking},
            form=dict(case.form),
            case_id=case.case_id,
            lanes=case.lanes,
            forwarding=case.forwarding,
            power=case.power,
            guardian_consents=case.guardian_consents,
        )

    def review(self, draft: IntakeDraft, session: Session | None = None) -> Review:
        """Return what is answered, what lacks and what may be done now."""
        return self._reviewed(draft)[0]

    def _reviewed(self, draft: IntakeDraft) -> tuple[Review, ServiceItem]:
        item = self._items.item(draft.item_code, draft.item_version)
        draft = drafts.prefilled(draft, item)
        case = self._case(draft.case_id) if draft.case_id else None
        return review(draft, item, self._today(), self._rules(), case), item

    def _today(self) -> date:
        """Return the hall's day; a clock that is plainly wrong yields no legal dates."""
        day = today(self._clock)
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise RuleRefused("intake.clock_wrong", date=day)
        return day

    def _case(self, case_id: str) -> Case:
        case = self._ledger.read(lambda db: aggregates.load(db, case_id))
        if not isinstance(case, Case):
            raise NotFound("case.not_found", number=case_id)
        if is_wiped(case):
            raise RuleRefused("case.wiped")
        return case

    # Acts

    def receive(self, draft: IntakeDraft, session: Session) -> Saved:
        """Receive the materials (收件): the clock starts, the receipt is printed."""
        return self._act(Act.RECEIVE, draft, session, Options())

    def accept(self, draft: IntakeDraft, session: Session) -> Saved:
        """Accept the application (受理)."""
        return self._act(Act.ACCEPT, draft, session, Options())

    def accept_conditionally(self, draft: IntakeDraft, session: Session, agreed: bool) -> Saved:
        """Accept with deferrable materials to follow (容缺受理); the applicant has agreed."""
        if not agreed:
            raise RuleRefused("case.deferral_needs_consent")
        return self._act(Act.ACCEPT_CONDITIONALLY, draft, session, Options(agreed=True))

    def notify_correction(
        self, draft: IntakeDraft, session: Session, repeat_reason: str = ""
    ) -> Saved:
        """Give the one complete correction notice (补正材料一次性告知)."""
        options = Options(repeat_reason=repeat_reason)
        return self._act(Act.NOTIFY_CORRECTION, draft, session, options)

    def enter_late(
        self, draft: IntakeDraft, session: Session, second_name: str, second_password: str
    ) -> Saved:
        """Enter a handwritten receipt (补录); a second person confirms paper and time.

        The clock starts at the paper's time; what is to be done with the case comes after. The
        paper's number is used once (`case.paper_used_already`).
        """
        if draft.paper is None or not draft.paper.number.strip():
            raise RuleRefused("case.late_entry_needs_second_person")
        number = blank_number_of(draft.paper.number)
        paper = msgspec.structs.replace(draft.paper, number=number)
        draft = msgspec.structs.replace(draft, paper=paper)
        second = self._staff.second_person(second_name, second_password, session)
        return self._act(Act.RECEIVE, draft, session, Options(second=second))

    def decline(self, draft: IntakeDraft, session: Session, request: DeclineRequest) -> Saved:
        """Not accept the application (不予受理); supervisor or chief representative confirms it."""
        second = self._staff.second_person(
            request.second_name, request.second_password, session, among=CONFIRM_A_NO
        )
        return self._act(Act.DECLINE, draft, session, Options(decline=request, second=second))

    def saved_before(self, action_id: str, case_id: str = "") -> Saved | None:
        """Return what an action has saved, or None when it is new; `case_id` of a known case."""
        return self._ledger.read(lambda db: self._answer_again(db, action_id, case_id))

    def write_within(
        self,
        db: Transaction,
        act: Act,
        reviewed: Review,
        session: Session,
        options: Options,
    ) -> Saved:
        """Write an act that was reviewed and is lawful into a transaction that is going on.

        The caller tells of it and wakes the printer once it is durable.
        """
        return self._write(db, act, reviewed, reviewed.item, session, options)

    def _act(self, act: Act, draft: IntakeDraft, session: Session, options: Options) -> Saved:
        repeated = self.saved_before(draft.action_id, draft.case_id)
        if repeated is not None:
            return repeated
        reviewed, item = self._reviewed(draft)
        permission = reviewed.permission(act)
        if not permission.allowed:
            raise RuleRefused(permission.code, **permission.data)
        saved = self._ledger.write(
            lambda db: self._write(db, act, reviewed, item, session, options)
        )
        self._events.publish("case_saved", saved.case.case_id, saved.case.state.value)
        self._events.publish("journal_changed")
        self._wake_printer()
        return saved

    def _answer_again(self, db: Transaction, action_id: str, case_id: str) -> Saved | None:
        written = journal.records_of_action(db, action_id)
        if not written:
            return None
        case = aggregates.load(db, case_id or new_case_id(action_id))
        if not isinstance(case, Case):
            return None
        return self._saved(db, case, tuple(w.record_id for w in written), repeated=True)

    def _saved(
        self, db: Transaction, case: Case, record_ids: tuple[str, ...], *, repeated: bool = False
    ) -> Saved:
        documents = lists.documents_of_case(db, case.case_id)
        if not repeated:
            documents = [d for d in documents if d.head in record_ids]
        return Saved(
            case=case_row(case, self._today(), self._rules().calendar, "waiting"),
            documents=tuple(document_view(db, d) for d in documents),
            record_ids=record_ids,
            offline=case.offline,
            repeated=repeated,
        )

    def _write(
        self,
        db: Transaction,
        act: Act,
        reviewed: Review,
        item: ServiceItem,
        session: Session,
        options: Options,
    ) -> Saved:
        draft = reviewed.draft
        again = self._answer_again(db, draft.action_id, draft.case_id)
        if again is not None:
            return again
        known = aggregates.load(db, draft.case_id) if draft.case_id else None
        case = known if isinstance(known, Case) else None
        where = self._circumstances(session, item, db, case)
        if act in _ACCEPTING and (case is None or not case.case_number):
            day = self._clock.now().local.date()
            leased = self._numbering.case_number(db, self._journal.origin, day)
            if leased is not None:
                where = msgspec.structs.replace(
                    where, case_number=leased.number, lease=leased.lease
                )
        entries = case_entries(act, reviewed, case, where, options)
        opening = self._opening(db, draft, where)
        written = self._journal.append(db, draft.action_id, [*opening, *entries])
        stored = self._loaded(db, entries[0].aggregate_id)
        late = stored.late_entry if case is None else None
        if late is not None and not blanks.use(db, late.paper_number, stored.case_id):
            raise RuleRefused("case.paper_used_already", number=late.paper_number)
        papers = self._papers.of_act(
            act, stored, item, where, written[len(opening)].hash, before=case
        )
        if draft.parent_id:
            # A life event has one receipt for all of its cases.
            papers = tuple(paper for paper in papers if paper.kind != "receipt")
        issued = self._issuer.issue(db, draft.action_id, stored, papers, where.at)
        record_ids = tuple(w.record_id for w in (*written, *issued))
        return self._saved(db, stored, record_ids)

    def _circumstances(
        self, session: Session, item: ServiceItem, db: Transaction | None, case: Case | None
    ) -> Circumstances:
        now = self._clock.now()
        number = case.receipt_number if case else ""
        token = case.token if case else ""
        if db is not None and case is None:
            number = self._numbering.receipt_number(db, now.local.date())
            token = new_token(self._randomness.token_bytes(16))
        return Circumstances(
            clerk=clerk_of(session, self._desk.window),
            window=self._desk.window,
            at=now.corrected,
            receipt_number=number,
            token=token,
            offline=not self._desk.connected(),
            organ=item.organ.name if item.organ else item.department,
            issued=lists.papers_of_case(db, case.case_id) if db is not None and case else (),
        )

    def _opening(self, db: Transaction, draft: IntakeDraft, where: Circumstances) -> list[Draft]:
        """Open the visit with its first act: a greeting alone leaves nothing behind."""
        if aggregates.load(db, draft.visit_id) is not None:
            return []
        body = VisitOpened(draft.visitor, where.window, where.clerk, draft.visit_opened_at)
        return [Draft(draft.visit_id, "", body)]

    @staticmethod
    def _loaded(db: Transaction, case_id: str) -> Case:
        case = aggregates.load(db, case_id)
        if not isinstance(case, Case):
            raise NotFound("case.not_found", number=case_id)
        return case

    # Preview

    def preview(
        self,
        draft: IntakeDraft,
        session: Session,
        act: Act,
        request: DeclineRequest | None = None,
    ) -> bytes:
        """Return a PNG of the paper as it will come out; nothing is written or numbered."""
        from terminal.documents import render

        paper = self.preview_paper(draft, session, act, request)
        return render(paper.with_query_url(self._desk.public_url()), "png")

    def preview_paper(
        self,
        draft: IntakeDraft,
        session: Session,
        act: Act,
        request: DeclineRequest | None = None,
    ) -> Paper:
        """Compose the act's main paper from a case that exists only here."""
        reviewed, item = self._reviewed(draft)
        case = self._case(draft.case_id) if draft.case_id else None
        where = self._circumstances(session, item, None, case)
        if case is None:
            where = msgspec.structs.replace(
                where, receipt_number=self._numbering.placeholder(), token="preview"
            )
        options = Options(
            agreed=True, decline=request, second=Actor("supervisor", "preview") if request else None
        )
        aggregate: Case | None = case
        for entry in case_entries(act, reviewed, case, where, options):
            record = Record(
                record_id(draft.action_id, entry.aggregate_id, entry.body.kind),
                entry.aggregate_id, entry.base, "preview", where.at, entry.body,
            )  # fmt: skip
            judged = evolve(aggregate, record)
            if not isinstance(judged, Evolved) or not isinstance(judged.aggregate, Case):
                raise RuleRefused(getattr(judged, "code", "case.incomplete_record"))
            aggregate = judged.aggregate
        if aggregate is None:
            raise RuleRefused("case.incomplete_record")
        papers = self._papers.of_act(act, aggregate, item, where, "", before=case)
        main = [one for one in papers if one.kind == MAIN_PAPER[act]]
        if not main:
            raise RuleRefused("case.no_paper_of_this_act")
        return main[0]
