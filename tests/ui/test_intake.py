"""The main job at the window by keyboard alone."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from terminal.domain.case import CaseState
from tests.ui.conftest import RENEWAL, Clerk, identity_number


def test_three_papers_are_taken_in_by_keyboard_alone(clerk: Clerk) -> None:
    clerk.greet()
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(3)
    clerk.enter()
    clerk.fill_form()
    assert clerk.place.keys._end.text() == "F12 确认齐全并受理"

    clerk.press(Qt.Key.Key_F12)

    clerk.wait(lambda: clerk.desk.now.cases)
    assert clerk.states() == [CaseState.ACCEPTED]
    case = clerk.desk.now.cases[0]
    line = clerk.label("outcome_line")
    assert case.receipt_number in line
    assert line.startswith("已受理 · 收件号")
    assert line.endswith("已存本机")
    clerk.at("search_edit")
    assert clerk.desk.now.visitor is not None


def test_a_missing_paper_becomes_one_complete_notice(clerk: Clerk) -> None:
    clerk.greet()
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(1)
    # The second one does not meet its standard, the third is not there at all.
    clerk.press(Qt.Key.Key_X)
    clerk.at("material_defect")
    clerk.type("缺第2页")
    clerk.enter()
    clerk.at("materials_list")
    clerk.wait(lambda: clerk.desk.fresh)
    clerk.press(Qt.Key.Key_F7)
    clerk.at("review_panel")
    assert clerk.cases() == 0
    clerk.press(Qt.Key.Key_F7, after=1.5)
    clerk.wait(lambda: clerk.desk.now.cases)
    assert clerk.states() == [CaseState.AWAITING_CORRECTION]
    ctx = clerk.program.bridge.ctx
    assert ctx is not None
    notice = ctx.cases.case(clerk.desk.now.cases[0].case_id).notices[0]
    assert [item.defect for item in notice] == ["缺第2页", ""]


def test_accepting_with_a_paper_missing_is_refused_with_a_sentence(clerk: Clerk) -> None:
    clerk.greet()
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(2)
    clerk.press(Qt.Key.Key_F12)
    clerk.at("review_panel")
    clerk.press(Qt.Key.Key_F12, after=1.5)
    clerk.wait(lambda: "1" in clerk.place.work.path.review.notice.text())
    assert clerk.cases() == 0
    # Enter leads to what is owed.
    clerk.enter()
    clerk.at("materials_list")


def test_a_wrong_check_digit_is_said_beside_the_field(clerk: Clerk) -> None:
    clerk.at("visitor_name")
    clerk.type("王小明")
    clerk.enter()
    right = identity_number(123)
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    clerk.type(wrong)
    error = clerk.program.window.findChild(QLabel, "visitor_number_error")
    assert error is not None
    assert error.isVisible()
    assert error.text().startswith("校验位不符")
    clerk.enter()
    clerk.at("visitor_number")
    clerk.press(Qt.Key.Key_Backspace)
    clerk.type(right[-1])
    assert not error.isVisible()
    clerk.enter()
    clerk.at("visitor_phone")


def test_declining_asks_in_the_window_for_reason_and_a_second_person(clerk: Clerk) -> None:
    clerk.greet()
    clerk.open_item()
    clerk.to_materials()
    clerk.press(Qt.Key.Key_F8, Qt.KeyboardModifier.ControlModifier)
    clerk.at("review_panel")
    clerk.press(Qt.Key.Key_F8, Qt.KeyboardModifier.ControlModifier, after=1.5)
    clerk.at("decline_kind")
    clerk.press(Qt.Key.Key_3)
    clerk.enter()
    clerk.at("decline_reason")
    clerk.type("许可证已过期")
    clerk.enter()
    clerk.at("decline_basis")
    clerk.enter()
    while clerk.focus().objectName().startswith("decline_go_to"):
        clerk.enter()
    clerk.at("decline_second_name")
    clerk.type("liqiang")
    clerk.enter()
    clerk.at("decline_second_password")
    clerk.type("wrong-password")
    clerk.enter()
    clerk.at("confirm_decline")
    clerk.enter()
    assert clerk.cases() == 0
    clerk.press(Qt.Key.Key_F8, Qt.KeyboardModifier.ControlModifier, after=1.5)
    clerk.wait(lambda: "密码" in clerk.place.work.path.decline.notice.text())
    assert clerk.cases() == 0
    clerk.at("decline_second_name")
    assert clerk.place.work.path.decline.second_name.edit.selectedText() == "liqiang"


def test_the_card_of_declining_says_what_lacks_and_keeps_the_keyboard_there(clerk: Clerk) -> None:
    clerk.greet()
    clerk.open_item()
    clerk.to_materials()
    clerk.press(Qt.Key.Key_F8, Qt.KeyboardModifier.ControlModifier)
    clerk.at("review_panel")
    clerk.press(Qt.Key.Key_F8, Qt.KeyboardModifier.ControlModifier, after=1.5)
    clerk.at("decline_kind")
    panel = clerk.place.work.path.decline
    clerk.enter()
    assert panel.kind_error.isVisible()
    clerk.press(Qt.Key.Key_Down)
    clerk.press(Qt.Key.Key_Down)
    assert panel.kind.value() == "NOT_COMPETENT"
    assert not panel.kind_error.isVisible()
    clerk.enter()
    clerk.enter()
    clerk.at("decline_reason")
    assert panel.reason.error.isVisible()
    clerk.type("不归本机关管")
    assert not panel.reason.error.isVisible()
    clerk.press(Qt.Key.Key_F8, Qt.KeyboardModifier.ControlModifier, after=1.5)
    clerk.at("decline_go_to")
    assert panel.go_to.error.isVisible()
    assert clerk.cases() == 0


def test_an_item_without_a_guide_can_only_be_received(clerk: Clerk) -> None:
    clerk.greet()
    ctx = clerk.program.bridge.ctx
    assert ctx is not None
    bare = next(view for view in ctx.catalogue.search("注销", 50) if not view.guide)
    clerk.desk.choose(bare.code)
    clerk.wait(lambda: clerk.desk.now.review is not None)
    clerk.at("review_panel")
    assert clerk.place.keys._end.text() == "F8 收件"
    clerk.press(Qt.Key.Key_F12, after=1.5)
    assert clerk.cases() == 0
    clerk.press(Qt.Key.Key_F8, after=1.5)
    clerk.wait(lambda: clerk.desk.now.cases)
    assert clerk.states() == [CaseState.RECEIVED]


def test_a_correction_is_taken_up_again_from_my_cases(clerk: Clerk) -> None:
    test_a_missing_paper_becomes_one_complete_notice(clerk)
    clerk.press(Qt.Key.Key_F11)
    clerk.at("visitor_name")
    clerk.press(Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    clerk.at("cases_table")
    clerk.wait(lambda: clerk.place.cases.table.row() == 0)
    clerk.press(Qt.Key.Key_F4)
    clerk.wait(lambda: clerk.desk.now.review is not None)
    assert clerk.desk.item is not None
    assert clerk.desk.item.name == RENEWAL
    assert clerk.desk.now.visitor is not None
    clerk.at("materials_list")
    clerk.tick(2)
    clerk.press(Qt.Key.Key_F12)
    clerk.at("review_panel")
