"""Placing labels and values: a ruled form on A4, two plain columns on a slip."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from terminal.documents.layout import Fields, Row, Size
from terminal.documents.sheet import Stroke

if TYPE_CHECKING:
    from terminal.documents.compose import Composer

FORM_LEADING = 1.45
"""Lines in a ruled cell stand closer than in running text."""

SMALL_LABEL = 8.5
"""Points of a label that needs a second line on A4, as one in two languages does."""

FIRST_HALF = 0.6
"""Share of the first of two values on one line: it holds the longer one, the identity."""


class _Cell(NamedTuple):
    left: float
    label_width: float
    value_width: float
    row: Row


class _Lines(NamedTuple):
    lines: list[str]
    size: float
    step: float


def place_fields(composer: Composer, node: Fields) -> None:
    """Place the rows of a form; two half rows share a line on A4."""
    form = _Form(composer, node.tall)
    rows = list(node.rows)
    while rows:
        pair = form.ruled and len(rows) > 1 and rows[0].half and rows[1].half
        form.place(rows[: 2 if pair else 1])
        del rows[: 2 if pair else 1]
    composer.y += composer.sheet.paragraph


class _Form:
    def __init__(self, composer: Composer, tall: float) -> None:
        sheet = composer.sheet
        self.composer, self.sheet = composer, sheet
        self.ruled = sheet.height is not None
        self.size = 11.0 if self.ruled else sheet.sizes[Size.NORMAL]
        self.pad = 6.0 if self.ruled else 0.0
        self.gap = 2.5 if self.ruled else 0.0
        self.step = self.size * FORM_LEADING if self.ruled else sheet.line_height(self.size)
        self.gap = max(self.gap, (tall * sheet.millimetre - self.step) / 2)
        self.begun = False

    def _cells(self, rows: list[Row]) -> list[_Cell]:
        sheet = self.sheet
        label = sheet.inner * sheet.label_share
        if len(rows) == 1:
            return [_Cell(sheet.margin, label, sheet.inner - label, rows[0])]
        values = sheet.inner - 2 * label
        first = values * FIRST_HALF
        second = sheet.margin + label + first
        return [
            _Cell(sheet.margin, label, first, rows[0]),
            _Cell(second, label, values - first, rows[1]),
        ]

    def place(self, rows: list[Row]) -> None:
        """Place one line of the form and rule it."""
        composer, pad = self.composer, self.pad
        cells = self._cells(rows)
        folded = [
            (
                self._label(cell),
                composer.fold(
                    cell.row.value, self.size, cell.value_width - 2 * pad, bold=cell.row.bold
                ),
            )
            for cell in cells
        ]
        tallest = max(
            max(len(label.lines) * label.step, len(values) * self.step) for label, values in folded
        )
        height = tallest + 2 * self.gap
        opened = composer.room(height)
        top = composer.y
        for cell, (label, values) in zip(cells, folded, strict=True):
            self._lines(label, cell.left + pad, cell.label_width - pad, grey=True)
            left = cell.left + cell.label_width + pad
            value = _Lines(values, self.size, self.step)
            self._lines(value, left, cell.value_width - 2 * pad, bold=cell.row.bold)
        if self.ruled:
            self._rules(cells, top, height, opened)
        self.begun = True
        composer.y = top + height

    def _label(self, cell: _Cell) -> _Lines:
        """Fold a label; on A4 one that needs a second line is set smaller."""
        width = cell.label_width - self.pad
        lines = self.composer.fold(cell.row.label, self.size, width)
        if not self.ruled or len(lines) == 1:
            return _Lines(lines, self.size, self.step)
        lines = self.composer.fold(cell.row.label, SMALL_LABEL, width)
        return _Lines(lines, SMALL_LABEL, SMALL_LABEL * FORM_LEADING)

    def _lines(
        self, set_in: _Lines, left: float, width: float, *, bold: bool = False, grey: bool = False
    ) -> None:
        # a line centres its text in the sheet's own line height: make up for the difference
        size, step = set_in.size, set_in.step
        y = self.composer.y + self.gap - (self.sheet.line_height(size) - step) / 2
        for line in set_in.lines:
            self.composer.line(line, size, left, width, bold=bold, grey=grey, y=y)
            y += step

    def _rules(self, cells: list[_Cell], top: float, height: float, opened: bool) -> None:
        sheet, draw = self.sheet, self.composer.draw
        left, right, bottom = sheet.margin, sheet.margin + sheet.inner, top + height
        if opened or not self.begun:
            draw(Stroke(left, top, right, top, sheet.hairline))
        edges = [right]
        for cell in cells:
            edges += [cell.left, cell.left + cell.label_width]
        for x in edges:
            draw(Stroke(x, top, x, bottom, sheet.hairline))
        draw(Stroke(left, bottom, right, bottom, sheet.hairline))
