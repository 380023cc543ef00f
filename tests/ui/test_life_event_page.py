"""One matter at the window by keys: found like an item, one list, one review, one act."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from terminal.context import Context
from terminal.devices.ports import ScannedCode
from terminal.domain.aggregates import LifeEventApplication
from terminal.protocol.query_code import query_url
from terminal.store import aggregates
from tests.ui.conftest import Clerk
from ui.window.material_row import MaterialRow


def take_event(clerk: Clerk, text: str) -> None:
    """Find a life event by what is typed and take it up."""
    results = clerk.place.work.search.results
    clerk.type(text)
    clerk.wait(lambda: results.rows and "一件事" in results.rows[0].accessibleName())
    clerk.enter()
    clerk.wait(lambda: clerk.desk.now.review is not None and clerk.desk.fresh)


def answer_all(clerk: Clerk) -> None:
    """Answer each question by its first digit."""
    while clerk.desk.now.review is not None and clerk.desk.now.review.open_questions:
        clerk.wait(lambda: clerk.focus().objectName().startswith("question_"))
        held = clerk.focus().objectName()
        clerk.press(Qt.Key.Key_1)
        clerk.wait(lambda held=held: clerk.focus().objectName() != held)


def snap(clerk: Clerk, name: str) -> None:
    """Keep a picture when the folder for it is named."""
    folder = os.environ.get("SCREENSHOTS")
    if folder:
        clerk.program.window.grab().save(str(Path(folder) / f"{name}.png"))


def _an_item_stays_out_and_comes_in_again(clerk: Clerk) -> None:
    review = clerk.desk.now.review
    assert review is not None
    asked = {line.material.name for line in review.materials}
    clerk.press(Qt.Key.Key_F4, Qt.KeyboardModifier.ShiftModifier)
    clerk.at("parts_items")
    for digit in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5):
        clerk.press(digit)
    clerk.wait(lambda: clerk.desk.fresh)
    # The last one stays, and what only the others wanted is not asked for any more.
    assert clerk.label("parts_notice").startswith("至少保留一个事项")
    now = clerk.desk.now.review
    assert now is not None
    assert [part.by_choice for part in now.parts] == [True, True, True, True, False]
    gone = asked - {line.material.name for line in now.materials}
    assert gone
    assert all(name in clerk.label("parts_changed") for name in gone)
    snap(clerk, "life-event-choice")
    clerk.enter()
    clerk.at("review_panel")
    standing = clerk.place.work.path.review.parts.findChildren(QLabel, "event_part_standing")
    assert [label.text() for label in standing][:4] == [
        "申请人本次不申请，不立案；以后可单独申请"
    ] * 4
    clerk.press(Qt.Key.Key_F4, Qt.KeyboardModifier.ShiftModifier)
    clerk.at("parts_items")
    for digit in (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4):
        clerk.press(digit)
    clerk.wait(lambda: clerk.desk.fresh)
    clerk.press(Qt.Key.Key_Escape)
    clerk.wait(lambda: clerk.desk.now.draft is not None and not clerk.desk.now.draft.left_out)
    clerk.press(Qt.Key.Key_F8)
    clerk.at("review_panel")
    clerk.wait(lambda: clerk.desk.fresh)
    # Every department's paper is to be seen, one below the other.
    pages: list[QImage] = []
    clerk.desk.previewed.connect(lambda page, _act: pages.append(page))
    clerk.desk.show_paper_of(None)
    clerk.wait(lambda: pages and pages[-1].height() > 4 * pages[-1].width())


def _the_receipt_of_the_matter_finds_all_of_it(
    clerk: Clerk, ctx: Context, application: LifeEventApplication
) -> None:
    clerk.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    clerk.at("cases_table")
    page = clerk.place.cases
    clerk.press(Qt.Key.Key_F3)
    clerk.at("cases_search")
    clerk.type(application.receipt_number)
    clerk.enter()
    clerk.wait(lambda: len(page.table.cases) == 5)
    assert "共 5 项：已受理 0，不予受理 0，已办结 0。" in page.below.text()
    clerk.press(Qt.Key.Key_Escape)
    clerk.wait(lambda: page.below.text() == "")
    # Scanned instead of typed.
    url = query_url("http://h", application.receipt_number, application.token, "ab" * 32,
                    ctx.keys.signing)  # fmt: skip
    clerk.place._on_code(ScannedCode(url))
    clerk.wait(lambda: "共 5 项" in page.below.text())
    assert clerk.label("status_notice").startswith("真：")


def test_a_life_event_is_one_list_and_one_act(clerk: Clerk, ctx: Context, qtbot: QtBot) -> None:
    clerk.greet("严五", 405)
    take_event(clerk, "退役军人返乡")
    answer_all(clerk)
    clerk.wait(lambda: clerk.desk.fresh)
    clerk.press(Qt.Key.Key_F5)
    clerk.at("materials_list")
    rows = clerk.place.work.path.materials.list.rows
    assert rows
    shown = [row for row in rows if isinstance(row, MaterialRow)]
    names = [(row.line.material.name, row.line.material.kind) for row in shown]
    assert len(names) == len(set(names))
    assert all(row.line.used_by for row in shown)
    # The same paper that several departments ask for is one line that names them.
    assert any(len(row.line.used_by) > 1 for row in shown)
    snap(clerk, "life-event-materials")
    clerk.press(Qt.Key.Key_F8)
    clerk.at("review_panel")
    review = clerk.desk.now.review
    assert review is not None
    panel = clerk.place.work.path.review.parts
    lines = panel.findChildren(QLabel, "event_part_standing")
    assert len(lines) == len(review.parts) == 5
    assert panel.isVisible()
    snap(clerk, "life-event-review")
    _an_item_stays_out_and_comes_in_again(clerk)
    clerk.press(Qt.Key.Key_F8, after=1.5)
    clerk.wait(lambda: len(clerk.desk.now.cases) == 5)
    clerk.wait(lambda: clerk.label("outcome_detail").count("\n") >= 4)
    snap(clerk, "life-event-saved")
    found = ctx.ledger.read(lambda db: list(aggregates.select(db, "application", limit=5)))
    (application,) = found
    assert isinstance(application, LifeEventApplication)
    assert {case.case_id for case in clerk.desk.now.cases} == set(application.case_ids)
    clerk.at("search_edit")
    _the_receipt_of_the_matter_finds_all_of_it(clerk, ctx, application)


def test_the_citizen_sees_the_one_list(clerk: Clerk) -> None:
    clerk.greet("夏侯七", 308)
    take_event(clerk, "退役军人返乡")
    answer_all(clerk)
    clerk.wait(lambda: clerk.desk.fresh)
    citizen = clerk.program.citizen
    assert citizen is not None
    review = clerk.desk.now.review
    assert review is not None
    clerk.wait(
        lambda: any(review.item.name in label.text() for label in citizen.findChildren(QLabel))
    )
    name = review.materials[0].material.name
    clerk.wait(lambda: any(name in label.text() for label in citizen.findChildren(QLabel)))
