"""The one judgement: what each record makes of a case, and what no order of records can do."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.domain.aggregates import Document, Rating, Visit
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import Regime
from terminal.domain.evolve import Conflict, Evolved, Held, Judgement, Refused, evolve
from terminal.domain.evolve.judgement import STEPS
from terminal.domain.parties import Actor, Capacity, MaterialEntry, MaterialStatus, Party
from terminal.domain.records import (
    HUB_ORIGIN,
    KINDS,
    Body,
    CaseAccepted,
    CaseDecided,
    CaseDeclined,
    CaseNumbered,
    CaseReceived,
    CorrectionItem,
    CorrectionNotified,
    DeclineKind,
    DocumentIssued,
    EpochOpened,
    InvitationClosed,
    MaterialsSupplemented,
    Outcome,
    RatingGiven,
    RatingScope,
    Record,
    VisitEnded,
    VisitOpened,
)

CLERK = Actor("clerk", "wang", "王芳")
SECOND = Actor("supervisor", "zhao", "赵敏")
OFFICIAL = Actor("department", "zhou", "周强")
PERSON = Party("张三")
HAVE = (MaterialEntry("card", "居民身份证"), MaterialEntry("form", "申请表"))
MISSING = (HAVE[0], MaterialEntry("form", "申请表", MaterialStatus.MISSING))
DEFERRED = (HAVE[0], MaterialEntry("form", "申请表", MaterialStatus.DEFERRED))

VISIT = VisitOpened(PERSON, "3 号", CLERK, 1)
RECEIVED = CaseReceived(
    receipt_number="5116-03-261123-KTM7-0001-7", visit_id="v", item_code="T", item_version="1",
    item_name="事项", organ="某局", regime=Regime.LICENSING, applicant=PERSON, visitor=PERSON,
    capacity=Capacity.SELF, answers={}, materials=HAVE, form={}, received_at=1,
    respond_by="2026-11-30", respond_by_provisional=False, window="3 号", clerk=CLERK, token="t",
)  # fmt: skip
LACKING = msgspec.structs.replace(RECEIVED, materials=MISSING)
ACCEPTED = CaseAccepted(2, "2026-12-07", False, ("依据",), CLERK)
CONDITIONAL = msgspec.structs.replace(
    ACCEPTED, deferred=("form",), cure_by="2026-12-01", applicant_agreed=True
)
NOTIFIED = CorrectionNotified(2, (CorrectionItem("form", "申请表", "", ""),), ("依据",), CLERK)
SUPPLEMENT = MaterialsSupplemented(HAVE, {"a": "b"}, 3, "2026-12-04", CLERK)
DECLINED = CaseDeclined(2, DeclineKind.OTHER, "不属于本机关职权", "依据", "另一机关", CLERK, SECOND)
GRANTED = CaseDecided(Outcome.GRANTED, 4, "文〔2026〕1号", "", "", OFFICIAL)
NUMBERED = CaseNumbered("5116-2026-000001-7")
RATING = RatingGiven(RatingScope.VISIT, "v", 5, (), "1", "", "screen", "window", 9)
ENDED = VisitEnded(CLERK)
PAPER = DocumentIssued("receipt", "n", "c", "1", "d", msgspec.Raw(b"{}"), 1)


def record(body: Body, number: int, base: str, origin: str = "terminal") -> Record:
    return Record(f"r{number}", "a", base, origin, number, body)


def told(*bodies: Body, origin: str = "terminal") -> Case | Visit | Rating | Document | None:
    """The aggregate after these lawful records."""
    aggregate = None
    for number, body in enumerate(bodies):
        hub = isinstance(body, CaseNumbered | CaseDecided)
        judged = evolve(
            aggregate,
            record(
                body, number, aggregate.head if aggregate else "", HUB_ORIGIN if hub else origin
            ),
        )
        assert isinstance(judged, Evolved), (body.kind, judged)
        aggregate = judged.aggregate
    return aggregate


def judge(before: tuple[Body, ...], body: Body, origin: str = "terminal") -> Judgement:
    """What a record comes to after these."""
    aggregate = told(*before)
    return evolve(aggregate, record(body, 99, aggregate.head if aggregate else "", origin))


def changed(body: Body, **fields: object) -> Body:
    return msgspec.structs.replace(body, **fields)


LAWFUL: list[tuple[tuple[Body, ...], Body, str, CaseState]] = [
    ((), RECEIVED, "terminal", CaseState.RECEIVED),
    ((RECEIVED,), ACCEPTED, "terminal", CaseState.ACCEPTED),
    ((LACKING,), NOTIFIED, "terminal", CaseState.AWAITING_CORRECTION),
    ((LACKING, NOTIFIED), SUPPLEMENT, "terminal", CaseState.RECEIVED),
    ((LACKING, NOTIFIED, SUPPLEMENT), ACCEPTED, "terminal", CaseState.ACCEPTED),
    ((LACKING,), SUPPLEMENT, "terminal", CaseState.RECEIVED),
    ((LACKING, NOTIFIED, changed(SUPPLEMENT, materials=MISSING)), NOTIFIED, "terminal",
     CaseState.AWAITING_CORRECTION),
    ((changed(RECEIVED, materials=DEFERRED),), CONDITIONAL, "terminal", CaseState.ACCEPTED),
    ((changed(RECEIVED, materials=DEFERRED), CONDITIONAL), SUPPLEMENT, "terminal",
     CaseState.ACCEPTED),
    ((changed(RECEIVED, materials=DEFERRED), CONDITIONAL, SUPPLEMENT), GRANTED, HUB_ORIGIN,
     CaseState.DECIDED),
    ((RECEIVED,), DECLINED, "terminal", CaseState.NOT_ACCEPTED),
    ((RECEIVED,), NUMBERED, HUB_ORIGIN, CaseState.RECEIVED),
    ((RECEIVED, ACCEPTED), NUMBERED, HUB_ORIGIN, CaseState.ACCEPTED),
    ((RECEIVED, ACCEPTED), GRANTED, HUB_ORIGIN, CaseState.DECIDED),
    ((RECEIVED, ACCEPTED), changed(GRANTED, outcome=Outcome.REFUSED, reason="r", basis="b"),
     HUB_ORIGIN, CaseState.DECIDED),
]  # fmt: skip


@pytest.mark.parametrize(("before", "body", "origin", "state"), LAWFUL)
def test_lawful_steps(before: tuple[Body, ...], body: Body, origin: str, state: CaseState) -> None:
    judged = judge(before, body, origin)
    assert isinstance(judged, Evolved), judged
    case = judged.aggregate
    assert isinstance(case, Case)
    assert (case.state, case.head, case.history[-1].kind) == (state, "r99", body.kind)
    assert len(case.history) == len(before) + 1


REFUSED: list[tuple[tuple[Body, ...], Body, str]] = [
    ((), changed(RECEIVED, receipt_number=""), "case.incomplete_record"),
    ((), changed(RECEIVED, item_code=""), "case.incomplete_record"),
    ((LACKING,), ACCEPTED, "case.materials_lacking"),
    ((changed(RECEIVED, materials=DEFERRED),), ACCEPTED, "case.materials_lacking"),
    ((changed(RECEIVED, materials=DEFERRED),), changed(CONDITIONAL, applicant_agreed=False),
     "case.deferral_needs_consent"),
    ((RECEIVED, ACCEPTED), ACCEPTED, "case.not_while_accepted"),
    ((LACKING, NOTIFIED), ACCEPTED, "case.not_while_awaiting_correction"),
    ((RECEIVED, DECLINED), ACCEPTED, "case.not_while_not_accepted"),
    ((RECEIVED, ACCEPTED, GRANTED), ACCEPTED, "case.not_while_decided"),
    ((LACKING,), changed(NOTIFIED, items=()), "case.empty_notice"),
    ((RECEIVED, ACCEPTED), NOTIFIED, "case.not_while_accepted"),
    ((LACKING, NOTIFIED, changed(SUPPLEMENT, materials=MISSING)),
     changed(NOTIFIED, items=(CorrectionItem("card", "居民身份证", "过期", ""),)),
     "case.second_notice_needs_reason"),
    # What the first notice listed and the applicant has brought is something new.
    ((LACKING, NOTIFIED, SUPPLEMENT), NOTIFIED, "case.second_notice_needs_reason"),
    ((RECEIVED,), changed(DECLINED, reason=" "), "case.decline_needs_reason"),
    ((RECEIVED,), changed(DECLINED, basis=""), "case.decline_needs_reason"),
    ((RECEIVED,), changed(DECLINED, confirmed_by=CLERK), "case.decline_needs_second_person"),
    ((RECEIVED,), changed(DECLINED, confirmed_by=Actor("supervisor")),
     "case.decline_needs_second_person"),
    ((RECEIVED, ACCEPTED), DECLINED, "case.not_while_accepted"),
    ((RECEIVED,), NUMBERED, "case.number_only_from_hub"),
    ((RECEIVED,), GRANTED, "case.not_while_received"),
    ((RECEIVED, ACCEPTED), changed(GRANTED, document_number=" "), "case.decision_needs_document"),
    ((RECEIVED, ACCEPTED), changed(GRANTED, outcome=Outcome.REFUSED), "case.refusal_needs_reason"),
    ((RECEIVED, ACCEPTED), changed(GRANTED, outcome=Outcome.TERMINATED, reason="r"),
     "case.refusal_needs_reason"),
    ((changed(RECEIVED, materials=DEFERRED), CONDITIONAL), GRANTED, "case.deferred_not_cured"),
    ((RECEIVED, ACCEPTED), SUPPLEMENT, "case.nothing_to_supplement"),
    ((RECEIVED, DECLINED), SUPPLEMENT, "case.nothing_to_supplement"),
    ((VISIT, ENDED), ENDED, "visit.already_ended"),
    ((VISIT,), InvitationClosed("idle"), "rating.not_invited"),
    ((VISIT, ENDED, InvitationClosed("rated")), InvitationClosed("idle"), "rating.not_invited"),
    ((VISIT, changed(ENDED, invited_to_rate=False)), InvitationClosed("idle"),
     "rating.not_invited"),
    ((), changed(RATING, grade=0), "rating.no_such_grade"),
    ((), changed(RATING, grade=6), "rating.no_such_grade"),
    ((), changed(RATING, device=""), "rating.needs_device"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "body", "code"), REFUSED)
def test_unlawful_steps(before: tuple[Body, ...], body: Body, code: str) -> None:
    judged = judge(before, body)
    assert isinstance(judged, Refused), judged
    assert judged.code == code


def test_silence_accepts_whatever_lacks_but_only_past_the_limit_and_where_the_law_says_so() -> None:
    deemed = msgspec.structs.replace(ACCEPTED, accepted_at=1, deemed=True)
    late = msgspec.structs.replace(LACKING, respond_by="1969-12-31")
    case = told(late, deemed)
    assert isinstance(case, Case)
    assert (case.state, case.deemed, case.accepted_at) == (CaseState.ACCEPTED, True, 1)
    elsewhere = msgspec.structs.replace(late, regime=Regime.MARKET_ENTITY_REGISTRATION)
    conditional = msgspec.structs.replace(CONDITIONAL, deemed=True)
    for before, body in ((LACKING, deemed), (elsewhere, deemed), (late, conditional)):
        assert judge((before,), body) == Refused("case.not_deemed")


def test_a_second_case_number_is_refused_and_the_same_is_not() -> None:
    before = (RECEIVED, NUMBERED)
    assert isinstance(judge(before, NUMBERED, HUB_ORIGIN), Evolved)
    other = judge(before, CaseNumbered("5116-2026-000002-7"), HUB_ORIGIN)
    assert other == Refused("case.number_twice")


def test_every_kind_is_known_to_the_judgement() -> None:
    assert set(KINDS) == STEPS.keys() | {EpochOpened.kind}
    assert isinstance(judge((), PAPER), Evolved)
    opened = judge((), EpochOpened("created"))
    assert opened == Evolved(None)


def test_a_kind_of_the_future_is_held() -> None:
    class Sealed(Body, frozen=True):
        kind = "sealed"

    assert judge((RECEIVED,), Sealed()) == Held("journal.unknown_kind")


# Base: what the writer knew


def test_a_record_whose_base_is_not_here_is_held() -> None:
    case = told(RECEIVED)
    for base in ("nobody", ""):
        assert evolve(case, record(ACCEPTED, 5, base)) == Held("journal.base_missing")
    assert evolve(None, record(ACCEPTED, 5, "r0")) == Held("journal.base_missing")
    assert evolve(None, record(RECEIVED, 5, "r0")) == Held("journal.base_missing")


def test_a_late_record_is_taken_while_its_step_is_still_lawful() -> None:
    case = told(RECEIVED, NUMBERED)
    late = evolve(case, record(ACCEPTED, 9, "r0"))
    assert isinstance(late, Evolved)
    assert isinstance(late.aggregate, Case)
    assert late.aggregate.case_number
    assert late.aggregate.state is CaseState.ACCEPTED


def test_a_late_record_whose_step_is_over_is_a_conflict() -> None:
    case = told(RECEIVED, ACCEPTED)
    assert evolve(case, record(DECLINED, 9, "r0")) == Conflict("case.not_while_accepted")


def test_an_aggregate_is_made_once() -> None:
    case = told(RECEIVED)
    assert evolve(case, record(RECEIVED, 9, "")) == Conflict("journal.created_twice")
    rating = told(RATING)
    assert evolve(rating, record(changed(RATING, grade=1), 9, "")) == Conflict(
        "journal.created_twice"
    )


@pytest.mark.parametrize(("before", "body", "origin", "state"), LAWFUL)
def test_the_same_record_again_changes_nothing(
    before: tuple[Body, ...], body: Body, origin: str, state: CaseState
) -> None:
    aggregate = told(*before)
    one = record(body, 99, aggregate.head if aggregate else "", origin)
    first = evolve(aggregate, one)
    assert isinstance(first, Evolved)
    assert evolve(first.aggregate, one) == first


def test_a_correction_stops_the_organs_clock_and_a_supplement_starts_it_anew() -> None:
    case = told(LACKING, NOTIFIED)
    assert isinstance(case, Case)
    assert case.due == ""
    case = told(LACKING, NOTIFIED, SUPPLEMENT)
    assert isinstance(case, Case)
    assert (case.due, case.form) == ("2026-12-04", {"a": "b"})
    # What was brought before any notice leaves the clock of the receipt alone.
    case = told(LACKING, SUPPLEMENT)
    assert isinstance(case, Case)
    assert case.due == "2026-11-30"


def test_supplements_replace_and_add_and_forget_nothing() -> None:
    extra = MaterialEntry("lease", "租赁合同")
    case = told(LACKING, changed(SUPPLEMENT, materials=(HAVE[1], extra)))
    assert isinstance(case, Case)
    assert case.materials == (*HAVE, extra)


def test_what_was_deferred_is_cured_material_by_material() -> None:
    two = (
        MaterialEntry("card", "居民身份证", MaterialStatus.DEFERRED),
        MaterialEntry("form", "申请表", MaterialStatus.DEFERRED),
    )
    before = (
        changed(RECEIVED, materials=two),
        changed(CONDITIONAL, deferred=("card", "form")),
    )
    case = told(*before, changed(SUPPLEMENT, materials=(HAVE[0],)))
    assert isinstance(case, Case)
    assert (case.deferred, case.cure_by) == (("form",), "2026-12-01")
    case = told(*before, changed(SUPPLEMENT, materials=HAVE))
    assert isinstance(case, Case)
    assert (case.deferred, case.cure_by) == ((), "")


# No order of records reaches what the law forbids

BODIES: tuple[Body, ...] = (
    RECEIVED, LACKING, ACCEPTED, CONDITIONAL, NOTIFIED, SUPPLEMENT,
    changed(SUPPLEMENT, materials=MISSING), changed(SUPPLEMENT, materials=DEFERRED), DECLINED,
    NUMBERED, GRANTED, changed(GRANTED, outcome=Outcome.REFUSED, reason="r", basis="b"),
)  # fmt: skip


def walk(steps: list[tuple[int, int, bool]]) -> Iterator[tuple[Record, Case | None, Judgement]]:
    """Let records come in any order, on any base, from either side."""
    case: Case | None = None
    ids = ["", "nobody"]
    for number, (which, base, from_hub) in enumerate(steps):
        origin = HUB_ORIGIN if from_hub else "terminal"
        one = Record(f"r{number}", "a", ids[-1 - base % len(ids)], origin, number, BODIES[which])
        judged = evolve(case, one)
        yield one, case, judged
        if isinstance(judged, Evolved):
            assert isinstance(judged.aggregate, Case)
            case = judged.aggregate
            ids.append(one.record_id)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(BODIES) - 1), st.integers(0, 40), st.booleans()),
        max_size=25,
    )
)
def test_no_path_leads_around_the_law(steps: list[tuple[int, int, bool]]) -> None:
    seen: list[str] = []
    for one, before, judged in walk(steps):
        if not isinstance(judged, Evolved):
            continue
        after = judged.aggregate
        assert isinstance(after, Case)
        if before is None or not before.knows(one.record_id):
            seen.append(one.body.kind)
        assert after.head == one.record_id
        assert [s.kind for s in after.history] == seen
        if after.state is CaseState.DECIDED:
            assert after.accepted_at
            assert "case_accepted" in seen
            assert after.decision is not None
            assert after.decision.document_number
            if after.decision.outcome is Outcome.GRANTED:
                assert not after.deferred
            else:
                assert after.decision.reason
                assert after.decision.basis
        if after.state is CaseState.NOT_ACCEPTED:
            assert after.decline is not None
            assert "case_accepted" not in seen
        if after.state is CaseState.ACCEPTED and one.body.kind == "case_accepted":
            open_ones = {
                m.material_id for m in after.materials if m.status is not MaterialStatus.RECEIVED
            }
            assert open_ones <= set(after.deferred)
        if after.case_number:
            assert after.case_number == NUMBERED.case_number
        if before is not None and before.state in (CaseState.DECIDED, CaseState.NOT_ACCEPTED):
            # Only its number may still come.
            assert after.state is before.state
            assert one.body.kind == "case_numbered"
