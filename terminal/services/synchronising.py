"""The ledger as the sync sees it: each call one transaction, behind what people do."""

from __future__ import annotations

from terminal.clock import Clock
from terminal.errors import NotFound
from terminal.protocol import snapshot
from terminal.protocol.wire import Answer, Cursor, Page
from terminal.services.blobs import BlobsService
from terminal.services.catalogue import CatalogueService
from terminal.store import blob_rows, feeds, meta, outbox
from terminal.store.database import Ledger, Transaction
from terminal.store.journal import Journal
from terminal.store.write_thread import SYNC
from terminal.sync.ports import Stretch

SNAPSHOT_KEY = "catalogue_snapshot"


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

    def cursor(self, feed: str) -> Cursor:
        return self._ledger.read(lambda db: feeds.cursor(db, feed))

    def take_page(self, page: Page, hub_key: bytes) -> int:
        now = self._now()
        return self._ledger.write(lambda db: feeds.take_page(db, page, hub_key, now), priority=SYNC)

    def unconfirmed_blobs(self) -> list[str]:
        return self._ledger.read(blob_rows.unconfirmed)

    def blob(self, digest: str) -> bytes | None:
        try:
            return self._blobs.read(digest)
        except NotFound:
            return None

    def confirm_blob(self, digest: str) -> None:
        self._ledger.write(lambda db: blob_rows.confirm(db, digest), priority=SYNC)

    def catalogue_handle(self) -> str:
        return self._ledger.read(lambda db: meta.get(db, SNAPSHOT_KEY))

    def take_snapshot(self, handle: str, data: bytes) -> None:
        lines = list(snapshot.unpack(data))
        self._catalogue.take_snapshot(
            tuple(line.item for line in lines if line.item is not None),
            tuple(line.event for line in lines if line.event is not None),
        )
        self._ledger.write(lambda db: meta.put(db, SNAPSHOT_KEY, handle), priority=SYNC)
