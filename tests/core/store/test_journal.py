"""The journal: chained, judged, whole; and what is found when somebody touches it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import peewee
import pytest

from terminal.clock import FixedClock
from terminal.context import Context
from terminal.domain.records import CaseAccepted, InvitationClosed, RatingGiven, RatingScope
from terminal.errors import RuleRefused
from terminal.ids import record_id
from terminal.protocol import entry as entries
from terminal.protocol.entry import GENESIS, Draft, Entry
from terminal.protocol.wire import Answer, Effect
from terminal.store import aggregates, journal, outbox
from terminal.store.tables.ledger import EntryRow
from tests.core.hall import PLAIN, Hall


def rows(hall: Hall) -> list[tuple[int, str, Entry]]:
    """Every row: seq, epoch, entry, in the order of writing."""

    def read(db: peewee.Database) -> list[tuple[int, str, Entry]]:
        query = EntryRow.select(
            EntryRow.seq, EntryRow.epoch, EntryRow.header, EntryRow.payload, EntryRow.hash
        ).order_by(EntryRow.id)
        return [
            (seq, epoch, Entry(bytes(h), None if p is None else bytes(p), digest))
            for seq, epoch, h, p, digest in query.tuples().execute(db)
        ]

    return hall.ctx.ledger.read(read)


@pytest.fixture
def worked(hall: Hall) -> Hall:
    """A hall in which two matters were accepted, a visit ended and rated."""
    draft = hall.complete(PLAIN)
    hall.ctx.intake.accept(draft, hall.clerk)
    hall.ctx.intake.receive(hall.complete(visit_id=draft.visit_id), hall.clerk)
    hall.ctx.visits.end(draft.visit_id, hall.clerk)
    hall.ctx.ratings.rate(draft.visit_id, 3)
    return hall


def change(hall: Hall, act: Callable[[peewee.Database], object]) -> str:
    """Touch the ledger behind the program's back; returns the verdict on the chain."""
    hall.ctx.ledger.write(act)
    found = hall.ctx.journal.verify()
    assert not found.holds
    assert found.bad_seq
    return found.code


def test_entries_are_gap_free_and_chained(worked: Hall) -> None:
    found = rows(worked)
    assert [seq for seq, _, _ in found] == list(range(1, len(found) + 1))
    before = GENESIS
    for _, _, entry in found:
        header = entries.check(entry)
        assert header.prev_hash == before
        assert header.origin == worked.ctx.keys.terminal_id
        before = entry.hash
    assert len({epoch for _, epoch, _ in found}) == 1
    assert worked.ctx.journal.verify().holds


def test_one_action_has_one_id_and_entries_that_name_each_other(worked: Hall) -> None:
    headers = [entry.read_header() for _, _, entry in rows(worked)]
    accept = next(h for h in headers if h.kind == "case_accepted")
    received = next(h for h in headers if h.aggregate_id == accept.aggregate_id)
    assert received.action_id == accept.action_id
    assert accept.base == received.record_id
    assert accept.record_id == record_id(accept.action_id, accept.aggregate_id, "case_accepted")
    paper = next(h for h in headers if h.kind == "document_issued")
    assert paper.needs == (accept.record_id,)


def test_no_personal_data_stands_in_headers(worked: Hall) -> None:
    for _, _, entry in rows(worked):
        text = entry.header.decode()
        assert "张三" not in text
        assert "210211" not in text


def test_every_flipped_byte_is_found(worked: Hall) -> None:
    where = next(seq for seq, _, e in rows(worked) if e.read_header().kind == "case_accepted")

    def flip(db: peewee.Database) -> None:
        [(header,)] = list(
            EntryRow.select(EntryRow.header).where(EntryRow.seq == where).tuples().execute(db)
        )
        changed = bytearray(bytes(header))
        changed[changed.index(b"std")] ^= 1
        EntryRow.update(header=bytes(changed)).where(EntryRow.seq == where).execute(db)

    assert change(worked, flip) in {"journal.unknown_suite", "journal.hash_differs"}
    assert worked.ctx.journal.verify().bad_seq == where


def test_a_payload_that_was_edited_is_found(worked: Hall) -> None:
    def edit(db: peewee.Database) -> None:
        for row, payload in EntryRow.select(EntryRow.id, EntryRow.payload).tuples().execute(db):
            if "张三".encode() in bytes(payload):
                other = bytes(payload).replace("张三".encode(), "李四".encode())
                EntryRow.update(payload=other).where(EntryRow.id == row).execute(db)
                return

    assert change(worked, edit) == "journal.hash_differs"


def test_an_entry_rewritten_with_its_hash_breaks_the_chain(worked: Hall) -> None:
    """Even one who computes the new hash cannot put it into the entries behind it."""
    seq, _, entry = rows(worked)[3]
    header = entry.header
    forged = header.replace(b'"wall":1', b'"wall":2')
    assert forged != header
    from terminal.protocol.suites import STANDARD

    def rewrite(db: peewee.Database) -> None:
        digest = STANDARD.digest(forged).hex()
        EntryRow.update(header=forged, hash=digest).where(EntryRow.seq == seq).execute(db)

    assert change(worked, rewrite) == "journal.chain_broken"
    assert worked.ctx.journal.verify().bad_seq == seq + 1


def test_a_deleted_entry_is_found(worked: Hall) -> None:
    code = change(worked, lambda db: EntryRow.delete().where(EntryRow.seq == 4).execute(db))
    assert code == "journal.order_broken"
    assert worked.ctx.journal.verify().bad_seq == 5


def test_entries_that_changed_places_are_found(worked: Hall) -> None:
    def swap(db: peewee.Database) -> None:
        for old, new in ((3, -1), (4, 3), (-1, 4)):
            EntryRow.update(seq=new).where(EntryRow.seq == old).execute(db)

    assert change(worked, swap) == "journal.order_broken"


def test_the_end_of_an_epoch_cannot_be_cut_off(worked: Hall) -> None:
    worked.ctx.ledger.write(lambda db: worked.ctx.journal_writer.open_epoch(db, "restored"))
    assert worked.ctx.journal.verify().epochs == 2
    last = max(seq for seq, _, _ in rows(worked))
    code = change(worked, lambda db: EntryRow.delete().where(EntryRow.seq == last).execute(db))
    assert code == "journal.chain_broken"


def test_a_wiped_payload_leaves_the_chain_sound(worked: Hall) -> None:
    worked.ctx.ledger.write(lambda db: EntryRow.update(payload=None).execute(db))
    found = worked.ctx.journal.verify()
    assert found.holds
    assert found.wiped == found.entries


def test_a_refused_record_takes_its_whole_action_with_it(worked: Hall) -> None:
    count = worked.written()
    case = worked.ctx.cases.mine(worked.clerk)[0]
    known = worked.ctx.cases.case(case.case_id)
    rating = RatingGiven(RatingScope.VISIT, "v", 5, (), "1", "", "", "window", 0)
    lawful = Draft("visit-x", "", rating)
    twice = Draft(known.case_id, known.head, CaseAccepted(0, "", False, (), known.clerk))
    with pytest.raises(RuleRefused):
        worked.ctx.ledger.write(
            lambda db: worked.ctx.journal_writer.append(db, "a", [lawful, twice])
        )
    with pytest.raises(RuleRefused) as caught:
        worked.ctx.ledger.write(
            lambda db: worked.ctx.journal_writer.append(
                db, "b", [Draft("nobody", "x", InvitationClosed("idle"))]
            )
        )
    assert caught.value.code == "journal.base_missing"
    assert worked.written() == count
    assert worked.ctx.ledger.read(lambda db: aggregates.load(db, "visit-x")) is None


# What the hub's answer marks


def answer(hall: Hall, seq: int, digest: str = "", **more: object) -> Answer:
    """An answer of the hub: stored up to `seq`."""
    found = rows(hall)
    known = next((e.hash for s, _, e in found if s == seq), "")
    fields: dict[str, object] = {
        "protocol": 1, "nonce": b"", "terminal_id": "", "epoch": found[0][1],
        "stored_seq": seq, "stored_hash": digest or known, "hub_time": 0, "hub_epoch": "",
        "hub_seq": 0,
    }  # fmt: skip
    return Answer(**(fields | more))  # type: ignore[arg-type]


def test_only_what_the_hub_has_is_marked(worked: Hall) -> None:
    marked = worked.ctx.ledger.write(lambda db: outbox.acknowledge(db, answer(worked, 4), now=7))
    assert marked == 4
    status = worked.ctx.journal.status()
    assert (status.acknowledged, status.waiting) == (4, status.written - 4)
    pending = worked.ctx.ledger.read(lambda db: outbox.pending(db))
    assert pending is not None
    assert pending.entries[0].read_header().seq == 5


def test_another_hash_at_this_place_marks_nothing(worked: Hall) -> None:
    wrong = answer(worked, 4, digest="0" * 64)
    assert worked.ctx.ledger.write(lambda db: outbox.acknowledge(db, wrong, 7)) == 0
    assert worked.ctx.journal.status().acknowledged == 0


def test_effects_are_shown_with_their_reason(worked: Hall) -> None:
    found = rows(worked)
    first, second = found[0][2], found[1][2]
    effects = (
        Effect(first.read_header().record_id, first.hash, "applied"),
        Effect(second.read_header().record_id, second.hash, "refused", "case.incomplete_record"),
        Effect(found[2][2].read_header().record_id, "0" * 64, "conflict"),
    )
    told = answer(worked, 4, effects=effects)
    worked.ctx.ledger.write(lambda db: outbox.acknowledge(db, told, 7))
    lines = {line.seq: line for line in worked.ctx.journal.lines()}
    # What was applied is told by the feed, in the hub's order among what others did.
    assert (lines[1].state, lines[2].state, lines[2].code) == (
        "acknowledged", "refused", "case.incomplete_record",
    )  # fmt: skip
    worked.ctx.ledger.write(lambda db: outbox.take_effect(db, effects[0], 8))
    lines = {line.seq: line for line in worked.ctx.journal.lines()}
    assert lines[1].state == "applied"
    # An effect of other bytes is not ours.
    assert lines[3].state == "acknowledged"
    assert [line.seq for line in worked.ctx.journal.lines(state="refused")] == [2]


def test_a_hub_that_lost_its_end_gets_it_again(worked: Hall) -> None:
    everything = worked.written()
    worked.ctx.ledger.write(lambda db: outbox.acknowledge(db, answer(worked, everything), 7))
    assert worked.ctx.journal.status().waiting == 0
    worked.ctx.ledger.write(lambda db: outbox.acknowledge(db, answer(worked, 3), 8))
    assert worked.ctx.journal.status().waiting == everything - 3


def test_a_stretch_is_bounded_but_never_empty(worked: Hall) -> None:
    def stretch(limit: int, size: int) -> int:
        found = worked.ctx.ledger.read(lambda db: outbox.pending(db, limit, size))
        assert found is not None
        return len(found.entries)

    assert stretch(3, 1 << 20) == 3
    assert stretch(100, 1) == 1
    assert stretch(100, 1 << 20) == worked.written()


def test_a_fork_keeps_both_branches(worked: Hall) -> None:
    before = rows(worked)
    epoch = before[0][1]
    moved = worked.ctx.ledger.write(lambda db: worked.ctx.journal_writer.leave_fork(db, epoch, 5))
    after = rows(worked)
    assert moved == len(before) - 4
    assert [e for _, _, e in after[: len(before)]] == [e for _, _, e in before]
    fresh = after[len(before) :]
    assert [e.read_header().seq for _, _, e in fresh] == list(range(1, moved + 2))
    opened = entries.to_record(fresh[0][2])
    assert opened is not None
    assert opened.body.previous_hash == before[-1][2].hash  # type: ignore[attr-defined]
    assert [e.read_header().record_id for _, _, e in fresh[1:]] == [
        e.read_header().record_id for _, _, e in before[4:]
    ]
    assert [e.payload for _, _, e in fresh[1:]] == [e.payload for _, _, e in before[4:]]
    assert worked.ctx.journal.verify().holds
    assert worked.written() == len(before) + 1
    # Work goes on in the new epoch, and an old action still has its one answer.
    worked.ctx.intake.receive(worked.complete(), worked.clerk)
    again = worked.ctx.ledger.read(
        lambda db: journal.records_of_action(db, before[-1][2].read_header().action_id)
    )
    assert all(not one.record_id.startswith("forked/") for one in again)
    # A second word about the same fork moves nothing.
    assert (
        worked.ctx.ledger.write(lambda db: worked.ctx.journal_writer.leave_fork(db, epoch, 5)) == 0
    )


def test_a_clock_that_goes_back_breaks_no_order(
    make_context: Callable[..., Context], data_dir: Path, hall_clock: FixedClock
) -> None:
    hall = Hall(make_context(data_dir))
    for days in (0, -400, 800):
        hall_clock.advance(days=days)
        hall.ctx.intake.receive(hall.complete(), hall.clerk)
    assert hall.ctx.journal.verify().holds
    assert [s for s, _, _ in rows(hall)] == list(range(1, hall.written() + 1))
