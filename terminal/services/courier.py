"""Courier files at the terminal: the pending journal goes out on a stick, its answer comes back.

Exporting marks nothing as sent: the line may come back meanwhile, sticks come back in another
order or never, and the same file twice changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from terminal.clock import Clock
from terminal.errors import InvalidInput, NotFound, StoreError
from terminal.events import EventBus
from terminal.ids import Randomness
from terminal.protocol import courier as files
from terminal.protocol import wire
from terminal.protocol.courier import ANSWER, OUTBOX, CourierWriter, Frame, Head
from terminal.protocol.courier_files import check_room, opened, place, written
from terminal.protocol.suites import STANDARD, key_id
from terminal.protocol.wire import Cursor, Enrolment
from terminal.services.blobs import BlobsService
from terminal.store import courier, feeds
from terminal.store.courier import BatchNote, ExportNote
from terminal.store.database import Ledger, Transaction
from terminal.store.journal import Journal
from terminal.store.keys import Keyring
from terminal.store.write_thread import SYNC

logger = logging.getLogger(__name__)

Result = TypeVar("Result")
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
            back = _Back(self._ledger, self._journal, note, enrolled.hub_key, self._now())
            for message in files.messages(stream, head, note.reply_key):
                back.take(message)
        if back.acknowledged or back.effects:
            self._events.publish("journal_acknowledged", detail=str(back.acknowledged))
        if back.rows:
            self._events.publish("progress_changed")
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
        names = (wire.progress_feed(frame.terminal_id), wire.policy_feed(frame.hall))
        note = ExportNote(
            export_id=frame.export_id,
            made_at=frame.made_at,
            reply_key=self._randomness.token_bytes(32),
            hub_epoch="",
            cursors=self._ledger.read(lambda db: tuple(feeds.cursor(db, n) for n in names)),
        )
        # The key is kept before the file exists; without it no answer could ever be opened.
        kept = self._remember(note)
        own = X25519PrivateKey.from_private_bytes(note.reply_key).public_key()
        writer.add(files.Manifest(own.public_bytes_raw() if kept else b"", note.cursors))
        batches: list[BatchNote] = []
        last_id = 0
        while True:
            found = self._next_waiting(last_id)
            if found is None:
                break
            nonce = self._randomness.token_bytes(NONCE_BYTES)
            writer.add(files.Pushed(self._batch(found, nonce)))
            batches.append(BatchNote(nonce.hex(), found.epoch, found.first_seq, found.last_seq))
            last_id = found.last_id
        sent = sum(self._add_scan(writer, digest) for digest, _ in scans)
        writer.close()
        if kept:
            self._remember(msgspec.structs.replace(note, batches=tuple(batches)))
        return sum(one.last_seq - one.first_seq + 1 for one in batches), sent

    def _next_waiting(self, after: int) -> courier.Waiting | None:
        return self._ledger.read(lambda db: courier.next_waiting(db, after))

    def _batch(self, found: courier.Waiting, nonce: bytes) -> wire.Batch:
        return wire.Batch(
            protocol=wire.PROTOCOL_VERSION,
            terminal_id=self._keys.terminal_id,
            nonce=nonce,
            sent_at=self._clock.now().wall,
            epoch=found.epoch,
            entries=found.entries,
        )

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


class _Back:
    """Takes the messages of one checked answer, each in a transaction of its own."""

    def __init__(
        self, ledger: Ledger, journal: Journal, note: ExportNote, hub_key: bytes, now: int
    ) -> None:
        self._ledger = ledger
        self._journal = journal
        self._batches = {batch.nonce: batch for batch in note.batches}
        self._cursors = {cursor.feed: cursor for cursor in note.cursors}
        self._hub_key = hub_key
        self._now = now
        self.acknowledged = self.effects = self.rows = 0

    def take(self, message: files.Message) -> None:
        """Apply a message; what does not belong to this export is left alone."""
        match message:
            case files.Acknowledged(answer=answer):
                self._take_answer(answer)
            case files.Kept(hashes=hashes):
                self._write(lambda db: courier.confirm_scans(db, hashes))
            case files.Turned(page=page):
                exported = self._cursors.get(page.feed, Cursor(page.feed))
                self.rows += self._write(
                    lambda db: courier.take_page(db, page, exported, self._hub_key, self._now)
                )

    def _take_answer(self, answer: wire.Answer) -> None:
        batch = self._batches.get(answer.nonce.hex())
        if batch is None or batch.epoch != answer.epoch or answer.refusal:
            return
        if answer.fork is not None:
            seq = answer.fork.seq
            self._write(lambda db: self._journal.leave_fork(db, answer.epoch, seq))
            return
        changed = self._write(lambda db: courier.take_answer(db, answer, batch, self._now))
        self.acknowledged += changed.entries
        self.effects += changed.effects

    def _write(self, function: Callable[[Transaction], Result]) -> Result:
        return self._ledger.write(function, priority=SYNC)
