"""Clocks beside cases: what the traffic light says, and where an act would move the date."""

from __future__ import annotations

import datetime as dt

import msgspec

from hub.web.site import Site, say_due
from terminal.clock import to_local
from terminal.domain import deadlines
from terminal.domain.answering import due_now, provisional_now
from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.case import Case, CaseState
from terminal.texts import Texts

RED_AT = 2
"""Working days left at which a clock turns red, here as on the window."""


class Clock(msgspec.Struct, frozen=True):
    """A case's clock: words, icon and tone say the same; `also` is what else has a date."""

    text: str
    left: str
    icon: str
    tone: str
    also: tuple[str, ...] = ()


def clock_of(case: Case, texts: Texts, site: Site) -> Clock:
    """Return a case's clock: due date and the working days that are left.

    A provisional date counts as notices since have made it, if that is earlier.
    """
    today, calendar = site.today(), site.hub.calendar
    also = _also(case, texts, today)
    due = due_now(case, calendar)
    if due is None:
        return Clock("", texts("hub.desk.no_due"), "minus", "muted", also)
    provisional = provisional_now(case, calendar)
    said = say_due(due.isoformat(), texts, today, provisional=provisional)
    left = deadlines.working_days_left(today, due, calendar)
    if due < today:
        late = texts.counted("hub.desk.late", max(-left, 1))
        return Clock(said, late, "circle-alert", "bad", also)
    if due == today:
        return Clock(said, texts("hub.desk.due_today"), "triangle-alert", "bad", also)
    if case.suspension is not None and case.suspension.planned_end >= today.isoformat():
        return Clock(said, texts("desk.clock.stands"), "pause", "muted", also)
    tone, mark = ("warning", "clock") if left <= RED_AT else ("good", "clock")
    return Clock(said, texts.counted("hub.desk.days_left", left), mark, tone, also)


def _also(case: Case, texts: Texts, today: dt.date) -> tuple[str, ...]:
    """Say what silence does, the planned end of a special procedure, the last day of a cure."""
    said = []
    if case.accepted_by_silence(today):
        since = to_local(case.materials_in_at).date()
        said.append(texts("desk.clock.silent", date=deadlines.say_day(since, texts, today)))
    elif _silence_threatens(case):
        said.append(texts("desk.clock.silence"))
    if case.renewed_by_silence(today):
        last = dt.date.fromisoformat(case.expires)
        said.append(texts("desk.clock.renewed", date=deadlines.say_day(last, texts, today)))
    if case.suspension is not None:
        end = dt.date.fromisoformat(case.suspension.planned_end)
        key = "planned_end" if end >= today else "past_plan"
        said.append(texts(f"desk.clock.{key}", date=deadlines.say_day(end, texts, today)))
    if case.cure_due:
        key = "cure" if case.cure_due >= today.isoformat() else "uncured"
        said.append(texts(f"desk.clock.{key}", latest=say_due(case.cure_due, texts, today)))
    return tuple(said)


def _silence_threatens(case: Case) -> bool:
    """Say whether an answer is owed whose absence will be an acceptance (art. 32(1)(4))."""
    owed = case.state is CaseState.RECEIVED and bool(case.due) and case.due == case.respond_by
    return owed and deadlines.clock_of(case.regime).silence == "accepted"


# Where an act moves the date: the page says it before, the entry carries it after.


def after_suspension(
    case: Case, today: dt.date, planned_end: dt.date, calendar: WorkingDayCalendar
) -> dt.date | None:
    """Return the last day of the decision if a special procedure begins today (art. 45)."""
    if not case.decide_by:
        return None
    due = dt.date.fromisoformat(case.decide_by)
    return _before_expiry(case, deadlines.suspended_until(due, today, planned_end, calendar).date)


def after_resuming(case: Case, today: dt.date, calendar: WorkingDayCalendar) -> dt.date | None:
    """Return the last day of the decision if the special procedure ends today."""
    going_on = case.suspension
    if going_on is None or not going_on.decide_by_before:
        return None
    due = deadlines.resumed_until(
        dt.date.fromisoformat(going_on.decide_by_before),
        to_local(going_on.suspended_at).date(),
        dt.date.fromisoformat(going_on.planned_end),
        today,
        calendar,
    )
    return _before_expiry(case, due.date)


def _before_expiry(case: Case, due: dt.date) -> dt.date:
    """Return the day, or the last one of the licence that is to be renewed (art. 50)."""
    if not case.expires or case.decide_by > case.expires:
        return due
    return min(due, dt.date.fromisoformat(case.expires))


def after_extension(case: Case, days: int, calendar: WorkingDayCalendar) -> dt.date | None:
    """Return the last day of the decision after an extension by working days (art. 42)."""
    if not case.decide_by or days < 1:
        return None
    return deadlines.extended_until(dt.date.fromisoformat(case.decide_by), days, calendar).date


def after_arrival(
    case: Case, arrived_at: int, calendar: WorkingDayCalendar, limits: deadlines.RegimeClock
) -> dt.date | None:
    """Return the last day to answer if forwarded papers arrived at a moment (milliseconds).

    `limits` are the regime's, as the hall that received the papers makes them shorter.
    """
    day = to_local(arrived_at).date()
    due = deadlines.accept_by(day, calendar, case.regime, limits)
    return due.date if due else None
