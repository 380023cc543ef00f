"""After the faults: everything must settle by itself, within a bound."""

from __future__ import annotations

from terminal.errors import TerminalError
from terminal.services.updating import after_update
from tests.simulation.acts import carry_home
from tests.simulation.terminal import Terminal
from tests.simulation.world import World

SETTLE_ROUNDS = 25
REQUESTS_A_ROUND = 40


def settle(world: World) -> None:
    """Let the faults stop; then only the loops run until nothing waits (invariant 6)."""
    world.start_hub()
    world.hub_faults.clear()
    for terminal in world.terminals:
        terminal.unknown_kinds = frozenset()
        terminal.restart()
        # The present release is started, wherever an older one ran.
        after_update(terminal.ledger, terminal.enrolment, terminal.clock)
        terminal.network.trouble = 0.0
        terminal.network.deliver_late()
        terminal.bring_blobs_back()
        terminal.clock.wall = world.hub_clock.wall
    told = ""
    for _ in range(SETTLE_ROUNDS):
        told = ""
        before = [terminal.network.requests for terminal in world.terminals]
        for terminal in world.terminals:
            terminal.network.in_a_row = 0
            told = _turn(terminal) or told
        for terminal, asked in zip(world.terminals, before, strict=True):
            assert terminal.network.requests - asked <= REQUESTS_A_ROUND, "6: too many requests"
        if not told and not any(terminal.waits() for terminal in world.terminals):
            break
    else:
        raise AssertionError(f"6: not settled after {SETTLE_ROUNDS} rounds: {told}")
    # What one terminal sent in the last round is news for the others.
    for terminal in world.terminals:
        told = _turn(terminal)
        assert not told, f"6: {told}"


def _turn(terminal: Terminal) -> str:
    """One round; returns what went wrong.

    Of two machines with one key the one renews it, and the other's is not heard any more: it is
    taken out of service, and what it has goes to the hub on a stick.
    """
    try:
        terminal.sync()
    except TerminalError as error:
        if error.code != "hub.key_retired":
            return error.code
        carry_home(terminal)
    return ""
