"""Every other seed of the simulation: those that `test_seeds.py` leaves out, on another core.

Long runs are the command's: `main.py simulate --seeds 10000`.
"""

from __future__ import annotations

import pytest

from tests.simulation.run import run_in_folder, seeds


@pytest.mark.allow_warnings
@pytest.mark.parametrize("seed", seeds(1, 2))
def test_nothing_lost_nothing_doubled(seed: int) -> None:
    run_in_folder(seed)
