"""The demo's judgement: whatever is not as the scene intended it is said, and ends in failure."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from terminal.dev.comparison import Comparison, HubSide
from terminal.dev.scenes import steps
from terminal.domain.case import CaseState
from terminal.texts import Texts
from ui.demo.papers import PaperFiles, PrintedFiles
from ui.demo.player import STEPS
from ui.demo.stage import Played
from ui.demo.summary import CaseSummary, Findings, problems

RECEIPT = PaperFiles("receipt", "N-1", {"text": "documents/N-1-receipt.txt"})
CASE = CaseSummary(
    scene="a-day",
    case_id="id",
    matter="one",
    receipt_number="N-1",
    case_number="C-1",
    item_code="item",
    state="ACCEPTED",
    due_date="2026-11-30",
    offline=True,
    record_ids=("r1",),
    documents=(RECEIPT,),
)
FOUND = Findings(
    cases=(CASE,),
    comparison=Comparison(1, 1, (), (), ()),
    hub=HubSide(
        1, (("r1", "h1"),), (("r1", "applied"),), (("C-1", "N-1"),), 1, 0, (("N-1", "ACCEPTED"),)
    ),
    chain_holds=True,
    printed=PrintedFiles(("printer/slip-01.escpos",), (), 0),
    ratings_given=1,
)
PLAYED = [Played("one", "id", CaseState.ACCEPTED, True, "item")]


def _judge(found: Findings = FOUND, waiting: int = 0) -> list[str]:
    return problems(found, PLAYED, waiting, Texts("zh"))


def _case(**changed: Any) -> Findings:
    return msgspec.structs.replace(FOUND, cases=(msgspec.structs.replace(CASE, **changed),))


def _hub(**changed: Any) -> Findings:
    return msgspec.structs.replace(FOUND, hub=msgspec.structs.replace(FOUND.hub, **changed))


def _both(state: str) -> Findings:
    hub = msgspec.structs.replace(FOUND.hub, states=(("N-1", state),))
    return msgspec.structs.replace(_case(state=state), hub=hub)


def test_a_day_as_intended_has_no_problem() -> None:
    assert _judge() == []


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (msgspec.structs.replace(FOUND, comparison=Comparison(1, 0, ("r1",), (), ())), "没有到达"),
        (msgspec.structs.replace(FOUND, comparison=Comparison(1, 1, (), ("r1",), ())), "重复"),
        (
            msgspec.structs.replace(FOUND, comparison=Comparison(1, 1, (), (), (("r1", "held"),))),
            "没有生效（held）",
        ),
        (msgspec.structs.replace(FOUND, chain_holds=False), "校验链"),
        (_both("RECEIVED"), "状态是 RECEIVED，应为 ACCEPTED"),
        (_hub(states=(("N-1", "RECEIVED"),)), "本机的状态是 ACCEPTED，平台的状态是 RECEIVED"),
        (_case(offline=False), "断网办理"),
        (_case(item_code="other"), "事项编码"),
        (_case(due_date=""), "没有办理期限"),
        (_hub(ratings=0), "评价 1 条，到达 0 条"),
        (_hub(cases=()), "平台 0 件"),
        (msgspec.structs.replace(FOUND, printed=PrintedFiles((), (), 0)), "实际出纸 0 张"),
        (
            msgspec.structs.replace(FOUND, printed=PrintedFiles(("slip",), (), 1)),
            "其中 1 张内容不符",
        ),
    ],
)
def test_each_fault_is_said(found: Findings, said: str) -> None:
    sentences = _judge(found)
    assert len(sentences) == 1
    assert said in sentences[0]


def test_each_kind_of_step_can_be_performed() -> None:
    assert set(STEPS) == set(get_args(steps.Step))


def test_what_still_waits_is_a_fault() -> None:
    assert "还有 3 条记录没有上传" in _judge(waiting=3)[0]
