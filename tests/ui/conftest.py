"""A real core and the real window, driven by keys; only the clocks stand still."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path

import argon2
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.exceptions import TimeoutError
from pytestqt.qtbot import QtBot

from terminal.clock import CHINA_TIME, FixedClock
from terminal.context import Context
from terminal.domain.case import CaseState
from terminal.domain.identity import check_character
from terminal.services.catalogue import CatalogueService
from terminal.services.views import Role
from terminal.settings import Settings
from ui import theme
from ui.app import WindowApp
from ui.window.desk import Desk
from ui.window.frame import Workplace

MOMENT = datetime(2026, 11, 23, 10, 42, tzinfo=CHINA_TIME)
PASSWORD = "window-3-2026"
RENEWAL = "食品(含保健食品)经营许可延续"
WAIT_MS = 8_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform complains of size hints that a real one takes."""
    ignored = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
    for item in items:
        if "tests/ui" in str(item.path):
            item.add_marker(ignored)


def identity_number(serial: int) -> str:
    """Return an invented number with a right check digit."""
    body = f"21021119850504{serial:03}"
    return body + check_character(body)


class HandClock:
    """The guard's clock: it moves when a key is pressed, by a hand's or a scanner's pace."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Clerk:
    """A clerk at the window: types, presses keys, looks at widgets by their names."""

    def __init__(self, program: WindowApp, qtbot: QtBot, hand: HandClock) -> None:
        self.program, self.qtbot, self.hand = program, qtbot, hand

    @property
    def place(self) -> Workplace:
        place = self.program.window.workplace
        assert place is not None
        return place

    @property
    def desk(self) -> Desk:
        return self.place.desk

    def wait(self, done: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(done()), timeout=WAIT_MS)

    def focus(self) -> QWidget:
        found = QApplication.focusWidget()
        assert found is not None, "nothing has the keyboard"
        return found

    def at(self, name: str) -> None:
        """Wait until the keyboard is in the widget of this name."""

        def there() -> bool:
            found = QApplication.focusWidget()
            return found is not None and found.objectName() == name

        try:
            self.qtbot.waitUntil(there, timeout=WAIT_MS)
        except TimeoutError:
            found = QApplication.focusWidget()
            where = found.objectName() if found is not None else "nowhere"
            raise AssertionError(f"the keyboard is in {where}, not in {name}") from None

    def press(
        self,
        key: Qt.Key,
        modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        *,
        after: float = 0.5,
    ) -> None:
        """Press a key `after` seconds since the last one."""
        self.hand.now += after
        QTest.keyClick(self.focus(), key, modifier)

    def type(self, text: str, *, pace: float = 0.12) -> None:
        """Type into whatever has the keyboard."""
        for character in text:
            self.hand.now += pace
            if character.isascii():
                QTest.keyClicks(self.focus(), character)
            else:
                commit(self.focus(), character)

    def enter(self) -> None:
        self.press(Qt.Key.Key_Return)

    def label(self, name: str) -> str:
        found = self.program.window.findChild(QLabel, name)
        assert found is not None, name
        return found.text()

    def cases(self) -> int:
        """Count every case that this machine holds."""
        ctx = self.program.bridge.ctx
        assert ctx is not None
        return len(ctx.cases.mine(self.place.session, all_states=True))

    def states(self) -> list[CaseState]:
        ctx = self.program.bridge.ctx
        assert ctx is not None
        return [row.state for row in ctx.cases.mine(self.place.session, all_states=True)]

    # What a clerk does again and again.

    def greet(self, name: str = "刘䶮", serial: int = 123) -> None:
        """Type a visitor who stands for himself; the keyboard ends in the search."""
        self.at("visitor_name")
        self.type(name)
        self.enter()
        self.at("visitor_number")
        self.type(identity_number(serial))
        self.enter()
        self.at("visitor_phone")
        self.enter()
        self.at("visitor_capacity")
        self.enter()
        self.at("search_edit")

    def open_item(self, text: str = "spjyxkyx", name: str = RENEWAL) -> None:
        """Find an item by what is typed and take it up."""
        results = self.place.work.search.results
        self.type(text)

        def place() -> int:
            said = (row.accessibleName() for row in results.rows)
            return next((at for at, words in enumerate(said) if words.startswith(name)), -1)

        self.wait(lambda: place() >= 0)
        for _ in range(place() - results.index):
            self.press(Qt.Key.Key_Down)
        self.enter()
        self.wait(lambda: self.desk.now.review is not None)
        self.wait(lambda: self.desk.item is not None and self.desk.item.name == name)

    def to_materials(self) -> None:
        """Answer the renewal's one question by a digit."""
        self.wait(lambda: self.focus().objectName().startswith("question_"))
        self.press(Qt.Key.Key_1)
        self.at("materials_list")

    def tick(self, count: int) -> None:
        """Press the space bar for each paper."""
        review = self.desk.now.review
        assert review is not None
        before = review.settled
        for number in range(1, count + 1):
            self.press(Qt.Key.Key_Space)
            self.wait(
                lambda number=number: (
                    self.desk.fresh and self.desk.now.review.settled == before + number
                )  # type: ignore[union-attr]
            )

    def fill_form(self) -> None:
        """Fill the renewal's form; the keyboard ends in the review."""
        self.wait(lambda: self.focus().objectName().startswith("form_"))
        samples = {
            "DATE": "2026.12.31",
            "NUMBER": "12",
            "PHONE": "13800000000",
            "CREDIT_CODE": "91210100MA0YQ7E0XG",
        }
        for _ in range(20):
            name = self.focus().objectName()
            if name == "review_panel":
                break
            review = self.desk.now.review
            assert review is not None
            field = next(f for f in review.fields if f"form_{f.id}" == name)
            if field.options:
                self.press(Qt.Key.Key_1)
                self.wait(lambda: self.desk.fresh)
            elif not review.draft.form.get(field.id):
                self.type(samples.get(field.kind.value, "样例路1号"))
                self.wait(lambda: self.desk.fresh)
            self.enter()
            self.wait(lambda name=name: self.focus().objectName() != name)
        self.at("review_panel")
        self.wait(lambda: self.desk.fresh)


QUICK = partial(argon2.PasswordHasher, time_cost=1, memory_cost=64, parallelism=1)
"""The real one takes a tenth of a second and 64 MB for each password, on purpose."""


@pytest.fixture(scope="session")
def catalogue_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ...]:
    """The shipped catalogue and its index, made once: it takes longer than most tests."""
    folder = tmp_path_factory.mktemp("catalogue")
    CatalogueService(folder / "catalogue.db").close()
    return tuple(folder.iterdir())


@pytest.fixture
def ctx(
    data_dir: Path, catalogue_files: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Context]:
    """An open core with two accounts and no devices."""
    monkeypatch.setattr(argon2, "PasswordHasher", QUICK)
    for file in catalogue_files:
        shutil.copy2(file, data_dir / file.name)
    context = Context(Settings(data_dir=data_dir), clock=FixedClock(MOMENT))
    context.open()
    context.staff.add("wangfang", "王芳", PASSWORD, Role.CLERK)
    context.staff.add("liqiang", "李强", PASSWORD, Role.SUPERVISOR)
    yield context
    context.close()


@pytest.fixture
def program(ctx: Context, qtbot: QtBot, hand: HandClock) -> Iterator[WindowApp]:
    """The window at its sign-in, over the open core."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application, theme.load("light"))
    made = WindowApp(ctx.settings, ctx=ctx, guard_clock=hand)
    made.window.resize(1366, 768)
    made.window.show()
    made.open_core()
    qtbot.waitUntil(lambda: made.bridge.ctx is not None, timeout=WAIT_MS)
    yield made
    made.close()
    made.window.close()
    for widget in (made.citizen, made.window):
        if widget is not None:
            widget.deleteLater()
    made.deleteLater()


@pytest.fixture
def hand() -> HandClock:
    return HandClock()


@pytest.fixture
def clerk(program: WindowApp, qtbot: QtBot, hand: HandClock) -> Clerk:
    """A clerk who has signed in by keys."""
    made = Clerk(program, qtbot, hand)
    program.window.activateWindow()
    made.at("sign_in_login")
    made.type("wangfang")
    made.enter()
    made.at("sign_in_password")
    made.type(PASSWORD)
    made.enter()
    made.wait(lambda: program.window.workplace is not None)
    made.wait(lambda: program.citizen is not None)
    made.at("visitor_name")
    return made


def commit(widget: QWidget, text: str) -> None:
    """Hand over text as an input method does when it has composed it."""
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def click(widget: QWidget) -> None:
    """Touch the middle of a widget."""
    QTest.mouseClick(
        widget, Qt.MouseButton.LeftButton, pos=QPoint(widget.width() // 2, widget.height() // 2)
    )
