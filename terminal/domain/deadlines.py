"""Deadlines (期限): pure functions over the working-day calendar, each named for its rule.

Limits of the organ run in working days, day 0 is not counted (Licensing Law art. 82);
periods of the applicant run in calendar days. Every date that is returned is the last day on
which the act is still in time.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from terminal.domain.calendar import ONE_DAY, DueDate, WorkingDayCalendar, check_count
from terminal.domain.catalogue import Regime, TimeUnit
from terminal.errors import InvalidInput
from terminal.texts import RESOURCES, Texts


class RegimeClock(msgspec.Struct, frozen=True):
    """The clock of one procedure regime; days are working days.

    `respond_days` None: the law gives no time to ask for corrections, the guide does.
    `silence` says what an answer that did not come in that time means.
    """

    respond_days: int | None = None
    silence: Literal["accepted", "none"] = "none"
    source: str = ""
    checked: bool = False
    decide_days: int | None = None
    extend_days: int | None = None
    deliver_days: int | None = None
    joint_decide_days: int | None = None
    joint_extend_days: int | None = None

    def longest(self, *, joint: bool) -> int | None:
        """Return the working days that a decision may take; `joint`: several organs (art. 42)."""
        return self.joint_decide_days if joint and self.joint_decide_days else self.decide_days

    def longest_extension(self, *, joint: bool) -> int | None:
        """Return by how many working days it may be extended, with the approval of the head."""
        return self.joint_extend_days if joint and self.joint_extend_days else self.extend_days


@cache
def load_clocks(path: Path = RESOURCES / "regimes" / "clocks.toml") -> dict[Regime, RegimeClock]:
    """Read the shipped clocks of the regimes, once in a process."""
    with path.open("rb") as file:
        return msgspec.convert(tomllib.load(file), dict[Regime, RegimeClock])


def clock_of(regime: Regime) -> RegimeClock:
    """Return the shipped clock of a regime; one without data has no clock of its own."""
    return load_clocks().get(regime, RegimeClock())


def add_period(
    start: dt.date | dt.datetime, count: int, unit: TimeUnit, calendar: WorkingDayCalendar
) -> DueDate:
    """Return the end of a period of W working days, N calendar days or H hours.

    Day 0 is not counted. Hours run on the clock, rest days included; from a date without a
    time they are counted from its midnight.
    """
    check_count(count)
    day = start.date() if isinstance(start, dt.datetime) else start
    try:
        match unit:
            case TimeUnit.WORKING_DAYS:
                return calendar.add_working_days(day, count)
            case TimeUnit.CALENDAR_DAYS:
                return DueDate(day + ONE_DAY * count)
            case TimeUnit.HOURS:
                begin = start if isinstance(start, dt.datetime) else _midnight(day)
                moment = begin + dt.timedelta(hours=count)
                return DueDate(moment.date(), moment=moment)
    except OverflowError:
        raise InvalidInput("deadline.too_late") from None


def starts_counting_on(received: dt.date, calendar: WorkingDayCalendar) -> dt.date:
    """Return day 1 of a period: the first working day after the day of receipt (art. 82)."""
    return calendar.next_working_day(received)


def accept_by(
    received: dt.date,
    calendar: WorkingDayCalendar,
    regime: Regime = Regime.LICENSING,
    clock: RegimeClock | None = None,
) -> DueDate | None:
    """Return the last day to accept, decline or tell everything to be corrected.

    Licensing: at once or within 5 working days (art. 32(1)(4)). None where the regime gives
    no time: then the item's guide does. `clock` replaces the shipped one (policy data).
    """
    days = (clock or clock_of(regime)).respond_days
    return None if days is None else calendar.add_working_days(received, days)


def deemed_accepted_on(
    received: dt.date,
    today: dt.date,
    calendar: WorkingDayCalendar,
    regime: Regime = Regime.LICENSING,
    clock: RegimeClock | None = None,
    printed: dt.date | None = None,
) -> dt.date | None:
    """Return the day from which an unanswered application counts as accepted, or None.

    Silence past the limit: accepted 「自收到申请材料之日起」, from the day of receipt and not
    from the day after the limit (Licensing Law art. 32(1)(4)). None while the limit runs, and
    for regimes in which silence means nothing. `printed` is the limit that the
    citizen's receipt names: it holds.
    """
    clock = clock or clock_of(regime)
    limit = accept_by(received, calendar, regime, clock)
    if clock.silence != "accepted" or limit is None:
        return None
    return received if today > (printed or limit.date) else None


def silence_accepted(regime: Regime, respond_by: str, today: dt.date) -> bool:
    """Say whether the printed limit is past and the regime takes silence as acceptance.

    `respond_by` is an ISO day or empty; that nobody has answered is the caller's to know.
    """
    late = bool(respond_by) and today.isoformat() > respond_by
    return late and clock_of(regime).silence == "accepted"


def alarm_on(due: dt.date, calendar: WorkingDayCalendar) -> dt.date:
    """Return the day by which a limit must raise an alarm: one working day earlier."""
    return calendar.previous_working_day(due)


def working_days_left(today: dt.date, due: dt.date | DueDate, calendar: WorkingDayCalendar) -> int:
    """Count the working days after today up to the due date: 0 is today, negative is late."""
    return calendar.working_days_between(today, due.date if isinstance(due, DueDate) else due)


def decide_by(
    accepted: dt.date,
    calendar: WorkingDayCalendar,
    days: int = 20,
    unit: TimeUnit = TimeUnit.WORKING_DAYS,
    extended: int = 0,
) -> DueDate:
    """Return the last day of the decision: the item's limit plus an approved extension.

    Licensing Law art. 42: 20 working days, 10 more when the head of the organ approves. The
    item's own shorter limit wins, so callers hand in the shorter one.
    """
    return add_period(accepted, days + extended, unit, calendar)


def deliver_by(decided: dt.date, calendar: WorkingDayCalendar, days: int = 10) -> DueDate:
    """Return the last day to hand over a granting decision (art. 44: 10 working days)."""
    return calendar.add_working_days(decided, days)


def suspended_until(
    decide_by: dt.date, suspended_on: dt.date, planned_end: dt.date, calendar: WorkingDayCalendar
) -> DueDate:
    """Return the last day of a decision whose special procedure lasts to its planned end.

    Art. 45: hearing, inspection, testing, expert review … do not count. The working days that
    were left on the day of suspension follow the planned end; past it the clock runs on, so
    this is the latest date that the suspension can bring. Raises `deadline.planned_end` when
    the end lies before the suspension.
    """
    if planned_end < suspended_on:
        raise InvalidInput("deadline.planned_end")
    left = max(calendar.working_days_between(suspended_on, decide_by), 0)
    return calendar.add_working_days(planned_end, left)


def resumed_until(
    decide_by: dt.date,
    suspended_on: dt.date,
    planned_end: dt.date,
    resumed_on: dt.date,
    calendar: WorkingDayCalendar,
) -> DueDate:
    """Return the last day of a decision after a special procedure that ended on a day.

    Only the time up to the planned end is not counted, however late the procedure ended.
    """
    end = max(min(resumed_on, planned_end), suspended_on)
    return suspended_until(decide_by, suspended_on, end, calendar)


def extended_until(decide_by: dt.date, days: int, calendar: WorkingDayCalendar) -> DueDate:
    """Return the last day of a decision whose limit was extended by working days (art. 42)."""
    return calendar.add_working_days(decide_by, days)


def renew_by(expires: dt.date, days: int = 30) -> dt.date:
    """Return the last day to apply for renewal: calendar days before expiry (art. 50)."""
    check_count(days)
    return expires - ONE_DAY * days


def settled(since: dt.date, printed: dt.date, calendar: WorkingDayCalendar) -> dt.date:
    """Return what holds of a provisional last day by the notices that are out: never a later one.

    As many working days after `since` are counted anew as were counted while the years behind
    it (of a period within one year, that one) had no notice. What does not end on a working day
    was not counted so, and stays.
    """
    unknown = range(min(since.year + 1, printed.year), printed.year + 1)
    notices = {year: notice for year, notice in calendar.notices.items() if year not in unknown}
    before = msgspec.structs.replace(calendar, notices=notices)
    if printed <= since or not before.is_working_day(printed):
        return printed
    count = before.working_days_between(since, printed)
    return min(printed, calendar.add_working_days(since, count).date)


def say_latest(
    due: dt.date | DueDate, texts: Texts | None = None, today: dt.date | None = None
) -> str:
    """Say a due date as screens and papers do: 「最迟 11-30（周一，含当日）」.

    The year is written where `today` is of another year, so a caller that prints hands it
    in. A provisional date says so.
    """
    texts = texts or Texts()
    due = due if isinstance(due, DueDate) else DueDate(due)
    key = "latest_provisional" if due.provisional else "latest"
    if due.moment is not None:
        key = "latest_hour"
    return texts(
        f"deadline.{key}",
        date=say_day(due.date, texts, today or due.date),
        weekday=weekday_name(due.date, texts),
        year=due.date.year,
        time=due.moment.strftime("%H:%M") if due.moment else "",
    )


def say_day(day: dt.date, texts: Texts, today: dt.date) -> str:
    """Write month and day, and the year too when it is not this one."""
    key = "day" if day.year == today.year else "day_of_year"
    return texts(f"deadline.{key}", year=day.year, month=day.month, day=day.day)


def weekday_name(day: dt.date, texts: Texts) -> str:
    """Return the short name of the weekday (周一 … 周日)."""
    return texts(f"deadline.weekday.{day.isoweekday()}")


def _midnight(day: dt.date) -> dt.datetime:
    # Local wall time without a zone: hours of one hall never cross a change of clocks.
    return dt.datetime(day.year, day.month, day.day)  # noqa: DTZ001
