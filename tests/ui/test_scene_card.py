"""The panel's scenes: what cannot be played there says so, and how it is played."""

from __future__ import annotations

from typing import cast

from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from terminal.context import Context
from terminal.dev.hall import EmulatedHall
from terminal.dev.scenes import SCENES
from terminal.texts import Texts
from ui.demo.scene_card import SceneCard


def test_a_power_cut_says_why_not_here_and_how(qapp: QApplication, qtbot: QtBot) -> None:
    # Neither hall nor core is touched before a scene is played.
    nothing = object()
    card = SceneCard(cast(EmulatedHall, nothing), cast(Context, nothing), Texts())
    qtbot.addWidget(card)
    names = list(SCENES)
    assert card.choice.count() == len(names)
    assert card.button.isEnabled()
    card.choice.setCurrentIndex(names.index("power-cut"))
    assert not card.button.isEnabled()
    assert "./yichuang demo --headless --scene power-cut" in card.notice.text()
    card.choice.setCurrentIndex(names.index("power-cut") - 1)
    assert card.button.isEnabled()
    assert card.notice.text() == ""
