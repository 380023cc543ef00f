"""Scenes of the hall, described as data: what people do, one step after the other.

A scene knows nothing of widgets; `ui.demo` plays it through the real ones with key presses,
and whoever wants another player writes one for the steps of `steps.py`. A new scene is a
module here and a line in `SCENES`.
"""

from __future__ import annotations

from terminal.dev.scenes.a_day import A_DAY
from terminal.dev.scenes.lives_granted import DECIDED_AT_THE_WINDOW
from terminal.dev.scenes.steps import Scene

__all__ = ["A_DAY", "SCENES", "Scene"]

SCENES: dict[str, Scene] = {scene.name: scene for scene in (A_DAY, DECIDED_AT_THE_WINDOW)}
"""Every scene by its name, in the order in which they are played."""
