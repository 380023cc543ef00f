"""The order of looking: exact, beginnings, stretches, parts in order, sound-alikes, faults."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from heapq import nsmallest
from typing import NamedTuple

from pyroaring import BitMap

from terminal.search.match import Layers, Span, both
from terminal.search.normalise import fold_text
from terminal.search.query import (
    FOLDED,
    INITIALS,
    UNITS,
    Pattern,
    Reader,
    Run,
    SoundAlikes,
    runs,
)

_LOOKS = 300
"""How many candidates one pass looks at: the likeliest come first, the rest is noise."""
_SMALL = 256
"""Up to so many beginnings are put in order one by one."""
_ENOUGH = 3
"""With so many hits nothing misspelt is looked for."""


class Found(NamedTuple):
    """A text that fits: its number, how it was found, and where in the layers."""

    number: int
    how: str
    spans: tuple[Span, ...]


class _Result:
    """What was found so far; the same name is taken once."""

    def __init__(self, limit: int, targets: array[int]) -> None:
        self.limit = limit
        self.found: list[Found] = []
        self._targets = targets
        self._seen: set[int] = set()

    def add(self, number: int, how: str, spans: tuple[Span, ...]) -> bool:
        """Take a text; returns whether there is enough now."""
        target = self._targets[number]
        if target not in self._seen:
            self._seen.add(target)
            self.found.append(Found(number, how, spans))
        return len(self.found) >= self.limit

    def has(self, number: int) -> bool:
        return self._targets[number] in self._seen

    @property
    def full(self) -> bool:
        return len(self.found) >= self.limit


class _Way(NamedTuple):
    """A pattern with its runs and the name of this way of searching."""

    pattern: Pattern
    runs: tuple[Run, ...]
    how: str


def _way(pattern: Pattern, how: str = "") -> _Way:
    if not how:
        layers = {part.layer for part in pattern}
        how = "name" if UNITS in layers else "initials" if layers == {INITIALS} else "pinyin"
    return _Way(pattern, runs(pattern), how)


class Finder:
    """Searches the layers of an index; immutable, any thread may use it."""

    def __init__(
        self, layers: Layers, reader: Reader, alike: SoundAlikes, targets: array[int]
    ) -> None:
        self._layers = layers
        self._reader = reader
        self._alike = alike
        self._targets = targets

    def find(self, text: str, units: str, limit: int) -> list[Found]:
        """Return at most `limit` texts that fit, best first; `units` is `text` folded."""
        result = _Result(limit, self._targets)
        ways = [_way(pattern) for pattern in self._reader.read(units)]
        for step in (self._begins, self._stretches, self._gaps):
            for way in ways:
                step(way, result)
                if result.full:
                    return result.found
        self._words(text, result)
        if len(units) < 2 or result.full:
            return result.found
        self._sounds(ways, result)
        if len(result.found) < _ENOUGH:
            self._faults(ways, units, result)
        return result.found

    # Exactly as typed

    def _begins(self, way: _Way, result: _Result) -> None:
        first = way.runs[0]
        if first.layer == FOLDED:
            return
        layers, size = self._layers, len(way.pattern)
        begin: Iterable[int] = layers.beginning(first)
        if len(way.runs) > 1:
            begin = BitMap(begin) & layers.together(way.runs)
        if not begin:
            return
        places = layers.places
        if len(begin) <= _SMALL:  # type: ignore[arg-type]
            order = sorted(begin, key=lambda n: (places[n + 1] - places[n] != size, n))
        else:
            order = nsmallest(result.limit * 4, begin)
        for number in order[:_LOOKS]:
            start = places[number]
            if len(way.runs) > 1 and not layers.stands_at(way.runs, start, places[number + 1]):
                continue
            if result.add(number, way.how, ((start, start + size),)):
                return

    def _stretches(self, way: _Way, result: _Result) -> None:
        layers, size, places = self._layers, len(way.pattern), self._layers.places
        for looked, number in enumerate(layers.together(way.runs)):
            if looked >= _LOOKS:
                return
            if result.has(number):
                continue
            place = layers.find(way.runs, size, places[number], places[number + 1])
            if place >= 0 and result.add(number, way.how, ((place, place + size),)):
                return

    def _gaps(self, way: _Way, result: _Result) -> None:
        if len(way.pattern) < (3 if way.how == "initials" else 2):
            return
        layers, places = self._layers, self._layers.places
        for looked, number in enumerate(layers.apart(way.pattern)):
            if looked >= _LOOKS:
                return
            if result.has(number):
                continue
            spans = layers.in_order(way.pattern, places[number], places[number + 1])
            if spans is not None and result.add(number, way.how, spans):
                return

    def _words(self, text: str, result: _Result) -> None:
        """Words with spaces between them, in any order."""
        words = [word for word in map(fold_text, text.split()) if word]
        if not 2 <= len(words) <= 5:
            return
        layers, places = self._layers, self._layers.places
        each = [_way(self._reader.read(word)[0]) for word in words]
        shared = both([layers.together(way.runs) for way in each])
        for looked, number in enumerate(shared):
            if looked >= _LOOKS:
                return
            spans = []
            for way in each:
                size = len(way.pattern)
                place = layers.find(way.runs, size, places[number], places[number + 1])
                spans.append((place, place + size))
            if all(place >= 0 for place, _end in spans) and result.add(
                number, each[0].how, tuple(sorted(spans))
            ):
                return

    # What sounds alike

    def _sounds(self, ways: list[_Way], result: _Result) -> None:
        alike: list[_Way] = []
        for way in ways[:3]:
            same = self._alike.same_sound(way.pattern)
            alike += [_way(pattern, "sound") for pattern in same]
            base = same or [way.pattern]
            folded = [self._alike.folded(pattern) for pattern in base]
            alike += [_way(p, "sound") for p in folded if p not in (way.pattern, *base)]
        for step in (self._stretches, self._gaps):
            for way in alike:
                step(way, result)
                if result.full:
                    return

    # One fault

    def _faults(self, ways: list[_Way], units: str, result: _Result) -> None:
        for head, tail in self._reader.broken(units):
            if self._split(head, tail, result):
                return
        for way in ways[:3]:
            least = 5 if way.how == "initials" else 3
            if len(way.pattern) < least:
                continue
            if self._swapped(way.pattern, result) or self._one_wrong(way.pattern, result):
                return
        for way in ways[:1]:
            for pattern in self._alike.same_sound(way.pattern)[:1]:
                if len(pattern) >= 4 and self._one_wrong(self._alike.folded(pattern), result):
                    return

    def _split(self, head: Pattern, tail: Pattern, result: _Result) -> bool:
        return self._around(head, tail, self._layers.apart(head + tail), result)

    def _around(self, head: Pattern, tail: Pattern, maybe: BitMap, result: _Result) -> bool:
        if not maybe:
            return False
        layers, places = self._layers, self._layers.places
        sizes = (len(head), len(tail))
        head_runs, tail_runs = runs(head), runs(tail)
        for looked, number in enumerate(maybe):
            if looked >= _LOOKS:
                return False
            if result.has(number):
                continue
            start, end = places[number], places[number + 1]
            spans = layers.around(head_runs, tail_runs, sizes, start, end)
            if spans is not None and result.add(number, "typo", spans):
                return True
        return False

    def _swapped(self, pattern: Pattern, result: _Result) -> bool:
        """Two neighbours in the wrong order."""
        maybe = self._layers.apart(pattern)
        if not maybe:
            return False
        for place in range(len(pattern) - 1):
            swapped = (
                *pattern[:place],
                pattern[place + 1],
                pattern[place],
                *pattern[place + 2 :],
            )
            if swapped != pattern and self._around(swapped, (), maybe, result):
                return True
        return False

    def _one_wrong(self, pattern: Pattern, result: _Result) -> bool:
        """One part wrong, missing or too many: the others stand around it."""
        singles = [self._layers.single(part) for part in pattern]
        count = len(pattern)
        before = [singles[0]]
        for bitmap in singles[1:]:
            before.append(before[-1] & bitmap)
        after = [singles[-1]]
        for bitmap in reversed(singles[:-1]):
            after.append(after[-1] & bitmap)
        after.reverse()
        for place in range(count - 1, -1, -1):
            if place == 0:
                maybe = after[1]
            elif place == count - 1:
                maybe = before[place - 1]
            else:
                maybe = before[place - 1] & after[place + 1]
            if self._around(pattern[:place], pattern[place + 1 :], maybe, result):
                return True
        return False
