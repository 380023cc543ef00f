"""Reads docs/protocol.md: its examples by name, its tables."""

from __future__ import annotations

import re
from pathlib import Path

PATH = Path(__file__).resolve().parents[3] / "docs" / "protocol.md"
TEXT = PATH.read_text(encoding="utf-8")

EXAMPLES: dict[str, str] = {
    name: body
    for _, name, body in re.findall(r"^```(\w+) example:([\w.]+)\n(.*?)\n```$", TEXT, re.M | re.S)
}
"""Each example's text; those of the kind `hex` have line ends inside."""


def data(name: str) -> bytes:
    """The bytes of an example in hexadecimal."""
    return bytes.fromhex(EXAMPLES[name].replace("\n", ""))


def table(mark: str) -> list[list[str]]:
    """The rows of the table behind a mark, without its head; names without their backticks."""
    rest = TEXT.split(f"<!-- {mark} -->\n", 1)[1].splitlines()
    rows = rest[2 : next(i for i, line in enumerate(rest) if not line.startswith("|"))]
    return [[cell.strip().strip("`") for cell in row.strip("|").split("|")] for row in rows]


def field_tables() -> list[str]:
    """The names of the structs that the document describes field by field."""
    return re.findall(r"<!-- fields: (\w+) -->", TEXT)
