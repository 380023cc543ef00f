"""What departments do with a case on the hub: each act an entry of the hub, judged as any.

The desk's own rules stand here: whose case it is, and that nobody who served the applicant at a
window handles the case (受审分离). What is lawful at all is `evolve`'s.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from hub import judge
from hub.desk.answering import Grounds, drafts_of, grounds_of
from hub.desk.clock import after_arrival, after_extension, after_resuming, after_suspension
from hub.desk.numbering import numbered
from hub.hub import Hub
from hub.store import projections
from hub.store.people import Account
from terminal.clock import to_local
from terminal.domain.aggregates import Aggregate, Complaint, NegativeOutcome
from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.case import Case, CaseState
from terminal.domain.deadlines import deliver_by
from terminal.domain.parties import Actor
from terminal.domain.records import (
    Body,
    CaseAccepted,
    CaseArchived,
    CaseClaimed,
    CaseClosed,
    CaseDecided,
    CaseExtended,
    CaseReleased,
    CaseResumed,
    CaseSuspended,
    CommitmentChecked,
    ComplaintAnswered,
    ComplaintCalledBack,
    CureFailed,
    ForwardArrived,
    LegalReviewed,
    MaterialsTakenOver,
    NegativeOutcomeReviewed,
    Outcome,
    ResultReady,
    ResultThing,
    SuspensionGround,
)
from terminal.errors import InvalidInput, NotAllowed, NotFound, RuleRefused
from terminal.ids import record_id
from terminal.protocol.entry import Draft


def may_see(account: Account, case: Case) -> bool:
    """Say whether a case is of the account's organ; the legal department sees its organ's too."""
    return bool(account.organ) and account.organ == case.organ


def handled(account: Account, case: Case) -> bool:
    """Say whether this person stood at the window with this case (受审分离)."""
    clerks = {case.clerk} | {step.actor for step in case.history if step.actor.kind == "clerk"}
    return any(account.name == clerk.id or account.display_name == clerk.name for clerk in clerks)


def in_other_hands(account: Account, case: Case) -> bool:
    """Say whether somebody else of the organ has claimed the case and not put it back (领办)."""
    if case.claimed_by is None or case.claimed_by.id == account.name:
        return False
    return case.state in (CaseState.UNDER_REVIEW, CaseState.SUSPENDED)


_BY_ANYBODY = (MaterialsTakenOver, CaseClaimed, CaseReleased, CaseResumed, LegalReviewed)
"""What others of the organ may do with a case that somebody has claimed; `evolve` has its say.

A colleague who is away cannot put a case back: anybody may, and the reason says why.
"""


def actor_of(account: Account) -> Actor:
    """Return a desk account as the author of an entry."""
    kind = "supervisor" if account.supervisor else "legal" if account.legal else "department"
    return Actor(kind, account.name, account.display_name, account.organ)


class DeskActs:
    """The acts of one account; raises `NotAllowed` or `RuleRefused` with the rule's sentence.

    `calendar` gives the working days, by default those in force at the hub. Each act takes the
    id that was made when its form was opened: the same form sent twice is one act.
    """

    def __init__(
        self,
        hub: Hub,
        account: Account,
        calendar: Callable[[], WorkingDayCalendar] | None = None,
    ) -> None:
        self._hub = hub
        self._account = account
        self._actor = actor_of(account)
        self._calendar = calendar or (lambda: hub.calendar)

    # The department

    def take_over(self, case_id: str, pages: int, remark: str, action_id: str) -> None:
        """Sign for the papers of a case (综合窗口交接单)."""
        now = self._hub.now()
        self._on_case(
            case_id,
            MaterialsTakenOver,
            lambda _: MaterialsTakenOver(self._actor, pages, now, remark.strip()),
            action_id,
        )

    def claim(self, case_id: str, action_id: str) -> None:
        """Take a case from the department's queue (领办)."""
        self._on_case(
            case_id, CaseClaimed, lambda _: CaseClaimed(self._actor, self._hub.now()), action_id
        )

    def release(self, case_id: str, reason: str, action_id: str) -> None:
        """Put a case back into the queue (退回待办)."""
        self._on_case(
            case_id, CaseReleased, lambda _: CaseReleased(self._actor, reason.strip()), action_id
        )

    def register_arrival(self, case_id: str, arrived_at: int, action_id: str) -> None:
        """Register when papers from another place were received here: day 0 of the clock."""

        def make(case: Case) -> Body:
            due = after_arrival(case, arrived_at, self._calendar())
            return ForwardArrived(arrived_at, due.isoformat() if due else "", self._actor)

        if arrived_at > self._hub.now():
            raise InvalidInput("desk.in_the_future")

        self._on_case(case_id, ForwardArrived, make, action_id)

    def accept(self, case_id: str, action_id: str) -> None:
        """Accept an application that no window may accept (受理); what silence did, from then."""
        self._answer(
            case_id,
            CaseAccepted,
            lambda case, grounds: [grounds.accepted(case, self._actor, self._hub.now())],
            action_id,
        )

    def suspend(
        self,
        case_id: str,
        ground: SuspensionGround,
        basis: str,
        planned_end: dt.date,
        document_number: str,
        action_id: str,
    ) -> None:
        """Begin a special procedure whose time does not count, with a planned end (art. 45)."""

        def make(case: Case) -> Body:
            moved = after_suspension(case, self._today(), planned_end, self._calendar())
            return CaseSuspended(
                ground=ground,
                basis=basis.strip(),
                suspended_at=self._hub.now(),
                planned_end=planned_end.isoformat(),
                decide_by=moved.isoformat() if moved else "",
                document_number=document_number.strip(),
                official=self._actor,
            )

        self._on_case(case_id, CaseSuspended, make, action_id)

    def resume(self, case_id: str, result: str, action_id: str) -> None:
        """End a special procedure; the clock runs on with the days that were left."""

        def make(case: Case) -> Body:
            due = after_resuming(case, self._today(), self._calendar())
            if due is None:
                raise RuleRefused(f"case.not_while_{case.state.value.lower()}")
            return CaseResumed(self._hub.now(), due.isoformat(), self._actor, result.strip())

        self._on_case(case_id, CaseResumed, make, action_id)

    def extend(
        self,
        case_id: str,
        days: int,
        reason: str,
        basis: str,
        approved_by: str,
        document_number: str,
        action_id: str,
    ) -> None:
        """Extend the decision's limit once, with the approval of the organ's head (art. 42)."""

        def make(case: Case) -> Body:
            moved = after_extension(case, days, self._calendar())
            return CaseExtended(
                days=days,
                decide_by=moved.isoformat() if moved else "",
                reason=reason.strip(),
                basis=basis.strip(),
                approved_by=approved_by.strip(),
                document_number=document_number.strip(),
                extended_at=self._hub.now(),
                official=self._actor,
            )

        self._on_case(case_id, CaseExtended, make, action_id)

    def decide(
        self,
        case_id: str,
        *,
        outcome: Outcome,
        document_number: str,
        enforcement_number: str,
        reason: str,
        basis: str,
        action_id: str,
    ) -> None:
        """Record a decision (决定) with its document and the person's enforcement number."""

        def make(_: Case) -> Body:
            if not enforcement_number.strip():
                raise RuleRefused("hub.needs_enforcement_number")
            day = self._today()
            handover = outcome is Outcome.GRANTED
            return CaseDecided(
                outcome=outcome,
                decided_at=self._hub.now(),
                document_number=document_number.strip(),
                reason=reason.strip(),
                basis=basis.strip(),
                decider=self._actor,
                enforcement_number=enforcement_number.strip(),
                deliver_by=(deliver_by(day, self._calendar()).date.isoformat() if handover else ""),
            )

        self._on_case(case_id, CaseDecided, make, action_id)

    def fail_cure(
        self, case_id: str, reason: str, basis: str, document_number: str, action_id: str
    ) -> None:
        """End a case whose deferred materials did not come in time, in writing."""

        def make(_: Case) -> Body:
            return CureFailed(
                reason.strip(), basis.strip(), document_number.strip(), self._hub.now(),
                self._actor,
            )  # fmt: skip

        self._on_case(case_id, CureFailed, make, action_id)

    def make_ready(
        self, case_id: str, things: Sequence[ResultThing], place: str, action_id: str
    ) -> None:
        """Say what the result consists of and where it lies (出件)."""
        self._on_case(
            case_id,
            ResultReady,
            lambda _: ResultReady(tuple(things), self._hub.now(), self._actor, place.strip()),
            action_id,
        )

    def check_commitment(
        self, case_id: str, material_id: str, holds: bool, finding: str, action_id: str
    ) -> None:
        """Record what the later check of a commitment found (承诺核查)."""

        def make(_: Case) -> Body:
            return CommitmentChecked(
                material_id, holds, finding.strip(), self._hub.now(), self._actor
            )

        self._on_case(case_id, CommitmentChecked, make, action_id)

    def close(self, case_id: str, reason: str, action_id: str) -> None:
        """Close a case: after its delivery, or for a recorded reason that is listed."""
        self._on_case(
            case_id,
            CaseClosed,
            lambda _: CaseClosed(self._hub.now(), self._actor, reason.strip()),
            action_id,
        )

    def archive(self, case_id: str, shelf: str, action_id: str) -> None:
        """Put the file into the archive (归档)."""
        self._on_case(
            case_id,
            CaseArchived,
            lambda _: CaseArchived(self._hub.now(), shelf.strip(), self._actor),
            action_id,
        )

    # The legal department

    def review(self, case_id: str, passed: bool, opinion: str, action_id: str) -> None:
        """Look at a weighty licence before its decision (法制审核)."""
        self._need(self._account.legal)
        self._on_case(
            case_id,
            LegalReviewed,
            lambda _: LegalReviewed(self._actor, passed, opinion.strip(), self._hub.now()),
            action_id,
            legal=True,
        )

    def review_negative_outcome(
        self, outcome_id: str, upheld: bool, opinion: str, action_id: str
    ) -> None:
        """Look at a filed "no" (否定事项复核)."""
        self._need(self._account.legal)
        filed = self._load(outcome_id)
        if not isinstance(filed, NegativeOutcome) or filed.organ != self._account.organ:
            raise NotAllowed("hub.not_acceptable_here")
        body = NegativeOutcomeReviewed(self._actor, upheld, opinion.strip(), self._hub.now())
        judge.act(self._hub, [Draft(outcome_id, filed.head, body)], action_id)

    # The supervisor

    def answer_complaint(
        self, complaint_id: str, answer: str, mended: bool, action_id: str
    ) -> None:
        """Answer a complaint that a window took down (办不成事反映)."""
        self._need(self._account.supervisor)
        complaint = self._complaint(complaint_id)
        body = ComplaintAnswered(answer.strip(), mended, self._hub.now(), self._actor)
        judge.act(self._hub, [Draft(complaint_id, complaint.head, body)], action_id)

    def call_back(self, complaint_id: str, satisfied: bool, remark: str, action_id: str) -> None:
        """Record the call back to whoever complained (回访)."""
        self._need(self._account.supervisor)
        complaint = self._complaint(complaint_id)
        body = ComplaintCalledBack(satisfied, remark.strip(), self._hub.now(), self._actor)
        judge.act(self._hub, [Draft(complaint_id, complaint.head, body)], action_id)

    # The frame

    def _on_case(
        self,
        case_id: str,
        kind: type[Body],
        make: Callable[[Case], Body],
        action_id: str,
        *,
        legal: bool = False,
    ) -> None:
        case = self._handled(case_id, kind, action_id, legal=legal)
        if case is None:
            return
        body = make(case)

        def drafts(database: Any) -> list[Draft]:
            return [Draft(case_id, case.head, numbered(database, case, body, self._hub.now()))]

        judge.act(self._hub, drafts, action_id)

    def _answer(
        self,
        case_id: str,
        kind: type[Body],
        make: Callable[[Case, Grounds], list[Body]],
        action_id: str,
    ) -> None:
        """Answer an application: the steps that `make` returns, and their papers."""
        case = self._handled(case_id, kind, action_id)
        if case is None:
            return
        grounds = grounds_of(self._hub, case)
        if grounds is None:
            raise RuleRefused(f"case.not_while_{case.state.value.lower()}")
        bodies = make(case, grounds)
        judge.act(
            self._hub,
            lambda database: drafts_of(self._hub, database, case, grounds.item, bodies, action_id),
            action_id,
        )

    def _handled(
        self, case_id: str, kind: type[Body], action_id: str, *, legal: bool = False
    ) -> Case | None:
        """Return the case if this account may act on it; None when the act is done already."""
        if not action_id:
            raise InvalidInput("hub.form_incomplete")
        case = self._load(case_id)
        if not isinstance(case, Case) or not may_see(self._account, case):
            raise NotAllowed("hub.not_acceptable_here")
        if handled(self._account, case):
            raise NotAllowed("hub.same_person")
        if self._account.legal is not legal:
            raise NotAllowed("desk.not_for_legal" if self._account.legal else "desk.legal_only")
        # The form that was sent twice: what it asked for is done, and no second act is made.
        if case.knows(record_id(action_id, case_id, kind.kind)):
            return None
        if in_other_hands(self._account, case) and kind not in _BY_ANYBODY:
            raise RuleRefused("desk.in_other_hands")
        return case

    def _load(self, aggregate_id: str) -> Aggregate | None:
        with self._hub.store.reading() as database:
            return projections.load(database, aggregate_id)

    def _complaint(self, complaint_id: str) -> Complaint:
        found = self._load(complaint_id)
        if not isinstance(found, Complaint):
            raise NotFound("hub.not_acceptable_here")
        return found

    def _need(self, allowed: bool) -> None:
        if not allowed:
            raise NotAllowed("hub.not_acceptable_here")

    def _today(self) -> dt.date:
        return to_local(self._hub.now()).date()
