"""The department's acts on the hub: lawful ones, refused ones, and the file of every "no"."""

from __future__ import annotations

import datetime as dt
from functools import partial
from pathlib import Path

import pytest

from hub import leases, policy, publishing
from hub.desk.acts import DeskActs
from hub.hub import Hub
from hub.store import marks, projections
from hub.store.people import Account
from terminal.domain.aggregates import NegativeOutcome
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import Way
from terminal.domain.parties import MaterialEntry
from terminal.domain.policy import Bar, credit_key
from terminal.domain.records import (
    NegativeOutcomeKind,
    Outcome,
    ResultThing,
    SuspensionGround,
)
from terminal.errors import NotAllowed, RuleRefused, TerminalError
from terminal.protocol.rules import rules_of
from terminal.protocol.wire import policy_feed
from tests.hub.line import APPLICANT, Taken, TestTerminal

ORGAN = "区市场监管局"
OFFICIAL = Account("zhou", "周强", ORGAN, "执-0001", False, "")
LAWYER = Account("qian", "钱进", ORGAN, "", False, "", legal=True)
SUPERVISOR = Account("supervisor", "值班长", "", "", True, "")
STRANGER = Account("sun", "孙某", "区住建局", "执-0002", False, "")


def load(hub: Hub, case_id: str) -> Case:
    with hub.store.reading() as database:
        case = projections.load(database, case_id)
    assert isinstance(case, Case)
    return case


@pytest.fixture
def taken(hub: Hub, terminal: TestTerminal) -> Taken:
    """An accepted case that the hub knows."""
    taken = terminal.accept(terminal.receive())
    terminal.push()
    return taken


def test_the_departments_whole_way(hub: Hub, terminal: TestTerminal, taken: Taken) -> None:
    desk, case_id = DeskActs(hub, OFFICIAL), taken.case_id
    desk.claim(case_id, "a1")
    with pytest.raises(RuleRefused) as refused:
        desk.claim(case_id, "a2")
    assert refused.value.code == "case.claimed_already"
    due = load(hub, case_id).due
    today = dt.date.fromisoformat(due) - dt.timedelta(days=30)
    end = max(dt.date.fromisoformat(due), today) + dt.timedelta(days=40)
    desk.suspend(case_id, SuspensionGround.INSPECTION, "第四十五条", end, "告〔2026〕1号", "a3")
    suspended = load(hub, case_id)
    assert suspended.state is CaseState.SUSPENDED
    assert suspended.due > due
    desk.resume(case_id, "合格", "a4")
    assert due <= load(hub, case_id).due < suspended.due
    desk.extend(case_id, 5, "案情复杂", "第四十二条", "局长", "延〔2026〕1号", "a5")
    desk.decide(
        case_id, outcome=Outcome.GRANTED, document_number="文〔2026〕1号",
        enforcement_number="执-0001", reason="", basis="", action_id="a6",
    )  # fmt: skip
    desk.make_ready(case_id, [ResultThing("许可证", "JY1")], "出件窗口", "a7")
    case = load(hub, case_id)
    assert (case.state, bool(case.deliver_by)) == (CaseState.RESULT_READY, True)
    # The window that took it in hears of every step.
    heard = [row.key for row in terminal.progress() if row.kind == "entry"]
    assert {step.record_id for step in case.history[-6:]} <= set(heard)


def test_the_same_form_twice_is_one_act(hub: Hub, taken: Taken) -> None:
    desk = DeskActs(hub, OFFICIAL)
    desk.claim(taken.case_id, "same")
    desk.claim(taken.case_id, "same")
    kinds = [step.kind for step in load(hub, taken.case_id).history]
    assert kinds.count("case_claimed") == 1


@pytest.mark.parametrize("account", [STRANGER, SUPERVISOR])
def test_only_the_organ_acts_on_its_cases(hub: Hub, taken: Taken, account: Account) -> None:
    with pytest.raises(NotAllowed):
        DeskActs(hub, account).claim(taken.case_id, "a1")


def test_who_served_the_applicant_does_not_handle_the_case(hub: Hub, taken: Taken) -> None:
    case = load(hub, taken.case_id)
    same = Account(case.clerk.id, case.clerk.name, ORGAN, "执-1", False, "")
    with pytest.raises(NotAllowed) as refused:
        DeskActs(hub, same).claim(taken.case_id, "a1")
    assert refused.value.code == "hub.same_person"


def test_a_legal_review_is_the_legal_departments(hub: Hub, taken: Taken) -> None:
    with pytest.raises(NotAllowed):
        DeskActs(hub, OFFICIAL).review(taken.case_id, True, "同意", "a1")
    DeskActs(hub, LAWYER).review(taken.case_id, True, "同意", "a2")
    review = load(hub, taken.case_id).legal_review
    assert review is not None
    assert review.reviewer.name == "钱进"


def test_every_refusal_is_filed_and_reviewed_by_another(
    hub: Hub, terminal: TestTerminal, taken: Taken
) -> None:
    DeskActs(hub, OFFICIAL).decide(
        taken.case_id, outcome=Outcome.REFUSED, document_number="文〔2026〕2号",
        enforcement_number="执-0001", reason="场所不符合", basis="第三十三条", action_id="a1",
    )  # fmt: skip
    with hub.store.reading() as database:
        filed = projections.of_type(database, "negative_outcome")
    (outcome,) = filed
    assert isinstance(outcome, NegativeOutcome)
    assert (outcome.reason, outcome.receipt_number) == ("场所不符合", taken.receipt_number)
    lawyer = DeskActs(hub, LAWYER)
    lawyer.review_negative_outcome(outcome.outcome_id, True, "依据充分", "a2")
    with pytest.raises(TerminalError) as refused:
        lawyer.review_negative_outcome(outcome.outcome_id, True, "依据充分", "a3")
    assert refused.value.code == "negative_outcome.reviewed_already"
    # No window hears what the legal department thinks of it.
    assert all(b"negative_outcome" not in (row.body or b"") for row in terminal.progress())


def test_who_cannot_finish_in_time_is_filed_too(hub: Hub, taken: Taken) -> None:
    """Every "no": not accepted, refused, cannot finish in time, failed cure (否定事项备案)."""
    DeskActs(hub, OFFICIAL).extend(
        taken.case_id, 5, "案情复杂", "第四十二条", "局长", "延〔2026〕1号", "a1"
    )
    with hub.store.reading() as database:
        (outcome,) = projections.of_type(database, "negative_outcome")
    assert isinstance(outcome, NegativeOutcome)
    assert (outcome.outcome, outcome.reason) == (NegativeOutcomeKind.NOT_IN_TIME, "案情复杂")


def test_an_item_s_own_procedure_stops_the_clock_only_where_its_guide_has_one(
    hub: Hub, taken: Taken
) -> None:
    with pytest.raises(RuleRefused) as refused:
        DeskActs(hub, OFFICIAL).suspend(
            taken.case_id, SuspensionGround.ITEM, "办事指南", dt.date(2026, 12, 4), "特1号", "a1"
        )
    assert refused.value.code == "case.no_item_procedure"
    assert not load(hub, taken.case_id).suspensions


def test_a_number_left_empty_is_the_next_of_the_organs_series(
    hub: Hub, taken: Taken, tmp_path: Path
) -> None:
    desk, case_id = DeskActs(hub, OFFICIAL), taken.case_id
    extend = partial(desk.extend, case_id, 5, "案情复杂", "第四十二条", "局长")
    with pytest.raises(RuleRefused) as refused:
        extend("", "e0")
    assert refused.value.code == "case.extension_needs_notice", "no word, no number"
    words = tmp_path / "numbers.json"
    words.write_text('{"organs": {"区市场监管局": "区市监"}}', encoding="utf-8")
    policy.set_policy(hub, "numbers", words)
    with pytest.raises(RuleRefused):
        desk.extend(
            case_id, 5, "", "第四十二条", "局长", "", "e1"
        )  # takes none: no reason was given
    extend("", "e2")
    extension = load(hub, case_id).extension
    assert extension is not None
    assert extension.document_number == "区市监延〔2026〕1号"
    decide = partial(
        desk.decide, case_id, outcome=Outcome.REFUSED, enforcement_number="执-0001",
        reason="不符合条件", basis="《食品安全法》第三十五条",
    )  # fmt: skip
    decide(document_number="区市监否〔2026〕7号", action_id="d1")
    with hub.store.writing() as database:
        assert leases.take(database, "document/区市监延/2026") == 2
        assert leases.take(database, "document/区市监否/2026") == 8, (
            "a typed number holds its series"
        )


def test_a_broken_commitment_bars_others_until_the_credit_is_repaired(
    hub: Hub, terminal: TestTerminal
) -> None:
    number = APPLICANT.identity_number
    pledged = MaterialEntry("m2", "营业执照", way=Way.COMMITMENT)
    taken = terminal.accept(terminal.receive(materials=(pledged,), check_by="2026-11-20"))
    kept = terminal.accept(terminal.receive(materials=(pledged,)))
    terminal.push()
    DeskActs(hub, OFFICIAL).check_commitment(kept.case_id, "m2", True, "属实", "c1")
    assert policy.barred(hub, number) is None
    with hub.store.reading() as database:
        assert marks.listed(database, marks.Mark.COMMITMENT, ORGAN) == [taken.case_id]
    DeskActs(hub, OFFICIAL).check_commitment(taken.case_id, "m2", False, "现场没有执照", "c2")
    bar = policy.barred(hub, number)
    assert bar == Bar("2026-11-23", taken.receipt_number)
    rows = publishing.in_force(hub, policy_feed("hall"))
    assert rules_of(rows.items()).barred == {credit_key(APPLICANT): bar}
    assert all(number not in key for key in rows)
    assert policy.lift_bar(hub, number.lower()) == 1
    assert policy.barred(hub, number) is None
    assert rules_of(publishing.in_force(hub, policy_feed("hall")).items()).barred == {}
