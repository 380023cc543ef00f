"""Steps of a visit and of its rating."""

from __future__ import annotations

from terminal.domain.aggregates import Rating, Visit
from terminal.domain.evolve.judgement import Refused, advance, born, changes, creates
from terminal.domain.parties import Actor
from terminal.domain.records import (
    InvitationClosed,
    RatingGiven,
    RatingScope,
    Record,
    VisitEnded,
    VisitOpened,
    VisitParked,
    VisitTakenUp,
)


@creates(VisitOpened)
def _visit_opened(_: None, body: VisitOpened, record: Record) -> Visit:
    return born(Visit, record, body.clerk)


@changes(VisitEnded, Visit)
def _visit_ended(visit: Visit, body: VisitEnded, record: Record) -> Visit | Refused:
    if visit.ended_at:
        return Refused("visit.already_ended")
    invitation = "invited" if body.invited_to_rate else ""
    return advance(
        visit, record, body.clerk,
        ended_at=record.at, originals=body.originals, invitation=invitation,
    )  # fmt: skip


@changes(InvitationClosed, Visit)
def _invitation_closed(visit: Visit, body: InvitationClosed, record: Record) -> Visit | Refused:
    if visit.invitation != "invited":
        return Refused("rating.not_invited")
    return advance(visit, record, Actor("visitor"), invitation=body.how)


@changes(VisitParked, Visit)
def _visit_parked(visit: Visit, body: VisitParked, record: Record) -> Visit | Refused:
    """Park a visit (暂离): whoever has gone on cannot be parked, nor twice."""
    if visit.ended_at:
        return Refused("visit.already_ended")
    if visit.parked_at:
        return Refused("visit.already_parked")
    return advance(visit, record, body.clerk, parked_at=record.at, parked_for=body.reason)


@changes(VisitTakenUp, Visit)
def _visit_taken_up(visit: Visit, body: VisitTakenUp, record: Record) -> Visit | Refused:
    if visit.ended_at:
        return Refused("visit.already_ended")
    if not visit.parked_at:
        return Refused("visit.not_parked")
    return advance(visit, record, body.clerk, parked_at=0, parked_for="")


@creates(RatingGiven)
def _rating_given(_: None, body: RatingGiven, record: Record) -> Rating | Refused:
    """A rating comes from a citizen's device and has a grade from 1 to 5."""
    if body.grade not in (1, 2, 3, 4, 5):
        return Refused("rating.no_such_grade")
    if not body.device or body.scope not in RatingScope:
        return Refused("rating.needs_device")
    return born(Rating, record, Actor("visitor"), scope=body.scope.value)
