"""After an act the citizen may sign on the own screen; who does not loses no key by it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from terminal.domain.case import CaseState
from terminal.services.views import DocumentView
from tests.ui.conftest import Clerk
from tests.ui.desk_cases import citizen_of, core, read_first, sign

F = Qt.Key


def papers(clerk: Clerk, kind: str) -> list[DocumentView]:
    ctx, case = core(clerk), clerk.desk.now.cases[-1]
    return [one for one in ctx.cases.documents(case.case_id) if one.kind == kind]


def shown(clerk: Clerk, name: str) -> bool:
    found = clerk.program.window.findChild(QLabel, name)
    return found is not None and found.isVisible()


def test_who_wants_to_sign_does_and_nobody_else_presses_a_key_for_it(clerk: Clerk) -> None:
    clerk.greet()
    clerk.open_item("xkyx")
    clerk.to_materials()
    clerk.tick(3)
    clerk.enter()
    clerk.fill_form()
    clerk.press(F.Key_F12, after=1.5)
    clerk.wait(lambda: clerk.desk.now.cases)
    # Whoever goes on at once just types on: the keyboard stands where it always does.
    clerk.at("search_edit")
    assert clerk.states() == [CaseState.ACCEPTED]
    _the_citizen_signs(clerk)
    _a_notice_that_nobody_signs(clerk)


def _the_citizen_signs(clerk: Clerk) -> None:
    (acceptance,) = papers(clerk, "acceptance")
    clerk.wait(lambda: shown(clerk, "outcome_sign"))
    assert any(hint.key == "F4" for hint in clerk.place.work.hints())
    clerk.press(F.Key_F4)
    clerk.at("sign_how")
    read_first(clerk)
    page = citizen_of(clerk).signing.page
    assert page.title.text() == "受理通知书"
    clerk.wait(lambda: page._sheet is not None)
    # Put aside by the clerk: nothing was signed, and the offer stands.
    clerk.press(F.Key_Escape)
    clerk.at("search_edit")
    assert clerk.place.signatures.request is None
    clerk.press(F.Key_F4)
    clerk.at("sign_how")
    sign(clerk)
    # The touch of the citizen is the last one: no key of the clerk confirms it.
    clerk.at("search_edit")
    clerk.wait(lambda: core(clerk).documents.document(acceptance.document_id).signed)
    assert clerk.place.work.outcome.signed.text().endswith("受理通知书")
    clerk.wait(lambda: not shown(clerk, "outcome_sign"))
    clerk.press(F.Key_F4)
    assert clerk.place.signatures.request is None


def _a_notice_that_nobody_signs(clerk: Clerk) -> None:
    clerk.open_item("xkyx")
    clerk.to_materials()
    clerk.tick(2)
    clerk.press(F.Key_F7)
    clerk.at("review_panel")
    clerk.press(F.Key_F7, after=1.5)
    clerk.wait(lambda: CaseState.AWAITING_CORRECTION in clerk.states())
    clerk.at("search_edit")
    clerk.wait(lambda: papers(clerk, "correction"))
    (notice,) = papers(clerk, "correction")
    clerk.press(F.Key_F4)
    clerk.at("sign_how")
    read_first(clerk)
    QTest.mouseClick(citizen_of(clerk).signing.page.refuse, Qt.MouseButton.LeftButton)
    clerk.at("sign_reason")
    clerk.press(F.Key_1)
    # The key in a field leads to what lacks, and in its row it counts.
    clerk.press(F.Key_F2)
    clerk.at("sign_witness")
    clerk.type("赵敏")
    clerk.enter()
    clerk.at("confirm_sign")
    clerk.press(F.Key_F2, after=1.5)
    clerk.wait(lambda: core(clerk).documents.document(notice.document_id).signed)
    clerk.at("search_edit")
    signed = core(clerk).documents.document(notice.document_id).signed
    assert signed is not None
    assert signed.not_signed == "拒绝签字"
    clerk.wait(lambda: clerk.place.work.outcome.signed.isVisible())
    assert clerk.place.work.outcome.signed.text().startswith("未签字")
    # With the visit's end the offer is gone.
    clerk.press(F.Key_F11)
    clerk.at("visitor_name")
    assert clerk.place.work.day.signing.offered == ()
