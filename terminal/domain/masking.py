"""Masking of personal data (脱敏) on slips and screens: what stays readable, the rest stars.

Citizens' slips show an identity number as 6+4 and a phone as 3+4. A number too short for that
never shows more than half of itself. Length and hyphens stay, so a citizen recognises the
number; what is masked already comes back as it is.
"""

from __future__ import annotations

import re
from enum import StrEnum

STAR = "*"


class NamePolicy(StrEnum):
    """How a name is shown: as it is, its first character, or its last one."""

    FULL = "full"
    FIRST = "first"
    LAST = "last"


def mask_identity(number: str) -> str:
    """Show the first six and the last four characters of an identity number or a code."""
    return _mask(number, 6, 4)


def mask_phone(phone: str) -> str:
    """Show the first three and the last four digits of a phone number."""
    return _mask(phone, 3, 4)


def mask_name(name: str, policy: NamePolicy = NamePolicy.FIRST) -> str:
    """Mask a name word by word (blanks and the dot of 阿卜杜热合曼·麦麦提 stay).

    FIRST shows the first character of the first word (张** for 张小明), LAST the last of the
    last word; a name of a single character is masked whole.
    """
    if policy is NamePolicy.FULL:
        return name
    letters = [place for place, sign in enumerate(name) if not re.match(r"[\s·•・.-]", sign)]
    if not letters:
        return name
    shown = None
    if len(letters) > 1:
        shown = letters[0] if policy is NamePolicy.FIRST else letters[-1]
    hidden = set(letters) - {shown}
    return "".join(STAR if place in hidden else sign for place, sign in enumerate(name))


def _mask(text: str, head: int, tail: int) -> str:
    text = text.strip()
    if STAR in text:
        return text
    if len(text) < head + tail + 3:
        # Too short for the full rule: at most half is shown, split evenly.
        head = tail = len(text) // 4
    end = len(text) - tail
    hidden = "".join(sign if sign in "- " else STAR for sign in text[head:end])
    return text[:head] + hidden + text[end:]
