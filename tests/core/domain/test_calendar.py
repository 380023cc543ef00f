"""The working-day calendar: the notices' vectors, an independent source, provisional years."""

from __future__ import annotations

import datetime as dt

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.domain.calendar import LONGEST, load_calendar, year_notice
from terminal.errors import InvalidInput

CALENDAR = load_calendar()
D = dt.date


def day(text: str) -> dt.date:
    return D.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-02-14", 5, "2026-02-28"),
        ("2026-02-13", 20, "2026-03-19"),
        ("2026-09-18", 5, "2026-09-24"),
        ("2026-09-24", 5, "2026-10-09"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-04-30", 5, "2026-05-11"),
        ("2025-12-31", 5, "2026-01-08"),
        ("2025-09-26", 5, "2025-10-10"),
        ("2025-01-24", 5, "2025-02-07"),
        ("2026-10-10", 1, "2026-10-12"),
        ("2026-11-22", 5, "2026-11-27"),
        ("2026-11-23", 5, "2026-11-30"),
        ("2026-11-23", 0, "2026-11-23"),
    ],
)
def test_vectors_of_the_notices(start: str, count: int, due: str) -> None:
    found = CALENDAR.add_working_days(day(start), count)
    assert (found.date, found.provisional) == (day(due), False)


@pytest.mark.parametrize("year", [2025, 2026])
def test_248_working_days_a_year(year: int) -> None:
    assert CALENDAR.working_days_between(D(year - 1, 12, 31), D(year, 12, 31)) == 248


def test_rest_and_make_up_days_of_2026() -> None:
    for text in ("01-04", "02-14", "02-28", "05-09", "09-20", "10-10"):
        assert CALENDAR.is_working_day(day(f"2026-{text}")), text
    spans = [("01-01", 3), ("02-15", 9), ("04-04", 3), ("05-01", 5), ("06-19", 3), ("09-25", 3)]
    for first, length in [*spans, ("10-01", 7)]:
        for offset in range(length):
            rest = day(f"2026-{first}") + dt.timedelta(days=offset)
            assert not CALENDAR.is_working_day(rest), rest


@pytest.mark.parametrize("year", range(2019, 2027))
def test_every_day_agrees_with_an_independent_package(year: int) -> None:
    first = D(year, 1, 1)
    days = [first + dt.timedelta(days=n) for n in range((D(year + 1, 1, 1) - first).days)]
    differing = [d for d in days if CALENDAR.is_working_day(d) != chinese_calendar.is_workday(d)]
    assert differing == []


def test_a_year_without_a_notice_is_provisional() -> None:
    assert CALENDAR.provisional(2027)
    assert not CALENDAR.provisional(2026)
    due = CALENDAR.add_working_days(D(2026, 11, 22), 30)
    assert (due.date, due.provisional) == (D(2027, 1, 4), True)
    assert not CALENDAR.is_working_day(D(2027, 1, 1))


def test_statutory_holidays_of_2027_are_the_thirteen() -> None:
    holidays = {
        "2027-01-01",
        *(f"2027-02-0{n}" for n in (5, 6, 7, 8)),
        "2027-04-05",
        *("2027-05-01", "2027-05-02", "2027-06-09", "2027-09-15"),
        *(f"2027-10-0{n}" for n in (1, 2, 3)),
    }
    first = D(2027, 1, 1)
    days = (first + dt.timedelta(days=n) for n in range(365))
    found = {str(d) for d in days if d in CALENDAR.statutory}
    assert found == holidays
    assert len(found) == 13


def test_lunar_dates_agree_with_the_notices_of_known_years() -> None:
    for year in (2025, 2026):
        for holiday in CALENDAR.statutory.lunar[year]:
            assert not CALENDAR.is_working_day(holiday), holiday


def test_a_new_notice_ends_the_provisional_year() -> None:
    table = {
        "year": 2027,
        "off": {"2027-01-01": "元旦", "2027-01-04": "元旦"},
        "work": {"2027-01-09": "元旦"},
    }
    notices = {**CALENDAR.notices, 2027: year_notice(table)}
    calendar = type(CALENDAR)(notices, CALENDAR.statutory)
    due = calendar.add_working_days(D(2026, 11, 22), 30)
    assert (due.date, due.provisional) == (D(2027, 1, 5), False)
    assert calendar.is_working_day(D(2027, 1, 9))


@pytest.mark.parametrize("year", [1970, 2018, 2045])
def test_a_wrong_clock_still_gets_an_answer(year: int) -> None:
    due = CALENDAR.add_working_days(D(year, 6, 1), 5)
    assert due.provisional
    assert due.date > D(year, 6, 1)


@pytest.mark.parametrize("count", [-1, LONGEST + 1])
def test_a_count_out_of_bounds_is_refused(count: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        CALENDAR.add_working_days(D(2026, 1, 5), count)
    assert caught.value.code == "deadline.count"


def test_the_end_of_the_calendar_is_a_sentence() -> None:
    with pytest.raises(InvalidInput) as caught:
        CALENDAR.add_working_days(D(9999, 12, 30), 30)
    assert caught.value.code == "deadline.too_late"


@given(st.dates(D(2019, 1, 1), D(2034, 12, 31)), st.integers(1, 60))
def test_counting_there_and_back_agree(start: dt.date, count: int) -> None:
    due = CALENDAR.add_working_days(start, count).date
    assert CALENDAR.is_working_day(due)
    assert CALENDAR.working_days_between(start, due) == count
    assert CALENDAR.working_days_between(due, start) == -count
    assert CALENDAR.previous_working_day(due) < due
