"""Taking over what an answer file carries, message by message, as the line would."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from terminal.protocol import courier as files
from terminal.protocol import wire
from terminal.protocol.wire import Cursor
from terminal.store import courier
from terminal.store.courier import ExportNote
from terminal.store.database import Ledger, Transaction
from terminal.store.journal import Journal
from terminal.store.write_thread import SYNC

Result = TypeVar("Result")


class AnswerTaker:
    """Takes the messages of one checked answer, each in a transaction of its own.

    `acknowledged`, `effects` and `rows` count what was new; `sets` names the pulled sets that
    changed.
    """

    def __init__(
        self, ledger: Ledger, journal: Journal, note: ExportNote, hub_key: bytes, now: int
    ) -> None:
        self._ledger = ledger
        self._journal = journal
        self._note = note
        self._batches = {batch.nonce: batch for batch in note.batches}
        self._cursors = {cursor.feed: cursor for cursor in note.cursors}
        self._hub_key = hub_key
        self._now = now
        self.acknowledged = self.effects = self.rows = 0
        self.forked = False
        self.sets: set[str] = set()

    def take(self, message: files.Message) -> None:
        """Apply a message; what does not belong to this export is left alone."""
        match message:
            case files.Acknowledged(answer=answer):
                self._take_answer(answer)
            case files.Kept(hashes=hashes):
                self._write(lambda db: courier.confirm_scans(db, hashes))
            case files.Turned(page=page):
                self._take_page(page)

    def finish(self) -> None:
        """Note that the hub has what it asked for, when this export has carried it."""
        if self._note.settles:
            self._write(lambda db: courier.settle(db, self._note.settles))

    def _take_page(self, page: wire.Page) -> None:
        exported = self._cursors.get(page.feed, Cursor(page.feed))
        new = self._write(
            lambda db: courier.take_page(db, page, exported, self._hub_key, self._now)
        )
        if new:
            self.rows += new
            self.sets.add(page.feed.partition("/")[0])

    def _take_answer(self, answer: wire.Answer) -> None:
        batch = self._batches.get(answer.nonce.hex())
        if batch is None or batch.epoch != answer.epoch or answer.refusal:
            return
        if answer.fork is not None:
            seq = answer.fork.seq
            self.forked |= bool(
                self._write(lambda db: self._journal.leave_fork(db, answer.epoch, seq))
            )
            return
        epoch = self._note.hub_epoch
        changed = self._write(lambda db: courier.take_answer(db, answer, batch, epoch, self._now))
        self.acknowledged += changed.entries
        self.effects += changed.effects

    def _write(self, function: Callable[[Transaction], Result]) -> Result:
        return self._ledger.write(function, priority=SYNC)
