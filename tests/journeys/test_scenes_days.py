"""Days that do not go straight on: an interruption, an agent with five, a power cut."""

from __future__ import annotations

import pytest

from terminal.dev.scenes import Scene
from terminal.dev.scenes.interruptions import AGENT, INTERRUPTED, POWER_CUT
from terminal.dev.scenes.lives_ended import NOT_ACCEPTED, WITHDRAWN
from tests.journeys import staged
from ui.demo.stage import Stage

pytestmark = pytest.mark.timeout(staged.SECONDS)

DAYS = (INTERRUPTED, AGENT, POWER_CUT, NOT_ACCEPTED, WITHDRAWN)


@pytest.mark.parametrize("scene", DAYS, ids=[scene.name for scene in DAYS])
def test_a_day_goes_as_the_rules_say(stage: Stage, scene: Scene) -> None:
    staged.play(stage, scene)


def test_both_sides_hold_the_same(stage: Stage) -> None:
    staged.assert_whole(stage)
