"""The ledger as the sync sees it: each call one transaction, behind what people do."""

from __future__ import annotations

from pathlib import Path

from terminal.clock import Clock, today
from terminal.errors import NotFound
from terminal.protocol import sets
from terminal.protocol.backlog import Backlog
from terminal.protocol.entry import Entry
from terminal.protocol.returns import HubPlace, StoredPlace
from terminal.protocol.wire import Answer, Cursor, Page, PullAnswer
from terminal.services.blobs import BlobsService
from terminal.services.catalogue import CatalogueService
from terminal.services.catalogue_pages import changes_of
from terminal.store import blob_rows, feeds, hub_places, meta, outbox, standing
from terminal.store.database import Ledger, Transaction
from terminal.store.journal import Journal
from terminal.store.write_thread import SYNC
from terminal.sync.ports import Stretch

ANNOUNCED = "hub_sets"
AGAIN_AFTER = 60_000
"""A snapshot that could not be had is asked for again after a minute."""

CATALOGUE = "catalogue/"


class LedgerSyncStore:
    """Implements `terminal.sync.ports.SyncStore` over the ledger."""

    def __init__(
        self,
        ledger: Ledger,
        journal: Journal,
        clock: Clock,
        blobs: BlobsService,
        catalogue: CatalogueService,
    ) -> None:
        self._ledger = ledger
        self._journal = journal
        self._clock = clock
        self._blobs = blobs
        self._catalogue = catalogue
        self._failed: tuple[str, int] | None = None
        self._announced: tuple[str, ...] | None = None

    def _now(self) -> int:
        return self._clock.now().corrected

    def pending(self, limit: int, max_bytes: int) -> Stretch | None:
        found = self._ledger.read(lambda db: outbox.pending(db, limit, max_bytes))
        return Stretch(found.epoch, found.entries) if found else None

    def acknowledge(self, answer: Answer) -> int:
        now = self._now()
        return self._ledger.write(lambda db: outbox.acknowledge(db, answer, now), priority=SYNC)

    def fork(self, answer: Answer) -> int:
        """Open a new epoch and move there what the hub has not stored of the old one."""

        def act(db: Transaction) -> int:
            if answer.fork is None:
                return 0
            return self._journal.leave_fork(db, answer.epoch, answer.fork.seq)

        return self._ledger.write(act, priority=SYNC)

    # The pulled sets

    def cursor(self, feed: str) -> Cursor:
        if feed.startswith(CATALOGUE):
            # The catalogue's file may be lost alone: where it stands is written in it.
            return self._catalogue.cursor(feed)
        return self._ledger.read(lambda db: hub_places.with_word(db, feeds.cursor(db, feed)))

    def take_page(self, page: Page, hub_key: bytes) -> int:
        now = self._now()

        def act(db: Transaction) -> int:
            hub_places.keep_word(db, page)
            return feeds.take_page(db, page, hub_key, now)

        return self._ledger.write(act, priority=SYNC)

    def take_catalogue(self, page: Page, snapshot: bytes) -> int:
        changes, cursor, whole = changes_of(page, self.cursor(page.feed), snapshot)
        if whole:
            self._catalogue.take_over(changes, cursor)
        else:
            self._catalogue.take_changes(changes, cursor, index=not page.more)
        return len(page.rows)

    def snapshot_part(self, handle: str) -> Path | None:
        if self._failed is not None:
            failed, when = self._failed
            if failed == handle and abs(self._clock.now().monotonic - when) < AGAIN_AFTER:
                return None
        return self._catalogue.part_of(handle)

    def snapshot_failed(self, handle: str) -> None:
        self._failed = (handle, self._clock.now().monotonic)

    def announced_sets(self) -> tuple[str, ...]:
        if self._announced is None:
            stored = self._ledger.read(lambda db: meta.get(db, ANNOUNCED))
            self._announced = tuple(stored.split())
        return self._announced

    def hear_sets(self, answer: PullAnswer) -> bool:
        announced = tuple(name for name in answer.sets if name in sets.ALL_SETS)
        if announced == self.announced_sets():
            return False
        text = " ".join(announced)
        self._ledger.write(lambda db: meta.put(db, ANNOUNCED, text), priority=SYNC)
        self._announced = announced
        return True

    def forget_others(self, hall_id: str) -> None:
        day = today(self._clock)

        def belongs(feed: str) -> bool:
            return sets.belongs(feed, hall_id, self._journal.origin, day)

        if any(not belongs(name) for name in self._ledger.read(feeds.names)):
            self._ledger.write(lambda db: feeds.forget(db, belongs), priority=SYNC)

    # What was heard of the hub itself

    def hub_place(self) -> HubPlace | None:
        # Never from memory: a stick's answer tells places, too.
        return self._ledger.read(hub_places.heard)

    def backlog(self) -> Backlog:
        counts = self._ledger.read(standing.counts)
        return Backlog(counts.waiting, counts.due, counts.due_act)

    def hear_place(self, place: HubPlace) -> None:
        self._ledger.write(lambda db: hub_places.hear(db, place), priority=SYNC)

    def stored_place(self) -> StoredPlace | None:
        return self._ledger.read(hub_places.stored)

    def settled_epoch(self) -> str:
        return self._ledger.read(hub_places.settled)

    def settle_epoch(self, epoch: str) -> None:
        self._ledger.write(lambda db: hub_places.settle(db, epoch), priority=SYNC)

    def acknowledged_epochs(self) -> list[str]:
        return self._ledger.read(hub_places.acknowledged_epochs)

    def hub_epochs(self) -> list[str]:
        return self._ledger.read(hub_places.hub_epochs)

    def overlap(self, epoch: str, after: int) -> int:
        return self._ledger.read(lambda db: hub_places.overlap(db, epoch, after))

    def returnable(
        self, epoch: str, after: int, limit: int, max_bytes: int
    ) -> list[tuple[int, Entry]]:
        return self._ledger.read(
            lambda db: hub_places.returnable(db, epoch, after, limit, max_bytes)
        )

    # Scans

    def unconfirmed_blobs(self) -> list[str]:
        return self._ledger.read(blob_rows.unconfirmed)

    def blob(self, digest: str) -> bytes | None:
        try:
            return self._blobs.read(digest)
        except NotFound:
            return None

    def confirm_blob(self, digest: str) -> None:
        self._ledger.write(lambda db: blob_rows.confirm(db, digest), priority=SYNC)
