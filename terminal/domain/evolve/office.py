"""Steps of the house's own records: filed refusals, complaints, hand-overs, leased numbers."""

from __future__ import annotations

from terminal.domain.aggregates import (
    Aggregate,
    Complaint,
    LifeEventApplication,
    NegativeOutcome,
    NumberLease,
    ShiftHandover,
)
from terminal.domain.evolve.judgement import Refused, advance, changes, creates, line
from terminal.domain.parties import Actor
from terminal.domain.records import (
    HUB_ORIGIN,
    ComplaintAnswered,
    ComplaintCalledBack,
    ComplaintFiled,
    ConflictResolved,
    LifeEventApplied,
    NegativeOutcomeFiled,
    NegativeOutcomeReviewed,
    NumbersLeased,
    Record,
    ShiftHandedOver,
)


@creates(NegativeOutcomeFiled)
def _negative_outcome_filed(
    _: None, body: NegativeOutcomeFiled, record: Record
) -> NegativeOutcome | Refused:
    """Every "no" is filed with its reason and basis (否定事项备案)."""
    if not body.reason.strip() or not body.basis.strip():
        return Refused("case.refusal_needs_reason")
    return NegativeOutcome(
        outcome_id=record.aggregate_id,
        head=record.record_id,
        case_id=body.case_id,
        receipt_number=body.receipt_number,
        organ=body.organ,
        item_name=body.item_name,
        outcome=body.outcome,
        reason=body.reason,
        basis=body.basis,
        said_by=body.said_by,
        said_at=body.said_at,
        history=(line(record, body.said_by),),
    )


@changes(NegativeOutcomeReviewed, NegativeOutcome)
def _negative_outcome_reviewed(
    filed: NegativeOutcome, body: NegativeOutcomeReviewed, record: Record
) -> NegativeOutcome | Refused:
    """Reviewed once, by another person than the one who said it, with an opinion."""
    if filed.reviewer is not None:
        return Refused("negative_outcome.reviewed_already")
    if body.reviewer.id == filed.said_by.id:
        return Refused("case.review_by_another")
    if not body.opinion.strip():
        return Refused("case.reason_missing")
    return advance(
        filed, record, body.reviewer,
        reviewer=body.reviewer, upheld=body.upheld, opinion=body.opinion,
        reviewed_at=body.reviewed_at,
    )  # fmt: skip


@creates(ComplaintFiled)
def _complaint_filed(_: None, body: ComplaintFiled, record: Record) -> Complaint | Refused:
    """A complaint has words, a number and the date of its answer."""
    if not body.text.strip() or not body.number or not body.answer_by:
        return Refused("complaint.incomplete")
    return Complaint(
        complaint_id=record.aggregate_id,
        head=record.record_id,
        number=body.number,
        text=body.text,
        against=body.against,
        complainant=body.complainant,
        window=body.window,
        taken_by=body.taken_by,
        filed_at=body.filed_at,
        answer_by=body.answer_by,
        case_id=body.case_id,
        hotline_number=body.hotline_number,
        history=(line(record, body.taken_by),),
    )


@changes(ComplaintAnswered, Complaint)
def _complaint_answered(
    complaint: Complaint, body: ComplaintAnswered, record: Record
) -> Complaint | Refused:
    """The supervisor answers, never the window that took it, nor the one it is against."""
    if complaint.answered_at:
        return Refused("complaint.answered_already")
    if not body.answer.strip():
        return Refused("case.reason_missing")
    if body.supervisor.kind != "supervisor" or body.supervisor.id == complaint.taken_by.id:
        return Refused("complaint.supervisor_only")
    if complaint.against and complaint.against in (body.supervisor.id, body.supervisor.name):
        return Refused("complaint.not_the_one_named")
    return advance(
        complaint, record, body.supervisor,
        answer=body.answer, mended=body.mended, answered_at=body.answered_at,
    )  # fmt: skip


@changes(ComplaintCalledBack, Complaint)
def _complaint_called_back(
    complaint: Complaint, body: ComplaintCalledBack, record: Record
) -> Complaint | Refused:
    """Every mended one is called back (回访)."""
    if not complaint.answered_at:
        return Refused("complaint.not_answered")
    if complaint.called_at:
        return Refused("complaint.called_already")
    if body.supervisor.kind != "supervisor":
        return Refused("complaint.supervisor_only")
    return advance(
        complaint, record, body.supervisor, called_at=body.called_at, satisfied=body.satisfied
    )


@creates(ShiftHandedOver)
def _shift_handed_over(_: None, body: ShiftHandedOver, record: Record) -> ShiftHandover | Refused:
    """Both sides sign, so they are two persons."""
    if not body.incoming.id or body.incoming.id == body.outgoing.id:
        return Refused("handover.two_persons")
    return ShiftHandover(
        handover_id=record.aggregate_id,
        head=record.record_id,
        window=body.window,
        outgoing=body.outgoing,
        incoming=body.incoming,
        handed_over_at=body.handed_over_at,
        facts=body.facts,
        successors=body.successors,
        remark=body.remark,
        history=(line(record, body.outgoing),),
    )


@creates(NumbersLeased)
def _numbers_leased(_: None, body: NumbersLeased, record: Record) -> NumberLease | Refused:
    """Blocks of numbers come from the hub alone."""
    if record.origin != HUB_ORIGIN:
        return Refused("case.number_only_from_hub")
    if not 0 < body.first <= body.last:
        return Refused("number.empty_block")
    return NumberLease(
        lease_id=record.aggregate_id,
        head=record.record_id,
        series=body.series,
        terminal_id=body.terminal_id,
        first=body.first,
        last=body.last,
        leased_at=body.leased_at,
        history=(line(record, Actor("system")),),
    )


@creates(LifeEventApplied)
def _life_event_applied(
    _: None, body: LifeEventApplied, record: Record
) -> LifeEventApplication | Refused:
    """One application, a case for each of its items."""
    if not body.case_ids or len(set(body.case_ids)) != len(body.case_ids):
        return Refused("life_event.no_cases")
    return LifeEventApplication(
        application_id=record.aggregate_id,
        head=record.record_id,
        event_id=body.event_id,
        event_name=body.event_name,
        receipt_number=body.receipt_number,
        visit_id=body.visit_id,
        applicant=body.applicant,
        answers=body.answers,
        form=body.form,
        case_ids=body.case_ids,
        applied_at=body.applied_at,
        window=body.window,
        clerk=body.clerk,
        token=body.token,
        history=(line(record, body.clerk),),
    )


@changes(ConflictResolved, Aggregate)  # type: ignore[arg-type]
def _conflict_resolved(
    aggregate: Aggregate, body: ConflictResolved, record: Record
) -> Aggregate | Refused:
    """A line in the history of whatever it was about; nothing else changes.

    The first fact keeps its effect: what should follow from the second is a step of its own,
    judged as any other.
    """
    if record.origin != HUB_ORIGIN:
        return Refused("conflict.only_at_hub")
    if not body.reason.strip():
        return Refused("case.reason_missing")
    if body.supervisor.kind != "supervisor" or not body.supervisor.id:
        return Refused("conflict.needs_supervisor")
    return advance(aggregate, record, body.supervisor)
