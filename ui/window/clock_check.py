"""What to say when this machine's clock is not the platform's: which time is written down."""

from __future__ import annotations

from terminal.clock import HubMeasure, Instant, to_local
from terminal.texts import Texts
from ui.window.dates import clock_words

LEAST_MS = 60_000
"""Less than a minute apart is nobody's concern: papers name minutes."""


def clock_difference(now: Instant, measure: HubMeasure | None, texts: Texts) -> str:
    """Return the sentence that names both times and which one counts; empty when they agree.

    A receipt bears the platform's time as far as it is known: whoever reads another one from
    the machine's own clock must not take the paper for wrong. `measure` is what the last
    exchange told; without one in this boot the time is only remembered.
    """
    offset = now.corrected - now.wall
    if abs(offset) < LEAST_MS:
        return ""
    own_day, own_time = clock_words(now.wall, texts)
    day, time = clock_words(now.corrected, texts)
    same_day = to_local(now.wall).date() == to_local(now.corrected).date()
    own = own_time if same_day else texts("window.clock.with_day", day=own_day, time=own_time)
    hub = time if same_day else texts("window.clock.with_day", day=day, time=time)
    if measure is None or now.quality != "hub":
        return texts("window.clock.remembered", own=own, hub=hub)
    seconds = -(-measure.tolerance(now.monotonic) // 1000)
    return texts("window.clock.measured", own=own, hub=hub, seconds=seconds)
