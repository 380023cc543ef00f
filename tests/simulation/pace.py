"""Hours of the loop with the hub away, by the loop's own pauses, in no time."""

from __future__ import annotations

from terminal.sync.worker import Reason
from tests.simulation.terminal import Terminal

MOST_REQUESTS_AN_HOUR = 100
"""Full jitter up to five minutes makes some thirty turns an hour; a lucky hour has more."""

HOUR = 3600.0
BUSY_SECONDS = 120.0


def an_hour(terminal: Terminal) -> None:
    """Invariant 6: let the loop run against a hub that is away; its requests are bounded.

    In the first minutes people go on working: new entries wake the loop again and again.
    """
    worker, network = terminal.worker, terminal.network
    network.hub_away = True
    before, begun = network.requests, terminal.seconds
    try:
        while terminal.seconds - begun < HOUR:
            worker._attempt()
            if terminal.seconds - begun < BUSY_SECONDS:
                worker._pace.woken(Reason.ENTRY, terminal.seconds)
            terminal.seconds += max(worker._pace.due - terminal.seconds, 0.0)
            asked = network.requests - before
            passed = terminal.seconds - begun
            assert asked <= MOST_REQUESTS_AN_HOUR, f"6: {asked} requests in {passed:.0f} s"
    finally:
        network.hub_away = False
