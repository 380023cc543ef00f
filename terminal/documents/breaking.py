"""Breaking text into lines as Chinese is set, and taking out what no printer may see."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Callable
from itertools import accumulate

NOT_FIRST = frozenset("，。、；：？！）】》〉」』”’％‰…·～—－,.;:!?)]}%℃°")
"""Characters that no line begins with."""

NOT_LAST = frozenset("（【《〈「『“‘([{￥$〔")
"""Characters that no line ends with."""

_WORD = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_/.:@#&=?*+%'")
"""Characters of words and numbers, which stay together where a line has room for them."""

_UNITS = frozenset("年月日号份页个件本元条款项时分次")
"""Measure words that stay with the figure before them."""

_DROPPED = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_LONGEST_BACKWARDS = 28


def clean(text: str) -> str:
    """Return the text without control, formatting and line-break characters.

    They could steer a printer or reverse what a reader sees. Spaces of all kinds become plain
    ones but for the ideographic space; private and yet unassigned characters stay.
    """
    if text.isprintable():
        return text
    kept: list[str] = []
    for char in text:
        category = unicodedata.category(char)
        if char in "\t\n\r\v\f\u2028\u2029" or (category == "Zs" and char != "\u3000"):
            kept.append(" ")
        elif category not in _DROPPED:
            kept.append(char)
    return "".join(kept)


def may_break(text: str, at: int) -> bool:
    """Say whether a line may end before position `at` of the text."""
    before, after = text[at - 1], text[at]
    if after in NOT_FIRST or before in NOT_LAST:
        return False
    if after == " ":
        return False
    if before in _WORD:
        # 60日 and 1份 are read as one word
        return after not in _WORD and not (after in _UNITS and before.isdigit())
    return True


def wrap(text: str, limit: float, advance: Callable[[str], float], indent: float = 0) -> list[str]:
    """Return the lines of a clean text, none wider than `limit`.

    `advance` gives a character's width in the unit of the limit; `indent` is taken off the
    first line. A word too long for a line is broken inside.
    """
    if not text:
        return [""]
    edges = list(accumulate(map(advance, text)))
    if edges[-1] <= limit - indent:
        return [text]
    lines: list[str] = []
    start, offset = 0, -indent
    count = len(text)
    while start < count:
        end = bisect_right(edges, offset + limit, start)
        if end >= count:
            lines.append(text[start:])
            break
        end = _boundary(text, start, max(end, start + 1))
        lines.append(text[start:end].rstrip(" "))
        while end < count and text[end] == " ":
            end += 1
        start, offset = end, edges[end - 1]
    return lines


def _boundary(text: str, start: int, end: int) -> int:
    """Return the last place at or before `end` where the line may end."""
    if text[end] == " ":
        return end
    lowest = max(start, end - _LONGEST_BACKWARDS)
    for at in range(end, lowest, -1):
        if may_break(text, at):
            return at
    return end
