"""The tabs of 我的办件 with their counts; they wrap, and empty ones give way in narrow windows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QWidget

from terminal.services.casework.todo import Tab
from terminal.texts import Texts
from ui.theme import px
from ui.widgets.basics import Button

OPEN, DONE = "open", "done"
TABS = (OPEN, *(tab.value for tab in Tab), DONE)
COUNTED = TABS[:-1]
"""Ended cases are not counted: there may be thousands, and nobody waits for them."""


class TabBar(QWidget):
    """One tab is chosen; `chosen` tells which."""

    chosen = Signal(str)

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts
        self._counts: dict[str, int] = {}
        self.current = OPEN
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(0)
        self._group = QButtonGroup(self)
        self.buttons: dict[str, Button] = {}
        for tab in TABS:
            button = Button("", "tab", object_name=f"tab_{tab}")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, tab=tab: self.choose(tab))
            self._group.addButton(button)
            self.buttons[tab] = button
        self._shown: tuple[tuple[str, ...], int] = ((), 0)
        self.show_counts({})
        self.buttons[OPEN].setChecked(True)

    def choose(self, tab: str) -> None:
        """Choose a tab and tell it."""
        self.current = tab
        self.buttons[tab].setChecked(True)
        self._arrange()
        self.chosen.emit(tab)

    def step(self, by: int) -> None:
        """Go to the next tab that is shown, or the one before; the ends meet."""
        shown = [tab for tab in TABS if not self.buttons[tab].isHidden()]
        self.choose(shown[(shown.index(self.current) + by) % len(shown)])

    def show_counts(self, counts: dict[str, int]) -> None:
        """Show how many cases stand in each tab; none is said by no figure."""
        self._counts = counts
        for tab, button in self.buttons.items():
            title, count = self._texts(f"casework.tab.{tab}"), counts.get(tab, 0)
            words = title
            if count and tab in COUNTED:
                words = self._texts("casework.tab_count", title=title, count=f"{count:,}")
            button.setText(words)
            button.setAccessibleName(words)
        self._shown = ((), 0)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        width = max(self.width(), px(300))
        shown = list(TABS)
        if sum(self.buttons[tab].sizeHint().width() for tab in shown) > width:
            shown = [
                tab for tab in TABS if self._counts.get(tab) or tab in (OPEN, DONE, self.current)
            ]
        widest = max(self.buttons[tab].sizeHint().width() for tab in shown)
        whole = sum(self.buttons[tab].sizeHint().width() for tab in shown)
        columns = len(shown) if whole <= width else max(1, width // widest)
        if self._shown == (tuple(shown), columns):
            return
        self._shown = (tuple(shown), columns)
        for tab in TABS:
            self._grid.removeWidget(self.buttons[tab])
            if tab not in shown:
                self.buttons[tab].hide()
        for column in range(self._grid.columnCount() + 1):
            self._grid.setColumnStretch(column, 0)
        for place, tab in enumerate(shown):
            self._grid.addWidget(self.buttons[tab], place // columns, place % columns)
            self.buttons[tab].show()
        self._grid.setColumnStretch(columns, 1)
