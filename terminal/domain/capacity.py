"""Who may stand for whom at a window: age, agents, representatives. Pure functions.

Sources: 民法典 art. 17–20, 23 (capacity and guardians), 个人信息保护法 art. 31 (under 14 the
guardian consents to the use of any personal data), the item's own data.
"""

from __future__ import annotations

import datetime as dt

from terminal.domain.case import Case
from terminal.domain.catalogue import ServiceItem
from terminal.domain.parties import Capacity, Party, PartyKind, PowerOfAttorney

LEAST_AGE = 16
"""From here a person who lives on own work counts as an adult (民法典 art. 18)."""

CONSENT_AGE = 14
"""Below it a guardian consents to the use of personal data."""

_BIRTH = slice(6, 14)
_RESIDENT_LENGTH = 18


def birth_of(party: Party) -> dt.date | None:
    """Return a person's date of birth, from the card or its number; None when unknown."""
    text = party.birth.replace("-", "")
    number = party.identity_number
    if not text and len(number) == _RESIDENT_LENGTH and number[_BIRTH].isdigit():
        text = number[_BIRTH]
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        return None


def age_on(party: Party, day: dt.date) -> int | None:
    """Return a person's age in years on a day; None for organisations and unknown births.

    Somebody born on 29 February is a year older on 1 March of other years.
    """
    born = birth_of(party)
    if party.kind is not PartyKind.PERSON or born is None or born > day:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def capacity_fault(
    applicant: Party,
    visitor: Party,
    capacity: Capacity,
    item: ServiceItem,
    day: dt.date,
    *,
    power: PowerOfAttorney | None = None,
    guardian_consents: bool = False,
) -> tuple[str, str] | None:
    """Return where and why this visitor may not apply here today, or None.

    The place is a field of the form, the reason a code of the texts.
    """
    age = age_on(applicant, day)
    least = item.least_age or LEAST_AGE
    if age is not None and age < least and capacity is not Capacity.GUARDIAN:
        return "visitor.capacity", "intake.needs_guardian"
    if age is not None and age < CONSENT_AGE and not guardian_consents:
        return "applicant.consent", "intake.needs_consent"
    if capacity is Capacity.GUARDIAN and age is not None and age >= 18:
        return "visitor.capacity", "intake.no_guardian_of_adults"
    if capacity is Capacity.SELF and applicant.kind is PartyKind.ORGANISATION:
        return "visitor.capacity", "intake.organisation_by_whom"
    return _representation_fault(applicant, visitor, capacity, item, day, power)


def _representation_fault(
    applicant: Party,
    visitor: Party,
    capacity: Capacity,
    item: ServiceItem,
    day: dt.date,
    power: PowerOfAttorney | None,
) -> tuple[str, str] | None:
    if capacity is Capacity.LEGAL_REPRESENTATIVE:
        named = applicant.legal_representative.strip()
        if named and named != visitor.name.strip():
            return "visitor.name", "intake.other_legal_representative"
    if capacity is Capacity.AGENT and power is not None:
        if power.valid_until and power.valid_until < day.isoformat():
            return "visitor.capacity", "intake.power_expired"
        if power.items and item.name not in power.items:
            return "visitor.capacity", "intake.power_of_another_matter"
    return None


def capacity_of(case: Case, person: Party, *, agent: bool) -> Capacity | None:
    """Return in which capacity a person may act in a case by what the case says, or None.

    The applicant, the guardian and the legal representative may; an agent (`agent`) only where
    the power of attorney includes it.
    """
    number = person.identity_number.strip().upper()
    if not number:
        return None
    natural = case.applicant.kind is PartyKind.PERSON
    if natural and number == case.applicant.identity_number.upper():
        return Capacity.SELF
    if number != case.visitor.identity_number.upper():
        return None
    if case.capacity is Capacity.SELF:
        return Capacity.SELF
    if case.capacity in (Capacity.GUARDIAN, Capacity.LEGAL_REPRESENTATIVE):
        return case.capacity
    return case.capacity if agent else None
