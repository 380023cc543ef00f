"""The one loop: push what waits, pull what others did, wait for the next reason.

It never gives up, and nothing here changes what a person has saved: only a checked answer of
the hub marks entries, in the store's own transaction.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from terminal.clock import Clock
from terminal.errors import TerminalError
from terminal.events import EventBus
from terminal.ids import Randomness
from terminal.protocol.wire import Enrolment
from terminal.sync.backoff import Backoff
from terminal.sync.client import HubClient
from terminal.sync.ports import Signer, SyncState, SyncStore
from terminal.sync.push import Pusher
from terminal.sync.rounds import run_rounds
from terminal.sync.transport import Transport
from terminal.sync.turn import Turn

logger = logging.getLogger(__name__)

IDLE_SECONDS = 5.0
"""How long the loop rests when nothing waits and nobody wakes it."""

REFUSED_CODES = frozenset({"hub.revoked", "hub.unknown_terminal"})


class SyncWorker:
    """Runs the loop on a thread of its own; `once` runs it in the caller's."""

    def __init__(
        self,
        *,
        transport: Transport,
        store: SyncStore,
        keys: Signer,
        enrolment: Callable[[], Enrolment | None],
        clock: Clock,
        randomness: Randomness,
        events: EventBus,
    ) -> None:
        self._transport = transport
        self._store = store
        self._keys = keys
        self._enrolment = enrolment
        self._clock = clock
        self._randomness = randomness
        self._events = events
        self._pusher = Pusher()
        self._backoff = Backoff(randomness)
        # Before the first round nothing is known of the hub, but whether there is one.
        self._state = SyncState("unreachable" if enrolment() is not None else "not_enrolled")
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._unsubscribe = events.subscribe(self._on_event)

    # From any thread

    def state(self) -> SyncState:
        """Return how it stands with the hub."""
        return self._state

    def wake(self) -> None:
        """Give the loop a reason to look now: a new entry, the network, a person."""
        self._wake.set()

    def start(self) -> None:
        """Start the loop on its thread."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """End the loop; what is under way is finished or given up without harm."""
        self._unsubscribe()
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._transport.close()

    def _on_event(self, event: object) -> None:
        if getattr(event, "name", "") == "journal_changed":
            self.wake()

    # The loop

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self.once()
                delay = IDLE_SECONDS
            except TerminalError as error:
                delay = self._backoff.next_delay()
                self._show_failure(error)
            except Exception:  # the loop outlives any defect
                logger.exception("sync failed")
                delay = self._backoff.next_delay()
            self._wake.wait(delay)
            if self._state.state == "unreachable" and self._wake.is_set():
                # Somebody has just saved something: that must not turn into a hot loop.
                self._stopping.wait(self._backoff.least)

    def once(self) -> None:
        """Push all that waits, then pull all that is new; raises what stopped it."""
        enrolled = self._enrolment()
        if enrolled is None:
            self._show(SyncState("not_enrolled"))
            return
        run_rounds(self._turn(enrolled), self._pusher)
        self._backoff.reset()
        self._show(SyncState("connected", last_contact=self._clock.now().corrected))

    def _turn(self, enrolled: Enrolment) -> Turn:
        client = HubClient(
            self._transport, self._keys, enrolled.hub_key, self._clock, self._randomness
        )
        return Turn(
            client=client,
            enrolled=enrolled,
            store=self._store,
            keys=self._keys,
            clock=self._clock,
            events=self._events,
            stopping=self._stopping.is_set,
            sending=self._sending,
            reached=self._reached,
        )

    # What is shown

    def _sending(self) -> None:
        self._show(SyncState(self._state.state, "", self._state.last_contact, sending=True))

    def _reached(self) -> None:
        self._show(SyncState("connected", "", self._clock.now().corrected, sending=True))

    def _show_failure(self, error: TerminalError) -> None:
        state = "refused" if error.code in REFUSED_CODES else "unreachable"
        self._show(SyncState(state, error.code, self._state.last_contact))

    def _show(self, state: SyncState) -> None:
        before, self._state = self._state, state
        if (before.state, before.code) != (state.state, state.code):
            self._events.publish("hub_state_changed", detail=state.state)
