"""A whole hall for scenes: one terminal, one hub, emulated devices, a clock that moves."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from terminal.dev import comparison
from terminal.dev.scenes import Scene
from terminal.texts import Texts
from ui import theme
from ui.app import application
from ui.demo.hands import Stuck
from ui.demo.player import play_scene
from ui.demo.stage import Stage
from ui.demo.staging import FIRST_MORNING, staged_hall

SECONDS = 120
"""Generous for a loaded machine; on a free one a scene takes a few seconds."""


@contextmanager
def stage_in(folder: Path) -> Iterator[Stage]:
    """Set a hall up with its hub and devices; the terminal is off."""
    theme.apply(application(), theme.load())
    with staged_hall(folder, begin=FIRST_MORNING) as hall:
        yield Stage(hall)


@contextmanager
def switched_on(stage: Stage) -> Iterator[None]:
    """Switch the terminal on, and off at the end whatever happened; the network is back then."""
    stage.open()
    try:
        yield
    finally:
        stage.close()
        stage.hall.cable.plug_in()


def play(stage: Stage, scene: Scene) -> None:
    """Play a scene; every problem that it tells fails the test, and so does one that is stuck."""
    stage.problems.clear()
    texts = Texts()
    with switched_on(stage):
        try:
            play_scene(stage, scene)
        except Stuck as error:
            pytest.fail(error.sentence(texts))
    assert not stage.problems, "\n".join(stage.problems)


def assert_whole(stage: Stage) -> None:
    """Compare both sides record by record, and each case with what its scene had in mind."""
    with switched_on(stage):
        stage.await_arrival()
        _compare(stage)


def _compare(stage: Stage) -> None:
    hub = comparison.read_hub(stage.hall.hub.database, stage.ctx.keys.terminal_id)
    found = comparison.compare(comparison.written_here(stage.ctx), hub)
    assert found.lost == found.doubled == found.unsettled == ()
    assert stage.ctx.journal.verify().holds
    states = dict(hub.states)
    for played in stage.all_played:
        case = stage.ctx.cases.case(played.case_id)
        assert (played.matter, case.state) == (played.matter, played.expected)
        assert states[case.receipt_number] == case.state.value
        assert case.offline == played.offline
    assert len(hub.states) == len(stage.all_played)
    assert hub.ratings == stage.ratings
    assert len(stage.hall.devices.printer.sheets) == stage.slips()
