"""The whole life of a case: what is lawful, what is refused, what no order can reach."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import Regime
from terminal.domain.evolve import Evolved, Refused, evolve
from terminal.domain.evolve.judgement import BELONGS
from terminal.domain.parties import Actor
from terminal.domain.records import (
    Body,
    CaseDelivered,
    CaseNumbered,
    CorrectionNotified,
    DeclineKind,
    DeliveryWay,
    Outcome,
    Record,
)
from terminal.domain.transitions import TRANSITIONS
from terminal.texts import RESOURCES, Texts
from tests.core.domain.life import (
    ACCEPTED,
    AGREED,
    ARCHIVED,
    ARRIVED,
    BACK,
    BODIES,
    CHECKED,
    CLAIMED,
    CLERK,
    CLOSED,
    CONDITIONAL,
    CURE_FAILED,
    DAY,
    DECLINED,
    DEFERRING,
    DELIVERED,
    ELSEWHERE,
    EXTENDED,
    FORWARDED,
    GRANTED,
    HANDED,
    INCOMPLETE,
    NOTIFIED,
    NOW,
    READY,
    RECEIVED,
    REFUSED,
    RELEASED,
    RESUMED,
    RETURNED,
    REVIEWED,
    SENT,
    SUPPLEMENT,
    SUSPENDED,
    TAKEN,
    VOIDED,
    WITHDRAWN,
    changed,
    lived,
    step,
)

S = CaseState
LIVES = (
    ((RECEIVED, ACCEPTED, CLAIMED, GRANTED, READY, DELIVERED, CLOSED, ARCHIVED), S.ARCHIVED),
    ((INCOMPLETE, NOTIFIED, SUPPLEMENT, ACCEPTED, GRANTED, READY, DELIVERED, CLOSED), S.CLOSED),
    ((DEFERRING, CONDITIONAL, SUPPLEMENT, CLAIMED, GRANTED, READY, AGREED, SENT, BACK),
     S.RESULT_READY),
    ((DEFERRING, CONDITIONAL, CURE_FAILED, DELIVERED, CLOSED), S.CLOSED),
    ((RECEIVED, ACCEPTED, CLAIMED, SUSPENDED, RESUMED, EXTENDED, REFUSED, DELIVERED), S.DELIVERED),
    ((RECEIVED, WITHDRAWN), S.WITHDRAWN),
    ((RECEIVED, ACCEPTED, VOIDED), S.VOID),
    ((ELSEWHERE, FORWARDED, ARRIVED, ACCEPTED), S.ACCEPTED),
    ((ELSEWHERE, FORWARDED, ARRIVED, changed(CLOSED, reason="已由受理机关收到")), S.CLOSED),
    ((RECEIVED, ACCEPTED, HANDED, TAKEN, CLAIMED, RELEASED), S.ACCEPTED),
    ((RECEIVED, DECLINED, RETURNED, changed(CLOSED, reason="已送达不予受理通知书")), S.CLOSED),
)  # fmt: skip


@pytest.mark.parametrize(("bodies", "state"), LIVES)
def test_lives(bodies: tuple[Body, ...], state: CaseState) -> None:
    case = lived(*bodies)
    assert case.state is state
    assert len(case.history) == len(bodies)


UNLAWFUL = (
    ((RECEIVED,), changed(WITHDRAWN, signature=""), "case.withdrawal_needs_signature"),
    ((RECEIVED, ACCEPTED, GRANTED), WITHDRAWN, "case.not_while_decided"),
    ((RECEIVED, WITHDRAWN), GRANTED, "case.not_while_withdrawn"),
    ((RECEIVED,), changed(VOIDED, confirmed_by=CLERK), "case.void_needs_second_person"),
    ((RECEIVED,), changed(VOIDED, reason=" "), "case.reason_missing"),
    ((RECEIVED, ACCEPTED, CLAIMED), VOIDED, "case.not_while_under_review"),
    ((RECEIVED, VOIDED), ACCEPTED, "case.not_while_void"),
    ((ELSEWHERE,), ACCEPTED, "case.not_arrived_yet"),
    ((ELSEWHERE,), DECLINED, "case.not_arrived_yet"),
    ((ELSEWHERE,), NOTIFIED, "case.not_arrived_yet"),
    ((ELSEWHERE, FORWARDED), changed(ARRIVED, respond_by=""), "case.answer_day_missing"),
    ((INCOMPLETE, NOTIFIED), changed(SUPPLEMENT, respond_by=""), "case.answer_day_missing"),
    ((DEFERRING,), changed(CONDITIONAL, cure_by=""), "case.deferral_needs_day"),
    ((RECEIVED,), changed(DECLINED, decline_kind=DeclineKind.NOT_COMPETENT, go_to=""),
     "case.decline_needs_organ"),
    ((ELSEWHERE, FORWARDED), FORWARDED, "case.already_forwarded"),
    ((RECEIVED,), FORWARDED, "case.not_for_another_place"),
    ((ELSEWHERE,), changed(ARRIVED, arrived_at=NOW - DAY), "case.arrived_before_receipt"),
    ((RECEIVED,), changed(HANDED, pages=0), "case.pages_missing"),
    ((RECEIVED, HANDED), HANDED, "case.already_handed_over"),
    ((RECEIVED, HANDED), changed(TAKEN, pages=11), "case.pages_differ"),
    ((RECEIVED, HANDED), changed(TAKEN, official=CLERK), "case.both_sides_sign"),
    ((RECEIVED,), TAKEN, "case.nothing_handed_over"),
    ((RECEIVED, ACCEPTED, CLAIMED), CLAIMED, "case.claimed_already"),
    ((RECEIVED, ACCEPTED, CLAIMED), changed(RELEASED, reason=""), "case.reason_missing"),
    ((RECEIVED, ACCEPTED), changed(SUSPENDED, document_number=""), "case.suspension_needs_notice"),
    ((RECEIVED, ACCEPTED), changed(SUSPENDED, planned_end=""), "case.suspension_needs_end"),
    ((RECEIVED, ACCEPTED), changed(SUSPENDED, decide_by="2026-12-01"), "case.suspension_needs_end"),
    ((RECEIVED, ACCEPTED, SUSPENDED), GRANTED, "case.not_while_suspended"),
    ((RECEIVED, ACCEPTED, SUSPENDED), changed(RESUMED, decide_by="2026-12-31"),
     "case.clock_stretched"),
    ((RECEIVED, ACCEPTED), changed(SUSPENDED, planned_end="2026-11-20"),
     "case.suspension_needs_end"),
    ((RECEIVED, ACCEPTED), changed(SUSPENDED, suspended_at=NOW + 15 * DAY), "case.limit_is_past"),
    ((RECEIVED, ACCEPTED), changed(EXTENDED, extended_at=NOW + 15 * DAY), "case.limit_is_past"),
    ((RECEIVED, ACCEPTED, EXTENDED), EXTENDED, "case.extended_already"),
    ((RECEIVED, ACCEPTED), changed(EXTENDED, days=11), "case.extension_too_long"),
    ((RECEIVED, ACCEPTED), changed(EXTENDED, approved_by=""), "case.extension_needs_approval"),
    ((RECEIVED, ACCEPTED), changed(EXTENDED, decide_by="2026-12-07"),
     "case.extension_needs_notice"),
    ((RECEIVED, ACCEPTED, CLAIMED), changed(REVIEWED, reviewer=CLAIMED.official),
     "case.review_by_another"),
    ((changed(RECEIVED, legal_review=True), ACCEPTED), GRANTED, "case.legal_review_missing"),
    ((changed(RECEIVED, legal_review=True), ACCEPTED, changed(REVIEWED, passed=False)), GRANTED,
     "case.legal_review_failed"),
    ((DEFERRING, CONDITIONAL), changed(CURE_FAILED, failed_at=NOW), "case.cure_still_runs"),
    ((RECEIVED, ACCEPTED), CURE_FAILED, "case.nothing_deferred"),
    ((RECEIVED, ACCEPTED, CHECKED), CHECKED, "case.no_such_commitment"),
    ((RECEIVED, ACCEPTED, REFUSED), READY, "case.no_result_of_refusal"),
    ((RECEIVED, ACCEPTED, GRANTED), changed(READY, things=()), "case.result_empty"),
    ((RECEIVED, ACCEPTED, GRANTED), DELIVERED, "case.not_while_decided"),
    ((RECEIVED, ACCEPTED, REFUSED), changed(DELIVERED, identity_checked=False),
     "case.delivery_needs_identity"),
    ((RECEIVED, ACCEPTED, REFUSED), changed(DELIVERED, signature=""),
     "case.delivery_needs_signature"),
    ((RECEIVED, ACCEPTED, REFUSED), changed(DELIVERED, signature="", not_signed="拒签"),
     "case.delivery_needs_witness"),
    ((RECEIVED, ACCEPTED, REFUSED), changed(DELIVERED, way=DeliveryWay.ELECTRONIC),
     "case.electronic_needs_consent"),
    ((RECEIVED, ACCEPTED, REFUSED), SENT, "case.courier_not_agreed"),
    ((RECEIVED, ACCEPTED, REFUSED, AGREED, SENT), SENT, "case.courier_on_its_way"),
    ((RECEIVED, ACCEPTED, REFUSED, AGREED, SENT), DELIVERED, "case.courier_on_its_way"),
    ((RECEIVED,), changed(AGREED, way=DeliveryWay.ELECTRONIC), "case.electronic_needs_consent"),
    ((RECEIVED,), changed(AGREED, address=""), "case.courier_needs_address"),
    ((RECEIVED, ACCEPTED), CLOSED, "case.not_while_accepted"),
    ((RECEIVED,), changed(CLOSED, reason="不办了"), "case.not_while_received"),
    ((ELSEWHERE, FORWARDED), changed(CLOSED, reason="已寄出"), "case.not_while_received"),
    ((ELSEWHERE, FORWARDED, ARRIVED), CLOSED, "case.closing_needs_reason"),
    ((RECEIVED, ACCEPTED, GRANTED), CLOSED, "case.closing_needs_reason"),
    ((RECEIVED, ACCEPTED, GRANTED, READY), CLOSED, "case.closing_needs_reason"),
    ((RECEIVED, RETURNED), RETURNED, "case.no_such_original"),
)  # fmt: skip


@pytest.mark.parametrize(("before", "body", "code"), UNLAWFUL)
def test_unlawful_steps_name_their_rule(before: tuple[Body, ...], body: Body, code: str) -> None:
    judged = step(lived(*before), body, 99)
    assert judged == Refused(code)
    assert Texts("zh").has(f"{code}.message")
    assert Texts("en").has(f"{code}.message")


def test_an_application_without_a_day_of_answer_is_refused_where_silence_would_accept() -> None:
    assert step(None, changed(RECEIVED, respond_by=""), 0) == Refused("case.answer_day_missing")
    other = changed(RECEIVED, respond_by="", regime=Regime.OTHER_BY_GUIDE)
    assert isinstance(step(None, other, 0), Evolved)


@pytest.mark.parametrize("body", [NOTIFIED, DECLINED])
def test_what_silence_has_accepted_is_neither_declined_nor_sent_back(body: Body) -> None:
    """The last day is 11-30; from the day after it the application is accepted (art. 32(1)(4))."""
    case = lived(INCOMPLETE)
    assert isinstance(step(case, body, 9, at=NOW + 7 * DAY), Evolved)
    assert step(case, body, 9, at=NOW + 8 * DAY) == Refused("case.accepted_by_silence")


def test_silence_accepts_from_the_day_of_receipt_and_from_no_later_one() -> None:
    case, late = lived(INCOMPLETE), NOW + 8 * DAY
    deemed = changed(ACCEPTED, deemed=True)
    assert isinstance(step(case, deemed, 9, at=late), Evolved)
    judged = step(case, changed(deemed, accepted_at=late), 9, at=late)
    assert judged == Refused("case.deemed_from_receipt")
    # Nor is it accepted anew, as if nobody had been late.
    anew = changed(ACCEPTED, accepted_at=late)
    assert step(lived(RECEIVED), anew, 9, at=late) == Refused("case.deemed_from_receipt")


@pytest.mark.parametrize("body", [SUSPENDED, EXTENDED, REVIEWED])
def test_no_window_moves_a_clock_of_the_department(body: Body) -> None:
    case = lived(RECEIVED, ACCEPTED)
    judged = evolve(case, Record("r9", "a", case.head, "terminal", NOW, body))
    assert judged == Refused("case.department_only")


def test_what_was_declined_as_it_was_handed_in_keeps_nothing() -> None:
    """Its notice says that all was given back; of a later one the originals are still here."""
    at_once = lived(RECEIVED, changed(DECLINED, declined_at=NOW))
    assert (at_once.declined_at_once, at_once.kept_originals) == (True, ())
    later = lived(RECEIVED, DECLINED)
    assert (later.declined_at_once, len(later.kept_originals)) == (False, 2)


def test_a_case_is_void_on_its_own_day_only() -> None:
    assert step(lived(RECEIVED), VOIDED, 9, at=NOW + DAY) == Refused("case.void_same_day_only")


def test_a_window_decides_only_as_a_named_chief_representative() -> None:
    case = lived(RECEIVED, ACCEPTED)
    for decider, authority, code in (
        (CLERK, "授权书", "case.decision_by_department"),
        (Actor("chief", "wang", "王芳"), "", "case.decision_by_department"),
        (Actor("chief", "wang", "王芳"), "授权书", "case.needs_enforcement_number"),
    ):
        body = changed(GRANTED, decider=decider, authority=authority)
        judged = evolve(case, Record("r9", "a", case.head, "terminal", NOW, body))
        assert judged == Refused(code)
    chief = changed(
        GRANTED, decider=Actor("chief", "wang"), authority="授权书", enforcement_number="1"
    )
    assert isinstance(evolve(case, Record("r9", "a", case.head, "terminal", NOW, chief)), Evolved)


def test_the_clock_stands_in_a_special_procedure_and_runs_on_past_its_planned_end() -> None:
    case = lived(RECEIVED, ACCEPTED, SUSPENDED)
    assert case.suspension is not None
    # Known at once: if it lasts to its planned end, this is the last day; past it nothing moves.
    assert case.due == "2026-12-16"
    early = lived(RECEIVED, ACCEPTED, SUSPENDED, RESUMED)
    assert (early.due, early.suspension) == ("2026-12-08", None)


def test_every_row_of_the_table_is_what_evolve_does() -> None:
    """From each state each kind of body moves as the table says, or not at all."""
    moves = {(row.kind.kind, before): row.after for row in TRANSITIONS for before in row.before}
    names = {row.kind.kind for row in TRANSITIONS}
    seen: set[tuple[str, CaseState]] = set()
    for bodies, _ in LIVES:
        for count in range(1, len(bodies) + 1):
            case = lived(*bodies[:count])
            for body in BODIES:
                judged = step(case, body, 99)
                if not isinstance(judged, Evolved) or body.kind not in names:
                    continue
                assert isinstance(judged.aggregate, Case)
                after = judged.aggregate.state
                assert (body.kind, case.state) in moves, (body.kind, case.state)
                expected = moves[body.kind, case.state] or case.state
                if body.kind == "case_resumed" and case.claimed_by is None:
                    expected = CaseState.ACCEPTED
                assert after is expected, (body.kind, case.state, after)
                seen.add((body.kind, case.state))
    unseen = {kind for kind, _ in moves} - {kind for kind, _ in seen}
    assert not unseen


def test_every_kind_of_a_case_is_tried_here() -> None:
    kinds = {kind for kind, aggregate in BELONGS.items() if aggregate is Case}
    assert kinds - {CaseNumbered.kind} <= {body.kind for body in BODIES}


@settings(max_examples=300, deadline=None)
@given(st.lists(st.integers(0, len(BODIES) - 1), max_size=40), st.data())
def test_no_order_of_records_hides_anything(order: list[int], data: st.DataObject) -> None:
    """No CLOSED without decision and delivery or a reason; no unexplained second notice."""
    case: Case | None = None
    for number, which in enumerate([0, *order] if data.draw(st.booleans()) else order):
        judged = step(case, BODIES[which], number)
        if isinstance(judged, Evolved):
            assert isinstance(judged.aggregate, Case)
            case = judged.aggregate
        if case is not None:
            _holds(case)


def _holds(case: Case) -> None:
    kinds = [one.kind for one in case.history]
    if case.state in (S.CLOSED, S.ARCHIVED):
        delivered = case.decision is not None and case.delivery is not None
        assert delivered or (case.ending is not None and case.ending.reason)
    if case.state is S.DELIVERED:
        assert CaseDelivered.kind in kinds
        assert case.decision is not None
    listed: set[str] = set()
    unexplained = 0
    for notice in case.notices:
        new = {item.material_id for item in notice} - listed
        unexplained += bool(listed and new)
        listed |= {item.material_id for item in notice}
    assert unexplained <= len(case.repeat_reasons)
    assert kinds.count(CorrectionNotified.kind) == len(case.notices)
    if case.decision is not None and case.decision.outcome is Outcome.GRANTED:
        assert not case.deferred
    if case.state.over or case.state is S.AWAITING_CORRECTION:
        assert case.due == ""


def test_bodies_survive_their_bytes() -> None:
    for body in BODIES:
        assert msgspec.json.decode(msgspec.json.encode(body), type=type(body)) == body


def table_of_transitions() -> str:
    """The table as `docs/rules.md` prints it."""
    lines = [
        "| 步骤 | 之前 | 之后 | 谁 | 文书 | 时钟 | 条款 |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in TRANSITIONS:
        before = " ".join(row.before) or "–"
        cells = (
            f"`{row.kind.kind}`", before, row.after or "–", " ".join(row.who),
            row.document or "–", row.clock, row.source or "–",
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def test_the_document_prints_the_table() -> None:
    text = (RESOURCES.parent / "docs" / "rules.md").read_text(encoding="utf-8")
    assert table_of_transitions() in text
