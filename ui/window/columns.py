"""The three columns of the work, and what becomes of them in narrow windows and large print."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.theme import px
from ui.widgets.basics import Scroll, column, row, style

THREE_COLUMNS = 1240
TWO_COLUMNS = 880
_FREE = 16_777_215
"""Qt's own word for no limit of a length."""


class Columns(QWidget):
    """Three side by side; below 1240 the right one moves into the left; below 880 the left one
    and the middle take turns. Widths are those at scale 1."""

    arranged = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        style(self, role="page")
        self.left = Scroll(gap=12)
        self.right = Scroll(gap=12)
        self.centre = QWidget()
        self.middle = column(gap=12, to=self.centre)
        layout = row(self.left, self.centre, self.right, gap=16, margins=(16, 16), to=self)
        layout.setStretch(1, 1)
        self._moving: tuple[QWidget, ...] = ()
        self._place = 0
        self._side = True
        self.count = 3

    def fill(self, left: tuple[QWidget, ...], right: tuple[QWidget, ...], *, moved_to: int) -> None:
        """Put the cards in place; those of the right move to a place in the left."""
        for area, cards in ((self.left, left), (self.right, right)):
            for card in cards:
                area.body.addWidget(card)
            area.body.addStretch(1)
        self._moving, self._place = right, moved_to

    def show_side(self, side: bool) -> None:
        """Say which of left and middle the work is in; with one column only that one shows."""
        self._side = side
        if self.count == 1:
            self.left.setVisible(side)
            self.centre.setVisible(not side)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        width = self.width() / px(1000) * 1000
        self._arrange(3 if width >= THREE_COLUMNS else 2 if width >= TWO_COLUMNS else 1)

    def _arrange(self, count: int) -> None:
        if count == 1:
            self.left.setMinimumWidth(0)
            self.left.setMaximumWidth(_FREE)
        else:
            self.left.setFixedWidth(px(296 if count == 3 else 308))
            self.right.setFixedWidth(px(332))
        if count == self.count:
            return
        self.count = count
        target = self.right.body if count == 3 else self.left.body
        for offset, card in enumerate(self._moving):
            target.insertWidget(offset if count == 3 else self._place + offset, card)
        self.right.setVisible(count == 3)
        self.left.setVisible(count > 1 or self._side)
        self.centre.setVisible(count > 1 or not self._side)
        self.arranged.emit(count)
