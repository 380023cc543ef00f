"""Placing tables: hairlines on A4, open rows on a slip, the head repeated on each page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from terminal.documents.compose_form import FORM_LEADING
from terminal.documents.layout import Align, Row, Size, Table
from terminal.documents.sheet import Stroke

if TYPE_CHECKING:
    from terminal.documents.compose import Composer


def place_table(composer: Composer, node: Table) -> None:
    """Place a table; one of more than three columns becomes blocks on a slip."""
    if composer.sheet.height is None and len(node.columns) > 3:
        _blocks(composer, node)
        return
    placer = _Grid(composer, node)
    placer.head()
    placer.heighten(node.tall * composer.sheet.millimetre)
    for row in node.rows:
        placer.row(row)
    placer.close()


class _Grid:
    def __init__(self, composer: Composer, node: Table) -> None:
        sheet = composer.sheet
        self.composer, self.node, self.sheet = composer, node, sheet
        self.ruled = sheet.height is not None
        self.size = 11.0 if self.ruled else sheet.sizes[Size.NORMAL]
        self.pad = 5.0 if self.ruled else 1.0
        self.gap = 2.5 if self.ruled else 2.0
        self.step = self.size * FORM_LEADING if self.ruled else sheet.line_height(self.size)
        total = sum(column.share for column in node.columns)
        self.widths = [sheet.inner * column.share / total for column in node.columns]

    def head(self) -> None:
        self._line(self.composer.y)
        titles = [column.title for column in self.node.columns]
        self._cells(titles, bold=True, centred=True)
        self._line(self.composer.y)

    def heighten(self, tall: float) -> None:
        """Make the rows that follow at least `tall` high."""
        self.gap = max(self.gap, (tall - self.step) / 2)

    def row(self, cells: Sequence[str]) -> None:
        height = self._height(cells, bold=False)
        if self.composer.room(height):
            self.head()
        self._cells(cells, bold=False)
        if self.ruled:
            self._line(self.composer.y)

    def close(self) -> None:
        if not self.ruled:
            self._line(self.composer.y + 2)
        self.composer.y += self.sheet.paragraph * 2

    def _fold(self, cells: Sequence[str], bold: bool) -> list[list[str]]:
        fold, room = self.composer.fold, 2 * self.pad
        return [
            fold(cell, self.size, width - room, bold=bold)
            for cell, width in zip(cells, self.widths, strict=True)
        ]

    def _height(self, cells: Sequence[str], bold: bool) -> float:
        count = max(map(len, self._fold(cells, bold)))
        return count * self.step + 2 * self.gap

    def _cells(self, cells: Sequence[str], *, bold: bool, centred: bool = False) -> None:
        composer, sheet = self.composer, self.sheet
        folded = self._fold(cells, bold)
        step = self.step
        height = max(map(len, folded)) * step + 2 * self.gap
        x, top = sheet.margin, composer.y
        edges = [x]
        for lines, width, column in zip(folded, self.widths, self.node.columns, strict=True):
            align = Align.CENTRE if centred and self.ruled else column.align
            y = top + self.gap
            if self.ruled:
                y += (height - 2 * self.gap - len(lines) * step) / 2
            # a line centres its text in the sheet's own line height: make up for the difference
            y -= (sheet.line_height(self.size) - step) / 2
            for line in lines:
                composer.line(
                    line,
                    self.size,
                    x + self.pad,
                    width - 2 * self.pad,
                    align=align,
                    bold=bold,
                    y=y,
                )
                y += step
            x += width
            edges.append(x)
        if self.ruled:
            for edge in edges:
                composer.draw(Stroke(edge, top, edge, top + height, sheet.hairline))
        composer.y = top + height

    def _line(self, y: float) -> None:
        sheet = self.sheet
        right = sheet.margin + sheet.inner
        self.composer.draw(Stroke(sheet.margin, y, right, y, sheet.hairline))


def _blocks(composer: Composer, node: Table) -> None:
    """Set each row under its number and name, the other cells as labelled values."""
    sheet = composer.sheet
    size = sheet.sizes[Size.NORMAL]
    for row in node.rows:
        title = f"{row[0]}. {row[1]}"
        lines = composer.fold(title, size, sheet.inner, bold=True)
        composer.lines(lines, size, sheet.margin, sheet.inner, bold=True)
        for column, value in zip(node.columns[2:], row[2:], strict=True):
            composer.row(Row(label=column.title, value=value))
