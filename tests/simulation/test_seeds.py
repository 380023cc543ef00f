"""Seeds of the simulation; `YICHUANG_SEEDS=N` and `YICHUANG_FIRST_SEED=K` run others.

Long runs are the command's: `main.py simulate --seeds 10000`.
"""

from __future__ import annotations

import os

import pytest

from tests.simulation.run import run_in_folder

SEEDS = int(os.environ.get("YICHUANG_SEEDS", "100"))
FIRST = int(os.environ.get("YICHUANG_FIRST_SEED", "1"))


@pytest.mark.allow_warnings
@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_nothing_lost_nothing_doubled(seed: int) -> None:
    run_in_folder(seed)
