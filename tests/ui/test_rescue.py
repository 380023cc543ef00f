"""A ledger that the program cannot work with: the window stays, says so, and sends what waits."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from terminal.settings import Settings
from tests.core.store.old_release import OldRelease
from tests.ui.conftest import WAIT_MS
from ui.app import WindowApp
from ui.kiosk.app import KioskApp
from ui.kiosk.look import Look
from ui.widgets.basics import Label


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """A ledger that a release of the future has written."""
    old = OldRelease(tmp_path / "data", visits=2)
    old.database.execute_sql(
        "INSERT INTO schema_migration (name, applied) VALUES ('0999_future', '2030-01-01')"
    )
    return old.close()


def test_the_window_says_what_happened_and_takes_the_records_away(
    qtbot: QtBot, newer: Path
) -> None:
    program = WindowApp(Settings(data_dir=newer))
    try:
        program.show()
        qtbot.waitUntil(lambda: program.window.rescue is not None, timeout=WAIT_MS)
        page = program.window.rescue
        assert page is not None
        assert program.window.stack.currentWidget() is page
        reason = page.findChild(Label, "rescue_reason")
        assert "较新版本" in reason.text()
        assert "装回" in page.findChild(Label, "rescue_hint").text()
        qtbot.waitUntil(lambda: "5" in page.counts.text(), timeout=WAIT_MS)
        # Sending was tried by itself: this machine was never enrolled, which is said.
        qtbot.waitUntil(page.send.isEnabled, timeout=WAIT_MS)
        assert "登记" in page.notice.text()
        QTest.keyClick(page, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: not program.window.isVisible(), timeout=WAIT_MS)
    finally:
        program.close()


def test_the_kiosk_says_that_it_is_out_of_service(qtbot: QtBot, newer: Path) -> None:
    settings = Settings(data_dir=newer)
    from PySide6.QtCore import QSize

    program = KioskApp(settings, Look(), size=QSize(1080, 1920))
    try:
        program.show()
        notice = program.window.notice
        qtbot.waitUntil(lambda: notice.isVisible(), timeout=WAIT_MS)
        said = " ".join(label.text() for label in notice.findChildren(Label))
        assert "较新版本" in said
    finally:
        program.close()
