"""The ledger for the sync, without catalogue and blobs: what the simulation does not need."""

from __future__ import annotations

from typing import Any

from terminal.services.synchronising import LedgerSyncStore


class SimSyncStore(LedgerSyncStore):
    """The program's own store; only the catalogue's part is left out."""

    def __init__(self, ledger: Any, journal: Any, clock: Any) -> None:
        super().__init__(ledger, journal, clock, None, None)  # type: ignore[arg-type]

    def take_snapshot(self, handle: str, data: bytes) -> None:
        return

    def catalogue_handle(self) -> str:
        return "none"

    def unconfirmed_blobs(self) -> list[str]:
        return []
