"""Small cases by hypothesis: steps in any order, shrunk to the shortest that still fails.

The same world and steps as the seeds have; its examples are derived from the code, so that a
run in CI is the same each time. `YICHUANG_EXAMPLES=N` looks further.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from tests.simulation.invariants import check_end, check_step
from tests.simulation.run import fast_folder
from tests.simulation.settle import settle
from tests.simulation.steps import FATE, HUB, PEOPLE, Step, play
from tests.simulation.world import World

EXAMPLES = int(os.environ.get("YICHUANG_EXAMPLES", "15"))
STEPS = 12
NUMBERS = st.integers(0, 9)
PLACES = st.integers(0, 1)


class SmallHall(RuleBasedStateMachine):
    """One or two terminals, a dozen steps; then everything must settle."""

    @initialize(seed=st.integers(0, 3), terminals=st.integers(1, 2))
    def open(self, seed: int, terminals: int) -> None:
        self.folder = tempfile.TemporaryDirectory(dir=fast_folder(), prefix="small-")
        self.world = World(Path(self.folder.name), seed, terminals=terminals)

    @rule(name=st.sampled_from(sorted(PEOPLE)), place=PLACES, number=NUMBERS)
    def people(self, name: str, place: int, number: int) -> None:
        play(self.world, Step(name, place, number))

    @rule(place=PLACES, number=NUMBERS)
    def take_in(self, place: int, number: int) -> None:
        play(self.world, Step("take_in", place, number))

    @rule(place=PLACES, number=NUMBERS)
    def sync(self, place: int, number: int) -> None:
        play(self.world, Step("sync", place, number))

    @rule(name=st.sampled_from(sorted(HUB)), number=NUMBERS)
    def hub(self, name: str, number: int) -> None:
        play(self.world, Step(name, 0, number))

    @rule(name=st.sampled_from(sorted(FATE)), place=PLACES, number=NUMBERS)
    def fate(self, name: str, place: int, number: int) -> None:
        play(self.world, Step(name, place, number))

    @invariant()
    def holds(self) -> None:
        if hasattr(self, "world"):
            for terminal in self.world.terminals:
                check_step(self.world, terminal)

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            settle(self.world)
            check_end(self.world)
        finally:
            self.world.close()
            self.folder.cleanup()


@pytest.mark.allow_warnings
def test_small_cases_hold() -> None:
    run = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    SmallHall.TestCase.settings = run
    SmallHall.TestCase("runTest").runTest()
