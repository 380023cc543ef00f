"""Dates as people say them here: `11-30（周一，含当日）`, never "before"."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from terminal.clock import to_local
from terminal.services.views import Due
from terminal.texts import Texts

_DAY = re.compile(r"(\d{4})(?:(\d\d)(\d\d)|[-./年](\d\d?)[-./月](\d\d?)日?)")


def tidy_day(text: str) -> str:
    """Return a day in the form in which it is kept, 2026-12-01.

    It may be typed as 20261201, 2026.12.1, 2026/12/1 or 2026年12月1日; all else stays as it is.
    """
    found = _DAY.fullmatch(unicodedata.normalize("NFKC", text.strip()))
    if found is None:
        return text
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return text


def weekday(day: date, texts: Texts) -> str:
    """Return the day of the week: 周一 … 周日."""
    return texts(f"window.weekday.{day.isoweekday()}")


def day_words(day: date, texts: Texts) -> str:
    """Return a day with its day of the week."""
    return texts("window.date.day", date=day.strftime("%m-%d"), weekday=weekday(day, texts))


def due_words(due: Due, texts: Texts) -> str:
    """Return a due date, inclusive; marked when the year's calendar is provisional."""
    if due.provisional:
        key, day = "window.date.due_provisional", due.on
        return texts(key, date=day.strftime("%m-%d"), weekday=weekday(day, texts))
    return last_day_words(due.on, texts)


def last_day_words(day: date, texts: Texts) -> str:
    """Return the last day of a period, which still counts."""
    return texts("window.date.due", date=day.strftime("%m-%d"), weekday=weekday(day, texts))


def moment_words(milliseconds: int, texts: Texts) -> str:
    """Return a moment as day and time, or a dash for never."""
    if not milliseconds:
        return texts("window.never")
    return to_local(milliseconds).strftime("%m-%d %H:%M")


def clock_words(milliseconds: int, texts: Texts) -> tuple[str, str]:
    """Return day and time apart, as the top line shows them."""
    now = to_local(milliseconds)
    day = texts("window.date.top", date=now.strftime("%m-%d"), weekday=weekday(now.date(), texts))
    return day, now.strftime("%H:%M")
