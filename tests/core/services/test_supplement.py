"""What lacked is brought to a window that may only receive: registered, with a receipt."""

from __future__ import annotations

import msgspec
import pytest

from terminal.clock import FixedClock
from terminal.domain import materials
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import WindowAuthority
from terminal.domain.parties import Actor, MaterialEntry, MaterialStatus
from terminal.domain.records import CorrectionItem, CorrectionNotified, Forwarding
from terminal.services import drafts
from tests.core.hall import CARD, FORM, LEASE, LICENCE, Hall
from tests.core.services.test_casework import refusing

S = CaseState
OFFICIAL = Actor("department", name="李强", place="区市场监管局")
BROUGHT = {one.id: materials.received(one) for one in (FORM, LEASE)}


@pytest.fixture
def received(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> str:
    """Received on Monday 2026-11-23 without form and lease, by a window that may do no more."""
    only = msgspec.structs.replace(LICENCE, authority=WindowAuthority.RECEIVE_ONLY)
    monkeypatch.setattr(hall.ctx.catalogue, "item", lambda *_: only)
    draft = hall.with_all(hall.draft(), but=("form", "lease"))
    return hall.ctx.intake.receive(draft, hall.clerk).case.case_id


def notify(hall: Hall, case_id: str) -> None:
    """The organ's notice arrives two days later; another day goes by."""
    clock = hall.ctx.clock
    assert isinstance(clock, FixedClock)
    clock.advance(days=2)
    lines = tuple(CorrectionItem(one.id, one.name, "", one.standard) for one in (FORM, LEASE))

    def make(_: Case) -> CorrectionNotified:
        return CorrectionNotified(clock.now().corrected, lines, ("依据",), OFFICIAL)

    hall.ctx.casework._office.act(case_id, make, hall.clerk)
    clock.advance(days=1)


def text_of(hall: Hall, document_id: str) -> str:
    document = hall.ctx.documents.document(document_id)
    return "".join(hall.ctx.documents.render(document, "text").decode().split())


def test_what_answers_the_organs_notice_lets_its_time_run_anew(hall: Hall, received: str) -> None:
    ctx = hall.ctx
    assert ctx.cases.case(received).respond_by == "2026-11-30"
    notify(hall, received)
    assert ctx.casework.only_registers(ctx.cases.case(received))
    done = ctx.casework.supplement(received, list(BROUGHT.values()), hall.clerk, "brought")
    case = ctx.cases.case(received)
    # Thursday the 26th is day 0 of five working days.
    assert (case.state, case.respond_by, case.lacking) == (S.RECEIVED, "2026-12-03", ())
    assert case.history[-1].actor.kind == "clerk"
    (paper,) = done.documents
    assert [job.state for job in paper.jobs] == ["queued"]
    said = text_of(hall, paper.document_id)
    for words in (
        "补充材料收件凭证", "按补正告知书提交", FORM.name, LEASE.name,
        "最迟2026-12-03（周四，含当日）作出是否受理的处理；逾期未作处理的，自2026年11月26日起即为受理",
    ):  # fmt: skip
        assert words in said, words
    # The same form again is the first answer; nothing lacks any more.
    assert ctx.casework.supplement(received, list(BROUGHT.values()), hall.clerk, "brought").repeated
    assert not ctx.casework.only_registers(case)
    with refusing("case.nothing_to_supplement"):
        ctx.casework.supplement(received, list(BROUGHT.values()), hall.clerk)


def test_what_comes_in_parts_or_before_a_notice_leaves_the_day(hall: Hall, received: str) -> None:
    ctx = hall.ctx
    notify(hall, received)
    ctx.casework.supplement(received, [BROUGHT["form"]], hall.clerk)
    assert ctx.cases.case(received).respond_by == "2026-12-03"
    assert isinstance(ctx.clock, FixedClock)
    ctx.clock.advance(days=1)
    (paper,) = ctx.casework.supplement(received, [BROUGHT["lease"]], hall.clerk).documents
    case = ctx.cases.case(received)
    assert (case.state, case.respond_by, case.lacking) == (S.RECEIVED, "2026-12-03", ())
    said = text_of(hall, paper.document_id)
    assert "收到您补充提交的上列材料。答复期限仍以此前的收件凭证所载为准。" in said
    assert LEASE.name in said
    assert FORM.name not in said
    assert "即为受理" not in said


def test_only_what_lacks_and_is_in_order_is_registered(hall: Hall, received: str) -> None:
    still = MaterialEntry("form", FORM.name, status=MaterialStatus.MISSING)
    for entries in ([], [materials.received(CARD)], [still]):
        with refusing("case.nothing_to_supplement"):
            hall.ctx.casework.supplement(received, entries, hall.clerk)


def test_what_the_window_may_accept_goes_on_at_the_intake(
    hall: Hall, received: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hall.ctx.catalogue, "item", lambda *_: LICENCE)
    notify(hall, received)
    before = hall.written()
    with refusing("case.goes_on_at_the_intake"):
        hall.ctx.casework.supplement(received, list(BROUGHT.values()), hall.clerk)
    assert hall.written() == before
    assert not hall.ctx.casework.only_registers(hall.ctx.cases.case(received))


def test_what_is_another_places_goes_there(hall: Hall) -> None:
    elsewhere = msgspec.structs.replace(
        hall.with_all(hall.draft(), but=("form",)),
        forwarding=Forwarding("邻区某局", "邻区", "2026-11-24"),
    )
    case_id = hall.ctx.intake.receive(elsewhere, hall.clerk).case.case_id
    with refusing("act.another_place_accepts"):
        hall.ctx.casework.supplement(case_id, [BROUGHT["form"]], hall.clerk)


def test_what_the_applicant_brings_later_is_undertaken_at_a_window_that_only_receives(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = msgspec.structs.replace(LICENCE, authority=WindowAuthority.RECEIVE_ONLY)
    monkeypatch.setattr(hall.ctx.catalogue, "item", lambda *_: only)
    draft = drafts.with_material(hall.complete(), drafts.deferred(LEASE))
    saved = hall.ctx.intake.receive(draft, hall.clerk)
    # Two working days before the promise of five; owed only once the organ has accepted.
    case = hall.ctx.cases.case(saved.case.case_id)
    assert (case.cure_by, case.cure_due, case.deferred) == ("2026-11-26", "", ())
    papers = {one.kind: one.document_id for one in saved.documents}
    assert list(papers) == ["receipt", "undertaking"]
    said = text_of(hall, papers["undertaking"])
    for words in (
        "自愿选择容缺受理，并承诺：",
        "最迟2026-11-26（",
        LEASE.name,
        "可以不选择容缺受理",
    ):
        assert words in said, words
    assert "容缺" not in text_of(hall, papers["receipt"])
    # Where more lacks than may follow, nothing is undertaken.
    more = msgspec.structs.replace(
        drafts.with_material(hall.with_all(hall.draft(), but=("form",)), drafts.deferred(LEASE)),
        action_id="more",
    )  # fmt: skip
    assert [one.kind for one in hall.ctx.intake.receive(more, hall.clerk).documents] == ["receipt"]
