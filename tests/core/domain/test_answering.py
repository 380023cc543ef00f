"""Answering an application: limits, who answers, what a notice may list."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from terminal.domain.answering import (
    answer_due,
    brought,
    correction_items,
    desk_answers,
    limits_of,
    noticeable,
    to_register,
    with_faults,
)
from terminal.domain.calendar import load_calendar
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import Material, Regime, ServiceItem, TimeLimit, WindowAuthority
from terminal.domain.deadlines import RegimeClock, clock_of
from terminal.domain.parties import MaterialEntry, MaterialStatus
from terminal.domain.records import Forwarding
from terminal.errors import InvalidInput
from tests.core.domain.life import RECEIVED, lived

D, S = dt.date, MaterialStatus
MONDAY = D(2026, 11, 23)
ITEM = ServiceItem(
    "1", "事项", "某局", regime=Regime.LICENSING, guide=True,
    materials=(Material("a", "甲", standard="A4"), Material("b", "乙", required=False)),
)  # fmt: skip


@pytest.mark.parametrize(
    ("committed", "statutory", "days", "ends"),
    [
        (TimeLimit(5), TimeLimit(20), 20, (D(2026, 11, 30), D(2026, 12, 21))),
        (None, TimeLimit(3), 20, (D(2026, 11, 26), D(2026, 11, 26))),
        (None, None, 1, (D(2026, 11, 24), D(2026, 11, 24))),
        (None, None, None, (None, None)),
    ],
)
def test_the_shorter_of_promise_and_law_is_the_limit(
    committed: TimeLimit | None,
    statutory: TimeLimit | None,
    days: int | None,
    ends: tuple[dt.date | None, dt.date | None],
) -> None:
    item = msgspec.structs.replace(ITEM, committed=committed, statutory=statutory)
    limits = limits_of(item, MONDAY, load_calendar(), RegimeClock(decide_days=days))
    found = limits.committed.date if limits.committed else None
    by_law = limits.statutory.date if limits.statutory else None
    assert (found, by_law) == ends
    assert (limits.decide_by.date if limits.decide_by else None) == ends[0]


ALL = {"case_accepted", "correction_notified", "materials_supplemented", "case_declined"}
THERE = Forwarding("邻区某局", "邻区", "2026-11-24")


@pytest.mark.parametrize(
    ("authority", "guide", "changes", "kinds"),
    [
        (WindowAuthority.RECEIVE_ONLY, True, {}, ALL),
        (WindowAuthority.ACCEPT, True, {}, {"case_declined"}),
        (WindowAuthority.ACCEPT_AND_DECLINE, True, {}, set()),
        (WindowAuthority.DECIDE, False, {}, ALL),
        (WindowAuthority.DECIDE, True, {"forwarding": THERE}, set()),
        (WindowAuthority.DECIDE, True, {"forwarding": THERE, "arrived_at": 1}, ALL),
        (
            WindowAuthority.RECEIVE_ONLY, True, {"state": CaseState.AWAITING_CORRECTION},
            {"materials_supplemented"},
        ),
        (WindowAuthority.ACCEPT, True, {"state": CaseState.AWAITING_CORRECTION}, set()),
        (WindowAuthority.RECEIVE_ONLY, True, {"state": CaseState.ACCEPTED}, set()),
    ],
)  # fmt: skip
def test_the_desk_answers_what_no_window_may(
    authority: WindowAuthority, guide: bool, changes: dict[str, object], kinds: set[str]
) -> None:
    item = msgspec.structs.replace(ITEM, authority=authority, guide=guide)
    assert desk_answers(msgspec.structs.replace(_case(), **changes), item) == kinds


def test_a_notice_lists_what_was_recorded_and_what_the_guide_asks_for() -> None:
    case = _case(MaterialEntry("b", "乙"), MaterialEntry("x", "丙", status=S.MISSING))
    entries = noticeable(case, ITEM)
    assert [one.material_id for one in entries] == ["b", "x", "a"]
    with pytest.raises(InvalidInput):
        with_faults(entries, {"b": " "})
    listed = with_faults(entries, {"b": "过期", "a": ""})
    assert [(one.material_id, one.status) for one in listed] == [
        ("b", S.DEFECTIVE),
        ("a", S.MISSING),
    ]
    assert [(one.name, one.standard) for one in correction_items(listed)] == [
        ("乙", ""),
        ("甲", "A4"),
    ]


def test_what_was_brought_is_in_order() -> None:
    lacking = MaterialEntry("a", "甲", status=S.MISSING, count=0)
    other = MaterialEntry("x", "丙", status=S.DEFECTIVE, defect="不清楚")
    case = _case(lacking, other, MaterialEntry("b", "乙"))
    found = brought(case, ITEM, {"a", "x", "b"})
    assert [(one.material_id, one.status, one.defect) for one in found] == [
        ("a", S.RECEIVED, ""), ("x", S.RECEIVED, ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("authority", "guide", "changes", "found"),
    [
        (WindowAuthority.RECEIVE_ONLY, True, {}, ["a"]),
        (WindowAuthority.RECEIVE_ONLY, True, {"state": CaseState.AWAITING_CORRECTION}, ["a"]),
        (WindowAuthority.DECIDE, False, {}, ["a"]),
        (WindowAuthority.ACCEPT, True, {"state": CaseState.AWAITING_CORRECTION}, []),
        (WindowAuthority.RECEIVE_ONLY, True, {"forwarding": THERE, "arrived_at": 1}, []),
        (WindowAuthority.RECEIVE_ONLY, True, {"state": CaseState.ACCEPTED}, []),
    ],
)
def test_a_window_registers_what_lacks_where_it_may_only_receive(
    authority: WindowAuthority, guide: bool, changes: dict[str, object], found: list[str]
) -> None:
    item = msgspec.structs.replace(ITEM, authority=authority, guide=guide)
    case = _case(MaterialEntry("a", "甲", status=S.MISSING), MaterialEntry("b", "乙"))
    case = msgspec.structs.replace(case, **changes)
    assert [one.material_id for one in to_register(case, item)] == found


def test_only_after_a_notice_the_time_to_answer_runs_anew() -> None:
    case, clock = _case(), clock_of(Regime.LICENSING)
    assert answer_due(case, D(2026, 12, 1), load_calendar(), clock) == case.respond_by
    told = msgspec.structs.replace(case, state=CaseState.AWAITING_CORRECTION)
    assert answer_due(told, D(2026, 12, 1), load_calendar(), clock) == "2026-12-08"
    never = RegimeClock()
    assert answer_due(told, D(2026, 12, 1), load_calendar(), never) == ""


def _case(*materials: MaterialEntry) -> Case:
    return msgspec.structs.replace(lived(RECEIVED), materials=materials)
