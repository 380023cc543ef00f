"""Dates of a form that cannot be are refused, by the bounds that the guide gives them."""

from __future__ import annotations

import datetime as dt

import pytest

from terminal.domain.catalogue import FieldKind, FormField
from terminal.domain.form_dates import date_fault
from terminal.services.form_rules import check
from terminal.texts import Texts

TODAY, BORN = dt.date(2026, 11, 23), dt.date(1985, 5, 4)
BOUNDS = (
    ({"not_after": "today"}, "2026-11-24", "intake.date_after_today"),
    ({"not_after": "today"}, "2026-11-23", ""),
    ({"not_before": "today"}, "2026-11-22", "intake.date_before_today"),
    ({"not_before": "birth"}, "1985-05-03", "intake.date_before_birth"),
    ({"not_before": "birth"}, "1985-05-04", ""),
    ({"not_after": "birth"}, "1985-05-05", "intake.date_after_birth"),
    ({"not_before": "from"}, "2026-10-31", "intake.date_before_other"),
    ({"not_before": "from"}, "2026-11-01", ""),
    ({"not_after": "from"}, "2026-11-02", "intake.date_after_other"),
    ({"not_after": "unfilled"}, "2099-01-01", ""),
    ({}, "1900-01-01", ""),
    ({}, "20261123", "intake.field_date"),
    ({}, "2026-W48-1", "intake.field_date"),
)


@pytest.mark.parametrize(("bounds", "day", "code"), BOUNDS)
def test_bounds(bounds: dict[str, str], day: str, code: str) -> None:
    field = FormField("day", "日期", FieldKind.DATE, **bounds)
    found = check(field, {"day": day, "from": "2026-11-01"}, TODAY, BORN)
    assert (found.code if found else "") == code
    if found:
        for language in ("zh", "en"):
            assert "日期" in Texts(language)(f"{code}.message", **found.data)


def test_what_is_not_known_bounds_nothing() -> None:
    field = FormField("day", "日期", FieldKind.DATE, not_before="birth")
    assert date_fault(field, {"day": "1700-01-01"}, None, TODAY) is None
    assert date_fault(field, {"day": "soon"}, BORN, TODAY) is None
