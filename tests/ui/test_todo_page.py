"""我的办件: tabs with counts, a light in words, search, the whole hall for supervisors."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
import pytest
from PySide6.QtCore import Qt

from terminal.clock import FixedClock
from terminal.devices.ports import ScannedCode
from terminal.domain.calendar import load_calendar
from terminal.protocol.query_code import query_url
from terminal.services.casework.todo import Tab
from terminal.services.views import Role
from terminal.texts import Texts
from tests.ui.conftest import Clerk
from tests.ui.desk_cases import LONG, Cases
from ui.window.casework.acts import CaseAct
from ui.window.casework.tabs import TABS
from ui.window.casework.todo_table import light_of

TEXTS, CALENDAR = Texts(), load_calendar()


@pytest.mark.parametrize(
    ("on", "until", "state", "word"),
    [
        (date(2026, 11, 23), date(2026, 11, 20), "bad", "逾期 1 个工作日"),
        (date(2026, 11, 23), date(2026, 11, 23), "bad", "今天到期"),
        (date(2026, 11, 23), date(2026, 11, 24), "warning", "明天变红"),
        # What is due on Monday turns red on Monday, not tomorrow, which is a Saturday.
        (date(2026, 11, 20), date(2026, 11, 23), "warning", "周一变红"),
        (date(2026, 11, 23), date(2026, 11, 25), "good", "明天变黄"),
        (date(2026, 11, 20), date(2026, 11, 24), "good", "周一变黄"),
        (date(2026, 11, 23), date(2026, 11, 27), "good", "还有 4 个工作日"),
    ],
)
def test_a_light_says_today_what_it_will_be_tomorrow(
    on: date, until: date, state: str, word: str
) -> None:
    left = CALENDAR.working_days_between(on, until)
    light = light_of(until, left, on, CALENDAR, TEXTS)
    assert (light.state, light.word) == (state, word)


def test_nothing_due_is_no_light() -> None:
    assert light_of(None, None, date(2026, 11, 23), CALENDAR, TEXTS).word == "无期限"


def test_tabs_count_and_are_turned_by_keys(clerk: Clerk) -> None:
    cases = Cases(clerk)
    cases.accepted(LONG)
    deferred, ready = cases.deferred(), cases.granted()
    page = clerk.place.cases
    clerk.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    clerk.at("cases_table")
    clerk.wait(lambda: len(page.table.cases) == 3)
    assert page.tabs.buttons["to_hand_out"].text() == "待发放 1"
    assert page.tabs.buttons["overdue"].text() == "已逾期"
    for _ in range(TABS.index(Tab.DEFERRED.value)):
        clerk.press(Qt.Key.Key_Right)
    assert page.tabs.current == Tab.DEFERRED.value
    assert [one.case.case_id for one in page.table.cases] == [deferred]
    _one_key_opens_what_a_row_waits_for(clerk, cases)
    page.show_tab(Tab.RETURNED.value)
    assert clerk.label("cases_empty") == "没有退回的邮件。"
    # The search looks through everything here, by a name as well.
    clerk.press(Qt.Key.Key_F3)
    clerk.at("cases_search")
    clerk.type("古丽米热")
    clerk.enter()
    clerk.wait(lambda: [one.case.applicant for one in page.table.cases] == [LONG.name])
    clerk.press(Qt.Key.Key_Escape)
    assert page.table.cases == ()
    # A supervisor's key does nothing in a clerk's hands.
    assert not any(hint.id == "f8" for hint in page.hints())
    clerk.press(Qt.Key.Key_F8)
    assert not page._of_all
    page._session = msgspec.structs.replace(page._session, staff_id="other", role=Role.SUPERVISOR)
    page.show_tab("open")
    page.refresh()
    clerk.wait(lambda: not page.table.cases)
    clerk.press(Qt.Key.Key_F8)
    clerk.wait(lambda: len(page.table.cases) == 3)
    # The code of a receipt opens its case, and says whether it is true.
    case = cases.ctx.cases.case(ready)
    signing = cases.ctx.keys.signing
    url = query_url("http://h", case.receipt_number, case.token, "ab" * 32, signing)
    clerk.place._on_code(ScannedCode(url))
    clerk.wait(lambda: clerk.label("status_notice").startswith("真："))
    clerk.wait(lambda: page.reading and page.case.file is not None)
    clerk.place._on_code(ScannedCode(url.replace("?t=", "?t=x")))
    clerk.wait(lambda: clerk.label("status_notice").startswith("伪："))
    # Cells come when they are painted: thousands of rows are no work.
    row = cases.ctx.todo.mine(cases.session).rows[0]
    later = [
        msgspec.structs.replace(row, until=date(2026, 11, 23) + timedelta(days=n % 30))
        for n in range(5_000)
    ]
    page.table.show_cases(later, date(2026, 11, 23), CALENDAR, 4_999)
    assert page.table.row() == 4_999


def _one_key_opens_what_a_row_waits_for(clerk: Clerk, cases: Cases) -> None:
    page = clerk.place.cases
    for tab, words, act in (
        (Tab.DEFERRED, "补交容缺材料", CaseAct.BRING),
        (Tab.TO_HAND_OUT, "发放结果", CaseAct.DELIVER),
    ):
        page.show_tab(tab.value)
        clerk.at("cases_table")
        clerk.wait(lambda words=words: any(hint.word == words for hint in page.hints()))
        clerk.press(Qt.Key.Key_F4)
        clerk.wait(lambda: page.reading and page.case.form() is not None)
        form = page.case.form()
        assert form is not None
        assert form.act is act
        # One Esc shows the case with that act chosen, the next one the list.
        clerk.press(Qt.Key.Key_Escape)
        clerk.at("case_acts")
        assert page.case.acts.index == page.case._acts.index(act)
        clerk.press(Qt.Key.Key_Escape)
        clerk.at("cases_table")
    page.show_tab("open")


def test_what_silence_accepted_says_since_when_and_what_is_owed(clerk: Clerk) -> None:
    cases = Cases(clerk)
    received = cases.ctx.intake.receive(cases.draft(), cases.session).case.case_id
    assert isinstance(cases.ctx.clock, FixedClock)
    cases.ctx.clock.advance(days=4)
    page = clerk.place.cases
    clerk.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    clerk.at("cases_table")
    clerk.wait(lambda: clerk.label("cases_place") == "1 件 · 周一变红 1 件")
    assert page.below.text() == ""
    cases.ctx.clock.advance(days=6)
    page.refresh()
    clerk.wait(lambda: page.tabs.buttons["deemed"].text() == "视为受理 1")
    page.show_tab(Tab.DEEMED.value)
    clerk.wait(lambda: "自 11-23（周一）起视为受理" in page.below.text())
    assert "最迟 11-30（周一，含当日）应当答复" in page.below.text()
    assert "还未出具" in page.below.text()
    # The key that the sentence names leads to the notice that is owed.
    clerk.at("cases_table")
    clerk.press(Qt.Key.Key_F4)
    clerk.wait(lambda: clerk.desk.now.review is not None)
    clerk.press(Qt.Key.Key_F12, after=1.5)
    clerk.at("review_panel")
    clerk.wait(lambda: clerk.desk.fresh)
    clerk.press(Qt.Key.Key_F12, after=1.5)
    clerk.wait(lambda: cases.ctx.cases.case(received).deemed)
    clerk.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    clerk.wait(lambda: "受理通知书已出具" in page.below.text())
