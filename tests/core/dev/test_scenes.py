"""Scenes as data: names, steps, and somebody who can perform each kind of step."""

from __future__ import annotations

import pytest

from terminal.dev import people
from terminal.dev.scenes import SCENES, steps
from terminal.dev.scenes.law_steps import DoEvent
from terminal.dev.scenes.steps import Scene


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_a_scene_has_two_titles_and_signs_in(scene: Scene) -> None:
    assert scene.chinese
    assert scene.english.isascii()
    assert any(isinstance(step, steps.SignIn) for step in scene.steps[:3])


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_a_scene_names_people_and_matters_that_there_are(scene: Scene) -> None:
    matters: set[str] = set()
    for step in scene.steps:
        if isinstance(step, steps.Greet):
            assert people.person(step.person)
        if isinstance(step, steps.Do | steps.Decline | steps.EnterLate):
            matters.add(step.matter)
        if isinstance(step, DoEvent):
            matters.update(name for name, _ in step.parts)
        if isinstance(step, steps.Handle | steps.Department | steps.Resume | steps.Expect):
            assert step.matter in matters
        if isinstance(step, steps.Department | steps.ReviewRefusal):
            assert people.desk_account(step.account)
