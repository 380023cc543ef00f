"""What the pages beside the work have in common."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from ui.bridge import Bridge
from ui.widgets.basics import style
from ui.widgets.keys import KeyHint


class Page(QWidget):
    """A page by number; it refreshes on the events that it names in `interested`."""

    keys_changed = Signal()
    told = Signal(str, str)
    interested: frozenset[str] = frozenset()

    def __init__(self, bridge: Bridge, object_name: str) -> None:
        super().__init__()
        self.setObjectName(object_name)
        style(self, role="page")
        self.bridge, self.texts = bridge, bridge.texts

    def refresh(self) -> None:
        """Ask again for what is shown."""

    def start(self) -> None:
        """Put the keyboard where the work begins."""

    def hints(self) -> tuple[KeyHint, ...]:
        """Return what can be done now."""
        return (KeyHint("back", "Esc", self.texts("window.hint.back")),)

    def press(self, hint: str) -> None:
        """Do what a click on the key line asks for."""
