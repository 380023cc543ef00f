"""The panel's card of scenes: one is chosen and played before one's eyes, key by key."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QComboBox

from terminal.context import Context
from terminal.dev.hall import EmulatedHall
from terminal.dev.scenes import SCENES
from terminal.dev.scenes.steps import PowerCut
from terminal.errors import TerminalError
from terminal.texts import Texts
from ui.app import WindowApp
from ui.demo.player import play_scene
from ui.demo.stage import Stage
from ui.widgets.basics import Button, Card, Notice, name, row

BEAT_MS = 90
"""Between two keys: slow enough to follow, quick enough to stay for."""

SHOWN = tuple(SCENES.values())


class SceneCard(Card):
    """Chooses a scene and plays it in the windows that are open."""

    def __init__(self, hall: EmulatedHall, ctx: Context, texts: Texts) -> None:
        super().__init__(texts("demo.panel.scenes"), gap=8)
        self._texts = texts
        self._stage = Stage(hall, beat=BEAT_MS)
        self._ctx = ctx
        self.choice = QComboBox()
        name(self.choice, "panel_scene", texts("demo.panel.scenes"))
        self.choice.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.choice.currentIndexChanged.connect(self._on_chosen)
        self.button = Button(texts("demo.panel.play"), object_name="panel_play")
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(self._on_pressed)
        self.notice = Notice("panel_scene_notice")
        for scene in SHOWN:
            self.choice.addItem(scene.chinese if texts.language == "zh" else scene.english)
        line = row(self.choice, self.button, gap=8)
        line.setStretch(0, 1)
        self.add(line, self.notice)
        self._on_chosen()

    def belong_to(self, app: WindowApp) -> None:
        """Say in which windows scenes are played."""
        self._stage.take(self._ctx, app)
        self._stage.said = self._on_step

    def _on_chosen(self) -> None:
        """Say of a power cut how it is played: the windows here would go with the power."""
        scene = SHOWN[self.choice.currentIndex()]
        dark = any(isinstance(step, PowerCut) for step in scene.steps)
        self.button.setEnabled(not dark)
        self.notice.say(self._texts("demo.panel.without_windows", scene=scene.name) if dark else "")

    def _on_pressed(self) -> None:
        if not self._stage.is_open or not self.button.isEnabled():
            return
        self.button.setEnabled(False)
        self.choice.setEnabled(False)
        # Once the button's own press is over: the scene needs the program's loop for itself.
        QTimer.singleShot(0, self, self._play)

    def _play(self) -> None:
        stage, scene = self._stage, SHOWN[self.choice.currentIndex()]
        stage.problems.clear()
        try:
            play_scene(stage, scene)
        except TerminalError as error:
            stage.problems.append(error.message(self._texts))
        finally:
            self.button.setEnabled(True)
            self.choice.setEnabled(True)
        if stage.problems:
            self.notice.say("\n".join(stage.problems), "bad")
        else:
            self.notice.say(self._texts("demo.panel.played"), "good")

    def _on_step(self, doing: str) -> None:
        self.notice.say(self._texts("demo.panel.playing", step=doing))
