"""Other ways in: for another place, outside the hours, by an agent who may not commit."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from terminal.clock import CHINA_TIME, to_milliseconds
from terminal.domain.case import CaseState
from terminal.domain.catalogue import Way
from terminal.domain.parties import Capacity, PowerOfAttorney
from terminal.domain.records import Lane
from terminal.errors import RuleRefused
from terminal.services import drafts
from terminal.services.lanes import outside_hours
from terminal.services.review import forwarding_to
from terminal.services.views import Act, IntakeDraft
from tests.core.hall import LEASE, OTHER, Hall

HOURS = ("09:00-12:00", "13:00-17:00")


def moment(text: str) -> int:
    return to_milliseconds(dt.datetime.fromisoformat(text).replace(tzinfo=CHINA_TIME))


@pytest.mark.parametrize(
    ("text", "outside"),
    [
        ("2026-11-23T09:00", False),
        ("2026-11-23T08:59", True),
        ("2026-11-23T12:00", True),
        ("2026-11-23T16:59", False),
        ("2026-11-22T10:00", True),
        ("2026-10-10T10:00", False),
    ],
)
def test_hours_of_the_hall(hall: Hall, text: str, outside: bool) -> None:
    assert outside_hours(moment(text), HOURS, hall.ctx.calendar) is outside
    assert not outside_hours(moment(text), (), hall.ctx.calendar)
    assert not outside_hours(moment(text), ("nine to five", "12:00-09:00"), hall.ctx.calendar)


def elsewhere(hall: Hall) -> IntakeDraft:
    day = dt.date(2026, 11, 27)
    made = forwarding_to(" 邻区市场监管局 ", "邻区", "", day, hall.ctx.calendar)
    # A Friday and one working day.
    assert made.forward_by == "2026-11-30"
    return msgspec.structs.replace(hall.complete(), forwarding=made)


def test_for_another_place_nothing_but_the_forwarding_is_promised(hall: Hall) -> None:
    review = hall.ctx.intake.review(elsewhere(hall))
    law = review.law
    assert (law.respond_by, law.committed_by, law.statutory_by) == (None, None, None)
    assert not law.silence_accepts
    assert law.forward_by is not None
    assert [p.act for p in review.permissions if p.allowed] == [Act.RECEIVE]
    with pytest.raises(RuleRefused) as refused:
        hall.ctx.intake.accept(elsewhere(hall), hall.clerk)
    assert refused.value.code == "act.another_place_accepts"


def test_both_places_and_times_are_kept(hall: Hall) -> None:
    saved = hall.ctx.intake.receive(elsewhere(hall), hall.clerk)
    case_id = saved.case.case_id
    hall.ctx.casework.forward(case_id, "专人", "", hall.clerk)
    arrived = moment("2026-11-24T09:00")
    hall.ctx.casework.register_arrival(case_id, arrived, hall.clerk)
    case = hall.ctx.cases.case(case_id)
    assert case.forwarding is not None
    assert case.forwarding.organ == "邻区市场监管局"
    assert case.arrived_at == arrived != case.received_at
    assert (case.state, case.respond_by) == (CaseState.RECEIVED, "2026-12-01")
    # Taken up again here it still is another organ's to accept.
    resumed = hall.ctx.intake.resume(case_id)
    assert resumed.forwarding == case.forwarding
    assert not any(p.allowed for p in hall.ctx.intake.review(resumed).permissions)


def by_agent(hall: Hall, power: PowerOfAttorney) -> IntakeDraft:
    draft = drafts.with_applicant(hall.complete(), OTHER, Capacity.AGENT)
    draft = drafts.with_consents(draft, power, guardian_consents=False)
    return drafts.with_material(draft, drafts.received(LEASE, way=Way.COMMITMENT))


def test_an_agent_commits_only_with_the_right_to(hall: Hall) -> None:
    def ways(draft: IntakeDraft) -> tuple[Way, ...]:
        lines = hall.ctx.intake.review(draft).materials
        return next(line.ways for line in lines if line.material.id == LEASE.id)

    without, with_right = PowerOfAttorney(), PowerOfAttorney(may_commit=True)
    review = hall.ctx.intake.review(by_agent(hall, without))
    assert "intake.agent_may_not_commit" in [p.code for p in review.problems]
    assert Way.COMMITMENT not in ways(by_agent(hall, without))
    with pytest.raises(RuleRefused):
        hall.ctx.intake.accept(by_agent(hall, without), hall.clerk)
    assert Way.COMMITMENT in ways(by_agent(hall, with_right))
    saved = hall.ctx.intake.accept(by_agent(hall, with_right), hall.clerk)
    case = hall.ctx.cases.case(saved.case.case_id)
    assert case.power == with_right


def test_lanes_are_counted_for_the_day(hall: Hall) -> None:
    flagged = msgspec.structs.replace(hall.complete(), lanes=(Lane.PRIORITY, Lane.APPOINTMENT))
    hall.ctx.intake.receive(flagged, hall.clerk)
    hall.ctx.intake.receive(hall.complete(), hall.clerk)
    facts = hall.ctx.shifts.facts(hall.clerk)
    assert facts.lanes == {Lane.PRIORITY: 1, Lane.APPOINTMENT: 1}
    assert facts.record["lane_PRIORITY"] == 1
    assert "lane_PRIORITY" not in facts.counts
