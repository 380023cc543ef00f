"""Leased case numbers: given, used, renewed, refused outside, kept twice after a cloned disk."""

from __future__ import annotations

import msgspec
import pytest

from hub import granting, leases
from hub.hub import Hub
from hub.restore import numbers
from hub.store import incidents, projections
from hub.store.tables import SequenceRow
from terminal.domain.case import Case
from terminal.domain.numbers import case_place, format_case_number
from terminal.domain.records import NumbersLeased
from terminal.errors import InvalidInput, NotFound
from terminal.protocol.entry import Entry, to_record
from tests.hub.line import Taken, TestTerminal


def load(hub: Hub, taken: Taken) -> Case:
    with hub.store.reading() as database:
        case = projections.load(database, taken.case_id)
    assert isinstance(case, Case)
    return case


def blocks(hub: Hub, terminal: TestTerminal) -> list[tuple[int, int]]:
    with hub.store.reading() as database:
        found = projections.leases_of(database, terminal.id)
    return sorted((one.first, one.last) for one in found)


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


def test_a_block_is_renewed_when_half_of_it_is_used(hub: Hub, terminal: TestTerminal) -> None:
    granting.grant(hub, terminal.id, 4)
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
    assert (first.first, first.last) == (1, leases.BLOCK)
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
    assert granting.grant_by_name(hub, "1", 3).terminal_id == terminal.id
    for size in (0, -1, granting.MOST + 1):
        with pytest.raises(InvalidInput) as refused:
            granting.grant_by_name(hub, "1", size)
        assert refused.value.code == "number.block_size"
    with pytest.raises(NotFound):
        granting.grant_by_name(hub, "99", 3)
