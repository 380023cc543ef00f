"""What wants doing, a case's history, and the end of a shift."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from terminal.clock import FixedClock
from terminal.domain.aggregates import ShiftHandover
from terminal.domain.records import Lane
from terminal.errors import NotAllowed, RuleRefused
from terminal.services import drafts
from terminal.services.casework.silence import Silence
from terminal.services.casework.todo import Tab, TodoRow
from tests.core.hall import LICENCE, OTHER, PASSWORD, Hall


def lacking(hall: Hall) -> str:
    draft = hall.with_all(hall.draft(), but=("form",))
    return hall.ctx.intake.notify_correction(draft, hall.clerk).case.case_id


def deferring(hall: Hall) -> str:
    draft = hall.with_all(hall.draft(), but=("lease",))
    lease = next(m for m in LICENCE.materials if m.id == "lease")
    draft = drafts.with_material(draft, drafts.deferred(lease))
    return hall.ctx.intake.accept_conditionally(draft, hall.clerk, agreed=True).case.case_id


def test_each_case_stands_in_its_tabs(hall: Hall, hall_clock: FixedClock) -> None:
    received = hall.ctx.intake.receive(hall.complete(), hall.clerk).case.case_id
    waiting, deferred = lacking(hall), deferring(hall)
    todo = hall.ctx.todo.mine(hall.clerk)
    stand = {row.case.case_id: row.tabs for row in todo.rows}
    assert stand[received] == (Tab.TO_CHECK,)
    assert stand[waiting] == (Tab.AWAITING_CORRECTION,)
    assert stand[deferred] == (Tab.DEFERRED, Tab.IN_HAND)
    assert todo.counts["to_check"] == 1
    # On Thursday the receipt of Monday has two working days left; a week later it is overdue.
    hall_clock.advance(days=3)
    assert Tab.DUE_SOON in _tabs(hall, received)
    hall_clock.advance(days=7)
    assert Tab.OVERDUE in _tabs(hall, received)
    # Silence has accepted it from the day of its receipt; what was answered it leaves alone.
    assert Tab.DEEMED in _tabs(hall, received)
    assert Tab.DEEMED not in _tabs(hall, waiting)
    assert hall.ctx.todo.mine(hall.clerk).counts["deemed"] == 1
    pending = _row(hall, received).silence
    assert pending == Silence(date(2026, 11, 23), date(2026, 11, 30), recorded=False, offline=True)
    hall.ctx.intake.accept(hall.ctx.intake.resume(received), hall.clerk)
    recorded = _row(hall, received)
    assert recorded.silence == msgspec.structs.replace(pending, recorded=True)
    # The decision's time ran all the while.
    assert recorded.tabs == (Tab.IN_HAND, Tab.DEEMED, Tab.OVERDUE)


def _row(hall: Hall, case_id: str) -> TodoRow:
    rows = hall.ctx.todo.mine(hall.clerk).rows
    return next(row for row in rows if row.case.case_id == case_id)


def _tabs(hall: Hall, case_id: str) -> tuple[Tab, ...]:
    return _row(hall, case_id).tabs


def test_cases_are_found_by_number_name_and_matter(hall: Hall) -> None:
    saved = hall.ctx.intake.receive(hall.complete(visitor=OTHER), hall.clerk)
    number = saved.case.receipt_number
    for words in (number, number.replace("-", "").lower(), OTHER.name, "食品经营"):
        assert [row.case_id for row in hall.ctx.todo.search(words)] == [saved.case.case_id]
    assert hall.ctx.todo.search("  ") == ()
    assert hall.ctx.todo.search("没有这个人") == ()


def test_the_history_names_who_where_when_and_which_paper(hall: Hall) -> None:
    case_id = deferring(hall)
    history = hall.ctx.history.of(case_id)
    assert history.first_contact == "王芳"
    assert [line.kind for line in history.lines] == ["case_received", "case_accepted"]
    papers = {paper for line in history.lines for paper in line.papers}
    assert papers == {"receipt", "conditional", "undertaking"}
    assert all(line.actor == "王芳" and line.place for line in history.lines)


def test_a_shift_ends_with_two_names_and_a_successor_for_what_is_due(
    hall: Hall, hall_clock: FixedClock
) -> None:
    hall.add_supervisor()
    draft = hall.complete()
    case_id = hall.ctx.intake.receive(draft, hall.clerk).case.case_id
    hall.ctx.visits.park(draft.visit_id, hall.clerk)
    facts = hall.ctx.shifts.facts(hall.clerk)
    assert (facts.parked_visits, facts.open_visits) == (("张三",), ())
    assert facts.unsent > 0
    assert not facts.clear
    with pytest.raises(NotAllowed):
        hall.ctx.shifts.hand_over(hall.clerk, "wang", PASSWORD)
    hall_clock.advance(days=3)
    with pytest.raises(RuleRefused) as refused:
        hall.ctx.shifts.hand_over(hall.clerk, "zhao", PASSWORD)
    assert refused.value.code == "handover.successor_missing"
    handover = hall.ctx.shifts.hand_over(
        hall.clerk, "zhao", PASSWORD, {case_id: "李明"}, "钥匙已交", "action-1"
    )
    again = hall.ctx.shifts.hand_over(
        hall.clerk, "zhao", PASSWORD, {case_id: "李明"}, "钥匙已交", "action-1"
    )
    assert again == handover
    assert handover.successors == {case_id: "李明"}
    assert handover.facts["parked_visits"] == 1
    _both_sides_read_the_same(hall, handover)


def _both_sides_read_the_same(hall: Hall, handover: ShiftHandover) -> None:
    """The sheet has a word for every figure that a hand-over may keep."""
    hall.ctx.sheets.blanks(2)
    served = msgspec.structs.replace(hall.complete(), lanes=tuple(Lane))
    hall.ctx.intake.receive(served, hall.clerk)
    facts = hall.ctx.shifts.facts(hall.clerk)
    kept = msgspec.structs.replace(handover, facts=facts.record)
    sheet = hall.ctx.sheets.text(hall.ctx.sheets.shift_handover(kept, hall.clerk, facts))
    assert "今日绿色通道" in sheet
    assert "手写凭证：未领用" in sheet
    assert "李明" in sheet
