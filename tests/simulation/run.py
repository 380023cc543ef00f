"""One seed: a troubled day, then a quiet hour in which everything must settle; then the truth."""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterable
from pathlib import Path

from tests.simulation.invariants import check_end
from tests.simulation.settle import settle
from tests.simulation.steps import Step, draw, play
from tests.simulation.world import World

STEPS = 40
SEEDS = int(os.environ.get("YICHUANG_SEEDS", "200"))
FIRST = int(os.environ.get("YICHUANG_FIRST_SEED", "1"))
"""Which seeds the tests play; `YICHUANG_SEEDS=N` and `YICHUANG_FIRST_SEED=K` play others."""


class SeedFailed(AssertionError):
    """A seed broke an invariant; the text says which, after what, and how to see it again."""


def seeds(part: int, parts: int) -> range:
    """Return every `parts`-th seed of the tests, from the `part`-th on: files share them out."""
    return range(FIRST + part, FIRST + SEEDS, parts)


def run_seed(folder: Path, seed: int, *, steps: int = STEPS) -> World:
    """Play one seed and check the invariants; returns the world, closed."""
    rng = random.Random(f"steps of {seed}")
    terminals = rng.choice((1, 2, 2, 2, 3))
    old_ledger = rng.random() < 0.15
    plan = [draw(rng, terminals) for _ in range(steps)]
    trouble = [rng.choice((0.0, 0.2, 0.6)) for _ in range(terminals)]
    world = World(folder, seed, terminals=terminals, old_ledger=old_ledger)
    world.renewing = rng.random() < 0.3
    for terminal, much in zip(world.terminals, trouble, strict=True):
        terminal.network.trouble = much
        if world.renewing:
            terminal.keys.overdue()
    run_plan(world, plan, f"simulate --seeds 1 --start {seed} --steps {steps}")
    return world


def run_plan(world: World, plan: Iterable[Step], again: str) -> None:
    """Play steps, settle, check; a failure names the trace and the way to see it again."""
    try:
        try:
            for step in plan:
                play(world, step)
            world.trace.append("settle")
            settle(world)
            check_end(world)
        finally:
            world.close()
    except Exception as error:
        text = f"{type(error).__name__}: {error}\n  again: {again}\n  "
        raise SeedFailed(text + "\n  ".join(world.trace)) from error


def fast_folder() -> Path | None:
    """Return a folder in memory where the system has one: the simulation writes durably."""
    memory = Path("/dev/shm")
    return memory if memory.is_dir() and os.access(memory, os.W_OK) else None


def run_in_folder(seed: int, steps: int = STEPS) -> World:
    """Play one seed in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=fast_folder(), prefix=f"seed-{seed}-") as folder:
        return run_seed(Path(folder), seed, steps=steps)


def played(plan: Iterable[Step], *, terminals: int) -> World:
    """Play a plan in a folder of its own, with the hall of seed 1."""
    with tempfile.TemporaryDirectory(dir=fast_folder(), prefix="plan-") as folder:
        world = World(Path(folder), 1, terminals=terminals)
        run_plan(world, plan, "this plan")
    return world
