"""Lists whose rows are widgets: one is selected, arrows move, Enter takes it up."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from ui.theme import px
from ui.widgets.basics import clear, style


class Row(QFrame):
    """One row; a click selects it, a double click takes it up."""

    clicked = Signal()
    taken = Signal()
    grown = Signal()

    def __init__(self, role: str = "row") -> None:
        super().__init__()
        self.base_state = ""
        style(self, role=role)

    def select(self, selected: bool) -> None:
        """Show whether this row is the selected one."""
        style(self, state="selected" if selected else self.base_state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().height() > event.oldSize().height():
            self.grown.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        super().mouseDoubleClickEvent(event)
        self.taken.emit()


class SelectList(QFrame):
    """Rows one below the other with one selection; `taken` is emitted with its index.

    Enter and a double click take a row up; what that means is the owner's matter, and never
    a legal act.
    """

    taken = Signal(int)
    moved = Signal(int)
    left_upwards = Signal()

    def __init__(self, object_name: str, *, gap: float = 0, focusable: bool = True) -> None:
        super().__init__()
        self.setObjectName(object_name)
        style(self, role="list")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(px(gap))
        self.rows: list[Row] = []
        self.index = -1
        if focusable:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)

    def show_rows(self, rows: Sequence[Row], index: int = 0) -> None:
        """Put other rows in place and select one of them."""
        clear(self._layout)
        self.rows = list(rows)
        for number, each in enumerate(self.rows):
            each.clicked.connect(lambda number=number: self._on_click(number))
            each.taken.connect(lambda number=number: self.taken.emit(number))
            each.grown.connect(lambda number=number: self._on_grown(number))
            self._layout.addWidget(each)
            each.show()
        self.index = -1
        self.select(index if self.rows else -1)

    def select(self, index: int) -> None:
        """Select a row and bring it into view; -1 selects none."""
        index = min(index, len(self.rows) - 1)
        changed = index != self.index
        self.index = index
        for number, each in enumerate(self.rows):
            each.select(number == index)
        if index >= 0:
            QTimer.singleShot(0, self, self._reveal)
            self.setAccessibleDescription(self.rows[index].accessibleName())
        if changed:
            self.moved.emit(index)

    def step(self, by: int) -> bool:
        """Move the selection; say whether there was anywhere to go."""
        target = self.index + by
        if not 0 <= target < len(self.rows):
            return False
        self.select(target)
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Down:
            self.step(1)
        elif key == Qt.Key.Key_Up:
            if not self.step(-1):
                self.left_upwards.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.index >= 0:
                self.taken.emit(self.index)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        QTimer.singleShot(0, self, self._reveal)

    def _on_click(self, number: int) -> None:
        if self.focusPolicy() != Qt.FocusPolicy.NoFocus:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.select(number)

    def _on_grown(self, number: int) -> None:
        """The selected row has got room for its keys: they are to be seen as well."""
        if number == self.index:
            QTimer.singleShot(0, self, self._reveal)

    def reveal(self) -> None:
        """Bring the selected row into view again, after it has grown."""
        self._reveal()

    def _reveal(self) -> None:
        area = self._area()
        # Another part of the same page may hold the keyboard: that one is to be seen then.
        if self.focusPolicy() != Qt.FocusPolicy.NoFocus and not self.hasFocus():
            return
        if area is None or not 0 <= self.index < len(self.rows):
            return
        shown = self.rows[self.index]
        inner = area.widget()
        if inner is not None:
            top = shown.mapTo(inner, QPoint(0, 0)).y()
            area.ensureVisible(0, top + shown.height(), 0, px(8))
            area.ensureVisible(0, top, 0, px(8))

    def _area(self) -> QScrollArea | None:
        found: QWidget | None = self.parentWidget()
        while found is not None and not isinstance(found, QScrollArea):
            found = found.parentWidget()
        return found
