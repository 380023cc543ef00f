"""The desk in Chromium: a special procedure by hand, long names on a phone, the sheet for A4."""

from __future__ import annotations

import base64

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from hub import setup
from hub.hub import Hub
from terminal.clock import FixedClock
from terminal.domain.case import CaseState
from terminal.domain.parties import Party, PartyKind
from tests.hub.browser import sideways
from tests.hub.conftest import PASSWORD
from tests.hub.line import TestTerminal, load
from tests.hub.test_browser import alert, no_complaints_but_conflicts, picture, reads
from tests.hub.test_desk import SECRET
from tests.hub.week import ORGAN, Week

pytestmark = pytest.mark.browser

LONG = Party(
    name="四川省广安市前锋区观塘镇农村集体经济组织联合社（筹）综合服务分社",
    kind=PartyKind.ORGANISATION,
    credit_code="91511602MA62B3QN4X",
)


@pytest.fixture
def database() -> str:
    """The embedded store: pages look the same on both."""
    return ""


def sign_in(browser: webdriver.Chrome, address: str, name: str, password: str) -> None:
    browser.delete_all_cookies()
    browser.get(address + "/desk/sign-in")
    browser.find_element(By.ID, "account").send_keys(name)
    browser.find_element(By.ID, "password").send_keys(password + Keys.ENTER)
    reads(browser, "退出")


def test_the_desk_on_a_phone_by_hand(
    hub: Hub, terminal: TestTerminal, address: str, phone: webdriver.Chrome, clock: FixedClock
) -> None:
    week = Week(hub, terminal)
    week.live()
    item = "在城市建筑物、设施上悬挂、张贴宣传品以及利用公共场地设置大型户外广告的审批（变更）"
    taken = terminal.accept(terminal.receive(item=item, applicant=LONG, visitor=LONG))
    terminal.push()
    setup.add_account(hub, "zhou", "周强", ORGAN, SECRET, enforcement_number="执-0001")
    sign_in(phone, address, "zhou", SECRET)
    reads(phone, LONG.name)
    assert sideways(phone) <= 0
    picture(phone, "desk-queue-phone")
    phone.get(f"{address}/desk/cases/{taken.case_id}")
    phone.find_element(By.CSS_SELECTOR, "#form-suspend summary").click()
    phone.find_element(By.ID, "do-suspend").click()
    assert "请选择“特别程序”" in alert(phone)
    Select(phone.find_element(By.ID, "suspend-ground")).select_by_value("INSPECTION")
    phone.execute_script("document.getElementById('suspend-planned_end').value = '2026-12-04'")
    phone.find_element(By.ID, "suspend-document_number").send_keys("告〔2026〕7号")
    phone.find_element(By.ID, "do-suspend").click()
    reads(phone, "特别程序至 12-04 结束，最迟 12-11（周五，含当日）作出决定")
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    phone.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
    assert sideways(phone) <= 0
    picture(phone, "desk-preview-dark")
    assert load(hub, taken).state is CaseState.ACCEPTED
    phone.find_element(By.ID, "confirm-suspend").click()
    reads(phone, "特别程序已记录")
    assert load(hub, taken).state is CaseState.SUSPENDED
    clock.advance(days=4)
    sign_in(phone, address, setup.SUPERVISOR, PASSWORD)
    phone.get(f"{address}/desk/friday")
    reads(phone, "周五清单")
    assert sideways(phone) <= 0
    picture(phone, "friday-dark")
    printed = phone.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})["data"]
    data = base64.b64decode(printed)
    assert data.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594" in data or b"/MediaBox [0 0 595" in data, "A4"
    no_complaints_but_conflicts(phone)
