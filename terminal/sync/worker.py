"""The one loop: push what waits, pull what others did, wait for the next reason.

It never gives up, and nothing here changes what a person has saved: only a checked answer of
the hub marks entries, in the store's own transaction.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from terminal.clock import Clock, SystemClock
from terminal.errors import SyncError, TerminalError
from terminal.events import EventBus
from terminal.ids import Randomness
from terminal.protocol.wire import (
    MAX_BATCH_BYTES,
    MAX_BATCH_ENTRIES,
    Answer,
    Enrolment,
    Page,
    catalogue_feed,
    policy_feed,
    progress_feed,
)
from terminal.sync.backoff import Backoff
from terminal.sync.client import HubClient
from terminal.sync.ports import Signer, Stretch, SyncState, SyncStore
from terminal.sync.transport import Transport

logger = logging.getLogger(__name__)

IDLE_SECONDS = 5.0
"""How long the loop rests when nothing waits and nobody wakes it."""

MAX_PULLS = 200
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
        self._batch = MAX_BATCH_ENTRIES
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
        client = HubClient(
            self._transport, self._keys, enrolled.hub_key, self._clock, self._randomness
        )
        self._push_all(client)
        self._pull_all(client, enrolled)
        if self._send_blobs(client):
            # What waited for a scan is applied by now: its effect is in the feed.
            self._pull_all(client, enrolled)
        self._backoff.reset()
        self._show(SyncState("connected", last_contact=self._clock.now().corrected))

    def _push_all(self, client: HubClient) -> None:
        while not self._stopping.is_set():
            stretch = self._store.pending(self._batch, MAX_BATCH_BYTES)
            if stretch is None:
                return
            self._push(client, stretch)

    def _push(self, client: HubClient, stretch: Stretch) -> None:
        self._show(SyncState(self._state.state, "", self._state.last_contact, sending=True))
        try:
            answer = client.push(stretch)
        except SyncError:
            # A batch that is too much for the line is halved down to one entry.
            self._batch = max(1, len(stretch.entries) // 2)
            raise
        self._measure_clock(answer)
        if answer.fork is not None:
            if not self._store.fork(answer):
                raise SyncError("sync.nothing_acknowledged")
            self._events.publish("journal_changed", detail="fork")
            return
        acknowledged = self._store.acknowledge(answer)
        if not acknowledged:
            # Not an error of the line: the hub knows less (or more) than this journal. Trying
            # the same again at once would be a hot loop.
            raise SyncError("sync.nothing_acknowledged")
        self._batch = min(MAX_BATCH_ENTRIES, self._batch * 2)
        self._show(SyncState("connected", "", self._clock.now().corrected, sending=True))
        self._events.publish("journal_acknowledged", detail=str(acknowledged))

    def _measure_clock(self, answer: Answer) -> None:
        if isinstance(self._clock, SystemClock):
            offset = answer.hub_time - self._clock.now().wall
            self._clock.set_hub_offset(offset, measured=True)

    def _pull_all(self, client: HubClient, enrolled: Enrolment) -> None:
        feeds = (
            progress_feed(self._keys.terminal_id),
            policy_feed(enrolled.hall_id),
            catalogue_feed(enrolled.hall_id),
        )
        for _ in range(MAX_PULLS):
            pages = client.pull(tuple(self._store.cursor(feed) for feed in feeds))
            counted = sum(self._take(client, page, enrolled) for page in pages)
            if counted:
                self._events.publish("progress_changed")
            if self._stopping.is_set() or not any(page.more for page in pages):
                return

    def _take(self, client: HubClient, page: Page, enrolled: Enrolment) -> int:
        if page.feed == catalogue_feed(enrolled.hall_id):
            self._load_snapshot(client, page)
        return self._store.take_page(page, enrolled.hub_key)

    def _load_snapshot(self, client: HubClient, page: Page) -> None:
        """Load a named snapshot before its row counts: a crash in between loads it again."""
        import msgspec

        from terminal.protocol.wire import CataloguePointer

        # The last one of a page counts: older files may be gone from the hub.
        named = [row.body for row in page.rows if row.key == "snapshot" and row.body is not None]
        for body in named[-1:]:
            pointer = msgspec.json.decode(body, type=CataloguePointer)
            if pointer.handle != self._store.catalogue_handle():
                self._store.take_snapshot(pointer.handle, client.snapshot(pointer.handle))
                self._events.publish("catalogue_changed")

    def _send_blobs(self, client: HubClient) -> int:
        sent = 0
        for digest in self._store.unconfirmed_blobs():
            data = self._store.blob(digest)
            if data is not None and client.put_blob(digest, data):
                self._store.confirm_blob(digest)
                sent += 1
        return sent

    # What is shown

    def _show_failure(self, error: TerminalError) -> None:
        state = "refused" if error.code in REFUSED_CODES else "unreachable"
        self._show(SyncState(state, error.code, self._state.last_contact))

    def _show(self, state: SyncState) -> None:
        before, self._state = self._state, state
        if (before.state, before.code) != (state.state, state.code):
            self._events.publish("hub_state_changed", detail=state.state)
