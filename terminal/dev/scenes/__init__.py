"""Scenes of the hall, described as data: what people do, one step after the other.

A scene knows nothing of widgets; `ui.demo` plays it through the real ones with key presses,
and whoever wants another player writes one for the steps of `steps.py`. A new scene is a
module here and a line in `SCENES`.
"""

from __future__ import annotations

from terminal.dev.scenes.a_day import A_DAY
from terminal.dev.scenes.answered_elsewhere import ANSWERED_ELSEWHERE
from terminal.dev.scenes.elsewhere import ELSEWHERE
from terminal.dev.scenes.failed_cure import FAILED_CURE
from terminal.dev.scenes.interruptions import AGENT, INTERRUPTED, POWER_CUT
from terminal.dev.scenes.lives_ended import NOT_ACCEPTED, ON_A_COMMITMENT, REFUSED, WITHDRAWN
from terminal.dev.scenes.lives_granted import (
    COLLECTED_AT_THE_WINDOW,
    CORRECTED_AND_SENT,
    DECIDED_AT_THE_WINDOW,
    DEFERRED_AND_CURED,
)
from terminal.dev.scenes.offline_day import OFFLINE_DAY
from terminal.dev.scenes.one_matter import ONE_MATTER
from terminal.dev.scenes.receive_only import RECEIVE_ONLY
from terminal.dev.scenes.refusal import REFUSAL
from terminal.dev.scenes.silence import SILENCE
from terminal.dev.scenes.steps import Scene
from terminal.dev.scenes.undertaken import UNDERTAKEN

__all__ = ["A_DAY", "LAW", "LIVES", "SCENES", "Scene"]

LIVES: tuple[Scene, ...] = (
    DECIDED_AT_THE_WINDOW,
    COLLECTED_AT_THE_WINDOW,
    CORRECTED_AND_SENT,
    DEFERRED_AND_CURED,
    ON_A_COMMITMENT,
    NOT_ACCEPTED,
    WITHDRAWN,
    REFUSED,
)
"""The eight most common lives of a case."""

LAW: tuple[Scene, ...] = (
    ONE_MATTER, OFFLINE_DAY, SILENCE, FAILED_CURE, ELSEWHERE, ANSWERED_ELSEWHERE, REFUSAL,
    RECEIVE_ONLY, UNDERTAKEN,
)  # fmt: skip
"""What the law does with a matter: several departments, no network, silence, a "no"."""

SCENES: dict[str, Scene] = {
    scene.name: scene for scene in (A_DAY, *LIVES, *LAW, INTERRUPTED, AGENT, POWER_CUT)
}
"""Every scene by its name, in the order in which they are played."""
