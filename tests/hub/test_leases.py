"""Leased numbers: given, used, renewed, refused outside, returned, kept twice after a clone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub import granting, leases, policy
from hub.hub import Hub
from hub.restore import numbers
from hub.store import incidents, projections
from hub.store.tables import SequenceRow
from terminal.clock import FixedClock
from terminal.domain.aggregates import Document, NumberLease
from terminal.domain.numbers import case_place, format_case_number
from terminal.domain.policy import MOST_LEASED, NumberPolicy
from terminal.domain.records import DocumentIssued, NumbersLeased, NumbersReturned
from terminal.domain.records.office import FORKED
from terminal.errors import InvalidInput, NotFound
from terminal.ids import SystemRandomness
from terminal.protocol.entry import Entry, to_record
from tests.hub.line import Taken, TestTerminal, load

FIRST_BLOCKS = True


def blocks(hub: Hub, terminal: TestTerminal) -> list[tuple[int, int]]:
    return [(one.first, one.last) for one in leased(hub, terminal)]


def leased(hub: Hub, terminal: TestTerminal) -> list[NumberLease]:
    with hub.store.reading() as database:
        found = projections.leases_of(database, terminal.id)
    return sorted(found, key=lambda one: (one.series, one.first))


def publish(hub: Hub, folder: Path, **numbers: object) -> None:
    path = folder / "numbers.json"
    path.write_text(json.dumps(numbers), encoding="utf-8")
    policy.set_policy(hub, "numbers", path)


def issue(terminal: TestTerminal, taken: Taken, **changes: Any) -> str:
    """Give out a correction notice; returns the document's id."""
    document_id = SystemRandomness().uuid7()
    body = DocumentIssued(
        document_kind="correction",
        number=f"{taken.receipt_number}-补",
        case_id=taken.case_id,
        template_version="1",
        digest="d" * 64,
        view=msgspec.Raw(b"{}"),
        issued_at=terminal.clock.now().wall,
        series="区市监补",
    )
    terminal.append(document_id, msgspec.structs.replace(body, **changes), needs=(taken.head,))
    return document_id


def paper(hub: Hub, document_id: str) -> Document:
    with hub.store.reading() as database:
        found = projections.load(database, document_id)
    assert isinstance(found, Document)
    return found


def number(sequence: int) -> str:
    return format_case_number("5116", 2026, sequence)


def test_a_block_goes_to_its_terminal_and_its_numbers_are_taken(
    hub: Hub, terminal: TestTerminal
) -> None:
    granted = granting.grant(hub, terminal.id, 10)
    assert (granted.first, granted.last) == (1, 10)
    (row,) = [row for row in terminal.progress() if row.kind == "entry"]
    assert row.body is not None
    record = to_record(msgspec.msgpack.decode(row.body, type=Entry))
    assert record is not None
    assert record.body == granted
    taken = terminal.accept(terminal.receive(), case_number=number(3))
    plain = terminal.accept(terminal.receive())
    terminal.push()
    assert load(hub, taken).case_number == number(3)
    assert "case_numbered" not in [step.kind for step in load(hub, taken).history]
    # The hub's own number is never one of a block.
    assert case_place(load(hub, plain).case_number)[2] == 11


def test_a_block_is_renewed_when_half_of_it_is_used(
    hub: Hub, terminal: TestTerminal, tmp_path: Path
) -> None:
    publish(hub, tmp_path, case_block=4)
    granting.grant(hub, terminal.id)
    terminal.accept(terminal.receive(), case_number=number(1))
    terminal.push()
    assert blocks(hub, terminal) == [(1, 4)]
    terminal.accept(terminal.receive(), case_number=number(2))
    terminal.accept(terminal.receive(), case_number=number(3))
    terminal.push()
    assert blocks(hub, terminal) == [(1, 4), (5, 8)]


@pytest.mark.parametrize("wrong", [number(11), "5116-2026-000001-0", "number"])
def test_a_number_outside_the_block_is_refused(
    hub: Hub, terminal: TestTerminal, wrong: str
) -> None:
    granting.grant(hub, terminal.id, 10)
    terminal.accept(terminal.receive(), case_number=wrong)
    answer = terminal.push()
    assert ("refused", "number.not_leased") in [
        (effect.effect, effect.code) for effect in answer.effects
    ]


def test_two_cases_with_one_number_are_both_kept_and_named(
    hub: Hub, terminal: TestTerminal
) -> None:
    granting.grant(hub, terminal.id, 10)
    first = terminal.accept(terminal.receive(), case_number=number(1))
    second = terminal.accept(terminal.receive(), case_number=number(1))
    terminal.push()
    assert load(hub, first).case_number == load(hub, second).case_number == number(1)
    with hub.store.reading() as database:
        named = incidents.numbers_twice(database)
    assert {case_id for _, case_id in named} == {first.case_id, second.case_id}


def test_nobody_else_gets_a_block_of_it(hub: Hub, terminal: TestTerminal) -> None:
    first = granting.grant(hub, terminal.id)
    second = granting.grant(hub, terminal.id)
    assert (first.first, first.last) == (1, NumberPolicy().case_block)
    assert second.first == first.last + 1
    with pytest.raises(NotFound) as refused:
        granting.grant(hub, "nobody")
    assert refused.value.code == "number.no_terminal"


def test_a_lease_that_comes_back_holds_the_counter(hub: Hub, terminal: TestTerminal) -> None:
    granting.grant(hub, terminal.id, 10)
    (row,) = [row for row in terminal.progress() if row.kind == "entry"]
    entry = msgspec.msgpack.decode(row.body or b"", type=Entry)
    record = to_record(entry)
    assert record is not None
    assert isinstance(record.body, NumbersLeased)
    with hub.store.writing() as database:
        SequenceRow.update(value=0).execute(database)
        numbers.hold_above(database, entry)
        assert projections.next_number(database, record.body.series) == 11


def test_a_terminal_is_named_by_its_number_and_a_block_has_a_size(
    hub: Hub, terminal: TestTerminal
) -> None:
    (granted,) = granting.grant_by_name(hub, "1", 3)
    assert (granted.terminal_id, granted.last) == (terminal.id, 3)
    for size in (0, -1, MOST_LEASED + 1):
        with pytest.raises(InvalidInput) as refused:
            granting.grant_by_name(hub, "1", size)
        assert refused.value.code == "number.block_size"
    with pytest.raises(NotFound):
        granting.grant_by_name(hub, "99", 3)


def test_the_first_block_comes_with_what_a_terminal_pushes_first(
    hub: Hub, terminal: TestTerminal, clock: FixedClock
) -> None:
    assert blocks(hub, terminal) == []
    terminal.push()
    terminal.receive()
    terminal.push()
    assert blocks(hub, terminal) == [(1, 50)], "once, and without anybody's hand"
    # Shortly before New Year the next year's comes beside it, so that the first day can be offline.
    clock.advance(days=27)
    terminal.receive()
    terminal.push()
    assert [one.series for one in leased(hub, terminal)] == ["case/5116/2026", "case/5116/2027"]


def test_a_hall_may_lease_nothing_by_itself(
    hub: Hub, terminal: TestTerminal, tmp_path: Path
) -> None:
    publish(hub, tmp_path, case_block=0, document_block=0)
    document = issue(terminal, terminal.receive())
    terminal.push()
    assert blocks(hub, terminal) == []
    assert paper(hub, document).official_number == "区市监补〔2026〕1号"


@pytest.mark.parametrize(
    "wrong", [{"case_block": -1}, {"document_block": MOST_LEASED + 1}, {"organs": {"局": "区〔"}}]
)
def test_a_policy_of_numbers_that_cannot_be_is_refused(
    hub: Hub, tmp_path: Path, wrong: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        publish(hub, tmp_path, **wrong)
    assert refused.value.code == "hub.policy_numbers"


def test_a_paper_without_a_number_gets_it_and_the_next_ones_come_from_a_block(
    hub: Hub, terminal: TestTerminal
) -> None:
    taken = terminal.receive()
    document = issue(terminal, taken)
    terminal.push()
    assert paper(hub, document).official_number == "区市监补〔2026〕1号"
    (papers,) = [one for one in leased(hub, terminal) if one.series.startswith("document/")]
    assert (papers.series, papers.first, papers.last) == ("document/区市监补/2026", 2, 11)
    # The terminal hears of both.
    kinds = [
        record.body.kind
        for row in terminal.progress()
        if row.kind == "entry" and row.body is not None
        and (record := to_record(msgspec.msgpack.decode(row.body, type=Entry))) is not None
    ]  # fmt: skip
    assert sorted(kinds) == ["document_numbered", "numbers_leased", "numbers_leased"]
    later = issue(terminal, taken, official_number="区市监补〔2026〕2号")
    wrong = issue(terminal, taken, official_number="区市监补〔2026〕12号")
    other = issue(terminal, taken, official_number="区市监受〔2026〕2号")
    answer = terminal.push()
    assert paper(hub, later).official_number == "区市监补〔2026〕2号"
    refused = [effect.code for effect in answer.effects if effect.effect == "refused"]
    assert refused == ["number.not_leased"] * 2, (wrong, other)
    # Nobody is given what lies in the block.
    fresh = issue(terminal, terminal.receive())
    terminal.push()
    assert paper(hub, fresh).official_number == "区市监补〔2026〕12号"


def test_doubled_numbers_of_papers_are_named_too(hub: Hub, terminal: TestTerminal) -> None:
    taken = terminal.receive()
    issue(terminal, taken)
    terminal.push()
    twice = {issue(terminal, taken, official_number="区市监补〔2026〕2号") for _ in range(2)}
    terminal.push()
    with hub.store.reading() as database:
        assert {name for _, name in incidents.numbers_twice(database)} == twice


@pytest.mark.parametrize("moment", [0, 10**18, -(10**18)])
def test_a_clock_that_was_never_set_costs_a_paper_nothing(
    hub: Hub, terminal: TestTerminal, moment: int
) -> None:
    document = issue(terminal, terminal.receive(), issued_at=moment)
    terminal.push()
    assert paper(hub, document).official_number == "区市监补〔2026〕1号"


@pytest.mark.parametrize("series", ["区市监 补", "区〔补", "字" * 41])
def test_a_series_that_is_none_is_not_numbered(
    hub: Hub, terminal: TestTerminal, series: str
) -> None:
    document = issue(terminal, terminal.receive(), series=series)
    terminal.push()
    assert paper(hub, document).official_number == ""


def test_an_organs_numbers_can_be_leased_ahead(
    hub: Hub, terminal: TestTerminal, tmp_path: Path
) -> None:
    with pytest.raises(NotFound) as refused:
        granting.grant_by_name(hub, "1", organ="区市场监管局")
    assert refused.value.code == "number.no_organ"
    publish(hub, tmp_path, organs={"区市场监管局": "区市监"}, document_block=3)
    granted = granting.grant_by_name(hub, "1", organ="区市场监管局")
    assert [(one.series, one.last) for one in granted] == [
        (f"document/区市监{kind}/2026", 3) for kind in ("受", "补", "不受", "容")
    ]


def test_what_is_left_when_the_year_is_over_goes_back_and_is_listed(
    hub: Hub, terminal: TestTerminal, clock: FixedClock
) -> None:
    granted = granting.grant(hub, terminal.id, 10)
    terminal.accept(terminal.receive(), case_number=number(1))
    (lease,) = leased(hub, terminal)
    give_back = NumbersReturned(granted.first + 1, granted.last, clock.now().wall)
    terminal.append(lease.lease_id, give_back, base=lease.head)
    answer = terminal.push()
    assert [one.code for one in answer.effects if one.code] == ["number.year_still_runs"]
    clock.advance(days=42)
    terminal.append(lease.lease_id, give_back, base=lease.head)
    terminal.accept(terminal.receive(), case_number=number(11))
    answer = terminal.push()
    codes = [one.code for one in answer.effects if one.code]
    assert codes == ["number.year_still_runs", "number.not_leased"], "first try, wrong block"
    with hub.store.reading() as database:
        (account,) = leases.accounts(database, 2026)
    assert (account.first, account.last, account.used, account.void_from) == (1, 10, 1, 2)


def test_a_terminal_whose_disk_forked_gives_its_blocks_up_and_gets_others(
    hub: Hub, terminal: TestTerminal
) -> None:
    taken = terminal.receive()
    issue(terminal, taken)
    terminal.push()
    for lease in leased(hub, terminal):
        for place in (lease.first + 3, lease.first + 1):
            # Both disks say so, each by what it has used.
            body = NumbersReturned(place, lease.last, terminal.clock.now().wall, FORKED)
            terminal.append(lease.lease_id, body, base=lease.head)
    # What the other disk has printed of it meanwhile is taken all the same.
    late = terminal.accept(taken, case_number=number(7))
    answer = terminal.push()
    assert [one for one in answer.effects if one.effect == "refused"] == []
    assert load(hub, late).case_number == number(7)
    voided = [one for one in leased(hub, terminal) if one.void_from]
    assert all(one.void_from == one.first + 1 for one in voided)
    assert [one.series for one in leased(hub, terminal) if not one.void_from] == ["case/5116/2026"]
    fresh = issue(terminal, taken)
    terminal.push()
    assert paper(hub, fresh).official_number == "区市监补〔2026〕12号"
    assert [one.first for one in leased(hub, terminal) if not one.void_from] == [51, 13]


def test_after_a_restore_no_number_is_leased_that_a_lost_lease_may_have_held(
    hub: Hub, terminal: TestTerminal
) -> None:
    taken = terminal.receive()
    issue(terminal, taken)
    terminal.push()
    with hub.store.writing() as database:
        lost = 30
        numbers.leap(database, lost, hub.now())
        # A known series, and one of which only what was lost knew.
        for series, least in (
            ("case/5116/2026", lost * 50), ("document/区市监补/2026", lost * 10),
            ("document/区市监受/2026", lost * 10),
        ):  # fmt: skip
            assert leases.take(database, series) > least
