"""Finding a pattern in texts: bitmaps first, then each candidate is looked at."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable
from functools import partial, reduce
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
Look = Callable[[int, int], int]
"""Says where something stands in a text between two places, or -1."""


class Shape:
    """A pattern made ready to be looked for in one text after the other."""

    __slots__ = ("anchor", "plain", "runs", "size")

    def __init__(self, found: tuple[Run, ...]) -> None:
        last = found[-1]
        self.runs = found
        self.size = last.offset + len(last.needle)
        if len(found) == 1:
            self.anchor = last
            self.plain = last.layer != RANGE
        else:
            self.anchor = min(found, key=lambda run: (_RARITY[run.layer], -len(run.needle)))
            self.plain = False

    def cut(self, first: int, last: int) -> Shape:
        """Return the shape of the parts from `first` to before `last`."""
        if self.plain:
            layer, needle = self.anchor.layer, self.anchor.needle[first:last]
            return Shape((Run(layer, needle, 0),))
        kept = []
        for layer, needle, offset, high in self.runs:
            part = needle[max(0, first - offset) : max(0, last - offset)]
            if part:
                kept.append(Run(layer, part, max(0, offset - first), high))
        return Shape(tuple(kept))


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
        shared = self.single(left) & self.single(right)
        if left.initial and right.initial:
            near = term(family.INITIAL_PAIR, left.initial, right.initial)
            shared &= self._postings.get(near)
        return shared

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

    def looker(self, shape: Shape) -> Look:
        """Return the call that says where a shape stands between two places, or -1."""
        anchor = shape.anchor
        if shape.plain:
            return partial(self.strings[anchor.layer].find, anchor.needle)
        if anchor.layer == RANGE:
            return partial(self._look_everywhere, shape)
        if len(shape.runs) == 2 and anchor.offset == 0 and shape.runs[1].layer == RANGE:
            return self._look_with_range(anchor, shape.runs[1])
        return partial(self._look_around, shape)

    def _look_everywhere(self, shape: Shape, start: int, end: int) -> int:
        places = range(start, end - shape.size + 1)
        return next((place for place in places if self.stands_at(shape, place, end)), -1)

    def _look_with_range(self, run: Run, growing: Run) -> Look:
        """Look for a run and one growing syllable behind it, as most pinyin is typed."""
        find, needle, sounds = self.strings[run.layer].find, run.needle, self.strings[SOUNDS]
        size, low, high = len(needle), growing.needle, growing.last

        def look(start: int, end: int) -> int:
            place = find(needle, start, end - 1)
            while place >= 0 and not low <= sounds[place + size] <= high:
                place = find(needle, place + 1, end - 1)
            return place

        return look

    def _look_around(self, shape: Shape, start: int, end: int) -> int:
        anchor = shape.anchor
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
        for layer, needle, last, _initial in pattern:
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
    head: Look, tail: Look, sizes: Span, gap: int, start: int, end: int
) -> tuple[Span, ...] | None:
    """Return where head and tail stand with at most `gap` characters between, or None."""
    place = start
    while True:
        place = head(place, end)
        if place < 0:
            return None
        after = place + sizes[0]
        rest = tail(after, min(end, after + gap + sizes[1]))
        if rest == after:
            return ((place, after + sizes[1]),)
        if rest > 0:
            return ((place, after), (rest, rest + sizes[1]))
        if gap >= end - after:
            return None
        place += 1


class Way:
    """One reading of a query, with the bitmaps that were needed for it so far."""

    __slots__ = ("_after", "_before", "_layers", "_together", "how", "pattern", "shape", "spots")

    def __init__(self, layers: Layers, pattern: Pattern, how: str) -> None:
        self.pattern = pattern
        self.how = how
        self.shape = Shape(runs(pattern))
        self.spots: list[tuple[int, int, int]] | None = None
        self._layers = layers
        self._before: list[BitMap] | None = None
        self._after: list[BitMap] | None = None
        self._together: BitMap | None = None

    def together(self) -> BitMap:
        """Return the texts that may hold all parts next to each other."""
        if self._together is None:
            before = self.before
            self._together = before[-1] if len(before) == len(self.pattern) else EMPTY
        return self._together

    @property
    def before(self) -> list[BitMap]:
        """The texts that may hold the first 1, 2, … parts; ends where there are none."""
        if self._before is None:
            self._before = self._gather(1)
        return self._before

    @property
    def after(self) -> list[BitMap]:
        """The texts that may hold the last 1, 2, … parts; ends where there are none."""
        if self._after is None:
            self._after = self._gather(-1)
        return self._after

    def _gather(self, step: int) -> list[BitMap]:
        link = self._layers.link
        parts = self.pattern[::step]
        shared = self._layers.single(parts[0])
        found = []
        for place, part in enumerate(parts):
            if place:
                near = link(parts[place - 1], part) if step > 0 else link(part, parts[place - 1])
                shared = near if place == 1 else shared & near
            if not shared:
                break
            found.append(shared)
        return found

    def halves(self, cut: int, resume: int) -> BitMap:
        """Return the texts that may hold the parts before `cut` and those from `resume` on."""
        behind = len(self.pattern) - resume
        if cut > len(self.before) or behind > len(self.after):
            return EMPTY
        if not cut:
            return self.after[behind - 1]
        if not behind:
            return self.before[cut - 1]
        head, tail = self.before[cut - 1], self.after[behind - 1]
        return head & tail if head.intersect(tail) else EMPTY


def both(maps: list[BitMap]) -> BitMap:
    """Return what all bitmaps share."""
    if len(maps) > 2:
        maps.sort(key=len)
    return reduce(and_, maps)
