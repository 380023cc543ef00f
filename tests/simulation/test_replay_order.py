"""Every window shows a case as the hub has it, step by step, also after the hub was put back.

Each plan is the shortest way to something that was found, or to one branch of its remedy.
"""

from __future__ import annotations

import pytest

from tests.simulation.run import played
from tests.simulation.steps import plan_of

pytestmark = pytest.mark.allow_warnings

KNOWN_TO_TWO = "take_in 0 5, sync 0 0, take_over 1 0, sync 1 0, sync 1 0"
KNOWN_TO_THREE = f"{KNOWN_TO_TWO}, take_over 2 0, sync 2 0, sync 2 0"


def test_of_two_decisions_the_one_that_holds_at_the_hub_is_shown_everywhere() -> None:
    """The hub was put back, and its department decided again before the first one came back."""
    plan = plan_of(
        "take_in 0 3451, sync 0 54110, back_up 0 0, decide 0 312, sync 0 32910, restore 0 25138,"
        "decide 0 4954"
    )
    world = played(plan, terminals=1)
    assert world.trace.count("decide t0 312 -> done") == 1
    assert world.trace.count("decide t0 4954 -> done") == 1


def test_a_step_between_two_numbers_of_one_case_stands_where_the_hub_has_it() -> None:
    """The hub was put back and gave the number after the step, before which it was told here."""
    plan = plan_of("back_up 0 0, take_in 0 57823, sync 0 58154, restore 0 1")
    assert played(plan, terminals=1).restored == 1


def test_steps_that_two_windows_took_at_the_same_time_stand_in_the_hubs_order() -> None:
    """It heard them in one order, and in the other one after it was put back."""
    plan = plan_of(
        f"{KNOWN_TO_THREE}, back_up 0 0, supplement 1 0, sync 1 0, sync 2 0, restore 0 1,"
        "supplement 0 0, sync 0 0"
    )
    assert "supplement t0 0 -> done" in played(plan, terminals=3).trace


def test_a_step_without_effect_is_taken_out_at_the_windows_that_had_heard_of_it() -> None:
    """It had one before the hub was put back; now another window was first."""
    plan = plan_of(
        f"{KNOWN_TO_THREE}, supplement 0 0, sync 0 0, sync 1 0, sync 2 0, back_up 0 0,"
        "supplement 1 0, sync 1 0, sync 2 0, restore 0 1, accept 0 0, sync 0 0"
    )
    assert "accept t0 0 -> done" in played(plan, terminals=3).trace


def test_a_window_of_which_the_hub_forgot_that_it_knows_the_case_hears_of_it_as_well() -> None:
    """It is told when its paper comes again, behind what has an effect."""
    plan = plan_of(
        f"{KNOWN_TO_TWO}, supplement 0 0, sync 0 0, sync 1 0, back_up 0 0, take_over 2 0,"
        "sync 2 0, sync 2 0, supplement 1 0, sync 1 0, sync 2 0, restore 0 1, accept 0 0,"
        "sync 0 0, sync 1 0, sync 2 0"
    )
    assert "accept t0 0 -> done" in played(plan, terminals=3).trace


def test_a_window_that_comes_later_hears_of_the_steps_in_the_cases_own_order() -> None:
    """One of them arrived first, and was held for what came before it."""
    plan = plan_of(
        f"back_up 0 0, {KNOWN_TO_TWO}, supplement 1 0, supplement 0 0, restore 0 1, sync 1 0,"
        "sync 0 0, take_over 2 0, sync 2 0"
    )
    assert "supplement t1 0 -> done" in played(plan, terminals=3).trace
