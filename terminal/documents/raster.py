"""The raster renderer: the same layout as pixels, for preview and PNG.

Glyphs are drawn once a size and kept; a page is then a matter of pasting.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from terminal.documents.compose import compose
from terminal.documents.fonts import EM, fonts
from terminal.documents.layout import Layout, Paper
from terminal.documents.pictures import picture
from terminal.documents.qr import QUIET, modules
from terminal.documents.sheet import (
    Code,
    Frame,
    Glyphs,
    Op,
    Page,
    Picture,
    Sheet,
    Stroke,
    strip_height,
)

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

A4_SCALE = 2.0
"""Pixels a point of a preview at scale 1: 144 dots an inch."""

INK = 0
PAPER = 255
GREY = 92


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


def _painted(sheet: Sheet, page: Page, factor: float) -> Image:
    from PIL import Image as images

    height = sheet.height or strip_height(sheet, page)
    extent = round(sheet.width * factor), round(height * factor)
    image = images.new("L", extent, PAPER)
    painter = _Painter(image)
    for op in page:
        painter.draw(op, factor)
    return image


class _Painter:
    def __init__(self, image: Image) -> None:
        from PIL import ImageDraw

        self.image = image
        self.pen = ImageDraw.Draw(image)
        self.core = self.pen.draw

    def draw(self, op: Op, factor: float) -> None:
        if isinstance(op, Glyphs):
            self.text(
                op.text,
                op.x * factor,
                op.y * factor,
                round(op.size * factor),
                op.bold,
                spacing=op.spacing * factor,
                ink=GREY if op.grey else INK,
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
        ink: int = INK,
    ) -> None:
        """Paste a line glyph by glyph."""
        widths = fonts(bold).widths
        paste = self.core.draw_bitmap
        line = round(base)
        for char in text:
            mask, left, top = glyph_mask(char, size, bold)
            if mask is not None:
                paste((round(x) + left, line + top), mask, ink)
            x += widths[char] * size / EM + spacing

    def _stroke(self, op: Stroke, factor: float) -> None:
        thick = max(1, round(op.width * factor))
        x0, y0 = round(op.x0 * factor), round(op.y0 * factor)
        x1, y1 = round(op.x1 * factor), round(op.y1 * factor)
        fill = INK
        if not op.dashed:
            self.pen.rectangle((x0, y0, max(x1, x0 + thick - 1), max(y1, y0 + thick - 1)), fill)
            return
        dash = max(3, round(3 * factor))
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
        self.image.paste(INK, place, mask)

    def _picture(self, op: Picture, factor: float) -> None:
        size = max(1, round(op.width * factor)), max(1, round(op.height * factor))
        scaled = picture(op.path).resize(size)
        place = round(op.x * factor), round(op.y * factor)
        self.image.paste(scaled, place)


_DARK = bytes([0, 255]) + bytes(254)


@lru_cache(maxsize=64)
def _pillow_font(path: str, size: int) -> FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@lru_cache(maxsize=8192)
def glyph_mask(char: str, size: int, bold: bool) -> tuple[Any, int, int]:
    """Return a glyph's grey mask and its place against pen and baseline; no mask for a blank.

    The mask is Pillow's core image: it has a `size`, and `bytes()` gives its shades.
    """
    face, _ = fonts(bold).find(char)
    if face is None:
        return _box(char, size)
    font = _pillow_font(str(face.path), size)
    mask, (left, top) = font.getmask2(char, "L", anchor="ls")
    if not mask.size[0] or not mask.size[1]:
        return None, 0, 0
    return mask, left, top


def _box(char: str, size: int) -> tuple[Any, int, int]:
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
    return image.im, round(size * 0.04), -round(size * 0.84)
