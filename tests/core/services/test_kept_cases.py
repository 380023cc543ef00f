"""The to-do list is renewed by what changed, and always the one that a fresh look gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec
import peewee
import pytest

from terminal.clock import FixedClock
from terminal.domain.case import Case
from terminal.protocol.wire import Answer, Effect
from terminal.services.casework.todo import TodoList, TodoService
from terminal.store import lists, outbox
from terminal.store.statements import rows
from tests.core.hall import OTHER, PASSWORD, Hall


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the ids of the cases that were read whole since it was cleared."""
    found: list[str] = []
    whole = lists.cases_by_id

    def noted(db: peewee.Database, ids: Sequence[str]) -> Iterator[tuple[str, Case]]:
        found.extend(ids)
        return whole(db, ids)

    monkeypatch.setattr(lists, "cases_by_id", noted)
    return found


def look(hall: Hall, read: list[str]) -> tuple[TodoList, list[str]]:
    """Return the list, and which cases were read for it; a fresh service must see the same."""
    read.clear()
    todo = hall.ctx.todo.mine(hall.clerk)
    asked = list(read)
    assert todo == TodoService(hall.ctx.todo._office).mine(hall.clerk)
    return todo, asked


def syncs(todo: TodoList) -> set[str]:
    return {row.case.sync for row in todo.rows}


def test_only_what_changed_is_read_again(
    hall: Hall, hall_clock: FixedClock, read: list[str]
) -> None:
    ctx = hall.ctx
    first = ctx.intake.receive(hall.complete(), hall.clerk).case.case_id
    second = ctx.intake.receive(hall.complete(visitor=OTHER), hall.clerk).case.case_id
    todo, asked = look(hall, read)
    assert set(asked) == {first, second}
    assert syncs(todo) == {"waiting"}
    assert look(hall, read) == (todo, [])
    # The hub takes them, and tells what became of each: no case is another one by that.
    answer = told(hall)
    ctx.ledger.write(lambda db: outbox.acknowledge(db, answer, 9))
    todo, asked = look(hall, read)
    assert (syncs(todo), asked) == ({"acknowledged"}, [])
    for state in ("held", "applied"):
        for effect in effects(hall, state):
            ctx.ledger.write(lambda db, one=effect: outbox.take_effect(db, one, 10))
        todo, asked = look(hall, read)
        assert (syncs(todo), asked) == ({state}, [])
    # A hub that was taken back has lost them all.
    ctx.ledger.write(lambda db: outbox.acknowledge(db, told(hall, last=1), 11))
    todo, asked = look(hall, read)
    assert (syncs(todo), asked) == ({"waiting"}, [])
    # A step changes its own case alone; one that is over leaves the list.
    third = ctx.intake.receive(hall.complete(), hall.clerk).case.case_id
    todo, asked = look(hall, read)
    assert asked == [third]
    hall.add_supervisor()
    ctx.casework.void(third, "录错", True, "zhao", PASSWORD, hall.clerk)
    todo, asked = look(hall, read)
    assert third not in {row.case.case_id for row in todo.rows}
    assert asked == []
    # With the day the dates that are left are others.
    hall_clock.advance(days=1)
    assert set(look(hall, read)[1]) == {first, second}


def test_my_counts_read_what_changed_alone(hall: Hall, read: list[str]) -> None:
    received = hall.ctx.intake.receive(hall.complete(), hall.clerk).case.case_id
    counts = hall.ctx.cases.counts(hall.clerk)
    assert (counts.received, counts.open, read) == (1, 1, [received])
    read.clear()
    assert hall.ctx.cases.counts(hall.clerk) == counts
    assert read == []


def told(hall: Hall, last: int = 0) -> Answer:
    """The hub's answer that it has everything, or up to `last`."""
    found = hall.ctx.ledger.read(lambda db: rows(db, "SELECT epoch, seq, hash FROM entry"))
    epoch, seq, digest = found[last - 1]
    return Answer(1, b"", "", epoch, seq, digest, 0, "", 0)


def effects(hall: Hall, state: str) -> list[Effect]:
    """What the hub makes of every entry."""
    found = hall.ctx.ledger.read(lambda db: rows(db, "SELECT record_id, hash FROM entry"))
    return [Effect(record_id, digest, state) for record_id, digest in found]


def test_a_search_reads_a_case_again_only_when_it_has_changed(hall: Hall, read: list[str]) -> None:
    """A search that is shown is asked again with each event, with thousands of cases here."""
    ctx = hall.ctx
    first = ctx.intake.receive(hall.complete(), hall.clerk).case.case_id
    second = ctx.intake.receive(hall.complete(visitor=OTHER), hall.clerk).case.case_id
    assert find(hall, read, "食品经营") == ([second, first], {first, second})
    assert find(hall, read, "食品经营") == ([second, first], set())
    # Other words look through what is known; a step of a case changes that one alone.
    assert find(hall, read, OTHER.name) == ([second], set())
    ctx.intake.accept(ctx.intake.resume(first), hall.clerk)
    assert find(hall, read, "食品经营") == ([second, first], {first})
    assert [row.state.value for row in ctx.todo.search("食品经营")] == ["RECEIVED", "ACCEPTED"]


def test_a_name_is_found_with_or_without_its_spaces(hall: Hall) -> None:
    visitor = msgspec.structs.replace(OTHER, name="Anna Maria SMITH-JONES")
    saved = hall.ctx.intake.receive(hall.complete(visitor=visitor), hall.clerk)
    for words in ("anna maria smith", "annamaria", "Smith-Jones", "SMITH"):
        assert [row.case_id for row in hall.ctx.todo.search(words)] == [saved.case.case_id]
    assert hall.ctx.todo.search("-") == hall.ctx.todo.search("Smith-J")


def find(hall: Hall, read: list[str], words: str) -> tuple[list[str], set[str]]:
    """Return the cases that are found, newest first, and which were read for it."""
    read.clear()
    rows = hall.ctx.todo.search(words)
    return [row.case_id for row in rows], set(read)
