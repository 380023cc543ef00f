"""Courier files at the hub: what a terminal sent on a stick is stored, and an answer goes back.

Batches and scans go through the same doors as those of the line, so whatever came before, or
comes again, changes nothing. The whole file is checked before anything of it is stored.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from hub import inbox, pull
from hub.blobs import Blobs
from hub.hub import Hub
from hub.restore import notice, taking
from hub.store import entries, people
from hub.store.people import TerminalData
from terminal.errors import InvalidInput
from terminal.protocol import courier as files
from terminal.protocol import wire
from terminal.protocol.courier import ANSWER, OUTBOX, CourierWriter, Frame, Head, Manifest
from terminal.protocol.courier_files import opened, place, written
from terminal.protocol.returns import HubPlace
from terminal.protocol.suites import STANDARD, key_id
from terminal.protocol.wire import Answer, Batch, BlobAnswer, BlobPiece, Cursor, Page

NONCE_BYTES = 16
JUDGED_WITHIN = 10.0
"""How long an answer waits for another process to judge what was just stored, in seconds."""

_MAX_PAGES = 10_000
_LOOK_SECONDS = 0.05


class TakenIn(msgspec.Struct):
    """What a file brought: `entries` and `blobs` it carries, `new` entries of them.

    `refused` are the codes of batches that were not acceptable; the rest is for the answer.
    """

    frame: Frame
    terminal: TerminalData
    entries: int = 0
    new: int = 0
    blobs: int = 0
    refused: list[str] = []
    manifest: Manifest | None = None
    answers: list[Answer] = []
    kept: dict[str, bool] = {}


def take_in(hub: Hub, path: Path, *, from_revoked: bool = False) -> TakenIn:
    """Check a file and store what it carries; the same file again changes nothing.

    `InvalidInput` when it is not for this hub, not from a terminal of its halls, or not whole;
    nothing was stored then. What a revoked terminal sends is stored only with `from_revoked`,
    a supervisor's decision.
    """
    with opened(path) as stream:
        head = files.read_head(stream)
        terminal = _sender(hub, head, from_revoked=from_revoked)
        files.check_whole(stream, head, terminal.public_key)
        stream.seek(len(head.data))
        return _store(hub, stream, head, terminal)


def write_answer(hub: Hub, taken: TakenIn, target: Path) -> Path | None:
    """Write the answer into the folder, or as the file, that `target` names; returns the file.

    It carries the answers to the batches, the names of the scans that are here whole, and what
    the terminal's feeds hold after the cursors that came along. None: the file asked for none.
    """
    manifest, asked = taken.manifest, taken.frame
    if manifest is None or not manifest.reply_key:
        return None
    frame = msgspec.structs.replace(
        asked,
        direction=ANSWER,
        suite=STANDARD.name,
        signer=hub.keys.id,
        recipient=key_id(manifest.reply_key),
        made_at=hub.now(),
    )
    path = place(target, frame)
    _await_judgement(hub, taken.terminal.hall)
    with written(path) as stream:
        writer = CourierWriter(stream, frame, manifest.reply_key, hub.keys.signing)
        for answer in taken.answers:
            writer.add(files.Acknowledged(answer))
        writer.add(files.Kept(tuple(name for name, whole in taken.kept.items() if whole)))
        for cursor in manifest.cursors:
            for page in _pages(hub, taken.terminal, cursor, manifest.heard):
                writer.add(files.Turned(page))
        writer.close()
    return path


def _sender(hub: Hub, head: Head, *, from_revoked: bool) -> TerminalData:
    """Return whose file this is; `InvalidInput` when it is not for this hub or from a stranger."""
    frame = head.frame
    if frame.direction != OUTBOX:
        raise InvalidInput("courier.not_an_outbox", number=frame.terminal_number)
    with hub.store.reading() as database:
        hall = people.hall(database, frame.hall)
        terminal = people.terminal_by_key(database, frame.signer)
    if hall is None:
        raise InvalidInput("courier.other_hall", hall=frame.hall_name)
    if frame.recipient != key_id(hub.keys.recovery_public):
        raise InvalidInput("courier.other_hub", hall=frame.hall_name)
    if terminal is None or terminal.id != frame.terminal_id:
        raise InvalidInput("courier.unknown_terminal", number=frame.terminal_number)
    if terminal.revoked_at and not from_revoked:
        raise InvalidInput("courier.revoked", number=terminal.label)
    return terminal


def _store(hub: Hub, stream: BinaryIO, head: Head, terminal: TerminalData) -> TakenIn:
    taken = TakenIn(head.frame, terminal)
    blobs = Blobs(hub)
    for message in files.messages(stream, head, hub.keys.recovery):
        match message:
            case Manifest():
                # As on the line: a hub that was taken back must not write on in its old epoch.
                notice.hear(hub, message.heard)
                taken.manifest = message
            case files.GivenBack(message=given):
                taking.take_back(hub, terminal, given)
            case files.Pushed(batch=batch):
                _store_batch(hub, taken, batch)
            case files.Scan(piece=piece):
                answer = _store_piece(blobs, terminal.id, piece)
                taken.kept[piece.sha256] = answer.complete
    taken.blobs = sum(taken.kept.values())
    return taken


def _store_batch(hub: Hub, taken: TakenIn, batch: Batch) -> None:
    if batch.terminal_id != taken.terminal.id:
        raise InvalidInput("courier.damaged")
    with hub.store.reading() as database:
        before = entries.chain_end(database, taken.terminal.id, batch.epoch).seq
    answer = inbox.receive(hub, taken.terminal, batch)
    if answer.refusal:
        taken.refused.append(answer.refusal)
        return
    taken.answers.append(answer)
    taken.entries += len(batch.entries)
    taken.new += max(0, answer.stored_seq - before)


def _store_piece(blobs: Blobs, terminal_id: str, piece: BlobPiece) -> BlobAnswer:
    """Put a piece behind what is here; a part of it may have come over the line."""
    answer = blobs.put(terminal_id, piece)
    inside = answer.received - piece.offset
    if not answer.complete and not answer.refusal and 0 < inside < len(piece.data):
        rest = msgspec.structs.replace(piece, offset=answer.received, data=piece.data[inside:])
        answer = blobs.put(terminal_id, rest)
    return answer


def _await_judgement(hub: Hub, hall: str) -> None:
    """Wait a little while for the process that judges this hall, so that results ride along.

    What is not judged by then stays out of this answer and comes with the next one.
    """
    deadline = time.monotonic() + JUDGED_WITHIN
    while time.monotonic() < deadline:
        with hub.store.reading() as database:
            if not entries.unjudged(database, 1, hall):
                return
        time.sleep(_LOOK_SECONDS)


def _pages(
    hub: Hub, terminal: TerminalData, cursor: Cursor, heard: HubPlace | None
) -> Iterator[Page]:
    """Return what a feed holds after a cursor, as the line would; nothing of a foreign feed."""
    for _ in range(_MAX_PAGES):
        nonce = hub.randomness.token_bytes(NONCE_BYTES)
        request = wire.PullRequest(
            wire.PROTOCOL_VERSION, terminal.id, nonce, (cursor,), pull.MAX_ROWS, heard
        )
        pages = pull.pull(hub, terminal, request).pages
        yield from pages
        if not pages or not pages[0].rows or not pages[0].more:
            return
        last = pages[0].rows[-1]
        cursor = Cursor(cursor.feed, pages[0].handle, last.position, last.hash, pages[0].signature)
