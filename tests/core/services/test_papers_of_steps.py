"""Every step at the window hands out its paper, in the step's own transaction."""

from __future__ import annotations

import msgspec
import pytest

from terminal.documents import decode_view
from terminal.domain.records import DeliveryWay, DocumentNumbered, Outcome, ResultThing
from terminal.errors import RuleRefused
from terminal.services import drafts
from terminal.services.casework.complaints import ComplaintRequest
from terminal.services.casework.results import Reception
from terminal.services.casework.window import DecisionRequest
from tests.core.hall import LICENCE, NO_REMEDIES, PASSWORD, VISITOR, Hall
from tests.core.services.test_casework import accepted, chief, decided, strokes

__all__ = ["decided"]


def kinds(documents: tuple[object, ...]) -> list[str]:
    return [document.kind for document in documents]  # type: ignore[attr-defined]


def test_a_delivery_gives_its_receipt_and_what_was_collected(hall: Hall, decided: str) -> None:
    ctx = hall.ctx
    papers = {document.kind: document for document in ctx.cases.documents(decided)}
    text = ctx.documents.render(
        ctx.documents.document(papers["decision_grant"].document_id), "text"
    )
    assert "准予行政许可决定书" in text.decode()
    assert "文〔2026〕1号（原编号" in text.decode()
    assert "首席事务代表根据《授权书〔2026〕1号》" in text.decode()
    ctx.results.make_ready(decided, [ResultThing("食品经营许可证", "JY1")], hall.clerk)
    picture = ctx.signing.keep(strokes(), "d" * 64)
    reception = Reception(VISITOR, "SELF", identity_checked=True, signature=picture)
    (done,) = ctx.results.deliver([decided], reception, hall.clerk)
    assert kinds(done.documents) == ["delivery_receipt", "result_handover"]
    document = ctx.documents.document(done.documents[0].document_id)
    with_picture = ctx.documents.render(document, "pdf")
    told = ctx.documents.render(document, "text").decode()
    assert "张三于" in told
    assert "食品经营许可证（JY1）" in told
    ctx.documents._picture = lambda _: b""
    assert len(ctx.documents.render(document, "pdf")) < len(with_picture)
    assert {job.state for one in done.documents for job in one.jobs} == {"queued"}


def test_steps_of_a_window_print_what_the_table_names(hall: Hall) -> None:
    hall.add_supervisor()
    ctx, session = hall.ctx, hall.clerk
    case_id = accepted(hall)
    assert kinds(ctx.casework.hand_over(case_id, 7, session).documents) == ["handover_slip"]
    agreed = ctx.results.agree(
        case_id, DeliveryWay.COURIER, session, recipient="张三", address="某街1号"
    )
    assert kinds(agreed.documents) == ["delivery_address"]
    withdrawn = hall.withdraw(case_id, strokes())
    assert kinds(withdrawn.documents) == ["withdrawal"]
    other = accepted(hall)
    voided = ctx.casework.void(other, "录错", True, "zhao", PASSWORD, session)
    assert kinds(voided.documents) == ["void_note"]


def test_a_decision_without_remedies_is_no_decision(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = accepted(hall)
    bare = msgspec.structs.replace(
        LICENCE, organ=NO_REMEDIES.organ, authority="DECIDE", authority_document="授权书"
    )
    bare = msgspec.convert(msgspec.to_builtins(bare), type(LICENCE))
    monkeypatch.setattr(hall.ctx.catalogue, "item", lambda *_: bare)
    before = hall.written()
    request = DecisionRequest(Outcome.REFUSED, "文〔2026〕2号", "ZF-1", "不符合", "《某法》第一条")
    with pytest.raises(RuleRefused) as refused:
        hall.ctx.casework.decide(case_id, request, chief(hall))
    assert refused.value.code == "document.no_remedies"
    assert hall.written() == before


def test_the_organ_s_number_is_shown_once_it_is_assigned(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = accepted(hall)
    (_, paper) = hall.ctx.cases.documents(case_id)
    document = hall.ctx.documents.document(paper.document_id)
    assert "（机关文号随后编发）" in hall.ctx.documents.render(document, "text").decode()
    numbered = msgspec.structs.replace(document, official_number="大市监受〔2026〕7号")
    assert "大市监受〔2026〕7号（原编号" in hall.ctx.documents.render(numbered, "text").decode()
    assert DocumentNumbered("大市监受〔2026〕7号").number == numbered.official_number


def test_sheets_of_the_house_are_made_and_printed(hall: Hall) -> None:
    ctx, session = hall.ctx, hall.clerk
    guide = ctx.sheets.text(ctx.sheets.one_time_notice(LICENCE.code, session))
    assert "申请表" in guide
    assert "区人民政府申请行政复议" in guide.replace("\n", "")
    complaint = ctx.complaints.file(ComplaintRequest("跑了三次", against="某某"), session)
    slip = ctx.sheets.complaint_slip(complaint, session)
    assert complaint.number in ctx.sheets.text(slip)
    assert "某某" not in ctx.sheets.text(slip)
    case_id = accepted(hall)
    history = ctx.sheets.text(ctx.sheets.case_history(case_id, session))
    assert "收件凭证" in history
    job = ctx.sheets.print(slip)
    assert ctx.printing.loose_job(job).state == "queued"
    ticket = ctx.sheets.queue_ticket("A042", "综合业务", 3)
    assert ctx.printing.loose_job(ctx.sheets.print(ticket)).state == "queued"


def test_papers_in_two_languages_say_so_in_their_view(hall: Hall) -> None:
    ctx = hall.ctx
    ctx.sheets._papers._place = msgspec.structs.replace(ctx.sheets._papers._place, language="zh+en")
    case_id = accepted(hall)
    document = ctx.documents.document(ctx.cases.documents(case_id)[-1].document_id)
    assert decode_view(document.view).head.language == "zh+en"
    assert "Notice of Acceptance" in ctx.documents.render(document, "text").decode()


def test_receipts_for_what_came_later_are_counted_as_papers(hall: Hall) -> None:
    """A step without a receipt, as a form put right on the spot, takes no number."""
    intake, clerk = hall.ctx.intake, hall.clerk
    first = intake.receive(hall.with_all(hall.draft(), but=("form", "lease")), clerk)
    case_id, number = first.case.case_id, first.case.receipt_number
    mended = drafts.with_field(intake.resume(case_id), "area", "90")
    assert kinds(intake.notify_correction(mended, clerk).documents) == ["correction"]
    still = hall.with_all(intake.resume(case_id), but=("lease",))
    once = intake.notify_correction(still, clerk).documents[0]
    again = intake.accept(hall.with_all(intake.resume(case_id)), clerk).documents[0]
    assert (once.kind, again.kind) == ("supplement", "supplement")
    assert (once.number, again.number) == (f"{number}-补收", f"{number}-补收2")
    document = hall.ctx.documents.document(again.document_id)
    assert again.number[-5:] in hall.ctx.documents.render(document, "text").decode()
