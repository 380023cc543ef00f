"""Answering an application on the desk's pages: the queue, the forms, the second password."""

from __future__ import annotations

import pytest

from hub import setup
from hub.enrol import PUBLIC_URL
from hub.hub import Hub
from hub.store import people
from terminal.clock import FixedClock
from terminal.domain.case import CaseState
from terminal.domain.catalogue import Fate
from terminal.domain.parties import MaterialEntry, MaterialStatus
from tests.hub.line import Line, TestTerminal, load
from tests.hub.test_desk import SECRET, Browser
from tests.hub.test_desk_pages import Acts, offered, words
from tests.hub.week import ORGAN


@pytest.fixture
def database() -> str:
    """The embedded store: pages are the same on both."""
    return ""


@pytest.fixture
def official(hub: Hub, line: Line) -> Browser:
    """Somebody of the market supervision, signed in."""
    setup.add_account(hub, "zhou", "周强", ORGAN, SECRET, enforcement_number="执-0001")
    browser = Browser(line)
    browser.sign_in("zhou")
    return browser


def test_an_application_is_answered_on_its_page_and_leaves_the_queue(
    hub: Hub, terminal: TestTerminal, official: Browser, clock: FixedClock
) -> None:
    lacking = MaterialEntry(
        "m2", "营业执照", status=MaterialStatus.MISSING, standard="有效期内",
        fate=Fate.ORIGINAL_SEEN_COPY_KEPT,
    )  # fmt: skip
    taken = terminal.receive(materials=(MaterialEntry("m1", "身份证件"), lacking))
    terminal.push()
    with hub.store.writing() as store:
        people.set_fact(store, PUBLIC_URL, "https://hub.example")
    setup.add_account(hub, "wu", "吴芳", ORGAN, SECRET)
    queue = words(official.get("/desk?tab=to_answer"))
    assert "待答复受理 1" in queue
    assert "11-30（周一，含当日）" in queue
    assert "逾期不答复的，自收到材料之日起即为受理" in queue
    assert offered(official, taken) == {"supplement", "correct", "decline"}
    acts = Acts(official, taken)
    said = words(acts("correct", tick_m1="yes", words_m1=""))
    assert "请写明“身份证件”哪里不符合要求" in said
    acts("correct", tick_m1="yes", words_m1="照片看不清", tick_m2="yes")
    assert load(hub, taken).state is CaseState.AWAITING_CORRECTION
    assert "待答复受理 0" in words(official.get("/desk"))
    assert offered(official, taken) == {"supplement"}
    clock.advance(days=2)
    official.sign_in("zhou")
    acts = Acts(official, taken)
    assert words(official.get(acts.path)).count("勾选即记录由您核对一致") == 1
    acts("supplement", tick_m1="yes", tick_m2="yes")
    sheet = official.get(f"/desk/cases/{taken.case_id}/papers/copy_check")
    assert sheet.headers["content-type"] == "application/pdf"
    assert "复印件核对单" in words(official.get(f"/desk/cases/{taken.case_id}"))
    assert offered(official, taken) == {"accept", "correct", "decline"}
    no = {"decline_kind": "OTHER", "decline_reason": "不符合", "decline_basis": "某法第一条"}
    wrong = acts("decline", second_name="wu", second_password="not-her-password", **no)
    assert "确认人的账号或密码不对" in words(wrong)
    assert "not-her-password" not in wrong.text
    clock.advance(days=8)
    official.sign_in("zhou")
    acts = Acts(official, taken)
    assert offered(official, taken) == {"accept"}
    assert "逾期未答复，自 11-25 收到材料之日起即为受理" in words(
        official.get("/desk?tab=to_answer")
    )
    acts("accept")
    case = load(hub, taken)
    assert (case.state, case.deemed) == (CaseState.ACCEPTED, True)
