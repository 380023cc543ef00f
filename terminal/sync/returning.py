"""When the hub was taken back: give it its own entries, and find out what it lost of ours.

Every request tells the hub the last place of its own journal that it once told and signed, so
a hub that was restored from a backup sees it at the first request. Every answer names the
epochs whose end it lost. Its own entries go back before anything is pushed: what it once
decided is there before it judges again what it decided upon.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from terminal.errors import SyncError
from terminal.protocol.returns import (
    MAX_RETURN_BYTES,
    MAX_RETURN_ENTRIES,
    PATH_RETURN,
    HubPlace,
    Restored,
    Return,
    ReturnAnswer,
)
from terminal.protocol.wire import PROTOCOL_VERSION, Batch, PullRequest
from terminal.sync.ports import PlaceStore, Stretch

if TYPE_CHECKING:
    from terminal.sync.turn import Turn

_NOTHING_LOST = "hub.nothing_lost"


class Returning:
    """Stands between the client and the ledger: fills requests, hears answers, gives back."""

    def __init__(self, store: PlaceStore) -> None:
        self._store = store
        self._restored: tuple[Restored, ...] = ()
        self._behind = False
        self._looked_for = ""
        self._others = False

    def fill(self, message: msgspec.Struct) -> msgspec.Struct:
        """Return a request with what was heard of the hub before."""
        if isinstance(message, Batch):
            return msgspec.structs.replace(
                message, heard=self._store.hub_place(), backlog=self._store.backlog()
            )
        if isinstance(message, PullRequest):
            return msgspec.structs.replace(
                message,
                heard=self._store.hub_place(),
                stored=self._store.stored_place(),
                backlog=self._store.backlog(),
            )
        return message

    def hear(self, answer: Any) -> None:
        """Take in what a checked answer says of the hub itself."""
        self._behind = self._behind or getattr(answer, "behind", False)
        place: HubPlace | None = getattr(answer, "place", None)
        if place is None:
            return
        if place.is_news(self._store.hub_place()):
            self._store.hear_place(place)
        self._restored = answer.restored

    @property
    def due(self) -> bool:
        """Say whether there is something to give back, or to ask, before pushing on."""
        return self._behind or self._unsettled() is not None

    def _unsettled(self) -> HubPlace | None:
        place = self._store.hub_place()
        if place is None or self._store.settled_epoch() == place.epoch:
            return None
        return place if self._restored or self._has_others(place.epoch) else None

    def _has_others(self, present: str) -> bool:
        """Say whether entries of another epoch are here, as they are after the hub's roll-back.

        The answer that told of it may have been the last before this program ended.
        """
        if self._looked_for != present:
            self._looked_for = present
            self._others = any(epoch != present for epoch in self._store.hub_epochs())
        return self._others

    def settle(self, turn: Turn) -> bool:
        """Give back what the hub lost and find out what else it has not.

        False: nothing is due, or the program ends; the next turn, or start, begins again.
        """
        place = self._unsettled()
        if place is None and not self._behind:
            return False
        for lost in self._owed(place.epoch) if place is not None else ():
            self._give_back(turn, lost)
        for epoch in self._store.acknowledged_epochs():
            # An empty batch asks how far the hub is; what it has lost waits again.
            turn.store.acknowledge(turn.client.push(Stretch(epoch, ())))
        if turn.stopping():
            return False
        self._behind = False
        if place is not None:
            self._store.settle_epoch(place.epoch)
        turn.events.publish("journal_changed", detail="restored")
        return True

    def _owed(self, present: str) -> list[Restored]:
        """Return what the hub asks for, then epochs that it may not even know of any more.

        A hub that was taken back twice to one backup has lost what it wrote in between, too.
        """
        asked = list(self._restored)
        known = {present, *(lost.epoch for lost in asked)}
        return asked + [Restored(e, 0) for e in self._store.hub_epochs() if e not in known]

    def _give_back(self, turn: Turn, lost: Restored) -> None:
        after = self._store.overlap(lost.epoch, lost.after)
        while not turn.stopping():
            found = self._store.returnable(lost.epoch, after, MAX_RETURN_ENTRIES, MAX_RETURN_BYTES)
            if not found:
                return
            nonce = turn.client.nonce()
            message = Return(
                PROTOCOL_VERSION, turn.keys.terminal_id, nonce, lost.epoch,
                tuple(entry for _, entry in found),
            )  # fmt: skip
            try:
                turn.client.ask("POST", PATH_RETURN, message, nonce, ReturnAnswer)
            except SyncError as error:
                if error.code != _NOTHING_LOST:
                    raise
                return
            after = found[-1][0]
