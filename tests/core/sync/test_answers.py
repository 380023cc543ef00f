"""Answers that are none: lost, forged, old, cut off, of a portal; and entries nobody can read."""

from __future__ import annotations

import os
from collections.abc import Callable

import msgspec
import zstandard

from hub.hub import Hub
from hub.store import projections
from terminal.domain.case import Case, CaseState
from terminal.errors import SyncError
from terminal.protocol import wire
from terminal.protocol.suites import STANDARD
from terminal.sync.transport import HttpReply
from tests.core.hall import Hall
from tests.core.sync.conftest import FaultyLine
from tests.core.sync.rounds import PORTAL, Send, accepted, at_hub, cases_at, here, refused, worker


def test_an_answer_lost_after_the_commit_doubles_nothing(
    joined: Hall, hub: Hub, line: FaultyLine
) -> None:
    accepted(joined)

    def lose(send: Send) -> HttpReply:
        send()
        raise SyncError("sync.unreachable")

    line.faults = [lose]
    assert refused(joined) == "sync.unreachable"
    assert joined.ctx.journal.status().acknowledged == 0
    stored = at_hub(hub, joined)
    assert stored
    worker(joined).once()
    assert at_hub(hub, joined) == here(joined)
    assert len(set(at_hub(hub, joined))) == len(at_hub(hub, joined))
    assert len(cases_at(hub)) == 1


def signed_by_somebody(send: Send) -> HttpReply:
    answer = msgspec.msgpack.decode(send().body, type=wire.Envelope)
    other = STANDARD.new_private_key()
    forged = msgspec.structs.replace(answer, signature=STANDARD.sign(other, answer.body))
    return HttpReply(200, msgspec.msgpack.encode(forged))


def answer_to_another_request(hub: Hub) -> Callable[[Send], HttpReply]:
    def replay(send: Send) -> HttpReply:
        envelope = wire.open_envelope(send().body)
        answer = msgspec.msgpack.decode(envelope.body, type=wire.Answer)
        old = msgspec.structs.replace(answer, nonce=b"0" * 16)
        return HttpReply(200, wire.seal(old, hub.keys.signing))

    return replay


def bomb(_send: Send) -> HttpReply:
    """A small body that would become a gigabyte, if anybody unpacked it."""
    zeros = zstandard.ZstdCompressor(level=19).compress(b"\0" * (64 << 20))
    return HttpReply(200, zeros, {"content-encoding": "zstd"})


def answer_with(hub: Hub, **changes: object) -> Callable[[Send], HttpReply]:
    """The hub's own answer, signed by it, but saying something else."""

    def change(send: Send) -> HttpReply:
        envelope = wire.open_envelope(send().body)
        answer = msgspec.msgpack.decode(envelope.body, type=wire.Answer)
        changed = msgspec.structs.replace(answer, **changes)
        return HttpReply(200, wire.seal(changed, hub.keys.signing))

    return change


def unknown_suite(send: Send) -> HttpReply:
    envelope = msgspec.structs.replace(wire.open_envelope(send().body), suite="gm")
    return HttpReply(200, msgspec.msgpack.encode(envelope))


def test_only_the_hubs_own_word_acknowledges(joined: Hall, hub: Hub, line: FaultyLine) -> None:
    accepted(joined)
    count = joined.written()
    for fault, code in (
        (lambda _send: HttpReply(200, PORTAL), "sync.no_envelope"),
        (lambda _send: HttpReply(200, b""), "sync.no_envelope"),
        (lambda send: HttpReply(200, send().body[:-9]), "sync.no_envelope"),
        (lambda _send: HttpReply(503, b"busy"), "sync.hub_busy"),
        (lambda _send: HttpReply(502, b"<html>Bad Gateway</html>"), "sync.hub_busy"),
        (lambda _send: HttpReply(501, b"<!DOCTYPE HTML><html>"), "sync.no_envelope"),
        (signed_by_somebody, "sync.wrong_signature"),
        (answer_to_another_request(hub), "sync.wrong_answer"),
        (lambda _send: HttpReply(302, b"", {"location": "http://portal/"}), "sync.no_envelope"),
        (lambda _send: HttpReply(200, b"\x84" + os.urandom(2000)), "sync.no_envelope"),
        (lambda _send: HttpReply(200, b"\x91" * 100_000), "sync.no_envelope"),
        (lambda _send: HttpReply(200, b"x" * (wire.MAX_BODY_BYTES + 1)), "sync.too_large"),
        (bomb, "sync.no_envelope"),
        (unknown_suite, "sync.unknown_suite"),
        (answer_with(hub, terminal_id="somebody-else"), "sync.wrong_answer"),
        (answer_with(hub, epoch="another-epoch"), "sync.wrong_answer"),
        (answer_with(hub, stored_hash="0" * 64), "sync.nothing_acknowledged"),
    ):
        line.faults = [fault]
        assert refused(joined) == code
        assert joined.ctx.journal.status().acknowledged == 0
        assert joined.written() == count
    worker(joined).once()
    assert joined.ctx.journal.status().waiting == 0


def test_the_answer_to_an_old_batch_acknowledges_no_new_one(joined: Hall, line: FaultyLine) -> None:
    accepted(joined)
    old: list[HttpReply] = []

    def keep(send: Send) -> HttpReply:
        old.append(send())
        return old[0]

    line.faults = [keep]
    worker(joined).once()
    acknowledged = joined.ctx.journal.status().acknowledged
    accepted(joined)
    line.faults = [lambda _send: old[0]]
    assert refused(joined) == "sync.wrong_answer"
    assert joined.ctx.journal.status().acknowledged == acknowledged
    worker(joined).once()
    assert joined.ctx.journal.status().waiting == 0


def test_a_changed_feed_is_not_believed(joined: Hall, hub: Hub, line: FaultyLine) -> None:
    accepted(joined)
    worker(joined).once()

    def gap(send: Send) -> HttpReply:
        envelope = wire.open_envelope(send().body)
        answer = msgspec.msgpack.decode(envelope.body, type=wire.PullAnswer)
        pages = tuple(
            msgspec.structs.replace(
                page,
                rows=tuple(msgspec.structs.replace(r, position=r.position + 1) for r in page.rows),
            )
            for page in answer.pages
        )
        changed = msgspec.structs.replace(answer, pages=pages)
        return HttpReply(200, wire.seal(changed, hub.keys.signing))

    case_id = accepted(joined)
    line.faults = [None, gap]
    assert refused(joined) == "sync.feed_broken"
    worker(joined).once()
    assert joined.ctx.cases.case(case_id).case_number


def test_a_poisoned_entry_blocks_nothing_behind_it(joined: Hall, hub: Hub) -> None:
    from terminal.domain.records import InvitationClosed
    from terminal.protocol.entry import Draft
    from terminal.store.tables.ledger import EntryRow as OwnRow

    accepted(joined)
    poison = Draft("nobody", "", InvitationClosed("idle"))

    def write_unlawful(db: object) -> None:
        writer = joined.ctx.journal_writer
        lawful, writer._judge = writer._judge, lambda *_: ""  # type: ignore[method-assign]
        try:
            writer.append(db, "poison", [poison])  # type: ignore[arg-type]
        finally:
            writer._judge = lawful  # type: ignore[method-assign]

    joined.ctx.ledger.write(write_unlawful)

    def unreadable(db: object) -> None:
        query = OwnRow.update(payload=b'{"salt":"","body":{},"body":{}}')
        query.where(OwnRow.record_id == here(joined)[2]).execute(db)

    joined.ctx.ledger.write(unreadable)
    case_id = accepted(joined)
    worker(joined).once()
    states = {line.record_id: line for line in joined.ctx.journal.lines()}
    assert joined.ctx.journal.status().waiting == 0
    assert len(at_hub(hub, joined)) == joined.written()
    with hub.store.reading() as database:
        there = projections.load(database, case_id)
    assert isinstance(there, Case)
    assert there.state is CaseState.ACCEPTED
    trouble = {line.kind: line.state for line in states.values() if line.state != "applied"}
    assert trouble["invitation_closed"] in {"held", "refused"}
