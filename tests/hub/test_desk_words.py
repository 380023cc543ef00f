"""What staff read: the language that was chosen stays, and nothing speaks to the applicant."""

from __future__ import annotations

import pytest

from hub import setup
from hub.desk.acts import DeskActs
from hub.enrol import PUBLIC_URL
from hub.hub import Hub
from hub.store import people
from terminal.domain.parties import MaterialEntry, MaterialStatus
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
