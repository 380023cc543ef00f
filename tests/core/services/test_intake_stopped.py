"""What stops an act of the intake, and what a non-acceptance needs."""

from __future__ import annotations

import msgspec
import pytest

from terminal.domain.case import CaseState
from terminal.domain.parties import Capacity
from terminal.domain.records import DeclineKind
from terminal.services import drafts
from terminal.services.views import DeclineRequest, IntakeDraft, Role
from tests.core.hall import (
    COMPANY,
    LICENCE,
    NO_REMEDIES,
    PASSWORD,
    PLAIN,
    RECEIVE_ONLY,
    UNGUIDED,
    VISITOR,
    Hall,
)
from tests.core.services.refusals import refused

WHY = DeclineRequest(
    DeclineKind.NO_LICENCE_NEEDED,
    reason="该活动依法不需要取得行政许可。",
    basis="《中华人民共和国行政许可法》第三十二条第一款第（一）项",
    second_name="zhao",
    second_password=PASSWORD,
)


# Declining


def test_declining_files_a_negative_outcome(hall: Hall) -> None:
    hall.add_supervisor()
    saved = hall.ctx.intake.decline(hall.draft(), hall.clerk, WHY)
    assert saved.case.state is CaseState.NOT_ACCEPTED
    assert saved.case.receipt_number
    assert [d.kind for d in saved.documents] == ["decline"]
    decline = hall.ctx.cases.case(saved.case.case_id).decline
    assert decline is not None
    assert decline.reason == WHY.reason
    document = hall.ctx.documents.document(saved.documents[0].document_id)
    text = hall.ctx.documents.render(document, "text").decode()
    assert "区人民政府" in text
    assert "区人民法院" in text


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"second_password": "wrong-password"}, "staff.wrong_password"),
        ({"second_name": ""}, "staff.wrong_password"),
        ({"second_name": "wang"}, "staff.second_is_first"),
        ({"second_name": "liu"}, "staff.second_may_not"),
        ({"reason": "  "}, "case.decline_needs_reason"),
        ({"basis": ""}, "case.decline_needs_reason"),
        ({"kind": DeclineKind.NOT_COMPETENT}, "case.decline_needs_organ"),
        ({"kind": DeclineKind.NOT_COMPETENT, "go_to": "某局"}, "document.no_competent_organ"),
    ],
)
def test_declining_needs_reason_basis_and_a_second_person(
    hall: Hall, changes: dict[str, object], kind: str
) -> None:
    hall.add_supervisor()
    hall.add_account("liu", "刘䶮", Role.CLERK)
    request = msgspec.structs.replace(WHY, **changes)
    assert refused(hall.ctx.intake.decline, hall.draft(), hall.clerk, request) == kind
    assert hall.written() == 1
    assert hall.ctx.printing.jobs() == ()


def test_without_remedies_nobody_is_declined(hall: Hall) -> None:
    hall.add_supervisor()
    assert refused(hall.ctx.intake.decline, hall.draft(NO_REMEDIES), hall.clerk, WHY) == (
        "act.no_remedies"
    )


# What a window may do


def permissions(hall: Hall, draft: IntakeDraft) -> dict[str, str]:
    return {p.act.value: p.code for p in hall.ctx.intake.review(draft).permissions}


def test_an_item_without_a_guide_is_only_received(hall: Hall) -> None:
    found = permissions(hall, hall.draft(UNGUIDED))
    assert found.pop("RECEIVE") == ""
    assert set(found.values()) == {"act.no_guide"}
    saved = hall.ctx.intake.receive(hall.draft(UNGUIDED), hall.clerk)
    assert (saved.case.state, saved.case.due) == (CaseState.RECEIVED, None)


def test_a_window_that_only_receives(hall: Hall) -> None:
    found = permissions(hall, hall.complete(RECEIVE_ONLY))
    assert found == {
        "RECEIVE": "",
        "ACCEPT": "act.window_only_receives",
        "ACCEPT_CONDITIONALLY": "act.window_only_receives",
        "NOTIFY_CORRECTION": "act.window_only_receives",
        "DECLINE": "act.window_may_not_decline",
    }


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "intake.name_missing"),
        ({"name": "张\x07三"}, "intake.name_control"),
        ({"name": "长" * 101}, "intake.name_too_long"),
        ({"identity_number": VISITOR.identity_number[:-1] + "A"}, "identity.character"),
        ({"identity_number": "２" + VISITOR.identity_number[1:]}, "identity.full_width"),
        ({"identity_number": "210211198502301234"}, "identity.birth_date"),
        ({"phone": "12345"}, "intake.phone"),
    ],
)
def test_a_visitor_who_is_not_in_order(hall: Hall, change: dict[str, str], code: str) -> None:
    draft = hall.complete(visitor=msgspec.structs.replace(VISITOR, **change))
    review = hall.ctx.intake.review(draft)
    assert code in {problem.code for problem in review.problems}
    assert review.step == "visitor"
    for act in (hall.ctx.intake.receive, hall.ctx.intake.accept):
        assert refused(act, draft, hall.clerk) == "act.visitor_incomplete"


def test_a_form_and_a_scenario_that_are_open(hall: Hall) -> None:
    draft = hall.with_all(hall.ctx.intake.start(VISITOR, LICENCE.code))
    assert refused(hall.ctx.intake.receive, draft, hall.clerk) == "act.scenario_open"
    draft = drafts.with_answer(draft, "kind", "catering")
    assert refused(hall.ctx.intake.accept, draft, hall.clerk) == "act.materials_lacking"
    draft = hall.with_all(draft)
    assert refused(hall.ctx.intake.accept, draft, hall.clerk) == "act.form_incomplete"
    draft = drafts.with_field(draft, "area", "１２０")
    assert refused(hall.ctx.intake.accept, draft, hall.clerk) == "act.form_incomplete"
    saved = hall.ctx.intake.accept(drafts.with_field(draft, "area", "120"), hall.clerk)
    case = hall.ctx.cases.case(saved.case.case_id)
    assert case.form == {"name": "张三", "area": "120"}
    assert [m.material_id for m in case.materials] == ["card", "form", "lease", "kitchen"]


def test_an_agent_is_checked_beside_the_applicant(hall: Hall) -> None:
    draft = hall.complete(PLAIN)
    draft = drafts.with_applicant(draft, COMPANY, Capacity.HANDLER)
    assert refused(hall.ctx.intake.accept, draft, hall.clerk) == "act.visitor_incomplete"
    from terminal.domain.credit_code import check_credit_code

    code = next(
        f"91210200MA0000001{check}"
        for check in "0123456789ABCDEFGHJKLMNPQRTUWXY"
        if check_credit_code(f"91210200MA0000001{check}").valid
    )
    real = msgspec.structs.replace(COMPANY, credit_code=code)
    saved = hall.ctx.intake.accept(drafts.with_applicant(draft, real, Capacity.HANDLER), hall.clerk)
    case = hall.ctx.cases.case(saved.case.case_id)
    assert (case.applicant.name, case.visitor.name) == (COMPANY.name, VISITOR.name)


def test_a_case_that_is_over_is_not_taken_up_again(hall: Hall) -> None:
    hall.add_supervisor()
    saved = hall.ctx.intake.decline(hall.draft(), hall.clerk, WHY)
    assert refused(hall.ctx.intake.resume, saved.case.case_id) == "case.not_while_not_accepted"
    assert refused(hall.ctx.intake.resume, "nobody") == "case.not_found"
