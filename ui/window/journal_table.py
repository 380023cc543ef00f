"""The journal's table: one page of entries; the arrows go on beyond its ends."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent

from terminal.services.journal_views import JournalLine
from terminal.texts import Texts
from ui.widgets.table import Cell, Column, LazyRows, Table
from ui.window.dates import moment_words
from ui.window.journal_words import LOOKS, advice_words, where_words

_DOWN = (Qt.Key.Key_Down, Qt.Key.Key_PageDown)
_UP = (Qt.Key.Key_Up, Qt.Key.Key_PageUp)


class JournalTable(Table):
    """Never holds more than one page; `beyond` asks for the next (1) or the one before (-1)."""

    beyond = Signal(int)

    def __init__(self, texts: Texts, phone: str) -> None:
        self._texts, self._phone = texts, phone
        super().__init__(
            "journal_table",
            texts("window.page.journal"),
            [
                Column(texts("window.journal.column.seq"), 76, right=True),
                Column(texts("window.journal.column.time"), 112),
                Column(texts("window.journal.column.kind"), 124),
                Column(texts("window.journal.column.subject"), 232),
                Column(texts("window.journal.column.state")),
                Column(texts("window.journal.column.since"), 112),
            ],
        )
        self.lines: tuple[JournalLine, ...] = ()

    def show_lines(self, lines: Sequence[JournalLine], *, select: int | str) -> None:
        """Show a page and select a row by its place (-1: the last) or its record id."""
        self.lines = tuple(lines)
        if isinstance(select, str):
            ids = [line.record_id for line in self.lines]
            place = ids.index(select) if select in ids else 0
        else:
            place = len(self.lines) - 1 if select < 0 else select
        shown = self.lines
        rows = LazyRows(len(shown), lambda number: self._cells(shown[number]))
        self.show_rows(rows, place if shown else -1)

    def line(self) -> JournalLine | None:
        """Return the selected entry."""
        place = self.row()
        return self.lines[place] if 0 <= place < len(self.lines) else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, place = event.key(), self.row()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if key in _DOWN and (control or place == len(self.lines) - 1):
            self.beyond.emit(1)
        elif key in _UP and (control or place <= 0):
            self.beyond.emit(-1)
        elif key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.lines:
            # Of the page: Qt would go to the ends of the row.
            self.selectRow(0 if key == Qt.Key.Key_Home else len(self.lines) - 1)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _cells(self, line: JournalLine) -> tuple[Cell, ...]:
        texts = self._texts
        icon, state = LOOKS.get(line.state, LOOKS["waiting"])
        where = where_words(line, texts)
        tip = where
        if line.state in ("held", "refused", "conflict"):
            advice = advice_words(line, texts, self._phone)
            tip = texts("window.journal.and", first=where, second=advice)
        return (
            Cell(str(line.seq), "muted"),
            Cell(moment_words(line.written_at, texts)),
            Cell(texts(f"window.step.{line.kind}"), tip=texts(f"window.step.{line.kind}")),
            Cell(line.subject, "" if line.subject else "muted"),
            Cell(where, state, icon, tip),
            Cell(moment_words(line.since, texts), "muted"),
        )
