"""Push: the journal's tail goes to the hub, and only its signed answer acknowledges.

Nothing of one epoch may overtake: each header carries the hash of the one before it, the hub
acknowledges by one place in that chain, and a gap would look like a fork or a loss. A later
epoch names the end of the one before, so epochs keep their order, too. What may be put first is
what hangs on no chain: scans, the one with the nearest legal date before all others. A record
whose date is near reaches the hub sooner by not waiting for others' turn (`Pace`), never by
passing those before it.
"""

from __future__ import annotations

from terminal.errors import SyncError
from terminal.protocol.wire import MAX_BATCH_BYTES, MAX_BATCH_ENTRIES
from terminal.sync.ports import Stretch
from terminal.sync.turn import Turn

TOO_MUCH = frozenset(
    {
        "sync.unreachable",
        "sync.timed_out",
        "sync.hub_busy",
        "sync.too_large",
        "hub.too_large",
        "hub.batch_too_large",
    }
)
"""What a smaller batch may mend: a line that breaks or a hub that cannot take so much at once."""


class Pusher:
    """Sends what waits, oldest first; remembers between turns how much the line carries."""

    def __init__(self) -> None:
        self._batch = MAX_BATCH_ENTRIES

    def push_all(self, turn: Turn) -> None:
        """Push until nothing waits; raises what stopped it."""
        while not (turn.stopping() or turn.returning.due):
            stretch = turn.store.pending(self._batch, MAX_BATCH_BYTES)
            if stretch is None:
                return
            self._push(turn, stretch)

    def _push(self, turn: Turn, stretch: Stretch) -> None:
        turn.sending()
        try:
            answer = turn.client.push(stretch)
        except SyncError as error:
            if error.code in TOO_MUCH:
                # A batch that is too much for the line is halved down to one entry.
                self._batch = max(1, len(stretch.entries) // 2)
            raise
        if answer.fork is not None:
            if not turn.store.fork(answer):
                raise SyncError("sync.nothing_acknowledged")
            turn.events.publish("journal_changed", detail="fork")
            return
        acknowledged = turn.store.acknowledge(answer)
        if not acknowledged:
            # Not an error of the line: the hub knows less (or more) than this journal. Trying
            # the same again at once would be a hot loop.
            raise SyncError("sync.nothing_acknowledged")
        self._batch = min(MAX_BATCH_ENTRIES, self._batch * 2)
        turn.reached()
        turn.events.publish("journal_acknowledged", detail=str(acknowledged))
