"""Dates in a form that cannot be: after today, before the applicant's birth, before another one.

Which bounds a date has is the guide's (`FormField.not_before`, `not_after`); a date without
bounds may lie anywhere, since forms also name days to come and what was before one's time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from terminal.domain.catalogue import BIRTH, TODAY, FormField

_CODES = {
    (TODAY, True): "intake.date_after_today",
    (TODAY, False): "intake.date_before_today",
    (BIRTH, False): "intake.date_before_birth",
    (BIRTH, True): "intake.date_after_birth",
}


def date_fault(
    field: FormField, form: Mapping[str, str], born: dt.date | None, today: dt.date
) -> tuple[str, dict[str, str]] | None:
    """Return the code of what is wrong with a date and its data, or None.

    `form` holds ISO days by field id. A bound that is not known (no date of birth, another
    field still empty) bounds nothing.
    """
    day = _day(form.get(field.id, ""))
    if day is None:
        return None
    for name, latest in ((field.not_before, False), (field.not_after, True)):
        bound = _bound(name, form, born, today)
        if bound is None or (day <= bound if latest else day >= bound):
            continue
        code = _CODES.get((name, latest))
        if code is None:
            code = "intake.date_after_other" if latest else "intake.date_before_other"
        return code, {"label": field.label, "date": bound.isoformat()}
    return None


def _bound(
    name: str, form: Mapping[str, str], born: dt.date | None, today: dt.date
) -> dt.date | None:
    if name in (TODAY, BIRTH):
        return today if name == TODAY else born
    return _day(form.get(name, "")) if name else None


def _day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None
