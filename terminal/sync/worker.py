"""The one loop: push what waits, pull what others did, wait for the next reason.

It never gives up, and nothing here changes what a person has saved: only a checked answer of
the hub marks entries, in the store's own transaction.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

from terminal.clock import Clock, HubMeasure
from terminal.errors import SyncError, TerminalError
from terminal.events import EventBus
from terminal.ids import Randomness
from terminal.protocol.wire import Cursor, Enrolment
from terminal.sync.client import ComeAgain, HubClient
from terminal.sync.hint import HintListener
from terminal.sync.network import NetworkWatch
from terminal.sync.pace import Pace, Reason
from terminal.sync.ports import Signer, SyncState, SyncStore
from terminal.sync.pull import cursors_of
from terminal.sync.push import Pusher
from terminal.sync.renewal import UNKNOWN, RenewableKeys, Renewal
from terminal.sync.returning import Returning
from terminal.sync.rounds import run_rounds
from terminal.sync.speed import LineSpeed
from terminal.sync.transport import HintTransport, Interruptible, Transport
from terminal.sync.trees import TreeWatch
from terminal.sync.turn import Turn

logger = logging.getLogger(__name__)

NETWORK_CHECK_SECONDS = 2.0
"""How often the network is looked at while the hub cannot be reached."""

_GRACE_SECONDS = 1.0

REFUSED_CODES = frozenset({"hub.revoked", "hub.unknown_terminal", "sync.program_too_old"})


class SyncWorker:
    """Runs the loop on a thread of its own; `once` runs it in the caller's.

    `hints` is a second line on which the hub is asked to tell of news; without one the loop
    polls. `urgent` says whether something waits whose legal date is near: it goes at once when
    others wait for their turn. `measured` is told of the hub's clock. `monotonic` counts
    seconds. `renewal` are the keys that the loop renews.
    """

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
        hints: HintTransport | None = None,
        urgent: Callable[[], bool] = lambda: False,
        measured: Callable[[HubMeasure], object] | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        rating_log: TreeWatch | None = None,
        renewal: RenewableKeys | None = None,
    ) -> None:
        self._transport = transport
        self._store = store
        self._keys = keys
        self._enrolment = enrolment
        self._clock = clock
        self._randomness = randomness
        self._events = events
        self._urgent = urgent
        self._measured = measured
        self._monotonic = monotonic
        self._rating_log = rating_log
        self._renewal = Renewal(renewal) if renewal is not None else None
        self._pusher = Pusher()
        self._returning = Returning(store)
        self._speed = LineSpeed()
        self._pace = Pace(keys.terminal_id, randomness)
        self._network = NetworkWatch(getattr(transport, "host", ""))
        self._hint_transport = hints
        self._hint = self._listener(hints) if hints is not None else None
        # Before the first round nothing is known of the hub, but whether there is one.
        self._state = SyncState("unreachable" if enrolment() is not None else "not_enrolled")
        self._reasons: deque[Reason] = deque()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._unsubscribe = events.subscribe(self._on_event)

    # From any thread

    def state(self) -> SyncState:
        """Return how it stands with the hub."""
        return self._state

    def wake(self, reason: Reason = Reason.PERSON) -> None:
        """Give the loop a reason to look: a person's goes at once, others within bounds."""
        self._reasons.append(reason)
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
        if self._hint is not None and self._hint_transport is not None and self._hint.stop():
            self._hint_transport.close()
        if self._thread is not None:
            self._thread.join(_GRACE_SECONDS)
            if self._thread.is_alive() and isinstance(self._transport, Interruptible):
                # A line that does not answer must not keep the program from ending.
                self._transport.abort()
            self._thread.join()
            self._thread = None
        self._transport.close()

    def _on_event(self, event: object) -> None:
        if getattr(event, "name", "") == "journal_changed":
            self.wake(Reason.ENTRY)

    # The loop

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._attempt()
            self._rest()

    def _attempt(self) -> None:
        """Make one turn, or only ask whether the hub is back; keep account of what came of it."""
        try:
            if self._pace.asks_first(self._monotonic()) and not self._urgent():
                self._ask_first()
                self._pace.found(self._monotonic())
                return
            self.once()
            hinted = self._offer_hint()
        except ComeAgain as busy:
            # Nothing is wrong: what waits here has its turn, and the clerk has nothing to do.
            self._show(SyncState("connected", last_contact=self._clock.now().corrected))
            self._pace.told(self._monotonic(), busy.seconds)
            return
        except TerminalError as error:
            self._show_failure(error)
        except Exception:  # the loop outlives any defect
            logger.exception("sync failed")
        else:
            self._pace.succeeded(self._monotonic(), hinted=hinted)
            return
        if self._hint is not None:
            self._hint.suspend()
        self._pace.failed(self._monotonic())

    def _rest(self) -> None:
        """Rest until the next attempt is due."""
        while not self._stopping.is_set():
            while self._reasons:
                self._pace.woken(self._reasons.popleft(), self._monotonic())
            left = self._pace.due - self._monotonic()
            if left <= 0:
                return
            self._wake.wait(min(left, NETWORK_CHECK_SECONDS) if self._pace.failing else left)
            self._wake.clear()
            if self._pace.failing and self._network.changed():
                self._pace.woken(Reason.NETWORK, self._monotonic())

    def once(self) -> None:
        """Push all that waits, then pull all that is new; raises what stopped it."""
        enrolled = self._enrolment()
        if enrolled is None:
            self._show(SyncState("not_enrolled"))
            return
        turn = self._turn(enrolled)
        try:
            run_rounds(turn, self._pusher, self._rating_log, self._renewal)
        except SyncError as error:
            # A hub that was taken back may know an earlier key of this terminal alone.
            if error.code != UNKNOWN or self._renewal is None:
                raise
            if not self._renewal.announce_again(turn):
                raise
            run_rounds(turn, self._pusher, self._rating_log, self._renewal)
        self._show(SyncState("connected", last_contact=self._clock.now().corrected))

    def renew_key(self) -> None:
        """Change this terminal's key now; `SyncError` when the hub could not be told yet."""
        enrolled = self._enrolment()
        if enrolled is not None and self._renewal is not None:
            self._renewal.renew(self._turn(enrolled))

    def _ask_first(self) -> None:
        """Find out whether the hub is back, by a request that costs it next to nothing."""
        enrolled = self._enrolment()
        if enrolled is not None:
            turn = self._turn(enrolled)
            turn.client.pull(cursors_of(turn), limit=1)
            self._show(SyncState("connected", last_contact=self._clock.now().corrected))

    # Hints

    def _listener(self, line: HintTransport) -> HintListener:
        return HintListener(
            ask=self._wait_for_news,
            abort=line.abort,
            moved=lambda: self.wake(Reason.HINT),
            lost=lambda: self.wake(Reason.UNHINTED),
            randomness=self._randomness,
        )

    def _offer_hint(self) -> bool:
        """Let the hub be asked for news from here on; say whether hints work."""
        enrolled = self._enrolment()
        if self._hint is None or enrolled is None:
            return False
        self._hint.offer(cursors_of(self._turn(enrolled)))
        return self._hint.working

    def _wait_for_news(self, cursors: tuple[Cursor, ...]) -> bool:
        enrolled = self._enrolment()
        if self._hint_transport is None or enrolled is None:
            return False
        client = HubClient(
            self._hint_transport, self._keys, enrolled.hub_key, self._clock, self._randomness
        )
        return bool(client.pull(cursors, wait=True))

    def _turn(self, enrolled: Enrolment) -> Turn:
        client = HubClient(
            self._transport,
            self._keys,
            enrolled.hub_key,
            self._clock,
            self._randomness,
            speed=self._speed,
            measured=self._measured,
            returning=self._returning,
        )
        return Turn(
            client=client,
            returning=self._returning,
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
