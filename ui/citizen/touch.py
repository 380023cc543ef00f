"""A button of the citizen's screen: only the citizen's finger or mouse presses it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from ui.widgets.basics import Button


class Touch(Button):
    """A button that only a finger or a mouse can press: no key reaches it."""

    def __init__(self, text: str, role: str, object_name: str) -> None:
        super().__init__(text, role, object_name=object_name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
