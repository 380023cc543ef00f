"""The working-day calendar (工作日历): which days count, from notices or provisionally.

A year for which the State Council's notice is known follows it. Another year is computed
provisionally: Monday to Friday minus the 13 statutory holidays themselves (全国年节及纪念日
放假办法, 2024). Bridge days and make-up days of such a year are not guessed.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from terminal.clock import to_local
from terminal.errors import InvalidInput
from terminal.texts import RESOURCES

ONE_DAY = dt.timedelta(days=1)
LONGEST = 3660
"""The longest period that is counted, in days or working days: about ten years."""


class DueDate(msgspec.Struct, frozen=True):
    """The last day of a period (that day included).

    `provisional`: a year without a notice was counted on the way, so the date may move to
    another day when the notice comes out. `moment` is set for periods in hours only.
    """

    date: dt.date
    provisional: bool = False
    moment: dt.datetime | None = None


class YearNotice(msgspec.Struct, frozen=True):
    """The notice of one year: rest days on weekdays and make-up working days, with names."""

    year: int
    off: dict[dt.date, str]
    work: dict[dt.date, str]
    notice: str = ""


class StatutoryHolidays(msgspec.Struct, frozen=True):
    """The statutory holidays: (month, day) of the fixed ones, dates of the lunar ones."""

    fixed: frozenset[tuple[int, int]]
    lunar: dict[int, frozenset[dt.date]]

    def __contains__(self, day: dt.date) -> bool:
        lunar: frozenset[dt.date] = self.lunar.get(day.year, frozenset())
        return (day.month, day.day) in self.fixed or day in lunar


class WorkingDayCalendar(msgspec.Struct, frozen=True):
    """Working days by year; immutable, so one calendar may be used by every thread."""

    notices: dict[int, YearNotice]
    statutory: StatutoryHolidays

    def provisional(self, year: int) -> bool:
        """Say whether a year has no notice here yet."""
        return year not in self.notices

    def is_working_day(self, day: dt.date) -> bool:
        """Say whether a day counts: make-up days (调休上班) do, statutory rest days do not."""
        notice = self.notices.get(day.year)
        if notice is None:
            return day.weekday() < 5 and day not in self.statutory
        if day in notice.work:
            return True
        return day.weekday() < 5 and day not in notice.off

    def next_working_day(self, day: dt.date) -> dt.date:
        """Return the first working day after a day."""
        return self.add_working_days(day, 1).date

    def previous_working_day(self, day: dt.date) -> dt.date:
        """Return the last working day before a day."""
        day -= ONE_DAY
        while not self.is_working_day(day):
            day -= ONE_DAY
        return day

    def add_working_days(self, start: dt.date, count: int) -> DueDate:
        """Return the last of `count` working days after `start`; day 0 is not counted.

        Licensing Law art. 82. 0 is the day itself. Raises `deadline.count` beyond `LONGEST`
        and `deadline.too_late` past the last day that a calendar has.
        """
        check_count(count)
        day = start
        provisional = False
        try:
            while count:
                day += ONE_DAY
                # Rest days matter too: a make-up day of an unknown year could be one of them.
                provisional = provisional or self.provisional(day.year)
                if self.is_working_day(day):
                    count -= 1
        except OverflowError:
            raise InvalidInput("deadline.too_late") from None
        return DueDate(day, provisional)

    def working_days_between(self, start: dt.date, end: dt.date) -> int:
        """Count the working days after `start` up to and including `end`; negative backwards."""
        if end < start:
            return -self.working_days_between(end, start)
        days = (end - start).days
        return sum(self.is_working_day(start + ONE_DAY * n) for n in range(1, days + 1))


def undecided(since: int, due: str, calendar: WorkingDayCalendar) -> bool:
    """Say whether a period that runs from a moment to an ISO date meets a year without a notice.

    A date that was printed as provisional stays as it is; the mark goes with the notice.
    """
    first, last = to_local(since).year, dt.date.fromisoformat(due).year if due else 0
    return any(calendar.provisional(year) for year in range(first, last + 1))


def check_count(count: int) -> None:
    """Raise `deadline.count` unless a period's length is between 0 and `LONGEST`."""
    if not 0 <= count <= LONGEST:
        raise InvalidInput("deadline.count", count=count, longest=LONGEST)


def year_notice(table: dict[str, Any]) -> YearNotice:
    """Build a year's notice from its data: `year`, `notice`, `[off]` and `[work]` by date."""
    return YearNotice(
        year=int(table["year"]),
        off=_named_days(table.get("off", {})),
        work=_named_days(table.get("work", {})),
        notice=str(table.get("notice", "")),
    )


def statutory_holidays(table: dict[str, Any]) -> StatutoryHolidays:
    """Build the statutory holidays from `statutory.toml`'s data."""
    before = int(table["spring_festival_before"])
    after = int(table["spring_festival_after"])
    lunar: dict[int, frozenset[dt.date]] = {}
    for year, dates in table["years"].items():
        new_year: dt.date = dates["lunar_new_year"]
        spring = {new_year + ONE_DAY * n for n in range(-before, after + 1)}
        others = {dates["qingming"], dates["dragon_boat"], dates["mid_autumn"]}
        lunar[int(year)] = frozenset(spring | others)
    fixed = frozenset((int(day[:2]), int(day[3:])) for day in table["fixed"])
    return StatutoryHolidays(fixed, lunar)


@cache
def load_calendar(folder: Path = RESOURCES / "calendars") -> WorkingDayCalendar:
    """Read the shipped calendars, once in a process."""
    notices = [year_notice(_table(path)) for path in sorted(folder.glob("[0-9]*.toml"))]
    return WorkingDayCalendar(
        notices={notice.year: notice for notice in notices},
        statutory=statutory_holidays(_table(folder / "statutory.toml")),
    )


def _named_days(table: dict[str, str]) -> dict[dt.date, str]:
    return {dt.date.fromisoformat(day): name for day, name in table.items()}


def _table(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)
