"""What a department has done comes up at the window until the applicant was told (待告知)."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from hub.desk.acts import DeskActs
from hub.hub import Hub
from hub.store.people import Account
from terminal.clock import FixedClock
from terminal.domain.case import CaseState
from terminal.domain.records import DeliveryWay, Outcome
from terminal.errors import RuleRefused
from terminal.services.casework.todo import Tab
from terminal.services.views import DocumentView
from terminal.store import lists
from tests.core.hall import LICENCE, ORGAN, Hall
from tests.core.sync.rounds import worker

OFFICIAL = Account("zhou", "周强", ORGAN.name, "执-0001", False, "")


def test_a_departments_papers_are_handed_over_one_after_the_other(joined: Hall, hub: Hub) -> None:
    ctx, desk = joined.ctx, DeskActs(hub, OFFICIAL)
    case_id = ctx.intake.receive(joined.complete(LICENCE), joined.clerk).case.case_id
    other = ctx.intake.receive(joined.complete(LICENCE), joined.clerk).case.case_id
    worker(joined).once()
    with pytest.raises(RuleRefused):
        ctx.telling.print(case_id, "print-1")
    desk.accept(case_id, "accept-1")
    worker(joined).once()
    # The window is told of it, and only of this case.
    assert to_tell(joined) == {case_id: "case_accepted"}
    assert (counted(joined), counted(joined)) == (1, 1)
    # It comes out as the desk has issued it; printing alone tells nobody.
    [acceptance] = ctx.telling.print(case_id, "print-2")
    assert (acceptance.kind, [job.copy for job in acceptance.jobs]) == ("acceptance", [1])
    [again] = ctx.telling.print(case_id, "print-3")
    assert len(again.jobs) == 1
    assert to_tell(joined) == {case_id: "case_accepted"}
    signed(joined, acceptance)
    assert (to_tell(joined), counted(joined)) == ({}, 0)
    # The next one is the department's own, with its number.
    desk.extend(case_id, 5, "案情复杂", "行政许可法第四十二条", "局长", "延〔2026〕7号", "extend-1")
    worker(joined).once()
    assert to_tell(joined) == {case_id: "case_extended"}
    [extension] = ctx.telling.print(case_id, "print-4")
    view = ctx.documents.document(extension.document_id).view
    assert extension.kind == "extension"
    assert "延〔2026〕7号" in bytes(view).decode()
    assert ctx.telling.print(case_id, "print-5") == (extension,)
    ctx.signing.not_signed((extension.document_id,), "张三", "拒绝签字", "李强")
    assert (to_tell(joined), counted(joined)) == ({}, 0)
    assert ctx.cases.case(other).state is CaseState.RECEIVED
    # A decision goes out with the result: it stands in that tab. The hub has no remedies for
    # its paper, the window has: it composes it in the organ's name, with its number.
    decide(desk, case_id)
    worker(joined).once()
    assert to_tell(joined) == {}
    assert Tab.TO_HAND_OUT in tabs(joined)[case_id]
    [decision] = ctx.telling.print(case_id, "print-6")
    assert (decision.kind, len(decision.jobs)) == ("decision_refuse", 1)
    view = ctx.documents.document(decision.document_id).view
    assert "决〔2026〕9号" in bytes(view).decode()


def test_a_clock_that_is_behind_dates_no_paper_before_its_step(
    joined: Hall, hub: Hub, hall_clock: FixedClock
) -> None:
    ctx, desk = joined.ctx, DeskActs(hub, OFFICIAL)
    case_id = ctx.intake.receive(joined.complete(LICENCE), joined.clerk).case.case_id
    worker(joined).once()
    desk.accept(case_id, "accept-1")
    decide(desk, case_id)
    worker(joined).once()
    hall_clock.advance(hours=-2)
    [decision] = ctx.telling.print(case_id, "print-1")
    assert decision.kind == "decision_refuse"
    decided = ctx.cases.case(case_id).decision
    assert decided is not None
    assert decision.issued_at == decided.decided_at
    assert ctx.telling.print(case_id, "print-2") == (decision,)


def test_who_agreed_to_electronic_delivery_is_told_by_the_issued_paper(
    joined: Hall, hub: Hub
) -> None:
    ctx, desk = joined.ctx, DeskActs(hub, OFFICIAL)
    case_id = ctx.intake.receive(joined.complete(LICENCE), joined.clerk).case.case_id
    ctx.results.agree(
        case_id, DeliveryWay.ELECTRONIC, joined.clerk, consent=True, recipient="张三",
        phone="13800000000", signature="ab" * 32,
    )  # fmt: skip
    worker(joined).once()
    desk.accept(case_id, "accept-1")
    worker(joined).once()
    assert (to_tell(joined), counted(joined)) == ({}, 0)


def test_what_was_told_costs_no_further_look(
    joined: Hall, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = joined.ctx
    case_id = ctx.intake.receive(joined.complete(LICENCE), joined.clerk).case.case_id
    worker(joined).once()
    DeskActs(hub, OFFICIAL).accept(case_id, "accept-1")
    worker(joined).once()
    to_tell(joined)
    asked: list[str] = []
    whole = lists.documents_of_case
    monkeypatch.setattr(
        lists, "documents_of_case", lambda db, one: asked.append(one) or whole(db, one)
    )
    assert to_tell(joined) == {case_id: "case_accepted"}
    assert asked == []
    acceptance = ctx.cases.documents(case_id)[-1]
    signed(joined, acceptance)
    asked.clear()
    assert (to_tell(joined), asked) == ({}, [case_id])
    marked: list[list[str]] = []
    marks = lists.document_marks
    monkeypatch.setattr(
        lists, "document_marks", lambda db, ids: marked.append(list(ids)) or marks(db, ids)
    )
    assert (to_tell(joined), marked) == ({}, [[]])


def to_tell(hall: Hall) -> dict[str, str]:
    """Return the newest step that each case in the tab wants told."""
    todo = hall.ctx.todo.mine(hall.clerk)
    rows = todo.of(Tab.TO_TELL)
    assert todo.counts["to_tell"] == len(rows)
    return {row.case.case_id: row.owed[-1].step.kind for row in rows}


def tabs(hall: Hall) -> dict[str, tuple[Tab, ...]]:
    return {row.case.case_id: row.tabs for row in hall.ctx.todo.mine(hall.clerk).rows}


def counted(hall: Hall) -> int:
    return hall.ctx.cases.counts(hall.clerk).to_tell


def signed(hall: Hall, document: DocumentView) -> None:
    ink = io.BytesIO()
    Image.new("L", (8, 4)).save(ink, "PNG")
    hall.ctx.signing.sign((document.document_id,), ink.getvalue(), "张三")


def decide(desk: DeskActs, case_id: str) -> None:
    desk.decide(
        case_id, outcome=Outcome.REFUSED, document_number="决〔2026〕9号",
        enforcement_number="执-0001", reason="不符合条件", basis="行政许可法第三十八条",
        action_id="decide-1",
    )  # fmt: skip
