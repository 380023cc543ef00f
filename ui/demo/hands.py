"""Hands for a scene: keys, an input method, a finger, and waiting for what should happen."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QCoreApplication, QEventLoop, QPoint, Qt, QThread
from PySide6.QtGui import QInputMethodEvent
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
    """

    def __init__(self) -> None:
        self.doing = ""
        self._last_legal = 0.0

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
        self.pump(1)

    def press_legal(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        """Press a key with legal effect: as slowly as a hand, and not twice within a second."""
        rest = self._last_legal + LegalGuard.REPEAT_SECONDS + 0.05 - time.monotonic()
        slow = 2 * LegalGuard.BURST_SECONDS
        self.pump(int(1000 * max(rest, slow)))
        self._last_legal = time.monotonic()
        self.press(key, modifiers)

    def type(self, text: str) -> None:
        """Type; what is not on a keyboard comes from an input method, composed first."""
        composed = ""
        for character in text:
            if character.isascii():
                self._commit(composed)
                composed = ""
                QTest.keyClicks(self._target(), character)
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

    # The finger

    def touch(self, button: QAbstractButton) -> None:
        """Touch a button on the screen, as a finger or a mouse does."""
        self.wait(button.objectName(), lambda: button.isVisible() and button.isEnabled())
        middle = QPoint(button.width() // 2, button.height() // 2)
        QTest.mouseClick(button, Qt.MouseButton.LeftButton, NONE, middle)
        self.pump(1)
