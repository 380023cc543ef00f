"""The progress page in every state: what it is, whose turn it is, until when; matters and twins."""

from __future__ import annotations

import datetime as dt
import re

import msgspec
import pytest

from hub.desk.acts import DeskActs
from hub.hub import Hub
from hub.web.progress_words import notices_of, owed_by, owes, state_name, tone_of
from terminal.clock import FixedClock
from terminal.domain.case import CaseState, Decision
from terminal.domain.catalogue import Regime
from terminal.domain.parties import Actor, Party
from terminal.domain.records import (
    CaseDelivered,
    CaseForwarded,
    DeliveryWay,
    Forwarding,
    LateEntry,
    LifeEventApplied,
    Outcome,
    ResultThing,
    SuspensionGround,
)
from terminal.ids import SystemRandomness
from terminal.texts import Texts
from tests.hub.line import APPLICANT, CLERK, Line, Reply, Taken, TestTerminal, load
from tests.hub.test_desk import FORM
from tests.hub.week import LATER, OFFICIAL, Week

FACT = f"fact={APPLICANT.identity_number[-4:]}".encode()
TOKENS = ("A" * 22, "B" * 22)


@pytest.fixture
def database() -> str:
    """The embedded store: what is shown does not depend on the engine."""
    return ""


def words(reply: Reply) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.text))


def page(line: Line, taken: Taken) -> str:
    return words(line.call("GET", taken.path))


def test_a_case_on_its_way_to_the_end(hub: Hub, line: Line, terminal: TestTerminal) -> None:
    taken = terminal.accept(terminal.receive())
    terminal.push()
    desk = DeskActs(hub, OFFICIAL)
    desk.claim(taken.case_id, "1")
    assert "由区市场监管局审查，您暂时不用做什么" in page(line, taken)
    desk.suspend(
        taken.case_id, SuspensionGround.EXPERT_REVIEW, "第四十五条", dt.date(2026, 12, 4),
        "告〔2026〕1号", "2",
    )  # fmt: skip
    said = page(line, taken)
    assert "特别程序（专家评审）计划至 12-04 结束，这段时间不计入办理期限" in said
    assert "最迟 12-11（周五，含当日）作出决定" in said
    desk.resume(taken.case_id, "通过", "3")
    desk.decide(
        taken.case_id, outcome=Outcome.GRANTED, document_number="文〔2026〕1号",
        enforcement_number="执-0001", reason="", basis="", action_id="4",
    )  # fmt: skip
    said = page(line, taken)
    assert "已决定：准予" in said
    assert "已办结" not in said, "nothing is closed before its delivery"
    assert "最迟 12-07（周一，含当日）送达" in said
    desk.make_ready(taken.case_id, [ResultThing("食品经营许可证", "JY1")], "2 号出件窗口", "5")
    said = page(line, taken)
    for one in ("结果可领取", "领取地点：2 号出件窗口", "机关应最迟 12-07", "由您领取结果"):
        assert one in said
    delivered = CaseDelivered(
        DeliveryWay.WINDOW, APPLICANT, "SELF", ("文〔2026〕1号",), hub.now(), CLERK,
        identity_checked=True, signature="ab" * 32,
    )  # fmt: skip
    terminal.append(taken.case_id, delivered, base=load(hub, taken).head)
    terminal.push()
    said = page(line, taken)
    assert "已送达" in said
    assert "11-23 周一 10:42 送达，方式：窗口领取" in said
    assert "您不用再做什么" in said
    desk.close(taken.case_id, "", "6")
    assert "11-23 周一 10:42 办结" in page(line, taken)


def test_what_ended_otherwise_says_how(hub: Hub, line: Line, terminal: TestTerminal) -> None:
    week = Week(hub, terminal)
    week.live()
    for name, said in (
        ("deemed", "机关没有在期限内答复，自 11-13 起视为受理，收件凭证即为受理凭证"),
        ("withdrawn", "11-23 周一 10:42 按您本人的申请撤回"),
        ("voided", "作废，原因：重复录入。这个收件号不再使用"),
        ("uncured", "请最迟 11-25（周三，含当日）补齐以下材料"),
        ("uncured", "由您补齐容缺材料；区市场监管局同时在审查"),
        ("refused", "由区市场监管局把决定书送达给您"),
        ("originals", "不动产权证书 ×1，凭收件凭证领回"),
        ("second", "由您补正下列材料"),
    ):
        assert said in page(line, week.cases[name]), name


def test_silence_is_said_before_anybody_has_recorded_it(
    line: Line, terminal: TestTerminal, clock: FixedClock
) -> None:
    licence = terminal.receive()
    filing = terminal.receive(regime=Regime.OTHER_BY_GUIDE)
    terminal.push()
    clock.advance(days=7)
    assert "视为受理" not in page(line, licence), "the last day is still in time"
    clock.advance(days=1)
    said = page(line, licence)
    assert "已过答复期限" in said
    assert "自 11-23 起即为受理，收件凭证即为受理凭证" in said
    assert "即为受理" not in page(line, filing)


def test_the_handwritten_receipt_is_named(hub: Hub, line: Line, terminal: TestTerminal) -> None:
    written = hub.now() - 3_600_000
    late = LateEntry("S5116-01-261123-KTM7-0003-5", written, Actor("supervisor", "zhao", "赵敏"))
    taken = terminal.receive(late_entry=late, received_at=written)
    terminal.push()
    said = page(line, taken)
    assert "手写凭证 S5116-01-261123-KTM7-0003-5，11-23 周一 09:42 开具" in said
    assert "收件时间以手写凭证为准" in said


def test_every_state_has_its_words(hub: Hub, terminal: TestTerminal) -> None:
    today = dt.date(2026, 11, 23)
    taken = terminal.receive(materials=(LATER,))
    taken = terminal.accept(taken, deferred=("m9",), cure_by="2026-11-27", applicant_agreed=True)
    terminal.push()
    known = load(hub, taken)
    decided = Decision(Outcome.TERMINATED, hub.now(), "文〔2026〕3号", "理由", "依据", CLERK)
    owed_in = ("AWAITING_CORRECTION", "ACCEPTED", "UNDER_REVIEW", "SUSPENDED")
    for texts in (Texts("zh"), Texts("en")):
        for state in CaseState:
            after = None if state.open else decided
            case = msgspec.structs.replace(known, state=state, decision=after)
            assert state_name(case, texts), state
            assert tone_of(case) in ("accent", "warning", "good", "bad", "muted")
            assert owed_by(case, texts), state
            assert all(one.title for one in notices_of(case, texts, today))
            assert owes(case) == (state in owed_in), state


def test_papers_for_another_place_name_both_places(line: Line, terminal: TestTerminal) -> None:
    taken = terminal.receive(
        forwarding=Forwarding("大竹县市场监管局", "大竹县", "2026-11-24", "0818-6222"),
        respond_by="",
    )
    terminal.push()
    said = page(line, taken)
    for one in (
        "已代收，待转交大竹县市场监管局",
        "最迟 11-24（周二，含当日）转交大竹县市场监管局",
        "由3 号综合窗口转交大竹县市场监管局",
        "受理机关电话：0818-6222",
    ):
        assert one in said
    assert "视为受理" not in said
    terminal.append(
        taken.case_id, CaseForwarded(terminal.clock.now().wall, "邮政", CLERK), base=taken.head
    )
    terminal.push()
    assert "大竹县市场监管局接收，收到后开始计算办理期限" in page(line, taken)


def test_one_matter_is_one_line_and_a_card_for_each_item(
    hub: Hub, line: Line, terminal: TestTerminal
) -> None:
    matter_id = SystemRandomness().uuid7()
    market = terminal.accept(terminal.receive(item="食品经营许可", parent_id=matter_id))
    tax = terminal.receive(organ="区税务局", item="发票领用", parent_id=matter_id)
    number, token = f"5116-{terminal.number}-261123-KTM7-0099-7", TOKENS[0]
    applied = LifeEventApplied(
        "open-restaurant", "开餐馆", number, terminal.visit(), APPLICANT, {}, {},
        (market.case_id, tax.case_id), hub.now(), "3 号综合窗口", CLERK, token,
    )  # fmt: skip
    terminal.append(matter_id, applied)
    terminal.push()
    said = words(line.call("GET", f"/p/{number}?t={token}"))
    for one in (
        "一件事“开餐馆”：共 2 个事项，已办完 0 个", "食品经营许可", "发票领用",
        "区税务局", "审查中", "最迟 11-30（周一，含当日）答复是否受理",
    ):  # fmt: skip
        assert one in said
    assert "张三丰" not in said
    assert "一件事“开餐馆”：共 2 个事项" in page(line, market)
    assert line.call("GET", f"/p/{number}?t={TOKENS[1]}").status == 404


def twins(terminal: TestTerminal, other: TestTerminal, tokens: tuple[str, str]) -> str:
    """Two cases of one number, as a cloned disk makes them; returns the number."""
    number = f"5116-{terminal.number}-261123-KTM7-0042-7"
    second = Party(name="李四光", identity_number="110101199003078259")
    for one, party, token in zip((terminal, other), (APPLICANT, second), tokens, strict=True):
        one.receive(item=f"{party.name}的事项", receipt_number=number, token=token, applicant=party)
        one.push()
    return number


@pytest.mark.parametrize("tokens", [TOKENS, (TOKENS[0], TOKENS[0])], ids=["two", "cloned"])
def test_two_cases_of_one_number_ask_for_a_second_fact(
    line: Line, terminal: TestTerminal, other: TestTerminal, tokens: tuple[str, str]
) -> None:
    number = twins(terminal, other, tokens)
    path = f"/p/{number}?t={tokens[1]}"
    asked = line.call("GET", path)
    assert asked.status == 200
    assert "有两份凭证使用了同一个收件号" in asked.text
    assert "事项" not in asked.text, "nothing is shown before"
    for wrong in (b"", b"fact=", b"fact=0000", b"fact=%00%00%00%00", b"fact=1236" * 9_000):
        reply = line.call("POST", path, wrong, FORM)
        assert reply.status == 409
        assert "没有对上" in reply.text
    opened = line.call("POST", path, b"fact=8259", FORM)
    assert opened.status == 200
    assert "李四光的事项" in opened.text
    # The first one's fact opens the first one's case, and only with a token that is its own.
    first = line.call("POST", path, FACT, FORM)
    assert ("张三丰的事项" in first.text) == (tokens[0] == tokens[1])
    assert line.call("GET", f"/p/{number}?t={'C' * 22}").status == 404


def test_a_second_fact_is_asked_of_nobody_else(line: Line, terminal: TestTerminal) -> None:
    taken = terminal.receive()
    terminal.push()
    reply = line.call("POST", taken.path, b"fact=9999", FORM)
    assert reply.status == 200
    assert "食品经营许可" in reply.text
    assert line.call("POST", f"/p/{taken.receipt_number}", FACT, FORM).status == 404
