"""What lacked is brought to a window that may only receive: one key from my cases, then F9."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Qt

from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import WindowAuthority
from terminal.domain.parties import Actor
from terminal.domain.records import CorrectionItem, CorrectionNotified
from terminal.services.casework.todo import Tab
from tests.core.hall import FORM, LEASE, LICENCE
from tests.ui.conftest import Clerk
from tests.ui.desk_cases import Cases
from ui.window.casework.acts import CaseAct
from ui.window.casework.bringing import SupplementForm

F = Qt.Key


def notified(cases: Cases, authority: WindowAuthority) -> str:
    """Receive a licence without form and lease; the organ's desk tells what lacks."""
    ctx = cases.ctx
    item = msgspec.structs.replace(LICENCE, authority=authority)
    ctx.catalogue.item = lambda code, version="": item  # type: ignore[method-assign]
    case_id = ctx.intake.receive(cases.draft(but=("form", "lease")), cases.session).case.case_id
    lines = tuple(CorrectionItem(one.id, one.name, "", one.standard) for one in (FORM, LEASE))
    official = Actor("department", name="李强", place=LICENCE.department)

    def make(_: Case) -> CorrectionNotified:
        return CorrectionNotified(ctx.clock.now().corrected, lines, ("依据",), official)

    ctx.casework._office.act(case_id, make, cases.session)
    return case_id


def test_one_key_takes_in_what_lacked_and_prints_its_receipt(clerk: Clerk) -> None:
    cases = Cases(clerk)
    case_id = notified(cases, WindowAuthority.RECEIVE_ONLY)
    page = clerk.place.cases
    clerk.press(F.Key_2, Qt.KeyboardModifier.AltModifier)
    clerk.at("cases_table")
    page.show_tab(Tab.AWAITING_CORRECTION.value)
    clerk.wait(lambda: [one.case.case_id for one in page.table.cases] == [case_id])
    clerk.at("cases_table")
    clerk.press(F.Key_F4)
    clerk.at("supplement_materials")
    form = page.case.form()
    assert isinstance(form, SupplementForm)
    # Both are ticked as if they had come; only the form has, as an original that stays.
    assert form.materials.ticked() == ("form", "lease")
    clerk.press(F.Key_2)
    clerk.press(F.Key_Down)
    clerk.press(F.Key_Space)
    assert form.materials.ticked() == ("form",)
    clerk.enter()
    cases.confirm(F.Key_F9)
    case = cases.ctx.cases.case(case_id)
    assert (case.state, case.respond_by) == (CaseState.RECEIVED, "2026-11-30")
    assert [one.material_id for one in case.lacking] == ["lease"]
    assert next(one.count for one in case.materials if one.material_id == "form") == 2
    assert cases.ctx.cases.documents(case_id)[-1].kind == "supplement"
    # The rest comes the same way; then nothing is left to bring.
    clerk.wait(lambda: page.case.file is not None and page.case.file.case.head == case.head)
    form = cases.act(F.Key_F9)
    assert isinstance(form, SupplementForm)
    assert form.materials.ticked() == ("lease",)
    clerk.enter()
    cases.confirm(F.Key_F9)
    clerk.wait(lambda: CaseAct.SUPPLEMENT not in page.case._acts)
    assert not cases.ctx.cases.case(case_id).lacking


def test_what_the_window_may_accept_goes_on_at_the_intake(clerk: Clerk) -> None:
    cases = Cases(clerk)
    case_id = notified(cases, WindowAuthority.ACCEPT)
    cases.open(case_id)
    assert CaseAct.SUPPLEMENT not in cases.page._acts
    clerk.press(F.Key_F4)
    clerk.wait(lambda: clerk.desk.now.review is not None)
    assert clerk.desk.now.draft is not None
    assert clerk.desk.now.draft.case_id == case_id
