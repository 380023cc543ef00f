"""The ledger for the sync, without catalogue and blobs: what the simulation does not need."""

from __future__ import annotations

from typing import Any

from terminal.protocol.wire import Cursor, Page
from terminal.services.synchronising import CATALOGUE, LedgerSyncStore


class SimSyncStore(LedgerSyncStore):
    """The program's own store; only the catalogue's part is left out."""

    def __init__(self, ledger: Any, journal: Any, clock: Any) -> None:
        super().__init__(ledger, journal, clock, None, None)  # type: ignore[arg-type]

    def cursor(self, feed: str) -> Cursor:
        return Cursor(feed) if feed.startswith(CATALOGUE) else super().cursor(feed)

    def take_catalogue(self, page: Page, snapshot: bytes) -> int:
        return 0

    def unconfirmed_blobs(self) -> list[str]:
        return []
