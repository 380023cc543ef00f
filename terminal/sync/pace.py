"""When the loop goes to work again: pauses, what cuts them short, and who waits for its turn.

While the hub fails a terminal asks at full-jitter intervals up to five minutes: about thirty
times an hour. What cuts a pause short is bounded: new entries at most once in 15 s, a change of
the network at most once in 5 s, and a person as often as a person can press a key (0.5 s).
"""

from __future__ import annotations

from enum import Enum

from terminal.ids import Randomness
from terminal.protocol.suites import STANDARD
from terminal.sync.backoff import CAP_SECONDS, Backoff

IDLE_SECONDS = 5.0
"""How long the loop rests when nothing waits, nobody wakes it and the hub gives no hints."""

HINTED_SECONDS = 60.0
"""How long it rests while the hub would tell it of news at once."""

ENTRY_SECONDS = 15.0
NETWORK_SECONDS = 5.0
OUTAGE_SECONDS = 30 * 60.0
"""After a hub was away for longer than this, its terminals come back one after another."""

SPREAD_SECONDS = 10 * 60.0


class Reason(Enum):
    """Why the loop is woken."""

    ENTRY = "entry"
    HINT = "hint"
    NETWORK = "network"
    PERSON = "person"
    UNHINTED = "unhinted"


def slot(terminal_id: str) -> float:
    """Return this terminal's place in the ten minutes after an outage, in seconds."""
    digest = STANDARD.digest(terminal_id.encode())
    return int.from_bytes(digest[:4], "big") / (1 << 32) * SPREAD_SECONDS


class Pace:
    """Decides when the next attempt is due; all times are seconds of one monotonic clock."""

    def __init__(self, terminal_id: str, randomness: Randomness) -> None:
        self._slot = slot(terminal_id)
        self._backoff = Backoff(randomness)
        self._tried = float("-inf")
        self._failing_since: float | None = None
        self._waits_for_turn = False
        self._person = False
        self.due = float("-inf")

    @property
    def failing(self) -> bool:
        """Whether the last attempt failed."""
        return self._failing_since is not None

    def asks_first(self, now: float) -> bool:
        """Say whether the next attempt only asks if the hub is back, after a long outage."""
        if self._person or self._waits_for_turn or self._failing_since is None:
            return False
        return now - self._failing_since > OUTAGE_SECONDS

    def found(self, now: float) -> None:
        """The hub is back after a long outage: wait for this terminal's turn."""
        self._failing_since = None
        self._backoff.reset()
        self._waits_for_turn = True
        self._tried, self.due = now, now + self._slot

    def succeeded(self, now: float, *, hinted: bool) -> None:
        """A turn went well; `hinted` says that the hub will tell of news by itself."""
        self._failing_since = None
        self._backoff.reset()
        self._rest(now, HINTED_SECONDS if hinted else IDLE_SECONDS)

    def told(self, now: float, seconds: float) -> None:
        """The hub takes in others first: come after so long, at the latest after twice that.

        Nothing failed, and nothing but a person cuts it short: the others wait as well.
        """
        self._failing_since = None
        self._backoff.reset()
        least = min(max(seconds, self._backoff.least), CAP_SECONDS)
        self._rest(now, least * (1 + self._backoff.draw()))
        self._waits_for_turn = True

    def failed(self, now: float) -> None:
        """A turn was stopped by something."""
        if self._failing_since is None:
            self._failing_since = now
        self._rest(now, self._backoff.next_delay())

    def _rest(self, now: float, delay: float) -> None:
        self._waits_for_turn = self._person = False
        self._tried, self.due = now, now + delay

    def woken(self, reason: Reason, now: float) -> None:
        """Bring the next attempt forward as far as this reason may."""
        if reason is Reason.PERSON:
            self._person = True
            self.due = min(self.due, max(now, self._tried + self._backoff.least))
        elif self._waits_for_turn:
            return
        elif reason is Reason.UNHINTED:
            # Look as often as without hints; while the hub fails nothing is hinted anyway.
            if not self.failing:
                self.due = min(self.due, self._tried + IDLE_SECONDS)
        elif not self.failing:
            self.due = min(self.due, now)
        else:
            pause = ENTRY_SECONDS if reason is Reason.ENTRY else NETWORK_SECONDS
            self.due = min(self.due, max(now, self._tried + pause))
