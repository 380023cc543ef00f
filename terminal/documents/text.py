"""The text renderer: a document as plain lines, for a file, a screen reader or a golden test."""

from __future__ import annotations

from terminal.documents.columns import Line, lines_of, pad
from terminal.documents.layout import Layout, Paper

COLUMNS = {Paper.THERMAL_80: 48, Paper.A4: 78}
"""Width in columns; a Chinese character takes two."""


def render_text(layout: Layout, paper: Paper | None = None) -> str:
    """Return the document as text ending in a line break; a QR code stands as its address."""
    paper = paper or layout.paper
    columns = COLUMNS[paper]
    lines: list[str] = []
    for line in lines_of(layout, paper, columns):
        if isinstance(line, Line):
            lines.append(pad(line.text, columns, line.align).rstrip())
        elif line.kind == "qr":
            # one line whatever its length: an address that is broken cannot be opened
            lines.append(f"[{line.data}]")
    return "\n".join(lines) + "\n"
