"""Layout on a grid of columns: what the text renderer and the receipt printer share.

An ASCII character takes one column, every other character two, as in a printer's Chinese font.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from terminal.documents.breaking import clean, wrap
from terminal.documents.layout import (
    Align,
    AnyNode,
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

NARROW = 60
"""Below this many columns a table of more than three columns is set as blocks."""

GAP = 1
"""Columns between two cells of a table."""


class Line(NamedTuple):
    """One line of text as it goes to a printer or a file."""

    text: str = ""
    size: Size = Size.NORMAL
    bold: bool = False
    align: Align = Align.LEFT


class Mark(NamedTuple):
    """Something that is no text: `rule`, `dashes`, `qr`, `logo` or `cut`, with its data."""

    kind: str
    data: str = ""


Out = list[Line | Mark]


class _Widths(dict[str, int]):
    def __missing__(self, char: str) -> int:
        return 1 if char.isascii() else 2


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
    room = columns - width(text)
    if room <= 0 or align is Align.LEFT:
        return text + " " * max(room, 0)
    if align is Align.RIGHT:
        return " " * room + text
    return " " * (room // 2) + text + " " * (room - room // 2)


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


def _text(node: Text, columns: int, out: Out) -> None:
    indent = 4 if node.indent else 0
    lines = fold(node.text, columns, indent)
    if indent:
        lines[0] = " " * indent + lines[0]
    out += [Line(line, node.size, node.bold, node.align) for line in lines]


def _row(node: Row, columns: int, out: Out, label_width: int = 0) -> None:
    label = clean(node.label)
    hang = max(width(label), label_width) + 2
    lines = fold(node.value, columns - hang)
    out.append(Line(pad(label + "：", hang) + lines[0], bold=node.bold))
    out += [Line(" " * hang + line, bold=node.bold) for line in lines[1:]]


def _fields(node: Fields, columns: int, out: Out) -> None:
    widest = max((width(row.label) for row in node.rows), default=0)
    for row in node.rows:
        _row(row, columns, out, widest)


def _table(node: Table, columns: int, out: Out) -> None:
    if columns < NARROW and len(node.columns) > 3:
        _blocks(node, columns, out)
        return
    widths = _column_widths(node, columns)
    out.append(Mark("dashes"))
    titles = tuple([column.title for column in node.columns])
    _cells(titles, node, widths, out, bold=True)
    for row in node.rows:
        _cells(row, node, widths, out)
    out.append(Mark("dashes"))


def _column_widths(node: Table, columns: int) -> list[int]:
    room = columns - GAP * (len(node.columns) - 1)
    widths = [max(4, int(room * column.share) // 2 * 2) for column in node.columns]
    widest = max(range(len(widths)), key=widths.__getitem__)
    widths[widest] += room - sum(widths)
    return widths


def _cells(
    row: Sequence[str], node: Table, widths: Sequence[int], out: Out, *, bold: bool = False
) -> None:
    folded = [fold(cell, room) for cell, room in zip(row, widths, strict=True)]
    height = max(map(len, folded))
    for at in range(height):
        parts: list[str] = []
        for lines, room, column in zip(folded, widths, node.columns, strict=True):
            parts.append(pad(lines[at] if at < len(lines) else "", room, column.align))
        out.append(Line((" " * GAP).join(parts).rstrip(" "), bold=bold))


def _blocks(node: Table, columns: int, out: Out) -> None:
    """Set each row of a wide table as a block: its number and name, then labelled lines."""
    labels = [column.title for column in node.columns]
    widest = max(width(label) for label in labels[2:])
    out.append(Mark("dashes"))
    for row in node.rows:
        number = f"{row[0]}. "
        lines = fold(row[1], columns - len(number))
        out.append(Line(number + lines[0], bold=True))
        out += [Line(" " * len(number) + line, bold=True) for line in lines[1:]]
        for label, value in zip(labels[2:], row[2:], strict=True):
            _row(Row(label=label, value=value), columns, out, widest)
    out.append(Mark("dashes"))


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


def _rule(node: Rule, columns: int, out: Out) -> None:
    kind = "dashes" if node.dashed else "rule"
    if out and isinstance(out[-1], Mark) and out[-1].kind in ("dashes", "rule"):
        return
    out.append(Mark(kind))


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
    Rule: _rule,
    Space: _space,
    Cut: _cut,
}

__all__ = ["AnyNode", "Line", "Mark", "fold", "lines_of", "pad", "width"]
