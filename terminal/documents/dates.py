"""Dates and times as they stand on paper; views carry them as ISO strings."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from terminal.documents.wording import Wording
from terminal.errors import InvalidInput


@lru_cache(maxsize=512)
def _parse(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value)
    except ValueError as fault:
        raise InvalidInput("document.bad_date", value=value) from fault


def parse_day(value: str) -> date:
    """Return the date of an ISO date or time (in the zone that it is written in)."""
    return _parse(value).date()


def long_day(value: str, wording: Wording) -> str:
    """Return a past or formal date: 2026年11月23日."""
    day = _parse(value)
    return wording("format.date", year=day.year, month=day.month, day=day.day)


def long_minute(value: str, wording: Wording) -> str:
    """Return a moment to the minute: 2026年11月23日10:42."""
    moment = _parse(value)
    return wording(
        "format.minute",
        year=moment.year,
        month=moment.month,
        day=moment.day,
        hour=moment.hour,
        minute=moment.minute,
    )


def short_minute(value: str) -> str:
    """Return a moment as 2026-11-23 10:42."""
    return _parse(value).strftime("%Y-%m-%d %H:%M")


def due_day(value: str) -> str:
    """Return a limit's date as 2026-11-30; the sentence adds weekday and 含当日."""
    return _parse(value).date().isoformat()


def weekday(value: str, wording: Wording) -> str:
    """Return the weekday as 周一."""
    return wording.plain("format.weekdays").split(" ")[_parse(value).weekday()]
