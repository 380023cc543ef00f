"""The Friday page: each list from real records, its count, its words, its empty state."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from hub import setup
from hub.hub import Hub
from hub.store import marks, projections
from hub.store.marks import Mark
from hub.store.migrations import STEPS
from hub.store.statements import rows, run
from hub.web import friday_sheet
from hub.web.friday import FridayPage
from hub.web.site import Site
from terminal.clock import FixedClock
from terminal.domain.case import Case
from terminal.domain.records import Outcome
from terminal.errors import InvalidInput
from terminal.texts import Texts
from tests.hub.conftest import PASSWORD
from tests.hub.line import Line, TestTerminal
from tests.hub.test_desk import SECRET, Browser
from tests.hub.week import ORGAN, Week

LISTS = (
    "overdue", "due", "deemed", "uncured", "past_plan", "undelivered", "second_notices", "ended",
    "unchecked", "originals", "refusals", "complaints", "call_backs", "silent",
)  # fmt: skip


@pytest.fixture
def week(hub: Hub, terminal: TestTerminal) -> Week:
    """What happened on Monday."""
    found = Week(hub, terminal)
    found.live()
    return found


@pytest.fixture
def chief(line: Line, hub: Hub) -> Browser:
    """The supervisor's browser."""
    return Browser(line)


def lists(browser: Browser, address: str = "/desk/friday") -> dict[str, str]:
    """The words of each list by its name."""
    page = browser.get(address)
    assert page.status == 200
    found = re.findall(r'<section class="card scroll sheet" id="list-(\w+)">(.*?)</section>',
                       page.text, re.DOTALL)  # fmt: skip
    return {name: re.sub(r"<[^>]+>|\s+", " ", text) for name, text in found}


def figure(words: str) -> int:
    """The count beside a list's name."""
    return int(re.search(r"\s(\d+)\s\s", words)[1])  # type: ignore[index]


def test_every_list_is_there_when_nothing_is(chief: Browser) -> None:
    chief.sign_in(setup.SUPERVISOR, PASSWORD)
    found = lists(chief)
    assert tuple(found) == LISTS
    for name, words in found.items():
        assert figure(words) == 0, name
        assert " 无 " in words, name
    assert "各项均无" in chief.get("/desk/friday").text


def test_the_lists_come_from_what_happened(
    week: Week, chief: Browser, clock: FixedClock, hub: Hub
) -> None:
    clock.advance(days=4, hours=6)
    chief.sign_in(setup.SUPERVISOR, PASSWORD)
    found = lists(chief)
    number = {name: taken.receipt_number for name, taken in week.cases.items()}
    for name, case, words in (
        ("due", "due", "答复是否受理"),
        ("deemed", "deemed", "断网期间收件，11-23 周一 10:42 才到达平台，已过期限"),
        ("uncured", "uncured", "欠：消防验收意见"),
        ("past_plan", "past_plan", "检测，计划 11-25 结束，期限已恢复计算"),
        ("undelivered", "undelivered", "最迟 12-07（周一，含当日）"),
        ("second_notices", "second", "第 2 次，11-23 周一 10:42"),
        ("second_notices", "second", "原因：经营场所当日变更"),
        ("ended", "withdrawn", "申请人撤回：不办了 期限将到时"),
        ("ended", "voided", "作废：重复录入"),
        ("unchecked", "unchecked", "未核查：无犯罪记录证明"),
        ("originals", "originals", "不动产权证书 ×1"),
        ("refusals", "refused", "不予决定：场所不符合规定"),
    ):
        assert number[case] in found[name], name
        assert words in found[name], (name, found[name])
    assert number["voided"] not in found["due"]
    assert number["withdrawn"] not in found["due"]
    assert "期限将到时" not in found["ended"].partition("作废：重复录入")[2]
    assert "撤回 3 号综合窗口 王芳 1 件" in found["ended"]
    assert "最迟 11-27（周五，含当日）" in found["complaints"]
    assert figure(found["silent"]) == 1
    assert figure(found["undelivered"]) == 2, "a refusal is delivered too"
    # Nobody is named whom the supervisor need not know.
    page = chief.get("/desk/friday").text
    for secret in ("张三丰", "李群", "13900005678"):
        assert secret not in page
    english = lists(chief, "/desk/friday?lang=en")
    assert "Received offline, reached the hub only" in english["deemed"]


def test_a_list_follows_what_is_done(week: Week, chief: Browser, clock: FixedClock) -> None:
    clock.advance(days=4)
    desk, cases = week.desk, week.cases
    desk.fail_cure(cases["uncured"].case_id, "逾期未补", "容缺办法第八条", "告〔2026〕9号", "f1")
    desk.resume(cases["past_plan"].case_id, "合格", "f2")
    desk.check_commitment(cases["unchecked"].case_id, "m3", True, "已向公安机关核实", "f3")
    chief.sign_in(setup.SUPERVISOR, PASSWORD)
    found = lists(chief)
    for name in ("uncured", "past_plan", "unchecked"):
        assert figure(found[name]) == 0, name
    assert cases["uncured"].receipt_number in found["refusals"]
    clock.advance(days=7)
    chief.sign_in(setup.SUPERVISOR, PASSWORD)
    silent = lists(chief)["deemed"]
    assert cases["deemed"].receipt_number not in silent, "a week is a week"
    # Nobody has answered this one: the law has accepted it, whether or not it was recorded.
    assert figure(silent) == 1
    assert cases["due"].receipt_number in silent
    assert "自 11-23 起；答复期限最迟 11-30（周一，含当日）" in silent
    assert "窗口未在期限内答复；窗口还没有登记受理" in silent
    assert figure(lists(chief)["second_notices"]) == 0


def test_what_is_late_is_listed_until_it_is_decided(
    week: Week, chief: Browser, clock: FixedClock
) -> None:
    cases = week.cases
    chief.sign_in(setup.SUPERVISOR, PASSWORD)
    clock.advance(days=22)  # Tuesday 2026-12-15, the last day of one of them
    chief.sign_in(setup.SUPERVISOR, PASSWORD)
    found = lists(chief)
    assert cases["originals"].receipt_number in found["due"], "today is not late"
    assert cases["originals"].receipt_number not in found["overdue"]
    assert cases["unchecked"].receipt_number in found["overdue"]
    assert "作出决定" in found["overdue"]
    assert cases["due"].receipt_number not in found["overdue"], "accepted by silence, not late"
    clock.advance(days=1)
    chief.sign_in(setup.SUPERVISOR, PASSWORD)
    found = lists(chief)
    assert cases["originals"].receipt_number in found["overdue"]
    week.desk.decide(
        cases["originals"].case_id, outcome=Outcome.GRANTED, document_number="文〔2026〕8号",
        enforcement_number="执-0001", reason="", basis="", action_id="w8",
    )  # fmt: skip
    assert cases["originals"].receipt_number not in lists(chief)["overdue"]


def test_it_is_the_supervisors(week: Week, line: Line, hub: Hub) -> None:
    setup.add_account(hub, "zhao", "赵敏", ORGAN, SECRET)
    browser = Browser(line)
    browser.sign_in("zhao")
    for path in ("/desk/friday", "/desk/complaints", "/desk/refusals"):
        assert browser.get(path).status == 404


def test_old_cases_are_marked_when_the_schema_moves(week: Week, hub: Hub) -> None:
    with hub.store.writing() as database:
        before = sorted(rows(database, "SELECT aggregate_id, name, day, who FROM marks"))
        run(database, "DELETE FROM marks")
        next(step for step in STEPS if step.__name__ == "_marks")(database)
        assert sorted(rows(database, "SELECT aggregate_id, name, day, who FROM marks")) == before
    assert {Mark.DEEMED, Mark.DEFERRED, Mark.SUSPENDED} <= {row[1] for row in before}


def test_marks_are_those_of_the_case_as_it_stands(week: Week, hub: Hub) -> None:
    with hub.store.reading() as database:
        for taken in week.cases.values():
            case = projections.load(database, taken.case_id)
            assert isinstance(case, Case)
            stored = rows(database, "SELECT name FROM marks WHERE aggregate_id = ?", taken.case_id)
            assert {name for (name,) in stored} == {row.name for row in marks.marks_of(case)}


def test_the_page_prints_from_real_data(
    hub: Hub, week: Week, chief: Browser, clock: FixedClock
) -> None:
    clock.advance(days=4)
    chief.sign_in(setup.SUPERVISOR, PASSWORD)
    reply = chief.get("/desk/friday/sheet")
    assert reply.headers["content-type"] == "application/pdf"
    assert reply.body.startswith(b"%PDF")
    with ThreadPoolExecutor(1) as executor:
        sheet = FridayPage(Site(hub, executor)).read(Texts())
    shown = lists(chief)
    assert {one.key: one.count for one in sheet.sections} == {
        name: figure(words) for name, words in shown.items()
    }
    text = friday_sheet.render(sheet, Texts(), "text").decode()
    for one in sheet.sections:
        assert f"{one.title}（{one.count}）" in text
    for name in ("uncured", "unchecked", "refused"):
        # A number ends its line behind its date, and never elsewhere.
        assert week.cases[name].receipt_number.rpartition("261123-")[2] in text
    assert "张三丰" not in text, "no applicant is named"
    with pytest.raises(InvalidInput):
        friday_sheet.render(sheet, Texts(), "docx")
