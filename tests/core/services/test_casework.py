"""What a window does with a case after its intake: lawful acts, refusals with their sentence."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest
from PIL import Image

from terminal.domain.case import CaseState
from terminal.domain.catalogue import WindowAuthority
from terminal.domain.materials import received
from terminal.domain.parties import Capacity, MaterialEntry, Party, PowerOfAttorney
from terminal.domain.records import DeliveryWay, Outcome, ResultThing
from terminal.errors import InvalidInput, NotAllowed, NotFound, RuleRefused, TerminalError
from terminal.services import drafts
from terminal.services.casework.complaints import ComplaintRequest
from terminal.services.casework.results import Reception
from terminal.services.casework.signing import Withdrawal, capacity_to_withdraw
from terminal.services.casework.window import DecisionRequest
from terminal.services.views import Role, Session
from tests.core.hall import LICENCE, PASSWORD, VISITOR, Hall

GRANT = DecisionRequest(Outcome.GRANTED, "文〔2026〕1号", "ZF-2026-1")
HANDED = Reception(VISITOR, "SELF", identity_checked=True, not_signed="拒绝签字", witness="赵敏")


@contextmanager
def refusing(code: str) -> Iterator[None]:
    """What stands inside is refused by this rule."""
    with pytest.raises(TerminalError) as refused:
        yield
    assert refused.value.code == code


def accepted(hall: Hall) -> str:
    return hall.ctx.intake.accept(hall.complete(), hall.clerk).case.case_id


def strokes() -> bytes:
    data = io.BytesIO()
    Image.new("L", (40, 20), 255).save(data, "PNG")
    return data.getvalue()


def chief(hall: Hall) -> Session:
    return Session("chief-1", "王芳", Role.CHIEF_REPRESENTATIVE, 0)


@pytest.fixture
def decided(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> str:
    """A case that a named chief representative has granted at the window."""
    return grant(hall, monkeypatch)


def grant(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> str:
    case_id = accepted(hall)
    named = msgspec.structs.replace(
        LICENCE, authority=WindowAuthority.DECIDE, authority_document="授权书〔2026〕1号"
    )
    monkeypatch.setattr(hall.ctx.catalogue, "item", lambda *_: named)
    hall.ctx.casework.decide(case_id, GRANT, chief(hall))
    return case_id


def test_nobody_of_the_window_decides_but_a_named_chief_representative(hall: Hall) -> None:
    case_id = accepted(hall)
    for session in (hall.clerk, chief(hall)):
        # The item's own data do not name the window, so a chief representative may not either.
        with pytest.raises(NotAllowed) as refused:
            hall.ctx.casework.decide(case_id, GRANT, session)
        assert refused.value.code == "case.decision_by_department"


def test_a_result_is_made_ready_and_handed_over_with_its_proof(hall: Hall, decided: str) -> None:
    case = hall.ctx.cases.case(decided)
    assert (case.state, case.deliver_by) == (CaseState.DECIDED, "2026-12-07")
    with pytest.raises(RuleRefused) as refused:
        hall.ctx.results.deliver([decided], HANDED, hall.clerk)
    assert refused.value.code == "case.not_while_decided"
    hall.ctx.results.make_ready(decided, [ResultThing("食品经营许可证", "JY1")], hall.clerk)
    hall.ctx.results.remind(decided, "电话", hall.clerk)
    (done,) = hall.ctx.results.deliver([decided], HANDED, hall.clerk)
    assert done.case.state is CaseState.DELIVERED
    case = hall.ctx.cases.case(decided)
    assert case.delivery is not None
    assert case.delivery.documents == ("食品经营许可证",)
    done = hall.ctx.casework.close(decided, "", hall.clerk)
    assert done.case.state is CaseState.CLOSED


def test_what_is_handed_over_needs_identity_and_a_signature_or_a_witness(
    hall: Hall, decided: str
) -> None:
    hall.ctx.results.make_ready(decided, [ResultThing("证")], hall.clerk)
    for reception, code in (
        (Reception(VISITOR, "SELF"), "case.delivery_needs_identity"),
        (Reception(VISITOR, "SELF", identity_checked=True), "case.delivery_needs_signature"),
        (
            Reception(VISITOR, "SELF", identity_checked=True, not_signed="拒签"),
            "case.delivery_needs_witness",
        ),
    ):
        with pytest.raises(RuleRefused) as refused:
            hall.ctx.results.deliver([decided], reception, hall.clerk)
        assert refused.value.code == code
    with pytest.raises(InvalidInput):
        hall.ctx.results.deliver([], HANDED, hall.clerk)


def test_a_courier_delivers_only_what_was_agreed_and_arrived(hall: Hall, decided: str) -> None:
    ctx, session = hall.ctx, hall.clerk
    ctx.results.make_ready(decided, [ResultThing("证")], session)
    with refusing("case.courier_not_agreed"):
        ctx.results.send(decided, "邮政", "EX1", session)
    ctx.results.agree(decided, DeliveryWay.COURIER, session, recipient="张三", address="某街1号")
    ctx.results.send(decided, "邮政", "EX1", session)
    ctx.results.came_back(decided, "无人签收", session)
    assert ctx.cases.case(decided).state is CaseState.RESULT_READY
    ctx.results.send(decided, "邮政", "EX2", session)
    proof = Reception(VISITOR, "SELF", DeliveryWay.COURIER, trace="EX2 已签收")
    ctx.results.deliver([decided], proof, session)
    assert ctx.cases.case(decided).state is CaseState.DELIVERED


def test_deferred_materials_come_later_or_the_case_ends_in_writing(hall: Hall) -> None:
    ctx, session = hall.ctx, hall.clerk
    draft = hall.with_all(hall.draft(), but=("lease",))
    lease = next(m for m in LICENCE.materials if m.id == "lease")
    draft = drafts.with_material(draft, drafts.deferred(lease))
    case_id = ctx.intake.accept_conditionally(draft, session, agreed=True).case.case_id
    with refusing("case.nothing_deferred"):
        ctx.casework.bring_deferred(case_id, [MaterialEntry("card", "身份证")], session)
    with refusing("case.cure_still_runs"):
        ctx.casework.fail_cure(case_id, "未补齐", "办事指南", session)
    ctx.casework.bring_deferred(case_id, [received(lease)], session)
    assert ctx.cases.case(case_id).deferred == ()


def test_void_needs_a_second_person_and_keeps_the_number(hall: Hall) -> None:
    hall.add_supervisor()
    case_id = accepted(hall)
    number = hall.ctx.cases.case(case_id).receipt_number
    with pytest.raises(NotAllowed):
        hall.ctx.casework.void(case_id, "录错", True, "zhao", "wrong-password", hall.clerk)
    done = hall.ctx.casework.void(case_id, "录错", True, "zhao", PASSWORD, hall.clerk)
    assert done.case.state is CaseState.VOID
    again = hall.ctx.intake.accept(hall.complete(), hall.clerk)
    assert again.case.receipt_number != number


def test_only_the_applicants_signature_withdraws(hall: Hall) -> None:
    case_id = accepted(hall)
    with refusing("document.needs_strokes"):
        hall.withdraw(case_id, b"")
    done = hall.withdraw(case_id, strokes())
    assert done.case.state is CaseState.WITHDRAWN
    case = hall.ctx.cases.case(case_id)
    who = case.history[-1].actor
    assert (who.kind, who.name) == ("visitor", case.applicant.name)
    assert case.ending is not None
    assert hall.ctx.blobs.read(case.ending.signature) == strokes()


def test_an_agent_withdraws_by_a_power_that_says_so(hall: Hall) -> None:
    case = hall.ctx.cases.case(accepted(hall))
    agent = Party("李群", identity_number="210211199001011001")
    by_agent = msgspec.structs.replace(
        case, visitor=agent, capacity=Capacity.AGENT, power=PowerOfAttorney(may_collect=True)
    )
    assert capacity_to_withdraw(by_agent, agent) is None, "to collect is another right"
    may = msgspec.structs.replace(by_agent, power=PowerOfAttorney(may_withdraw=True))
    assert capacity_to_withdraw(may, agent) is Capacity.AGENT
    withdrawal = Withdrawal(agent, Capacity.AGENT, "不办了", strokes())
    assert agent.name not in repr(withdrawal)
    done = hall.ctx.signing.withdraw(case.case_id, withdrawal, hall.clerk)
    (paper,) = done.documents
    view = hall.ctx.documents.document(paper.document_id).view
    assert "李群（委托代理人）".encode() in view, "the paper says who signed, and as what"


def test_nobody_unknown_withdraws(hall: Hall) -> None:
    case_id = accepted(hall)
    for capacity in ("", Capacity.SELF):
        withdrawal = Withdrawal(Party("李群"), capacity, "不办了", strokes())
        with refusing("case.withdrawal_needs_identity"):
            hall.ctx.signing.withdraw(case_id, withdrawal, hall.clerk)
    assert hall.ctx.cases.case(case_id).state is CaseState.ACCEPTED


def test_a_signature_belongs_to_one_document(hall: Hall) -> None:
    case_id = accepted(hall)
    document = hall.ctx.cases.documents(case_id)[-1]
    hall.ctx.signing.not_signed((document.document_id,), "张三", "拒绝签字", "赵敏")
    # Who refused at first may still sign.
    hall.ctx.signing.sign((document.document_id,), strokes(), "张三")
    with refusing("document.already_signed"):
        hall.ctx.signing.sign((document.document_id,), strokes(), "张三")


def test_one_signature_is_for_all_papers_or_for_none(hall: Hall) -> None:
    ctx, case_id = hall.ctx, accepted(hall)
    ids = tuple(one.document_id for one in ctx.cases.documents(case_id))
    before = hall.written()
    with pytest.raises(NotFound):
        ctx.signing.sign((*ids, "no-such-paper"), strokes(), "张三", "signing")
    assert hall.written() == before
    ctx.signing.sign(ids, strokes(), "张三", "signing")
    written = hall.written()
    # The same form again: what is signed is not signed twice.
    ctx.signing.sign(ids, strokes(), "张三", "signing")
    assert hall.written() == written
    assert all(ctx.documents.document(one).signed is not None for one in ids)


def test_a_paper_that_is_signed_already_holds_up_none_of_the_others(hall: Hall) -> None:
    ctx, case_id = hall.ctx, accepted(hall)
    first, *others = (one.document_id for one in ctx.cases.documents(case_id))
    ctx.signing.sign((first,), strokes(), "张三")
    mark = ctx.documents.document(first)
    ctx.signing.sign((first, *others), strokes(), "李四")
    assert ctx.documents.document(first) == mark
    assert [_signer(hall, one) for one in others] == ["李四"] * len(others)


def _signer(hall: Hall, document_id: str) -> str:
    signed = hall.ctx.documents.document(document_id).signed
    return signed.signer if signed is not None else ""


def test_originals_and_hand_over(hall: Hall) -> None:
    case_id = accepted(hall)
    kept = [entry.material_id for entry in hall.ctx.cases.case(case_id).kept_originals]
    if kept:
        hall.ctx.casework.return_originals(case_id, kept, "张三", hall.clerk)
    assert not hall.ctx.cases.case(case_id).kept_originals
    with refusing("case.no_such_original"):
        hall.ctx.casework.return_originals(case_id, ["card"], "张三", hall.clerk)
    hall.ctx.casework.hand_over(case_id, 12, hall.clerk)
    with refusing("case.already_handed_over"):
        hall.ctx.casework.hand_over(case_id, 12, hall.clerk)


def test_a_complaint_has_a_number_and_a_date_and_cannot_be_closed_here(hall: Hall) -> None:
    request = ComplaintRequest("跑了三趟没办成", against="王芳")
    complaint = hall.ctx.complaints.file(request, hall.clerk, "action-1")
    assert (complaint.answer_by, complaint.state) == ("2026-11-30", "owed")
    assert complaint.number.startswith("F")
    assert hall.ctx.complaints.file(request, hall.clerk, "action-1") == complaint
    with refusing("complaint.incomplete"):
        hall.ctx.complaints.file(ComplaintRequest(" "), hall.clerk)


@pytest.mark.parametrize("name", ["park", "take_up"])
def test_a_visit_without_a_record_leaves_none(hall: Hall, name: str) -> None:
    before = hall.written()
    getattr(hall.ctx.visits, name)("nobody", hall.clerk)
    assert hall.written() == before


def test_a_visit_is_parked_and_taken_up(hall: Hall) -> None:
    draft = hall.complete()
    hall.ctx.intake.receive(draft, hall.clerk)
    hall.ctx.visits.park(draft.visit_id, hall.clerk, "去复印")
    with refusing("visit.already_parked"):
        hall.ctx.visits.park(draft.visit_id, hall.clerk)
    hall.ctx.visits.take_up(draft.visit_id, hall.clerk)
    with refusing("visit.not_parked"):
        hall.ctx.visits.take_up(draft.visit_id, hall.clerk)


def test_the_same_act_again_is_the_first_answer(hall: Hall) -> None:
    case_id = accepted(hall)
    acts: tuple[Callable[[], object], ...] = (
        lambda: hall.ctx.casework.hand_over(case_id, 3, hall.clerk, "action-9"),
    ) * 2
    first, second = (act() for act in acts)
    before = hall.written()
    assert second.repeated  # type: ignore[attr-defined]
    assert first.case == second.case  # type: ignore[attr-defined]
    assert hall.written() == before
