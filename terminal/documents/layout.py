"""The layout tree: what stands on a document, in what order, without saying how it is drawn.

Four renderers read it (text, ESC/POS, PDF, raster), so preview, slip and PDF cannot differ.
Nodes are frozen and hold finished strings; lengths are millimetres.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import msgspec


class Paper(StrEnum):
    """What a document is printed on."""

    THERMAL_80 = "thermal80"
    A4 = "a4"


class Align(StrEnum):
    """Where a line of text stands."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class Size(StrEnum):
    """Four sizes are enough for an official paper."""

    SMALL = "small"
    NORMAL = "normal"
    LARGE = "large"
    TITLE = "title"


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """Base of the nodes; `only` limits one to a kind of paper."""

    only: Paper | None = None


class Heading(Node, frozen=True, kw_only=True):
    """The organ's name over the title; `second` is the title in another language, beneath it."""

    organ: str
    title: str
    second: str = ""


class Text(Node, frozen=True, kw_only=True):
    """A paragraph; `indent` moves its first line by two characters as Chinese letters do."""

    text: str
    size: Size = Size.NORMAL
    bold: bool = False
    align: Align = Align.LEFT
    indent: bool = False


class Row(Node, frozen=True, kw_only=True):
    """A label and its value; two `half` rows in a row share a line of a form on A4."""

    label: str
    value: str
    bold: bool = False
    half: bool = False


class Fields(Node, frozen=True, kw_only=True):
    """Rows that belong together: a ruled form on A4, plain lines on a slip.

    `tall` is the least height of a row in millimetres, for a form that is filled in by hand.
    """

    rows: tuple[Row, ...]
    tall: float = 0.0


class Column(msgspec.Struct, frozen=True):
    """A column's title, its share of the width, and how its cells are aligned."""

    title: str
    share: float
    align: Align = Align.LEFT


class Table(Node, frozen=True, kw_only=True):
    """A table with a head; every row has a cell for every column, and is `tall` mm at least."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    tall: float = 0.0


class Qr(Node, frozen=True, kw_only=True):
    """A QR code with lines beside (A4) or under it (slip)."""

    payload: str
    caption: tuple[str, ...] = ()


class Logo(Node, frozen=True, kw_only=True):
    """A hall's own mark: the path of a PNG file, drawn `height` mm high in the centre."""

    path: str
    height: float = 12.0


class Seal(Node, frozen=True, kw_only=True):
    """A frame for the stamp with organ and date; a QR code may stand at its left.

    It is empty and dashed for the wet stamp; `signed` when a seal service signed the document.
    """

    notice: str
    organ: str
    date: str
    beside: Qr | None = None
    signed: bool = False


class Signatures(Node, frozen=True, kw_only=True):
    """Lines to sign on; each label gets a line of its own length."""

    labels: tuple[str, ...]


class Signature(Node, frozen=True, kw_only=True):
    """A signature that was given on a screen: who and when, and its picture (PNG) if it is kept."""

    label: str
    caption: str
    picture: bytes = b""


class Break(Node, frozen=True, kw_only=True):
    """A new page; a blank line on an endless strip."""


class Rule(Node, frozen=True, kw_only=True):
    """A thin line across."""

    dashed: bool = False


class Space(Node, frozen=True, kw_only=True):
    """Empty height in millimetres."""

    height: float = 3.0


class Cut(Node, frozen=True, kw_only=True):
    """Where a slip is cut; nothing on A4."""


AnyNode: TypeAlias = (
    Heading
    | Text
    | Row
    | Fields
    | Table
    | Qr
    | Logo
    | Seal
    | Signatures
    | Signature
    | Rule
    | Space
    | Break
    | Cut
)


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """A whole document: its natural paper, its title for the file's metadata, its nodes.

    `footer` stands at the foot of every A4 page and at the end of a slip; `page_label` beside it
    where there is more than one page, with `{page}` and `{pages}`.
    """

    paper: Paper
    title: str
    subject: str
    author: str
    language: str
    nodes: tuple[AnyNode, ...]
    footer: tuple[str, ...] = ()
    page_label: str = ""

    def on(self, paper: Paper) -> tuple[AnyNode, ...]:
        """Return the nodes that stand on `paper`."""
        return tuple([node for node in self.nodes if node.only is None or node.only is paper])
