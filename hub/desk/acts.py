"""What departments do with a case on the hub: each act an entry of the hub, judged as any.

The desk's own rules stand here: whose case it is, and that nobody who served the applicant at a
window handles the case (受审分离). What is lawful at all is `evolve`'s.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from hub import judge
from hub.desk import papers
from hub.desk.answers import Answers
from hub.desk.clock import after_arrival, after_extension, after_resuming, after_suspension
from hub.desk.grounds import rules_for
from terminal.domain.aggregates import NegativeOutcome
from terminal.domain.case import Case
from terminal.domain.deadlines import deliver_by
from terminal.domain.records import (
    Body,
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
from terminal.errors import InvalidInput, NotAllowed, RuleRefused
from terminal.protocol.entry import Draft


class DeskActs(Answers):
    """The acts of one account; raises `NotAllowed` or `RuleRefused` with the rule's sentence.

    Each act takes the id that was made when its form was opened: the same form sent twice is one
    act.
    """

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
            limits = rules_for(self._hub, case).policy.clock(case.regime)
            due = after_arrival(case, arrived_at, self._calendar(), limits)
            return ForwardArrived(arrived_at, due.isoformat() if due else "", self._actor)

        if arrived_at > self._hub.now():
            raise InvalidInput("desk.in_the_future")

        self._on_case(case_id, ForwardArrived, make, action_id)

    def suspend(
        self,
        case_id: str,
        ground: SuspensionGround,
        basis: str,
        planned_end: dt.date,
        document_number: str,
        action_id: str,
    ) -> None:
        """Begin a special procedure whose time does not count, with a planned end (art. 45).

        One of the item's own only where its guide names one (`case.no_item_procedure`).
        """

        def make(case: Case) -> Body:
            own = ground is SuspensionGround.ITEM
            if own and not papers.item_of(self._hub, case).special_procedures:
                raise RuleRefused("case.no_item_procedure")
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
