"""Several things that may each be so or not: digits turn them, Enter moves on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPushButton, QWidget

from ui.icons import icon
from ui.theme import px
from ui.widgets.basics import Button, Label, column, name, style


class Toggles(QWidget):
    """Buttons one below the other, each with a digit; the arrows leave up and down."""

    changed = Signal()
    moved_on = Signal()
    moved_back = Signal()

    def __init__(self, object_name: str, label: str, options: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        name(self, object_name, label)
        self._buttons: dict[str, QPushButton] = {}
        for number, (option, text) in enumerate(options, 1):
            button = Button(f"{number}  {text}", "choice")
            name(button, f"{object_name}_{option}", text)
            button.setCheckable(True)
            button.setIconSize(QSize(px(16), px(16)))
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.toggled.connect(lambda on, button=button: _mark(button, on))
            button.clicked.connect(lambda _=False: self.changed.emit())
            self._buttons[option] = button
        self.label = Label(label, "small", wrap=True)
        column(self.label, *self._buttons.values(), gap=4, to=self)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Digits are keys here, not text: no input method may take them.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.installEventFilter(self)

    def options(self) -> tuple[str, ...]:
        """Return everything that may be so."""
        return tuple(self._buttons)

    def values(self) -> tuple[str, ...]:
        """Return what is so."""
        return tuple(option for option, button in self._buttons.items() if button.isChecked())

    def set_values(self, options: Iterable[str]) -> None:
        """Show what is so without telling anybody."""
        wanted = set(options)
        for option, button in self._buttons.items():
            button.setChecked(option in wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        place = key - Qt.Key.Key_1
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.moved_on.emit()
        elif key == Qt.Key.Key_Up:
            self.moved_back.emit()
        elif plain and key == Qt.Key.Key_Space and len(self._buttons) == 1:
            next(iter(self._buttons.values())).click()
        elif plain and 0 <= place < len(self._buttons):
            list(self._buttons.values())[place].click()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            first = next(iter(self._buttons.values()))
            style(first, state="focus" if event.type() == QEvent.Type.FocusIn else "")
        return super().eventFilter(watched, event)


def _mark(button: QPushButton, on: bool) -> None:
    """Show by a sign what is so: colour alone never says it."""
    button.setIcon(icon("square-check" if on else "square", "accent" if on else "text"))
