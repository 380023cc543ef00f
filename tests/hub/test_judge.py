"""Judging: each outcome, what is held and woken, and a crash between storing and judging."""

from __future__ import annotations

import msgspec
import pytest

from hub import bench, inbox, judge
from hub.hub import Hub
from hub.store import entries, people, projections
from terminal.domain.case import CaseState
from terminal.domain.parties import Actor
from terminal.domain.records import (
    CaseDecided,
    CaseNumbered,
    CaseReceived,
    CorrectionItem,
    CorrectionNotified,
    EpochOpened,
    InvitationClosed,
    MaterialsSupplemented,
    Outcome,
    RatingGiven,
    RatingScope,
    VisitEnded,
)
from terminal.errors import RuleRefused
from terminal.protocol import wire
from terminal.protocol.entry import Draft, check
from terminal.protocol.suites import STANDARD
from tests.hub.line import CLERK, TestTerminal, load, missing


def effects(answer: wire.Answer) -> list[tuple[str, str]]:
    return [(effect.effect, effect.code) for effect in answer.effects]


def test_an_acceptance_gets_one_number_for_ever(hub: Hub, terminal: TestTerminal) -> None:
    first = terminal.accept(terminal.receive())
    second = terminal.accept(terminal.receive())
    terminal.push()
    terminal.push()
    judge.recover(hub)
    numbers = [load(hub, taken).case_number for taken in (first, second)]
    assert all(numbers)
    assert len(set(numbers)) == 2
    assert load(hub, first).state is CaseState.ACCEPTED
    assert [step.kind for step in load(hub, first).history].count("case_numbered") == 1


def test_the_hubs_own_chain_is_whole_and_signed(hub: Hub, terminal: TestTerminal) -> None:
    for _ in range(3):
        terminal.accept(terminal.receive())
    answer = terminal.push()
    with hub.store.reading() as database:
        known = entries.stored_hashes(database, "hub", answer.hub_epoch, 1, answer.hub_seq)
        assert sorted(known) == [1, 2, 3, 4]
        previous = "0" * 64
        for seq in sorted(known):
            stored = entries.entry_by_hash(database, known[seq][0])
            assert stored is not None
            header = check(stored.entry)
            assert header.prev_hash == previous
            assert header.seq == seq
            assert STANDARD.verify(
                hub.keys.public, stored.entry.signature, bytes.fromhex(stored.entry.hash)
            )
            previous = stored.entry.hash


def test_what_breaks_a_rule_is_refused_and_blocks_nothing(hub: Hub, terminal: TestTerminal) -> None:
    taken = terminal.accept(terminal.receive(materials=(missing("m1", "身份证件"),)))
    healthy = terminal.accept(terminal.receive())
    answer = terminal.push()
    assert ("refused", "case.materials_lacking") in effects(answer)
    assert load(hub, taken).state is CaseState.RECEIVED
    assert load(hub, healthy).state is CaseState.ACCEPTED


def test_only_the_hub_gives_numbers(hub: Hub, terminal: TestTerminal) -> None:
    taken = terminal.accept(terminal.receive())
    terminal.append(taken.case_id, CaseNumbered("5116-2026-999999-X"), base=taken.head)
    answer = terminal.push()
    assert answer.effects[-1].effect in ("refused", "conflict")
    assert load(hub, taken).case_number != "5116-2026-999999-X"


def test_what_comes_too_early_is_held_and_woken(
    hub: Hub, terminal: TestTerminal, other: TestTerminal
) -> None:
    """The other terminal's step arrives before the entry that it stands on."""
    taken = terminal.receive()
    supplement = MaterialsSupplemented((), {"a": "b"}, 0, "2026-12-01", CLERK)
    other.append(taken.case_id, supplement, base=taken.head)
    held = other.push()
    assert effects(held)[-1] == ("held", "journal.base_missing")
    terminal.push()
    rows = [row for row in other.progress() if row.kind == "effect"]
    last = msgspec.msgpack.decode(rows[-1].body or b"", type=wire.Effect)
    assert (last.record_id, last.effect) == (held.effects[-1].record_id, "applied")
    assert load(hub, taken).form["a"] == "b"
    assert effects(other.push())[-1] == ("applied", "")


def test_a_needed_record_is_waited_for(hub: Hub, terminal: TestTerminal) -> None:
    taken = terminal.receive()
    needed = terminal.entries.pop()
    header = needed.read_header()
    visit = terminal.visit()
    terminal.append(visit, VisitEnded(CLERK), base=_base(terminal), needs=(header.record_id,))
    # Only the journal's order is turned round here: the same record comes later.
    answer = terminal.push()
    assert effects(answer)[-1] == ("held", "hub.record_missing")
    body = msgspec.json.decode(needed.payload or b"", type=dict[str, object])["body"]
    terminal.append(taken.case_id, msgspec.convert(body, CaseReceived), action=header.action_id)
    terminal.push()
    with hub.store.reading() as database:
        effect = entries.effect_of(database, answer.effects[-1].record_id)
    assert effect is not None
    assert effect.effect == "applied"


def test_what_stands_on_a_record_without_effect_does_not_wait_for_ever(
    hub: Hub, terminal: TestTerminal
) -> None:
    taken = terminal.receive(materials=(missing("m1", "身份证件"),))
    refused = terminal.accept(taken)
    supplement = MaterialsSupplemented((), {"a": "b"}, 0, "2026-12-01", CLERK)
    second = terminal.append(taken.case_id, supplement, base=refused.head)
    terminal.append(taken.case_id, supplement, base=second)
    visit = terminal.visit()
    terminal.append(visit, VisitEnded(CLERK), base=_base(terminal), needs=(refused.head,))
    rating = RatingGiven(RatingScope.VISIT, visit, 5, (), "1", "", "screen", "window", 0)
    terminal.append("rating-1", rating, base="", needs=(refused.head,))
    found = effects(terminal.push())
    without = ("refused", "hub.base_without_effect")
    assert found[-6:] == [
        ("refused", "case.materials_lacking"), without, without, ("applied", ""), without,
        ("held", "hub.record_missing"),
    ], "what a citizen said is not refused for what a window did"  # fmt: skip
    # From what has its effect it goes on.
    terminal.append(taken.case_id, supplement, base=taken.head)
    assert effects(terminal.push())[-1] == ("applied", "")


def _base(terminal: TestTerminal) -> str:
    return terminal.entries[-1].read_header().record_id


def test_the_first_stored_keeps_its_effect_the_second_is_a_conflict(
    hub: Hub, terminal: TestTerminal, other: TestTerminal
) -> None:
    taken = terminal.receive()
    terminal.push()
    item = CorrectionItem("m1", "身份证件", "过期", "有效期内")
    notice = CorrectionNotified(0, (item,), ("依据",), CLERK)
    other.append(taken.case_id, notice, base=taken.head)
    other.push()
    terminal.accept(taken)
    answer = terminal.push()
    assert effects(answer)[-1] == ("conflict", "case.not_while_awaiting_correction")
    assert load(hub, taken).state is CaseState.AWAITING_CORRECTION
    assert effects(terminal.push())[-1][0] == "conflict"


def test_an_act_of_the_hub_that_is_not_lawful_writes_nothing(
    hub: Hub, terminal: TestTerminal
) -> None:
    taken = terminal.receive()
    before = terminal.push()
    decided = CaseDecided(
        Outcome.GRANTED, 0, "文号", "", "", Actor("department", "zhao", "赵敏", "局")
    )
    with pytest.raises(RuleRefused) as refused:
        judge.act(hub, [Draft(taken.case_id, taken.head, decided)], "action")
    assert refused.value.code == "case.not_while_received"
    assert terminal.push([]).hub_seq == before.hub_seq


def test_a_visit_and_its_invitation(hub: Hub, terminal: TestTerminal) -> None:
    visit = terminal.visit()
    terminal.append(visit, VisitEnded(CLERK), base=_base(terminal))
    terminal.append(visit, InvitationClosed("skipped"), base=_base(terminal))
    assert {effect for effect, _ in effects(terminal.push())} == {"applied"}
    with hub.store.reading() as database:
        found = projections.rating_counts(database)
    assert (found["visits"], found["invited"], found["skipped"], found["rated"]) == (1, 1, 1, 0)


def test_a_grade_outside_five_is_refused(hub: Hub, terminal: TestTerminal) -> None:
    for grade in (0, 6):
        given = RatingGiven(RatingScope.VISIT, "v", grade, (), "1", "", "screen", "window", 0)
        terminal.append(f"rating-{grade}", given)
    assert effects(terminal.push())[1:] == [("refused", "rating.no_such_grade")] * 2


@pytest.mark.allow_warnings("hub")
def test_a_defect_in_judging_stops_nothing_behind_it(
    hub: Hub, terminal: TestTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = bench.evolve

    def failing(aggregate: object, record: object) -> object:
        if getattr(record, "aggregate_id", "") == poisoned.case_id:
            raise ZeroDivisionError
        return real(aggregate, record)  # type: ignore[arg-type]

    poisoned = terminal.receive()
    healthy = terminal.receive()
    monkeypatch.setattr(bench, "evolve", failing)
    answer = terminal.push()
    assert ("held", "hub.judge_failed") in effects(answer)
    assert load(hub, healthy).state is CaseState.RECEIVED
    monkeypatch.setattr(bench, "evolve", real)
    judge.recover(hub)
    assert load(hub, poisoned).receipt_number == poisoned.receipt_number


@pytest.mark.allow_warnings("hub")
def test_a_failure_while_saving_holds_one_entry_and_no_other(
    hub: Hub, terminal: TestTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    poisoned = terminal.receive()
    healthy = terminal.accept(terminal.receive())
    real = projections.save_many

    def failing(database: object, changed: dict[str, object], now: int) -> None:
        if poisoned.case_id in changed:
            raise OverflowError
        real(database, changed, now)  # type: ignore[arg-type]

    monkeypatch.setattr(projections, "save_many", failing)
    answer = terminal.push()
    outcome = {effect.record_id: effect for effect in answer.effects}
    assert outcome[poisoned.head].code == "hub.judge_failed"
    assert outcome[healthy.head].effect == "applied"
    assert load(hub, healthy).case_number
    monkeypatch.setattr(projections, "save_many", real)
    judge.recover(hub)
    assert load(hub, poisoned).state is CaseState.RECEIVED


def test_a_crash_between_storing_and_judging_is_mended_at_the_start(
    hub: Hub, terminal: TestTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = terminal.accept(terminal.receive())

    def power_cut(_: Hub, hall: str) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(inbox, "judge_pending", power_cut)
    with hub.store.reading() as database:
        known = people.terminals(database)[0]
    with pytest.raises(KeyboardInterrupt):
        inbox.receive(hub, known, terminal.batch())
    with hub.store.reading() as database:
        counts = entries.counts(database)
    assert (counts["entries"], counts["applied"]) == (4, 0)
    monkeypatch.setattr(inbox, "judge_pending", judge.judge_pending)
    assert judge.recover(hub) == 4
    assert load(hub, taken).case_number
    answer = terminal.push()
    assert [effect for effect, _ in effects(answer)] == ["applied"] * 4


def test_a_wiped_entry_is_held_until_its_payload_comes(hub: Hub, terminal: TestTerminal) -> None:
    taken = terminal.receive()
    whole = terminal.entries[-1]
    wiped = msgspec.structs.replace(whole, payload=None)
    terminal.entries[-1] = wiped
    assert effects(terminal.push())[-1] == ("held", "hub.payload_missing")
    terminal.entries[-1] = whole
    assert effects(terminal.push())[-1] == ("applied", "")
    assert load(hub, taken).state is CaseState.RECEIVED


def test_an_epoch_that_names_the_one_before_is_applied(hub: Hub, terminal: TestTerminal) -> None:
    terminal.push()
    last = terminal.entries[-1].hash
    old, terminal.epoch, terminal.entries = terminal.epoch, "another-epoch", []
    terminal.append(f"terminal/{terminal.id}", EpochOpened("restored", old, last))
    assert effects(terminal.push()) == [("applied", "")]
