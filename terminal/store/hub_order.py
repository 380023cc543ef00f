"""The hub's order of steps: where in this terminal's feed each record was told.

A place is the row's position behind the number of the reading: a feed that begins anew, or is read
anew, tells everything once more, and what it tells then holds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

_READING = 1 << 32
"""More than a feed has rows."""


class Known(msgspec.Struct, frozen=True):
    """What is known of a step: whether the hub has judged it, and its place; 0: never told."""

    judged: bool
    place: int


def place_of(reading: int, position: int) -> int:
    """Return the place of a row."""
    return reading * _READING + position


def begins(place: int) -> int:
    """Return the place behind which the reading of this one begins."""
    return place - place % _READING


def in_order(steps: Sequence[str], known: Mapping[str, Known]) -> list[str]:
    """Return all known steps in the hub's order, ours that it has not judged last.

    `steps` is the order here. What was judged before places were kept stands first, then what the
    newest reading has told, then what it has not told (yet).
    """
    begun = begins(max((one.place for one in known.values()), default=0))
    here = {name: number for number, name in enumerate(steps)}

    def rank(name: str) -> tuple[int, int]:
        one = known[name]
        if one.place > begun:
            return 1, one.place
        now = here.get(name, len(here))
        if not one.judged:
            return 3, now
        return (2, now) if one.place or name not in here else (0, now)

    return sorted(known, key=rank)
