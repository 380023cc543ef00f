"""A case that was received days ago is judged by its own clock, and papers say what is so."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from terminal.clock import FixedClock
from terminal.domain.case import CaseState
from terminal.domain.catalogue import Fate, ServiceItem, Way
from terminal.domain.materials import received
from terminal.domain.records import DeclineKind
from terminal.errors import TerminalError
from terminal.services import drafts
from terminal.services.views import Act, DeclineRequest, Saved, Session
from tests.core.hall import COMPANY_SETUP, ESTATE, FORM, LEASE, PASSWORD, PLAIN, Hall

WHY = DeclineRequest(
    DeclineKind.OTHER,
    reason="申请人不具备申请资格",
    basis="《中华人民共和国行政许可法》第三十二条第一款第（一）项",
    second_name="zhao",
    second_password=PASSWORD,
)


def paper(hall: Hall, saved: Saved, kind: str) -> str:
    """The text of one of the papers that an act gave out, without blanks and line ends."""
    [wanted] = [d for d in saved.documents if d.kind == kind]
    document = hall.ctx.documents.document(wanted.document_id)
    return "".join(hall.ctx.documents.render(document, "text").decode().split())


def code_of(call: Callable[..., object], *arguments: object) -> TerminalError:
    with pytest.raises(TerminalError) as caught:
        call(*arguments)
    return caught.value


def test_the_answer_is_owed_from_the_receipt_and_the_decision_from_the_acceptance(
    hall: Hall, hall_clock: FixedClock
) -> None:
    saved = hall.ctx.intake.receive(hall.draft(), hall.clerk)
    hall_clock.advance(days=3)
    law = hall.ctx.intake.review(hall.ctx.intake.resume(saved.case.case_id)).law
    assert law.received_on.isoformat() == "2026-11-23"
    assert law.respond_by is not None
    assert law.respond_by.on.isoformat() == "2026-11-30"
    assert law.committed_by is not None
    assert law.committed_by.on.isoformat() == "2026-12-03"
    assert law.deemed_from is None


def test_the_last_day_is_still_in_time(hall: Hall, hall_clock: FixedClock) -> None:
    saved = hall.ctx.intake.receive(hall.draft(), hall.clerk)
    hall_clock.advance(days=7)
    review = hall.ctx.intake.review(hall.ctx.intake.resume(saved.case.case_id))
    assert review.permission(Act.NOTIFY_CORRECTION).allowed
    assert not review.permission(Act.ACCEPT).allowed


def test_past_the_limit_silence_has_accepted(hall: Hall, hall_clock: FixedClock) -> None:
    hall.add_supervisor()
    intake = hall.ctx.intake
    saved = intake.receive(hall.draft(), hall.clerk)
    hall_clock.advance(days=8)
    draft = intake.resume(saved.case.case_id)
    review = intake.review(draft)
    assert review.law.deemed_from is not None
    assert review.law.deemed_from.isoformat() == "2026-11-23"
    for act in (Act.NOTIFY_CORRECTION, Act.ACCEPT_CONDITIONALLY, Act.DECLINE):
        permission = review.permission(act)
        assert (permission.allowed, permission.code) == (False, "act.deemed_accepted"), act
    for call in ((intake.notify_correction, draft, hall.clerk),
                 (intake.decline, draft, hall.clerk, WHY)):  # fmt: skip
        refused = code_of(*call)
        assert refused.code == "act.deemed_accepted"
        assert "2026-11-23" in refused.sentence()
    accepted = intake.accept(draft, hall.clerk)
    case = hall.ctx.cases.case(saved.case.case_id)
    assert (case.state, case.deemed) == (CaseState.ACCEPTED, True)
    assert case.accepted_at == case.received_at
    assert case.decide_by == "2026-11-30"
    text = paper(hall, accepted, "acceptance")
    assert "本机关未在规定期限内告知补正" in text
    assert "自2026年11月23日起即为受理" in text
    assert "第三十二条第一款第四项" in text
    assert "齐全、符合法定形式" not in text


@pytest.mark.parametrize("item", [PLAIN, COMPANY_SETUP])
def test_silence_means_nothing_elsewhere(
    hall: Hall, hall_clock: FixedClock, item: ServiceItem
) -> None:
    saved = hall.ctx.intake.receive(hall.draft(item), hall.clerk)
    hall_clock.advance(days=30)
    review = hall.ctx.intake.review(hall.ctx.intake.resume(saved.case.case_id))
    assert review.law.deemed_from is None
    assert review.permission(Act.NOTIFY_CORRECTION).allowed


def test_after_a_notice_the_time_runs_from_what_was_brought(
    hall: Hall, hall_clock: FixedClock
) -> None:
    intake = hall.ctx.intake
    first = intake.notify_correction(hall.with_all(hall.draft(), but=("lease", "form")), hall.clerk)
    hall_clock.advance(days=20)
    draft = intake.resume(first.case.case_id)
    review = intake.review(draft)
    assert review.law.deemed_from is None
    assert review.law.received_on.isoformat() == "2026-12-13"
    assert review.permission(Act.NOTIFY_CORRECTION).allowed
    intake.notify_correction(drafts.with_material(draft, received(FORM)), hall.clerk)
    case = hall.ctx.cases.case(first.case.case_id)
    assert case.respond_by == "2026-12-18"
    assert case.materials_in_at - case.received_at == 20 * 86_400_000


def test_an_accepted_case_is_not_accepted_again(hall: Hall) -> None:
    saved = hall.ctx.intake.accept(hall.complete(), hall.clerk)
    review = hall.ctx.intake.review(hall.ctx.intake.resume(saved.case.case_id))
    assert {p.code for p in review.permissions} == {"case.not_while_accepted"}


def test_a_notice_names_who_made_it_and_how(hall: Hall, hall_clock: FixedClock) -> None:
    saved = hall.ctx.intake.receive(hall.draft(), hall.clerk)
    hall_clock.advance(days=1)
    hall.add_supervisor()
    other = Session("staff-zhao", "赵敏", hall.clerk.role, 0)
    draft = hall.ctx.intake.resume(saved.case.case_id)
    text = paper(hall, hall.ctx.intake.notify_correction(draft, other), "correction")
    assert "赵敏" in text
    assert "王芳" not in text


def test_offline_is_the_papers_own_matter(
    hall: Hall, hall_clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was received offline and answered online is no paper of a broken network."""
    intake = hall.ctx.intake
    saved = intake.receive(hall.draft(), hall.clerk)
    assert "断网" in paper(hall, saved, "receipt")
    online = msgspec.structs.replace(intake._desk, connected=lambda: True)
    monkeypatch.setattr(intake, "_desk", online)
    draft = intake.resume(saved.case.case_id)
    assert "网络中断" not in paper(hall, intake.notify_correction(draft, hall.clerk), "correction")


def test_what_cannot_be_given_back_is_not_said_to_be(hall: Hall) -> None:
    hall.add_supervisor()
    lease = received(LEASE, way=Way.COMMITMENT)
    draft = drafts.with_material(hall.draft(), lease)
    form = msgspec.structs.replace(received(FORM), fate=Fate.SCAN_ONLY)
    draft = drafts.with_material(draft, form)
    assert "已当场退还" not in paper(
        hall, hall.ctx.intake.decline(draft, hall.clerk, WHY), "decline"
    )
    kept = drafts.with_material(hall.draft(), received(LEASE))
    text = paper(hall, hall.ctx.intake.decline(kept, hall.clerk, WHY), "decline")
    assert "已当场退还：场所使用证明1份。" in text


def test_a_no_that_comes_later_says_which_originals_are_still_here(
    hall: Hall, hall_clock: FixedClock
) -> None:
    """Nobody stands at the desk then: nothing was given back on the spot."""
    hall.add_supervisor()
    intake = hall.ctx.intake
    taken = intake.receive(hall.complete(), hall.clerk).case
    case = hall.ctx.cases.case(taken.case_id)
    assert case.kept_originals
    hall_clock.advance(minutes=20)
    text = paper(hall, intake.decline(intake.resume(taken.case_id), hall.clerk, WHY), "decline")
    assert "已当场退还" not in text
    assert "下列留存的原件请凭收件凭证领回：" in text
    assert hall.ctx.cases.case(taken.case_id).kept_originals == case.kept_originals


def test_what_is_declined_as_it_is_handed_in_is_named_when_the_visit_ends(hall: Hall) -> None:
    hall.add_supervisor()
    draft = hall.complete()
    saved = hall.ctx.intake.decline(draft, hall.clerk, WHY)
    case = hall.ctx.cases.case(saved.case.case_id)
    assert not case.kept_originals
    ending = hall.ctx.visits.end(case.visit_id, hall.clerk)
    assert "申请表" in dict(ending.originals)


def test_a_second_notice_does_not_deny_what_it_adds(hall: Hall) -> None:
    intake = hall.ctx.intake
    first = intake.notify_correction(hall.with_all(hall.draft(), but=("lease",)), hall.clerk)
    draft = intake.resume(first.case.case_id)
    draft = drafts.with_material(draft, drafts.defective(FORM, "没有签名"))
    saved = intake.notify_correction(draft, hall.clerk, "前次漏看")
    text = paper(hall, saved, "correction")
    assert "没有新增内容" not in text
    assert "申请表系本次新增，前次没有告知" in text


def test_only_a_paper_with_a_provisional_date_says_so(hall: Hall, hall_clock: FixedClock) -> None:
    """On 30 December the answer falls into a year without a notice; the promise need not."""
    hall_clock.advance(days=37)
    saved = hall.ctx.intake.receive(hall.draft(), hall.clerk)
    assert "2027-01-07（周四，含当日）" in paper(hall, saved, "receipt")
    assert "暂定工作日历" in paper(hall, saved, "receipt")
    corrected = hall.ctx.intake.notify_correction(hall.draft(), hall.clerk)
    assert "暂定工作日历" not in paper(hall, corrected, "correction")
    plain = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk)
    assert "暂定工作日历" in paper(hall, plain, "acceptance")
    assert "暂定工作日历" not in paper(hall, plain, "receipt")


def test_an_article_is_quoted_once_and_a_promise_borrows_none(hall: Hall) -> None:
    estate = paper(hall, hall.ctx.intake.accept(hall.complete(ESTATE), hall.clerk), "acceptance")
    assert "第十七条、" not in estate
    assert "承诺时限：3个工作日" in estate
    assert "承诺时限：3个工作日（" not in estate


def test_conditional_acceptance_does_not_rest_on_complete_materials(
    hall: Hall, hall_clock: FixedClock
) -> None:
    """Article 32(1)(5) accepts what is complete; materials to follow are a reform rule."""
    hall_clock.advance(days=37)
    draft = hall.with_all(hall.draft(), but=("lease",))
    draft = drafts.with_material(draft, drafts.deferred(LEASE))
    saved = hall.ctx.intake.accept_conditionally(draft, hall.clerk, True)
    notice, undertaking = (paper(hall, saved, kind) for kind in ("conditional", "undertaking"))
    for text in (notice, undertaking):
        assert "第三十二条第一款第五项" not in text
        assert "办事指南载明的容缺受理规定、《中华人民共和国食品安全法》第三十五条" in text
        assert "补齐期限按暂定工作日历推算，以本文书所载日期为准" in text
    assert "公布后不会推后" in notice
    assert "公布后不会推后" not in undertaking
