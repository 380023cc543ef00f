"""Time that does not count: special procedures and extensions, on the calendar of 2026."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.domain.calendar import load_calendar
from terminal.domain.deadlines import extended_until, resumed_until, suspended_until
from terminal.errors import InvalidInput

D = dt.date


def test_the_days_that_were_left_follow_the_planned_end() -> None:
    calendar = load_calendar()
    # Five working days were left on Monday 11-23 up to 11-30; the inspection ends on 12-04.
    assert suspended_until(D(2026, 11, 30), D(2026, 11, 23), D(2026, 12, 4), calendar).date == D(
        2026, 12, 11
    )


def test_a_late_end_brings_no_day_more_than_the_planned_one() -> None:
    calendar = load_calendar()
    due, begun, planned = D(2026, 11, 30), D(2026, 11, 23), D(2026, 12, 4)
    planned_due = suspended_until(due, begun, planned, calendar)
    late = resumed_until(due, begun, planned, D(2027, 3, 1), calendar)
    assert late == planned_due
    early = resumed_until(due, begun, planned, D(2026, 11, 25), calendar)
    assert early.date == D(2026, 12, 2)


def test_an_extension_counts_working_days_from_the_limit() -> None:
    assert extended_until(D(2026, 9, 30), 10, load_calendar()).date == D(2026, 10, 20)


def test_an_end_before_the_beginning_is_refused() -> None:
    with pytest.raises(InvalidInput):
        suspended_until(D(2026, 11, 30), D(2026, 11, 23), D(2026, 11, 20), load_calendar())


@given(
    st.dates(D(2025, 1, 2), D(2026, 10, 1)),
    st.integers(0, 40),
    st.integers(0, 60),
    st.integers(0, 90),
)
def test_time_only_counts_while_it_should(
    begun: dt.date, left: int, planned: int, resumed: int
) -> None:
    """Before the suspension and after its end exactly the days that were left are counted."""
    calendar = load_calendar()
    due = calendar.add_working_days(begun, left).date
    end = begun + dt.timedelta(days=planned)
    back = begun + dt.timedelta(days=resumed)
    found = resumed_until(due, begun, end, back, calendar).date
    assert calendar.working_days_between(min(back, end), found) == left
    assert found <= suspended_until(due, begun, end, calendar).date
    assert found >= due or left == 0
