"""Courier files at the terminal: the pending journal goes out on a stick, its answer comes back.

Exporting marks nothing as sent: the line may come back meanwhile, sticks come back in another
order or never, and the same file twice changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import msgspec

from terminal.clock import Clock, today
from terminal.errors import InvalidInput, NotFound, StoreError
from terminal.events import EventBus
from terminal.ids import Randomness
from terminal.protocol import courier as files
from terminal.protocol import sets, wire
from terminal.protocol.courier import ANSWER, OUTBOX, CourierWriter, Frame, Head
from terminal.protocol.courier_files import check_room, opened, place, written
from terminal.protocol.entry import Entry
from terminal.protocol.returns import (
    MAX_RETURN_BYTES,
    MAX_RETURN_ENTRIES,
    HubPlace,
    Restored,
    Return,
)
from terminal.protocol.suites import STANDARD, key_id
from terminal.protocol.wire import Enrolment
from terminal.services.blobs import BlobsService
from terminal.services.courier_answers import AnswerTaker
from terminal.store import courier, hub_places
from terminal.store.courier import BatchNote, ExportNote
from terminal.store.database import Ledger
from terminal.store.journal import Journal
from terminal.store.keys import Keyring

logger = logging.getLogger(__name__)

NONCE_BYTES = 16
_ROOM_BESIDE = 1 << 20
_BYTES_BESIDE_ENTRY = 200


class Exported(msgspec.Struct, frozen=True):
    """What an export wrote: the file, how many entries and scans it carries, its size."""

    path: Path
    entries: int
    blobs: int
    bytes: int


class BroughtBack(msgspec.Struct, frozen=True):
    """What an answer changed here: entries newly acknowledged, effects and feed rows newly known.

    All are 0 when the same answer was brought back before.
    """

    acknowledged: int
    effects: int
    rows: int


class Shown(msgspec.Struct, frozen=True):
    """What anybody can see of a courier file; `mine`: this terminal can bring it back."""

    direction: str
    terminal_number: str
    hall_name: str
    made_at: int
    bytes: int
    mine: bool


class CourierService:
    """Makes courier files and takes their answers."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        journal: Journal,
        blobs: BlobsService,
        keys: Keyring,
        enrolment: Callable[[], Enrolment | None],
        clock: Clock,
        randomness: Randomness,
        events: EventBus,
    ) -> None:
        self._ledger = ledger
        self._journal = journal
        self._blobs = blobs
        self._keys = keys
        self._enrolment = enrolment
        self._clock = clock
        self._randomness = randomness
        self._events = events

    def export(self, folder: Path) -> Exported:
        """Write all that the hub has not acknowledged into a sealed file in `folder`.

        `folder` may also name the file itself, which must not be there. Works off the GUI
        thread and may take a minute for many scans. Nothing is marked as sent. Raises
        `InvalidInput` (`enrolment.needed`, `courier.no_folder`, `.no_room`, `.full`,
        `.read_only`, `.cannot_write` …); then no file was left behind.
        """
        enrolled = self._hub()
        frame = self._frame(enrolled)
        path = place(folder, frame)
        count, size = self._ledger.read(courier.size_of_waiting)
        scans = self._ledger.read(courier.scans)
        needed = size + count * _BYTES_BESIDE_ENTRY + sum(size for _, size in scans)
        check_room(path, needed + _ROOM_BESIDE)
        with written(path) as stream:
            entries, blobs = self._write(stream, frame, enrolled, scans)
            length = stream.tell()
        return Exported(path, entries, blobs, length)

    def bring_back(self, path: Path) -> BroughtBack:
        """Take over the hub's answer: what it acknowledged, what came of it, what others did.

        Raises `InvalidInput` when the file is no answer for this terminal, was cut or changed
        (`courier.none`, `.newer`, `.cut`, `.damaged`, `.other_terminal`, `.unknown_export`,
        `.other_hub`, `.wrong_direction` …); then nothing was changed.
        """
        enrolled = self._hub()
        with opened(path) as stream:
            head = files.read_head(stream)
            note = self._note_for(head, enrolled)
            files.check_whole(stream, head, enrolled.hub_key)
            stream.seek(len(head.data))
            back = AnswerTaker(self._ledger, self._journal, note, enrolled.hub_key, self._now())
            for message in files.messages(stream, head, note.reply_key):
                back.take(message)
            back.finish()
        if back.acknowledged or back.effects:
            self._events.publish("journal_acknowledged", detail=str(back.acknowledged))
        if back.forked:
            self._events.publish("journal_changed", detail="fork")
        for name in sorted(back.sets):
            self._events.publish(f"{name}_changed")
        return BroughtBack(back.acknowledged, back.effects, back.rows)

    def show(self, path: Path) -> Shown:
        """Return what the plain frame says; raises `InvalidInput` when the file is not whole."""
        with opened(path) as stream:
            head = files.read_head(stream)
            files.check_whole(stream, head, None)
            size = stream.tell()
        frame = head.frame
        mine = frame.direction == ANSWER and self._recall(frame.export_id) is not None
        return Shown(
            frame.direction, frame.terminal_number, frame.hall_name, frame.made_at, size, mine
        )

    # Writing

    def _frame(self, enrolled: Enrolment) -> Frame:
        return Frame(
            direction=OUTBOX,
            suite=STANDARD.name,
            export_id=self._randomness.uuid7(),
            terminal_id=self._keys.terminal_id,
            terminal_number=enrolled.terminal_number,
            hall=enrolled.hall_id,
            hall_name=enrolled.hall_name,
            signer=key_id(self._keys.public),
            recipient=key_id(enrolled.recovery_key),
            made_at=self._now(),
        )

    def _write(
        self, stream: BinaryIO, frame: Frame, enrolled: Enrolment, scans: list[tuple[str, int]]
    ) -> tuple[int, int]:
        writer = CourierWriter(stream, frame, enrolled.recovery_key, self._keys.signing)
        names = self._feeds(frame)
        heard = self._ledger.read(hub_places.heard)
        settles, lost = self._ledger.read(courier.owed)
        note = ExportNote(
            export_id=frame.export_id,
            made_at=frame.made_at,
            reply_key=self._randomness.token_bytes(32),
            hub_epoch=heard.epoch if heard is not None else "",
            cursors=self._ledger.read(lambda db: courier.cursors(db, names)),
            settles=settles,
        )
        # The key is kept before the file exists; without it no answer could ever be opened.
        kept = self._remember(note)
        reply_key = STANDARD.agreement_public(note.reply_key) if kept else b""
        writer.add(files.Manifest(reply_key, note.cursors, heard))
        for end in lost:
            self._give_back(writer, end)
        batches = self._add_batches(writer, heard)
        sent = sum(self._add_scan(writer, digest) for digest, _ in scans)
        writer.close()
        if kept:
            self._remember(msgspec.structs.replace(note, batches=tuple(batches)))
        return sum(one.last_seq - one.first_seq + 1 for one in batches), sent

    def _feeds(self, frame: Frame) -> list[str]:
        """Return the feeds of which the answer brings the news; the catalogue is too large."""
        names = sets.feeds(frame.hall, frame.terminal_id, today(self._clock), sets.ALL_SETS)
        return [name for name in names if name != wire.catalogue_feed(frame.hall)]

    def _give_back(self, writer: CourierWriter, lost: Restored) -> None:
        after = self._ledger.read(lambda db: hub_places.overlap(db, lost.epoch, lost.after))
        while found := self._returnable(lost.epoch, after):
            entries = tuple(entry for _, entry in found)
            nonce = self._randomness.token_bytes(NONCE_BYTES)
            message = Return(
                wire.PROTOCOL_VERSION, self._keys.terminal_id, nonce, lost.epoch, entries
            )
            writer.add(files.GivenBack(message))
            after = found[-1][0]

    def _returnable(self, epoch: str, after: int) -> list[tuple[int, Entry]]:
        return self._ledger.read(
            lambda db: hub_places.returnable(db, epoch, after, MAX_RETURN_ENTRIES, MAX_RETURN_BYTES)
        )

    def _add_batches(self, writer: CourierWriter, heard: HubPlace | None) -> list[BatchNote]:
        """Add what waits, then an empty batch for each epoch of which nothing does.

        The answer to an empty one says how far the hub is: what it has lost waits again.
        """
        notes: list[BatchNote] = []

        def add(epoch: str, first_seq: int, entries: tuple[Entry, ...]) -> None:
            nonce = self._randomness.token_bytes(NONCE_BYTES)
            batch = wire.Batch(
                protocol=wire.PROTOCOL_VERSION,
                terminal_id=self._keys.terminal_id,
                nonce=nonce,
                sent_at=self._clock.now().wall,
                epoch=epoch,
                entries=entries,
                heard=heard,
            )
            writer.add(files.Pushed(batch))
            notes.append(BatchNote(nonce.hex(), epoch, first_seq, first_seq + len(entries) - 1))

        last_id = 0
        while found := self._next_waiting(last_id):
            add(found.epoch, found.first_seq, found.entries)
            last_id = found.last_id
        waiting = {note.epoch for note in notes}
        for epoch, last_seq in self._ledger.read(courier.acknowledged_ends):
            if epoch not in waiting:
                add(epoch, last_seq + 1, ())
        return notes

    def _next_waiting(self, after: int) -> courier.Waiting | None:
        return self._ledger.read(lambda db: courier.next_waiting(db, after))

    def _add_scan(self, writer: CourierWriter, digest: str) -> bool:
        try:
            data = self._blobs.read(digest)
        except NotFound:
            return False
        for offset in range(0, max(len(data), 1), wire.BLOB_PIECE_BYTES):
            piece = data[offset : offset + wire.BLOB_PIECE_BYTES]
            writer.add(
                files.Scan(
                    wire.BlobPiece(
                        wire.PROTOCOL_VERSION, self._keys.terminal_id,
                        self._randomness.token_bytes(NONCE_BYTES), digest, offset, len(data), piece,
                    )
                )
            )  # fmt: skip
        return True

    def _remember(self, note: ExportNote) -> bool:
        """Keep the note; a ledger that cannot be written is exported all the same."""
        try:
            self._ledger.write(lambda db: courier.remember(db, note))
        except StoreError as error:
            logger.warning("an export asks for no answer: %s", error.code)
            return False
        return True

    # Taking answers

    def _note_for(self, head: Head, enrolled: Enrolment) -> ExportNote:
        frame = head.frame
        if frame.direction != ANSWER:
            raise InvalidInput("courier.not_an_answer", number=frame.terminal_number)
        if frame.terminal_id != self._keys.terminal_id:
            raise InvalidInput("courier.other_terminal", number=frame.terminal_number)
        if frame.signer != key_id(enrolled.hub_key):
            raise InvalidInput("courier.other_hub", hall=frame.hall_name)
        note = self._recall(frame.export_id)
        if note is None:
            raise InvalidInput("courier.unknown_export")
        return note

    def _recall(self, export_id: str) -> ExportNote | None:
        return self._ledger.read(lambda db: courier.recall(db, export_id))

    def _hub(self) -> Enrolment:
        enrolled = self._enrolment()
        if enrolled is None:
            raise InvalidInput("enrolment.needed")
        return enrolled

    def _now(self) -> int:
        return self._clock.now().corrected
