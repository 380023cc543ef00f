"""Storing: everything authentic, once, in its place; nothing else."""

from __future__ import annotations

import os
from typing import Any

import msgspec
import pytest
import zstandard

from hub.enrol import revoke
from hub.hub import Hub
from hub.store import entries
from terminal.domain.records import CaseReceived, EpochOpened
from terminal.ids import SystemRandomness
from terminal.protocol import wire
from terminal.protocol.entry import GENESIS, Entry
from terminal.protocol.suites import STANDARD
from tests.hub.line import Line, TestTerminal


def counts(hub: Hub) -> dict[str, int]:
    with hub.store.reading() as database:
        return entries.counts(database)


def test_a_batch_is_stored_and_answered_with_its_effects(hub: Hub, terminal: TestTerminal) -> None:
    terminal.accept(terminal.receive())
    answer = terminal.push()
    assert answer.refusal == ""
    assert (answer.stored_seq, answer.stored_hash) == (4, terminal.entries[-1].hash)
    assert [effect.effect for effect in answer.effects] == ["applied"] * 4
    # The number of the case is the hub's own entry, behind the one that opened its epoch.
    assert answer.hub_seq == 2
    assert answer.hub_epoch


def test_the_same_batch_again_is_the_same_answer_for_ever(hub: Hub, terminal: TestTerminal) -> None:
    terminal.accept(terminal.receive())
    first = terminal.push()
    before = counts(hub)
    for part in (terminal.entries, terminal.entries[1:], terminal.entries[-1:]):
        again = terminal.push(part)
        assert (again.stored_seq, again.stored_hash) == (first.stored_seq, first.stored_hash)
        assert again.effects == first.effects[-len(part) :]
    assert counts(hub) == before
    partly = terminal.push(terminal.entries[:2])
    assert partly.stored_seq == 2, "never more than the batch itself proves"


def test_a_batch_may_overlap_what_is_stored(hub: Hub, terminal: TestTerminal) -> None:
    terminal.push()
    terminal.receive()
    terminal.push(terminal.entries[:2])
    answer = terminal.push()
    assert answer.stored_seq == 3
    assert counts(hub)["entries"] == 3


def test_a_gap_stores_nothing_and_says_where_to_go_on(hub: Hub, terminal: TestTerminal) -> None:
    terminal.receive()
    terminal.push(terminal.entries[:1])
    answer = terminal.push(terminal.entries[2:])
    assert (answer.stored_seq, answer.stored_hash) == (1, terminal.entries[0].hash)
    assert answer.fork is None
    assert counts(hub)["entries"] == 1


def test_the_stored_bytes_are_the_sent_bytes(hub: Hub, terminal: TestTerminal) -> None:
    terminal.accept(terminal.receive())
    terminal.push()
    with hub.store.reading() as database:
        for entry in terminal.entries:
            stored = entries.entry_by_hash(database, entry.hash)
            assert stored is not None
            assert (stored.entry.header, stored.entry.payload) == (entry.header, entry.payload)


def test_a_cloned_disk_is_a_fork_and_both_branches_are_kept(
    hub: Hub, terminal: TestTerminal
) -> None:
    terminal.receive()
    terminal.push()
    common = terminal.entries[:1]
    here = terminal.entries[1].hash
    terminal.entries = list(common)
    terminal.receive()
    answer = terminal.push()
    assert answer.fork == wire.Fork(terminal.epoch, 2, here)
    assert (answer.stored_seq, answer.stored_hash) == (1, common[0].hash)
    assert answer.refusal == ""
    found = counts(hub)
    assert (found["entries"], found["forks"]) == (3, 2)
    # The branch goes on in a new epoch, and is judged there.
    branch = terminal.entries[1:]
    old = terminal.epoch
    terminal.epoch, terminal.entries = SystemRandomness().uuid7(), []
    terminal.append(f"terminal/{terminal.id}", EpochOpened("fork", old, branch[-1].hash))
    terminal.receive()
    answer = terminal.push()
    assert answer.fork is None
    assert {effect.effect for effect in answer.effects} == {"applied"}


def test_a_fork_behind_the_end_acknowledges_nothing_that_is_not_proven(
    hub: Hub, terminal: TestTerminal
) -> None:
    terminal.receive()
    terminal.push()
    terminal.entries = terminal.entries[:1]
    terminal.receive()
    terminal.receive()
    answer = terminal.push(terminal.entries[3:])
    assert answer.fork is not None
    assert answer.fork.seq == 3
    assert answer.stored_seq == 0
    assert counts(hub)["entries"] == 3


def test_a_second_entry_of_one_record_is_stored_and_has_no_effect(
    hub: Hub, terminal: TestTerminal
) -> None:
    taken = terminal.receive()
    terminal.push()
    action = terminal.entries[2].read_header().action_id
    terminal.visit()
    body = msgspec.json.decode(terminal.entries[2].payload or b"", type=dict[str, Any])["body"]
    again = msgspec.structs.replace(
        msgspec.convert(body, CaseReceived), receipt_number="5116-09-261123-KTM7-0099-7"
    )
    assert terminal.append(taken.case_id, again, action=action) == taken.head
    answer = terminal.push()
    assert answer.fork is None
    assert answer.stored_seq == 5
    last = answer.effects[-1]
    assert (last.record_id, last.effect, last.code) == (
        taken.head,
        "conflict",
        "hub.record_twice",
    )
    with hub.store.reading() as database:
        first = entries.effect_of(database, taken.head)
    assert first is not None
    assert first.effect == "applied"


def test_an_entry_whose_hash_differs_refuses_the_batch(hub: Hub, terminal: TestTerminal) -> None:
    terminal.receive()
    bad = msgspec.structs.replace(terminal.entries[1], hash="0" * 64)
    answer = terminal.push([terminal.entries[0], bad])
    assert answer.refusal == "journal.hash_differs"
    assert answer.stored_seq == 0
    assert counts(hub)["entries"] == 0


def test_a_damaged_payload_does_not_stop_what_is_behind_it(
    hub: Hub, terminal: TestTerminal
) -> None:
    poisoned = terminal.receive()
    healthy = terminal.receive()
    whole = terminal.entries[2]
    terminal.entries[2] = msgspec.structs.replace(whole, payload=b"{}")
    answer = terminal.push()
    assert answer.stored_seq == 5
    effects = {effect.record_id: effect for effect in answer.effects}
    assert effects[poisoned.head].effect == "refused"
    assert effects[healthy.head].effect == "applied"
    # The whole payload, sent later, is taken in.
    terminal.entries[2] = whole
    effects = {effect.record_id: effect for effect in terminal.push().effects}
    assert effects[poisoned.head].effect == "applied"


def test_bytes_that_nobody_can_read_keep_their_place(hub: Hub, terminal: TestTerminal) -> None:
    garbage = b"\xff\x00 not a header"
    digest = STANDARD.digest(garbage).hex()
    terminal.entries.append(Entry(garbage, b"x", digest))
    terminal.receive()
    # The entry behind it continues the chain from its hash.
    answer = terminal.push()
    assert answer.refusal == ""
    assert answer.stored_seq == 4
    assert [effect.effect for effect in answer.effects] == [
        "applied",
        "refused",
        "applied",
        "applied",
    ]
    alone = terminal.push(terminal.entries[1:2])
    assert alone.stored_seq == 2
    assert counts(hub)["entries"] == 4


def test_a_kind_of_the_future_is_held(hub: Hub, terminal: TestTerminal) -> None:
    class Unheard(EpochOpened, frozen=True):
        kind = "unheard_of"

    terminal.append("x", Unheard("created"))
    answer = terminal.push()
    assert answer.effects[-1].effect == "held"
    assert answer.effects[-1].code == "journal.unknown_kind"


def test_another_terminals_origin_is_refused(
    hub: Hub, terminal: TestTerminal, other: TestTerminal
) -> None:
    terminal.receive()
    stolen = other.push(terminal.entries, epoch=terminal.epoch)
    assert stolen.refusal == "hub.foreign_origin"
    claimed = other.push(terminal.entries, terminal_id=terminal.id)
    assert claimed.refusal == "hub.foreign_terminal"
    assert counts(hub)["entries"] == 0


def test_strangers_and_the_revoked_store_nothing(
    hub: Hub, line: Line, terminal: TestTerminal
) -> None:
    terminal.receive()
    batch = terminal.batch()
    stranger = STANDARD.new_private_key()
    reply = line.call("POST", wire.PATH_PUSH, wire.seal(batch, stranger))
    assert reply.status == 401
    refused = terminal.read(reply, wire.Answer, batch.nonce)
    assert (refused.refusal, refused.terminal_id) == ("hub.unknown_terminal", terminal.id)

    envelope = wire.open_envelope(wire.seal(batch, terminal.key))
    forged = msgspec.structs.replace(envelope, signature=bytes(64))
    reply = line.call("POST", wire.PATH_PUSH, msgspec.msgpack.encode(forged))
    assert reply.status == 401
    assert terminal.read(reply, wire.Answer, batch.nonce).refusal == "hub.wrong_signature"

    revoke(hub, terminal.id)
    reply = line.call("POST", wire.PATH_PUSH, wire.seal(batch, terminal.key))
    assert reply.status == 403
    assert terminal.read(reply, wire.Answer, batch.nonce).refusal == "hub.revoked"
    assert counts(hub)["entries"] == 0


def test_the_answer_echoes_the_nonce_of_the_question(terminal: TestTerminal) -> None:
    nonce = os.urandom(16)
    answer = terminal.push(nonce=nonce)
    assert answer.nonce == nonce
    again = terminal.push()
    assert again.nonce != nonce


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>portal</html>", b"\x84", os.urandom(400), msgspec.msgpack.encode({"a": 1})],
    ids=["empty", "html", "cut off", "random", "another message"],
)
@pytest.mark.parametrize("path", [wire.PATH_PUSH, wire.PATH_PULL, wire.PATH_ENROL, wire.PATH_WAIT])
def test_garbage_gets_a_signed_refusal(
    hub: Hub, line: Line, terminal: TestTerminal, body: bytes, path: str
) -> None:
    reply = line.call("POST", path, body)
    assert reply.status in (400, 401)
    kind = {
        wire.PATH_PUSH: wire.Answer,
        wire.PATH_ENROL: wire.Enrolment,
        wire.PATH_PULL: wire.PullAnswer,
        wire.PATH_WAIT: wire.PullAnswer,
    }[path]
    assert terminal.read(reply, kind, b"").refusal  # type: ignore[attr-defined]


def test_too_much_is_refused_packed_or_plain(line: Line, terminal: TestTerminal) -> None:
    plain = line.call("POST", wire.PATH_PUSH, bytes(wire.MAX_BODY_BYTES + 1))
    assert plain.status == 413
    bomb = zstandard.ZstdCompressor().compress(bytes(64 << 20))
    packed = line.call("POST", wire.PATH_PUSH, bomb, {"content-encoding": "zstd"})
    assert packed.status == 413
    assert terminal.read(packed, wire.Answer, b"").refusal == "hub.too_large"


def test_a_batch_may_be_packed(hub: Hub, line: Line, terminal: TestTerminal) -> None:
    batch = terminal.batch()
    packed = zstandard.ZstdCompressor().compress(wire.seal(batch, terminal.key))
    reply = line.call("POST", wire.PATH_PUSH, packed, {"content-encoding": "zstd"})
    assert reply.status == 200
    assert terminal.read(reply, wire.Answer, batch.nonce).stored_seq == 1


def test_an_empty_batch_asks_how_far_the_hub_is(terminal: TestTerminal) -> None:
    assert terminal.push([]).stored_hash == GENESIS
    terminal.push()
    assert terminal.push([]).stored_seq == 1


def test_a_batch_of_broken_links_is_refused(hub: Hub, terminal: TestTerminal) -> None:
    terminal.receive()
    first, _, third = terminal.entries
    assert terminal.push([first, third]).refusal == "hub.broken_batch"
    assert counts(hub)["entries"] == 0


def test_names_that_a_store_cannot_keep_stop_nothing(hub: Hub, terminal: TestTerminal) -> None:
    """U+0000 and names longer than an index takes: PostgreSQL knows neither."""
    long = os.urandom(4_000).hex()
    poisoned = [
        terminal.receive(case_id="null\0byte"),
        terminal.receive(case_id=long),
    ]
    odd = terminal.receive(organ=f"局\0{long}", receipt_number=f"{long}\0")
    waiting = terminal.receive()
    terminal.append(waiting.case_id, EpochOpened("created"), needs=(long, "\0"))
    healthy = terminal.accept(terminal.receive())
    answer = terminal.push()
    assert answer.stored_seq == len(terminal.entries)
    by_hash = {effect.entry_hash: effect for effect in answer.effects}
    heads = {entry.read_header().record_id: entry.hash for entry in terminal.entries}
    for taken in poisoned:
        effect = by_hash[heads[taken.head]]
        assert (effect.effect, effect.code) == ("refused", "journal.bad_header")
    assert by_hash[heads[odd.head]].effect == "applied"
    assert by_hash[heads[healthy.head]].effect == "applied"
    assert counts(hub)["unjudged"] == 0
    again = terminal.push()
    assert again.effects == answer.effects
    epoch = terminal.push(epoch="\0", entries=()).refusal
    assert epoch == "hub.foreign_epoch"
