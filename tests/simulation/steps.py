"""The steps of a day: what happens, to whom, and by which number; a list of them replays."""

from __future__ import annotations

import random
from collections.abc import Callable

import msgspec

from tests.simulation import acts, at_hub
from tests.simulation.faults import FAILING, FULL, READ_ONLY
from tests.simulation.invariants import check_step
from tests.simulation.outside import START, YEAR_1970, YEAR_2030
from tests.simulation.pace import an_hour
from tests.simulation.terminal import Terminal
from tests.simulation.world import World


class Step(msgspec.Struct, frozen=True):
    """One step: its name, the terminal's place, and the seed of its randomness."""

    name: str
    terminal: int
    number: int


PEOPLE: dict[str, tuple[int, Callable[[Terminal, random.Random], None]]] = {
    "take_in": (26, acts.take_in),
    "supplement": (9, acts.supplement),
    "accept": (5, acts.accept),
    "take_over": (3, acts.take_over),
    "rate": (7, acts.rate),
    "print_papers": (8, acts.print_papers),
    "poison": (2, acts.poison),
    "wipe": (2, acts.wipe),
    "carry": (3, acts.carry),
    "release": (1, acts.release),
    "sync": (24, acts.sync),
}
"""What is done at a terminal, with its weight."""

HUB: dict[str, tuple[int, Callable[[World, random.Random], None]]] = {
    "decide": (5, at_hub.decide),
    "rate_by_phone": (3, at_hub.rate_by_phone),
    "change_policy": (2, at_hub.change_policy),
    "publish": (1, at_hub.publish),
    "seal": (3, at_hub.seal),
}
"""What is done at the hub."""


def _die(world: World, terminal: Terminal, rng: random.Random) -> None:
    terminal.faults.die_in = rng.randint(0, 30)


def _disk(world: World, terminal: Terminal, rng: random.Random) -> None:
    terminal.faults.failure = rng.choice((FULL, FAILING, READ_ONLY))
    terminal.faults.once = rng.random() < 0.5
    terminal.faults.fail_in = rng.randint(0, 15)


def _hub_dies(world: World, terminal: Terminal, rng: random.Random) -> None:
    world.hub_faults.die_in = rng.randint(0, 30)


def _hub_disk(world: World, terminal: Terminal, rng: random.Random) -> None:
    world.hub_faults.failure = rng.choice((FULL, FAILING))
    world.hub_faults.fail_in = rng.randint(0, 20)


def _clock(world: World, terminal: Terminal, rng: random.Random) -> None:
    terminal.clock.wall = rng.choice((YEAR_1970, START, YEAR_2030))


def _hub_clock(world: World, terminal: Terminal, rng: random.Random) -> None:
    if not world.renewing:
        # Renewed twice between two backups, a terminal would be a stranger to the older one.
        world.hub_clock.wall = rng.choice((START, YEAR_2030))


def _hub_on_off(world: World, terminal: Terminal, rng: random.Random) -> None:
    if world.line is None:
        world.start_hub()
    else:
        world.stop_hub()


def _roll_back(world: World, terminal: Terminal, rng: random.Random) -> None:
    def meanwhile() -> None:
        terminal.guarded(lambda: acts.take_in(terminal, rng))
        terminal.guarded(lambda: acts.print_papers(terminal, rng))
        terminal.guarded(terminal.sync)
        check_step(world, terminal)

    world.roll_back(terminal, meanwhile)


def _clone(world: World, terminal: Terminal, rng: random.Random) -> None:
    if len(world.terminals) < 4 and not (world.renewing and world.restored):
        world.clone(terminal)


def _back_up(world: World, terminal: Terminal, rng: random.Random) -> None:
    world.back_up_hub()


def _restore(world: World, terminal: Terminal, rng: random.Random) -> None:
    cloned = len({one.number for one in world.terminals}) < len(world.terminals)
    if world.renewing and cloned:
        # The older hub may take the one's next key, and then know the other's no more: a stranger.
        return
    if not world.restore_hub(with_mark=rng.random() < 0.6):
        world.back_up_hub()


def _late(world: World, terminal: Terminal, rng: random.Random) -> None:
    terminal.network.deliver_late()


def _line(world: World, terminal: Terminal, rng: random.Random) -> None:
    terminal.network.trouble = rng.choice((0.0, 0.2, 0.6))


def _bring_back(world: World, terminal: Terminal, rng: random.Random) -> None:
    terminal.bring_blobs_back()


def _hour(world: World, terminal: Terminal, rng: random.Random) -> None:
    an_hour(terminal)


FATE: dict[str, tuple[int, Callable[[World, Terminal, random.Random], None]]] = {
    "die": (8, _die),
    "disk": (5, _disk),
    "hub_dies": (4, _hub_dies),
    "hub_disk": (3, _hub_disk),
    "clock": (3, _clock),
    "hub_clock": (1, _hub_clock),
    "hub_on_off": (4, _hub_on_off),
    "roll_back": (1, _roll_back),
    "clone": (1, _clone),
    "back_up": (2, _back_up),
    "restore": (2, _restore),
    "late": (4, _late),
    "line": (4, _line),
    "bring_back": (2, _bring_back),
    "hour": (1, _hour),
}
"""What nobody does on purpose."""

WEIGHTS = {name: entry[0] for group in (PEOPLE, HUB, FATE) for name, entry in group.items()}


def draw(rng: random.Random, terminals: int) -> Step:
    """Return a step as the seed wills it."""
    name = rng.choices(tuple(WEIGHTS), tuple(WEIGHTS.values()))[0]
    return Step(name, rng.randrange(terminals), rng.getrandbits(32))


def plan_of(text: str) -> list[Step]:
    """Read a plan: steps with commas between, each a name, a terminal's place and a number."""
    parts = (one.split() for one in text.split(","))
    return [Step(name, int(terminal), int(number)) for name, terminal, number in parts]


def play(world: World, step: Step) -> None:
    """Do a step, check what must hold at every step, and note what became of it."""
    rng = random.Random(step.number)
    terminal = world.terminals[step.terminal % len(world.terminals)]
    terminal.network.rng = random.Random(step.number)
    terminal.network.in_a_row = 0
    world.trace.append(f"{step.name} {terminal.name} {step.number}")
    outcome = ""
    if step.name in PEOPLE:
        work = PEOPLE[step.name][1]
        outcome = terminal.guarded(lambda: work(terminal, rng))
    elif step.name in HUB:
        outcome = at_hub.guarded(world, HUB[step.name][1], rng)
    else:
        FATE[step.name][1](world, terminal, rng)
    world.trace[-1] += f" -> {outcome}"
    if step.name in ("sync", "hour", "take_in", "poison", "rate", "roll_back", "carry", "wipe"):
        check_step(world, terminal)
