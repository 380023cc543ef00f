"""Copies made at the desk: who compared them with the original and when, and the sheet for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import msgspec

from terminal.clock import CHINA_TIME, FixedClock, to_milliseconds
from terminal.context import Context
from terminal.domain.catalogue import Fate
from terminal.domain.materials import compared, received
from terminal.domain.parties import Actor, Comparison, MaterialEntry, MaterialStatus
from terminal.services import drafts
from terminal.services.views import HandwrittenReceipt, IntakeDraft, Role, Saved, Session
from terminal.settings import DocumentSettings, Settings
from tests.core.hall import FORM, LEASE, PASSWORD, Hall

COLLEAGUE = Session("staff-li", "李娜", Role.CLERK, 0)


def copied(draft: IntakeDraft, material_id: str) -> IntakeDraft:
    """Let a paper's original be seen and given back, and a copy of it be kept."""
    entry = draft.materials[material_id]
    return drafts.with_material(
        draft, msgspec.structs.replace(entry, fate=Fate.ORIGINAL_SEEN_COPY_KEPT)
    )


def comparisons(hall: Hall, case_id: str) -> dict[str, Comparison | None]:
    return {one.material_id: one.compared for one in hall.ctx.cases.case(case_id).materials}


def kinds(saved: Saved) -> list[str]:
    return [document.kind for document in saved.documents]


def text_of(hall: Hall, document_id: str) -> str:
    document = hall.ctx.documents.document(document_id)
    return "".join(hall.ctx.documents.render(document, "text").decode().split())


def test_a_copy_made_here_bears_who_compared_it_and_when(hall: Hall) -> None:
    saved = hall.ctx.intake.accept(copied(hall.complete(), "form"), hall.clerk)
    assert kinds(saved) == ["receipt", "copy_check", "acceptance"]
    case = hall.ctx.cases.case(saved.case.case_id)
    found = comparisons(hall, case.case_id)
    # A copy that was brought, or an original that went back, is none that was made here.
    assert found == {"card": None, "form": Comparison(case.clerk, case.received_at), "lease": None}
    sheet = saved.documents[1]
    assert sheet.jobs[0].state == "queued"
    assert sheet.number == f"{case.receipt_number}-核"
    said = text_of(hall, sheet.document_id)
    for words in ("经核对与原件一致", FORM.name, "核对人：王芳", "2026年11月23日", "已当场退还"):
        assert words in said, words
    assert LEASE.name not in said


def test_what_comes_later_is_compared_by_who_takes_it_in(
    hall: Hall, hall_clock: FixedClock
) -> None:
    intake = hall.ctx.intake
    draft = copied(hall.with_all(hall.draft(), but=("lease",)), "form")
    first = intake.notify_correction(draft, hall.clerk)
    assert kinds(first) == ["receipt", "copy_check", "correction"]
    before = comparisons(hall, first.case.case_id)["form"]
    hall_clock.advance(days=1)
    again = copied(hall.with_all(intake.resume(first.case.case_id), but=("form",)), "lease")
    later = intake.accept(again, COLLEAGUE)
    assert kinds(later) == ["supplement", "copy_check", "acceptance"]
    found = comparisons(hall, first.case.case_id)
    assert found["form"] == before
    assert found["lease"] is not None
    assert found["lease"].by.name == "李娜"
    assert later.documents[1].number.endswith("-核2")
    said = text_of(hall, later.documents[1].document_id)
    assert LEASE.name in said
    assert FORM.name not in said


def test_an_act_without_a_new_copy_has_no_sheet(hall: Hall) -> None:
    saved = hall.ctx.intake.receive(copied(hall.complete(), "form"), hall.clerk)
    assert kinds(saved) == ["receipt", "copy_check"]
    accepted = hall.ctx.intake.accept(hall.ctx.intake.resume(saved.case.case_id), COLLEAGUE)
    assert kinds(accepted) == ["acceptance"]


def test_a_deferred_paper_is_compared_when_it_comes(hall: Hall) -> None:
    draft = drafts.with_material(hall.complete(), drafts.deferred(LEASE))
    saved = hall.ctx.intake.accept_conditionally(draft, hall.clerk, agreed=True)
    entry = msgspec.structs.replace(received(LEASE), fate=Fate.ORIGINAL_SEEN_COPY_KEPT)
    done = hall.ctx.casework.bring_deferred(saved.case.case_id, [entry], COLLEAGUE)
    assert [document.kind for document in done.documents] == ["supplement", "copy_check"]
    assert "核对人：李娜" in text_of(hall, done.documents[1].document_id)


def test_what_was_compared_by_hand_is_not_said_to_be_compared_now(hall: Hall) -> None:
    hall.add_supervisor()
    written = to_milliseconds(dt.datetime(2026, 11, 20, 16, 5, tzinfo=CHINA_TIME))
    draft = msgspec.structs.replace(
        copied(hall.complete(), "form"), paper=HandwrittenReceipt("S-2026-0008", written)
    )
    saved = hall.ctx.intake.enter_late(draft, hall.clerk, "zhao", PASSWORD)
    assert kinds(saved) == ["receipt"]
    assert set(comparisons(hall, saved.case.case_id).values()) == {None}
    said = text_of(hall, saved.documents[0].document_id)
    assert "手写凭证：S-2026-0008" in said
    assert "据手写收件凭证（编号S-2026-0008）补录" in said
    # By the number on the citizen's paper the case is found again.
    assert [row.case_id for row in hall.ctx.todo.search("s 2026 0008")] == [saved.case.case_id]


def test_a_hall_that_stamps_by_hand_keeps_the_record_alone(
    make_context: Callable[..., Context], data_dir: Path
) -> None:
    settings = Settings(data_dir=data_dir, documents=DocumentSettings(copy_check=False))
    hall = Hall(make_context(data_dir, settings))
    saved = hall.ctx.intake.accept(copied(hall.complete(), "form"), hall.clerk)
    assert kinds(saved) == ["receipt", "acceptance"]
    assert comparisons(hall, saved.case.case_id)["form"] is not None


def test_a_comparison_is_of_the_copy_that_was_compared() -> None:
    clerk, colleague = Actor("clerk", "wang", "王芳"), Actor("clerk", "li", "李娜")
    entry = MaterialEntry("form", "申请表", fate=Fate.ORIGINAL_SEEN_COPY_KEPT)
    (first,) = compared([entry], clerk, 1)
    assert compared([first], colleague, 2, known=[first]) == (first,)
    # Other copies, or none any more: what was said of the first is said of them no longer.
    two = msgspec.structs.replace(first, count=2)
    assert compared([two], colleague, 2, known=[first])[0].compared == Comparison(colleague, 2)
    kept = msgspec.structs.replace(first, fate=Fate.ORIGINAL_KEPT)
    missing = msgspec.structs.replace(first, status=MaterialStatus.MISSING)
    for other in (kept, missing):
        assert compared([other], colleague, 2, known=[first])[0].compared is None
