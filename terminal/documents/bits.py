"""A slip as printer dots: glyphs are kept as long integers, a line is their sum.

Shifting and joining integers of a few thousand bits is what Python does fastest; drawing the same
through a picture library takes five times as long. A set bit is a black dot.
"""

from __future__ import annotations

from functools import lru_cache

from terminal.documents.columns import width as columns_of
from terminal.documents.compose import compose
from terminal.documents.fonts import EM, fonts
from terminal.documents.layout import Align, Layout, Paper
from terminal.documents.pictures import picture
from terminal.documents.qr import QUIET, modules
from terminal.documents.raster import glyph_mask
from terminal.documents.sheet import Code, Frame, Glyphs, Op, Picture, Stroke, strip_height

THRESHOLD = 118
"""Darker than half, so that thin strokes survive a thermal head."""

ASCENT = 1.05
DESCENT = 0.35
"""Reach of a line's glyphs above and below the baseline, in type sizes."""

DASH = 6
"""Dots of a dash and of the gap after it."""


def render_strip(layout: Layout, dots: int) -> tuple[int, bytes]:
    """Return the rows of a slip and its bits, rows of `dots` / 8 bytes."""
    sheet, pages = compose(layout, Paper.THERMAL_80, dots)
    canvas = BitCanvas(dots, round(strip_height(sheet, pages[0])))
    for op in pages[0]:
        canvas.draw(op)
    return canvas.rows, canvas.bits()


def text_band(
    text: str, *, dots: int, column: int, size: int, height: int, bold: bool, align: Align
) -> bytes:
    """Return one line of text as a band `height` rows high.

    Characters stand on the printer's own grid of `column` dots, so that a band lines up with
    the text above and under it. `size` is the type size in dots.
    """
    canvas = BitCanvas(dots, height)
    slack = max(0, dots - columns_of(text) * column)
    x = {Align.LEFT: 0, Align.CENTRE: slack // 2, Align.RIGHT: slack}[align]
    base = (height - size) // 2 + round(size * 0.88)
    widths = fonts(bold).widths
    for char in text:
        cell = column if char.isascii() else 2 * column
        inset = max(0.0, (cell - widths[char] * size / EM) / 2)
        canvas.text(char, x + inset, base, size, bold)
        x += cell
    return canvas.bits()


def code_band(payload: str, *, dots: int, step: int) -> tuple[int, bytes]:
    """Return rows and bits of a centred QR code, `step` dots a module, quiet zone included."""
    side = (len(modules(payload)) + 2 * QUIET) * step
    canvas = BitCanvas(dots, side)
    canvas.draw(Code((dots - side) / 2, 0, side, payload))
    return side, canvas.bits()


def logo_band(path: str, *, dots: int, height: int) -> tuple[int, bytes]:
    """Return rows and bits of a centred logo."""
    image = picture(path)
    width = min(dots, round(image.width * height / image.height))
    canvas = BitCanvas(dots, height)
    canvas.draw(Picture((dots - width) / 2, 0, width, height, path))
    return height, canvas.bits()


class BitCanvas:
    """Rows of dots to draw on; for one slip, by one thread."""

    def __init__(self, dots: int, rows: int) -> None:
        self.dots = dots
        self.rows = rows
        self._stride = dots // 8
        self._data = bytearray(self._stride * rows)
        self._lines: dict[tuple[int, int], int] = {}

    def bits(self) -> bytes:
        """Return all rows, the lines of text included."""
        for (top, rows), value in self._lines.items():
            self._blend(top, rows, value)
        self._lines.clear()
        return bytes(self._data)

    def draw(self, op: Op) -> None:
        """Draw an operation whose unit is the dot."""
        if isinstance(op, Glyphs):
            self.text(op.text, op.x, op.y, round(op.size), op.bold)
        elif isinstance(op, Stroke):
            self._stroke(op)
        elif isinstance(op, Frame):
            right, low = op.x + op.width, op.y + op.height
            self._stroke(Stroke(op.x, op.y, right, op.y, 2, op.dashed))
            self._stroke(Stroke(op.x, low, right, low, 2, op.dashed))
            self._stroke(Stroke(op.x, op.y, op.x, low, 2))
            self._stroke(Stroke(right, op.y, right, low, 2))
        elif isinstance(op, Code):
            self._code(op)
        else:
            self._picture(op)

    def text(self, text: str, x: float, base: float, size: int, bold: bool) -> None:
        """Add a run to the line on its baseline; what reaches beyond the paper is left out."""
        above = round(size * ASCENT)
        key = round(base) - above, above + round(size * DESCENT)
        line = self._lines.get(key, 0)
        widths = fonts(bold).widths
        dots = self.dots
        for char in text:
            value, left, wide = _glyph(char, size, bold, dots)
            at = round(x) + left
            if value and at >= 0 and at + wide <= dots:
                line |= value >> at
            x += widths[char] * size / EM
        self._lines[key] = line

    def _blend(self, top: int, rows: int, value: int) -> None:
        """Lay `rows` rows of bits over the canvas, cut at its edges."""
        if top < 0:
            value &= (1 << self.dots * (rows + top)) - 1
            rows, top = rows + top, 0
        if top + rows > self.rows:
            value >>= self.dots * (top + rows - self.rows)
            rows = self.rows - top
        if rows <= 0:
            return
        span = slice(top * self._stride, (top + rows) * self._stride)
        merged = int.from_bytes(self._data[span], "big") | value
        self._data[span] = merged.to_bytes(rows * self._stride, "big")

    def _fill(self, top: int, rows: int, row: int) -> None:
        """Lay the same row `rows` times."""
        repeated = row.to_bytes(self._stride, "big") * rows
        self._blend(top, rows, int.from_bytes(repeated, "big"))

    def _run(self, left: int, right: int) -> int:
        """Return a row with the dots from `left` up to `right` set."""
        left, right = max(0, left), min(self.dots, right)
        return ((1 << (right - left)) - 1) << (self.dots - right) if right > left else 0

    def _stroke(self, op: Stroke) -> None:
        thick = max(1, round(op.width))
        x0, y0, x1, y1 = round(op.x0), round(op.y0), round(op.x1), round(op.y1)
        if x0 == x1:
            self._fill(y0, y1 - y0, self._run(x0, x0 + thick))
            return
        row = self._run(x0, x1)
        if op.dashed:
            row = 0
            for x in range(x0, x1, 2 * DASH):
                row |= self._run(x, min(x + DASH, x1))
        self._fill(y0, thick, row)

    def _code(self, op: Code) -> None:
        rows = modules(op.payload)
        step = max(1, int(op.side) // (len(rows) + 2 * QUIET))
        side = len(rows) * step
        left, top = round(op.x + (op.side - side) / 2), round(op.y + (op.side - side) / 2)
        dark, light = "1" * step, "0" * step
        for row in rows:
            value = int("".join([dark if module else light for module in row]), 2)
            self._fill(top, step, value << (self.dots - left - side))
            top += step

    def _picture(self, op: Picture) -> None:
        wide, tall = max(1, round(op.width)), max(1, round(op.height))
        scaled = picture(op.path).resize((wide, tall))
        dark = scaled.point(lambda value: 255 if value < 128 else 0).convert("1")
        stride = (wide + 7) // 8
        data = dark.tobytes()
        shift = self.dots - round(op.x) - stride * 8
        for row in range(tall):
            value = int.from_bytes(data[row * stride : (row + 1) * stride], "big")
            placed = value << shift if shift >= 0 else value >> -shift
            self._blend(round(op.y) + row, 1, placed)


@lru_cache(maxsize=4096)
def _glyph(char: str, size: int, bold: bool, dots: int) -> tuple[int, int, int]:
    """Return a glyph's bits at the left edge of its line, its bearing and its width."""
    mask, left, top = glyph_mask(char, size, bold)
    if mask is None:
        return 0, 0, 0
    wide, tall = mask.size
    above = round(size * ASCENT)
    rows = above + round(size * DESCENT)
    data = bytes(mask)
    value = 0
    for row in range(tall):
        at = above + top + row
        if not 0 <= at < rows:
            continue
        shades = data[row * wide : (row + 1) * wide]
        bits = int("".join(["1" if shade >= THRESHOLD else "0" for shade in shades]), 2)
        value |= bits << (dots - wide) << dots * (rows - 1 - at)
    return value, left, wide
