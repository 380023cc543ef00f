"""Signing on the citizen's screen: read in full, drawn by hand, bound to what was read."""

from __future__ import annotations

import io

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from terminal.domain.case import CaseState
from terminal.domain.identity import check_character
from terminal.domain.parties import IdentitySource, Party
from terminal.services.views import DocumentView
from tests.core.hall import VISITOR
from tests.ui.conftest import Clerk
from tests.ui.desk_cases import (
    Cases,
    choose,
    citizen_of,
    core,
    draw,
    fill,
    read_first,
    said,
    sign,
)
from ui.citizen.strokes import StrokeField

F = Qt.Key


def test_strokes_papers_and_a_withdrawal(clerk: Clerk) -> None:
    field = StrokeField()
    field.resize(500, 240)
    draw(field, length=0.01)
    assert not field.signed
    field.clear()
    draw(field)
    assert field.signed
    with Image.open(io.BytesIO(field.png())) as picture:
        picture.load()
        low, high = picture.getextrema()
        assert picture.width == 900
    assert low < 80
    assert high == 255
    field.clear()
    assert not field._strokes
    _a_paper_is_signed(clerk)
    _only_the_applicant_withdraws(clerk)


def _acceptance(cases: Cases, case_id: str) -> DocumentView:
    return next(one for one in cases.ctx.cases.documents(case_id) if one.kind == "acceptance")


def _a_paper_is_signed(clerk: Clerk) -> None:
    cases = Cases(clerk)
    case_id = cases.accepted()
    document_id = _acceptance(cases, case_id).document_id
    cases.open(case_id)
    cases.act(F.Key_F2)
    clerk.at("sign_signer")
    clerk.enter()
    clerk.at("sign_how")
    clerk.enter()
    read_first(clerk)
    page = citizen_of(clerk).signing.page
    assert page.title.text() == "受理通知书"
    assert page._sheet is not None
    # No key signs, and an empty field is no signature.
    QTest.keyClick(page.done, F.Key_Space)
    QTest.mouseClick(page.done, Qt.MouseButton.LeftButton)
    assert clerk.place.signatures.request is not None
    # Who does not want to sign says so; the clerk names reason and witness.
    QTest.mouseClick(page.refuse, Qt.MouseButton.LeftButton)
    clerk.at("sign_reason")
    assert page._sheet is None
    clerk.press(F.Key_1)
    clerk.enter()
    clerk.at("sign_witness")
    clerk.enter()
    clerk.at("sign_witness")
    clerk.type("赵敏")
    clerk.enter()
    cases.confirm(F.Key_F2)
    signed = core(clerk).documents.document(document_id).signed
    assert signed is not None
    assert (signed.not_signed, signed.witness and signed.witness.name) == ("拒绝签字", "赵敏")
    # Whoever refused at first may still sign.
    cases.act(F.Key_F2)
    clerk.at("sign_signer")
    clerk.enter()
    clerk.at("sign_how")
    clerk.enter()
    sign(clerk)
    # What was signed stands in the form: changed afterwards, it is signed again.
    form = cases.page.form()
    assert form is not None
    clerk.at("confirm_sign")
    cases.confirm(F.Key_F2)
    document = core(clerk).documents.document(document_id)
    assert document.signed is not None
    assert core(clerk).blobs.read(document.signed.strokes).startswith(b"\x89PNG")


def _only_the_applicant_withdraws(clerk: Clerk) -> None:
    cases = Cases(clerk)
    case_id = cases.accepted()
    clerk.press(F.Key_Escape)
    cases.open(case_id)
    form = cases.act(F.Key_F7, control=True)
    # There is no key at the clerk's side that does it.
    assert form.confirm.isHidden()
    clerk.at("withdraw_name")
    clerk.enter()
    stranger = "21021119900101100"
    fill(cases, "withdraw_number", stranger + check_character(stranger))
    clerk.at("withdraw_capacity")
    clerk.enter()
    assert "证件号码与申请人不一致" in said(cases, "withdraw_capacity_error")
    # With the card of the applicant the check is done.
    card = Party(
        VISITOR.name, identity_number=VISITOR.identity_number, source=IdentitySource.CARD_READER
    )
    assert clerk.place.cases.take_card(card)
    clerk.at("withdraw_reason")
    clerk.type("not now")
    clerk.enter()
    read_first(clerk)
    page = citizen_of(clerk).signing.page
    assert "自愿撤回" in page.words.text()
    assert "not now" in page.words.text()
    clerk.press(F.Key_F7, Qt.KeyboardModifier.ControlModifier, after=1.5)
    clerk.press(F.Key_Return, after=1.5)
    assert core(clerk).cases.case(case_id).state is CaseState.ACCEPTED
    # The clerk takes it back: nothing of it stays on the citizen's screen.
    clerk.press(F.Key_Escape)
    clerk.wait(lambda: citizen_of(clerk).stack.currentWidget() is not citizen_of(clerk).signing)
    assert page.words.text() == ""
    cases.act(F.Key_F7, control=True)
    # Without a reader: the number, and the document in the hand.
    clerk.at("withdraw_name")
    clerk.enter()
    fill(cases, "withdraw_number", VISITOR.identity_number)
    clerk.at("withdraw_capacity")
    clerk.enter()
    choose(cases, "withdraw_seen", F.Key_2)
    assert "核对身份后才能撤回" in said(cases, "withdraw_seen_error")
    choose(cases, "withdraw_seen", F.Key_1)
    clerk.at("withdraw_reason")
    clerk.enter()
    sign(clerk)
    clerk.wait(lambda: core(clerk).cases.case(case_id).state is CaseState.WITHDRAWN)
    ending = core(clerk).cases.case(case_id).ending
    assert ending is not None
    assert (ending.actor.kind, ending.actor.name) == ("visitor", VISITOR.name)
