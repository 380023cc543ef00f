"""The raster renderer: the same layout as pixels, for preview, PNG and the receipt printer.

Glyphs are drawn once a size and kept; a page is then a matter of pasting.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from terminal.documents.columns import width as columns_of
from terminal.documents.compose import compose, strip_height
from terminal.documents.fonts import EM, Face, fonts
from terminal.documents.layout import Align, Layout, Paper
from terminal.documents.pictures import picture
from terminal.documents.qr import QUIET, modules
from terminal.documents.sheet import Code, Frame, Glyphs, Op, Page, Picture, Sheet, Stroke

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

A4_SCALE = 2.0
"""Pixels a point of a preview at scale 1: 144 dots an inch."""

INK = 0
PAPER = 255
GREY = 92
THRESHOLD = 118
"""Darker than half, so that thin strokes survive a thermal head."""


def render_images(layout: Layout, paper: Paper | None = None, scale: float = 1.0) -> list[Image]:
    """Return each page as a greyscale picture; a slip is one."""
    sheet, pages = compose(layout, paper)
    factor = scale * (A4_SCALE if sheet.height else 1.0)
    return [_painted(sheet, page, factor) for page in pages]


def render_png(layout: Layout, paper: Paper | None = None, scale: float = 1.0) -> bytes:
    """Return the document as PNG; pages of A4 stand under each other with a grey gap."""
    from PIL import Image as images

    pages = render_images(layout, paper, scale)
    picture_ = pages[0]
    if len(pages) > 1:
        gap = round(12 * scale)
        height = sum(page.height for page in pages) + gap * (len(pages) - 1)
        picture_ = images.new("L", (pages[0].width, height), 200)
        top = 0
        for page in pages:
            picture_.paste(page, (0, top))
            top += page.height + gap
    buffer = io.BytesIO()
    picture_.save(buffer, "PNG", compress_level=3)
    return buffer.getvalue()


def render_strip(layout: Layout, dots: int) -> tuple[int, bytes]:
    """Return the rows of a slip and its bits, a set bit a dot, rows of `dots` / 8 bytes."""
    sheet, pages = compose(layout, Paper.THERMAL_80)
    image = _painted(sheet, pages[0], dots / sheet.width, bits=True)
    return image.height, image.tobytes()


def text_band(
    text: str, *, dots: int, column: int, size: int, height: int, bold: bool, align: Align
) -> bytes:
    """Return one line of text as the bits of a band `height` rows high.

    Characters stand on the printer's own grid of `column` dots, so that a band lines up with
    the text above and under it. `size` is the type size in dots.
    """
    from PIL import Image as images

    image = images.new("1", (dots, height), 0)
    slack = dots - columns_of(text) * column
    x = {Align.LEFT: 0, Align.CENTRE: slack // 2, Align.RIGHT: slack}[align]
    base = (height - size) // 2 + round(size * 0.88)
    painter = _Painter(image, 255, bits=True)
    for char in text:
        cell = column if char.isascii() else 2 * column
        advance = fonts(bold).widths[char] * size / EM
        painter.text(char, x + max(0.0, (cell - advance) / 2), base, size, bold)
        x += cell
    return image.tobytes()


def code_band(payload: str, *, dots: int, step: int) -> tuple[int, bytes]:
    """Return rows and bits of a centred QR code, `step` dots a module, quiet zone included."""
    rows = modules(payload)
    side = (len(rows) + 2 * QUIET) * step
    left = (dots - side) // 2 + QUIET * step
    blank = bytes(dots // 8)
    bits: list[bytes] = [blank] * (QUIET * step)
    for row in rows:
        line = 0
        for module in row:
            line = (line << step) | ((1 << step) - 1 if module else 0)
        line <<= dots - left - len(row) * step
        bits += [line.to_bytes(dots // 8, "big")] * step
    bits += [blank] * (QUIET * step)
    return side, b"".join(bits)


def logo_band(path: str, *, dots: int, height: int) -> tuple[int, bytes]:
    """Return rows and bits of a centred logo."""
    from PIL import Image as images

    logo = picture(path)
    width = min(dots, round(logo.width * height / logo.height))
    scaled = logo.resize((width, height)).point(lambda value: 255 if value < 128 else 0)
    band = images.new("1", (dots, height), 0)
    band.paste(scaled.convert("1"), ((dots - width) // 2, 0))
    return height, band.tobytes()


def _painted(sheet: Sheet, page: Page, factor: float, *, bits: bool = False) -> Image:
    from PIL import Image as images

    height = sheet.height or strip_height(sheet, page)
    extent = round(sheet.width * factor), round(height * factor)
    # a printer's set bit is ink: draw white on black, and the bytes come out as they are sent
    image = images.new("1", extent, 0) if bits else images.new("L", extent, PAPER)
    painter = _Painter(image, 255 if bits else INK, bits=bits)
    for op in page:
        painter.draw(op, factor)
    return image


class _Painter:
    def __init__(self, image: Image, ink: int, *, bits: bool) -> None:
        from PIL import ImageDraw

        self.image = image
        self.ink = ink
        self.bits = bits
        self.pen = ImageDraw.Draw(image)
        self.core = self.pen.draw

    def draw(self, op: Op, factor: float) -> None:
        if isinstance(op, Glyphs):
            ink = GREY if op.grey and not self.bits else None
            self.text(
                op.text,
                op.x * factor,
                op.y * factor,
                round(op.size * factor),
                op.bold,
                spacing=op.spacing * factor,
                ink=ink,
            )
        elif isinstance(op, Stroke):
            self._stroke(op, factor)
        elif isinstance(op, Frame):
            x1, y1 = op.x + op.width, op.y + op.height
            for x, y, u, v in (
                (op.x, op.y, x1, op.y),
                (op.x, y1, x1, y1),
                (op.x, op.y, op.x, y1),
                (x1, op.y, x1, y1),
            ):
                self._stroke(Stroke(x, y, u, v, 0.5, op.dashed), factor)
        elif isinstance(op, Code):
            self._code(op, factor)
        elif isinstance(op, Picture):
            self._picture(op, factor)

    def text(
        self,
        text: str,
        x: float,
        base: float,
        size: int,
        bold: bool,
        *,
        spacing: float = 0.0,
        ink: int | None = None,
    ) -> None:
        """Paste a line glyph by glyph."""
        ink = self.ink if ink is None else ink
        widths = fonts(bold).widths
        paste = self.core.draw_bitmap
        line = round(base)
        for char in text:
            mask, left, top = _glyph(char, size, bold, self.bits)
            if mask is not None:
                paste((round(x) + left, line + top), mask, ink)
            x += widths[char] * size / EM + spacing

    def _stroke(self, op: Stroke, factor: float) -> None:
        thick = max(1, round(op.width * factor))
        x0, y0 = round(op.x0 * factor), round(op.y0 * factor)
        x1, y1 = round(op.x1 * factor), round(op.y1 * factor)
        fill = self.ink
        if not op.dashed:
            self.pen.rectangle((x0, y0, max(x1, x0 + thick - 1), max(y1, y0 + thick - 1)), fill)
            return
        dash = max(3, round(3 * factor)) if not self.bits else 6
        if y0 == y1:
            for x in range(x0, x1, 2 * dash):
                self.pen.rectangle((x, y0, min(x + dash, x1) - 1, y0 + thick - 1), fill)
        else:
            for y in range(y0, y1, 2 * dash):
                self.pen.rectangle((x0, y, x0 + thick - 1, min(y + dash, y1) - 1), fill)

    def _code(self, op: Code, factor: float) -> None:
        from PIL import Image as images

        rows = modules(op.payload)
        count = len(rows)
        small = images.frombytes("L", (count, count), b"".join(rows).translate(_DARK))
        # whole pixels a module: a scanner wants edges, not blends
        step = max(1, int(op.side * factor) // (count + 2 * QUIET))
        side = count * step
        mask = small.resize((side, side), images.Resampling.NEAREST)
        offset = (op.side * factor - side) / 2
        place = round(op.x * factor + offset), round(op.y * factor + offset)
        self.image.paste(self.ink, place, mask.convert("1") if self.bits else mask)

    def _picture(self, op: Picture, factor: float) -> None:
        size = max(1, round(op.width * factor)), max(1, round(op.height * factor))
        scaled = picture(op.path).resize(size)
        place = round(op.x * factor), round(op.y * factor)
        if self.bits:
            dark = scaled.point(lambda value: 255 if value < 128 else 0)
            self.image.paste(self.ink, place, dark.convert("1"))
        else:
            self.image.paste(scaled, place)


_DARK = bytes([0, 255]) + bytes(254)


@lru_cache(maxsize=64)
def _pillow_font(path: str, size: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=8192)
def _glyph(char: str, size: int, bold: bool, bits: bool) -> tuple[Any, int, int]:
    """Return a glyph's mask and its place against pen and baseline; no mask for a blank."""
    face, _ = fonts(bold).find(char)
    if face is None:
        return _box(char, size, bits)
    return _mask(face, char, size, bits)


def _mask(face: Face, char: str, size: int, bits: bool) -> tuple[Any, int, int]:
    font = _pillow_font(str(face.path), size)
    mask, (left, top) = font.getmask2(char, "L", anchor="ls")
    if not mask.size[0] or not mask.size[1]:
        return None, 0, 0
    if bits:
        mask = _thresholded(mask)
    return mask, left, top


def _thresholded(mask: Any) -> Any:
    from PIL import Image as images

    grey = images.frombytes("L", mask.size, bytes(mask))
    return grey.point(lambda value: 255 if value >= THRESHOLD else 0).convert("1").im


def _box(char: str, size: int, bits: bool) -> tuple[Any, int, int]:
    """Return a box with the code point for a character that no font here draws."""
    from PIL import Image as images
    from PIL import ImageDraw

    side = max(8, round(size * 0.92))
    image = images.new("L", (side, side), 0)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, side - 1, side - 1), outline=255, width=max(1, size // 24))
    digits = f"{ord(char):04X}"
    half = (len(digits) + 1) // 2
    face, _ = fonts().find("0")
    if face is not None:
        font = _pillow_font(str(face.path), max(5, round(side * 0.42)))
        for row, part in enumerate((digits[:half], digits[half:])):
            middle = side * (0.28 if row == 0 else 0.72)
            pen.text((side / 2, middle), part, 255, font, anchor="mm")
    mask = image.convert("1") if bits else image
    return mask.im, round(size * 0.04), -round(size * 0.84)
