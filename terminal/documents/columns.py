"""Layout on a grid of columns: what the text renderer and the receipt printer share.

An ASCII character takes one column, every other character two, as in a printer's Chinese font.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import zip_longest
from typing import Any, NamedTuple

from terminal.documents.breaking import clean, wrap
from terminal.documents.layout import (
    Align,
    AnyNode,
    Break,
    Column,
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

NARROW = 60
"""Below this many columns a table of more than three columns is set as blocks."""

DASH, DOUBLE = "-", "="
"""What lines across are made of: every printer and every screen has them."""

GAP = 1
"""Columns between two cells of a table."""


class Line(NamedTuple):
    """One line of text as it goes to a printer or a file."""

    text: str = ""
    size: Size = Size.NORMAL
    bold: bool = False
    align: Align = Align.LEFT


class Mark(NamedTuple):
    """Something that is no text: `qr`, `logo` or `cut`, with its data."""

    kind: str
    data: str = ""


Out = list[Line | Mark]

_GAP = " " * GAP


@cache
def _ruled(char: str, columns: int) -> Line:
    return Line(char * columns)


class _Widths(dict[str, int]):
    def __missing__(self, char: str) -> int:
        self[char] = 2
        return 2


_WIDTHS = _Widths({chr(code): 1 for code in range(128)})
_advance = _WIDTHS.__getitem__


def width(text: str) -> int:
    """Return the width of a text in columns."""
    if text.isascii():
        return len(text)
    return 2 * len(text) - len(text.encode("ascii", "ignore"))


def fold(text: str, columns: int, indent: int = 0) -> list[str]:
    """Return the clean lines of a text, none wider than `columns`."""
    text = clean(text)
    if 2 * len(text) <= columns - indent:
        return [text]
    return wrap(text, columns, _advance, indent)


def pad(text: str, columns: int, align: Align = Align.LEFT) -> str:
    """Return the text filled up with spaces to `columns`."""
    # str.ljust counts characters: take one column off for each wide one
    filled = columns
    if not text.isascii():
        filled += len(text.encode("ascii", "ignore")) - len(text)
    if align is Align.LEFT:
        return text.ljust(filled)
    if align is Align.RIGHT:
        return text.rjust(filled)
    left = (filled - len(text)) // 2
    return " " * left + text.ljust(filled - left)


def lines_of(layout: Layout, paper: Paper, columns: int) -> Out:
    """Return the lines and marks of a layout on `paper`, `columns` wide."""
    out: Out = []
    for node in layout.on(paper):
        _SETTERS[type(node)](node, columns, out)
    footer = [
        Line(line, align=Align.CENTRE) for part in layout.footer for line in fold(part, columns)
    ]
    _insert_before_cut(out, footer)
    return out


def _insert_before_cut(out: Out, lines: Sequence[Line]) -> None:
    at = len(out)
    if out and isinstance(out[-1], Mark) and out[-1].kind == "cut":
        at -= 1
    out[at:at] = lines


def _heading(node: Heading, columns: int, out: Out) -> None:
    out += [Line(line, align=Align.CENTRE) for line in fold(node.organ, columns)]
    for line in fold(node.title, columns // 2):
        out.append(Line(line, Size.TITLE, True, Align.CENTRE))
    if node.second:
        out += [Line(line, align=Align.CENTRE) for line in fold(node.second, columns)]


def _text(node: Text, columns: int, out: Out) -> None:
    indent = 4 if node.indent else 0
    lines = fold(node.text, columns, indent)
    if indent:
        lines[0] = " " * indent + lines[0]
    out += [Line(line, node.size, node.bold, node.align) for line in lines]


def _row(node: Row, columns: int, out: Out, widest: int = 0) -> None:
    hang = max(width(node.label), widest) + 2
    lines = fold(node.value, columns - hang)
    out.append(Line(_label(node.label, hang) + lines[0], Size.NORMAL, node.bold))
    if len(lines) > 1:
        margin = " " * hang
        out += [Line(margin + line, Size.NORMAL, node.bold) for line in lines[1:]]


@lru_cache(maxsize=256)
def _label(label: str, hang: int) -> str:
    return pad(clean(label) + "：", hang)


def _fields(node: Fields, columns: int, out: Out) -> None:
    widest = max([width(row.label) for row in node.rows], default=0)
    for row in node.rows:
        _row(row, columns, out, widest)


def _table(node: Table, columns: int, out: Out) -> None:
    if columns < NARROW and len(node.columns) > 3:
        _blocks(node, columns, out)
        return
    rooms, aligns, head = _grid(node.columns, columns)
    out.append(_ruled(DASH, columns))
    out += head
    for row in node.rows:
        _cells(row, rooms, aligns, out)
    out.append(_ruled(DASH, columns))


@lru_cache(maxsize=64)
def _grid(
    columns: tuple[Column, ...], width_: int
) -> tuple[tuple[int, ...], tuple[Align, ...], tuple[Line, ...]]:
    """Return the cells' widths and alignments and the lines of the head, the same for a kind."""
    room = width_ - GAP * (len(columns) - 1)
    rooms = [max(4, int(room * column.share) // 2 * 2) for column in columns]
    widest = max(range(len(rooms)), key=rooms.__getitem__)
    rooms[widest] += room - sum(rooms)
    aligns = tuple([column.align for column in columns])
    head: Out = []
    _cells([column.title for column in columns], rooms, aligns, head, bold=True)
    return tuple(rooms), aligns, tuple([line for line in head if isinstance(line, Line)])


def _cells(
    row: Sequence[str],
    rooms: Sequence[int],
    aligns: Sequence[Align],
    out: Out,
    *,
    bold: bool = False,
) -> None:
    folded = [fold(cell, room) for cell, room in zip(row, rooms, strict=True)]
    for cells in zip_longest(*folded, fillvalue=""):
        line = _GAP.join(map(pad, cells, rooms, aligns))
        out.append(Line(line.rstrip(" "), Size.NORMAL, bold))


def _blocks(node: Table, columns: int, out: Out) -> None:
    """Set each row of a wide table as a block: its number and name, then labelled lines."""
    labels = [column.title for column in node.columns]
    widest = max(width(label) for label in labels[2:])
    out.append(_ruled(DASH, columns))
    for row in node.rows:
        number = f"{row[0]}. "
        lines = fold(row[1], columns - len(number))
        out.append(Line(number + lines[0], bold=True))
        out += [Line(" " * len(number) + line, bold=True) for line in lines[1:]]
        for label, value in zip(labels[2:], row[2:], strict=True):
            _row(Row(label=label, value=value), columns, out, widest)
    out.append(_ruled(DASH, columns))


def _qr(node: Qr, columns: int, out: Out) -> None:
    out.append(Mark("qr", node.payload))
    for caption in node.caption:
        out += [Line(line, align=Align.CENTRE) for line in fold(caption, columns)]


def _logo(node: Logo, columns: int, out: Out) -> None:
    out.append(Mark("logo", node.path))


def _seal(node: Seal, columns: int, out: Out) -> None:
    if node.beside is not None:
        _qr(node.beside, columns, out)
    out.append(Line())
    for text in (node.notice, node.organ, node.date):
        out += [Line(line, align=Align.RIGHT) for line in fold(text, columns)]


def _signatures(node: Signatures, columns: int, out: Out) -> None:
    out.append(Line())
    for label in node.labels:
        start = clean(label) + "："
        out.append(Line(start + "_" * min(24, max(8, columns - width(start)))))


def _signature(node: Signature, columns: int, out: Out) -> None:
    out.append(Line())
    _row(Row(label=node.label, value=node.caption), columns, out)


def _break(node: Break, columns: int, out: Out) -> None:
    out.append(Line())


def _rule(node: Rule, columns: int, out: Out) -> None:
    rules = _ruled(DASH, columns), _ruled(DOUBLE, columns)
    if not (out and out[-1] in rules):
        out.append(rules[0 if node.dashed else 1])


def _space(node: Space, columns: int, out: Out) -> None:
    if node.height >= 2:
        out.append(Line())


def _cut(node: Cut, columns: int, out: Out) -> None:
    out.append(Mark("cut"))


_SETTERS: dict[type, Callable[[Any, int, Out], None]] = {
    Heading: _heading,
    Text: _text,
    Row: _row,
    Fields: _fields,
    Table: _table,
    Qr: _qr,
    Logo: _logo,
    Seal: _seal,
    Signatures: _signatures,
    Signature: _signature,
    Break: _break,
    Rule: _rule,
    Space: _space,
    Cut: _cut,
}

__all__ = ["AnyNode", "Line", "Mark", "fold", "lines_of", "pad", "width"]
