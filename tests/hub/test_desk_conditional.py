"""Conditional acceptance at the organ's own desk (容缺受理): what it needs, and what it leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from hub import catalogue, policy, publishing, setup
from hub.desk import papers
from hub.desk.acts import DeskActs
from hub.hub import Hub
from hub.store import marks, projections
from terminal.clock import FixedClock
from terminal.documents import content_digest, encode_view, render
from terminal.documents.composing import Occasion, intake
from terminal.domain.calendar import load_calendar
from terminal.domain.case import CaseState
from terminal.domain.parties import MaterialEntry, MaterialStatus
from terminal.domain.policy import Bar, credit_key
from terminal.domain.records import DocumentIssued, DocumentSigned, MaterialsSupplemented, Outcome
from terminal.errors import RuleRefused
from terminal.ids import SystemRandomness
from terminal.protocol.rules import BARRED
from terminal.protocol.snapshot import Line as Item
from terminal.protocol.wire import policy_feed
from terminal.texts import Texts
from tests.hub.line import APPLICANT, CLERK, Line, Taken, TestTerminal, load
from tests.hub.postgresql import Cluster
from tests.hub.test_desk import SECRET, Browser
from tests.hub.test_desk_answers import IN_ORDER, ITEM
from tests.hub.test_desk_pages import Acts, offered, words
from tests.hub.week import OFFICIAL, ORGAN

LATER = MaterialEntry("m3", "平面布局图", status=MaterialStatus.DEFERRED, standard="A4，标注尺寸")
CURE_BY = "2026-12-03"


@pytest.fixture(params=["sqlite"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The embedded store; one test asks for the other."""
    if request.param == "sqlite":
        yield ""
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    yield cluster.make()
    cluster.wait_for_clients()


@pytest.fixture(autouse=True)
def published(hub: Hub, tmp_path: Path) -> None:
    """The item, whose plan may come later; windows may only receive it."""
    *main, plan = ITEM.materials
    later = (*main, msgspec.structs.replace(plan, deferrable=True))
    item = msgspec.structs.replace(ITEM, materials=later, conditional_acceptance=True)
    catalogue.publish(hub, [Item(item=item)])
    organs = tmp_path / "numbers.json"
    organs.write_text('{"organs": {"区市场监管局": "区市监"}}', encoding="utf-8")
    policy.set_policy(hub, "numbers", organs)


def receive(
    hub: Hub, terminal: TestTerminal, *, signed: bool = True, refused: bool = False,
    materials: tuple[MaterialEntry, ...] = (*IN_ORDER[:2], LATER), cure_by: str = CURE_BY,
) -> Taken:  # fmt: skip
    """Receive with the plan to follow; the window gives out the undertaking and has it signed."""
    taken = terminal.receive(materials=materials, cure_by=cure_by)
    terminal.push()
    occasion = Occasion(
        "政务服务中心", "3 号综合窗口", "王芳", "12345", hub.now(), load_calendar(), Texts()
    )
    view = intake.undertaking(load(hub, taken), ITEM, occasion)
    digest, document_id = content_digest(view), SystemRandomness().uuid7()
    body = DocumentIssued(
        "undertaking", view.head.number, taken.case_id, "1", digest,
        msgspec.Raw(encode_view(view)), hub.now(),
    )  # fmt: skip
    issued = terminal.append(document_id, body, needs=(taken.head,))
    if refused:
        no = DocumentSigned(digest, "", hub.now(), "", not_signed="不愿签", witness=CLERK)
        terminal.append(document_id, no, base=issued)
    elif signed:
        yes = DocumentSigned(digest, APPLICANT.name, hub.now(), "citizen-screen", "ab" * 32)
        terminal.append(document_id, yes, base=issued)
    terminal.push()
    return taken


def issued_kinds(hub: Hub, taken: Taken) -> list[str]:
    with hub.store.reading() as database:
        return [one.document_kind for one in projections.documents_of(database, taken.case_id)]


def refusal(hub: Hub, taken: Taken, action: str, *, on_paper: bool = True) -> str:
    with pytest.raises(RuleRefused) as found:
        DeskActs(hub, OFFICIAL).accept_conditionally(taken.case_id, on_paper, action)
    assert load(hub, taken).state is CaseState.RECEIVED
    return found.value.code


@pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)
def test_what_may_follow_is_owed_by_the_day_that_was_undertaken(
    hub: Hub, terminal: TestTerminal, clock: FixedClock
) -> None:
    taken = receive(hub, terminal)
    clock.advance(days=1)
    desk = DeskActs(hub, OFFICIAL)
    desk.accept_conditionally(taken.case_id, False, "a1")
    desk.accept_conditionally(taken.case_id, False, "a1")  # the same form sent twice
    case = load(hub, taken)
    assert (case.state, case.deferred, case.cure_due) == (CaseState.ACCEPTED, ("m3",), CURE_BY)
    # Ten working days from the acceptance; the applicant's own day stays as it was signed.
    assert case.decide_by == "2026-12-08"
    with hub.store.reading() as store:
        assert marks.listed(store, marks.Mark.DEFERRED, ORGAN) == [taken.case_id]
    assert issued_kinds(hub, taken) == ["undertaking", "conditional"]
    said = "".join(render(papers.paper_of(hub, case, "case_accepted"), "text").decode().split())
    for sentence in (
        "容缺受理通知书", "区市监容〔2026〕1号", "主要材料已齐全", "平面布局图", "A4，标注尺寸",
        "最迟2026-12-03（", "补齐前不发放结果", "办理期限照常计算", "2026-12-08",
    ):  # fmt: skip
        assert sentence in said, sentence
    # The result is withheld until the plan is here; a window takes it in.
    desk.claim(taken.case_id, "a2")
    grant = {"document_number": "", "enforcement_number": "执-0001", "reason": "", "basis": ""}
    with pytest.raises(RuleRefused) as withheld:
        desk.decide(taken.case_id, outcome=Outcome.GRANTED, **grant, action_id="a3")
    assert withheld.value.code == "case.deferred_not_cured"
    came = MaterialsSupplemented((IN_ORDER[2],), {}, hub.now(), "", CLERK)
    terminal.append(taken.case_id, came, base=load(hub, taken).head)
    terminal.push()
    assert load(hub, taken).cure_due == ""
    desk.decide(taken.case_id, outcome=Outcome.GRANTED, **grant, action_id="a4")
    assert load(hub, taken).state is CaseState.DECIDED


def test_without_a_signature_nothing_is_accepted_on_condition(
    hub: Hub, terminal: TestTerminal
) -> None:
    declined = receive(hub, terminal, refused=True)
    assert refusal(hub, declined, "s1") == "desk.no_undertaking"
    unsigned = receive(hub, terminal, signed=False)
    assert refusal(hub, unsigned, "s2", on_paper=False) == "desk.not_undertaken"
    # Signed with ink: the paper came with the others.
    DeskActs(hub, OFFICIAL).accept_conditionally(unsigned.case_id, True, "s3")
    assert load(hub, unsigned).deferred == ("m3",)


@pytest.mark.parametrize(
    ("materials", "cure_by"),
    [
        ((IN_ORDER[0], msgspec.structs.replace(LATER, material_id="m2")), CURE_BY),
        ((*IN_ORDER[:2], msgspec.structs.replace(LATER, status=MaterialStatus.MISSING)), CURE_BY),
        ((*IN_ORDER[:2], LATER), ""),
        ((*IN_ORDER[:2], LATER), "2026-11-23"),
        (IN_ORDER, CURE_BY),
    ],
    ids=["a main material", "missing, not chosen", "not undertaken", "too late", "complete"],
)
def test_what_may_not_follow(
    hub: Hub, terminal: TestTerminal, materials: tuple[MaterialEntry, ...], cure_by: str
) -> None:
    taken = receive(hub, terminal, materials=materials, cure_by=cure_by)
    assert refusal(hub, taken, "f1") == "desk.no_undertaking"


def test_credit_and_silence_bar_conditions(
    hub: Hub, terminal: TestTerminal, clock: FixedClock
) -> None:
    barred = receive(hub, terminal)
    bar = msgspec.json.encode(Bar("2026-10-12", "5116-01-261012-KTM7-0001-7"))
    publishing.publish(hub, policy_feed, {BARRED + credit_key(APPLICANT): bar})
    assert refusal(hub, barred, "b1") == "desk.no_undertaking"
    policy.lift_bar(hub, APPLICANT.identity_number)
    clock.advance(days=8)
    assert refusal(hub, barred, "b2") == "act.deemed_accepted"


def test_the_page_asks_for_the_signature_only_where_none_is_known(
    hub: Hub, terminal: TestTerminal, line: Line
) -> None:
    setup.add_account(hub, "zhou", "周强", ORGAN, SECRET, enforcement_number="执-0001")
    official = Browser(line)
    official.sign_in("zhou")
    signed, unsigned = receive(hub, terminal), receive(hub, terminal, signed=False)
    assert "accept_conditionally" in offered(official, signed)
    page = words(official.get(f"/desk/cases/{signed.case_id}"))
    assert "申请人已在签字屏签署承诺书，平面布局图最迟 12-03（周四，含当日）补齐" in page
    assert "纸质承诺书已签署并收存" not in page
    acts = Acts(official, unsigned)
    said = words(acts("accept_conditionally"))
    assert "须由申请人自愿选择并签署承诺书" in said
    assert "纸质承诺书已签署并收存" in said
    acts("accept_conditionally", undertaken="yes")
    assert load(hub, unsigned).state is CaseState.ACCEPTED
    page = official.get(f"/desk/cases/{unsigned.case_id}")
    assert "容缺受理通知书" in page.text
    pdf = official.get(f"/desk/cases/{unsigned.case_id}/papers/case_accepted")
    assert pdf.body.startswith(b"%PDF")
