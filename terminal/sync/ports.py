"""What the sync needs of the rest; the context hands it in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from terminal.protocol.backlog import Backlog
from terminal.protocol.entry import Entry
from terminal.protocol.returns import HubPlace, StoredPlace
from terminal.protocol.wire import Answer, Cursor, Page, PullAnswer


class Stretch(msgspec.Struct, frozen=True):
    """Consecutive entries of one epoch that are not acknowledged yet."""

    epoch: str
    entries: tuple[Entry, ...]


class PlaceStore(Protocol):
    """The hub's own journal as the ledger knows it; every call is one transaction."""

    def hub_place(self) -> HubPlace | None:
        """Return the last place of the hub's own journal that was told here."""
        ...

    def hear_place(self, place: HubPlace) -> None:
        """Remember it, unless a further one of its epoch is known."""
        ...

    def stored_place(self) -> StoredPlace | None:
        """Return up to where the hub has acknowledged this terminal's journal."""
        ...

    def backlog(self) -> Backlog:
        """Return what waits here, and the nearest legal date among it."""
        ...

    def settled_epoch(self) -> str:
        """Return the hub's epoch for which everything was given back."""
        ...

    def settle_epoch(self, epoch: str) -> None:
        """Note that everything was given back, and let scans be confirmed anew."""
        ...

    def acknowledged_epochs(self) -> Sequence[str]:
        """Return this terminal's epochs of which something is acknowledged."""
        ...

    def hub_epochs(self) -> Sequence[str]:
        """Return the hub's epochs of which entries are kept here."""
        ...

    def overlap(self, epoch: str, after: int) -> int:
        """Return the seq after which giving back begins: the last entry up to `after` goes too."""
        ...

    def returnable(
        self, epoch: str, after: int, limit: int, max_bytes: int
    ) -> Sequence[tuple[int, Entry]]:
        """Return seq and bytes of the hub's own entries of an epoch after one."""
        ...


class SyncStore(PlaceStore, Protocol):
    """The ledger as the sync sees it; every call is one transaction."""

    def pending(self, limit: int, max_bytes: int) -> Stretch | None:
        """Return what is to be pushed next, oldest first."""
        ...

    def acknowledge(self, answer: Answer) -> int:
        """Take over a checked answer; returns how many entries it acknowledged."""
        ...

    def fork(self, answer: Answer) -> int:
        """Open a new epoch because the hub holds another entry at a place of this one.

        Returns how many entries were moved there.
        """
        ...

    def cursor(self, feed: str) -> Cursor:
        """Return where this terminal stands in a feed."""
        ...

    def take_page(self, page: Page, hub_key: bytes) -> int:
        """Apply a page's rows together with its cursor; returns how many rows counted."""
        ...

    def unconfirmed_blobs(self) -> list[str]:
        """Return the hashes of blobs that the hub has not confirmed."""
        ...

    def blob(self, digest: str) -> bytes | None:
        """Return a blob's bytes, or None when it is lost here."""
        ...

    def confirm_blob(self, digest: str) -> None:
        """Note that the hub has a blob whole."""
        ...

    def take_catalogue(self, page: Page, snapshot: bytes) -> int:
        """Apply a page of the catalogue; `snapshot` are the checked bytes that it names, if any.

        Returns how many rows counted.
        """
        ...

    def snapshot_part(self, handle: str) -> Path | None:
        """Return where a snapshot gathers while it is loaded; None: not now, it just failed."""
        ...

    def snapshot_failed(self, handle: str) -> None:
        """Note that a snapshot could not be had, so that it is not asked for all the time."""
        ...

    def announced_sets(self) -> tuple[str, ...]:
        """Return the sets that the hub has announced; an old hub announces none."""
        ...

    def hear_sets(self, answer: PullAnswer) -> bool:
        """Remember what the hub announces; returns whether that is news."""
        ...

    def forget_others(self, hall_id: str) -> None:
        """Throw away what belongs to other halls and to days that are over."""
        ...


class Signer(Protocol):
    """The terminal's identity."""

    terminal_id: str
    signing: bytes


class SyncState(msgspec.Struct, frozen=True):
    """How it stands with the hub: not_enrolled, connected, unreachable or refused."""

    state: str = "not_enrolled"
    code: str = ""
    last_contact: int = 0
    sending: bool = False
