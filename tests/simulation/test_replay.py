"""What a seed stands on: it replays, no clock decides, a failure can be seen again."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation import steps
from tests.simulation.outside import SimClock
from tests.simulation.run import SeedFailed, played, run_in_folder
from tests.simulation.steps import Step, plan_of
from tests.simulation.world import World

pytestmark = pytest.mark.allow_warnings
ROOT = Path(__file__).parents[2]
TRACE = "from tests.simulation.run import run_in_folder; print(*run_in_folder(9).trace, sep='\\n')"


def test_a_seed_replays_in_another_process() -> None:
    there = subprocess.run(
        [sys.executable, "-c", TRACE],
        cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60, check=True,
    )  # fmt: skip
    assert there.stdout.splitlines() == run_in_folder(9).trace


def test_the_wall_clock_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Invariant 10: with terminals' clocks at 1970 or 2030 the same seed comes to the same."""
    told = []
    for wall in (SimClock().wall, 0, SimClock().wall + 4 * 365 * 86_400_000):
        monkeypatch.setattr(steps, "_clock", None)
        monkeypatch.setitem(steps.FATE, "clock", (3, _set_clocks(wall)))
        world = run_in_folder(5)
        told.append([line for line in world.trace if "clock" not in line])
    assert told[0] == told[1] == told[2]


def _set_clocks(wall: int):  # type: ignore[no-untyped-def]
    def step(world: World, terminal: object, rng: random.Random) -> None:
        for one in world.terminals:
            one.clock.wall = wall

    return step


def test_a_failure_names_seed_and_trace() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(steps, "check_step", lambda *_: pytest.fail("4: broken"))
        with pytest.raises((SeedFailed, pytest.fail.Exception)):
            run_in_folder(3)


def test_a_hub_that_wrote_on_before_it_knew_that_it_was_taken_back() -> None:
    """It gave a lost number's place to another case; who has the old entry gives it back."""
    plan = [
        Step("take_in", 2, 1), Step("sync", 2, 0), Step("back_up", 0, 0),
        Step("take_in", 2, 3), Step("sync", 2, 0), Step("take_in", 0, 1), Step("sync", 0, 0),
        Step("restore", 0, 1), Step("take_in", 1, 1), Step("sync", 1, 0),
        Step("sync", 0, 0), Step("sync", 2, 0),
    ]  # fmt: skip
    assert played(plan, terminals=3).restored == 1


def test_a_lost_entry_under_the_end_of_a_hub_that_wrote_on_is_given_back() -> None:
    """It wrote on in the place of one, then heard of the next: the place under its end is asked."""
    plan = [
        Step("sync", 1, 15299), Step("take_in", 0, 10236), Step("take_in", 1, 42293),
        Step("back_up", 0, 23143), Step("sync", 1, 50471), Step("restore", 0, 1),
    ]  # fmt: skip
    assert played(plan, terminals=2).restored == 1


def test_a_hub_that_numbers_a_case_again_before_it_knew_that_it_was_taken_back() -> None:
    """Backed up between storing and judging: the number is the same, its moment is another."""
    plan = [
        Step("take_in", 0, 1), Step("hub_disk", 0, 0), Step("sync", 0, 0), Step("back_up", 0, 0),
        Step("sync", 0, 0), Step("restore", 0, 1), Step("sync", 0, 0),
    ]  # fmt: skip
    world = played(plan, terminals=1)
    assert any("sync.hub_busy" in line for line in world.trace), "it was stored and judged at once"


def test_a_case_that_got_another_number_before_its_first_came_back_has_that_everywhere() -> None:
    """The supervisor sees both as a conflict; who was told the first takes over the other one."""
    plan = [
        Step("back_up", 0, 0), Step("take_in", 1, 1), Step("sync", 1, 0), Step("take_in", 0, 1),
        Step("carry", 0, 19), Step("take_over", 1, 0), Step("sync", 1, 0), Step("sync", 1, 0),
        Step("restore", 0, 1), Step("sync", 0, 0), Step("sync", 1, 0),
    ]  # fmt: skip
    assert played(plan, terminals=2).restored == 1


def test_of_two_windows_that_accept_one_case_both_go_on_from_the_first() -> None:
    """The second one's step is a conflict, and no part of the case at its own window either."""
    plan = [
        Step("take_in", 0, 5), Step("sync", 0, 0), Step("take_over", 1, 0), Step("sync", 1, 0),
        Step("sync", 1, 0), Step("supplement", 0, 0), Step("sync", 0, 0), Step("sync", 1, 0),
        Step("accept", 0, 0), Step("accept", 1, 0), Step("sync", 0, 0), Step("sync", 1, 0),
    ]  # fmt: skip
    assert "accept t1 0 -> done" in played(plan, terminals=2).trace


def test_of_two_windows_the_second_goes_on_from_the_first_though_it_has_wiped_the_beginning() -> (
    None
):
    """A case waits longer than the retention time, and then its paper comes to two windows."""
    plan = [
        Step("take_in", 1, 5), Step("sync", 1, 0), Step("sync", 1, 0), Step("take_over", 0, 0),
        Step("sync", 0, 0), Step("sync", 0, 0), Step("wipe", 1, 0), Step("supplement", 0, 0),
        Step("accept", 0, 0), Step("supplement", 1, 0), Step("accept", 1, 0), Step("sync", 0, 0),
    ]  # fmt: skip
    world = played(plan, terminals=2)
    assert world.trace.count("accept t1 0 -> done") == 1
    assert world.wiped
    assert not world.restored


def test_a_case_that_was_wiped_at_a_window_goes_on_there() -> None:
    """What comes later is taken up, with what it says; the rest of it stays wiped."""
    plan = [
        Step("take_in", 1, 1), Step("sync", 1, 0), Step("sync", 1, 0), Step("take_over", 0, 0),
        Step("sync", 0, 0), Step("sync", 0, 0), Step("wipe", 0, 0), Step("decide", 0, 0),
    ]  # fmt: skip
    assert played(plan, terminals=2).wiped


def test_what_was_written_again_and_held_hears_what_became_of_the_first() -> None:
    """A disk was put back while its scan was on the way: the hub names the entry that is gone."""
    run_in_folder(4853)


def test_a_wipe_that_died_halfway_has_wiped() -> None:
    """What it wiped before it died is missing at a hub that was put back."""
    plan = [
        Step("back_up", 0, 0), Step("take_in", 0, 1), Step("sync", 0, 0), Step("die", 0, 3),
        Step("wipe", 0, 0), Step("restore", 0, 1),
    ]  # fmt: skip
    world = played(plan, terminals=1)
    assert "wipe t0 0 -> died" in world.trace


def test_what_was_heard_on_a_stick_is_not_forgotten_when_the_line_is_back() -> None:
    """The place that came on it is all that shows the hub that it was taken back."""
    plan = [
        Step("sync", 0, 0), Step("take_in", 1, 1), Step("sync", 1, 0), Step("back_up", 0, 0),
        Step("decide", 0, 0), Step("carry", 0, 1), Step("restore", 0, 1), Step("sync", 0, 0),
    ]  # fmt: skip
    world = played(plan, terminals=2)
    assert "carry t0 1 -> done" in world.trace
    assert world.restored == 1


def test_scans_come_again_to_a_hub_that_was_taken_back_before_it_wrote_anything() -> None:
    """It has no journal whose epoch shows it: what it lost of ours is all that tells."""
    plan = [
        Step("back_up", 0, 0), Step("take_in", 0, 30162), Step("sync", 0, 10383),
        Step("restore", 0, 1),
    ]  # fmt: skip
    assert played(plan, terminals=1).restored == 1


def test_what_a_hub_wrote_over_before_it_knew_is_named_though_nobody_has_any_of_it() -> None:
    """It began to serve before all that it wrote since, and the lost ones went further on."""
    plan = plan_of(
        "take_in 0 1, take_in 0 3, take_in 0 4, take_in 0 6, sync 0 0, back_up 0 0,"
        "rate_by_phone 0 1, rate_by_phone 0 5, rate_by_phone 0 6, rate_by_phone 0 7, sync 1 0,"
        "restore 0 1, take_in 2 1, sync 2 0"
    )
    assert played(plan, terminals=3).restored == 1


def test_it_is_named_although_the_hub_was_started_once_more_before_it_knew() -> None:
    """Who has the entry behind gives it back, and that one names the one before it."""
    plan = plan_of(
        "take_in 0 1, take_in 0 3, take_in 0 4, sync 0 0, back_up 0 0, rate_by_phone 0 1,"
        "rate_by_phone 0 5, take_in 0 1, sync 0 0, sync 0 0, restore 0 1, take_in 2 1, sync 2 0,"
        "hub_on_off 0 0, hub_on_off 0 0"
    )
    assert played(plan, terminals=3).restored == 1


def test_what_an_older_release_held_to_the_end_is_taken_up_by_the_next_one() -> None:
    """Nothing comes after it that would have it tried again: the start after the update does."""
    plan = plan_of(
        "release 0 38281, sync 0 33578, accept 0 39678, supplement 0 30594, sync 0 54826,"
        "decide 0 3427, sync 0 59293"
    )
    world = played(plan, terminals=1)
    assert "decide t0 3427 -> done" in world.trace
