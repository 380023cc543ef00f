"""An on-the-spot item (即办件) in a named chief representative's hands: one flow to its end."""

from __future__ import annotations

from PySide6.QtCore import Qt

from terminal.domain.case import CaseState
from terminal.domain.records import Outcome
from terminal.services.views import Role
from tests.ui.conftest import PASSWORD, Clerk
from tests.ui.desk_cases import core
from ui.screenshots_casework import ON_THE_SPOT
from ui.window.casework.acts import CaseAct

F = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier


def sign_in_as_chief(clerk: Clerk) -> None:
    core(clerk).staff.add("zhaomin", "赵敏", PASSWORD, Role.CHIEF_REPRESENTATIVE)
    clerk.place.sign_out_wanted.emit()
    clerk.at("sign_in_login")
    # Without an account Enter says what lacks.
    clerk.enter()
    clerk.at("sign_in_password")
    clerk.enter()
    clerk.at("sign_in_login")
    assert clerk.label("sign_in_login_error") == clerk.program.bridge.texts("sign_in.missing")
    clerk.type("zhaomin")
    clerk.enter()
    clerk.type(PASSWORD)
    clerk.enter()
    clerk.wait(lambda: clerk.program.window.workplace is not None)
    clerk.at("visitor_name")


def take_in(clerk: Clerk, serial: int) -> None:
    """Take the query in and accept it, by keys."""
    clerk.greet("钱五", serial)
    clerk.desk.choose(ON_THE_SPOT)
    clerk.wait(lambda: clerk.focus().objectName().startswith("question_"))
    clerk.press(F.Key_1)
    clerk.at("materials_list")
    clerk.wait(lambda: clerk.desk.fresh)
    review = clerk.desk.now.review
    assert review is not None
    clerk.tick(review.lacking)
    clerk.enter()
    clerk.fill_form()
    clerk.press(F.Key_F12, after=1.5)
    clerk.wait(lambda: CaseState.ACCEPTED in clerk.states())


def test_accepted_and_decided_in_one_flow_by_name_and_number(clerk: Clerk) -> None:
    # A clerk of the window decides for nobody: the keyboard is back where the next matter begins.
    take_in(clerk, 601)
    clerk.at("search_edit")
    clerk.wait(lambda: clerk.desk.now.cases)
    case_id = clerk.desk.now.cases[0].case_id
    clerk.press(F.Key_F11)
    clerk.at("visitor_name")
    sign_in_as_chief(clerk)
    take_in(clerk, 602)
    # The decision's form is open already, and Esc would leave it for later.
    clerk.at("decide_outcome")
    page = clerk.place.cases.case
    form = page.form()
    assert form is not None
    assert form.act is CaseAct.DECIDE
    clerk.press(F.Key_1)
    clerk.enter()
    clerk.at("decide_number")
    # Nothing typed: the number comes by itself, from a leased block or from the hub.
    clerk.enter()
    clerk.at("decide_enforcement")
    clerk.enter()
    # No decision without the number of whoever decides.
    clerk.at("decide_enforcement")
    clerk.type("ZF-0042")
    clerk.enter()
    clerk.at("confirm_decide")
    clerk.press(F.Key_F12, CONTROL, after=1.5)
    clerk.wait(lambda: page.form() is None)
    assert page.file is not None
    case = core(clerk).cases.case(page.file.case.case_id)
    assert (case.state, case.case_id != case_id) == (CaseState.DECIDED, True)
    assert case.decision is not None
    assert case.decision.outcome is Outcome.GRANTED
    assert case.decision.document_number == f"{case.receipt_number}-准"
    assert case.decision.decider.kind == "chief"
    assert (case.decision.decider.name, case.decision.enforcement_number) == ("赵敏", "ZF-0042")
    papers = {one.kind for one in core(clerk).cases.documents(case.case_id)}
    assert "decision_grant" in papers
