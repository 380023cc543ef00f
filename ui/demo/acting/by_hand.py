"""Receipts written by hand: printed ahead on page 8, entered when the power is back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter

from terminal.dev import people
from terminal.dev.scenes import steps
from terminal.services.views import Act
from ui.demo.acting.intake import press, save, to_review
from ui.demo.acting.looking import open_page
from ui.demo.stage import Stage, Steps
from ui.window.blank_form import PRINT


def print_blanks(stage: Stage, step: steps.PrintBlanks) -> None:
    """Page 8, F9: print some; their numbers are kept from now on."""
    hands, sheets = stage.hands, stage.ctx.sheets
    before, printed = sheets.free_blanks(), len(stage.hall.devices.a4.sheets)
    open_page(stage, steps.OpenPage("shift"))
    hands.press(Qt.Key.Key_F9)
    hands.at("blanks_what")
    hands.choose(stage.place.shift.blanks.what.choice, PRINT)
    hands.enter()
    hands.type(str(step.count))
    hands.enter()
    hands.at("confirm_blanks")
    hands.press_legal(Qt.Key.Key_F12)
    hands.wait("blanks", lambda: len(stage.hall.devices.a4.sheets) > printed)
    stage.blanks = tuple(one for one in sheets.free_blanks() if one not in before)
    open_page(stage, steps.OpenPage("work"))


def begin_late(stage: Stage, _: steps.BeginLate) -> None:
    """Page 8, F7: the work page takes the next visitor from a paper."""
    hands, desk = stage.hands, stage.place.desk
    hands.wait("free desk", lambda: desk.now.empty and not desk.busy)
    open_page(stage, steps.OpenPage("shift"))
    hands.press(Qt.Key.Key_F7)
    hands.wait("late entry", lambda: desk.now.late)
    hands.at("visitor_name")


def enter_late(stage: Stage, step: steps.EnterLate) -> None:
    """Enter a receipt: number, day, time, a picture of it, a second person."""
    hands, number = stage.hands, stage.blanks[step.blank]
    assert stage.dark_on is not None
    to_review(stage, Act.RECEIVE)
    press(stage, Act.RECEIVE)
    for name, text in (
        ("late_number", number),
        ("late_day", stage.dark_on.isoformat()),
        ("late_time", step.written),
        ("late_scan", str(_scan(stage.hall.folder / f"{number}.png", number))),
        ("late_second_name", people.SUPERVISOR.login),
        ("late_second_password", people.SUPERVISOR.password),
    ):
        hands.at(name)
        hands.type(text)
        hands.press(Qt.Key.Key_Return)
    hands.at("confirm_late_entry")
    hands.wait("review", lambda: stage.place.desk.fresh)
    save(stage, step.matter, Act.RECEIVE, step.expected, offline=step.offline)


def _scan(path: Path, number: str) -> Path:
    """Return a picture of a sheet with its number, as a scanner would make one."""
    picture = QImage(620, 877, QImage.Format.Format_Grayscale8)
    picture.fill(QColor("white"))
    painter = QPainter(picture)
    painter.drawText(40, 60, number)
    painter.end()
    picture.save(str(path))
    return path


STEPS: Steps = {
    steps.PrintBlanks: print_blanks,
    steps.BeginLate: begin_late,
    steps.EnterLate: enter_late,
}
