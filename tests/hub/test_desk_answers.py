"""The competent organ's own answers: what no window may accept, correct or decline."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from hub import catalogue, policy
from hub.desk import papers
from hub.desk.acts import DeskActs
from hub.hub import Hub
from hub.store import projections
from hub.store.people import Account
from terminal.clock import FixedClock
from terminal.documents import render
from terminal.domain.aggregates import Document
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import (
    Material,
    Organ,
    Regime,
    ServiceItem,
    TimeLimit,
    WindowAuthority,
)
from terminal.domain.parties import MaterialEntry, MaterialStatus
from terminal.domain.records import CaseForwarded, Forwarding
from terminal.errors import NotAllowed, RuleRefused
from terminal.protocol.snapshot import Line as Item
from tests.hub.line import CLERK, Taken, TestTerminal
from tests.hub.week import OFFICIAL, ORGAN

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)

ITEM = ServiceItem(
    "511602-0001", "食品经营许可（新办）", ORGAN, version="1", regime=Regime.LICENSING,
    organ=Organ(ORGAN, reconsideration_organ="区人民政府", court="区人民法院", phone="0826-1"),
    authority=WindowAuthority.RECEIVE_ONLY, guide=True,
    committed=TimeLimit(10), statutory=TimeLimit(20),
    materials=(
        Material("m1", "身份证件"), Material("m2", "营业执照", standard="有效期内的正本或副本"),
        Material("m3", "平面布局图", standard="A4，标注尺寸"),
    ),
)  # fmt: skip
IN_ORDER = (
    MaterialEntry("m1", "身份证件"),
    MaterialEntry("m2", "营业执照", standard="有效期内的正本或副本"),
    MaterialEntry("m3", "平面布局图", standard="A4，标注尺寸"),
)
SECOND = Account("wu", "吴芳", ORGAN, "执-0009", False, "")
STRANGER = Account("sun", "孙某", "区住建局", "执-0002", False, "")


def load(hub: Hub, taken: Taken) -> Case:
    with hub.store.reading() as database:
        case = projections.load(database, taken.case_id)
    assert isinstance(case, Case)
    return case


def issued(hub: Hub, taken: Taken) -> dict[str, Document]:
    with hub.store.reading() as database:
        found = projections.documents_of(database, taken.case_id)
    return {one.document_kind: one for one in found}


def text_of(hub: Hub, taken: Taken, kind: str) -> str:
    view = papers.paper_of(hub, load(hub, taken), kind)
    return render(view, "text").decode().replace("\n", "")


@pytest.fixture(autouse=True)
def published(hub: Hub, tmp_path: Path) -> None:
    """The item, of which windows may only take the papers in, and the organ's word."""
    catalogue.publish(hub, [Item(item=ITEM)])
    words = tmp_path / "numbers.json"
    words.write_text('{"organs": {"区市场监管局": "区市监"}}', encoding="utf-8")
    policy.set_policy(hub, "numbers", words)


def publish(hub: Hub, **changes: object) -> None:
    """Publish the item's second version."""
    catalogue.publish(hub, [Item(item=msgspec.structs.replace(ITEM, version="2", **changes))])


@pytest.fixture
def taken(terminal: TestTerminal) -> Taken:
    """Received with everything in order on Monday 2026-11-23; answer until the 30th."""
    taken = terminal.receive(materials=IN_ORDER)
    terminal.push()
    return taken


def test_the_organ_accepts_what_no_window_may(
    hub: Hub, terminal: TestTerminal, taken: Taken
) -> None:
    DeskActs(hub, OFFICIAL).accept(taken.case_id, "a1")
    DeskActs(hub, OFFICIAL).accept(taken.case_id, "a1")  # the same form sent twice
    case = load(hub, taken)
    # The promised 10 working days are shorter than the law's 20.
    assert (case.state, case.decide_by) == (CaseState.ACCEPTED, "2026-12-07")
    assert (case.accepted_at, case.deemed, case.provisional) == (hub.now(), False, False)
    assert case.case_number
    assert [step.kind for step in case.history].count("case_accepted") == 1
    paper = issued(hub, taken)["acceptance"]
    assert paper.official_number == "区市监受〔2026〕1号"
    said = text_of(hub, taken, "case_accepted")
    for words in ("受理通知书", ORGAN, "区市监受〔2026〕1号", case.case_number, "12-07"):
        assert words in said, words
    # The window that took it in hears of the step and has the paper.
    heard = {row.key for row in terminal.progress() if row.kind == "entry"}
    assert {case.history[1].record_id, paper.history[0].record_id} <= heard


def test_nothing_that_lacks_is_accepted(hub: Hub, terminal: TestTerminal) -> None:
    lacking = msgspec.structs.replace(IN_ORDER[2], status=MaterialStatus.MISSING)
    taken = terminal.receive(materials=(*IN_ORDER[:2], lacking))
    terminal.push()
    with pytest.raises(RuleRefused) as refused:
        DeskActs(hub, OFFICIAL).accept(taken.case_id, "a1")
    assert refused.value.code == "case.materials_lacking"
    assert not issued(hub, taken)
    later = terminal.receive(materials=IN_ORDER)
    terminal.push()
    DeskActs(hub, OFFICIAL).accept(later.case_id, "a2")
    assert issued(hub, later)["acceptance"].official_number.endswith("1号"), "none was wasted"


def test_what_the_window_may_do_stays_the_windows(hub: Hub, terminal: TestTerminal) -> None:
    publish(hub, authority=WindowAuthority.ACCEPT)
    taken = terminal.receive(materials=IN_ORDER, item_version="2")
    terminal.push()
    with pytest.raises(RuleRefused) as refused:
        DeskActs(hub, OFFICIAL).accept(taken.case_id, "a1")
    assert refused.value.code == "desk.window_answers"


@pytest.mark.parametrize(
    "account",
    [STRANGER, Account(CLERK.id, CLERK.name, ORGAN, "执-1", False, "")],
    ids=["another organ", "the clerk of the window"],
)
def test_nobody_else_answers(hub: Hub, taken: Taken, account: Account) -> None:
    with pytest.raises(NotAllowed):
        DeskActs(hub, account).accept(taken.case_id, "a1")
    assert load(hub, taken).state is CaseState.RECEIVED


def test_silence_has_accepted_from_the_receipt(
    hub: Hub, terminal: TestTerminal, clock: FixedClock
) -> None:
    lacking = msgspec.structs.replace(IN_ORDER[2], status=MaterialStatus.MISSING)
    taken = terminal.receive(materials=(*IN_ORDER[:2], lacking))
    terminal.push()
    clock.advance(days=8)
    DeskActs(hub, OFFICIAL).accept(taken.case_id, "a1")
    case = load(hub, taken)
    assert (case.deemed, case.accepted_at) == (True, case.received_at)
    # 10 working days from the receipt, not from the day on which it was written down.
    assert case.decide_by == "2026-12-07"
    said = text_of(hub, taken, "case_accepted")
    assert "自2026年11月23日起即为受理" in said


def test_what_came_from_another_place_is_accepted_after_its_arrival(
    hub: Hub, terminal: TestTerminal, clock: FixedClock
) -> None:
    publish(hub, authority=WindowAuthority.ACCEPT_AND_DECLINE)
    taken = terminal.receive(
        materials=IN_ORDER,
        item_version="2",
        respond_by="",
        forwarding=Forwarding(ORGAN, "大竹县", "2026-11-24"),
    )
    terminal.append(taken.case_id, CaseForwarded(hub.now(), "邮寄", CLERK), base=taken.head)
    terminal.push()
    desk = DeskActs(hub, OFFICIAL)
    with pytest.raises(RuleRefused):
        desk.accept(taken.case_id, "a1")
    clock.advance(days=1)
    desk.register_arrival(taken.case_id, hub.now(), "a2")
    assert load(hub, taken).due == "2026-12-01"
    desk.accept(taken.case_id, "a3")
    assert load(hub, taken).decide_by == "2026-12-08"


def test_the_halls_own_limit_counts(hub: Hub, terminal: TestTerminal, tmp_path: Path) -> None:
    publish(hub, committed=None, statutory=None)
    limits = tmp_path / "limits.json"
    limits.write_text('{"LICENSING": {"decide_days": 3}}', encoding="utf-8")
    policy.set_policy(hub, "limits", limits)
    taken = terminal.receive(materials=IN_ORDER, item_version="2")
    terminal.push()
    DeskActs(hub, OFFICIAL).accept(taken.case_id, "a1")
    assert load(hub, taken).decide_by == "2026-11-26"
