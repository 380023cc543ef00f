"""A hub that wrote on before it knew that it was taken back, and the numbers that it gives then."""

from __future__ import annotations

import pytest

from hub.hub import Hub
from hub.store import incidents
from terminal.domain.case import CaseState
from terminal.domain.records import CaseNumbered
from terminal.protocol.entry import Entry, to_record
from terminal.protocol.returns import Restored
from tests.hub.line import TestTerminal
from tests.hub.restoring import (
    Backup,
    accepted,
    case_at,
    decided,
    give_back,
    happened,
    lacking,
    number_of,
    own,
    place_now,
    pull,
)

pytestmark = pytest.mark.allow_warnings("hub.restore")
ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def test_a_hub_that_wrote_on_before_it_knew_keeps_both_branches(
    hub: Hub, terminal: TestTerminal, other: TestTerminal
) -> None:
    mine, theirs = accepted(terminal), accepted(other)
    before = Backup(hub)
    decided(hub, mine)
    kept, heard = own(hub), place_now(terminal)
    before.put_back(hub)
    # The desk goes on at once: the place of the lost decision is taken by another one.
    decided(hub, theirs)
    answer = pull(terminal, heard)
    assert answer.restored == (Restored(heard.epoch, 0),)
    [row] = lacking(hub)
    assert (row.kind, row.first, row.last) == ("gap", 0, heard.seq)
    assert give_back(terminal, heard.epoch, kept).taken == len(kept)
    assert lacking(hub) == ()
    for taken in (mine, theirs):
        case = case_at(hub, taken)
        assert case is not None
        assert case.state is CaseState.DECIDED
    # Given back by a second terminal: written once more only once.
    stored = len(own(hub))
    give_back(other, heard.epoch, kept)
    assert len(own(hub)) == stored


def test_an_entry_under_its_end_shows_a_hub_that_it_wrote_on(
    hub: Hub, terminal: TestTerminal, other: TestTerminal
) -> None:
    mine, theirs = accepted(terminal), accepted(other)
    before, known = Backup(hub), len(own(hub))
    decided(hub, mine)
    last = accepted(terminal)
    kept, heard = own(hub), place_now(terminal)
    before.put_back(hub)
    decided(hub, theirs)
    # The place that is heard lies behind its end: it takes its end for the beginning of that.
    assert pull(terminal, heard).restored == (Restored(heard.epoch, heard.seq - 1),)
    # A terminal brings what came before that place along, and it is something else.
    assert give_back(terminal, heard.epoch, kept[known:-1]).taken == len(kept) - known - 1
    assert len(happened(hub)) == 2
    assert Restored(heard.epoch, 0) in pull(terminal, heard).restored
    [row] = lacking(hub)
    assert (row.kind, row.first, row.last) == ("gap", heard.seq, heard.seq)
    assert give_back(terminal, heard.epoch, kept).taken == len(kept)
    assert lacking(hub) == ()
    terminal.push()
    for taken in (mine, theirs):
        case = case_at(hub, taken)
        assert case is not None
        assert case.state is CaseState.DECIDED
    assert number_of(hub, last) == own_number(kept[-1])
    # The same again is nothing new.
    stored = len(own(hub))
    give_back(other, heard.epoch, kept)
    assert (len(own(hub)), len(happened(hub))) == (stored, 2)


def own_number(entry: Entry) -> str:
    """The case number that an entry of the hub gave."""
    record = to_record(entry)
    assert record is not None
    assert isinstance(record.body, CaseNumbered)
    return record.body.case_number


@ON_SQLITE
def test_no_number_is_given_twice(hub: Hub, terminal: TestTerminal, other: TestTerminal) -> None:
    accepted(terminal)
    before = Backup(hub)
    lost = [accepted(terminal) for _ in range(3)]
    numbers = {number_of(hub, taken) for taken in lost}
    kept, heard = own(hub), place_now(terminal)
    before.put_back(hub)
    pull(terminal, heard)
    # Before anything has come back, somebody else goes on.
    fresh = accepted(other)
    assert number_of(hub, fresh) not in numbers
    give_back(terminal, heard.epoch, kept[2:])
    terminal.push()
    assert {number_of(hub, taken) for taken in lost} == numbers
    assert lacking(hub) == ()
    assert number_of(hub, accepted(other)) not in numbers


@ON_SQLITE
def test_a_number_that_comes_back_holds_its_counter_above_itself(
    hub: Hub, terminal: TestTerminal
) -> None:
    accepted(terminal)
    before = Backup(hub)
    with hub.store.writing() as database:
        incidents.leap(database, "case/", 5_000_000)
    far = accepted(terminal)
    number, kept, heard = number_of(hub, far), own(hub), place_now(terminal)
    before.put_back(hub)
    pull(terminal, heard)
    give_back(terminal, heard.epoch, kept[2:])
    assert int(number_of(hub, accepted(terminal)).split("-")[2]) > int(number.split("-")[2])


@ON_SQLITE
def test_a_later_word_of_a_further_place_is_noted_and_moves_the_counters(
    hub: Hub, terminal: TestTerminal
) -> None:
    accepted(terminal)
    before = Backup(hub)
    accepted(terminal)
    early = place_now(terminal)
    accepted(terminal)
    late = place_now(terminal)
    before.put_back(hub)
    pull(terminal, early)
    assert [(row.first, row.last) for row in lacking(hub)] == [(3, early.seq)]
    pull(terminal, late)
    assert [(row.first, row.last) for row in lacking(hub)] == [(3, late.seq)]
    assert len(happened(hub)) == 1


@ON_SQLITE
def test_two_cases_of_one_number_are_kept_and_shown(
    hub: Hub, terminal: TestTerminal, other: TestTerminal
) -> None:
    accepted(terminal)
    before = Backup(hub)
    lost = accepted(terminal)
    kept, heard = own(hub), place_now(terminal)
    before.put_back(hub)
    # Nobody has noticed yet: another case gets the number that was given.
    twin = accepted(other)
    pull(terminal, heard)
    give_back(terminal, heard.epoch, kept)
    terminal.push()
    assert number_of(hub, lost) == number_of(hub, twin)
    [row] = lacking(hub)
    assert (row.kind, row.number) == ("number", number_of(hub, twin))
    assert set(row.case_ids) == {lost.case_id, twin.case_id}
