"""Who stands for whom: agents with several applicants, powers, guardians, organisations."""

from __future__ import annotations

from PySide6.QtCore import Qt

from terminal.context import Context
from terminal.domain.case import Case
from terminal.domain.identity import check_character
from terminal.domain.parties import Capacity, PartyKind
from tests.ui.conftest import Clerk, identity_number

SHIFT = Qt.KeyboardModifier.ShiftModifier


def core(clerk: Clerk) -> Context:
    ctx = clerk.program.bridge.ctx
    assert ctx is not None
    return ctx


def born(day: str, serial: int = 21) -> str:
    body = f"211002{day}{serial:03}"
    return body + check_character(body)


def stand_for(clerk: Clerk, digit: Qt.Key, name: str, serial: int) -> None:
    """Type a visitor up to the applicant's fields, in the capacity of this digit."""
    clerk.at("visitor_name")
    clerk.type(name)
    clerk.enter()
    clerk.type(identity_number(serial))
    clerk.enter()
    clerk.at("visitor_phone")
    clerk.enter()
    clerk.at("visitor_capacity")
    clerk.press(digit)
    clerk.enter()


def name_applicant(clerk: Clerk, name: str, number: str) -> None:
    clerk.at("applicant_name")
    clerk.type(name)
    clerk.enter()
    clerk.at("applicant_number")
    clerk.type(number)
    clerk.enter()
    clerk.at("applicant_phone")
    clerk.enter()


def receive(clerk: Clerk, count: int) -> Case:
    """Receive the matter in work as the visit's next one."""
    clerk.press(Qt.Key.Key_F8, after=1.5)
    clerk.at("review_panel")
    clerk.wait(lambda: clerk.desk.fresh)
    clerk.press(Qt.Key.Key_F8, after=1.5)
    clerk.wait(lambda: len(clerk.desk.now.cases) == count)
    return core(clerk).cases.case(clerk.desk.now.cases[-1].case_id)


def test_one_agent_applies_for_several_with_one_key_between(clerk: Clerk) -> None:
    stand_for(clerk, Qt.Key.Key_2, "代理人甲", 601)
    name_applicant(clerk, "申请人一", identity_number(602))
    clerk.at("power_valid_until")
    clerk.type("2026-11-01")
    clerk.enter()
    clerk.at("power_valid_until")
    assert "已过有效期" in clerk.label("power_valid_until_error")
    clerk.place.work.visitor.power.valid_until.edit.selectAll()
    clerk.type("2027-12-31")
    clerk.enter()
    clerk.at("power_items")
    clerk.enter()
    clerk.at("power_rights")
    clerk.press(Qt.Key.Key_1)
    clerk.enter()
    clerk.at("search_edit")
    # Before anything is saved the key has nothing to keep.
    clerk.press(Qt.Key.Key_F3, SHIFT)
    clerk.wait(lambda: "保存" in clerk.label("status_notice"))
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(1)
    first = receive(clerk, 1)
    clerk.at("search_edit")

    clerk.press(Qt.Key.Key_F3, SHIFT)
    clerk.at("applicant_name")
    # News of the visit's cases comes whenever the hub has something: the fields stay open.
    with clerk.qtbot.waitSignal(clerk.desk.visit_changed):
        clerk.desk.refresh_cases()
    name_applicant(clerk, "申请人二", identity_number(603))
    clerk.at("power_valid_until")
    for name in ("power_items", "power_rights"):
        clerk.enter()
        clerk.at(name)
    clerk.enter()
    # The same item begins by itself, without anything of the first applicant's.
    clerk.to_materials()
    review = clerk.desk.now.review
    assert review is not None
    assert review.settled == 0
    second = receive(clerk, 2)
    assert [case.applicant.name for case in (first, second)] == ["申请人一", "申请人二"]
    assert first.visitor == second.visitor
    assert first.visit_id == second.visit_id
    assert first.item_code == second.item_code
    assert second.capacity is Capacity.AGENT
    assert first.power == second.power
    assert second.power is not None
    assert (second.power.valid_until, second.power.may_collect) == ("2027-12-31", True)
    assert not second.power.may_commit


def test_a_child_under_fourteen_needs_the_guardians_consent(clerk: Clerk) -> None:
    stand_for(clerk, Qt.Key.Key_5, "监护人乙", 604)
    name_applicant(clerk, "小明", born("20160501"))
    clerk.at("guardian_consent")
    clerk.enter()
    clerk.at("guardian_consent")
    assert "监护人同意" in clerk.label("visitor_notice")
    clerk.press(Qt.Key.Key_1)
    clerk.enter()
    clerk.at("search_edit")
    assert clerk.desk.now.guardian_consents
    clerk.open_item()
    review = clerk.desk.now.review
    assert review is not None
    assert not [p for p in review.problems if p.where == "applicant.consent"]
    assert review.draft.guardian_consents


def test_a_child_of_fifteen_needs_a_guardian_but_no_consent(clerk: Clerk) -> None:
    clerk.at("visitor_name")
    clerk.type("小红")
    clerk.enter()
    clerk.type(born("20110501"))
    for name in ("visitor_phone", "visitor_capacity", "search_edit"):
        clerk.enter()
        clerk.at(name)
    clerk.open_item()
    # The core's sentence stands beside the visitor.
    clerk.wait(lambda: "监护人代为申请" in clerk.label("visitor_notice"))


def test_an_organisation_shows_what_to_check_and_who_represents_it(clerk: Clerk) -> None:
    stand_for(clerk, Qt.Key.Key_3, "法定代表人丙", 605)
    clerk.at("applicant_name")
    assert "公章一致" in clerk.label("visitor_seal")
    assert clerk.place.work.visitor.seal.isVisible()
    form = clerk.place.work.visitor.applicant
    assert form.legal_representative.text() == "法定代表人丙"
    clerk.type("示例有限公司")
    clerk.enter()
    clerk.at("applicant_credit_code")
    clerk.type("91210100MA0YQ7E0XG")
    for name in ("applicant_legal_representative", "applicant_phone", "search_edit"):
        clerk.enter()
        clerk.at(name)
    applicant = clerk.desk.now.applicant
    assert applicant is not None
    assert applicant.legal_representative == "法定代表人丙"


def test_a_credit_code_in_the_place_of_a_number_makes_an_organisation_of_it(clerk: Clerk) -> None:
    stand_for(clerk, Qt.Key.Key_2, "代理人戊", 608)
    clerk.at("applicant_name")
    clerk.type("示例有限公司")
    clerk.enter()
    clerk.at("applicant_number")
    clerk.type("91210100MA0YQ7E0XG")
    clerk.enter()
    clerk.at("applicant_legal_representative")
    form = clerk.place.work.visitor.applicant
    assert form.kind() is PartyKind.ORGANISATION
    assert (form.number.text(), form.credit_code.text()) == ("", "91210100MA0YQ7E0XG")


def test_another_person_wipes_agent_and_power(clerk: Clerk) -> None:
    stand_for(clerk, Qt.Key.Key_2, "代理人丁", 606)
    name_applicant(clerk, "申请人三", identity_number(607))
    clerk.at("power_valid_until")
    clerk.type("2027-01-01")
    clerk.press(Qt.Key.Key_F2, SHIFT)
    clerk.at("visitor_name")
    assert clerk.desk.now.empty
    panel = clerk.place.work.visitor
    assert panel.power.typed() == {
        "power_valid_until": "", "power_items": "", "power_rights": ""
    }  # fmt: skip
    assert panel.applicant.name_field.text() == ""
    assert clerk.desk.now.power is None
