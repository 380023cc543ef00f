"""One visitor after the other: parked, taken up again, ended; nobody sees the one before."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from terminal.devices.ports import IdCard
from tests.ui.conftest import RENEWAL, Clerk, identity_number


def said(window: QWidget) -> str:
    """Return every word that stands in a window, shown or not."""
    labels = [label.text() for label in window.findChildren(QLabel)]
    lines = [line.text() for line in window.findChildren(QLineEdit)]
    spoken = [w.accessibleName() for w in window.findChildren(QWidget)]
    return "\n".join([*labels, *lines, *spoken])


def card(serial: int, name: str) -> IdCard:
    return IdCard(
        kind="resident",
        name=name,
        number=identity_number(serial),
        sex="female",
        birth=date(1985, 5, 4),
        address="样例街 1 号",
    )


def test_a_parked_visit_comes_back_with_all_its_fields(clerk: Clerk) -> None:
    clerk.greet("欧阳一一", 301)
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(2)
    clerk.press(Qt.Key.Key_F10)
    clerk.at("visitor_name")
    assert clerk.desk.now.empty

    # Another one is begun and parked half-typed, with nothing taken down yet.
    clerk.type("司徒")
    clerk.press(Qt.Key.Key_F10)
    clerk.wait(lambda: len(clerk.desk.parked) == 2)
    clerk.press(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    clerk.wait(lambda: clerk.desk.now.review is not None)
    assert clerk.desk.now.visitor is not None
    assert clerk.desk.now.visitor.name == "欧阳一一"
    assert clerk.desk.now.review is not None
    assert clerk.desk.now.review.settled == 2
    clerk.at("materials_list")

    clerk.press(Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    clerk.at("visitor_number")
    assert clerk.place.work.visitor.form.name_field.text() == "司徒"
    assert clerk.desk.now.visitor is None


def test_a_question_that_waited_with_its_visitor_has_the_keyboard_again(clerk: Clerk) -> None:
    clerk.greet("欧阳二二", 311)
    clerk.open_item("spjyxk", "食品(含保健食品)经营许可核发")
    clerk.wait(lambda: clerk.focus().objectName().startswith("question_"))
    asked = clerk.focus().objectName()
    clerk.press(Qt.Key.Key_F10)
    clerk.at("visitor_name")
    clerk.press(Qt.Key.Key_F10)
    clerk.at(asked)


def test_the_next_visitor_sees_nothing_of_the_one_before(clerk: Clerk) -> None:
    first = identity_number(302)
    clerk.greet("独孤九", 302)
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(1)
    clerk.press(Qt.Key.Key_F8)
    clerk.at("review_panel")
    clerk.press(Qt.Key.Key_F8, after=1.5)
    clerk.wait(lambda: clerk.desk.now.cases)
    number = clerk.desk.now.cases[0].receipt_number
    citizen = clerk.program.citizen
    assert citizen is not None
    clerk.wait(lambda: number in said(citizen))
    clerk.press(Qt.Key.Key_F11)
    clerk.wait(lambda: citizen.visit_id)
    clerk.at("visitor_name")
    assert "独孤九" not in said(clerk.place.work)
    assert first not in said(clerk.place.work)

    # The rating belongs to the first visitor: the second one's work is held back.
    clerk.greet("长孙二", 303)
    clerk.open_item()
    assert citizen.stack.currentWidget() is citizen.rating
    citizen.rating.skip.click()
    clerk.wait(lambda: citizen.stack.currentWidget() is citizen.thanks)
    assert number not in said(citizen.rating)
    citizen._on_thanked()
    clerk.wait(lambda: RENEWAL in said(citizen.mirror))
    assert number not in said(citizen.mirror)
    assert "独" not in said(citizen)


def test_not_this_person_clears_everything_in_one_key(clerk: Clerk) -> None:
    clerk.greet("尉迟三", 304)
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(1)
    clerk.press(Qt.Key.Key_F2, Qt.KeyboardModifier.ShiftModifier)
    clerk.at("visitor_name")
    assert clerk.desk.now.empty
    assert clerk.desk.now.draft is None
    assert "尉迟三" not in said(clerk.program.window)
    assert identity_number(304) not in said(clerk.program.window)


def test_a_card_fills_in_the_visitor_and_never_over_another(clerk: Clerk) -> None:
    clerk.at("visitor_name")
    clerk.place._card_read.emit(card(305, "端木四"))
    clerk.at("search_edit")
    visitor = clerk.desk.now.visitor
    assert visitor is not None
    assert visitor.verified
    assert visitor.name == "端木四"
    clerk.place._card_read.emit(card(306, "东方五"))
    clerk.wait(lambda: clerk.place.notice.text())
    assert clerk.desk.now.visitor is visitor
    assert "东方五" not in said(clerk.program.window)


def test_a_number_typed_after_a_card_is_no_longer_verified(clerk: Clerk) -> None:
    clerk.at("visitor_name")
    clerk.place._card_read.emit(card(305, "端木四"))
    clerk.at("search_edit")
    clerk.press(Qt.Key.Key_F2)
    form = clerk.place.work.visitor.form
    form.number.setFocus()
    form.number.edit.selectAll()
    clerk.type(identity_number(306))
    for name in ("visitor_phone", "visitor_capacity", "search_edit"):
        clerk.enter()
        clerk.at(name)
    assert clerk.desk.now.visitor is not None
    assert not clerk.desk.now.visitor.verified


def test_originals_on_the_desk_are_named_at_the_end(clerk: Clerk) -> None:
    clerk.greet("公孙六", 307)
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(1)
    row = clerk.place.work.path.materials.list
    clerk.press(Qt.Key.Key_Up)
    assert row.index == 0
    # From the usual fate on to "seen and returned".
    for _ in range(4):
        entry = next(iter(clerk.desk.now.draft.materials.values()))  # type: ignore[union-attr]
        if entry.fate.value == "ORIGINAL_SEEN_RETURNED":
            break
        clerk.press(Qt.Key.Key_Right)
        clerk.wait(lambda: clerk.desk.fresh)
    clerk.press(Qt.Key.Key_F8)
    clerk.at("review_panel")
    clerk.press(Qt.Key.Key_F8, after=1.5)
    clerk.wait(lambda: clerk.desk.now.cases)
    clerk.press(Qt.Key.Key_F11)
    clerk.wait(lambda: clerk.label("outcome_line").startswith("请归还"))
    assert entry.name in clerk.label("outcome_line")


def test_what_is_not_saved_goes_with_the_second_press_only(clerk: Clerk) -> None:
    clerk.greet("濮阳七", 309)
    clerk.open_item()
    # Nothing was recorded yet: one press, and the desk is free.
    clerk.press(Qt.Key.Key_F11)
    clerk.at("visitor_name")
    clerk.greet("濮阳七", 309)
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(1)
    clerk.press(Qt.Key.Key_F11)
    clerk.wait(lambda: "还没有保存" in clerk.label("status_notice"))
    assert clerk.desk.now.review is not None
    # Something more was done: the warning counts no longer.
    clerk.tick(1)
    clerk.press(Qt.Key.Key_F11)
    assert clerk.desk.now.review is not None
    clerk.press(Qt.Key.Key_F11)
    clerk.at("visitor_name")
    assert clerk.desk.now.empty
