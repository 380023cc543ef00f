"""Taking in a matter: every act, for every regime, and what comes of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from terminal.clock import FixedClock
from terminal.context import Context
from terminal.documents import decode_view
from terminal.domain.case import CaseState
from terminal.domain.catalogue import Regime, ServiceItem, Way
from terminal.domain.materials import received
from terminal.domain.numbers import check_receipt_number
from terminal.domain.parties import IdentitySource, MaterialStatus
from terminal.errors import InvalidInput, NotAllowed, NotFound, RuleRefused
from terminal.services import drafts
from terminal.services.views import Act
from tests.core.hall import (
    BY_REGIME,
    CARD,
    COMPANY_SETUP,
    ESTATE,
    FORM,
    LEASE,
    LICENCE,
    PASSWORD,
    PLAIN,
    VISITOR,
    Hall,
    from_card,
)
from tests.core.services.refusals import refused


@pytest.mark.parametrize("regime", list(Regime))
def test_accepting_keeps_case_papers_and_jobs_together(hall: Hall, regime: Regime) -> None:
    item = BY_REGIME[regime]
    saved = hall.ctx.intake.accept(hall.complete(item), hall.clerk)
    assert saved.case.state is CaseState.ACCEPTED
    assert saved.case.due is not None
    expected = ["acceptance"] if item is ESTATE else ["receipt", "acceptance"]
    assert [d.kind for d in saved.documents] == expected
    assert all(job.state == "queued" for d in saved.documents for job in d.jobs)
    assert hall.kinds()[-len(expected) - 3 :] == [
        "visit_opened", "case_received", "case_accepted", *["document_issued"] * len(expected),
    ]  # fmt: skip
    assert hall.ctx.journal.verify().holds


def test_the_due_date_is_the_regimes_own(hall: Hall) -> None:
    due = {
        item.code: hall.ctx.intake.accept(hall.complete(item), hall.clerk).case.due
        for item in (LICENCE, PLAIN, ESTATE, COMPANY_SETUP)
    }
    assert {code: f"{day:%m-%d}" for code, day in due.items() if day} == {
        "T-LICENCE": "11-30",
        "T-PLAIN": "12-07",
        "T-ESTATE": "11-26",
        "T-COMPANY": "11-24",
    }


def test_receiving_starts_the_clock_of_five_days(hall: Hall) -> None:
    saved = hall.ctx.intake.receive(hall.draft(), hall.clerk)
    assert saved.case.state is CaseState.RECEIVED
    assert f"{saved.case.due:%Y-%m-%d}" == "2026-11-30"
    case = hall.ctx.cases.case(saved.case.case_id)
    # What is asked for and was not handed in is missing, not forgotten.
    assert {m.material_id for m in case.lacking} == {"card", "form", "lease"}
    assert [d.kind for d in saved.documents] == ["receipt"]


def test_receiving_outside_licensing_has_no_deemed_acceptance(hall: Hall) -> None:
    saved = hall.ctx.intake.receive(hall.draft(PLAIN), hall.clerk)
    assert saved.case.due is None
    document = hall.ctx.documents.document(saved.documents[0].document_id)
    assert "视为受理" not in hall.ctx.documents.render(document, "text").decode()


def test_real_estate_has_no_receipt_phase(hall: Hall) -> None:
    assert refused(hall.ctx.intake.receive, hall.draft(ESTATE), hall.clerk) == (
        "act.no_receipt_phase"
    )
    saved = hall.ctx.intake.notify_correction(hall.draft(ESTATE), hall.clerk)
    assert [d.kind for d in saved.documents] == ["correction"]


def test_a_card_that_was_read_is_not_asked_for_again(hall: Hall) -> None:
    draft = hall.draft(PLAIN, from_card(VISITOR))
    entry = hall.ctx.intake.review(draft).materials[0].entry
    assert entry is not None
    assert entry.way is Way.SHARED_DATA


def test_the_same_action_twice_is_the_first_ones_answer(hall: Hall) -> None:
    draft = hall.complete()
    first = hall.ctx.intake.accept(draft, hall.clerk)
    count = hall.written()
    second = hall.ctx.intake.accept(draft, hall.clerk)
    assert second.repeated
    assert not first.repeated
    assert (second.case.receipt_number, second.record_ids) == (
        first.case.receipt_number,
        first.record_ids,
    )
    assert hall.written() == count
    # Another act under the same action is no new act either.
    assert hall.ctx.intake.receive(draft, hall.clerk).case.state is CaseState.ACCEPTED
    assert hall.written() == count


def test_the_same_action_at_the_same_time_is_saved_once(hall: Hall) -> None:
    draft = hall.complete()
    answers = [hall.ctx.act(hall.ctx.intake.accept, draft, hall.clerk) for _ in range(4)]
    numbers = {answer.result(20).case.receipt_number for answer in answers}
    assert len(numbers) == 1
    assert hall.kinds().count("case_received") == 1


def test_receipt_numbers_are_checked_unique_and_counted_by_day(
    hall: Hall, hall_clock: FixedClock
) -> None:
    found = [
        check_receipt_number(
            hall.ctx.intake.receive(hall.draft(), hall.clerk).case.receipt_number
        ).number
        for _ in range(3)
    ]
    hall_clock.advance(days=1)
    last = hall.ctx.intake.receive(hall.draft(), hall.clerk).case.receipt_number
    found.append(check_receipt_number(last).number)
    assert [n.sequence for n in found if n] == [1, 2, 3, 1]
    assert {(n.region, n.terminal, n.tag) for n in found if n} == {("5116", 3, found[0].tag)}  # type: ignore[union-attr]
    assert len({str(n) for n in found}) == 4


def test_a_program_start_draws_another_tag(
    make_context: Callable[..., Context], data_dir: Path
) -> None:
    tags = []
    for _ in range(3):
        ctx = make_context(data_dir)
        hall = Hall(ctx)
        saved = ctx.intake.receive(hall.draft(PLAIN), hall.clerk)
        number = check_receipt_number(saved.case.receipt_number).number
        assert number is not None
        tags.append(number.tag)
        ctx.close()
    assert len(set(tags)) > 1


# Corrections


def test_one_notice_lists_everything_and_the_case_comes_back(
    hall: Hall, hall_clock: FixedClock
) -> None:
    intake = hall.ctx.intake
    draft = hall.with_all(hall.draft(), but=("lease",))
    draft = drafts.with_material(draft, drafts.defective(FORM, "没有签名"))
    saved = intake.notify_correction(draft, hall.clerk)
    assert saved.case.state is CaseState.AWAITING_CORRECTION
    assert saved.case.due is None
    case = hall.ctx.cases.case(saved.case.case_id)
    [notice] = case.notices
    assert [(i.material_id, i.defect, i.standard) for i in notice] == [
        ("form", "没有签名", "签名或者盖章"),
        ("lease", "", "在有效期内"),
    ]
    assert [d.kind for d in saved.documents] == ["receipt", "correction"]

    hall_clock.advance(days=3)
    again = intake.resume(case.case_id)
    assert set(again.materials) == {"card"}
    assert intake.review(again).permission(Act.RECEIVE).code == "act.already_received"
    assert refused(intake.accept, again, hall.clerk) == "act.materials_lacking"
    accepted = intake.accept(hall.with_all(again), hall.clerk)
    assert accepted.case.state is CaseState.ACCEPTED
    assert accepted.case.receipt_number == saved.case.receipt_number
    assert f"{accepted.case.due:%Y-%m-%d}" == "2026-12-03"
    assert [d.kind for d in accepted.documents] == ["supplement", "acceptance"]
    assert [s.kind for s in hall.ctx.cases.case(case.case_id).history] == [
        "case_received", "correction_notified", "materials_supplemented", "case_accepted",
    ]  # fmt: skip


def test_a_second_notice_of_something_new_needs_a_reason(hall: Hall) -> None:
    intake = hall.ctx.intake
    first = intake.notify_correction(hall.with_all(hall.draft(), but=("lease",)), hall.clerk)
    again = intake.resume(first.case.case_id)
    again = drafts.with_material(again, received(LEASE))
    again = drafts.with_material(again, drafts.defective(FORM, "没有签名"))
    before = hall.written()
    code = refused(intake.notify_correction, again, hall.clerk)
    assert code == "case.second_notice_needs_reason"
    assert hall.written() == before
    assert hall.ctx.cases.case(first.case.case_id).state is CaseState.AWAITING_CORRECTION
    saved = intake.notify_correction(again, hall.clerk, "上次未发现签名页缺失")
    *_, document = saved.documents
    assert document.kind == "correction"
    assert document.number != first.documents[1].number
    assert len(hall.ctx.cases.case(first.case.case_id).notices) == 2


def test_the_same_materials_may_be_asked_for_again(hall: Hall) -> None:
    first = hall.ctx.intake.notify_correction(
        hall.with_all(hall.draft(), but=("lease", "form")), hall.clerk
    )
    again = hall.ctx.intake.resume(first.case.case_id)
    again = drafts.with_material(again, received(FORM))
    assert hall.ctx.intake.notify_correction(again, hall.clerk).case.state is (
        CaseState.AWAITING_CORRECTION
    )


def test_nothing_lacking_is_no_correction(hall: Hall) -> None:
    assert refused(hall.ctx.intake.notify_correction, hall.complete(), hall.clerk) == (
        "act.nothing_lacking"
    )


# Conditional acceptance


def test_conditional_acceptance_is_the_applicants_own_choice(hall: Hall) -> None:
    intake = hall.ctx.intake
    draft = hall.with_all(hall.draft(), but=("lease",))
    draft = drafts.with_material(draft, drafts.deferred(LEASE))
    assert refused(intake.accept, draft, hall.clerk) == "act.accept_conditionally_instead"
    code = refused(intake.accept_conditionally, draft, hall.clerk, False)
    assert code == "case.deferral_needs_consent"
    assert hall.written() == 1
    saved = intake.accept_conditionally(draft, hall.clerk, True)
    case = hall.ctx.cases.case(saved.case.case_id)
    assert (case.state, case.deferred) == (CaseState.ACCEPTED, ("lease",))
    assert case.cure_by == "2026-11-26"
    assert [d.kind for d in saved.documents] == ["receipt", "conditional", "undertaking"]


@pytest.mark.parametrize(
    ("item", "material", "code"),
    [
        (LICENCE, FORM, "act.main_material_deferred"),
        (PLAIN, FORM, "act.not_deferrable"),
        (LICENCE, None, "act.nothing_deferred"),
    ],
)
def test_what_cannot_be_deferred(
    hall: Hall, item: ServiceItem, material: object, code: str
) -> None:
    draft = hall.complete(item)
    if material is not None:
        draft = drafts.with_material(draft, drafts.deferred(FORM))
    assert refused(hall.ctx.intake.accept_conditionally, draft, hall.clerk, True) == code


def test_a_clock_that_was_never_set_computes_no_dates(
    make_context: Callable[..., Context], data_dir: Path
) -> None:
    import datetime as dt

    from terminal.clock import CHINA_TIME

    hall = Hall(
        make_context(data_dir, clock=FixedClock(dt.datetime(1970, 1, 1, 8, tzinfo=CHINA_TIME)))
    )
    draft = hall.ctx.intake.start(VISITOR, PLAIN.code)
    with pytest.raises(RuleRefused, match="1970-01-01") as caught:
        hall.ctx.intake.receive(draft, hall.clerk)
    assert caught.value.code == "intake.clock_wrong"
    assert "校正系统时间" in caught.value.sentence()
    assert hall.written() == 1


def test_a_paper_that_lacks_what_the_law_asks_for_saves_nothing(
    make_context: Callable[..., Context], data_dir: Path
) -> None:
    from terminal.settings import HallSettings, Settings

    settings = Settings(data_dir=data_dir, hall=HallSettings(phone="", name=""))
    hall = Hall(make_context(data_dir, settings))
    before = hall.written()
    assert refused(hall.ctx.intake.accept, hall.complete(), hall.clerk) == "document.incomplete"
    assert hall.written() == before
    assert hall.ctx.printing.jobs() == ()
    assert hall.ctx.cases.mine(hall.clerk) == ()


def test_offline_is_said_on_paper_and_in_the_record(hall: Hall) -> None:
    saved = hall.ctx.intake.accept(hall.complete(), hall.clerk)
    assert saved.offline
    assert hall.ctx.cases.case(saved.case.case_id).offline
    document = hall.ctx.documents.document(saved.documents[0].document_id)
    assert "断网" in hall.ctx.documents.render(document, "text").decode()


def test_a_preview_writes_and_numbers_nothing(hall: Hall) -> None:
    before = hall.written()
    png = hall.ctx.intake.preview(hall.complete(), hall.clerk, Act.ACCEPT)
    assert png.startswith(b"\x89PNG")
    assert hall.written() == before
    assert (
        hall.ctx.intake.accept(hall.complete(), hall.clerk).case.receipt_number.split("-")[4]
        == "0001"
    )


def test_the_paper_carries_the_code_that_proves_it(hall: Hall) -> None:
    from terminal.protocol.query_code import parse_query_url, verify

    saved = hall.ctx.intake.accept(hall.complete(), hall.clerk)
    document = hall.ctx.documents.document(saved.documents[0].document_id)
    code = parse_query_url(decode_view(document.view).query_url)
    assert code is not None
    assert code.receipt_number == saved.case.receipt_number
    assert bytes.fromhex(document.digest).startswith(code.digest)
    assert verify(code, hall.ctx.keys.public)
    assert not verify(msgspec.structs.replace(code, token="x"), hall.ctx.keys.public)


def test_an_unknown_item_is_not_started(hall: Hall) -> None:
    with pytest.raises(NotFound):
        hall.ctx.intake.start(VISITOR, "T-NOBODY")


def test_an_entry_larger_than_the_hub_takes_is_not_written(hall: Hall) -> None:
    draft = hall.draft(PLAIN)
    huge = drafts.defective(FORM, "缺" * (400 << 10))
    draft = drafts.with_material(draft, huge)
    assert refused(hall.ctx.intake.receive, draft, hall.clerk) == "journal.too_large"
    assert hall.written() == 1


def test_no_act_is_offered_to_nobody() -> None:
    """Each act takes the session of who does it."""
    from terminal.services.intake import IntakeService

    for name in ("receive", "accept", "accept_conditionally", "notify_correction", "decline"):
        assert "session" in inspect.signature(getattr(IntakeService, name)).parameters


def test_the_material_of_another_situation_is_not_kept(hall: Hall) -> None:
    draft = drafts.with_answer(hall.complete(), "kind", "catering")
    draft = drafts.with_answer(hall.with_all(draft), "kind", "retail")
    saved = hall.ctx.intake.accept(draft, hall.clerk)
    case = hall.ctx.cases.case(saved.case.case_id)
    assert "kitchen" not in {m.material_id for m in case.materials}
    assert {m.status for m in case.materials} == {MaterialStatus.RECEIVED}


def test_cards_are_not_a_keyboards_source(hall: Hall) -> None:
    entry = hall.ctx.intake.review(hall.draft(PLAIN)).materials[0].entry
    assert entry is None
    assert VISITOR.source is IdentitySource.KEYBOARD
    assert CARD.proves_identity


def test_wrong_staff_input_is_a_sentence(hall: Hall) -> None:
    with pytest.raises(NotAllowed):
        hall.ctx.staff.sign_in("wang", "wrong")
    with pytest.raises(InvalidInput):
        hall.ctx.staff.add("wang", "别人", PASSWORD)
