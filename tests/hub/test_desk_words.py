"""What staff read: the language that was chosen stays, and nothing speaks to the applicant."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import cast

import msgspec
import pytest

from hub import setup
from hub.desk.acts import DeskActs
from hub.desk.clock import clock_of
from hub.enrol import PUBLIC_URL
from hub.hub import Hub
from hub.store import people, projections
from hub.web.site import Site
from terminal.clock import CHINA_TIME, to_milliseconds
from terminal.domain.calendar import WorkingDayCalendar, YearNotice
from terminal.domain.case import Case
from terminal.domain.parties import MaterialEntry, MaterialStatus
from terminal.texts import Texts
from tests.hub.line import Line, TestTerminal
from tests.hub.test_desk import SECRET, Browser
from tests.hub.test_desk_pages import words
from tests.hub.week import OFFICIAL, ORGAN


@pytest.fixture
def database() -> str:
    """The embedded store: pages are the same on both."""
    return ""


@pytest.fixture
def official(hub: Hub, line: Line) -> Browser:
    setup.add_account(hub, "zhou", "周强", ORGAN, SECRET)
    browser = Browser(line)
    browser.sign_in("zhou")
    return browser


def test_the_language_stays_until_another_is_chosen(official: Browser) -> None:
    assert "Department desk" in official.get("/desk?lang=en").text
    page = official.get("/desk?tab=mine").text
    assert "Department desk" in page
    assert 'href="/desk?tab=mine&amp;lang=zh"' in page
    assert "部门办理" in official.get("/desk?tab=mine&lang=zh").text
    assert "部门办理" in official.get("/desk").text
    # The language is no session: who has not signed in is not told that one is over.
    official.cookie = "yichuang_language=zh"
    assert "登录已过期" not in official.get("/desk/sign-in?expired=1").text
    official.cookie = "yichuang_desk=old"
    assert "登录已过期" in official.get("/desk/sign-in?expired=1").text
    # A citizen's page follows its address alone, and gets no cookie.
    assert not official.get("/p/none?lang=en").cookies


def test_the_state_and_the_history_are_told_to_staff(
    hub: Hub, terminal: TestTerminal, official: Browser
) -> None:
    lacking = MaterialEntry("m2", "营业执照", status=MaterialStatus.MISSING, standard="有效期内")
    taken = terminal.receive(materials=(MaterialEntry("m1", "身份证件"), lacking))
    terminal.push()
    with hub.store.writing() as store:
        people.set_fact(store, PUBLIC_URL, "https://hub.example")
    desk = DeskActs(hub, OFFICIAL)
    desk.notify_correction(taken.case_id, {"m1": "照片看不清", "m2": ""}, "", "w1")
    page = words(official.get(f"/desk/cases/{taken.case_id}"))
    assert "待申请人补正" in page
    assert "待您补正" not in page
    assert "登记材料情况" in page, "the desk found it; nobody has brought anything"
    assert "已补正" not in page
    desk.supplement(taken.case_id, ["m1", "m2"], "w2")
    assert "已补正" in words(official.get(f"/desk/cases/{taken.case_id}"))
    missing = official.get("/desk/cases/nowhere")
    assert missing.status == 404
    assert "不属于您的部门" in words(missing)
    assert "二维码" not in words(missing)


def test_a_notice_that_makes_a_provisional_date_earlier_moves_the_clock(
    hub: Hub, terminal: TestTerminal
) -> None:
    taken = terminal.receive()
    terminal.push()
    with hub.store.reading() as store:
        stored = projections.load(store, taken.case_id)
    assert isinstance(stored, Case)
    received = to_milliseconds(dt.datetime(2026, 12, 30, 10, tzinfo=CHINA_TIME))
    case = msgspec.structs.replace(
        stored, received_at=received, respond_by="2027-01-07", provisional=True
    )
    unknown = WorkingDayCalendar(
        {year: one for year, one in hub.calendar.notices.items() if year < 2027},
        hub.calendar.statutory,
    )
    weekend = {dt.date(2027, 1, day): "调休" for day in (2, 3)}
    worked = YearNotice(2027, {dt.date(2027, 1, 1): "元旦"}, weekend)
    known = WorkingDayCalendar({**unknown.notices, 2027: worked}, unknown.statutory)
    said = [
        clock_of(
            case, Texts("zh"),
            cast(Site, SimpleNamespace(
                today=lambda: dt.date(2027, 1, 5), hub=SimpleNamespace(calendar=calendar)
            )),
        )
        for calendar in (unknown, known)
    ]  # fmt: skip
    assert "01-07" in said[0].text
    assert "暂按" in said[0].text
    assert "01-05" in said[1].text
    assert "暂按" not in said[1].text
    assert said[1].tone == "bad"
