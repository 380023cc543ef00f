"""Push: the journal's tail goes to the hub, and only its signed answer acknowledges."""

from __future__ import annotations

from terminal.clock import SystemClock
from terminal.errors import SyncError
from terminal.protocol.wire import MAX_BATCH_BYTES, MAX_BATCH_ENTRIES, Answer
from terminal.sync.ports import Stretch
from terminal.sync.turn import Turn


class Pusher:
    """Sends what waits, oldest first; remembers between turns how much the line carries."""

    def __init__(self) -> None:
        self._batch = MAX_BATCH_ENTRIES

    def push_all(self, turn: Turn) -> None:
        """Push until nothing waits; raises what stopped it."""
        while not turn.stopping():
            stretch = turn.store.pending(self._batch, MAX_BATCH_BYTES)
            if stretch is None:
                return
            self._push(turn, stretch)

    def _push(self, turn: Turn, stretch: Stretch) -> None:
        turn.sending()
        try:
            answer = turn.client.push(stretch)
        except SyncError:
            # A batch that is too much for the line is halved down to one entry.
            self._batch = max(1, len(stretch.entries) // 2)
            raise
        _measure_clock(turn, answer)
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


def _measure_clock(turn: Turn, answer: Answer) -> None:
    if isinstance(turn.clock, SystemClock):
        offset = answer.hub_time - turn.clock.now().wall
        turn.clock.set_hub_offset(offset, measured=True)
