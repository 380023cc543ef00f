"""The case page: what can be done now by its own key, in a form, never by Enter or a scanner."""

from __future__ import annotations

from abc import abstractmethod
from datetime import date
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel

from terminal.domain.case import CaseState
from terminal.domain.catalogue import Fate, Way
from terminal.domain.evolve import Evolved
from terminal.domain.identity import check_character
from terminal.domain.parties import IdentitySource, Party
from terminal.domain.records import Body, DeliveryWay
from terminal.services.views import Role, Session
from tests.core.domain import life
from tests.core.hall import LICENCE, VISITOR
from tests.ui.conftest import PASSWORD, Clerk
from tests.ui.desk_cases import Cases, choose, citizen_of, core, fill, read_first, said, sign
from ui.widgets.abstract import AbstractWidget
from ui.widgets.basics import Card
from ui.window.casework.acts import KEYS, CaseAct, acts_of
from ui.window.casework.bringing import BringForm
from ui.window.casework.case_page import FORMS
from ui.window.casework.delivering import DeliverForm
from ui.window.casework.results import ReadyForm
from ui.window.material_row import PAPER_FATES

F = Qt.Key
CLERK = Session("wang", "王芳", Role.CLERK, 0)


def test_a_form_that_does_not_say_what_it_does_is_never_made(qapp: QApplication) -> None:
    class Half(Card, metaclass=AbstractWidget):
        @abstractmethod
        def call(self) -> None: ...

    class Whole(Half):
        def call(self) -> None:
            """Do nothing."""

    with pytest.raises(TypeError, match="Half leaves out call"):
        Half()
    Whole().deleteLater()
    assert all(not kind.__abstractmethods__ for kind in FORMS)


def test_no_two_acts_of_one_moment_share_a_key() -> None:
    shared: dict[tuple[str, bool], list[CaseAct]] = {}
    for act, key in KEYS.items():
        shared.setdefault((key.cap, key.control), []).append(act)
    pairs = {tuple(acts) for acts in shared.values() if len(acts) > 1}
    assert pairs == {
        (CaseAct.FORWARD, CaseAct.ARRIVED), (CaseAct.SEND, CaseAct.CAME_BACK),
        (CaseAct.DELIVER, CaseAct.RECEIVED), (CaseAct.BRING, CaseAct.SUPPLEMENT),
    }  # fmt: skip


GIVEN = (life.RECEIVED, life.ACCEPTED, life.GRANTED)
LIVES: tuple[tuple[Body, ...], ...] = (
    (life.RECEIVED,),
    (life.INCOMPLETE, life.NOTIFIED),
    (life.RECEIVED, life.ACCEPTED),
    (life.DEFERRING, life.CONDITIONAL),
    (life.ELSEWHERE,),
    (life.ELSEWHERE, life.FORWARDED),
    (life.ELSEWHERE, life.FORWARDED, life.ARRIVED),
    (life.RECEIVED, life.ACCEPTED, life.HANDED),
    (life.RECEIVED, life.ACCEPTED, life.SUSPENDED),
    (life.RECEIVED, life.DECLINED),
    (life.RECEIVED, life.WITHDRAWN),
    (life.RECEIVED, life.VOIDED),
    (life.RECEIVED, life.ACCEPTED, life.REFUSED),
    GIVEN,
    (*GIVEN, life.READY),
    (*GIVEN, life.AGREED, life.READY),
    (*GIVEN, life.AGREED, life.READY, life.SENT),
    (*GIVEN, life.AGREED, life.READY, life.SENT, life.BACK),
    (*GIVEN, life.READY, life.DELIVERED),
    (*GIVEN, life.READY, life.DELIVERED, life.CLOSED),
)
BY_POST = life.changed(life.DELIVERED, way=DeliveryWay.COURIER, trace="签收")
STEPS: dict[CaseAct, Body] = {
    CaseAct.WITHDRAW: life.WITHDRAWN,
    CaseAct.HAND_OVER: life.HANDED,
    CaseAct.FORWARD: life.FORWARDED,
    CaseAct.ARRIVED: life.ARRIVED,
    CaseAct.BRING: life.SUPPLEMENT,
    CaseAct.READY: life.READY,
    CaseAct.REMIND: life.REMINDED,
    CaseAct.AGREE: life.AGREED,
    CaseAct.SEND: life.SENT,
    CaseAct.CAME_BACK: life.BACK,
    CaseAct.DELIVER: life.DELIVERED,
    CaseAct.RECEIVED: BY_POST,
    CaseAct.CLOSE: life.changed(life.CLOSED, reason="申请人去世"),
    CaseAct.VOID: life.VOIDED,
}


STRICTER = (CaseAct.BRING, CaseAct.ARRIVED, CaseAct.DELIVER, CaseAct.HAND_OVER)
"""The page offers less than the rules: what was notified comes through the intake, an arrival
follows its forwarding, what is in the mail is not handed out at the desk, and papers for another
place go there and not to the department."""


@pytest.mark.parametrize("bodies", LIVES)
def test_what_is_offered_is_not_refused_and_nothing_is_missing(bodies: tuple[Body, ...]) -> None:
    case = life.lived(*bodies)
    offered = acts_of(case, CLERK, LICENCE, date(2026, 11, 23))
    assert CaseAct.DECIDE not in offered
    for act, body in STEPS.items():
        judged = life.step(case, body, 99)
        if act in offered:
            assert isinstance(judged, Evolved), (act, judged)
        elif act not in STRICTER:
            assert not isinstance(judged, Evolved), act
    late = acts_of(case, CLERK, LICENCE, date(2026, 12, 20))
    assert CaseAct.VOID not in late
    assert (CaseAct.CURE_FAILED in late) == (bodies[-1] is life.CONDITIONAL)


def _each_paper_has_its_own_fate_and_scans(cases: Cases, folder: Path) -> None:
    clerk = cases.clerk
    form = cases.page.form()
    assert isinstance(form, BringForm)
    scan = folder / "lease.png"
    Image.new("L", (40, 20), 255).save(scan)
    for _ in PAPER_FATES:
        entry = form.materials.selected()
        assert entry is not None
        if entry.fate is Fate.ORIGINAL_KEPT:
            break
        clerk.press(F.Key_Right)
    clerk.press(F.Key_3)
    clerk.press(F.Key_U)
    clerk.at("upload_path")
    # Esc closes what the paper asked for, not the form.
    clerk.press(F.Key_Escape)
    clerk.at("bring_materials")
    clerk.press(F.Key_U)
    clerk.at("upload_path")
    clerk.type(str(scan))
    clerk.enter()
    clerk.at("bring_materials")
    shown = [label.text() for label in form.materials.findChildren(QLabel)]
    assert any("收原件 · 3 份" in words and "扫描件 1" in words for words in shown)


def test_papers_and_endings_by_their_keys(clerk: Clerk, tmp_path: Path) -> None:
    cases = Cases(clerk)
    case_id = cases.deferred()
    cases.open(case_id)
    assert said(cases, "case_state") == "已受理"
    # Enter on an act opens its form and does nothing; a letter is no number of pages.
    form = cases.act(F.Key_F8)
    fill(cases, "hand_over_pages", "x")
    assert said(cases, "hand_over_pages_error") == "请填写页数，至少 1 页。"
    form.parts[0][0].set_text("")  # type: ignore[union-attr]
    fill(cases, "hand_over_pages", "12")
    clerk.at("confirm_hand_over")
    clerk.enter()
    assert core(clerk).cases.case(case_id).papers is None
    # A scanner's burst does not count either.
    clerk.press(F.Key_F8, after=0.01)
    assert core(clerk).cases.case(case_id).papers is None
    cases.confirm(F.Key_F8)
    papers = core(clerk).cases.case(case_id).papers
    assert papers is not None
    assert papers.pages == 12
    # The deferred paper comes.
    cases.act(F.Key_F9)
    clerk.at("bring_materials")
    _each_paper_has_its_own_fate_and_scans(cases, tmp_path)
    clerk.enter()
    cases.confirm(F.Key_F9)
    case = core(clerk).cases.case(case_id)
    assert not case.deferred
    (lease,) = (entry for entry in case.materials if entry.material_id == "lease")
    assert (lease.way, lease.fate, lease.count) == (Way.PAPER, Fate.ORIGINAL_KEPT, 3)
    assert [core(clerk).blobs.read(blob.hash)[:4] for blob in lease.blobs] == [b"\x89PNG"]
    # Void: a wrong password is said beside the row, the case stands.
    clerk.wait(lambda: CaseAct.BRING not in cases.page._acts)
    cases.act(F.Key_F2, control=True)
    choose(cases, "void_reason", F.Key_3)
    clerk.at("void_detail")
    clerk.enter()
    choose(cases, "void_returned")
    fill(cases, "void_second_name", "liqiang")
    fill(cases, "void_second_password", "wrong-one")
    clerk.at("confirm_void")
    clerk.press(F.Key_F2, Qt.KeyboardModifier.ControlModifier, after=1.5)
    clerk.wait(lambda: said(cases, "form_void_notice"))
    assert core(clerk).cases.case(case_id).state is CaseState.ACCEPTED
    clerk.press(F.Key_Escape)
    cases.act(F.Key_F2, control=True)
    choose(cases, "void_reason", F.Key_3)
    clerk.at("void_detail")
    clerk.enter()
    choose(cases, "void_returned")
    fill(cases, "void_second_name", "liqiang")
    fill(cases, "void_second_password", PASSWORD)
    cases.confirm(F.Key_F2, control=True)
    assert core(clerk).cases.case(case_id).state is CaseState.VOID
    clerk.wait(lambda: said(cases, "case_state") == "已作废")
    # After several changes the page still shows the case.
    shown = cases.page.view.findChild(QLabel, "fact_applicant")
    assert shown is not None
    clerk.wait(shown.isVisible)
    assert shown.text() == VISITOR.name


def _nobody_consents_by_silence(cases: Cases) -> None:
    clerk = cases.clerk
    choose(cases, "agree_consent", F.Key_1)
    clerk.at("agree_recipient")
    clerk.enter()
    clerk.at("agree_phone")
    clerk.enter()
    # Without the signature itself it is another way.
    choose(cases, "agree_how", F.Key_2)
    assert "须申请人签字同意" in said(cases, "agree_how_error")
    choose(cases, "agree_how", F.Key_1)
    read_first(clerk)
    assert "我同意电子送达" in citizen_of(clerk).signing.page.words.text()
    for name in ("agree_phone", "agree_recipient", "agree_consent", "agree_way"):
        clerk.press(F.Key_Up)
        clerk.at(name)
    # Chosen otherwise after all: what is signed then is what stands there now.
    choose(cases, "agree_way", F.Key_1)
    clerk.at("agree_how")
    sign(clerk)
    clerk.wait(lambda: "重新签字" in said(cases, "agree_how_error"))
    sign(clerk)
    cases.confirm(F.Key_F11)
    assert cases.page.file is not None
    case = core(clerk).cases.case(cases.page.file.case.case_id)
    assert case.delivery_choice is not None
    assert (case.delivery_choice.way, case.delivery_choice.phone) == (DeliveryWay.WINDOW, "")
    assert core(clerk).blobs.read(case.delivery_choice.signature)[:4] == b"\x89PNG"
    document = next(
        one for one in core(clerk).cases.documents(case.case_id) if one.kind == "delivery_address"
    )
    signed = core(clerk).documents.document(document.document_id).signed
    assert signed is not None
    assert signed.strokes == case.delivery_choice.signature


def test_the_result_desk(clerk: Clerk) -> None:
    cases = Cases(clerk)
    first, second = cases.granted(ready=False), cases.granted()
    cases.open(first)
    form = cases.act(F.Key_F10)
    assert isinstance(form, ReadyForm)
    fill(cases, "ready_name", "食品经营许可证")
    fill(cases, "ready_number", "JY20260001")
    clerk.at("ready_count")
    clerk.enter()
    fill(cases, "ready_spoiled", "K0007 K0008")
    clerk.at("ready_name")
    clerk.enter()
    assert "作废空白证 2 张：K0007、K0008" in said(cases, "ready_things")
    cases.confirm(F.Key_F10)
    things = core(clerk).cases.case(first).results
    assert (things[0].number, things[0].spoiled) == ("JY20260001", ("K0007", "K0008"))
    # Electronic delivery needs consent.
    clerk.wait(lambda: CaseAct.DELIVER in cases.page._acts)
    cases.act(F.Key_F11)
    choose(cases, "agree_way", F.Key_3)
    choose(cases, "agree_consent", F.Key_2)
    assert "不能电子送达" in said(cases, "agree_consent_error")
    _nobody_consents_by_silence(cases)
    # Both results and the kept original, one person, one signature.
    cases.page.refresh()
    clerk.wait(lambda: cases.page.file is not None and cases.page.file.siblings)
    form = cases.act(F.Key_F12)
    assert isinstance(form, DeliverForm)
    clerk.at("deliver_results")
    clerk.press(F.Key_Down)
    clerk.press(F.Key_Space)
    assert form.results.ticked() == (first, second)
    clerk.enter()
    clerk.at("deliver_originals")
    clerk.enter()
    clerk.at("deliver_name")
    clerk.enter()
    stranger = "21021119900101100"
    fill(cases, "deliver_number", stranger + check_character(stranger))
    clerk.at("deliver_capacity")
    clerk.enter()
    assert "证件号码与申请人不一致" in said(cases, "deliver_capacity_error")
    card = Party(
        VISITOR.name, identity_number=VISITOR.identity_number, source=IdentitySource.CARD_READER
    )
    assert clerk.place.cases.take_card(card)
    sign(clerk)
    cases.confirm(F.Key_F12)
    for case_id in (first, second):
        case = core(clerk).cases.case(case_id)
        assert case.state is CaseState.DELIVERED
        assert case.delivery is not None
        assert case.delivery.signature
        assert case.delivery.receiver.verified
        assert not case.kept_originals
