"""Finding a pattern in texts: bitmaps first, then each candidate is looked at."""

from __future__ import annotations

import itertools
from array import array
from bisect import bisect_left

from pyroaring import BitMap

from terminal.search import postings as family
from terminal.search.postings import Postings, term
from terminal.search.query import FOLDED, INITIALS, RANGE, SOUNDS, UNITS, Part, Pattern, Run

_SINGLE = {
    UNITS: family.HAN,
    SOUNDS: family.SOUND,
    INITIALS: family.INITIAL,
    FOLDED: family.FOLDED,
}
_DOUBLE = {
    UNITS: family.PAIR,
    SOUNDS: family.SOUND_PAIR,
    INITIALS: family.INITIAL_PAIR,
    FOLDED: family.FOLDED_PAIR,
}
_ANCHORS = (UNITS, SOUNDS, FOLDED, INITIALS)

Span = tuple[int, int]


class Layers:
    """The texts of an index, one string a layer, all of the same length; immutable."""

    def __init__(
        self,
        strings: dict[int, str],
        places: array[int],
        orders: dict[int, array[int]],
        postings: Postings,
    ) -> None:
        self.strings = strings
        self.places = places
        self._orders = orders
        self.postings = postings

    def length(self, number: int) -> int:
        """Return the length of a text in characters."""
        return self.places[number + 1] - self.places[number]

    # Candidates

    def single(self, part: Part) -> BitMap:
        """Return the texts that hold a part anywhere."""
        if part.layer == RANGE:
            return self.postings.union(family.SOUND, part.needle, part.last)
        return self.postings.get(term(_SINGLE[part.layer], part.needle))

    def together(self, found: tuple[Run, ...]) -> BitMap:
        """Return the texts that may hold the runs next to each other."""
        maps: list[BitMap] = []
        for run in found:
            needle = run.needle
            if run.layer == RANGE:
                maps.append(self.postings.union(family.SOUND, needle, run.last))
            elif len(needle) == 1:
                maps.append(self.postings.get(term(_SINGLE[run.layer], needle)))
            else:
                double = _DOUBLE[run.layer]
                pairs = itertools.pairwise(needle)
                maps += [self.postings.get(term(double, *pair)) for pair in pairs]
        return both(maps)

    def apart(self, pattern: Pattern) -> BitMap:
        """Return the texts that hold every part somewhere."""
        return both([self.single(part) for part in pattern])

    def beginning(self, run: Run) -> array[int]:
        """Return the texts that begin with a run, in the order of its layer."""
        layer = SOUNDS if run.layer == RANGE else run.layer
        order = self._orders[layer]
        text, places = self.strings[layer], self.places
        width = len(run.needle)

        def head(number: int) -> str:
            start = places[number]
            return text[start : min(start + width, places[number + 1])]

        first = bisect_left(order, run.needle, key=head)
        beyond = chr(ord((run.last or run.needle)[-1]) + 1)
        last = bisect_left(order, run.needle[:-1] + beyond, lo=first, key=head)
        return order[first:last]

    # Looking at one text

    def find(self, found: tuple[Run, ...], size: int, start: int, end: int) -> int:
        """Return where the runs stand next to each other between two places, or -1."""
        first = found[0]
        if len(found) == 1 and first.layer != RANGE:
            return self.strings[first.layer].find(first.needle, start, end)
        anchor = _anchor(found)
        if anchor.layer == RANGE:
            return self._find_range(anchor, start, end)
        text = self.strings[anchor.layer]
        last = end - size
        place = start + anchor.offset
        while True:
            place = text.find(anchor.needle, place, end)
            origin = place - anchor.offset
            if place < 0 or origin > last:
                return -1
            if self.stands_at(found, origin, end):
                return origin
            place += 1

    def stands_at(self, found: tuple[Run, ...], origin: int, end: int) -> bool:
        """Say whether the runs stand next to each other from a place on."""
        for run in found:
            place = origin + run.offset
            if run.layer == RANGE:
                if place >= end or not run.needle <= self.strings[SOUNDS][place] <= run.last:
                    return False
            elif not self.strings[run.layer].startswith(run.needle, place, end):
                return False
        return True

    def _find_range(self, run: Run, start: int, end: int) -> int:
        sounds = self.strings[SOUNDS]
        for place in range(start, end):
            if run.needle <= sounds[place] <= run.last:
                return place
        return -1

    def in_order(self, pattern: Pattern, start: int, end: int) -> tuple[Span, ...] | None:
        """Return where the parts stand one after the other, with gaps, or None."""
        spans: list[Span] = []
        place = start
        for layer, needle, last in pattern:
            if layer == RANGE:
                place = self._find_range(Run(RANGE, needle, 0, last), place, end)
            else:
                place = self.strings[layer].find(needle, place, end)
            if place < 0:
                return None
            if spans and spans[-1][1] == place:
                spans[-1] = (spans[-1][0], place + 1)
            else:
                spans.append((place, place + 1))
            place += 1
        return tuple(spans)

    def around(
        self, head: tuple[Run, ...], tail: tuple[Run, ...], sizes: Span, start: int, end: int
    ) -> tuple[Span, ...] | None:
        """Return where head and tail stand with one wrong, one missing or one extra between."""
        head_size, tail_size = sizes
        if not head:
            place = self.find(tail, tail_size, start, end)
            return ((place, place + tail_size),) if place >= 0 else None
        place = start
        while True:
            place = self.find(head, head_size, place, end)
            if place < 0:
                return None
            after = place + head_size
            if not tail:
                return ((place, after),)
            for gap in (1, 0, 2):
                if self.stands_at(tail, after + gap, end):
                    return ((place, after), (after + gap, after + gap + tail_size))
            place += 1


def _anchor(found: tuple[Run, ...]) -> Run:
    """Return the run that is rarest in texts: Han before sounds before initials, then longest."""
    for layer in _ANCHORS:
        fitting = [run for run in found if run.layer == layer]
        if fitting:
            return max(fitting, key=lambda run: len(run.needle))
    return found[0]


def both(maps: list[BitMap]) -> BitMap:
    """Return what all bitmaps share."""
    if len(maps) == 1:
        return maps[0]
    maps.sort(key=len)
    found = maps[0]
    for other in maps[1:]:
        if not found:
            break
        found = found & other
    return found
