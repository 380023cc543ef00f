"""Who may stand for whom: minors and guardians, agents and their powers, representatives."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from terminal.domain.capacity import age_on, capacity_fault
from terminal.domain.catalogue import ServiceItem
from terminal.domain.parties import Capacity, Party, PartyKind, PowerOfAttorney
from terminal.texts import Texts

D = dt.date
TODAY = D(2026, 11, 23)
ITEM = ServiceItem("T", "事项", "某局")
GROWN = Party("张三", birth="1985-05-04")
CHILD = Party("张小三", birth="2018-03-01")
YOUTH = Party("张中三", birth="2011-01-02")
COMPANY = Party("某公司", kind=PartyKind.ORGANISATION, legal_representative="李四")


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        ("2008-02-29", D(2026, 2, 28), 17),
        ("2008-02-29", D(2026, 3, 1), 18),
        ("2026-11-23", TODAY, 0),
        ("2026-11-24", TODAY, None),
        ("", TODAY, None),
        ("1985-13-40", TODAY, None),
    ],
)
def test_ages(birth: str, day: dt.date, age: int | None) -> None:
    assert age_on(Party("张三", birth=birth), day) == age


def test_the_number_says_the_birth_where_no_card_did() -> None:
    assert age_on(Party("张三", identity_number="210211198505041234"), TODAY) == 41


CASES: list[tuple[Party, Party, Capacity, dict[str, object], str]] = [
    (GROWN, GROWN, Capacity.SELF, {}, ""),
    (CHILD, CHILD, Capacity.SELF, {}, "intake.needs_guardian"),
    (CHILD, GROWN, Capacity.AGENT, {}, "intake.needs_guardian"),
    (CHILD, GROWN, Capacity.GUARDIAN, {}, "intake.needs_consent"),
    (CHILD, GROWN, Capacity.GUARDIAN, {"guardian_consents": True}, ""),
    (YOUTH, GROWN, Capacity.GUARDIAN, {}, ""),
    (YOUTH, YOUTH, Capacity.SELF, {}, "intake.needs_guardian"),
    (GROWN, GROWN, Capacity.GUARDIAN, {}, "intake.no_guardian_of_adults"),
    (COMPANY, GROWN, Capacity.SELF, {}, "intake.organisation_by_whom"),
    (COMPANY, GROWN, Capacity.LEGAL_REPRESENTATIVE, {}, "intake.other_legal_representative"),
    (COMPANY, Party("李四"), Capacity.LEGAL_REPRESENTATIVE, {}, ""),
    (COMPANY, GROWN, Capacity.HANDLER, {}, ""),
    (GROWN, GROWN, Capacity.AGENT, {"power": PowerOfAttorney(valid_until="2026-11-22")},
     "intake.power_expired"),
    (GROWN, GROWN, Capacity.AGENT, {"power": PowerOfAttorney(valid_until="2026-11-23")}, ""),
    (GROWN, GROWN, Capacity.AGENT, {"power": PowerOfAttorney(items=("别的事项",))},
     "intake.power_of_another_matter"),
    (GROWN, GROWN, Capacity.AGENT, {"power": PowerOfAttorney(items=("事项",))}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("applicant", "visitor", "capacity", "more", "code"), CASES)
def test_who_may_apply(
    applicant: Party, visitor: Party, capacity: Capacity, more: dict[str, object], code: str
) -> None:
    fault = capacity_fault(applicant, visitor, capacity, ITEM, TODAY, **more)  # type: ignore[arg-type]
    assert (fault[1] if fault else "") == code
    if fault:
        assert Texts("zh").has(f"{code}.message")


def test_an_item_may_ask_for_another_age() -> None:
    item = msgspec.structs.replace(ITEM, least_age=14)
    assert capacity_fault(YOUTH, YOUTH, Capacity.SELF, item, TODAY) is None
