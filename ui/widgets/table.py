"""A dense table of read-only cells: text, state and icon; whole rows are selected."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, overload

import msgspec
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from ui import icons, theme
from ui.theme import px

Index = QModelIndex | QPersistentModelIndex


class Cell(msgspec.Struct, frozen=True):
    """What a cell shows; `state` is good, warning, bad, muted or accent."""

    text: str
    state: str = ""
    icon: str = ""
    tip: str = ""


class Column(msgspec.Struct, frozen=True):
    """A column: its title, its width at scale 1 (0: what is left)."""

    title: str
    width: float = 0
    right: bool = False


Cells = tuple[Cell, ...]

# Asked for hundreds of times a paint: an enumeration's member costs more to look up than to use.
_WORDS = frozenset({int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)})
_COLOUR = int(Qt.ItemDataRole.ForegroundRole)
_ICON = int(Qt.ItemDataRole.DecorationRole)
_ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
_TIP = int(Qt.ItemDataRole.ToolTipRole)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class LazyRows(Sequence[Cells]):
    """Rows that are made when they are first looked at: of thousands some twenty are painted."""

    def __init__(self, count: int, make: Callable[[int], Cells]) -> None:
        self._count = count
        self._make = make
        self._made: dict[int, Cells] = {}

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Cells: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Cells]: ...

    def __getitem__(self, place: int | slice) -> Cells | Sequence[Cells]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(self._count))]
        if place < 0:
            place += self._count
        if not 0 <= place < self._count:
            raise IndexError(place)
        found = self._made.get(place)
        if found is None:
            found = self._made[place] = self._make(place)
        return found


class _Model(QAbstractTableModel):
    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = list(columns)
        self.rows: Sequence[Cells] = ()

    def show_rows(self, rows: Sequence[Cells]) -> None:
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return self.columns[section].title
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return self._alignment(section)
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        column = index.column()
        return self._value(self.rows[index.row()][column], column, role)

    def multiData(self, index: Index, roles: Any) -> None:
        """Answer a span of `QModelRoleData`."""
        # What a cell needs to be painted in one call instead of seven: for each of them the
        # interpreter is taken, and may be waited for.
        column = index.column()
        cell = self.rows[index.row()][column]
        for role in roles:
            role.setData(self._value(cell, column, role.role()))

    def _value(self, cell: Cell, column: int, role: int) -> object:
        if role in _WORDS:
            return cell.text
        if role == _COLOUR:
            return theme.current().colour(cell.state) if cell.state else None
        if role == _ICON:
            return icons.pixmap(cell.icon, cell.state or "text", 16) if cell.icon else None
        if role == _ALIGNMENT:
            return self._alignment(column)
        if role == _TIP:
            return cell.tip or None
        return None

    def _alignment(self, column: int) -> Qt.AlignmentFlag:
        return _RIGHT if self.columns[column].right else _LEFT


class Table(QTableView):
    """Arrows move, Enter takes a row up; `moved` tells the selected row."""

    taken = Signal(int)
    moved = Signal(int)

    def __init__(self, object_name: str, spoken: str, columns: Sequence[Column]) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self.setAccessibleName(spoken)
        self._model = _Model(columns)
        self.setModel(self._model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(px(38))
        self.verticalHeader().setMinimumSectionSize(px(24))
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(px(40))
        for place, column in enumerate(columns):
            if column.width:
                self.setColumnWidth(place, px(column.width))
            else:
                header.setSectionResizeMode(place, QHeaderView.ResizeMode.Stretch)
        self.selectionModel().currentRowChanged.connect(
            lambda current, _previous: self.moved.emit(current.row())
        )
        self.doubleClicked.connect(lambda index: self.taken.emit(index.row()))

    def show_rows(self, rows: Sequence[Cells], selected: int = -1) -> None:
        """Show other rows; one of them may be selected."""
        self._model.show_rows(rows)
        if 0 <= selected < len(rows):
            self.selectRow(selected)
        self.moved.emit(self.row())

    def row(self) -> int:
        """Return the selected row, or -1."""
        index = self.currentIndex()
        return index.row() if index.isValid() else -1

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.row() >= 0:
                self.taken.emit(self.row())
        elif key in _MOVING:
            super().keyPressEvent(event)
        else:
            # Letters and digits belong to the page: no keyboard search in the table.
            event.ignore()


_MOVING = {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
}
