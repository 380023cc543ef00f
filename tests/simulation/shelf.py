"""A terminal's catalogue: the program's own store, without the index over it.

It is made when the first page of a catalogue arrives, as most seeds publish none.
"""

from __future__ import annotations

from pathlib import Path

from terminal.protocol.wire import Cursor
from terminal.store.catalogue import CatalogueStore
from terminal.store.catalogue_changes import Changes


class Shelf:
    """What `LedgerSyncStore` needs of the catalogue's service."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._store = CatalogueStore(path) if path.is_file() else None

    def cursor(self, feed: str) -> Cursor:
        """Return where this catalogue stands in the hub's feed."""
        return self._store.cursor(feed) if self._store is not None else Cursor(feed)

    def take_changes(self, changes: Changes, cursor: Cursor, *, index: bool = True) -> bool:
        """Change items one by one."""
        self._open().apply(changes, cursor)
        return True

    def take_over(self, changes: Changes, cursor: Cursor) -> bool:
        """Put the hub's whole catalogue in force."""
        self._open().apply(changes, cursor, whole=True)
        return True

    def part_of(self, handle: str) -> Path:
        """Return where a snapshot is kept while it is loaded."""
        return self._path.with_name(f"catalogue-{handle[:16]}.part")

    def codes(self) -> set[str]:
        """Return the codes of the items that are offered."""
        return {item.code for item in self._store.items()} if self._store is not None else set()

    def close(self) -> None:
        """Close the file."""
        if self._store is not None:
            self._store.close()

    def _open(self) -> CatalogueStore:
        if self._store is None:
            self._store = CatalogueStore(self._path, create=True)
        return self._store
