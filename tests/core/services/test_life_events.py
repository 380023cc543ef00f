"""One matter at the window: one form, one list, one receipt; a case for every item."""

from __future__ import annotations

import msgspec
import pytest

from terminal.documents import decode_view, render
from terminal.documents.views import LifeEventReceiptView
from terminal.domain.case import CaseState
from terminal.domain.catalogue import Fate, LifeEvent
from terminal.domain.materials import received
from terminal.domain.records import DeclineKind, Forwarding
from terminal.errors import RuleRefused
from terminal.services import drafts
from terminal.services.views import Act, DeclineRequest, IntakeDraft, Review
from tests.core.hall import (
    COMPANY,
    ESTATE,
    FAR_AWAY,
    FORM,
    LICENCE,
    PASSWORD,
    PLAIN,
    RECEIVE_ONLY,
    VISITOR,
    Hall,
)

EVENT = LifeEvent(
    "test_event", "开店一件事", tuple(i.code for i in (LICENCE, PLAIN, ESTATE, RECEIVE_ONLY))
)


@pytest.fixture
def shop(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> Hall:
    """A hall whose catalogue has a life event of four departments' kinds of items."""
    ours = hall.ctx.catalogue.life_event
    monkeypatch.setattr(
        hall.ctx.catalogue, "life_event", lambda one: EVENT if one == EVENT.id else ours(one)
    )
    return hall


def opened(hall: Hall) -> IntakeDraft:
    """Open the event and answer everything but the materials."""
    draft = hall.ctx.life_events.start(VISITOR, EVENT.id)
    review = hall.ctx.life_events.review(draft)
    (question,) = review.questions
    draft = drafts.with_answer(draft, question.id, question.options[0].id)
    for field in hall.ctx.life_events.review(draft).fields:
        if field.label == "经营面积":
            draft = drafts.with_field(draft, field.id, "120.5")
    return draft


def complete(hall: Hall, but: tuple[str, ...] = ()) -> IntakeDraft:
    """Open the event and hand in everything but what is named."""
    draft = opened(hall)
    for line in hall.ctx.life_events.review(draft).materials:
        if line.material.name not in but:
            draft = drafts.with_material(draft, received(line.material))
    return draft


def states(hall: Hall, number: str) -> dict[str, CaseState]:
    return {row.item_name: row.state for row in hall.ctx.life_events.progress(number).cases}


def test_everything_is_asked_for_once_and_every_line_says_by_whom(shop: Hall) -> None:
    review = shop.ctx.life_events.review(opened(shop))
    assert [line.material.name for line in review.materials] == [
        "居民身份证", "申请表", "场所使用证明",
    ]  # fmt: skip
    assert review.materials[0].used_by == tuple(
        item.name for item in (LICENCE, PLAIN, ESTATE, RECEIVE_ONLY)
    )
    assert review.materials[2].used_by == (LICENCE.name,)
    assert [field.label for field in review.fields] == ["申请人", "经营面积"]
    assert review.draft.form[review.fields[0].id] == VISITOR.name
    assert [part.organ for part in review.parts] == [LICENCE.organ.name] * 4  # type: ignore[union-attr]


def test_one_act_accepts_what_may_be_accepted_and_receives_the_rest(shop: Hall) -> None:
    saved = shop.ctx.life_events.accept(complete(shop), shop.clerk)
    number = saved.case.receipt_number
    assert states(shop, number) == {
        LICENCE.name: CaseState.ACCEPTED,
        PLAIN.name: CaseState.ACCEPTED,
        ESTATE.name: CaseState.ACCEPTED,
        RECEIVE_ONLY.name: CaseState.RECEIVED,
    }
    numbers = {number, *(row.receipt_number for row in saved.parts)}
    assert len(numbers) == 5
    kinds = [document.kind for document in saved.documents]
    assert kinds == [
        "life_event_receipt", "acceptance", "copy_check", "acceptance", "copy_check", "acceptance",
        "copy_check",
    ]  # fmt: skip
    for row in saved.parts:
        case = shop.ctx.cases.case(row.case_id)
        assert case.parent_id == saved.case.case_id
        assert case.visit_id == shop.ctx.life_events.progress(number).application.visit_id
    licence = shop.ctx.cases.case(saved.parts[0].case_id)
    plain = shop.ctx.cases.case(saved.parts[1].case_id)
    assert licence.decide_by != plain.decide_by
    # The original of the form is kept once; the other departments have a copy of it.
    fates = [
        next(m.fate for m in shop.ctx.cases.case(row.case_id).materials if m.material_id == "form")
        for row in saved.parts
    ]
    assert fates == [Fate.ORIGINAL_KEPT, Fate.COPY, Fate.COPY, Fate.COPY]
    # Each of these copies was made here: a sheet says that it was compared, and where the
    # original lies.
    sheets = [one for one in saved.documents if one.kind == "copy_check"]
    for sheet in sheets:
        paper = shop.ctx.documents.document(sheet.document_id)
        said = shop.ctx.documents.render(paper, "text").decode()
        assert "经核对与原件一致" in said
        assert "由同次申请" in said


def test_a_copy_that_was_brought_is_none_that_was_compared_here(shop: Hall) -> None:
    draft = complete(shop)
    form = next(one for one in draft.materials.values() if one.name == FORM.name)
    draft = drafts.with_material(draft, msgspec.structs.replace(form, fate=Fate.COPY))
    saved = shop.ctx.life_events.accept(draft, shop.clerk)
    assert "copy_check" not in [document.kind for document in saved.documents]


def test_the_one_receipt_lists_the_items_with_numbers_and_dates(shop: Hall) -> None:
    saved = shop.ctx.life_events.accept(complete(shop), shop.clerk)
    document = shop.ctx.documents.document(saved.documents[0].document_id)
    view = decode_view(document.view)
    assert isinstance(view, LifeEventReceiptView)
    text = render(view, "text").decode()
    for row in saved.parts:
        assert row.receipt_number in text
    assert [one.name for one in view.shared] == ["申请表"]
    assert view.shared[0].kept_for == LICENCE.name
    assert [line.name for line in view.materials] == ["居民身份证", "申请表", "场所使用证明"]


def test_the_paper_of_the_first_item_is_shown_beforehand(shop: Hall) -> None:
    written = shop.written()
    for act in (Act.RECEIVE, Act.ACCEPT):
        assert shop.ctx.life_events.preview(complete(shop), shop.clerk, act).startswith(b"\x89PNG")
    pages = shop.ctx.life_events.previews(complete(shop), shop.clerk, Act.ACCEPT)
    assert len(set(pages)) == 4
    assert shop.written() == written


def test_an_item_that_is_not_applied_for_gets_no_case_and_asks_for_nothing(shop: Hall) -> None:
    draft = drafts.with_item_turned(complete(shop), LICENCE.code)
    review = shop.ctx.life_events.review(draft)
    (out,) = [part for part in review.parts if part.left_out]
    assert (out.item_code, out.by_choice) == (LICENCE.code, True)
    used = {name for line in review.materials for name in line.used_by}
    assert LICENCE.name not in used
    saved = shop.ctx.life_events.accept(draft, shop.clerk)
    assert [row.item_name for row in saved.parts] == [
        PLAIN.name, ESTATE.name, RECEIVE_ONLY.name,
    ]  # fmt: skip
    # Turned twice, nothing has changed: what was recorded for it is still there.
    again = drafts.with_item_turned(draft, LICENCE.code)
    assert again == msgspec.structs.replace(draft, left_out=())
    everything = (LICENCE, PLAIN, ESTATE, RECEIVE_ONLY)
    none = msgspec.structs.replace(draft, left_out=tuple(one.code for one in everything))
    assert not shop.ctx.life_events.review(none).permission(Act.ACCEPT).allowed


def test_what_goes_to_another_place_is_taken_in_item_by_item(shop: Hall) -> None:
    elsewhere = Forwarding("某市市场监管局", "某市", "2026-11-30")
    draft = msgspec.structs.replace(complete(shop), forwarding=elsewhere)
    with pytest.raises(RuleRefused) as refused:
        shop.ctx.life_events.receive(draft, shop.clerk)
    assert refused.value.code == "life_event.singly_only"


def test_the_same_action_twice_is_one_application(shop: Hall) -> None:
    draft = complete(shop)
    first = shop.ctx.life_events.accept(draft, shop.clerk)
    written = shop.written()
    again = shop.ctx.life_events.accept(draft, shop.clerk)
    assert again.repeated
    assert (again.case, again.parts) == (first.case, first.parts)
    assert shop.written() == written


def test_what_lacks_something_is_corrected_and_the_others_go_on(shop: Hall) -> None:
    draft = complete(shop, but=("场所使用证明",))
    saved = shop.ctx.life_events.notify_correction(draft, shop.clerk)
    assert [row.state for row in saved.parts] == [
        CaseState.AWAITING_CORRECTION, CaseState.ACCEPTED, CaseState.ACCEPTED, CaseState.RECEIVED,
    ]  # fmt: skip
    # The child goes on by the ordinary path.
    child = shop.ctx.intake.resume(saved.parts[0].case_id)
    for line in shop.ctx.intake.review(child).materials:
        if line.entry is None:
            child = drafts.with_material(child, received(line.material))
    shop.ctx.intake.accept(child, shop.clerk)
    assert states(shop, saved.case.receipt_number)[LICENCE.name] is CaseState.ACCEPTED


def test_a_deferred_paper_defers_only_the_item_that_allows_it(shop: Hall) -> None:
    draft = complete(shop, but=("场所使用证明",))
    line = next(
        one
        for one in shop.ctx.life_events.review(draft).materials
        if one.material.name == "场所使用证明"
    )
    draft = drafts.with_material(draft, drafts.deferred(line.material))
    with pytest.raises(RuleRefused) as refused:
        shop.ctx.life_events.accept(draft, shop.clerk)
    assert refused.value.code == "act.accept_conditionally_instead"
    saved = shop.ctx.life_events.accept_conditionally(draft, shop.clerk, agreed=True)
    kinds = [document.kind for document in saved.documents]
    assert kinds == [
        "life_event_receipt", "conditional", "undertaking", "copy_check", "acceptance",
        "copy_check", "acceptance", "copy_check",
    ]  # fmt: skip
    deferred = [shop.ctx.cases.case(row.case_id).deferred for row in saved.parts]
    assert deferred == [("lease",), (), (), ()]


def test_one_declined_item_leaves_the_others_alone_and_the_parent_says_so(shop: Hall) -> None:
    shop.add_supervisor()
    ours = shop.ctx.life_events
    # Nothing lacks but the registration's own phase: it is accepted, the others are received.
    saved = ours.receive(complete(shop), shop.clerk)
    assert [row.state for row in saved.parts] == [
        CaseState.RECEIVED, CaseState.RECEIVED, CaseState.ACCEPTED, CaseState.RECEIVED,
    ]  # fmt: skip
    request = DeclineRequest(
        DeclineKind.OTHER, "不符合规定", "《中华人民共和国行政许可法》第三十二条",
        second_name="zhao", second_password=PASSWORD,
    )  # fmt: skip
    with pytest.raises(RuleRefused) as refused:
        ours.decline(complete(shop), shop.clerk, request)
    assert refused.value.code == "life_event.decline_singly"
    child = shop.ctx.intake.resume(saved.parts[0].case_id)
    shop.ctx.intake.decline(child, shop.clerk, request)
    progress = ours.progress(saved.case.receipt_number)
    assert (progress.standing.declined, progress.standing.over, progress.standing.total) == (
        1,
        1,
        4,
    )
    assert not progress.standing.closed


def test_one_visit_and_one_invitation_and_originals_named_once(shop: Hall) -> None:
    saved = shop.ctx.life_events.accept(complete(shop), shop.clerk)
    visit_id = shop.ctx.life_events.progress(saved.case.receipt_number).application.visit_id
    ending = shop.ctx.visits.end(visit_id, shop.clerk)
    assert ending.invitation
    assert ending.originals == (("居民身份证", 1),)
    assert len(ending.item_names) == 4
    assert shop.kinds().count("visit_opened") == 1


def test_a_refused_paper_leaves_nothing_of_the_matter_behind(
    shop: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft, written = complete(shop), shop.written()
    # The last thing that is composed is the receipt: without an applicant's name it is refused.
    from terminal.services.life_events import service

    real = service.life_event_receipt

    def nameless(*args: object) -> LifeEventReceiptView:
        return msgspec.structs.replace(real(*args), event="")  # type: ignore[arg-type]

    monkeypatch.setattr(service, "life_event_receipt", nameless)
    with pytest.raises(RuleRefused):
        shop.ctx.life_events.accept(draft, shop.clerk)
    assert shop.written() == written
    monkeypatch.undo()


def test_what_is_not_for_this_applicant_is_left_out_and_said(
    shop: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = shop.ctx.catalogue.item
    person = msgspec.structs.replace(PLAIN, serves=("PERSON",))
    monkeypatch.setattr(
        shop.ctx.catalogue,
        "item",
        lambda code, *version: person if code == PLAIN.code else item(code, *version),
    )
    draft = opened(shop)
    draft = msgspec.structs.replace(draft, applicant=COMPANY)
    parts = shop.ctx.life_events.review(draft).parts
    assert [part.left_out for part in parts] == [False, True, False, False]


@pytest.mark.parametrize("event_id", ["open_restaurant", "newborn", "veteran_return"])
def test_the_shipped_events_are_merged_and_received(hall: Hall, event_id: str) -> None:
    ours = hall.ctx.life_events
    draft = ours.start(VISITOR, event_id)
    review: Review = ours.review(draft)
    while review.open_questions:
        question = review.open_questions[0]
        draft = drafts.with_answer(review.draft, question.id, question.options[0].id)
        review = ours.review(draft)
    asked = [(line.material.name, line.material.kind) for line in review.materials]
    assert len(asked) == len(set(asked))
    assert review.permission(Act.RECEIVE).allowed, review.permission(Act.RECEIVE)
    saved = ours.receive(review.draft, hall.clerk)
    assert len(saved.parts) == sum(not part.left_out for part in review.parts)
    assert saved.documents[0].kind == "life_event_receipt"


def test_what_another_place_decides_goes_there_and_holds_nothing_up(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = LifeEvent("far_event", "异地一件事", (FAR_AWAY.code, PLAIN.code))
    monkeypatch.setattr(hall.ctx.catalogue, "life_event", lambda _: event)
    draft = hall.ctx.life_events.start(VISITOR, event.id)
    assert draft.forwarding is None, "the matter itself stays here"
    for line in hall.ctx.life_events.review(draft).materials:
        draft = drafts.with_material(draft, received(line.material))
    saved = hall.ctx.life_events.accept(draft, hall.clerk)
    far, here = (hall.ctx.cases.case(row.case_id) for row in saved.parts)
    assert (far.state, here.state) == (CaseState.RECEIVED, CaseState.ACCEPTED)
    assert far.forwarding is not None
    assert far.forwarding.organ == "邻区医疗保障局"
    assert here.forwarding is None
