"""What goes over a bad line: stretches halved and packed, scans in pieces; and a catalogue."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import msgspec
from PIL import Image

from hub import catalogue
from hub.hub import Hub
from hub.store import projections
from terminal.domain.case import Case
from terminal.domain.catalogue import Way
from terminal.domain.materials import received
from terminal.errors import SyncError
from terminal.protocol import wire
from terminal.protocol.snapshot import Line as SnapshotLine
from terminal.services import drafts
from terminal.store import blob_rows
from terminal.sync.transport import HttpReply
from tests.core.hall import LEASE, PLAIN, Hall
from tests.core.sync.conftest import FaultyLine
from tests.core.sync.rounds import PORTAL, Send, accepted, at_hub, here, refused, worker


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
    entry = msgspec.structs.replace(received(LEASE, way=Way.UPLOAD), blobs=(blob,))
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
