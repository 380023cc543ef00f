"""The simulation can fail: each mutant of the core is caught within a few seeds.

A seed fails by an assertion, by not settling or by an error of the core's own; a mutant that
survives all seeds is a defect of the simulation.
"""

from __future__ import annotations

import pytest

from tests.simulation.mutants import MUTANTS
from tests.simulation.run import SeedFailed, run_in_folder

MOST_SEEDS = 60


def catching_seed(name: str) -> int:
    """Return a seed that catches a mutant, 0 if none does; the known ones are tried first."""
    mutate, known = MUTANTS[name]
    for seed in (*known, *range(1, MOST_SEEDS)):
        with pytest.MonkeyPatch.context() as patch:
            mutate(patch)
            try:
                run_in_folder(seed)
            except SeedFailed:
                return seed
    return 0


@pytest.mark.allow_warnings
@pytest.mark.parametrize("name", MUTANTS)
def test_mutant_is_caught(name: str) -> None:
    assert catching_seed(name), "the mutant survived every seed"
