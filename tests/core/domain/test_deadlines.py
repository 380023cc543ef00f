"""Deadlines: each rule with a table of its cases, and how a date is said."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.domain import deadlines
from terminal.domain.calendar import DueDate, WorkingDayCalendar, YearNotice, load_calendar
from terminal.domain.catalogue import Regime, TimeUnit
from terminal.errors import InvalidInput
from terminal.texts import Texts

CALENDAR = load_calendar()
D = dt.date
ZH = Texts("zh")
EN = Texts("en")


@pytest.mark.parametrize(
    ("regime", "due"),
    [
        (Regime.LICENSING, D(2026, 11, 30)),
        (Regime.REAL_ESTATE_REGISTRATION, D(2026, 11, 23)),
        (Regime.MARKET_ENTITY_REGISTRATION, D(2026, 11, 26)),
        (Regime.OTHER_BY_GUIDE, None),
    ],
)
def test_the_regime_gives_the_time_to_answer(regime: Regime, due: dt.date | None) -> None:
    found = deadlines.accept_by(D(2026, 11, 23), CALENDAR, regime)
    assert (found.date if found else None) == due


@pytest.mark.parametrize(
    ("regime", "today", "since"),
    [
        (Regime.LICENSING, D(2026, 11, 23), None),
        (Regime.LICENSING, D(2026, 11, 30), None),
        (Regime.LICENSING, D(2026, 12, 1), D(2026, 11, 23)),
        (Regime.LICENSING, D(2027, 6, 1), D(2026, 11, 23)),
        (Regime.REAL_ESTATE_REGISTRATION, D(2026, 11, 23), None),
        (Regime.REAL_ESTATE_REGISTRATION, D(2026, 11, 24), D(2026, 11, 23)),
        (Regime.MARKET_ENTITY_REGISTRATION, D(2027, 6, 1), None),
        (Regime.OTHER_BY_GUIDE, D(2027, 6, 1), None),
    ],
)
def test_silence_accepts_from_the_day_of_receipt(
    regime: Regime, today: dt.date, since: dt.date | None
) -> None:
    received = D(2026, 11, 23)
    assert deadlines.deemed_accepted_on(received, today, CALENDAR, regime) == since


def test_policy_data_replaces_the_shipped_clock() -> None:
    shorter = deadlines.RegimeClock(respond_days=2, silence="accepted")
    received = D(2026, 11, 23)
    due = deadlines.accept_by(received, CALENDAR, clock=shorter)
    assert due == DueDate(D(2026, 11, 25))
    today = D(2026, 11, 26)
    assert deadlines.deemed_accepted_on(received, today, CALENDAR, clock=shorter) == received


def test_every_regime_has_a_clock() -> None:
    assert set(deadlines.load_clocks()) == set(Regime)


def test_units() -> None:
    start = D(2026, 11, 20)
    add = deadlines.add_period
    assert add(start, 3, TimeUnit.WORKING_DAYS, CALENDAR).date == D(2026, 11, 25)
    assert add(start, 3, TimeUnit.CALENDAR_DAYS, CALENDAR).date == D(2026, 11, 23)
    moment = dt.datetime(2026, 11, 20, 16, 30)  # noqa: DTZ001
    due = add(moment, 24, TimeUnit.HOURS, CALENDAR)
    assert due.moment == moment + dt.timedelta(hours=24)
    assert deadlines.say_latest(due, ZH, start) == "最迟 11-21 16:30（周六）"
    assert add(start, 24, TimeUnit.HOURS, CALENDAR).date == D(2026, 11, 21)


@pytest.mark.parametrize("unit", list(TimeUnit))
def test_a_negative_period_is_refused(unit: TimeUnit) -> None:
    with pytest.raises(InvalidInput):
        deadlines.add_period(D(2026, 1, 5), -1, unit, CALENDAR)


@pytest.mark.parametrize("unit", list(TimeUnit))
def test_past_the_end_of_the_calendar(unit: TimeUnit) -> None:
    with pytest.raises(InvalidInput) as caught:
        deadlines.add_period(D.max, 3000, unit, CALENDAR)
    assert caught.value.code == "deadline.too_late"


@pytest.mark.parametrize(
    ("today", "left"),
    [
        (D(2026, 11, 23), 5),
        (D(2026, 11, 26), 2),
        (D(2026, 11, 28), 1),
        (D(2026, 11, 30), 0),
        (D(2026, 12, 1), -1),
    ],
)
def test_working_days_left(today: dt.date, left: int) -> None:
    due = deadlines.accept_by(D(2026, 11, 23), CALENDAR)
    assert due is not None
    assert deadlines.working_days_left(today, due, CALENDAR) == left


def test_the_alarm_is_a_working_day_earlier() -> None:
    assert deadlines.alarm_on(D(2026, 11, 30), CALENDAR) == D(2026, 11, 27)
    assert deadlines.alarm_on(D(2026, 10, 8), CALENDAR) == D(2026, 9, 30)


def test_later_limits_of_the_licensing_law() -> None:
    accepted = D(2026, 2, 13)
    assert deadlines.decide_by(accepted, CALENDAR).date == D(2026, 3, 19)
    assert deadlines.decide_by(accepted, CALENDAR, 5).date == D(2026, 2, 27)
    extended = deadlines.decide_by(accepted, CALENDAR, extended=10)
    assert extended == CALENDAR.add_working_days(accepted, 30)
    assert deadlines.deliver_by(D(2026, 11, 23), CALENDAR).date == D(2026, 12, 7)
    assert deadlines.renew_by(D(2026, 12, 31)) == D(2026, 12, 1)


@pytest.mark.parametrize(
    ("since", "off", "work", "holds"),
    [
        # 4 and 5 January become rest days: later, so what is printed holds.
        (D(2026, 12, 30), (1, 4, 5), (), D(2027, 1, 7)),
        # 2 and 3 January, a weekend, are worked: the last day comes earlier.
        (D(2026, 12, 30), (1,), (2, 3), D(2027, 1, 5)),
        (D(2026, 12, 30), (1,), (), D(2027, 1, 7)),
        # The whole period lies in the year that had no notice.
        (D(2026, 12, 31), (1,), (2,), D(2027, 1, 7)),
        (D(2027, 1, 4), (), (9,), D(2027, 1, 9)),
    ],
)
def test_a_printed_date_never_moves_later(
    since: dt.date, off: tuple[int, ...], work: tuple[int, ...], holds: dt.date
) -> None:
    printed = CALENDAR.add_working_days(since, 5)
    assert printed.provisional
    notice = YearNotice(
        2027, {D(2027, 1, day): "元旦" for day in off}, {D(2027, 1, day): "调休" for day in work}
    )
    known = WorkingDayCalendar({**CALENDAR.notices, 2027: notice}, CALENDAR.statutory)
    assert deadlines.settled(since, printed.date, known) == holds
    # Without the notice, and of what no working days were counted for, nothing moves.
    assert deadlines.settled(since, printed.date, CALENDAR) == printed.date
    assert deadlines.settled(since, D(2027, 1, 10), known) == D(2027, 1, 10)
    assert deadlines.settled(since, since, known) == since


def test_how_a_date_is_said() -> None:
    today = D(2026, 11, 23)
    assert deadlines.say_latest(D(2026, 11, 30), ZH, today) == "最迟 11-30（周一，含当日）"
    assert deadlines.say_latest(D(2026, 11, 30), EN, today) == "by 11-30 (Mon, that day included)"
    assert "2027-01-04" in deadlines.say_latest(D(2027, 1, 4), ZH, today)
    provisional = deadlines.say_latest(DueDate(D(2027, 1, 4), provisional=True), ZH, today)
    assert "暂按" in provisional
    assert "2027 年" in provisional


@given(st.dates(D(2019, 1, 1), D(2034, 12, 31)))
def test_no_deemed_acceptance_without_an_alarm_before(received: dt.date) -> None:
    limit = deadlines.accept_by(received, CALENDAR)
    assert limit is not None
    last = limit.date
    assert received <= deadlines.alarm_on(last, CALENDAR) < last
    assert deadlines.deemed_accepted_on(received, last, CALENDAR) is None
    after = last + dt.timedelta(days=1)
    assert deadlines.deemed_accepted_on(received, after, CALENDAR) == received
    assert deadlines.starts_counting_on(received, CALENDAR) > received
