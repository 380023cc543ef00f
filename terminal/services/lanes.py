"""Under which flags somebody is served (绿色通道、延时服务、预约); each is counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from terminal.clock import to_local
from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.case import Case
from terminal.domain.records import Lane


def outside_hours(moment: int, hours: Iterable[str], calendar: WorkingDayCalendar) -> bool:
    """Say whether a moment in milliseconds lies outside the hall's hours (`09:00-12:00`).

    Without hours nobody can tell, and nothing counts as extended. A period that cannot be
    read is none.
    """
    periods = [found for text in hours if (found := period(text)) is not None]
    if not periods:
        return False
    local = to_local(moment)
    if not calendar.is_working_day(local.date()):
        return True
    return not any(begin <= local.time() < end for begin, end in periods)


def period(text: str) -> tuple[dt.time, dt.time] | None:
    """Return begin and end of `09:00-12:00`, or None."""
    begin, _, end = text.partition("-")
    try:
        found = dt.time.fromisoformat(begin.strip()), dt.time.fromisoformat(end.strip())
    except ValueError:
        return None
    return found if found[0] < found[1] else None


def count_lanes(cases: Iterable[Case], day: dt.date) -> dict[Lane, int]:
    """Count the cases of a day by their flags, those without any left out."""
    found = dict.fromkeys(Lane, 0)
    for case in cases:
        if to_local(case.received_at).date() == day:
            for lane in case.lanes:
                found[lane] += 1
    return {lane: count for lane, count in found.items() if count}
