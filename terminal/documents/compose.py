"""From layout to placed lines: what PDF and raster share, so that they cannot differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from terminal.documents.breaking import clean, wrap
from terminal.documents.fonts import EM, fonts
from terminal.documents.layout import (
    Align,
    Cut,
    Fields,
    Heading,
    Layout,
    Logo,
    Paper,
    Qr,
    Row,
    Rule,
    Seal,
    Signatures,
    Size,
    Space,
    Table,
    Text,
)
from terminal.documents.sheet import (
    Code,
    Frame,
    Glyphs,
    Op,
    Page,
    Picture,
    Sheet,
    Stroke,
    sheet_for,
)

BASELINE = 0.88
"""Where the baseline stands in the square of a Chinese character, from its upper edge."""

WIDEST_JUSTIFIED = 0.12
"""A line is spread to the right edge by at most this part of the type size a character."""


def compose(layout: Layout, paper: Paper | None = None) -> tuple[Sheet, list[Page]]:
    """Return the sheet and its pages; a slip has one page as long as it needs to be."""
    sheet = sheet_for(paper or layout.paper)
    composer = Composer(sheet, layout)
    for node in layout.on(sheet.paper):
        composer.place(node)
    return sheet, composer.finish()


def strip_height(sheet: Sheet, page: Page) -> float:
    """Return the height of an endless page."""
    lowest = sheet.top
    for op in page:
        if isinstance(op, Glyphs):
            lowest = max(lowest, op.y + op.size * 0.3)
        elif isinstance(op, Stroke):
            lowest = max(lowest, op.y0, op.y1)
        elif isinstance(op, Code):
            lowest = max(lowest, op.y + op.side)
        else:
            lowest = max(lowest, op.y + op.height)
    return lowest + sheet.bottom


class Composer:
    """Places node after node, opening pages as needed. For one document, by one thread."""

    def __init__(self, sheet: Sheet, layout: Layout) -> None:
        self.sheet = sheet
        self.layout = layout
        self.pages: list[Page] = [[]]
        self.y = sheet.top
        self.limit = sheet.height - sheet.bottom if sheet.height else float("inf")

    # -- lines -----------------------------------------------------------------------------

    def fold(
        self, text: str, size: float, width: float, *, bold: bool = False, indent: float = 0
    ) -> list[str]:
        """Return the lines of a text set in `size` no wider than `width`."""
        scale = EM / size
        advance = fonts(bold).widths.__getitem__
        return wrap(clean(text), width * scale + 0.5, advance, indent * scale)

    def measure(self, text: str, size: float, *, bold: bool = False) -> float:
        """Return the width of a clean line."""
        return sum(map(fonts(bold).widths.__getitem__, text)) * size / EM

    def room(self, height: float) -> bool:
        """Open a new page unless `height` still fits; say whether one was opened."""
        if self.y + height <= self.limit or self.y <= self.sheet.top:
            return False
        self.pages.append([])
        self.y = self.sheet.top
        return True

    def draw(self, op: Op) -> None:
        """Put an operation on the current page."""
        self.pages[-1].append(op)

    def line(
        self,
        text: str,
        size: float,
        left: float,
        width: float,
        *,
        align: Align = Align.LEFT,
        bold: bool = False,
        grey: bool = False,
        justify: bool = False,
        y: float | None = None,
    ) -> None:
        """Put one line of text into the current place (or `y`); does not move on."""
        top = self.y if y is None else y
        height = self.sheet.line_height(size)
        x, spacing = left, 0.0
        if align is not Align.LEFT:
            slack = width - self.measure(text, size, bold=bold)
            x += slack / 2 if align is Align.CENTRE else slack
        elif justify and len(text) > 1:
            slack = width - self.measure(text, size, bold=bold)
            spread = slack / (len(text) - 1)
            spacing = spread if 0 < spread <= WIDEST_JUSTIFIED * size else 0.0
        base = top + (height - size) / 2 + size * BASELINE
        if text:
            self.draw(Glyphs(x, base, text, size, bold, spacing, grey))

    def lines(
        self,
        texts: Sequence[str],
        size: float,
        left: float,
        width: float,
        *,
        align: Align = Align.LEFT,
        bold: bool = False,
        grey: bool = False,
    ) -> None:
        """Put lines under each other, each where there is room, and move on."""
        height = self.sheet.line_height(size)
        for text in texts:
            self.room(height)
            self.line(text, size, left, width, align=align, bold=bold, grey=grey)
            self.y += height

    # -- nodes -----------------------------------------------------------------------------

    def place(self, node: Any) -> None:
        """Place a node of the layout."""
        _PLACERS[type(node)](self, node)

    def heading(self, node: Heading) -> None:
        sheet = self.sheet
        for text, size, bold in (
            (node.organ, sheet.organ, False),
            (node.title, sheet.sizes[Size.TITLE], True),
        ):
            lines = self.fold(text, size, sheet.inner, bold=bold)
            self.lines(lines, size, sheet.margin, sheet.inner, align=Align.CENTRE, bold=bold)
        self.y += sheet.paragraph

    def text(self, node: Text) -> None:
        sheet = self.sheet
        size = sheet.sizes[node.size]
        if node.bold and node.align is Align.CENTRE:
            size = self._shrunk(node.text, size)
        indent = 2 * size if node.indent else 0
        lines = self.fold(node.text, size, sheet.inner, bold=node.bold, indent=indent)
        height = sheet.line_height(size)
        if len(lines) > 1:
            self.room(2 * height)
        last = len(lines) - 1
        for at, line in enumerate(lines):
            self.room(height)
            shift = indent if at == 0 else 0
            self.line(
                line,
                size,
                sheet.margin + shift,
                sheet.inner - shift,
                align=node.align,
                bold=node.bold,
                justify=sheet.justify and at < last,
            )
            self.y += height
        self.y += sheet.paragraph

    def _shrunk(self, text: str, size: float) -> float:
        """Return a size in which a number stays on one line, not below the normal one."""
        width = self.measure(clean(text), size, bold=True)
        smallest = self.sheet.sizes[Size.NORMAL]
        return max(smallest, min(size, size * self.sheet.inner / width)) if width else size

    def row(self, node: Row) -> None:
        self.fields(Fields(rows=(node,)))

    def fields(self, node: Fields) -> None:
        """Place rows: ruled cells on A4, labels and values in two columns on a slip."""
        sheet = self.sheet
        size = sheet.sizes[Size.NORMAL] if sheet.height is None else 11.0
        ruled = sheet.height is not None
        pad = 6.0 if ruled else 0.0
        label_width = sheet.inner * sheet.label_share
        value_left = sheet.margin + label_width + pad
        value_width = sheet.inner - label_width - 2 * pad
        for row in node.rows:
            self._field(row, size, pad, label_width, value_left, value_width, ruled)
        self.y += sheet.paragraph

    def _field(
        self,
        row: Row,
        size: float,
        pad: float,
        label_width: float,
        value_left: float,
        value_width: float,
        ruled: bool,
    ) -> None:
        sheet = self.sheet
        labels = self.fold(row.label, size, label_width - pad)
        values = self.fold(row.value, size, value_width, bold=row.bold)
        line_height = sheet.line_height(size)
        gap = 2.5 if ruled else 0.0
        height = line_height * max(len(labels), len(values)) + 2 * gap
        opened = self.room(height)
        top = self.y
        for at, label in enumerate(labels):
            y = top + gap + at * line_height
            self.line(label, size, sheet.margin + pad, label_width - pad, grey=True, y=y)
        for at, value in enumerate(values):
            y = top + gap + at * line_height
            self.line(value, size, value_left, value_width, bold=row.bold, y=y)
        if ruled:
            right = sheet.margin + sheet.inner
            middle = sheet.margin + label_width
            width = sheet.hairline
            if opened or not self._closed_at(top):
                self.draw(Stroke(sheet.margin, top, right, top, width))
            for x in (sheet.margin, middle, right):
                self.draw(Stroke(x, top, x, top + height, width))
            self.draw(Stroke(sheet.margin, top + height, right, top + height, width))
        self.y = top + height

    def _closed_at(self, y: float) -> bool:
        """Say whether the last thing drawn is the line that closes the row above."""
        page = self.pages[-1]
        last = page[-6:] if page else []
        return any(isinstance(op, Stroke) and op.y0 == op.y1 == y for op in last) and any(
            isinstance(op, Stroke) and op.y1 == y and op.y0 < y for op in last
        )

    def table(self, node: Table) -> None:
        from terminal.documents.compose_table import place_table

        place_table(self, node)

    def qr(self, node: Qr) -> None:
        sheet = self.sheet
        self.room(sheet.code)
        if sheet.height is None:
            self.draw(Code((sheet.width - sheet.code) / 2, self.y, sheet.code, node.payload))
            self.y += sheet.code
            for caption in node.caption:
                lines = self.fold(caption, sheet.caption, sheet.inner)
                self.lines(lines, sheet.caption, sheet.margin, sheet.inner, align=Align.CENTRE)
            self.y += sheet.paragraph
        else:
            self._code_beside(node, self.y)
            self.y += sheet.code + sheet.paragraph

    def _code_beside(self, node: Qr, top: float) -> None:
        """Put a code at the left edge of A4 and its caption under it."""
        sheet = self.sheet
        self.draw(Code(sheet.margin - 6, top, sheet.code, node.payload))
        y = top + sheet.code - 4
        width = sheet.inner * 0.45
        for caption in node.caption:
            for line in self.fold(caption, sheet.caption, width):
                self.line(line, sheet.caption, sheet.margin, width, grey=True, y=y)
                y += sheet.caption * 1.35

    def logo(self, node: Logo) -> None:
        from terminal.documents.pictures import picture_size

        width, height = picture_size(node.path)
        tall = node.height * self.sheet.millimetre
        wide = min(tall * width / height, self.sheet.inner)
        tall = wide * height / width
        self.room(tall)
        self.draw(Picture((self.sheet.width - wide) / 2, self.y, wide, tall, node.path))
        self.y += tall + self.sheet.paragraph

    def seal(self, node: Seal) -> None:
        sheet = self.sheet
        if sheet.height is None:
            if node.beside is not None:
                self.qr(node.beside)
            for text in (node.notice, node.organ, node.date):
                size = sheet.sizes[Size.NORMAL]
                lines = self.fold(text, size, sheet.inner)
                self.lines(lines, size, sheet.margin, sheet.inner, align=Align.RIGHT)
            return
        width, height = sheet.inner * 0.5, 44 * sheet.millimetre
        self.room(height)
        left = sheet.margin + sheet.inner - width
        top = self.y
        if node.beside is not None:
            self._code_beside(node.beside, top)
        self.draw(Frame(left, top, width, height, True))
        self._seal_text(node, left, top, width, height)
        self.y = top + height + 4 * sheet.millimetre

    def _seal_text(self, node: Seal, left: float, top: float, width: float, height: float) -> None:
        sheet = self.sheet
        size, small = sheet.sizes[Size.NORMAL], sheet.sizes[Size.SMALL]
        inner = width - 20
        y = top + 8
        for line in self.fold(node.notice, small, inner):
            self.line(line, small, left + 10, inner, align=Align.CENTRE, grey=True, y=y)
            y += sheet.line_height(small)
        organ = self.fold(node.organ, size, inner)
        step = size * 1.5
        y = top + height - 10 - step * (len(organ) + 1)
        for line in (*organ, node.date):
            self.line(line, size, left + 10, inner, align=Align.CENTRE, y=y)
            y += step

    def signatures(self, node: Signatures) -> None:
        sheet = self.sheet
        size = sheet.sizes[Size.NORMAL]
        height = sheet.line_height(size) * 1.35
        beside = sheet.height is not None
        share = sheet.inner / len(node.labels) if beside else sheet.inner
        self.room(height if beside else height * len(node.labels))
        self.y += size * 0.5
        for at, label in enumerate(node.labels):
            left = sheet.margin + (at * share if beside else 0)
            text = clean(label) + "："
            self.line(text, size, left, share)
            start = left + self.measure(text, size) + 2
            base = self.y + sheet.line_height(size)
            end = left + share - (16 if beside and at + 1 < len(node.labels) else 0)
            self.draw(Stroke(start, base, end, base, sheet.hairline))
            if not beside:
                self.y += height
        if beside:
            self.y += height

    def rule(self, node: Rule) -> None:
        sheet = self.sheet
        gap = sheet.paragraph
        self.y += gap
        right = sheet.margin + sheet.inner
        self.draw(Stroke(sheet.margin, self.y, right, self.y, sheet.hairline, node.dashed))
        self.y += gap + sheet.hairline

    def space(self, node: Space) -> None:
        self.y += node.height * self.sheet.millimetre

    def cut(self, node: Cut) -> None:
        """Leave nothing: a cut is no mark on paper."""

    # -- end -------------------------------------------------------------------------------

    def finish(self) -> list[Page]:
        """Write the foot of the pages and return them."""
        sheet, layout = self.sheet, self.layout
        size = sheet.sizes[Size.SMALL] if sheet.height is None else 8.5
        if not layout.footer:
            return self.pages
        if sheet.height is None:
            lines = self.fold(layout.footer, size, sheet.inner)
            self.lines(lines, size, sheet.margin, sheet.inner, align=Align.CENTRE)
            return self.pages
        y = sheet.height - sheet.bottom + 14
        count = len(self.pages)
        for number, page in enumerate(self.pages, 1):
            right = sheet.margin + sheet.inner
            page.append(Stroke(sheet.margin, y - 3, right, y - 3, sheet.hairline))
            base = y + size * 1.3
            room = sheet.inner
            if count > 1 and layout.page_label:
                text = layout.page_label.format(page=number, pages=count)
                wide = self.measure(text, size)
                page.append(Glyphs(right - wide, base, text, size, False, 0.0, True))
                room -= wide + 8
            for line in self.fold(layout.footer, size, room):
                page.append(Glyphs(sheet.margin, base, line, size, False, 0.0, True))
                base += size * 1.35
        return self.pages


_PLACERS: dict[type, Callable[[Composer, Any], None]] = {
    Heading: Composer.heading,
    Text: Composer.text,
    Row: Composer.row,
    Fields: Composer.fields,
    Table: Composer.table,
    Qr: Composer.qr,
    Logo: Composer.logo,
    Seal: Composer.seal,
    Signatures: Composer.signatures,
    Rule: Composer.rule,
    Space: Composer.space,
    Cut: Composer.cut,
}
