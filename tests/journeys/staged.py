"""A whole hall for scenes: one terminal, one hub, emulated devices, a clock that moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from terminal.dev import comparison
from terminal.dev.scenes import SCENES
from ui import theme
from ui.app import application
from ui.demo.hands import Stuck
from ui.demo.player import play_scene
from ui.demo.stage import Stage
from ui.demo.staging import FIRST_MORNING, staged_hall

Play = Callable[[str], Stage]
"""Plays the scene of a name and returns the stage; fails with what is not as expected."""

SECONDS = 120
"""Generous for a loaded machine; on a free one a scene takes a few seconds."""


@contextmanager
def stage_in(folder: Path) -> Iterator[Stage]:
    """Open a hall with its terminal; everything goes at the end."""
    theme.apply(application(), theme.load())
    with staged_hall(folder, begin=FIRST_MORNING) as hall:
        stage = Stage(hall)
        stage.open()
        try:
            yield stage
        finally:
            stage.close()
            QApplication.processEvents()


def play(stage: Stage, name: str) -> None:
    """Play a scene; every problem that it tells fails the test, and so does one that is stuck."""
    stage.problems.clear()
    try:
        play_scene(stage, SCENES[name])
    except Stuck as error:
        sentence = error.sentence(stage.app.bridge.texts)
        stage.restart()
        pytest.fail(sentence)
    assert stage.problems == []


def assert_whole(stage: Stage) -> None:
    """Compare both sides record by record, and each case with what its scene had in mind."""
    stage.await_arrival()
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
    assert len(stage.hall.devices.printer.sheets) == stage.slips
