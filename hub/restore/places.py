"""What every answer says of the hub's own journal: how far it goes, and which ends it lost."""

from __future__ import annotations

from typing import Any

from hub.store import incidents
from hub.store.entries import ChainEnd
from terminal.protocol.returns import HubPlace, Restored, sign_place

_MOST_TOLD = 32


class Places:
    """Remembers the last answer to both questions; safe from any thread.

    An incident always comes with a new epoch, also when another process notices it, so what
    was told under an epoch stays true as long as the epoch does.
    """

    def __init__(self) -> None:
        self.begun = ("", 0)
        """Epoch and last seq of the hub's journal when this process began to serve, if it has
        its store for itself."""
        self._place: tuple[bytes, HubPlace] | None = None
        self._restored: tuple[str, tuple[Restored, ...]] = ("", ())

    def place(self, key: bytes, epoch: str, end: ChainEnd) -> HubPlace | None:
        """Return the end of the hub's journal with its signature; None before the first entry."""
        if not epoch:
            return None
        known = self._place
        if known is None or (known[0], known[1].epoch, known[1].hash) != (key, epoch, end.hash):
            known = self._place = (key, sign_place(key, epoch, end.seq, end.hash))
        return known[1]

    def restored(self, database: Any, epoch: str) -> tuple[Restored, ...]:
        """Return the epochs whose end the hub lost, the newest ones when there are many."""
        if not epoch:
            return ()
        known = self._restored
        if known[0] != epoch:
            lost = [Restored(one.epoch, one.after_seq) for one in incidents.all_of(database)]
            known = self._restored = (epoch, tuple(lost[-_MOST_TOLD:]))
        return known[1]
