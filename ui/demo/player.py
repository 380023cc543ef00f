"""Plays scenes through the real widgets: key presses at the window, touches at the screen."""

from __future__ import annotations

from collections.abc import Iterable

from terminal.dev.scenes.steps import OpenPage, Scene, Step
from ui.demo.acting import (
    by_hand,
    casework,
    department,
    expecting,
    intake,
    law,
    looking,
    surroundings,
    visits,
)
from ui.demo.stage import Stage, Steps

STEPS: Steps = {
    **visits.STEPS,
    **intake.STEPS,
    **by_hand.STEPS,
    **casework.STEPS,
    **department.STEPS,
    **surroundings.STEPS,
    **looking.STEPS,
    **expecting.STEPS,
    **law.STEPS,
}
"""How each kind of step is performed."""


def play_scene(stage: Stage, scene: Scene) -> None:
    """Play a scene from a free desk; raises `Stuck` when a step leads nowhere.

    A scene that follows another begins in the morning of a working day, unless it is early
    enough; a day of the machine's own time is taken as it is.
    """
    if stage.scene and stage.hall.clock is not None:
        surroundings.next_morning(stage)
    stage.begin(scene.name)
    if stage.app.window.workplace is not None:
        play(stage, (OpenPage("work"),))
    play(stage, scene.steps)


def play(stage: Stage, steps: Iterable[Step]) -> None:
    """Perform steps, one after the other; raises `Stuck` when one leads nowhere."""
    for number, step in enumerate(steps, 1):
        stage.hands.doing = f"{stage.scene} {number} {type(step).__name__}".strip()
        stage.said(stage.hands.doing)
        if stage.is_open:
            stage.to_the_window()
        STEPS[type(step)](stage, step)
