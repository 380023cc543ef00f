"""Stretches of steps that several scenes share."""

from __future__ import annotations

from terminal.dev import people
from terminal.dev.scenes.items import FOOD, RESETTLED
from terminal.dev.scenes.steps import (
    Answer,
    By,
    Do,
    EndVisit,
    Fill,
    Find,
    Forward,
    Greet,
    HandIn,
    How,
    Skip,
    Step,
)
from terminal.domain.case import CaseState
from terminal.services.views import Act


def resettled(person: str, by: By, care_place: str) -> tuple[Step, ...]:
    """Return the steps up to the act for the item of three materials."""
    materials: tuple[str, ...] = ("remote_filing_form", "resettlement_proof")
    if by is not By.CARD:
        materials = ("identity_card", *materials)  # a card that was read is not asked for again
    return (
        Greet(person, by),
        Find("ydaz", RESETTLED),
        HandIn(materials),
        Fill((("care_place", care_place), ("filed_from", "2026-12-01"),
              ("address", "（示例）学府路12号"))),
    )  # fmt: skip


_NOODLES = people.organisation("noodles")

FOOD_FORM = (
    ("operator_name", _NOODLES.name),
    ("credit_code", _NOODLES.number),
    ("legal_representative", _NOODLES.legal_representative),
    ("premises_address", "（示例）广安区北辰街道滨江路8号"),
    ("main_type", "食品销售经营者"),
    ("food_items", "散装食品销售"),
    ("business_area", "60"),
    ("safety_officer", "刘䶮"),
)
"""The form of a food licence, as far as it is not filled by itself."""


def food_on_condition(matter: str) -> tuple[Step, ...]:
    """Return the steps that accept a food licence whose layout plan comes later (容缺)."""
    return (
        Find("spjyxk", FOOD),
        Answer("business", "retail"),
        Answer("online", "no"),
        HandIn(("food_application", "business_license", "food_facilities", "food_rules")),
        HandIn(("food_layout",), How.LATER),
        Fill(FOOD_FORM),
        Do(matter, Act.ACCEPT_CONDITIONALLY, CaseState.ACCEPTED),
    )


THERE = "岳池县行政审批局"
"""The organ of another place that scenes receive papers for."""


def food_elsewhere(matter: str) -> tuple[Step, ...]:
    """Return the steps that receive a food licence's papers for `THERE` (代收)."""
    return (
        Find("spjyxk", FOOD),
        Answer("business", "retail"),
        Answer("online", "no"),
        HandIn(("food_application", "business_license", "food_facilities", "food_layout",
                "food_rules")),
        Forward((
            ("organ", THERE),
            ("place", "（示例）岳池县政务服务中心2楼"),
            ("phone", "（示例）0000-1234599"),
        )),
        Do(matter, Act.RECEIVE, CaseState.RECEIVED),
    )  # fmt: skip


LEAVE: tuple[Step, ...] = (EndVisit(), Skip())
"""The visit ends; the visitor does not want to rate."""
