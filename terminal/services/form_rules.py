"""Checking what was typed into the form: a problem with its sentence, or nothing."""

from __future__ import annotations

import re
from datetime import date

from terminal.domain.catalogue import FieldKind, FormField
from terminal.domain.checks import Finding, is_control
from terminal.domain.credit_code import check_credit_code
from terminal.domain.form_dates import date_fault
from terminal.domain.identity import check_document
from terminal.services.views import Problem

_PHONE = re.compile(r"1[3-9][0-9]{9}|0[0-9]{2,3}-?[0-9]{7,8}(-[0-9]{1,6})?|\+[0-9]{6,15}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")


def problem(where: str, code: str, /, **data: object) -> Problem:
    """Make a problem; its data are texts."""
    return Problem(where, code, {key: str(value) for key, value in data.items()})


def _from_finding(finding: Finding | None, where: str) -> Problem | None:
    return None if finding is None else problem(where, finding.code, **finding.data)


def identity_fault(kind: str, number: str, today: date) -> Problem | None:
    """Check an identity document's number."""
    return _from_finding(check_document(kind, number, today).problem, "")


def credit_code_fault(code: str) -> Problem | None:
    """Check a unified social credit code."""
    return _from_finding(check_credit_code(code).problem, "")


def phone_fault(number: str) -> Problem | None:
    """Check a phone number: mobile, landline with area code, or international with a plus."""
    compact = number.replace(" ", "")
    return None if _PHONE.fullmatch(compact) else problem("", "intake.phone")


def check(
    field: FormField, form: dict[str, str], today: date, born: date | None = None
) -> Problem | None:
    """Check one field of the form against its kind; None when it is in order.

    `born` is the applicant's date of birth where it is known.
    """
    where = f"form.{field.id}"
    value = form.get(field.id, "").strip()
    if not value:
        return problem(where, "intake.field_missing", label=field.label) if field.required else None
    if len(value) > field.max_length:
        return problem(where, "intake.field_too_long", label=field.label, most=field.max_length)
    if any(is_control(character) and character != "\n" for character in value):
        return problem(where, "intake.field_control", label=field.label)
    found = _by_kind(field, value, where, today)
    if found is None and field.kind is FieldKind.DATE:
        fault = date_fault(field, form, born, today)
        found = problem(where, fault[0], **fault[1]) if fault is not None else None
    return found


def _is_day(text: str) -> bool:
    """Whether a text is a day as it is kept: dates are compared and printed as they stand."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _by_kind(field: FormField, value: str, where: str, today: date) -> Problem | None:
    found: Problem | None = None
    match field.kind:
        case FieldKind.NUMBER if not _NUMBER.fullmatch(value):
            return problem(where, "intake.field_number", label=field.label)
        case FieldKind.DATE:
            if not _is_day(value):
                return problem(where, "intake.field_date", label=field.label)
        case FieldKind.CHOICE if value not in field.options:
            return problem(where, "intake.field_choice", label=field.label)
        case FieldKind.PHONE:
            found = phone_fault(value)
        case FieldKind.IDENTITY_NUMBER:
            found = identity_fault("resident", value, today)
        case FieldKind.CREDIT_CODE:
            found = credit_code_fault(value)
    return Problem(where, found.code, found.data) if found else None
