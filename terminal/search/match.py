"""Finding a pattern in texts: bitmaps first, then each candidate is looked at."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from functools import reduce
from itertools import pairwise
from operator import and_

from pyroaring import BitMap

from terminal.search import postings as family
from terminal.search.postings import EMPTY, Postings, term
from terminal.search.query import FOLDED, INITIALS, RANGE, SOUNDS, UNITS, Part, Pattern, Run, runs

_SINGLE = (family.HAN, family.SOUND, family.INITIAL, family.FOLDED)
_DOUBLE = (family.PAIR, family.SOUND_PAIR, family.INITIAL_PAIR, family.FOLDED_PAIR)
_FIRST = {UNITS: family.FIRST, SOUNDS: family.FIRST_SOUND, INITIALS: family.FIRST_INITIAL}
_RARITY = {UNITS: 0, SOUNDS: 1, FOLDED: 2, INITIALS: 3, RANGE: 4}
"""Which layer to look for first: a Han character is in fewer texts than an initial."""

Span = tuple[int, int]


class Shape:
    """A pattern made ready to be looked for in one text after the other."""

    __slots__ = ("anchor", "plain", "runs", "size")

    def __init__(self, pattern: Pattern) -> None:
        self.size = len(pattern)
        self.runs = runs(pattern)
        self.anchor = min(self.runs, key=lambda run: (_RARITY[run.layer], -len(run.needle)))
        self.plain = len(self.runs) == 1 and self.anchor.layer != RANGE


class Layers:
    """The texts of an index, one string a layer, all of the same length; immutable."""

    def __init__(
        self,
        strings: tuple[str, str, str, str],
        places: array[int],
        orders: dict[int, array[int]],
        postings: Postings,
    ) -> None:
        self.strings = strings
        self.places = places
        self._orders = orders
        self._postings = postings

    # Candidates

    def single(self, part: Part) -> BitMap:
        """Return the texts that hold a part anywhere."""
        if part.layer == RANGE:
            return self._postings.union(family.SOUND, part.needle, part.last)
        return self._postings.get(term(_SINGLE[part.layer], part.needle))

    def link(self, left: Part, right: Part) -> BitMap:
        """Return the texts that hold both parts, next to each other where that is known."""
        if left.layer == right.layer != RANGE:
            return self._postings.get(term(_DOUBLE[left.layer], left.needle, right.needle))
        return self.single(left) & self.single(right)

    def apart(self, pattern: Pattern) -> BitMap:
        """Return the texts that hold every part somewhere."""
        return both([self.single(part) for part in pattern])

    def first(self, part: Part) -> BitMap:
        """Return the texts that begin with a part."""
        if part.layer == RANGE:
            return self._postings.union(family.FIRST_SOUND, part.needle, part.last)
        return self._postings.get(term(_FIRST[part.layer], part.needle))

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

    def find(self, shape: Shape, start: int, end: int) -> int:
        """Return where a shape stands between two places, or -1."""
        anchor = shape.anchor
        if shape.plain:
            return self.strings[anchor.layer].find(anchor.needle, start, end)
        if anchor.layer == RANGE:
            places = range(start, end - shape.size + 1)
            return next((place for place in places if self.stands_at(shape, place, end)), -1)
        text, needle, offset = self.strings[anchor.layer], anchor.needle, anchor.offset
        last = end - shape.size
        place = start + offset
        while True:
            place = text.find(needle, place, end)
            origin = place - offset
            if place < 0 or origin > last:
                return -1
            if self.stands_at(shape, origin, end):
                return origin
            place += 1

    def stands_at(self, shape: Shape, origin: int, end: int) -> bool:
        """Say whether a shape stands at a place."""
        for layer, needle, offset, last in shape.runs:
            place = origin + offset
            if layer == RANGE:
                if place >= end or not needle <= self.strings[SOUNDS][place] <= last:
                    return False
            elif not self.strings[layer].startswith(needle, place, end):
                return False
        return True

    def _find_range(self, low: str, high: str, start: int, end: int) -> int:
        for place, sound in enumerate(self.strings[SOUNDS][start:end], start):
            if low <= sound <= high:
                return place
        return -1

    def in_order(self, pattern: Pattern, start: int, end: int) -> tuple[Span, ...] | None:
        """Return where the parts stand one after the other, with gaps, or None."""
        found: list[Span] = []
        place = start
        for layer, needle, last in pattern:
            if layer == RANGE:
                place = self._find_range(needle, last, place, end)
            else:
                place = self.strings[layer].find(needle, place, end)
            if place < 0:
                return None
            if found and found[-1][1] == place:
                found[-1] = (found[-1][0], place + 1)
            else:
                found.append((place, place + 1))
            place += 1
        return tuple(found)

    def around(
        self, head: Shape, tail: Shape, gap: int, start: int, end: int
    ) -> tuple[Span, ...] | None:
        """Return where head and tail stand with at most `gap` characters between, or None."""
        place = start
        while True:
            place = self.find(head, place, end)
            if place < 0:
                return None
            after = place + head.size
            rest = self.find(tail, after, min(end, after + gap + tail.size))
            if rest == after:
                return ((place, after + tail.size),)
            if rest > 0:
                return ((place, after), (rest, rest + tail.size))
            place += 1


class Way:
    """One reading of a query, with the bitmaps that were needed for it so far."""

    __slots__ = ("_after", "_before", "_layers", "_links", "how", "pattern", "shape")

    def __init__(self, layers: Layers, pattern: Pattern, how: str) -> None:
        self.pattern = pattern
        self.how = how
        self.shape = Shape(pattern)
        self._layers = layers
        self._links: list[BitMap] | None = None
        self._before: list[BitMap] | None = None
        self._after: list[BitMap] | None = None

    @property
    def links(self) -> list[BitMap]:
        """The texts that hold each two neighbouring parts."""
        if self._links is None:
            self._links = [self._layers.link(*pair) for pair in pairwise(self.pattern)]
        return self._links

    def together(self) -> BitMap:
        """Return the texts that may hold all parts next to each other."""
        if len(self.pattern) == 1:
            return self._layers.single(self.pattern[0])
        if not all(self.links):
            return EMPTY
        return both(list(self.links))

    def before(self, count: int) -> BitMap:
        """Return the texts that may hold the first `count` parts next to each other."""
        if self._before is None:
            found = [self._layers.single(self.pattern[0])]
            for place, link in enumerate(self.links):
                found.append(found[-1] & link if place else link)
            self._before = found
        return self._before[count - 1]

    def after(self, place: int) -> BitMap:
        """Return the texts that may hold the parts from `place` on next to each other."""
        if self._after is None:
            found = [self._layers.single(self.pattern[-1])]
            for offset, link in enumerate(reversed(self.links)):
                found.append(found[-1] & link if offset else link)
            found.reverse()
            self._after = found
        return self._after[place]


def both(maps: list[BitMap]) -> BitMap:
    """Return what all bitmaps share."""
    if len(maps) > 2:
        maps.sort(key=len)
    return reduce(and_, maps)
