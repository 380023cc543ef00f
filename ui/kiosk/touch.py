"""What is touched: buttons, tiles, rows of a list, keys on the screen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QWidget

from ui.icons import Icon
from ui.theme import px
from ui.widgets.basics import Label, column, name, row, style

ERASE = "\b"
LETTERS = ("QWERTYUIOP", "ASDFGHJKL", "ZXCVBNM")
DIGITS = "1234567890"


class Touch(QPushButton):
    """A button that a finger presses; it never takes a keyboard."""

    def __init__(self, text: str, role: str, object_name: str, *, checkable: bool = False) -> None:
        super().__init__(text)
        style(self, role=role)
        name(self, object_name, text)
        self.setCheckable(checkable)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)


class _Content(Touch):
    """A button that holds widgets; they let the finger through."""

    def __init__(self, role: str, object_name: str, spoken: str) -> None:
        super().__init__("", role, object_name)
        self.setAccessibleName(spoken)

    def hold(self, *parts: QWidget) -> None:
        for part in parts:
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)


class Tile(_Content):
    """One of the things that can be done here: icon, name, a few words."""

    def __init__(self, object_name: str, icon: str, title: str, detail: str) -> None:
        super().__init__("k-tile", object_name, f"{title} {detail}")
        parts = (
            Icon(icon, "accent", 38), Label(title, "k-heading"), Label(detail, "k-small", wrap=True)
        )  # fmt: skip
        self.hold(*parts)
        column(None, parts[0], 4, *parts[1:], None, gap=4, margins=(22, 12), to=self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)


class CallButton(_Content):
    """Asks for a person; at hand on every screen."""

    def __init__(self, object_name: str, text: str) -> None:
        super().__init__("k-call", object_name, text)
        sign, words = Icon("phone-call", "accent", 24), Label(text, "k-text")
        self.hold(sign, words)
        layout = row(sign, words, gap=10, to=self)
        self.setMinimumWidth(layout.minimumSize().width())


class ListRow(_Content):
    """A row that leads on: name, a line below it, an arrow."""

    def __init__(self, object_name: str, title: str, detail: str) -> None:
        super().__init__("k-row", object_name, f"{title} {detail}")
        heading = Label(title, "k-text", wrap=True)
        below = Label(detail, "k-small", wrap=True)
        arrow = Icon("chevron-right", "muted", 26)
        self.hold(heading, below, arrow)
        layout = row(column(heading, below, gap=2), arrow, gap=12, margins=(18, 12), to=self)
        layout.setStretch(0, 1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setMinimumHeight(layout.minimumSize().height())


class Keys(QWidget):
    """A keyboard on the screen: `typed` carries a character, or `ERASE`."""

    typed = Signal(str)

    def __init__(self, rows: Sequence[str], erase: str) -> None:
        super().__init__()
        self.setObjectName("kiosk_keys")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(px(6))
        widest = max(map(len, rows))
        for line, keys in enumerate(rows):
            # Rows of a keyboard are shifted by half a key, so each key takes two columns.
            start = widest - len(keys)
            for place, key in enumerate(keys):
                grid.addWidget(self._key(key, key), line, start + 2 * place, 1, 2)
        last = 2 * widest
        grid.addWidget(self._key(erase, ERASE), len(rows) - 1, last - 3, 1, 3)

    def _key(self, text: str, sent: str) -> Touch:
        made = Touch(text, "k-key", f"key_{'erase' if sent == ERASE else sent}")
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        made.clicked.connect(lambda: self.typed.emit(sent))
        return made
