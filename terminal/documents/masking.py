"""Masking of numbers on what a citizen carries home: identity 6+4, phone 3+4 (rules 6)."""

from __future__ import annotations

import re

_DIGITS = re.compile(r"[0-9A-Za-z]")


def mask_identity(number: str) -> str:
    """Keep the first six and the last four characters; shorter numbers keep fewer.

    A number that is masked already comes back unchanged.
    """
    return _mask(number, 6, 4)


def mask_phone(number: str) -> str:
    """Keep the first three and the last four digits."""
    return _mask(number, 3, 4)


def _mask(number: str, head: int, tail: int) -> str:
    if "*" in number or not number:
        return number
    if len(number) <= head + tail:
        # a short passport or office number: half of it stays hidden all the same
        keep = len(number) // 4
        head = tail = keep
    hidden = number[head : len(number) - tail]
    return number[:head] + _DIGITS.sub("*", hidden) + number[len(number) - tail :]
