"""A hub that was taken back: noticed once, and given back its own."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import msgspec
import pytest

from hub.hub import Hub
from hub.restore import notice
from hub.store import entries
from terminal.clock import FixedClock
from terminal.domain.case import CaseState
from terminal.domain.parties import MaterialEntry
from terminal.domain.records import MaterialsSupplemented
from terminal.protocol import wire
from terminal.protocol.returns import (
    MAX_RETURN_ENTRIES,
    Restored,
    StoredPlace,
)
from terminal.protocol.suites import STANDARD
from tests.hub.line import CLERK, TestTerminal
from tests.hub.restoring import (
    Backup,
    accepted,
    case_at,
    decided,
    decision_in,
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


def test_its_own_signed_place_shows_a_hub_that_it_was_taken_back(
    hub: Hub, terminal: TestTerminal
) -> None:
    accepted(terminal)
    before = Backup(hub)
    accepted(terminal)
    heard = place_now(terminal)
    feed = wire.progress_feed(terminal.id)
    page = pull(terminal, heard, wire.Cursor(feed)).pages[0]
    before.put_back(hub)
    answer = pull(terminal, heard)
    assert answer.restored == (Restored(heard.epoch, 2),)
    assert answer.place is not None
    assert answer.place.epoch != heard.epoch
    [incident] = happened(hub)
    assert (incident.how, incident.epoch, incident.last_seq) == ("place", heard.epoch, 2)
    assert (incident.heard_seq, incident.heard_hash) == (heard.seq, heard.hash)
    # Every feed has another handle: all terminals rebuild.
    last = page.rows[-1]
    again = pull(
        terminal, None, wire.Cursor(feed, page.handle, last.position, last.hash, page.signature)
    )
    assert again.pages[0].reset
    assert again.pages[0].handle != page.handle
    # The same word again changes nothing more, and the next answer says the same.
    assert pull(terminal, heard).restored == answer.restored
    assert terminal.push(heard=heard).restored == answer.restored
    assert happened(hub) == [incident]


@ON_SQLITE
def test_a_signed_cursor_shows_it_too(hub: Hub, terminal: TestTerminal) -> None:
    accepted(terminal)
    before = Backup(hub)
    terminal.receive()
    terminal.push()
    feed = wire.progress_feed(terminal.id)
    page = pull(terminal, None, wire.Cursor(feed)).pages[0]
    last = page.rows[-1]
    cursor = wire.Cursor(feed, page.handle, last.position, last.hash, page.signature)
    before.put_back(hub)
    answer = pull(terminal, None, cursor)
    assert [one.how for one in happened(hub)] == ["cursor"]
    assert answer.pages[0].reset
    assert answer.pages[0].handle != page.handle
    assert len(pull(terminal, None, cursor).restored) == 1


@ON_SQLITE
def test_nobodys_mere_claim_does(hub: Hub, terminal: TestTerminal) -> None:
    accepted(terminal)
    heard = place_now(terminal)
    feed = wire.progress_feed(terminal.id)
    page = pull(terminal, None, wire.Cursor(feed)).pages[0]
    forged = msgspec.structs.replace(heard, seq=99)
    signed = STANDARD.sign(terminal.key, b"99")
    assert pull(terminal, forged).restored == ()
    assert terminal.push(heard=msgspec.structs.replace(forged, signature=signed)).restored == ()
    late = wire.Cursor(feed, page.handle, 99, "0" * 64, page.signature)
    answer = pull(terminal, heard, late)
    # Whoever does not fit reads anew, as ever; nobody else does.
    assert answer.pages[0].reset
    assert answer.pages[0].handle == page.handle
    assert happened(hub) == []
    refused = give_back(terminal, heard.epoch, own(hub))
    assert refused.refusal == "hub.nothing_lost"


@ON_SQLITE
def test_the_mark_beside_the_database_shows_it_at_the_start(
    hub: Hub, terminal: TestTerminal
) -> None:
    accepted(terminal)
    assert notice.look(hub) is False, "the first start has no mark to compare with"
    before = Backup(hub)
    accepted(terminal)
    notice.leave_mark(hub)
    assert notice.look(hub) is False
    before.put_back(hub)
    assert notice.look(hub) is True
    [incident] = happened(hub)
    assert (incident.how, incident.last_seq, incident.heard_seq) == ("mark", 2, 3)
    assert notice.look(hub) is False
    assert [row.kind for row in lacking(hub)] == ["gap"]


@ON_SQLITE
def test_the_mark_shows_also_the_loss_of_others_entries(hub: Hub, terminal: TestTerminal) -> None:
    accepted(terminal)
    before = Backup(hub)
    terminal.receive()
    terminal.push()
    notice.leave_mark(hub)
    before.put_back(hub)
    assert notice.look(hub) is True
    assert lacking(hub) == (), "of the hub's own nothing is lost"


@ON_SQLITE
def test_a_mark_that_a_power_cut_has_emptied_is_none(hub: Hub, terminal: TestTerminal) -> None:
    accepted(terminal)
    hub.paths.mark.write_bytes(b"")
    assert notice.look(hub) is False
    assert hub.mark.read() is not None
    assert hub.paths.mark.stat().st_mode & 0o077 == 0


def test_what_terminals_kept_comes_back_to_its_old_place_and_is_judged(
    hub: Hub, terminal: TestTerminal
) -> None:
    accepted(terminal)
    before = Backup(hub)
    second = accepted(terminal)
    decided(hub, second)
    number, kept, heard = number_of(hub, second), own(hub), place_now(terminal)
    before.put_back(hub)
    pull(terminal, heard)
    assert [(row.kind, row.first, row.last) for row in lacking(hub)] == [("gap", 3, heard.seq)]
    # The hub's own first, then what it was about.
    answer = give_back(terminal, heard.epoch, kept[2:])
    assert (answer.taken, answer.refusal) == (heard.seq - 2, "")
    assert lacking(hub) == ()
    terminal.push()
    assert number_of(hub, second) == number
    case = case_at(hub, second)
    assert case is not None
    assert case.state is CaseState.DECIDED
    assert [entry.hash for entry in own(hub) if entry.read_header().epoch == heard.epoch] == [
        entry.hash for entry in kept
    ]
    # Again: nothing new.
    stored = len(own(hub))
    assert give_back(terminal, heard.epoch, kept).taken == heard.seq
    assert len(own(hub)) == stored
    with hub.store.reading() as database:
        assert entries.chain_end(database, "hub", heard.epoch).seq == heard.seq
        assert entries.counts(database)["conflict"] == 0


@ON_SQLITE
def test_another_terminal_hears_of_what_came_back(
    hub: Hub, terminal: TestTerminal, other: TestTerminal
) -> None:
    taken = terminal.receive()
    terminal.push()
    body = MaterialsSupplemented((MaterialEntry("m1", "身份证件"),), {}, 1, "2026-11-30", CLERK)
    other.append(taken.case_id, body, base=taken.head)
    other.push()
    terminal.accept(taken)
    terminal.push()
    before = Backup(hub)
    decided(hub, taken)
    kept, heard = own(hub), place_now(terminal)
    before.put_back(hub)
    pull(terminal, heard)
    decision = decision_in(kept)
    give_back(terminal, heard.epoch, [decision])
    told = [row.key for row in other.progress() if row.kind == "entry"]
    assert decision.read_header().record_id in told


@ON_SQLITE
def test_only_the_hubs_own_signature_counts(hub: Hub, terminal: TestTerminal) -> None:
    accepted(terminal)
    before = Backup(hub)
    accepted(terminal)
    accepted(terminal)
    kept, heard = own(hub), place_now(terminal)
    before.put_back(hub)
    pull(terminal, heard)
    third, fourth = kept[2:]
    foreign = STANDARD.sign(terminal.key, bytes.fromhex(third.hash))
    wrong = [
        msgspec.structs.replace(third, signature=foreign),
        msgspec.structs.replace(third, hash="0" * 64),
        msgspec.structs.replace(third, header=third.header.replace(b'"seq":3', b'"seq":7')),
        msgspec.structs.replace(third, header=b"{"),
        terminal.entries[0],
    ]
    # The healthy one arrives, whatever stands beside it.
    assert give_back(terminal, heard.epoch, [*wrong, fourth]).taken == 1
    assert [(row.first, row.last) for row in lacking(hub)] == [(3, 3)]
    # Of another epoch than the message says: not taken.
    assert give_back(terminal, heard.epoch, [own(hub)[-1]]).taken in (0, 1)
    many = [third] * (MAX_RETURN_ENTRIES + 1)
    assert give_back(terminal, heard.epoch, many).refusal == "hub.batch_too_large"
    assert give_back(terminal, "unknown", [third]).refusal == "hub.nothing_lost"


def test_an_entry_whose_payload_was_wiped_is_shown_until_somebody_has_it(
    hub: Hub, terminal: TestTerminal
) -> None:
    first = accepted(terminal)
    before = Backup(hub)
    decided(hub, first)
    kept, heard = own(hub), place_now(terminal)
    before.put_back(hub)
    pull(terminal, heard)
    decision = decision_in(kept)
    give_back(terminal, heard.epoch, [one for one in kept if one is not decision])
    bare = msgspec.structs.replace(decision, payload=None)
    changed = msgspec.structs.replace(decision, payload=b"{}")
    for incomplete in (bare, changed):
        assert give_back(terminal, heard.epoch, [incomplete]).taken == 1
        [row] = lacking(hub)
        assert (row.kind, row.origin, row.first, row.entry_kind) == (
            "payload", "hub", decision.read_header().seq, "case_decided",
        )  # fmt: skip
    give_back(terminal, heard.epoch, [decision])
    assert lacking(hub) == ()
    case = case_at(hub, first)
    assert case is not None
    assert case.state is CaseState.DECIDED


@ON_SQLITE
def test_a_backup_of_before_the_hubs_first_entry(hub: Hub, terminal: TestTerminal) -> None:
    before = Backup(hub)
    taken = accepted(terminal)
    number, kept, heard = number_of(hub, taken), own(hub), place_now(terminal)
    before.put_back(hub)
    assert pull(terminal, heard).restored == (Restored(heard.epoch, 0),)
    give_back(terminal, heard.epoch, kept)
    terminal.push()
    assert number_of(hub, taken) == number
    assert lacking(hub) == ()


@ON_SQLITE
def test_a_second_restore_to_before_the_first_asks_for_both_ends(
    hub: Hub, terminal: TestTerminal
) -> None:
    accepted(terminal)
    before = Backup(hub)
    second = accepted(terminal)
    decided(hub, second)
    kept, first_heard = own(hub), place_now(terminal)
    before.put_back(hub)
    pull(terminal, first_heard)
    give_back(terminal, first_heard.epoch, kept[2:])
    terminal.push()
    third = accepted(terminal)
    all_kept, heard = own(hub), place_now(terminal)
    numbers = (number_of(hub, second), number_of(hub, third))
    before.put_back(hub)
    answer = pull(terminal, heard)
    assert {one.epoch: one.after for one in answer.restored} == {
        heard.epoch: 0, first_heard.epoch: 2,
    }  # fmt: skip
    for lost in answer.restored:
        of_epoch = [e for e in all_kept if e.read_header().epoch == lost.epoch]
        give_back(terminal, lost.epoch, of_epoch[lost.after :])
    terminal.push()
    assert (number_of(hub, second), number_of(hub, third)) == numbers
    assert lacking(hub) == ()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_several_processes_notice_it_once(
    hub: Hub, terminal: TestTerminal, data_dir: Path, clock: FixedClock
) -> None:
    accepted(terminal)
    before = Backup(hub)
    accepted(terminal)
    heard = place_now(terminal)
    notice.leave_mark(hub)
    before.put_back(hub)
    processes = [Hub(data_dir, clock=clock) for _ in range(3)]
    start = threading.Barrier(len(processes) * 2)
    noticed: list[bool] = []

    def look(process: Hub) -> None:
        start.wait()
        noticed.append(notice.look(process))

    def hear(process: Hub) -> None:
        start.wait()
        noticed.append(notice.hear(process, heard))

    threads = [threading.Thread(target=f, args=(p,)) for p in processes for f in (look, hear)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    for process in processes:
        process.close()
    assert sorted(noticed) == [False] * 5 + [True]
    assert len(happened(hub)) == 1
    opened = [e for e in own(hub) if e.read_header().kind == "epoch_opened"]
    assert len(opened) == 2


@ON_SQLITE
def test_a_terminal_with_nothing_to_send_learns_that_its_entries_are_gone(
    hub: Hub, terminal: TestTerminal
) -> None:
    terminal.push()
    before = Backup(hub)
    terminal.receive()
    terminal.push()

    def ask(seq: int) -> bool:
        request = wire.PullRequest(
            wire.PROTOCOL_VERSION, terminal.id, os.urandom(16), (),
            stored=StoredPlace(terminal.epoch, seq),
        )  # fmt: skip
        return terminal.ask(wire.PATH_PULL, request, wire.PullAnswer).behind

    assert not ask(len(terminal.entries))
    before.put_back(hub)
    assert ask(len(terminal.entries))
    assert not ask(1)
    # An empty batch asks how far it is.
    probe = terminal.push([])
    assert (probe.stored_seq, probe.stored_hash) == (1, terminal.entries[0].hash)
