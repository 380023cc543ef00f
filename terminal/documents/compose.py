"""From layout to placed lines: what PDF and raster share, so that they cannot differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from terminal.documents.breaking import clean, wrap
from terminal.documents.fonts import EM, fonts
from terminal.documents.layout import (
    Align,
    AnyNode,
    Break,
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
    Signature,
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
    strip_height,
)

BASELINE = 0.88
"""Where the baseline stands in the square of a Chinese character, from its upper edge."""

SEAL_HEIGHT = 38.0
"""Height of the frame for the stamp in millimetres; organs' seals measure 38 to 42 across."""

SIGNATURE_HEIGHT = 14.0
"""Height of a signature's picture in millimetres."""

FOOTER_COMMA = " · "

WIDEST_JUSTIFIED = 0.12
"""A line is spread to the right edge by at most this part of the type size a character."""


def compose(
    layout: Layout, paper: Paper | None = None, width: float | None = None
) -> tuple[Sheet, list[Page]]:
    """Return the sheet and its pages; a slip has one page as long as it needs to be.

    `width` is another printer's width in dots; the type keeps its size.
    """
    sheet = sheet_for(paper or layout.paper)
    if width is not None and width != sheet.width:
        sheet = msgspec.structs.replace(sheet, width=float(width))
    composer = Composer(sheet, layout)
    nodes = layout.on(sheet.paper)
    closing = _closing(nodes) if sheet.height is not None else len(nodes)
    for at, node in enumerate(nodes):
        if at == closing:
            composer.room(composer.height_of(nodes[at:]))
        composer.place(node)
    return sheet, composer.finish()


def _closing(nodes: Sequence[AnyNode]) -> int:
    """Return where the end of a paper begins that stays on one page.

    A seal or a signature never stands on a page without text of the document: the text or the
    form before them goes with them.
    """
    signing = next((at for at, node in enumerate(nodes) if isinstance(node, _SIGNING)), len(nodes))
    at = signing - 1
    while at > 0 and isinstance(nodes[at], Space | Rule):
        at -= 1
    return at if signing < len(nodes) and isinstance(nodes[at], Fields | Text) else signing


_SIGNING = (Seal, Signature, Signatures)


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

    def height_of(self, nodes: Sequence[AnyNode]) -> float:
        """Return how much of an endless page these nodes take; nothing is placed here."""
        trial = Composer(self.sheet, self.layout)
        trial.limit = float("inf")
        for node in nodes:
            trial.place(node)
        # a caption beside the seal may reach into the margin
        black = [op for op in trial.pages[0] if not (isinstance(op, Glyphs) and op.grey)]
        return strip_height(self.sheet, black) - self.sheet.bottom - self.sheet.top

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
        if node.second:
            size = sheet.sizes[Size.NORMAL]
            lines = self.fold(node.second, size, sheet.inner)
            self.lines(lines, size, sheet.margin, sheet.inner, align=Align.CENTRE)
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
        from terminal.documents.compose_form import place_fields

        place_fields(self, node)

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
            self.draw(Code(sheet.margin - 6, self.y, sheet.code, node.payload))
            left = sheet.margin + sheet.code
            height = len(node.caption) * sheet.caption * 1.5
            self._caption(node, left, self.y + (sheet.code - height) / 2, sheet.inner / 2)
            self.y += sheet.code + sheet.paragraph

    def _caption(self, node: Qr, left: float, y: float, width: float) -> None:
        size = self.sheet.caption
        for caption in node.caption:
            for line in self.fold(caption, size, width):
                self.line(line, size, left, width, grey=True, y=y)
                y += size * 1.4

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
        width, height = sheet.inner * 0.5, SEAL_HEIGHT * sheet.millimetre
        self.room(height)
        left = sheet.margin + sheet.inner - width
        top = self.y
        if node.beside is not None:
            self.draw(Code(sheet.margin - 6, top - 6, sheet.code, node.beside.payload))
            below = top + sheet.code - 8
            self._caption(node.beside, sheet.margin, below, sheet.inner * 0.45)
        self.draw(Frame(left, top, width, height, not node.signed))
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
        self.room(height if beside else height * len(node.labels))
        self.y += size * 0.5
        texts = [clean(label) + "：" for label in node.labels]
        widths = [self.measure(text, size) + 2 for text in texts]
        gap = 16.0
        free = sheet.inner - sum(widths) - gap * (len(widths) - 1)
        left = sheet.margin
        for text, width in zip(texts, widths, strict=True):
            line = free / len(widths) if beside else sheet.inner - width
            self.line(text, size, left, width)
            base = self.y + sheet.line_height(size)
            self.draw(Stroke(left + width, base, left + width + line, base, sheet.hairline))
            if beside:
                left += width + line + gap
            else:
                self.y += height
        if beside:
            self.y += height

    def signature(self, node: Signature) -> None:
        """Place a signature's picture behind its label, who and when beside it."""
        sheet = self.sheet
        size = sheet.sizes[Size.NORMAL]
        tall = SIGNATURE_HEIGHT * sheet.millimetre if node.picture else sheet.line_height(size)
        self.room(tall)
        label = clean(node.label) + "："
        left = sheet.margin + self.measure(label, size) + 6
        middle = self.y + (tall - sheet.line_height(size)) / 2
        self.line(label, size, sheet.margin, sheet.inner, y=middle)
        if node.picture:
            from terminal.documents.pictures import picture_size

            width, height = picture_size(node.picture)
            wide = min(tall * width / height, sheet.inner * 0.4)
            self.draw(Picture(left, self.y, wide, wide * height / width, node.picture))
            left += wide + 8
        small = sheet.sizes[Size.SMALL]
        room = sheet.margin + sheet.inner - left
        for line in self.fold(node.caption, small, room):
            self.line(line, small, left, room, grey=True, y=middle)
            middle += sheet.line_height(small)
        self.y = max(self.y + tall, middle) + sheet.paragraph

    def new_page(self, node: Break) -> None:
        """Go on with a new page where there are pages."""
        if self.sheet.height is not None and self.y > self.sheet.top:
            self.pages.append([])
            self.y = self.sheet.top

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
            for part in layout.footer:
                lines = self.fold(part, size, sheet.inner)
                self.lines(lines, size, sheet.margin, sheet.inner, align=Align.CENTRE)
            return self.pages
        footer = FOOTER_COMMA.join(layout.footer)
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
            for line in self.fold(footer, size, room):
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
    Signature: Composer.signature,
    Break: Composer.new_page,
    Rule: Composer.rule,
    Space: Composer.space,
    Cut: Composer.cut,
}
