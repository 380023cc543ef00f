"""Steps of the house's own records: filed refusals, complaints, hand-overs, leased numbers."""

from __future__ import annotations

from terminal.clock import to_local
from terminal.domain.aggregates import (
    Aggregate,
    Complaint,
    LifeEventApplication,
    NegativeOutcome,
    NumberLease,
    ShiftHandover,
)
from terminal.domain.evolve.judgement import Refused, advance, born, changes, creates
from terminal.domain.numbers import year_of_series
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
    NumbersReturned,
    Record,
    ShiftHandedOver,
)
from terminal.domain.records.office import FORKED


@creates(NegativeOutcomeFiled)
def _negative_outcome_filed(
    _: None, body: NegativeOutcomeFiled, record: Record
) -> NegativeOutcome | Refused:
    """Every "no" is filed with its reason and basis (否定事项备案)."""
    if not body.reason.strip() or not body.basis.strip():
        return Refused("case.refusal_needs_reason")
    return born(NegativeOutcome, record, body.said_by)


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
    return born(Complaint, record, body.taken_by)


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
        complaint, record, body.supervisor,
        called_at=body.called_at, satisfied=body.satisfied, called_remark=body.remark,
    )  # fmt: skip


@creates(ShiftHandedOver)
def _shift_handed_over(_: None, body: ShiftHandedOver, record: Record) -> ShiftHandover | Refused:
    """Both sides sign, so they are two persons."""
    if not body.incoming.id or body.incoming.id == body.outgoing.id:
        return Refused("handover.two_persons")
    return born(ShiftHandover, record, body.outgoing)


@creates(NumbersLeased)
def _numbers_leased(_: None, body: NumbersLeased, record: Record) -> NumberLease | Refused:
    """Blocks of numbers come from the hub alone."""
    if record.origin != HUB_ORIGIN:
        return Refused("case.number_only_from_hub")
    if not 0 < body.first <= body.last:
        return Refused("number.empty_block")
    return born(NumberLease, record, Actor("system"))


@changes(NumbersReturned, NumberLease)
def _numbers_returned(
    lease: NumberLease, body: NumbersReturned, record: Record
) -> NumberLease | Refused:
    """What is left of a block goes back, by its own terminal, when its year is over.

    Or when a disk was restored or cloned: then others may have given what seems to be left.
    """
    if record.origin != lease.terminal_id:
        return Refused("number.block_of_another")
    if not lease.first <= body.first <= body.last == lease.last:
        return Refused("number.empty_block")
    over = to_local(record.at).year > year_of_series(lease.series)
    if not over and body.reason != FORKED:
        return Refused("number.year_still_runs")
    # Two disks of one terminal may both say so: what either of them left is void.
    first = min(lease.void_from or body.first, body.first)
    return advance(lease, record, Actor("system"), void_from=first, returned_at=body.returned_at)


@creates(LifeEventApplied)
def _life_event_applied(
    _: None, body: LifeEventApplied, record: Record
) -> LifeEventApplication | Refused:
    """One application, a case for each of its items."""
    if not body.case_ids or len(set(body.case_ids)) != len(body.case_ids):
        return Refused("life_event.no_cases")
    return born(LifeEventApplication, record, body.clerk)


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
