"""The kiosk as somebody uses it who stands in front of it alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel
from pytestqt.qtbot import QtBot

from terminal.clock import CHINA_TIME, FixedClock
from terminal.context import Context
from terminal.dev import people
from terminal.dev.scenes.items import FOOD, RESETTLED
from terminal.devices.ports import ScannedCode
from terminal.domain.materials import received
from terminal.domain.parties import Party
from terminal.services import drafts
from terminal.settings import Settings
from terminal.texts import Texts
from ui.app import application
from ui.kiosk.app import KioskApp
from ui.kiosk.look import Look
from ui.kiosk.pages import FREQUENT, TILES, first_badge
from ui.kiosk.window import WARN_SECONDS

MOMENT = datetime(2026, 11, 23, 10, 42, tzinfo=CHINA_TIME)
PERSON = people.person("abdu")
SIZES = [(1080, 1920), (1366, 768), (1024, 600)]


class Visitor:
    """Somebody in front of the kiosk: touches what is shown and reads it."""

    def __init__(self, program: KioskApp, qtbot: QtBot) -> None:
        self.program, self.qtbot = program, qtbot

    def wait(self, done: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(done()), timeout=8_000)

    def touch(self, name: str) -> None:
        def there() -> QAbstractButton | None:
            found = self.program.window.findChildren(QAbstractButton, name)
            return next((button for button in found if button.isVisible()), None)

        self.wait(there)
        button = there()
        assert button is not None
        self.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)

    def type(self, text: str) -> None:
        for character in text:
            self.touch(f"key_{character}")

    def page(self) -> str:
        shown = self.program.window.stack.currentWidget()
        assert shown is not None
        return shown.objectName()

    def text(self) -> str:
        labels = self.program.window.findChildren(QLabel)
        return "\n".join(label.text() for label in labels if label.isVisible())


@pytest.fixture
def ctx(data_dir: Path) -> Iterator[Context]:
    with Context(Settings(data_dir=data_dir), clock=FixedClock(MOMENT)) as context:
        yield context


@pytest.fixture
def visitor(ctx: Context, qtbot: QtBot) -> Iterator[Visitor]:
    application()
    program = KioskApp(ctx.settings, Look(), size=QSize(1080, 1920), ctx=ctx)
    with qtbot.waitSignal(program.ready, timeout=8_000):
        program.show()
    yield Visitor(program, qtbot)
    program.close()


def accepted(ctx: Context) -> str:
    """Accept a matter at the window and return its receipt number."""
    ctx.staff.add(people.CLERK.login, people.CLERK.name, people.CLERK.password)
    session = ctx.staff.sign_in(people.CLERK.login, people.CLERK.password)
    party = Party(name=PERSON.name, identity_number=PERSON.number)
    draft = ctx.intake.start(party, RESETTLED)
    for line in ctx.intake.review(draft).materials:
        draft = drafts.with_material(draft, received(line.material))
    for field, value in (
        ("care_place", "成都"),
        ("filed_from", "2026-12-01"),
        ("address", "路1号"),
    ):
        draft = drafts.with_field(draft, field, value)
    return ctx.intake.accept(ctx.intake.review(draft).draft, session).case.receipt_number


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_every_screen_fits_its_display(ctx: Context, qtbot: QtBot, width: int, height: int) -> None:
    application()
    for look in (Look(), Look(large=True, contrast=True)):
        program = KioskApp(ctx.settings, look, size=QSize(width, height), ctx=ctx)
        with qtbot.waitSignal(program.ready, timeout=8_000):
            program.show()
        qtbot.waitUntil(lambda program=program: "868" in program.window.home.detail.text())
        tiles = [tile.geometry() for tile in program.window.home.tiles.values()]
        gaps = [right.left() - left.right() for left, right in pairwise(tiles)]
        assert min(gaps) >= 8, gaps
        for page in program.window._pages:
            program.window._show(page)
            qtbot.waitUntil(lambda program=program, page=page: page.isVisible())
            if not look.large or height == SIZES[0][1]:
                assert program.window.size() == QSize(width, height), page.objectName()
        # All that is asked for most can be had, in large print too.
        home, offered = program.window.home, set[str]()
        program.window.go_home()
        for _ in range(home._leaves()):
            cells = [home._often.itemAt(place) for place in range(home._often.count())]
            offered |= {cell.widget().objectName() for cell in cells if cell is not None}
            home._more.click()
        assert len(offered) == FREQUENT
        program.close()


def test_the_first_screen_offers_only_what_works_here(visitor: Visitor) -> None:
    visitor.wait(lambda: "868" in visitor.text())
    assert "断网也能查" in visitor.text()
    assert "取号、预约签到、评价请到导办台" in visitor.text()
    for tile, _ in TILES:
        visitor.touch(f"tile_{tile}")
        assert visitor.page() not in ("kiosk_home", "kiosk_notice")
        visitor.touch("kiosk_again")
    assert "您要办什么？" in visitor.text()


def test_help_names_the_desk_and_promises_nobody(visitor: Visitor) -> None:
    visitor.touch("kiosk_call")
    assert "请到导办台，或拨打 12345。" in visitor.text()
    assert "会来" not in visitor.text()


def test_one_day_is_singular_in_english(ctx: Context) -> None:
    found = ctx.catalogue.search("", 200)
    words = {first_badge(item, Texts("en")) for item in found}
    assert ("1 working day",) in words
    assert ("1 working days",) not in words


def test_letters_find_an_item_and_its_papers(visitor: Visitor) -> None:
    visitor.touch("tile_apply")
    visitor.type("SPJYXK")
    visitor.touch(f"item_{FOOD}")
    visitor.wait(lambda: visitor.page() == "kiosk_guide")
    assert "食品经营许可申请书" in visitor.text()
    assert "营业执照" in visitor.text()
    visitor.touch("kiosk_back")
    assert visitor.page() == "kiosk_search"
    assert "SPJYXK" in visitor.text()


def test_a_number_shows_where_the_case_is_and_no_name(ctx: Context, visitor: Visitor) -> None:
    number = accepted(ctx)
    visitor.touch("tile_progress")
    visitor.type(number.replace("-", ""))
    visitor.wait(lambda: "已受理" in visitor.text())
    assert number in visitor.text()
    assert "11-24" in visitor.text()
    assert PERSON.name not in visitor.text()
    assert PERSON.number not in visitor.text()


def test_a_wrong_and_an_unknown_number_are_said_plainly(visitor: Visitor) -> None:
    visitor.touch("tile_progress")
    visitor.type("5116")
    visitor.wait(lambda: "请接着输完" in visitor.text())
    visitor.program.window.progress.put("5116-03-261122-RLM2-0001-D")
    visitor.wait(lambda: "收件号不对" in visitor.text())
    visitor.program.window.progress.put("5116-03-261122-RLM2-0001-C")
    visitor.wait(lambda: "本机查不到" in visitor.text())


def test_a_scanned_receipt_leads_to_its_progress(ctx: Context, visitor: Visitor) -> None:
    number = accepted(ctx)
    visitor.program._scanned.emit(ScannedCode(number))
    visitor.wait(lambda: "已受理" in visitor.text())
    visitor.touch("kiosk_again")
    visitor.program._scanned.emit(ScannedCode("http://elsewhere.example/x"))
    assert visitor.page() == "kiosk_home"


def test_who_goes_away_is_asked_and_then_forgotten(visitor: Visitor) -> None:
    visitor.touch("tile_progress")
    visitor.type("5116")
    visitor.program.window._idle.timeout.emit()
    assert f"{WARN_SECONDS}秒后将退出，并清除未提交的内容" in visitor.text()
    visitor.touch("kiosk_stay")
    assert visitor.page() == "kiosk_progress"
    assert "5116" in visitor.text()

    visitor.program.window._idle.timeout.emit()
    for _ in range(WARN_SECONDS):
        visitor.program.window._countdown.timeout.emit()
    assert visitor.page() == "kiosk_home"
    assert visitor.program.window.progress.text == ""
    assert not visitor.program.window._countdown.isActive()


def test_a_touch_puts_the_question_off(visitor: Visitor) -> None:
    visitor.touch("tile_progress")
    timer = visitor.program.window._idle
    timer.start(60_000)
    visitor.wait(lambda: timer.remainingTime() < 59_000)
    visitor.touch("key_5")
    visitor.wait(lambda: visitor.program.window.progress.text == "5")
    assert timer.remainingTime() > 59_000


def test_language_and_large_print_start_anew(visitor: Visitor) -> None:
    visitor.touch("tile_apply")
    visitor.touch("language_en")
    visitor.wait(lambda: "What do you need?" in visitor.text())
    visitor.touch("look_large")
    visitor.wait(lambda: visitor.program.look == Look(language="en", large=True))
    assert visitor.page() == "kiosk_home"


def test_no_window_key_closes_it(visitor: Visitor) -> None:
    visitor.program.window.close()
    assert visitor.program.window.isVisible()
