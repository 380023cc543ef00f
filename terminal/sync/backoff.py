"""Back-off with full jitter: base 2 s, cap 5 min, never gives up."""

from __future__ import annotations

from terminal.ids import Randomness

BASE_SECONDS = 2.0
CAP_SECONDS = 300.0
_STEPS = 1 << 16


class Backoff:
    """Delays between attempts; `least` keeps even a lucky draw from being a hot loop."""

    least = 0.5

    def __init__(self, randomness: Randomness) -> None:
        self._randomness = randomness
        self._failures = 0

    def next_delay(self) -> float:
        """Return the pause in seconds after one more failure."""
        ceiling = min(CAP_SECONDS, BASE_SECONDS * float(1 << min(self._failures, 16)))
        self._failures += 1
        return max(self.least, ceiling * self.draw())

    def draw(self) -> float:
        """Return a random number from 0 to 1, the latter not included."""
        return int.from_bytes(self._randomness.token_bytes(2), "big") / _STEPS

    def reset(self) -> None:
        """Begin again after a success."""
        self._failures = 0
