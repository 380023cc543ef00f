"""The desk's pages: queues by tab, the forms of a case, what they say and what they do."""

from __future__ import annotations

import re
from urllib.parse import quote

import msgspec
import pytest

from hub import setup
from hub.desk.acts import DeskActs
from hub.desk.case_forms import ACTS
from hub.hub import Hub
from hub.store import filed, projections
from terminal.clock import FixedClock
from terminal.domain.case import Case, CaseState
from terminal.domain.records import CaseForwarded, Forwarding, MaterialsHandedOver
from tests.hub.conftest import PASSWORD
from tests.hub.line import CLERK, Line, Reply, Taken, TestTerminal, load
from tests.hub.test_desk import SECRET, Browser
from tests.hub.week import LAWYER, OFFICIAL, ORGAN, Week

ACTION = "01a2017c-9035-746b-b5ea-0000000000%02d"


@pytest.fixture
def database() -> str:
    """The embedded store; what is stored is tried on both engines elsewhere."""
    return ""


@pytest.fixture
def official(hub: Hub, line: Line) -> Browser:
    """Somebody of the market supervision, signed in."""
    return _signed_in(hub, line, "zhou", "周强", enforcement_number="执-0001")


@pytest.fixture
def lawyer(hub: Hub, line: Line) -> Browser:
    """The legal department of the market supervision, signed in."""
    return _signed_in(hub, line, "qian", "钱进", legal=True)


@pytest.fixture
def chief(hub: Hub, line: Line) -> Browser:
    """The hall's supervisor, signed in."""
    browser = Browser(line)
    browser.sign_in(setup.SUPERVISOR, PASSWORD)
    return browser


def _signed_in(hub: Hub, line: Line, name: str, person: str, **more: object) -> Browser:
    setup.add_account(hub, name, person, ORGAN, SECRET, **more)  # type: ignore[arg-type]
    browser = Browser(line)
    browser.sign_in(name)
    return browser


def words(reply: Reply) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", reply.text))


def offered(browser: Browser, taken: Taken) -> set[str]:
    page = browser.get(f"/desk/cases/{taken.case_id}").text
    return {one.partition("-")[0] for one in re.findall(r'id="form-([\w-]+)"', page)}


class Acts:
    """Sends the forms of a case, each with an action of its own."""

    def __init__(self, browser: Browser, taken: Taken) -> None:
        self.browser = browser
        self.path = f"/desk/cases/{taken.case_id}"
        self.token = browser.token(self.path)
        self.sent = 0

    def __call__(self, act: str, **fields: str) -> Reply:
        self.sent += 1
        given = {"token": self.token, "action": ACTION % self.sent} | fields
        return self.browser.post(f"{self.path}/{act}", **given)


def test_each_tab_holds_its_cases_and_says_how_many(
    hub: Hub, terminal: TestTerminal, official: Browser, clock: FixedClock
) -> None:
    week = Week(hub, terminal)
    week.live()
    forwarding = Forwarding(ORGAN, "大竹县", "2026-11-24")
    far = terminal.receive(item="异地事项", forwarding=forwarding)
    papers = terminal.accept(terminal.receive(item="待签收"))
    terminal.append(papers.case_id, MaterialsHandedOver(CLERK, 7, 0), base=papers.head)
    terminal.accept(terminal.receive(item="要审核", legal_review=True), decide_by="2026-12-20")
    terminal.push()
    week.desk.claim(week.cases["originals"].case_id, "c1")
    clock.advance(days=4)
    official.sign_in("zhou")
    cases = week.cases
    expected = {
        "mine": [cases["originals"]],
        "to_sign": [papers],
        "arriving": [far],
        "suspended": [cases["past_plan"]],
        "not_ready": [cases["undelivered"]],
        "uncured": [cases["uncured"]],
        "commitment": [cases["unchecked"]],
    }
    page = words(official.get("/desk"))
    for tab, taken in expected.items():
        found = official.get(f"/desk?tab={tab}").text
        numbers = set(re.findall(r"5116-\d\d-\d{6}-KTM7-\d{4}-\d", found))
        assert numbers == {one.receipt_number for one in taken}, tab
    for title, count in (("我领办的", 1), ("待签收材料", 1), ("待法制审核", 1), ("特别程序中", 1)):
        assert f"{title} {count}" in page
    assert "要审核" in official.get("/desk?tab=legal_review").text
    assert "由周强领办" in official.get("/desk?tab=mine").text
    assert "特别程序已过计划的 11-25" in words(official.get("/desk?tab=suspended"))
    assert cases["refused"].receipt_number in official.get("/desk?tab=done").text
    assert "户外广告设置许可" in official.get("/desk?tab=soon").text


def test_search_finds_by_number_and_name_within_the_organ(
    hub: Hub, line: Line, terminal: TestTerminal, official: Browser
) -> None:
    taken = terminal.accept(terminal.receive())
    other = terminal.receive(organ="区税务局", item="发票领用")
    terminal.push()
    for query in (taken.receipt_number, taken.receipt_number.lower(), "张三", "0001-7"):
        page = words(official.get(f"/desk?words={quote(query)}"))
        assert "找到 1 件" in page, query
    assert "找到 0 件" in words(official.get(f"/desk?words={other.receipt_number}"))
    assert "<b>" not in words(official.get("/desk?words=<b>"))


def test_a_form_says_first_what_it_does_to_the_clock(
    hub: Hub, terminal: TestTerminal, official: Browser
) -> None:
    taken = terminal.accept(terminal.receive())
    terminal.push()
    act = Acts(official, taken)
    fields = {
        "ground": "TESTING", "planned_end": "2026-12-04", "basis": "第四十五条",
        "document_number": "告〔2026〕7号",
    }  # fmt: skip
    asked = act("suspend", **fields)
    assert asked.status == 200
    assert "特别程序至 12-04 结束，最迟 12-11（周五，含当日）作出决定" in words(asked)
    assert load(hub, taken).state is CaseState.ACCEPTED, "nothing is recorded yet"
    again = act("suspend", again="1", **fields)
    assert 'value="告〔2026〕7号"' in again.text, "nothing typed is lost"
    assert 'value="TESTING" selected' in again.text
    done = act("suspend", confirmed="1", **fields)
    assert done.headers["location"].endswith("?done=suspend")
    case = load(hub, taken)
    assert (case.state, case.due) == (CaseState.SUSPENDED, "2026-12-11")
    page = words(official.get(f"/desk/cases/{taken.case_id}"))
    assert "今天结束，期限恢复计算：最迟 11-30（周一，含当日）作出决定" in page
    assert "期限暂停计算" in page


def test_the_departments_way_by_its_forms(
    hub: Hub, terminal: TestTerminal, official: Browser, line: Line
) -> None:
    taken = terminal.accept(terminal.receive())
    terminal.append(taken.case_id, MaterialsHandedOver(CLERK, 12, 0), base=taken.head)
    terminal.push()
    act = Acts(official, taken)
    assert offered(official, taken) == {
        "take_over", "claim", "decision", "suspend", "extension",
    }  # fmt: skip
    wrong = act("take_over", pages="11")
    assert wrong.status == 409
    assert 'value="11"' in wrong.text
    assert act("take_over", pages="11", remark="第 3 页缺失").status == 303
    assert act("claim").status == 303
    assert offered(official, taken) == {"decision", "suspend", "extension", "release"}
    extension = {
        "days": "5", "reason": "案情复杂", "basis": "第四十二条", "approved_by": "李局长",
        "document_number": "延〔2026〕1号",
    }  # fmt: skip
    assert "最迟 12-07（周一，含当日）作出决定" in words(act("extension", **extension))
    assert act("extension", confirmed="1", **extension).status == 303
    decision = {
        "outcome": "GRANTED", "document_number": "文〔2026〕1号", "enforcement_number": "执-0001",
    }  # fmt: skip
    assert act("decision", **decision).status == 303
    assert offered(official, taken) == {"ready", "close"}
    assert act("ready", place="出件窗口").status == 409, "a result is something"
    ready = {"thing_name_0": "食品经营许可证", "thing_number_0": "JY1", "thing_count_0": "1"}
    assert act("ready", place="2 号出件窗口", **ready).status == 303
    page = words(line.call("GET", taken.path))
    for said in ("结果可领取", "领取地点：2 号出件窗口", "食品经营许可证 ×1", "由您领取结果"):
        assert said in page
    facts = words(official.get(f"/desk/cases/{taken.case_id}"))
    for said in ("材料签收：周强，11 页", "页数说明：第 3 页缺失", "李局长批准"):
        assert said in facts


def test_the_same_form_twice_is_one_act_even_when_it_is_over(
    hub: Hub, terminal: TestTerminal, official: Browser
) -> None:
    taken = terminal.accept(terminal.receive())
    terminal.push()
    act = Acts(official, taken)
    fields = {
        "ground": "HEARING", "planned_end": "2026-12-04", "basis": "第四十五条",
        "document_number": "告〔2026〕8号", "confirmed": "1",
    }  # fmt: skip
    act("suspend", **fields)
    for _ in range(2):
        assert act("resume", action="the-same", result="合格").status == 303
    kinds = [step.kind for step in load(hub, taken).history]
    assert kinds.count("case_resumed") == 1


@pytest.mark.parametrize(
    ("act", "fields", "sentence"),
    [
        ("suspend", {"ground": "", "planned_end": "2026-12-04"}, "请选择“特别程序”"),
        ("suspend", {"ground": "TESTING", "planned_end": "12 月"}, "要写成有效的日期"),
        ("suspend", {"ground": "TESTING", "planned_end": "2026-11-01"}, "结束"),
        ("extension", {"days": "0"}, "要填 1 以上的整数"),
        ("extension", {"days": "-3"}, "要填 1 以上的整数"),
        ("extension", {"days": "11", "reason": "r", "confirmed": "1"}, ""),
        ("arrival", {"day": "2026-13-40"}, "要写成有效的日期"),
        ("release", {"reason": ""}, ""),
        ("cure_failed", {"reason": "x", "basis": "y", "document_number": "z"}, ""),
        ("check", {"material_id": "m1", "holds": "", "finding": "x"}, "请选择“核查结论”"),
        ("ready", {"thing_name_0": "证", "thing_count_0": "零"}, "要填 1 以上的整数"),
        ("archive", {}, ""),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    hub: Hub,
    terminal: TestTerminal,
    official: Browser,
    act: str,
    fields: dict[str, str],
    sentence: str,
) -> None:
    taken = terminal.accept(terminal.receive())
    terminal.push()
    before = load(hub, taken)
    reply = Acts(official, taken)(act, **fields)
    assert reply.status in (400, 409)
    alert = re.search(r'role="alert">.*?<span>(.*?)</span>', reply.text, re.DOTALL)
    assert alert is not None
    assert alert[1]
    assert sentence in alert[1].replace("&#34;", '"')
    assert load(hub, taken) == before


def test_a_claimed_case_is_its_official_s(
    hub: Hub, line: Line, terminal: TestTerminal, official: Browser
) -> None:
    taken = terminal.accept(terminal.receive())
    terminal.push()
    colleague = _signed_in(hub, line, "wu", "吴刚", enforcement_number="执-2")
    Acts(official, taken)("claim")
    assert offered(colleague, taken) == {"release"}
    act = Acts(colleague, taken)
    refused = act("decision", outcome="GRANTED", document_number="1", enforcement_number="2")
    assert refused.status == 409
    assert "另一位工作人员领办" in refused.text
    assert act("release", reason="周强休假").status == 303
    assert "decision" in offered(colleague, taken)


def test_the_legal_department_sees_its_review_only(
    hub: Hub, terminal: TestTerminal, official: Browser, lawyer: Browser
) -> None:
    taken = terminal.accept(terminal.receive(legal_review=True))
    terminal.push()
    assert "decision" not in offered(official, taken), "nothing to decide before the review"
    assert offered(lawyer, taken) == {"review"}
    assert taken.receipt_number in lawyer.get("/desk").text
    for name in set(ACTS) - {"review"}:
        assert Acts(lawyer, taken)(name, reason="x", day="2026-11-23").status in (400, 409)
    assert Acts(official, taken)("review", passed="yes", opinion="x").status == 409
    assert Acts(lawyer, taken)("review", passed="yes", opinion="符合法定条件").status == 303
    assert "decision" in offered(official, taken)
    assert "法制审核通过：钱进" in words(official.get(f"/desk/cases/{taken.case_id}"))


def test_forwarded_papers_are_registered_and_their_clock_starts(
    hub: Hub, line: Line, terminal: TestTerminal, official: Browser
) -> None:
    taken = terminal.receive(
        forwarding=Forwarding(ORGAN, "大竹县", "2026-11-24", "0818-1234567"), respond_by=""
    )
    sent = CaseForwarded(terminal.clock.now().wall, "邮政", CLERK)
    terminal.append(taken.case_id, sent, base=taken.head)
    terminal.push()
    page = words(line.call("GET", taken.path))
    assert "已代收，等区市场监管局收到" in page
    assert "由区市场监管局接收，收到后开始计算办理期限" in page
    act = Acts(official, taken)
    late = act("arrival", day="2026-11-24", time="09:00", confirmed="1")
    assert "收到的时间不能晚于现在" in late.text
    fields = {"day": "2026-11-23", "time": "10:42"}
    assert "最迟 11-30（周一，含当日）答复是否受理" in words(act("arrival", **fields))
    assert act("arrival", confirmed="1", **fields).status == 303
    assert load(hub, taken).due == "2026-11-30"
    page = words(line.call("GET", taken.path))
    assert "区市场监管局收到：11-23 周一 10:42，办理期限从这时起计算" in page
    assert "3 号综合窗口代收：11-23 周一 10:42" in page


def test_commitments_and_failed_cures_have_their_forms(
    hub: Hub, terminal: TestTerminal, official: Browser, clock: FixedClock, line: Line
) -> None:
    week = Week(hub, terminal)
    week.live()
    clock.advance(days=4)
    official.sign_in("zhou")
    checked, uncured = week.cases["unchecked"], week.cases["uncured"]
    assert "check" in offered(official, checked)
    fields = {"material_id": "m3", "holds": "no", "finding": "公安机关回函不符"}
    assert Acts(official, checked)("check", **fields).status == 303
    assert "check" not in offered(official, checked)
    assert "已过补齐日期" in words(line.call("GET", uncured.path))
    ended = Acts(official, uncured)(
        "cure_failed", reason="逾期未补", basis="容缺办法第八条", document_number="告〔2026〕9号"
    )
    assert ended.status == 303
    case = load(hub, uncured)
    assert (case.state, case.decision is not None) == (CaseState.DECIDED, True)


def test_refusals_are_reviewed_by_another_with_an_opinion(
    hub: Hub, terminal: TestTerminal, official: Browser, lawyer: Browser
) -> None:
    week = Week(hub, terminal)
    week.live()
    page = lawyer.get("/desk/refusals")
    for said in ("场所不符合规定", "某条例第三十三条", "周强 · 区市场监管局", "待复核 1"):
        assert said in words(page)
    with hub.store.reading() as database:
        (one,) = filed.refusals(database, ORGAN, "filed")
    path, token = f"/desk/refusals/{one.outcome_id}", lawyer.token("/desk/refusals")
    given = {"token": token, "action": "r-1", "opinion": "依据充分"}
    unchosen = lawyer.post(path, **given)
    assert unchosen.status == 400
    assert "依据充分" in unchosen.text
    empty = lawyer.post(path, **given | {"upheld": "yes", "opinion": " "})
    assert empty.status == 409
    assert official.post(path, **given | {"token": official.token("/desk")}).status == 404
    for _ in range(2):
        assert lawyer.post(path, **given, upheld="no").status == 303, "twice is once"
    reviewed = words(lawyer.get("/desk/refusals?tab=reviewed"))
    assert "不维持 · 依据充分" in reviewed
    assert "没有待复核的否定事项" in words(lawyer.get("/desk/refusals"))


def test_who_said_no_does_not_review_it(hub: Hub, terminal: TestTerminal, line: Line) -> None:
    week = Week(hub, terminal)
    week.live()
    same = _signed_in(hub, line, OFFICIAL.name, OFFICIAL.display_name, legal=True)
    page = same.get("/desk/refusals")
    assert "须由他人复核" in page.text
    assert "<textarea" not in page.text
    with hub.store.reading() as database:
        (one,) = filed.refusals(database, None, "filed")
    reply = same.post(
        f"/desk/refusals/{one.outcome_id}",
        token=same.token("/desk/refusals"), action="r", upheld="yes", opinion="很好",
    )  # fmt: skip
    assert reply.status == 409


def test_complaints_are_answered_mended_and_called_back(
    hub: Hub, terminal: TestTerminal, chief: Browser, official: Browser
) -> None:
    week = Week(hub, terminal)
    week.live()
    with hub.store.reading() as database:
        (one,) = filed.complaints(database, "owed")
    path, token = f"/desk/complaints/{one.complaint_id}", chief.token("/desk/complaints")
    page = words(chief.get("/desk/complaints"))
    for said in ("材料交了三次还说不齐", "最迟 11-27（周五，含当日）", "李群", "待答复 1"):
        assert said in page
    given = {"token": token, "action": "k-1", "answer": "已一次性告知并道歉", "mended": "yes"}
    wrong = chief.post(path, **given | {"answer": ""})
    assert wrong.status == 409
    assert chief.post(path, **given | {"mended": ""}).status == 400
    assert official.post(path, **given | {"token": official.token("/desk")}).status == 404
    assert chief.post(path, **given).status == 303
    assert "待回访 1" in words(chief.get("/desk/complaints"))
    call = {
        "token": token,
        "action": "k-2",
        "step": "call",
        "satisfied": "yes",
        "remark": "材料已退还",
    }
    assert chief.post(path, **call).status == 303
    closed = words(chief.get("/desk/complaints?tab=closed"))
    assert "已办结 1" in closed
    assert "材料已退还" in closed


def test_papers_of_the_department_are_pdf(
    hub: Hub, terminal: TestTerminal, official: Browser
) -> None:
    taken = terminal.accept(terminal.receive())
    terminal.push()
    DeskActs(hub, OFFICIAL).extend(
        taken.case_id, 5, "案情复杂", "第四十二条", "局长", "延〔2026〕1号", "p1"
    )
    page = f"/desk/cases/{taken.case_id}"
    assert f'href="{page}/papers/case_extended"' in official.get(page).text
    reply = official.get(f"{page}/papers/case_extended")
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.body.startswith(b"%PDF")
    assert official.get(f"{page}/papers/case_decided").status == 404


def test_lawyers_of_another_organ_see_nothing(hub: Hub, terminal: TestTerminal, line: Line) -> None:
    week = Week(hub, terminal)
    week.live()
    setup.add_account(hub, "far", "远法", "区税务局", SECRET, legal=True)
    browser = Browser(line)
    browser.sign_in("far")
    assert "没有待复核" in browser.get("/desk/refusals").text
    case = load(hub, week.cases["refused"])
    assert isinstance(case, Case)
    assert msgspec.structs.replace(LAWYER, organ="区税务局").organ != case.organ
    with hub.store.reading() as database:
        assert projections.of_type(database, "negative_outcome")
