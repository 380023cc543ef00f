"""Steps of the department's procedure: hand-over, claim, special procedures, decision."""

from __future__ import annotations

from terminal.clock import to_local
from terminal.domain.case import (
    Case,
    CaseState,
    CommitmentCheck,
    Decision,
    Extension,
    LegalReview,
    PapersHandover,
    Suspension,
)
from terminal.domain.deadlines import clock_of
from terminal.domain.evolve.judgement import Refused, advance, changes, wrong_state
from terminal.domain.parties import MaterialStatus
from terminal.domain.records import (
    HUB_ORIGIN,
    CaseClaimed,
    CaseDecided,
    CaseExtended,
    CaseReleased,
    CaseResumed,
    CaseSuspended,
    CommitmentChecked,
    CureFailed,
    LegalReviewed,
    MaterialsHandedOver,
    MaterialsTakenOver,
    Outcome,
    Record,
)

_IN_HAND = (CaseState.ACCEPTED, CaseState.UNDER_REVIEW)
CHIEF = "chief"
"""Actor of a named chief representative (首席事务代表) at a window."""


@changes(MaterialsHandedOver, Case)
def _materials_handed_over(case: Case, body: MaterialsHandedOver, record: Record) -> Case | Refused:
    """The window hands the papers over, with the number of pages; once until they come back."""
    if not case.state.open:
        return wrong_state(case)
    if body.pages < 1:
        return Refused("case.pages_missing")
    if case.papers is not None and case.papers.official is None:
        return Refused("case.already_handed_over")
    papers = PapersHandover(body.clerk, body.pages, body.handed_over_at)
    return advance(case, record, body.clerk, papers=papers)


@changes(MaterialsTakenOver, Case)
def _materials_taken_over(case: Case, body: MaterialsTakenOver, record: Record) -> Case | Refused:
    """The department signs for what it got; another number of pages is said in words."""
    papers = case.papers
    if papers is None or papers.official is not None:
        return Refused("case.nothing_handed_over")
    if body.official.id == papers.clerk.id:
        return Refused("case.both_sides_sign")
    if body.pages != papers.pages and not body.remark.strip():
        return Refused("case.pages_differ")
    taken = PapersHandover(
        papers.clerk, papers.pages, papers.handed_over_at,
        body.official, body.pages, body.taken_over_at, body.remark,
    )  # fmt: skip
    return advance(case, record, body.official, papers=taken)


@changes(CaseClaimed, Case)
def _case_claimed(case: Case, body: CaseClaimed, record: Record) -> Case | Refused:
    """An official takes an accepted case (领办): the hub alone knows who was first."""
    if record.origin != HUB_ORIGIN:
        return Refused("case.department_only")
    if case.state is CaseState.UNDER_REVIEW and case.claimed_by is not None:
        return Refused("case.claimed_already")
    if case.state is not CaseState.ACCEPTED:
        return wrong_state(case)
    return advance(
        case, record, body.official, state=CaseState.UNDER_REVIEW, claimed_by=body.official
    )


@changes(CaseReleased, Case)
def _case_released(case: Case, body: CaseReleased, record: Record) -> Case | Refused:
    if case.state is not CaseState.UNDER_REVIEW:
        return wrong_state(case)
    if record.origin != HUB_ORIGIN:
        return Refused("case.department_only")
    if not body.reason.strip():
        return Refused("case.reason_missing")
    return advance(case, record, body.official, state=CaseState.ACCEPTED, claimed_by=None)


@changes(CaseSuspended, Case)
def _case_suspended(case: Case, body: CaseSuspended, record: Record) -> Case | Refused:
    """Only the procedures of art. 45 or of the item, told in writing, with a planned end.

    Once the limit is past no time is left that could stand: what is late stays late.
    """
    if case.state not in _IN_HAND:
        return wrong_state(case)
    if record.origin != HUB_ORIGIN:
        return Refused("case.department_only")
    today = to_local(body.suspended_at).date().isoformat()
    if case.decide_by and case.decide_by < today:
        return Refused("case.limit_is_past")
    if not body.document_number.strip() or not body.basis.strip():
        return Refused("case.suspension_needs_notice")
    if body.planned_end < today or not body.decide_by or body.decide_by < case.decide_by:
        return Refused("case.suspension_needs_end")
    if _past_expiry(case, body.decide_by):
        return Refused("case.past_expiry")
    suspension = Suspension(
        body.ground, body.basis, body.suspended_at, body.planned_end, case.decide_by,
        body.document_number, body.official,
    )  # fmt: skip
    return advance(
        case, record, body.official,
        state=CaseState.SUSPENDED, decide_by=body.decide_by,
        suspensions=(*case.suspensions, suspension),
    )  # fmt: skip


@changes(CaseResumed, Case)
def _case_resumed(case: Case, body: CaseResumed, record: Record) -> Case | Refused:
    """The clock runs on; never later than the planned end allows (no suspension to hide)."""
    if case.state is not CaseState.SUSPENDED:
        return wrong_state(case)
    if record.origin != HUB_ORIGIN:
        return Refused("case.department_only")
    going_on = case.suspension
    assert going_on is not None
    if not going_on.decide_by_before <= body.decide_by <= case.decide_by:
        return Refused("case.clock_stretched")
    done = Suspension(
        going_on.ground, going_on.basis, going_on.suspended_at, going_on.planned_end,
        going_on.decide_by_before, going_on.document_number, going_on.official,
        body.resumed_at, body.result,
    )  # fmt: skip
    state = CaseState.UNDER_REVIEW if case.claimed_by is not None else CaseState.ACCEPTED
    return advance(
        case, record, body.official,
        state=state, decide_by=body.decide_by, suspensions=(*case.suspensions[:-1], done),
    )  # fmt: skip


@changes(CaseExtended, Case)
def _case_extended(case: Case, body: CaseExtended, record: Record) -> Case | Refused:
    """Once, within the limit, approved by the head of the organ, with the reason told (art. 42)."""
    if case.state not in _IN_HAND:
        return wrong_state(case)
    if record.origin != HUB_ORIGIN:
        return Refused("case.department_only")
    if case.extension is not None:
        return Refused("case.extended_already")
    if case.decide_by and case.decide_by < to_local(body.extended_at).date().isoformat():
        return Refused("case.limit_is_past")
    if not body.approved_by.strip() or not body.reason.strip():
        return Refused("case.extension_needs_approval")
    if not body.document_number.strip() or not body.basis.strip():
        return Refused("case.extension_needs_notice")
    longest = clock_of(case.regime).longest_extension(joint=case.joint)
    if body.days < 1 or longest is None or body.days > longest:
        return Refused("case.extension_too_long")
    if body.decide_by <= case.decide_by:
        return Refused("case.extension_needs_notice")
    if _past_expiry(case, body.decide_by):
        return Refused("case.past_expiry")
    extension = Extension(
        body.days, body.reason, body.basis, body.approved_by, body.document_number,
        body.extended_at, case.decide_by,
    )  # fmt: skip
    return advance(case, record, body.official, decide_by=body.decide_by, extension=extension)


def _past_expiry(case: Case, decide_by: str) -> bool:
    """Say whether a decision on a renewal would wait until the licence has run out (art. 50)."""
    return bool(case.expires) and case.decide_by <= case.expires < decide_by


@changes(LegalReviewed, Case)
def _legal_reviewed(case: Case, body: LegalReviewed, record: Record) -> Case | Refused:
    """The legal department looks before a weighty decision, never the one who decides."""
    if case.state not in _IN_HAND:
        return wrong_state(case)
    if record.origin != HUB_ORIGIN:
        return Refused("case.department_only")
    if not body.opinion.strip():
        return Refused("case.reason_missing")
    if case.claimed_by is not None and case.claimed_by.id == body.reviewer.id:
        return Refused("case.review_by_another")
    review = LegalReview(body.reviewer, body.passed, body.opinion, body.reviewed_at)
    return advance(case, record, body.reviewer, legal_review=review)


@changes(CaseDecided, Case)
def _case_decided(case: Case, body: CaseDecided, record: Record) -> Case | Refused:
    """A decision follows an acceptance, has a document, and withholds nothing uncured."""
    if case.state not in _IN_HAND:
        return wrong_state(case)
    if not body.document_number.strip():
        return Refused("case.decision_needs_document")
    if body.outcome is not Outcome.GRANTED and not (body.reason.strip() and body.basis.strip()):
        return Refused("case.refusal_needs_reason")
    if body.outcome is not Outcome.GRANTED and case.renewed_by_silence(to_local(record.at).date()):
        return Refused("case.renewed_by_silence")
    if body.outcome is Outcome.GRANTED and case.deferred:
        return Refused("case.deferred_not_cured")
    if refused := _may_not_decide(case, body, record):
        return refused
    decision = Decision(
        body.outcome, body.decided_at, body.document_number, body.reason, body.basis,
        body.decider, body.enforcement_number,
    )  # fmt: skip
    return advance(
        case, record, body.decider,
        state=CaseState.DECIDED, decision=decision, deliver_by=body.deliver_by,
    )  # fmt: skip


def _may_not_decide(case: Case, body: CaseDecided, record: Record) -> Refused | None:
    """The department decides, on the hub; at a window a named chief representative only."""
    if record.origin != HUB_ORIGIN:
        if body.decider.kind != CHIEF or not body.authority.strip():
            return Refused("case.decision_by_department")
        if not body.enforcement_number.strip():
            return Refused("case.needs_enforcement_number")
    if case.legal_review_needed:
        if case.legal_review is None:
            return Refused("case.legal_review_missing")
        if body.outcome is Outcome.GRANTED and not case.legal_review.passed:
            return Refused("case.legal_review_failed")
        if case.legal_review.reviewer.id == body.decider.id:
            return Refused("case.review_by_another")
    return None


@changes(CureFailed, Case)
def _cure_failed(case: Case, body: CureFailed, record: Record) -> Case | Refused:
    """Deferred materials that did not come by their day end the case, in writing."""
    if case.state not in (*_IN_HAND, CaseState.SUSPENDED):
        return wrong_state(case)
    if not case.deferred:
        return Refused("case.nothing_deferred")
    if to_local(body.failed_at).date().isoformat() <= case.cure_by:
        return Refused("case.cure_still_runs")
    if not body.document_number.strip() or not body.reason.strip() or not body.basis.strip():
        return Refused("case.refusal_needs_reason")
    if case.renewed_by_silence(to_local(body.failed_at).date()):
        return Refused("case.renewed_by_silence")
    decision = Decision(
        Outcome.TERMINATED, body.failed_at, body.document_number, body.reason, body.basis,
        body.actor,
    )  # fmt: skip
    return advance(case, record, body.actor, state=CaseState.DECIDED, decision=decision)


@changes(CommitmentChecked, Case)
def _commitment_checked(case: Case, body: CommitmentChecked, record: Record) -> Case | Refused:
    """A commitment is checked afterwards (承诺核查), once, with what was found."""
    if case.state in (CaseState.WITHDRAWN, CaseState.VOID, CaseState.NOT_ACCEPTED):
        return wrong_state(case)
    committed = {
        entry.material_id
        for entry in case.unchecked_commitments
        if entry.status is MaterialStatus.RECEIVED
    }
    if body.material_id not in committed:
        return Refused("case.no_such_commitment")
    if not body.finding.strip():
        return Refused("case.reason_missing")
    check = CommitmentCheck(
        body.material_id, body.holds, body.finding, body.checked_at, body.official
    )
    return advance(case, record, body.official, commitment_checks=(*case.commitment_checks, check))
