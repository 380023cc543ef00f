"""Hands for a scene: keys, an input method, a finger, and waiting for what should happen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QPoint, QPointF, Qt, QThread
from PySide6.QtGui import QInputMethodEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from terminal.errors import RuleRefused
from ui.widgets.keys import LegalGuard

Result = TypeVar("Result")

WAIT_SECONDS = 20.0
STEP_MS = 5
NONE = Qt.KeyboardModifier.NoModifier


class Stuck(RuleRefused):
    """What a scene waited for did not happen."""


class Hands:
    """Types, presses and touches as people do; GUI thread only.

    `doing` says in the program's words what is being done now, for a report when it fails.
    `beat` is the time between two keys in milliseconds, for whoever looks on. Without one
    nobody looks: what a hand would wait before a key with legal effect is told to the guard of
    those keys by `time` and not waited for.
    """

    def __init__(self, beat: int = 0) -> None:
        self.doing = ""
        self.beat = beat
        self._skipped = 0.0
        self._last_legal = 0.0

    def time(self) -> float:
        """Return seconds by the hand's own clock; the guard of the legal keys goes by it."""
        return time.monotonic() + self._skipped

    # Waiting

    def pump(self, milliseconds: int) -> None:
        """Let the program run for so long."""
        until = time.monotonic() + milliseconds / 1000
        while (left := until - time.monotonic()) > 0:
            flags = QEventLoop.ProcessEventsFlag.AllEvents
            QCoreApplication.processEvents(flags, max(1, int(left * 1000)))
            QCoreApplication.sendPostedEvents()
            QThread.msleep(min(STEP_MS, max(1, int(left * 1000))))

    def wait(
        self, what: str, condition: Callable[[], object], seconds: float = WAIT_SECONDS
    ) -> None:
        """Wait until something is so; raises `Stuck` that names what was waited for."""
        until = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > until:
                raise Stuck("demo.stuck", doing=self.doing, what=what, focus=self.focus())
            self.pump(STEP_MS)

    def during(self, work: Callable[[], Result]) -> Result:
        """Do blocking work on a thread while the program goes on."""
        results: list[Result] = []
        errors: list[BaseException] = []

        def run() -> None:
            try:
                results.append(work())
            except BaseException as error:  # noqa: BLE001 - raised again where it was asked for
                errors.append(error)

        thread = threading.Thread(target=run, name="demo-work")
        thread.start()
        while thread.is_alive():
            self.pump(STEP_MS)
        thread.join()
        if errors:
            raise errors[0]
        return results[0]

    # The keyboard

    def focus(self) -> str:
        """Return the name of the widget that has the keyboard."""
        widget = QApplication.focusWidget()
        return widget.objectName() or type(widget).__name__ if widget is not None else ""

    def at(self, name: str) -> None:
        """Wait until the widget of this name has the keyboard."""
        self.wait(name, lambda: self.focus() == name)

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press a key, wherever the keyboard is."""
        QTest.keyClick(self._target(), key, modifiers)
        self.pump(self.beat or 1)

    def enter(self) -> None:
        """Press Enter and wait until the keyboard has moved on."""
        held = self.focus()
        self.press(Qt.Key.Key_Return)
        self.wait("next field", lambda: self.focus() not in ("", held))

    def press_legal(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press a key with legal effect: as slowly as a hand, and not twice within a second."""
        rest = self._last_legal + LegalGuard.REPEAT_SECONDS + 0.05 - self.time()
        self._rest(max(rest, 2 * LegalGuard.BURST_SECONDS))
        self._last_legal = self.time()
        self.press(key, modifiers)

    def after_code(self) -> None:
        """Let pass what a hand needs after a code was scanned."""
        self._rest(LegalGuard.CODE_SECONDS + 0.05)

    def _rest(self, seconds: float) -> None:
        if self.beat:
            self.pump(int(1000 * seconds))
        else:
            self._skipped += seconds

    def type(self, text: str) -> None:
        """Type; what is not on a keyboard comes from an input method, composed first."""
        composed = ""
        for character in text:
            if character.isascii():
                self._commit(composed)
                composed = ""
                QTest.keyClicks(self._target(), character)
                if self.beat:
                    self.pump(self.beat)
            else:
                composed += character
        self._commit(composed)
        self.pump(1)

    def _commit(self, text: str) -> None:
        if not text:
            return
        target = self._target()
        QCoreApplication.sendEvent(target, QInputMethodEvent(text, []))
        done = QInputMethodEvent("", [])
        done.setCommitString(text)
        QCoreApplication.sendEvent(target, done)

    def _target(self) -> QWidget:
        widget = QApplication.focusWidget()
        if widget is None:
            raise Stuck("demo.stuck", doing=self.doing, what="keyboard", focus="")
        return widget

    def retype(self, text: str) -> None:
        """Put other text in place of what stands in the field."""
        self.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        self.press(Qt.Key.Key_Delete)
        self.type(text)

    def choose(self, choice: QWidget, option: str) -> None:
        """Choose an alternative by its digit; its buttons bear the names of the options."""
        names = [button.objectName() for button in choice.findChildren(QAbstractButton)]
        self.press(Qt.Key(Qt.Key.Key_1 + names.index(f"{choice.objectName()}_{option}")))

    # The finger

    def touch(self, button: QAbstractButton) -> None:
        """Touch a button on the screen, as a finger or a mouse does."""
        self.wait(button.objectName(), lambda: button.isVisible() and button.isEnabled())
        middle = QPoint(button.width() // 2, button.height() // 2)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, NONE, middle)
        self.pump(self.beat or 1)

    def write(self, field: QWidget) -> None:
        """Write a name across a field with a finger: one line that goes up and down."""
        width, height = field.width(), field.height()
        points = [
            QPointF(width * (0.1 + 0.06 * step), height * (0.5 + 0.2 * (-1) ** step))
            for step in range(14)
        ]
        QTest.mousePress(field, Qt.MouseButton.LeftButton, NONE, points[0].toPoint())
        for point in points[1:]:
            moved = QMouseEvent(
                QEvent.Type.MouseMove, point, field.mapToGlobal(point), Qt.MouseButton.NoButton,
                Qt.MouseButton.LeftButton, NONE,
            )  # fmt: skip
            QCoreApplication.sendEvent(field, moved)
            if self.beat:
                self.pump(self.beat)
        QTest.mouseRelease(field, Qt.MouseButton.LeftButton, NONE, points[-1].toPoint())
        self.pump(1)
