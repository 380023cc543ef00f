"""The competent organ's own answers: what no window may accept, correct or decline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hub import catalogue, policy
from hub.desk import papers
from hub.desk.acts import DeskActs
from hub.desk.grounds import DeclineRequest
from hub.enrol import PUBLIC_URL
from hub.hub import Hub
from hub.store import people, projections, queues
from hub.store.people import Account
from hub.web.progress_words import lines_of
from terminal.clock import FixedClock, to_local
from terminal.documents import render
from terminal.domain.aggregates import Document, NegativeOutcome
from terminal.domain.case import CaseState
from terminal.domain.catalogue import (
    Fate,
    Material,
    Organ,
    Regime,
    ServiceItem,
    TimeLimit,
    WindowAuthority,
)
from terminal.domain.parties import Comparison, MaterialEntry, MaterialStatus
from terminal.domain.records import CaseForwarded, DeclineKind, ForwardArrived, Forwarding
from terminal.errors import InvalidInput, NotAllowed, RuleRefused
from terminal.protocol.snapshot import Line as Item
from terminal.texts import Texts
from tests.hub.line import CLERK, Taken, TestTerminal, load
from tests.hub.postgresql import Cluster
from tests.hub.week import OFFICIAL, ORGAN

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


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The embedded store; one test asks for the other."""
    if request.param == "sqlite":
        yield ""
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    yield cluster.make()
    cluster.wait_for_clients()


def issued(hub: Hub, taken: Taken) -> dict[str, Document]:
    with hub.store.reading() as database:
        found = projections.documents_of(database, taken.case_id)
    return {one.document_kind: one for one in found}


def text_of(hub: Hub, taken: Taken, kind: str) -> str:
    view = papers.paper_of(hub, load(hub, taken), kind)
    return "".join(render(view, "text").decode().split())


@pytest.fixture(autouse=True)
def published(hub: Hub, tmp_path: Path) -> None:
    """The item, of which windows may only take the papers in, and the organ's word."""
    catalogue.publish(hub, [Item(item=ITEM)])
    with hub.store.writing() as store:
        people.set_fact(store, PUBLIC_URL, "https://hub.example")
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


def test_the_halls_shorter_limit_begins_with_the_arrival(
    hub: Hub, terminal: TestTerminal, tmp_path: Path
) -> None:
    limits = tmp_path / "limits.json"
    limits.write_text('{"LICENSING": {"respond_days": 2}}', encoding="utf-8")
    policy.set_policy(hub, "limits", limits)
    there = Forwarding(ORGAN, "大竹县", "2026-11-24")
    taken = terminal.receive(materials=IN_ORDER, respond_by="", forwarding=there)
    terminal.append(taken.case_id, CaseForwarded(hub.now(), "邮寄", CLERK), base=taken.head)
    terminal.push()
    DeskActs(hub, OFFICIAL).register_arrival(taken.case_id, hub.now(), "a1")
    assert load(hub, taken).respond_by == "2026-11-25"


def test_only_the_organ_there_answers_what_was_received_for_it(
    hub: Hub, terminal: TestTerminal
) -> None:
    there = Forwarding(STRANGER.organ, "邻区政务服务中心", "2026-11-24")
    taken = terminal.receive(materials=IN_ORDER, forwarding=there)
    terminal.append(taken.case_id, ForwardArrived(hub.now(), "2026-11-30", CLERK), base=taken.head)
    terminal.push()
    with pytest.raises(NotAllowed):
        DeskActs(hub, OFFICIAL).accept(taken.case_id, "a1")
    with hub.store.reading() as database:
        states = [CaseState.RECEIVED]
        assert queues.count(database, STRANGER.organ, states) == 1
        assert queues.count(database, ORGAN, states) == 0
    # Its remedies are not known here, so that nothing is declined in its name.
    request = DeclineRequest(DeclineKind.NO_LICENCE_NEEDED, "不需要许可")
    second = msgspec.structs.replace(SECOND, organ=STRANGER.organ)
    with pytest.raises(RuleRefused) as refused:
        DeskActs(hub, STRANGER).decline(taken.case_id, request, second, "a2")
    assert refused.value.code == "document.no_remedies"
    DeskActs(hub, STRANGER).accept(taken.case_id, "a3")
    said = text_of(hub, taken, "case_accepted")
    assert STRANGER.organ in said
    assert ORGAN not in said


def test_the_halls_own_limit_counts(hub: Hub, terminal: TestTerminal, tmp_path: Path) -> None:
    publish(hub, committed=None, statutory=None)
    limits = tmp_path / "limits.json"
    limits.write_text('{"LICENSING": {"decide_days": 3}}', encoding="utf-8")
    policy.set_policy(hub, "limits", limits)
    taken = terminal.receive(materials=IN_ORDER, item_version="2")
    terminal.push()
    DeskActs(hub, OFFICIAL).accept(taken.case_id, "a1")
    assert load(hub, taken).decide_by == "2026-11-26"


# Telling what lacks


def test_everything_is_told_at_once_with_its_standard(
    hub: Hub, terminal: TestTerminal, clock: FixedClock
) -> None:
    lacking = msgspec.structs.replace(IN_ORDER[2], status=MaterialStatus.MISSING)
    # The guide's business licence was not even recorded.
    taken = terminal.receive(materials=(IN_ORDER[0], lacking))
    terminal.push()
    desk = DeskActs(hub, OFFICIAL)
    with pytest.raises(RuleRefused) as refused:
        desk.notify_correction(taken.case_id, {"m1": "照片看不清"}, "", "c0")
    assert refused.value.code == "desk.left_out", "what the window noted is told as well"
    with pytest.raises(InvalidInput) as wrong:
        desk.notify_correction(taken.case_id, {"m1": "", "m3": ""}, "", "c1")
    assert wrong.value.code == "desk.needs_defect"
    desk.notify_correction(taken.case_id, {"m1": "照片看不清", "m2": "", "m3": ""}, "", "c2")
    case = load(hub, taken)
    assert case.state is CaseState.AWAITING_CORRECTION
    (notice,) = case.notices
    assert [(one.material_id, one.defect, one.standard) for one in notice] == [
        ("m1", "照片看不清", ""), ("m3", "", "A4，标注尺寸"), ("m2", "", "有效期内的正本或副本"),
    ]  # fmt: skip
    assert papers.papers_of(case) == ("correction_notified",)
    said = text_of(hub, taken, "correction_notified")
    for words in ("照片看不清", "A4，标注尺寸", "营业执照", "区市监补〔2026〕1号", "全部内容"):
        assert words in said, words
    # The citizen's page shows the notice, and never says that something was mended.
    lines = [line.title for line in lines_of(case, Texts(), to_local(hub.now()).date())]
    assert "已补正" not in lines
    clock.advance(days=2)
    desk.supplement(taken.case_id, ["m1", "m2", "m3"], "c3")
    case = load(hub, taken)
    assert (case.state, case.respond_by) == (CaseState.RECEIVED, "2026-12-02")
    assert not case.lacking
    assert "营业执照" in text_of(hub, taken, "materials_supplemented")
    # What the desk found wrong by itself had no receipt: this is the first one.
    assert issued(hub, taken)["supplement"].number == f"{case.receipt_number}-补收"
    desk.accept(taken.case_id, "c4")
    assert load(hub, taken).state is CaseState.ACCEPTED


def test_a_second_notice_of_something_new_needs_its_reason(hub: Hub, taken: Taken) -> None:
    desk = DeskActs(hub, OFFICIAL)
    desk.notify_correction(taken.case_id, {"m3": "没有标注尺寸"}, "", "n1")
    desk.supplement(taken.case_id, ["m3"], "n2")
    with pytest.raises(RuleRefused) as refused:
        desk.notify_correction(taken.case_id, {"m2": "已过有效期"}, "", "n3")
    assert refused.value.code == "case.second_notice_needs_reason"
    desk.notify_correction(taken.case_id, {"m2": "已过有效期"}, "执照于今日到期", "n4")
    assert load(hub, taken).repeat_reasons == ("执照于今日到期",)


def test_who_registers_copies_has_compared_them(
    hub: Hub, terminal: TestTerminal, clock: FixedClock
) -> None:
    copied = msgspec.structs.replace(ITEM.materials[1], fate=Fate.ORIGINAL_SEEN_COPY_KEPT)
    publish(hub, materials=(ITEM.materials[0], copied, ITEM.materials[2]))
    window = msgspec.structs.replace(
        IN_ORDER[0], fate=Fate.ORIGINAL_SEEN_COPY_KEPT, compared=Comparison(CLERK, hub.now())
    )
    lacking = [msgspec.structs.replace(e, status=MaterialStatus.MISSING) for e in IN_ORDER[1:]]
    taken = terminal.receive(materials=(window, *lacking), item_version="2")
    terminal.push()
    assert papers.COPY_CHECK not in papers.papers_of(load(hub, taken)), "the window's own"
    clock.advance(minutes=5)
    # Nothing was told of, so that the sheet comes without a receipt for a correction.
    DeskActs(hub, OFFICIAL).supplement(taken.case_id, ["m2", "m3"], "k1")
    case = load(hub, taken)
    found = {one.material_id: one.compared for one in case.materials}
    assert found["m1"] == window.compared
    assert found["m2"] is not None
    assert (found["m2"].by.name, found["m2"].at) == (OFFICIAL.display_name, hub.now())
    assert found["m3"] is None, "an original that stays has nothing to be compared with"
    assert papers.papers_of(case) == (papers.COPY_CHECK,)
    said = text_of(hub, taken, papers.COPY_CHECK)
    for words in ("经核对与原件一致", "营业执照", OFFICIAL.display_name, ORGAN):
        assert words in said, words
    assert "平面布局图" not in said
    assert "身份证件" not in said


# Not accepting


def decline(hub: Hub, taken: Taken, second: Account | None, action: str, **more: str) -> None:
    request = DeclineRequest(
        DeclineKind.NOT_COMPETENT, "该场所属相邻区管辖", go_to="邻区市场监管局",
        go_to_address="滨江路2号", go_to_phone="0826-2",
    )  # fmt: skip
    request = msgspec.structs.replace(request, **more)
    DeskActs(hub, OFFICIAL).decline(taken.case_id, request, second, action)


def test_declining_needs_another_of_the_organ_and_is_filed(hub: Hub, taken: Taken) -> None:
    lawyer = msgspec.structs.replace(SECOND, name="qian", legal=True)
    clerk = Account(CLERK.id, CLERK.name, ORGAN, "", False, "")
    for number, nobody in enumerate((None, OFFICIAL, STRANGER, lawyer, clerk)):
        with pytest.raises(NotAllowed):
            decline(hub, taken, nobody, f"d{number}")
    with pytest.raises(RuleRefused) as refused:
        decline(hub, taken, SECOND, "d8", go_to="")
    assert refused.value.code == "desk.needs_go_to"
    with pytest.raises(RuleRefused) as refused:
        decline(hub, taken, SECOND, "d9", reason="")
    assert refused.value.code == "case.decline_needs_reason"
    decline(hub, taken, SECOND, "d10")
    case = load(hub, taken)
    assert case.state is CaseState.NOT_ACCEPTED
    assert case.decline is not None
    assert "第三十二条" in case.decline.basis, "the regime's article where none was typed"
    with hub.store.reading() as database:
        (filed,) = projections.of_type(database, "negative_outcome")
    assert isinstance(filed, NegativeOutcome)
    assert (filed.reason, filed.said_by.name) == ("该场所属相邻区管辖", "周强")
    said = text_of(hub, taken, "case_declined")
    for words in ("不予受理", "邻区市场监管局", "滨江路2号", "区人民政府", "区人民法院",
                  "区市监不受〔2026〕1号"):  # fmt: skip
        assert words in said, words


def test_without_remedies_nothing_is_declined(hub: Hub, terminal: TestTerminal) -> None:
    publish(hub, organ=Organ(ORGAN))
    taken = terminal.receive(materials=IN_ORDER, item_version="2")
    terminal.push()
    with pytest.raises(RuleRefused) as refused:
        decline(hub, taken, SECOND, "d1")
    assert refused.value.code == "document.no_remedies"
    assert load(hub, taken).state is CaseState.RECEIVED


def test_a_window_that_may_accept_only_leaves_the_no_to_the_desk(
    hub: Hub, terminal: TestTerminal
) -> None:
    publish(hub, authority=WindowAuthority.ACCEPT)
    taken = terminal.receive(materials=IN_ORDER, item_version="2")
    terminal.push()
    with pytest.raises(RuleRefused):
        DeskActs(hub, OFFICIAL).notify_correction(taken.case_id, {"m2": "过期"}, "", "x1")
    decline(hub, taken, SECOND, "x2")
    assert load(hub, taken).state is CaseState.NOT_ACCEPTED


def test_after_silence_nothing_but_accepting_is_left(
    hub: Hub, taken: Taken, clock: FixedClock
) -> None:
    clock.advance(days=8)
    with pytest.raises(RuleRefused) as refused:
        decline(hub, taken, SECOND, "s1")
    assert refused.value.code == "act.deemed_accepted"
    with pytest.raises(RuleRefused) as refused:
        DeskActs(hub, OFFICIAL).notify_correction(taken.case_id, {"m2": "过期"}, "", "s2")
    assert refused.value.code == "act.deemed_accepted"


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_an_answer_on_the_shared_engine(hub: Hub, taken: Taken) -> None:
    desk = DeskActs(hub, OFFICIAL)
    desk.notify_correction(taken.case_id, {"m3": "没有标注尺寸"}, "", "p1")
    desk.supplement(taken.case_id, ["m3"], "p2")
    desk.accept(taken.case_id, "p3")
    with hub.store.reading() as store:
        found = projections.documents_of(store, taken.case_id)
    assert sorted(one.document_kind for one in found) == ["acceptance", "correction", "supplement"]
