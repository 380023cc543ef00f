"""Measures of the two papers, and the drawing operations that a page is made of."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import msgspec

from terminal.documents.layout import Paper, Size


class Glyphs(NamedTuple):
    """A run of text on one line; `y` is the baseline, `spacing` is added after each character."""

    x: float
    y: float
    text: str
    size: float
    bold: bool
    spacing: float = 0.0
    grey: bool = False


class Stroke(NamedTuple):
    """A straight line."""

    x0: float
    y0: float
    x1: float
    y1: float
    width: float
    dashed: bool = False


class Frame(NamedTuple):
    """An unfilled rectangle, `x` and `y` its upper left corner."""

    x: float
    y: float
    width: float
    height: float
    dashed: bool = False


class Code(NamedTuple):
    """A QR code in a square including its quiet zone."""

    x: float
    y: float
    side: float
    payload: str


class Picture(NamedTuple):
    """A PNG in a rectangle: the path of a file, or its bytes."""

    x: float
    y: float
    width: float
    height: float
    path: str | bytes


Op: TypeAlias = Glyphs | Stroke | Frame | Code | Picture
Page: TypeAlias = list[Op]
"""What stands on one page; lengths in the sheet's unit, `y` downwards from the upper edge."""


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """Measures of a paper in its own unit: points on A4, printer dots on a slip.

    `millimetre` is the unit's count in one millimetre; `height` None is an endless strip.
    """

    paper: Paper
    width: float
    height: float | None
    margin: float
    top: float
    bottom: float
    sizes: dict[Size, float]
    leading: float
    small_leading: float
    paragraph: float
    millimetre: float
    hairline: float
    label_share: float
    justify: bool
    organ: float
    code: float
    caption: float

    @property
    def inner(self) -> float:
        """Return the width between the margins."""
        return self.width - 2 * self.margin

    def line_height(self, size: float) -> float:
        """Return the distance of two lines set in `size`."""
        small = size <= self.sizes[Size.SMALL]
        return size * (self.small_leading if small else self.leading)


A4 = Sheet(
    paper=Paper.A4,
    width=595.276,
    height=841.89,
    margin=73.7,
    top=51.0,
    bottom=54.0,
    sizes={Size.SMALL: 9.5, Size.NORMAL: 12.0, Size.LARGE: 14.0, Size.TITLE: 22.0},
    leading=1.6,
    small_leading=1.5,
    paragraph=3.0,
    millimetre=72 / 25.4,
    hairline=0.5,
    label_share=0.16,
    justify=True,
    organ=14.0,
    code=84.0,
    caption=9.0,
)
"""A4 with margins of 26 mm; body type 12 points (小四), title 22 points (二号)."""

THERMAL = Sheet(
    paper=Paper.THERMAL_80,
    width=576.0,
    height=None,
    margin=8.0,
    top=12.0,
    bottom=12.0,
    sizes={Size.SMALL: 20.0, Size.NORMAL: 24.0, Size.LARGE: 34.0, Size.TITLE: 46.0},
    leading=1.42,
    small_leading=1.4,
    paragraph=4.0,
    millimetre=8.0,
    hairline=2.0,
    label_share=0.215,
    justify=False,
    organ=26.0,
    code=244.0,
    caption=22.0,
)
"""A strip of 72 mm printable width at 203 dots an inch."""


def sheet_for(paper: Paper) -> Sheet:
    """Return the measures of a paper."""
    return A4 if paper is Paper.A4 else THERMAL


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
