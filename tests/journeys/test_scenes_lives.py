"""The most common lives of a case, played on one terminal and one hub by real key presses."""

from __future__ import annotations

import pytest

from terminal.dev.scenes import LIVES, Scene
from terminal.dev.scenes.lives_ended import NOT_ACCEPTED, WITHDRAWN
from tests.journeys import staged
from ui.demo.stage import Stage

pytestmark = pytest.mark.timeout(staged.SECONDS)

HERE = tuple(life for life in LIVES if life not in (NOT_ACCEPTED, WITHDRAWN))
"""Two short ones stand in the other file, so that two processors share the time."""


@pytest.mark.parametrize("scene", HERE, ids=[life.name for life in HERE])
def test_a_life_goes_as_the_rules_say(stage: Stage, scene: Scene) -> None:
    staged.play(stage, scene)


def test_both_sides_hold_the_same(stage: Stage) -> None:
    staged.assert_whole(stage)
