"""Pages, tabs, cases looked up, pictures."""

from __future__ import annotations

from PySide6.QtCore import Qt

from terminal.dev.scenes import steps
from ui.demo.stage import Stage, Steps
from ui.window.topbar import PAGES

ALT = Qt.KeyboardModifier.AltModifier


def open_page(stage: Stage, step: steps.OpenPage) -> None:
    """Open a page by its number."""
    hands, wanted = stage.hands, stage.place.pages[step.page]
    hands.press(Qt.Key(Qt.Key.Key_0 + dict(PAGES)[step.page]), ALT)
    hands.wait(step.page, lambda: stage.place.stack.currentWidget() is wanted)


def turn(stage: Stage, step: steps.Turn) -> None:
    """Turn to another tab of my cases."""
    hands, tabs = stage.hands, stage.place.cases.tabs
    hands.at("cases_table")
    for _ in tabs.buttons:
        if tabs.current == step.tab:
            return
        hands.press(Qt.Key.Key_Left)
    hands.wait(step.tab, lambda: tabs.current == step.tab, seconds=0)


def find_case(stage: Stage, matter: str) -> None:
    """Page 2: search a matter's receipt number; the case is selected, the list has the keyboard."""
    hands, cases, case = stage.hands, stage.place.cases, stage.case(matter)
    open_page(stage, steps.OpenPage("cases"))
    hands.at("cases_table")
    hands.press(Qt.Key.Key_F3)
    hands.at("cases_search")
    hands.retype(case.receipt_number)
    hands.press(Qt.Key.Key_Return)
    hands.at("cases_table")

    def found() -> bool:
        shown = cases.table.case()
        return shown is not None and shown.case_id == case.case_id

    hands.wait(case.receipt_number, found)


def open_case(stage: Stage, matter: str) -> None:
    """Open a matter's case page, unless it stands open already; it shows the newest state."""
    hands, cases, case_id = stage.hands, stage.place.cases, stage.played[matter].case_id

    def opened() -> bool:
        file = cases.case.file
        return file is not None and file.case.case_id == case_id

    def newest() -> bool:
        file = cases.case.file
        return file is not None and file.case.head == stage.case(matter).head

    here = stage.place.stack.currentWidget() is cases and cases.reading and opened()
    if not here:
        find_case(stage, matter)
        hands.press(Qt.Key.Key_Return)
    hands.wait("case", lambda: opened() and newest())


def shoot(stage: Stage, step: steps.Shoot) -> None:
    """Take a picture."""
    stage.shoot(step.name, step.screen)


STEPS: Steps = {
    steps.OpenPage: open_page,
    steps.Turn: turn,
    steps.Shoot: shoot,
}
