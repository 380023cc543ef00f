"""The pages as people see them: in Chromium, at a phone's size, by hand and by keyboard."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from hub import setup
from hub.hub import Hub
from hub.store import projections
from terminal.domain.parties import MaterialEntry, MaterialStatus
from terminal.domain.records import CorrectionItem, CorrectionNotified, DocumentIssued
from tests.hub.browser import chromium, sideways
from tests.hub.line import CLERK, Taken, TestTerminal

pytestmark = pytest.mark.browser


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """A desktop-sized browser."""
    with chromium(tmp_path / "desktop", 1366, 768) as browser:
        yield browser


def picture(browser: webdriver.Chrome, name: str) -> None:
    """Keep a picture of the whole page where `YICHUANG_PICTURES` says, to be looked at."""
    folder = PICTURES
    if folder:
        height = browser.execute_script("return document.documentElement.scrollHeight")
        view = browser.execute_script("return [innerWidth, innerHeight, devicePixelRatio]")
        metrics = {"width": view[0], "deviceScaleFactor": view[2], "mobile": view[0] < 600}
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride", metrics | {"height": max(height, view[1])}
        )
        browser.save_screenshot(f"{folder}/{name}.png")
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics | {"height": view[1]})


PICTURES = os.environ.get("YICHUANG_PICTURES", "")


def issued(terminal: TestTerminal, taken: Taken, kind: str) -> None:
    digest = os.urandom(32).hex()
    document = DocumentIssued(
        kind, f"{taken.receipt_number}/{kind}", taken.case_id, "1", digest, msgspec.Raw(b"{}"),
        terminal.clock.now().wall,
    )  # fmt: skip
    terminal.append(f"document/{taken.case_id}/{kind}", document)


def text(browser: webdriver.Chrome) -> str:
    return browser.find_element(By.TAG_NAME, "body").text


def reads(browser: webdriver.Chrome, words: str) -> None:
    """Wait until the page says these words."""
    patient(browser).until(lambda found: words in text(found), f"the page never said {words}")


def alert(browser: webdriver.Chrome) -> str:
    return browser.find_element(By.CSS_SELECTOR, "[role=alert]").text


def patient(browser: webdriver.Chrome) -> WebDriverWait[webdriver.Chrome]:
    # While a page goes and the next one comes, the driver has several names for what it misses.
    return WebDriverWait(browser, 10, ignored_exceptions=[WebDriverException])


def no_complaints(browser: webdriver.Chrome) -> None:
    said = [entry["message"] for entry in browser.get_log("browser")]
    assert said == [], "the browser complained"


def test_progress_and_rating_on_a_phone(
    hub: Hub, terminal: TestTerminal, address: str, phone: webdriver.Chrome
) -> None:
    taken = terminal.accept(terminal.receive())
    issued(terminal, taken, "receipt")
    issued(terminal, taken, "acceptance")
    terminal.push()
    phone.get(address + taken.path)
    reads(phone, "审查中")
    reads(phone, "最迟 11-30（周一，含当日）办结")
    assert sideways(phone) <= 0
    picture(phone, "progress")
    dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
    phone.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
    ground = phone.find_element(By.TAG_NAME, "body").value_of_css_property("background-color")
    assert ground == "rgba(20, 24, 30, 1)"
    picture(phone, "progress-dark")
    phone.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    phone.find_element(By.PARTIAL_LINK_TEXT, "评价本次服务").click()

    grades = phone.find_elements(By.CSS_SELECTOR, ".grade > label")
    sizes = {(label.size["width"], label.size["height"]) for label in grades}
    assert len(grades) == 5
    assert len(sizes) == 1, "five equal buttons"
    assert not phone.find_elements(By.CSS_SELECTOR, "input:checked")
    skip, submit = phone.find_element(By.ID, "skip"), phone.find_element(By.ID, "submit")
    assert skip.size == submit.size, "leaving is as visible as submitting"
    shades = {one.value_of_css_property("background-color") for one in (skip, submit)}
    assert len(shades) == 1
    picture(phone, "rating")

    submit.click()
    reads(phone, "您还没有选择等级")
    assert not phone.find_element(By.CSS_SELECTOR, "label[for=reason-213]").is_displayed()
    phone.find_element(By.ID, "grade-2").click()
    assert phone.find_element(By.CSS_SELECTOR, "label[for=reason-213]").is_displayed()
    assert not phone.find_element(By.CSS_SELECTOR, "label[for=reason-115]").is_displayed()
    phone.find_element(By.ID, "reason-213").click()
    phone.find_element(By.ID, "comment").send_keys("等了一个小时")
    picture(phone, "rating-chosen")
    phone.find_element(By.ID, "submit").click()
    reads(phone, "谢谢，您的评价已记录")
    reads(phone, "您的评价：已记录，未被改动")
    picture(phone, "rated")
    with hub.store.reading() as database:
        (given,) = projections.ratings_of(database, [taken.case_id])
    assert (given.grade, given.reasons, given.comment) == (2, ("213",), "等了一个小时")
    log = [e for e in phone.get_log("browser") if "400" not in e["message"]]
    assert log == [], "nothing was blocked and nothing failed but the empty form"


def test_leaving_the_rating_writes_nothing(
    hub: Hub, terminal: TestTerminal, address: str, phone: webdriver.Chrome
) -> None:
    taken = terminal.receive()
    terminal.push()
    phone.get(address + taken.path.replace("?", "/rate?"))
    phone.find_element(By.ID, "grade-5").click()
    phone.find_element(By.ID, "skip").click()
    reads(phone, "评价本次服务")
    with hub.store.reading() as database:
        assert projections.ratings_of(database, [taken.case_id]) == []
    no_complaints(phone)


def test_by_keyboard_alone(
    hub: Hub, terminal: TestTerminal, address: str, phone: webdriver.Chrome
) -> None:
    taken = terminal.receive()
    terminal.push()
    phone.get(address + taken.path.replace("?", "/rate?"))
    first = phone.find_element(By.ID, "grade-5")
    first.send_keys(Keys.ARROW_DOWN)
    assert phone.find_element(By.ID, "grade-4").is_selected()
    phone.switch_to.active_element.send_keys(Keys.ENTER)
    reads(phone, "谢谢")
    with hub.store.reading() as database:
        (given,) = projections.ratings_of(database, [taken.case_id])
    assert given.grade == 4


def test_what_is_owed_at_twice_the_size(
    terminal: TestTerminal, address: str, tmp_path: Path
) -> None:
    lacking = (
        MaterialEntry("m1", "身份证件"),
        MaterialEntry("m2", "经营场所平面布局图和操作流程图", status=MaterialStatus.MISSING),
    )
    taken = terminal.receive(materials=lacking)
    item = CorrectionItem("m2", lacking[1].name, "未提交", "A4，标明功能间名称和面积，加盖公章")
    notice = CorrectionNotified(0, (item,), ("《行政许可法》第三十二条",), CLERK)
    terminal.append(taken.case_id, notice, base=taken.head)
    terminal.push()
    # 200 % of the text in the same window is a window of half the width.
    with chromium(tmp_path / "large", 195, 422, 2) as browser:
        browser.get(address + taken.path)
        reads(browser, "待您补正")
        assert sideways(browser) <= 0
        picture(browser, "correction-200")
        browser.get(address + taken.path.replace("?", "/rate?"))
        assert sideways(browser) <= 0
        picture(browser, "rating-200")


def test_on_its_way_and_not_found(
    terminal: TestTerminal, address: str, phone: webdriver.Chrome
) -> None:
    taken = terminal.receive()
    phone.get(address + taken.path)
    reads(phone, "这张凭证是真实的")
    picture(phone, "arriving")
    phone.find_element(By.LINK_TEXT, "English").click()
    reads(phone, "Your receipt is genuine")
    phone.get(address + taken.path[:-5])
    reads(phone, "没有找到这个办件")
    picture(phone, "missing")


def test_a_department_decides(
    hub: Hub, terminal: TestTerminal, address: str, desktop: webdriver.Chrome
) -> None:
    setup.add_account(
        hub, "zhao", "赵敏", "区市场监管局", "a-long-password", enforcement_number="川执法0042"
    )
    taken = terminal.accept(terminal.receive())
    terminal.receive(organ="区税务局", item="发票领用")
    terminal.push()
    desktop.get(address + "/board")
    assert desktop.current_url.startswith(address + "/desk/sign-in")
    picture(desktop, "sign-in")
    desktop.find_element(By.ID, "account").send_keys("zhao")
    desktop.find_element(By.ID, "password").send_keys("a-long-password" + Keys.ENTER)
    reads(desktop, "食品经营许可（新办）")
    assert "发票领用" not in text(desktop)
    reads(desktop, "还剩 5 个工作日")
    picture(desktop, "queue")
    desktop.find_element(By.LINK_TEXT, "食品经营许可（新办）").click()
    reads(desktop, "张三丰")
    assert sideways(desktop) <= 0
    picture(desktop, "case")
    desktop.find_element(By.ID, "decide").click()
    reads(desktop, "请选择一种决定")
    desktop.find_element(By.ID, "outcome-refused").click()
    desktop.find_element(By.ID, "document_number").send_keys("区市监许〔2026〕12号")
    desktop.find_element(By.ID, "decide").click()
    patient(desktop).until(lambda found: alert(found) not in ("", "请选择一种决定"))
    assert desktop.find_element(By.ID, "outcome-refused").is_selected(), "nothing typed is lost"
    desktop.find_element(By.ID, "outcome-granted").click()
    desktop.find_element(By.ID, "decide").click()
    reads(desktop, "决定已记录，收件窗口联网后即可看到")
    picture(desktop, "decided")

    with hub.store.reading() as database:
        case = projections.case_by_receipt(database, taken.receipt_number)
    assert case is not None
    assert case.decision is not None
    assert case.decision.enforcement_number == "川执法0042"
    desktop.get(address + "/desk/board?list=open")
    reads(desktop, "大厅看板")
    assert sideways(desktop) <= 0
    picture(desktop, "board")
    no_complaints_but_conflicts(desktop)


def no_complaints_but_conflicts(browser: webdriver.Chrome) -> None:
    said = [entry["message"] for entry in browser.get_log("browser")]
    assert [one for one in said if " 400 " not in one and " 409 " not in one] == []
