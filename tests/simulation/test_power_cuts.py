"""Power cuts on a faulty disk; `main.py simulate --power-cuts N` cuts more often."""

from __future__ import annotations

import os

import pytest

from tests.simulation.hub_power import run_hub_cut
from tests.simulation.power import PowerCutFailed, run_cut

CUTS = int(os.environ.get("YICHUANG_POWER_CUTS", "100"))
HUB_DAYS = max(1, CUTS // 12)
"""Of two to three cuts each."""


def test_a_power_cut_loses_nothing_that_was_acknowledged() -> None:
    told = [run_cut(seed) for seed in range(1, CUTS + 1)]
    # Cuts fell before, between and behind the actions.
    assert min(told) == 0
    assert max(told) > 8


def test_without_a_sync_at_each_commit_a_power_cut_is_seen_to_lose() -> None:
    for seed in range(1, 40):
        try:
            run_cut(seed, synchronous="normal")
        except PowerCutFailed as error:
            told = str(error)
            break
    else:
        pytest.fail("nothing was lost although nothing was synced")
    assert "acknowledged and gone" in told


@pytest.mark.allow_warnings
def test_a_power_cut_loses_nothing_that_the_hub_has_answered() -> None:
    cuts = [run_hub_cut(seed) for seed in range(1, HUB_DAYS + 1)]
    assert sum(cuts) > len(cuts), "none fell into the work"


@pytest.mark.allow_warnings
def test_without_a_sync_at_each_commit_the_hub_is_seen_to_lose_what_it_answered() -> None:
    for seed in range(12, 30):
        try:
            run_hub_cut(seed, synchronous="normal")
        except PowerCutFailed as error:
            told = str(error)
            break
    else:
        pytest.fail("nothing was lost although nothing was synced")
    assert "3: t0 believes" in told
