"""The one loop against the real hub: nothing lost, nothing doubled, whatever the line does."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
import zstandard
from PIL import Image

from hub import catalogue
from hub.desk.acts import DeskActs
from hub.enrol import revoke
from hub.hub import Hub
from hub.store import projections
from hub.store.people import Account
from hub.store.tables import EntryRow
from terminal.context import Context
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import Way
from terminal.domain.numbers import case_place
from terminal.domain.records import Outcome
from terminal.errors import SyncError
from terminal.protocol import wire
from terminal.protocol.snapshot import Line as SnapshotLine
from terminal.protocol.suites import STANDARD
from terminal.services import drafts
from terminal.store import blob_rows, lists
from terminal.sync.backoff import BASE_SECONDS, CAP_SECONDS, Backoff
from terminal.sync.transport import HttpReply
from terminal.sync.worker import SyncWorker
from tests.core.hall import LEASE, ORGAN, PLAIN, Hall, until
from tests.core.sync.conftest import FaultyLine, Join

Send = Callable[[], HttpReply]


def worker(hall: Hall) -> SyncWorker:
    """The terminal's loop."""
    assert hall.ctx.sync is not None
    return hall.ctx.sync


def at_hub(hub: Hub, hall: Hall) -> list[str]:
    """The record ids that the hub has stored of a terminal, in their order."""
    with hub.store.reading() as database:
        query = (
            EntryRow.select(EntryRow.record_id)
            .where(EntryRow.origin == hall.ctx.keys.terminal_id)
            .order_by(EntryRow.id)
        )
        return [one for (one,) in query.tuples().execute(database)]


def here(hall: Hall) -> list[str]:
    """The record ids of the terminal's journal."""
    return [line.record_id for line in reversed(hall.ctx.journal.lines())]


def cases_at(hub: Hub) -> list[Case]:
    """The cases that the hub has made of what it was sent."""
    with hub.store.reading() as database:
        return projections.cases(database, None, tuple(CaseState))


def refused(hall: Hall) -> str:
    """The code with which a round ends."""
    with pytest.raises(SyncError) as caught:
        worker(hall).once()
    assert caught.value.sentence()
    return caught.value.code


def accepted(hall: Hall) -> str:
    """Accept a plain matter; returns its case id."""
    return hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk).case.case_id


def test_everything_arrives_is_acknowledged_and_applied(joined: Hall, hub: Hub) -> None:
    case_id = accepted(joined)
    worker(joined).once()
    assert at_hub(hub, joined) == here(joined)
    status = joined.ctx.journal.status()
    assert (status.waiting, status.hub) == (0, "connected")
    assert {line.state for line in joined.ctx.journal.lines()} == {"applied"}
    with hub.store.reading() as database:
        there = projections.load(database, case_id)
    assert isinstance(there, Case)
    assert there.state is CaseState.ACCEPTED


def test_the_case_number_comes_down(joined: Hall) -> None:
    case_id = accepted(joined)
    assert joined.ctx.cases.case(case_id).case_number == ""
    worker(joined).once()
    worker(joined).once()
    assert joined.ctx.cases.case(case_id).case_number.startswith("5116-2026-")


def test_a_decision_comes_down_once(joined: Hall, hub: Hub) -> None:
    case_id = accepted(joined)
    worker(joined).once()
    official = Account("zhou", "周强", ORGAN.name, "执-0001", False, "")
    DeskActs(hub, official).decide(
        case_id, outcome=Outcome.GRANTED, document_number="大市监许〔2026〕1号",
        enforcement_number="执-0001", reason="", basis="", action_id="decide-1",
    )  # fmt: skip
    told: list[str] = []
    joined.ctx.events.subscribe(lambda event: told.append(event.name))
    worker(joined).once()
    worker(joined).once()
    case = joined.ctx.cases.case(case_id)
    assert case.state is CaseState.DECIDED
    assert case.decision is not None
    assert case.decision.decider.name == "周强"
    assert [s.kind for s in case.history].count("case_decided") == 1
    assert "progress_changed" in told
    assert joined.ctx.cases.mine(joined.clerk) == ()


# The line


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


PORTAL = "<html><body>请登录校园网</body></html>".encode()


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


def test_a_slow_line_gets_packed_batches_and_an_old_hub_plain_ones(
    joined: Hall, hub: Hub, line: FaultyLine
) -> None:
    for _ in range(3):
        accepted(joined)
    sync = worker(joined)
    sync._speed.measured(100_000, 10_000)
    assert sync._speed.slow
    sync.once()
    assert line.packed >= 1
    assert joined.ctx.journal.status().waiting == 0
    assert at_hub(hub, joined) == here(joined)
    accepted(joined)
    line.faults = [lambda _send: HttpReply(415, b"")]
    sync.once()
    assert joined.ctx.journal.status().waiting == 0
    assert not sync._speed.slow


def test_what_no_smaller_batch_can_mend_halves_none(joined: Hall, line: FaultyLine) -> None:
    accepted(joined)
    for _ in range(3):
        line.faults = [lambda _send: HttpReply(200, PORTAL)]
        assert refused(joined) == "sync.no_envelope"
    assert set(line.batches) == {joined.written()}


def test_a_stretch_is_halved_until_it_passes(joined: Hall, hub: Hub, line: FaultyLine) -> None:
    for _ in range(4):
        accepted(joined)

    def narrow(send: Send) -> HttpReply:
        if line.batches[-1] > 3 and line.requests[-1] == wire.PATH_PUSH:
            raise SyncError("sync.unreachable")
        return send()

    rounds = 0
    while joined.ctx.journal.status().waiting and rounds < 20:
        rounds += 1
        line.faults = [narrow] * 40
        with contextlib.suppress(SyncError):
            worker(joined).once()
    assert joined.ctx.journal.status().waiting == 0
    assert line.batches[:2] == [joined.written(), joined.written() // 2]
    assert min(line.batches) >= 1
    # It grows again where it may.
    assert line.batches[-1] >= 2
    line.faults = []
    assert at_hub(hub, joined) == here(joined)


def test_while_the_hub_is_down_work_goes_on_and_arrives_later(
    joined: Hall, hub: Hub, line: FaultyLine
) -> None:
    sync = worker(joined)
    line.down = True
    sync.start()
    until(lambda: joined.ctx.journal.status().hub == "unreachable")
    saved = joined.ctx.intake.accept(joined.complete(PLAIN), joined.clerk)
    assert saved.offline
    line.down = False
    sync.wake()
    until(lambda: joined.ctx.journal.status().waiting == 0)
    until(lambda: joined.ctx.journal.status().hub == "connected")
    online = joined.ctx.intake.accept(joined.complete(PLAIN), joined.clerk)
    assert not online.offline
    until(lambda: joined.ctx.journal.status().waiting == 0)
    sync.stop()
    assert at_hub(hub, joined) == here(joined)
    assert len(cases_at(hub)) == 2


def test_a_hub_that_is_down_is_not_asked_in_a_hot_loop(joined: Hall, line: FaultyLine) -> None:
    line.down = True
    sync = worker(joined)
    sync.start()
    until(lambda: len(line.requests) >= 1)
    for _ in range(30):
        accepted(joined)
    assert len(line.requests) <= 6
    sync.stop()


def test_back_off_is_bounded_and_never_hot() -> None:
    class Ones:
        def token_bytes(self, count: int) -> bytes:
            return b"\xff" * count

        def uuid7(self) -> str:
            return ""

    class Zeros(Ones):
        def token_bytes(self, count: int) -> bytes:
            return b"\0" * count

    longest = Backoff(Ones())
    delays = [longest.next_delay() for _ in range(60)]
    assert delays[0] == pytest.approx(BASE_SECONDS, rel=0.01)
    assert delays == sorted(delays)
    assert max(delays) <= CAP_SECONDS
    longest.reset()
    assert longest.next_delay() == delays[0]
    lucky = Backoff(Zeros())
    assert all(lucky.next_delay() >= 0.5 for _ in range(60))


def test_a_revoked_terminal_is_told_and_keeps_its_records(joined: Hall, hub: Hub) -> None:
    accepted(joined)
    revoke(hub, joined.ctx.keys.terminal_id)
    assert refused(joined) == "hub.revoked"
    assert joined.ctx.journal.status().waiting == joined.written()


def test_a_terminal_that_is_not_enrolled_sends_nothing(
    make_context: Callable[..., Context], line: FaultyLine, data_dir: Path
) -> None:
    hall = Hall(make_context(data_dir, transport=line))
    accepted(hall)
    worker(hall).once()
    assert worker(hall).state().state == "not_enrolled"
    assert line.requests == []


def test_an_enrolled_terminal_never_says_that_it_is_not(
    join: Join, make_line: Callable[[], FaultyLine], tmp_path: Path
) -> None:
    join(tmp_path / "t", make_line()).ctx.close()
    hall = join(tmp_path / "t", make_line())
    assert hall.ctx.journal.status().hub == "unreachable"
    worker(hall).once()
    assert hall.ctx.journal.status().hub == "connected"


# What the hub does not like, and what it lost


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


def test_a_disk_that_was_copied_forks_and_loses_nothing(
    join: Join, make_line: Callable[[], FaultyLine], hub: Hub, tmp_path: Path
) -> None:
    first = join(tmp_path / "first", make_line())
    accepted(first)
    worker(first).once()
    first.ctx.close()
    shutil.copytree(tmp_path / "first", tmp_path / "copy")
    first = join(tmp_path / "first", make_line())
    copy = join(tmp_path / "copy", make_line())
    assert first.ctx.keys.terminal_id == copy.ctx.keys.terminal_id
    mine, theirs = accepted(first), accepted(copy)
    worker(first).once()
    worker(copy).once()
    assert copy.ctx.journal.status().waiting == 0
    assert copy.ctx.journal.verify().holds
    assert copy.ctx.journal.verify().epochs == 2
    assert {c.case_id for c in cases_at(hub)} >= {mine, theirs}
    assert len(cases_at(hub)) == 3
    # Both go on, and the one that was first stays in its epoch.
    accepted(copy)
    accepted(first)
    for hall in (first, copy, first):
        worker(hall).once()
    assert len(cases_at(hub)) == 5
    assert first.ctx.journal.verify().epochs == 1
    numbers = {c.receipt_number for c in cases_at(hub)}
    assert len(numbers) == 5
    assert {first.ctx.journal.status().waiting, copy.ctx.journal.status().waiting} == {0}
    # The copy has given up the numbers that both disks counted, and takes none of them any more.
    leases = copy.ctx.ledger.read(lambda db: lists.leases(db, "case/5116/2026"))
    (void,) = [lease for lease in leases if lease.void_from]
    last = copy.ctx.cases.case(accepted(copy)).case_number
    assert not last or not void.first <= case_place(last)[2] <= void.last


def test_a_ledger_put_back_from_a_backup_goes_on_where_it_stands(
    join: Join, make_line: Callable[[], FaultyLine], hub: Hub, tmp_path: Path
) -> None:
    folder = tmp_path / "terminal"
    hall = join(folder, make_line())
    accepted(hall)
    hall.ctx.close()
    old = {name: (folder / name).read_bytes() for name in ("ledger.db",)}
    hall = join(folder, make_line())
    accepted(hall)
    worker(hall).once()
    hall.ctx.close()
    for name, data in old.items():
        (folder / name).write_bytes(data)
    hall = join(folder, make_line())
    again = accepted(hall)
    worker(hall).once()
    worker(hall).once()
    assert hall.ctx.journal.status().waiting == 0
    assert again in {c.case_id for c in cases_at(hub)}
    assert len(cases_at(hub)) == 3


# Files and the catalogue


def test_a_scan_arrives_whole_after_its_line_broke(
    joined: Hall, hub: Hub, line: FaultyLine, tmp_path: Path
) -> None:
    buffer = io.BytesIO()
    Image.effect_noise((1300, 1300), 90).convert("RGB").save(buffer, "PNG")
    assert len(buffer.getvalue()) > 2 * wire.BLOB_PIECE_BYTES
    path = tmp_path / "lease.png"
    path.write_bytes(buffer.getvalue())
    blob = joined.ctx.blobs.attach(path)
    draft = joined.complete()
    entry = msgspec.structs.replace(drafts.received(LEASE, way=Way.UPLOAD), blobs=(blob,))
    saved = joined.ctx.intake.accept(drafts.with_material(draft, entry), joined.clerk)

    def cut(send: Send) -> HttpReply:
        # The size is asked for, one piece arrives, the line breaks.
        if sum(path.startswith(wire.PATH_BLOB) for path in line.requests) > 2:
            raise SyncError("sync.unreachable")
        return send()

    line.faults = [cut] * 20
    assert refused(joined) == "sync.unreachable"
    held = {line.kind: line.state for line in joined.ctx.journal.lines()}
    assert held["case_received"] == "held"
    line.faults = []
    line.requests.clear()
    worker(joined).once()
    pieces = [p for p in line.requests if p.startswith(wire.PATH_BLOB)]
    assert len(pieces) - 1 < len(buffer.getvalue()) // wire.BLOB_PIECE_BYTES + 1
    with hub.store.reading() as database:
        there = projections.load(database, saved.case.case_id)
    assert isinstance(there, Case)
    assert joined.ctx.ledger.read(blob_rows.unconfirmed) == []
    states = {line.kind: line.state for line in joined.ctx.journal.lines()}
    assert states["case_received"] == states["case_accepted"] == "applied"


def test_a_published_catalogue_is_taken_over(joined: Hall, hub: Hub) -> None:
    new = msgspec.structs.replace(PLAIN, code="T-NEW", name="新发布的事项")
    catalogue.publish(hub, [SnapshotLine(item=new)])
    catalogue.publish(hub, [SnapshotLine(item=new), SnapshotLine(item=PLAIN)])
    worker(joined).once()
    assert joined.ctx.catalogue.item("T-NEW").name == "新发布的事项"
    assert joined.ctx.catalogue.search("新发布")[0].code == "T-NEW"


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


@pytest.mark.allow_warnings("terminal.sync.worker")
def test_the_loop_outlives_a_defect(
    joined: Hall, line: FaultyLine, caplog: pytest.LogCaptureFixture
) -> None:
    def defect(_send: Send) -> HttpReply:
        raise ZeroDivisionError

    accepted(joined)
    line.faults = [defect]
    sync = worker(joined)
    sync.start()
    until(lambda: "sync failed" in caplog.text)
    sync.wake()
    until(lambda: joined.ctx.journal.status().waiting == 0)
    sync.stop()
    assert not any(thread.name == "sync" for thread in threading.enumerate())
