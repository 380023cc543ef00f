"""The nearest legal date in words: what is due, until when, how many working days are left."""

from __future__ import annotations

from datetime import date

from terminal.clock import to_local
from terminal.services.journal_views import JournalStatus, LegalDate
from terminal.texts import Texts
from ui.window.dates import last_day_words


def short_words(legal: LegalDate, texts: Texts) -> str:
    """Return it as the top line says it: 最早 11-30 须告知."""
    key = f"window.legal.{'late_' if legal.days_left < 0 else ''}{legal.act}"
    return texts(key, date=legal.on.strftime("%m-%d"))


def left_words(legal: LegalDate, texts: Texts) -> str:
    """Return how many working days are left, or how many it is late."""
    if legal.days_left == 0:
        return texts("window.legal.today")
    if legal.days_left < 0:
        return texts.counted("window.legal.late", -legal.days_left)
    return texts.counted("window.legal.left", legal.days_left)


def whole_words(legal: LegalDate, texts: Texts) -> str:
    """Return the sentence: 最迟 11-30（周一，含当日）须告知补正或是否受理，还剩 2 个工作日。"""
    return texts(
        f"window.legal.whole_{legal.act}",
        date=last_day_words(legal.on, texts),
        left=left_words(legal, texts),
    )


def alarm_words(status: JournalStatus, texts: Texts, *, short: bool = False) -> str:
    """Return what the strip under the top line says, or nothing while there is time.

    `short` says the date and the key alone.
    """
    legal = status.legal
    if legal is None or not legal.alarming:
        return ""
    sentence = whole_words(legal, texts)
    if short:
        return texts("window.legal.alarm_short", sentence=sentence)
    if status.waiting:
        waiting = texts.counted("window.legal.waiting", status.waiting)
        sentence = texts("window.legal.with_waiting", waiting=waiting, sentence=sentence)
    return texts("window.legal.alarm", sentence=sentence)


def contact_words(milliseconds: int, today: date, texts: Texts) -> str:
    """Return since when there was no contact: the time today, otherwise the day with it."""
    moment = to_local(milliseconds)
    return moment.strftime("%H:%M" if moment.date() == today else "%m-%d %H:%M")
