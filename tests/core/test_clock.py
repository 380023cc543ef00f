"""The machine's clock and the hub's: what one exchange tells, and what is believed of it."""

from __future__ import annotations

import time

import msgspec
import pytest

from terminal.clock import HubMeasure, Instant, SystemClock, measure_hub

BOOT = "11111111-1111-1111-1111-111111111111"


def at(monotonic: int, wall: int = 0, boot: str = BOOT) -> Instant:
    return Instant(wall or 1_700_000_000_000 + monotonic, monotonic, boot)


def test_the_hubs_time_lies_in_the_middle_give_or_take_half() -> None:
    measure = measure_hub(at(1000), at(1400), 1_700_000_061_200)
    assert (measure.offset, measure.uncertainty) == (60_000, 200)


def test_a_wall_clock_that_is_set_meanwhile_changes_nothing() -> None:
    asked = at(1000)
    # Somebody sets the clock to 1970 between question and answer.
    answered = at(1400, wall=86_400_000)
    measure = measure_hub(asked, answered, 1_700_000_061_200)
    assert answered.wall + measure.offset == 1_700_000_061_400
    assert measure.uncertainty == 200


def test_a_better_measure_is_kept_until_clocks_may_have_drifted() -> None:
    sure = measure_hub(at(1000), at(1010), 1_700_000_001_005)
    vague = measure_hub(at(60_000), at(64_000), 1_700_000_062_000)
    assert sure.outlives(vague)
    assert not vague.outlives(sure)
    # Ten hours later the sure one is no longer as sure.
    late = 36_000_000
    later = measure_hub(at(late), at(late + 4000), 1_700_000_000_000 + late + 2000)
    assert not sure.outlives(later)


def test_a_hub_whose_clock_was_set_is_believed() -> None:
    sure = measure_hub(at(1000), at(1010), 1_700_000_001_005)
    moved = measure_hub(at(2000), at(2400), 1_700_000_902_200)
    assert not sure.outlives(moved)


def test_another_boot_counts_from_anew() -> None:
    sure = measure_hub(at(1000), at(1010), 1_700_000_001_005)
    after = measure_hub(at(500, boot="other"), at(900, boot="other"), 1_700_000_000_700)
    assert not sure.outlives(after)


def test_the_system_clock_follows_what_it_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SystemClock()
    now = clock.now()
    assert (now.hub_offset, now.quality) == (None, "wall")
    assert clock.take(measure_hub(now, now, now.wall + 90_000))
    told = clock.now()
    assert told.quality == "hub"
    assert told.hub_offset == pytest.approx(90_000, abs=50)
    # The clock is set to 1970: what is printed and journalled is the hub's time all the same.
    wall = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: wall() % (86_400 * 10**9))
    reset = clock.now()
    assert reset.wall < 86_400_000
    assert reset.corrected == pytest.approx(told.corrected, abs=1000)


def test_an_earlier_runs_measure_is_remembered() -> None:
    first = SystemClock()
    now = first.now()
    first.take(measure_hub(now, now, now.wall - 3_600_000))
    kept = first.measure
    assert kept is not None
    same_boot = SystemClock()
    same_boot.remember(kept)
    assert same_boot.now().quality in ("hub", "remembered")
    other_boot = SystemClock()
    other_boot.remember(msgspec.structs.replace(kept, boot_id="before"))
    told = other_boot.now()
    assert (told.quality, told.hub_offset) == ("remembered", kept.offset)
    vague = HubMeasure(-3_600_000, kept.anchor, 9_000, kept.monotonic + 1, kept.boot_id)
    assert not same_boot.take(vague)
    assert same_boot.measure == kept
