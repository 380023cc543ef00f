"""Other ways in: for another place, outside the hours, by an agent who may not commit."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from terminal.clock import CHINA_TIME, FixedClock, to_milliseconds
from terminal.domain.calendar import WorkingDayCalendar, YearNotice
from terminal.domain.case import CaseState
from terminal.domain.catalogue import Way
from terminal.domain.materials import received
from terminal.domain.parties import Capacity, Party, PowerOfAttorney
from terminal.domain.policy import Bar, credit_key
from terminal.domain.records import Lane
from terminal.errors import RuleRefused
from terminal.services import drafts
from terminal.services.cases import case_row
from terminal.services.lanes import outside_hours
from terminal.services.review import forwarding_to, review
from terminal.services.views import Act, IntakeDraft
from tests.core.hall import AT_ONCE, FAR_AWAY, FORM, LEASE, OTHER, PLAIN, VISITOR, Hall, number_of

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
    return drafts.with_material(draft, received(LEASE, way=Way.COMMITMENT))


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


def test_an_item_of_another_place_goes_there_without_being_told(hall: Hall) -> None:
    draft = hall.complete(FAR_AWAY)
    assert draft.forwarding is not None
    assert (draft.forwarding.organ, draft.forwarding.forward_by) == ("邻区医疗保障局", "2026-11-24")
    review = hall.ctx.intake.review(draft)
    assert [p.act for p in review.permissions if p.allowed] == [Act.RECEIVE]


def test_where_intake_equals_acceptance_nothing_complete_is_only_received(hall: Hall) -> None:
    whole = hall.complete(AT_ONCE)
    with pytest.raises(RuleRefused) as refused:
        hall.ctx.intake.receive(whole, hall.clerk)
    assert refused.value.code == "act.accepted_on_receipt"
    accepted = hall.ctx.intake.accept(whole, hall.clerk).case.case_id
    assert hall.ctx.cases.case(accepted).lanes == (Lane.ACCEPTED_ON_RECEIPT,), "and it is counted"
    # What lacks something is received as anywhere, and counted as nothing.
    part = hall.with_all(hall.draft(AT_ONCE), but=("form",))
    received = hall.ctx.intake.receive(part, hall.clerk).case.case_id
    assert hall.ctx.cases.case(received).lanes == ()


def test_a_commitment_has_the_day_of_its_check_and_how_it_was_chosen(hall: Hall) -> None:
    told = moment("2026-11-23T10:30")
    draft = drafts.with_material(hall.complete(), drafts.committed(LEASE, told))
    case = hall.ctx.cases.case(hall.ctx.intake.accept(draft, hall.clerk).case.case_id)
    assert case.check_by == "2027-01-05", "thirty working days, New Year left out"
    (lease,) = [one for one in case.materials if one.material_id == LEASE.id]
    assert lease.choice is not None
    assert (lease.choice.told_at, lease.choice.freely) == (told, True)
    without = hall.ctx.intake.accept(hall.complete(), hall.clerk).case.case_id
    assert hall.ctx.cases.case(without).check_by == ""
    # One that comes later has its day from then on.
    waiting = hall.with_all(hall.draft(), but=(LEASE.id,))
    noticed = hall.ctx.intake.notify_correction(waiting, hall.clerk).case.case_id
    brought = drafts.with_material(hall.ctx.intake.resume(noticed), drafts.committed(LEASE, told))
    hall.ctx.intake.accept(brought, hall.clerk)
    assert hall.ctx.cases.case(noticed).check_by == "2027-01-05"


def test_whoever_broke_a_commitment_brings_the_proof(hall: Hall) -> None:
    rules = hall.ctx.policy.rules()
    bar = Bar("2026-10-12", "5116-01-261012-KTM7-0001-7")
    barred = msgspec.structs.replace(rules, barred={credit_key(VISITOR): bar})
    draft = drafts.with_material(hall.complete(), received(LEASE, way=Way.COMMITMENT))
    item = hall.ctx.catalogue.item(draft.item_code)
    today = dt.date(2026, 11, 23)
    assert not review(draft, item, today, rules).problems
    reviewed = review(draft, item, today, barred)
    (wrong,) = reviewed.problems
    assert (wrong.where, wrong.code) == ("materials.lease", "intake.commitment_barred")
    assert not reviewed.permission(Act.ACCEPT).allowed
    (line,) = [one for one in reviewed.materials if one.material.id == LEASE.id]
    assert not {Way.COMMITMENT, Way.DEFERRED} & set(line.ways)
    # Nothing comes later either.
    later = drafts.with_material(hall.complete(), drafts.deferred(LEASE))
    (wrong,) = review(later, item, today, barred).problems
    assert (wrong.where, wrong.code) == ("materials.lease", "intake.deferral_barred")
    assert not review(later, item, today, barred).permission(Act.ACCEPT_CONDITIONALLY).allowed
    # It bars the person, not the next visitor.
    other = msgspec.structs.replace(draft, visitor=OTHER, applicant=OTHER)
    assert not review(other, item, today, barred).problems


def test_a_guardians_consent_is_known_again_from_the_ledger(hall: Hall) -> None:
    child = Party("张小小", identity_number=number_of("21021120180504123"))
    draft = msgspec.structs.replace(
        hall.with_all(hall.draft(PLAIN), but=(FORM.id,)), applicant=child,
        capacity=Capacity.GUARDIAN,
    )  # fmt: skip
    codes = [one.code for one in hall.ctx.intake.review(draft).problems]
    assert codes == ["intake.needs_consent"]
    agreed = drafts.with_consents(draft, None, guardian_consents=True)
    case_id = hall.ctx.intake.receive(agreed, hall.clerk).case.case_id
    assert hall.ctx.cases.case(case_id).guardian_consents
    assert hall.ctx.intake.resume(case_id).guardian_consents
    plain = hall.ctx.intake.receive(hall.draft(PLAIN), hall.clerk).case.case_id
    assert not hall.ctx.intake.resume(plain).guardian_consents


def test_a_limit_across_an_unknown_year_is_marked_and_stays_when_the_notice_comes(
    hall: Hall, hall_clock: FixedClock
) -> None:
    hall_clock.advance(days=37)  # 30 December: 2027 has no notice yet
    intake = hall.ctx.intake
    case = hall.ctx.cases.case(intake.receive(hall.complete(), hall.clerk).case.case_id)
    assert (case.respond_by, case.provisional) == ("2027-01-07", True)
    rules = hall.ctx.policy.rules()
    # The notice makes 4 and 5 January rest days: what the receipt says holds all the same.
    late = YearNotice(2027, {dt.date(2027, 1, day): "元旦" for day in (1, 4, 5)}, {}, "国办发")
    notices = {**rules.calendar.notices, 2027: late}
    known = msgspec.structs.replace(
        rules, calendar=WorkingDayCalendar(notices, rules.calendar.statutory)
    )
    draft = intake.resume(case.case_id)
    item = hall.ctx.catalogue.item(draft.item_code)
    today = dt.date(2026, 12, 30)
    again = review(draft, item, today, known, case).law.respond_by
    assert again is not None
    assert (again.on.isoformat(), again.provisional) == ("2027-01-07", False)
    fresh = review(hall.complete(), item, today, known).law.respond_by
    assert fresh is not None
    assert (fresh.on.isoformat(), fresh.provisional) == ("2027-01-11", False)


def test_a_notice_that_makes_a_printed_date_earlier_moves_the_organs_clock(
    hall: Hall, hall_clock: FixedClock
) -> None:
    hall_clock.advance(days=37)  # 30 December: 2027 has no notice yet
    ctx = hall.ctx
    waiting = ctx.cases.case(ctx.intake.receive(hall.complete(), hall.clerk).case.case_id)
    accepted = ctx.cases.case(ctx.intake.accept(hall.complete(), hall.clerk).case.case_id)
    calendar = ctx.policy.rules().calendar
    # The weekend after New Year is worked.
    worked = YearNotice(
        2027,
        {dt.date(2027, 1, 1): "元旦"},
        {dt.date(2027, 1, day): "调休" for day in (2, 3)},
    )
    known = WorkingDayCalendar({**calendar.notices, 2027: worked}, calendar.statutory)
    today = dt.date(2027, 1, 5)
    for case in (waiting, accepted):
        before, after = case_row(case, today, calendar, ""), case_row(case, today, known, "")
        assert (before.due, before.provisional) == (dt.date(2027, 1, 7), True)
        assert (after.due, after.light, after.provisional) == (today, "red", False)
    # What somebody has corrected since has a day of its own.
    told = msgspec.structs.replace(waiting, notified_at=waiting.received_at)
    assert case_row(told, today, known, "").due == dt.date(2027, 1, 7)
