"""Renewals (art. 50) and what several organs handle together (art. 42(2))."""

from __future__ import annotations

import datetime as dt

import pytest

from terminal.domain.answering import limits_of
from terminal.domain.calendar import load_calendar
from terminal.domain.catalogue import Regime, ServiceItem, TimeLimit, TimeUnit
from terminal.domain.deadlines import clock_of
from terminal.domain.evolve import Evolved, Refused
from terminal.domain.records import Body
from tests.core.domain.life import (
    ACCEPTED,
    CURE_FAILED,
    DAY,
    DECLINED,
    DEFERRING,
    EXTENDED,
    GRANTED,
    NOTIFIED,
    RECEIVED,
    REFUSED,
    SUSPENDED,
    changed,
    lived,
    step,
)
from tests.core.domain.life import CONDITIONAL as AGREED

D = dt.date
# Applied for on 2026-11-23, thirty days before the licence runs out on 12-23.
RENEWAL = changed(RECEIVED, expires="2026-12-23")
AFTER = 31 * DAY


def test_undecided_on_the_last_day_the_law_has_renewed_it() -> None:
    case = lived(RENEWAL, changed(ACCEPTED, decide_by="2026-12-23"))
    assert not case.renewed_by_silence(D(2026, 12, 23))
    assert case.renewed_by_silence(D(2026, 12, 24))
    assert lived(RENEWAL).renewed_by_silence(D(2026, 12, 24))


def test_who_came_too_late_is_not_renewed_by_silence() -> None:
    late = changed(RENEWAL, expires="2026-12-22")
    assert not lived(late, ACCEPTED).renewed_by_silence(D(2027, 1, 4))


def test_while_it_is_the_applicants_turn_nothing_is_renewed() -> None:
    assert not lived(RENEWAL, NOTIFIED).renewed_by_silence(D(2026, 12, 24))


def test_another_regime_knows_no_such_thing() -> None:
    other = changed(RENEWAL, regime=Regime.OTHER_BY_GUIDE)
    assert not lived(other, ACCEPTED).renewed_by_silence(D(2026, 12, 24))


def test_what_is_renewed_by_law_can_only_be_granted() -> None:
    case = lived(RENEWAL, changed(ACCEPTED, decide_by="2026-12-23"))
    at = RECEIVED.received_at + AFTER
    assert step(case, REFUSED, 9, at=at) == Refused("case.renewed_by_silence")
    assert isinstance(step(case, REFUSED, 9, at=at - DAY), Evolved)
    assert isinstance(step(case, GRANTED, 9, at=at), Evolved)
    waiting = lived(changed(DEFERRING, expires="2026-12-23"), AGREED)
    failed = changed(CURE_FAILED, failed_at=at)
    assert step(waiting, failed, 9, at=at) == Refused("case.renewed_by_silence")


@pytest.mark.parametrize("body", [DECLINED, NOTIFIED])
def test_nothing_goes_back_after_the_renewal(body: Body) -> None:
    # The answer is owed later than the licence lasts: only in a place with a longer time.
    case = lived(changed(RENEWAL, respond_by="2027-01-29"))
    judged = step(case, body, 9, at=RECEIVED.received_at + AFTER)
    assert judged == Refused("case.renewed_by_silence")


@pytest.mark.parametrize("body", [EXTENDED, SUSPENDED])
def test_no_clock_is_moved_past_the_last_day_of_the_licence(body: Body) -> None:
    case = lived(changed(RENEWAL, expires="2026-12-08"), ACCEPTED)
    assert step(case, changed(body, decide_by="2026-12-09"), 9) == Refused("case.past_expiry")
    assert isinstance(step(case, changed(body, decide_by="2026-12-08"), 9), Evolved)


def test_a_day_that_is_none_is_refused_before_it_can_do_harm() -> None:
    judged = step(None, changed(RECEIVED, expires="soon"), 0)
    assert judged == Refused("case.incomplete_record")


ITEM = ServiceItem("R", "延续", "某局", regime=Regime.LICENSING, committed=TimeLimit(20))


def test_a_renewal_is_promised_before_the_licence_runs_out() -> None:
    calendar, clock = load_calendar(), clock_of(Regime.LICENSING)
    accepted = D(2026, 11, 23)
    plain = limits_of(ITEM, accepted, calendar, clock)
    assert plain.decide_by is not None
    assert plain.decide_by.date == D(2026, 12, 21)
    soon = limits_of(ITEM, accepted, calendar, clock, "2026-12-10")
    assert soon.decide_by is not None
    assert soon.decide_by.date == D(2026, 12, 10)
    gone = limits_of(ITEM, accepted, calendar, clock, "2026-11-22")
    assert gone.decide_by == plain.decide_by


def test_several_organs_together_have_forty_five_days_and_fifteen_more() -> None:
    clock = clock_of(Regime.LICENSING)
    assert (clock.longest(joint=True), clock.longest_extension(joint=True)) == (45, 15)
    assert (clock.longest(joint=False), clock.longest_extension(joint=False)) == (20, 10)
    estate = clock_of(Regime.REAL_ESTATE_REGISTRATION)
    assert estate.longest_extension(joint=True) is None
    bare = ServiceItem("J", "联合办理", "某局", regime=Regime.LICENSING, joint=True)
    due = limits_of(bare, D(2026, 4, 1), load_calendar(), clock).statutory
    assert due == limits_of(
        ServiceItem("J", "联合办理", "某局", statutory=TimeLimit(45, TimeUnit.WORKING_DAYS)),
        D(2026, 4, 1), load_calendar(), clock,
    ).statutory  # fmt: skip


def test_fifteen_days_more_are_for_joint_handling_alone() -> None:
    longer = changed(EXTENDED, days=15)
    assert step(lived(RECEIVED, ACCEPTED), longer, 9) == Refused("case.extension_too_long")
    together = lived(changed(RECEIVED, joint=True), ACCEPTED)
    assert isinstance(step(together, longer, 9), Evolved)
    assert step(together, changed(longer, days=16), 9) == Refused("case.extension_too_long")
