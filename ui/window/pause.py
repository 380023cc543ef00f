"""The window is closed for a while (暂停服务): why, until when, where to go meanwhile."""

from __future__ import annotations

from datetime import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from terminal.texts import Texts
from ui.icons import Icon
from ui.widgets.basics import Card, Label, column, row
from ui.widgets.fields import Choice, Field
from ui.window.desk import Desk
from ui.window.visiting import Pause

REASONS = ("noon", "away", "fault")


class PauseCard(Card):
    """Asks first, then stands there until Enter; `ended` says that the work goes on."""

    begun = Signal()
    ended = Signal()

    def __init__(self, texts: Texts, desk: Desk, go_to: str) -> None:
        super().__init__(gap=12, margin=24)
        self.setObjectName("pause_card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._texts, self._desk, self._usual = texts, desk, go_to
        self.reason = Choice(
            "pause_reason", texts("day.pause.reason"),
            [(reason, texts(f"day.pause.{reason}")) for reason in REASONS], numbered=True,
        )  # fmt: skip
        self.until = Field(
            "pause_until", texts("day.pause.until"), hint=texts("day.pause.until_hint"),
            check=self._check, max_length=5, patient=5,
        )  # fmt: skip
        self.go_to = Field(
            "pause_go_to", texts("day.pause.go_to"), hint=texts("day.pause.go_to_hint"),
            max_length=40,
        )  # fmt: skip
        self.asking, self.standing = QWidget(), QWidget()
        column(
            Label(texts("day.pause.title"), "heading"),
            Label(texts("day.pause.explain"), "muted", wrap=True),
            self.reason, self.until, self.go_to, Label(texts("day.pause.begin"), "muted"),
            gap=10, to=self.asking,
        )  # fmt: skip
        self.said = Label("", "heading", wrap=True, object_name="pause_said")
        column(
            row(None, Icon("pause", "warning", 40), None),
            self.said,
            row(None, Label(texts("day.pause.resume"), "muted"), None),
            gap=12, to=self.standing,
        )  # fmt: skip
        self.said.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.add(self.asking, None, self.standing, None)
        self.reason.moved_on.connect(lambda: self.until.setFocus())
        self.until.moved_on.connect(self._on_until)
        self.until.moved_back.connect(lambda: self.reason.setFocus())
        self.go_to.moved_on.connect(self._begin)
        self.go_to.moved_back.connect(lambda: self.until.setFocus())
        self.hide()

    def open(self) -> None:
        """Ask why and until when; while the window is closed only the way back is there."""
        paused = self._desk.pause is not None
        self.asking.setVisible(not paused)
        self.standing.setVisible(paused)
        self.show()
        if paused:
            self.setFocus()
            return
        self.reason.set_value(REASONS[0])
        self.until.set_text("")
        self.go_to.set_text(self._usual)
        self.reason.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._desk.pause is None:
            super().keyPressEvent(event)
            return
        # Nothing else is done at a closed window.
        event.accept()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            self.end()

    def end(self) -> None:
        """Open the window again."""
        self._desk.set_pause(None)
        self.ended.emit()

    def _begin(self) -> None:
        if not self.until.valid():
            self.until.setFocus()
            return
        reason, until = self._texts(f"day.pause.{self.reason.value()}"), self.until.text()
        key = "day.pause.now_until" if until else "day.pause.now"
        self.said.say(self._texts(key, reason=reason, until=until))
        self._desk.set_pause(Pause(reason, until, self.go_to.text()))
        self.begun.emit()
        self.open()

    def _on_until(self) -> None:
        if self.until.valid():
            self.go_to.setFocus()

    def _check(self, text: str) -> str:
        if not text:
            return ""
        try:
            time.fromisoformat(text)
        except ValueError:
            return self._texts("day.pause.bad_until")
        return "" if len(text) == len("00:00") else self._texts("day.pause.bad_until")
