"""Seeds of the simulation; `YICHUANG_SEEDS=N` and `YICHUANG_FIRST_SEED=K` run others."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from tests.simulation.run import run_seed

SEEDS = int(os.environ.get("YICHUANG_SEEDS", "60"))
FIRST = int(os.environ.get("YICHUANG_FIRST_SEED", "1"))


@pytest.mark.allow_warnings
@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_nothing_lost_nothing_doubled(seed: int) -> None:
    shm = Path("/dev/shm")
    base = shm if shm.is_dir() and os.access(shm, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=base, prefix=f"seed-{seed}-") as folder:
        run_seed(Path(folder), seed)
