"""The most common lives of a case, played on one terminal and one hub by real key presses."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys import staged
from ui.demo.stage import Stage

pytestmark = pytest.mark.timeout(staged.SECONDS)

LIVES = ("decided-at-the-window",)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, qapp: object) -> Iterator[Stage]:
    """One hall for all scenes of this file."""
    with staged.stage_in(tmp_path_factory.mktemp("lives")) as opened:
        yield opened


@pytest.mark.parametrize("name", LIVES)
def test_a_life_goes_as_the_rules_say(stage: Stage, name: str) -> None:
    staged.play(stage, name)


def test_both_sides_hold_the_same(stage: Stage) -> None:
    staged.assert_whole(stage)
