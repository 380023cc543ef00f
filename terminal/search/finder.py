"""The order of looking: exact, beginnings, stretches, parts in order, sound-alikes, faults."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from heapq import nsmallest
from itertools import islice
from typing import NamedTuple

from pyroaring import BitMap

from terminal.search.match import Layers, Shape, Span, Way, both
from terminal.search.normalise import fold_text
from terminal.search.query import INITIALS, RANGE, UNITS, Pattern, Reader, SoundAlikes

_STRETCH_LOOKS = 120
_GAP_LOOKS = 80
_ALIKE_LOOKS = 80
_FAULT_LOOKS = 80
"""How many candidates each kind of pass looks at in all: the likeliest come first."""
_SMALL = 200
"""Up to so many beginnings are put in order one by one."""
_ENOUGH = 3
"""With so many hits nothing misspelt is looked for."""
_ANY_GAP = 1000


class Found(NamedTuple):
    """A text that fits: its number, how it was found, and where in the layers."""

    number: int
    how: str
    spans: tuple[Span, ...]


class _Result:
    """What was found so far; the same name is taken once. `looks` is what may still be spent."""

    __slots__ = ("_seen", "_targets", "found", "limit", "looks")

    def __init__(self, limit: int, targets: array[int]) -> None:
        self.limit = limit
        self.found: list[Found] = []
        self.looks = 0
        self._targets = targets
        self._seen: set[int] = set()

    def add(self, number: int, how: str, spans: tuple[Span, ...]) -> bool:
        """Take a text; returns whether there is enough now."""
        target = self._targets[number]
        if target not in self._seen:
            self._seen.add(target)
            self.found.append(Found(number, how, spans))
        return len(self.found) >= self.limit

    def open(self, candidates: Iterable[int]) -> Iterable[int]:
        """Yield the candidates that were not taken yet, as long as looks are left."""
        seen, targets = self._seen, self._targets
        for number in candidates:
            if targets[number] in seen:
                continue
            if self.looks <= 0:
                return
            self.looks -= 1
            yield number

    @property
    def full(self) -> bool:
        return len(self.found) >= self.limit


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
        ways = [self._way(pattern) for pattern in self._reader.read(units)]
        for way in ways:
            self._begins(way, result)
            if result.full:
                return result.found
        result.looks = _STRETCH_LOOKS
        for way in ways:
            self._stretches(way, result)
            if result.full:
                return result.found
        if len(units) < 2:
            return result.found
        spoken = ways[0].how != "name"
        alike = _Alike(self, ways)
        if spoken and not result.found:
            # A whole stretch that sounds alike is likelier meant than letters far apart.
            self._sound_stretches(alike, result)
        self._gaps(ways, result)
        self._words(text, result)
        if len(result.found) < _ENOUGH:
            self._sound_stretches(alike, result)
            self._sound_gaps(alike, result)
        if len(result.found) < _ENOUGH:
            self._faults(ways, alike, units, result)
        return result.found

    def _way(self, pattern: Pattern) -> Way:
        layers = {part.layer for part in pattern}
        if UNITS in layers:
            return Way(self._layers, pattern, "name")
        return Way(self._layers, pattern, "initials" if layers == {INITIALS} else "pinyin")

    # Exactly as typed

    def _begins(self, way: Way, result: _Result) -> None:
        layers, shape, places = self._layers, way.shape, self._layers.places
        size, first = shape.size, shape.runs[0]
        if size == 1:
            begin = layers.first(way.pattern[0])
            order: Iterable[int] = islice(begin, 4 * result.limit)
            if len(begin) <= _SMALL:
                order = sorted(begin, key=lambda n: (places[n + 1] - places[n] != 1, n))
            for number in order:
                start = places[number]
                if result.add(number, way.how, ((start, start + 1),)):
                    return
            return
        numbers = layers.beginning(first)
        if not numbers:
            return
        if len(shape.runs) > 1:
            numbers = array("I", BitMap(numbers) & way.together())
        if len(numbers) <= _SMALL:
            order = sorted(numbers, key=lambda n: (places[n + 1] - places[n] != size, n))
        else:
            order = nsmallest(4 * result.limit, numbers)
        for number in order:
            start = places[number]
            if len(shape.runs) > 1 and not layers.stands_at(shape, start, places[number + 1]):
                continue
            if result.add(number, way.how, ((start, start + size),)):
                return

    def _stretches(self, way: Way, result: _Result) -> None:
        layers, shape, places = self._layers, way.shape, self._layers.places
        for number in result.open(way.together()):
            place = layers.find(shape, places[number], places[number + 1])
            if place >= 0 and result.add(number, way.how, ((place, place + shape.size),)):
                return

    def _gaps(self, ways: list[Way], result: _Result) -> None:
        result.looks = _GAP_LOOKS
        for way in ways[:3]:
            if result.full:
                return
            self._one_gap(way, result)
        layers, places = self._layers, self._layers.places
        for way in ways[:1]:
            if result.full or way.how == "initials" or len(way.pattern) < 3:
                return
            for number in result.open(layers.apart(way.pattern)):
                spans = layers.in_order(way.pattern, places[number], places[number + 1])
                if spans is not None and result.add(number, way.how, spans):
                    return

    def _one_gap(self, way: Way, result: _Result) -> None:
        """Two halves, each whole, one after the other; of initials no single letters."""
        count = len(way.pattern)
        least = 2 if way.how == "initials" else 1
        for cut in range(least, count - least + 1):
            maybe = way.before(cut) & way.after(cut)
            if maybe and self._around(way.pattern, cut, cut, maybe, way.how, _ANY_GAP, result):
                return

    def _around(
        self,
        pattern: Pattern,
        cut: int,
        resume: int,
        maybe: BitMap,
        how: str,
        gap: int,
        result: _Result,
    ) -> bool:
        """Take the texts where the parts before `cut` precede those from `resume` on."""
        layers, places = self._layers, self._layers.places
        head, tail = Shape(pattern[:cut]), Shape(pattern[resume:])
        for number in result.open(maybe):
            spans = layers.around(head, tail, gap, places[number], places[number + 1])
            if spans is not None and result.add(number, how, spans):
                return True
        return False

    def _words(self, text: str, result: _Result) -> None:
        """Words with spaces between them, in any order."""
        if result.full or " " not in text.strip():
            return
        words = [word for word in map(fold_text, text.split()) if word]
        if not 2 <= len(words) <= 5:
            return
        layers, places = self._layers, self._layers.places
        each = [self._way(self._reader.read(word)[0]) for word in words]
        result.looks = _GAP_LOOKS
        for number in result.open(both([way.together() for way in each])):
            spans = []
            for way in each:
                place = layers.find(way.shape, places[number], places[number + 1])
                spans.append((place, place + way.shape.size))
            if min(spans)[0] >= 0 and result.add(number, each[0].how, tuple(sorted(spans))):
                return

    # What sounds alike

    def _sound_stretches(self, alike: _Alike, result: _Result) -> None:
        result.looks = _ALIKE_LOOKS
        for way in alike.ways():
            self._stretches(way, result)
            if result.full:
                return

    def _sound_gaps(self, alike: _Alike, result: _Result) -> None:
        if result.full:
            return
        result.looks = _ALIKE_LOOKS
        for way in alike.ways()[:4]:
            self._one_gap(way, result)
            if result.full:
                return

    def sounding(self, way: Way) -> list[Way]:
        """Return the ways to read a way by its sound, the same sound before similar ones."""
        same = self._alike.same_sound(way.pattern)
        found = [Way(self._layers, pattern, "sound") for pattern in same[:1]]
        folded = dict.fromkeys(self._alike.folded(pattern) for pattern in same or [way.pattern])
        return found + [
            Way(self._layers, pattern, "sound") for pattern in folded if pattern != way.pattern
        ]

    # One fault

    def _faults(self, ways: list[Way], alike: _Alike, units: str, result: _Result) -> None:
        result.looks = _FAULT_LOOKS
        for head, tail in self._reader.broken(units):
            if self._broken(head, tail, result):
                return
        for way in ways[:3]:
            least = 5 if way.how == "initials" else 3
            if len(way.pattern) >= least and (
                self._swapped(way, result) or self._one_wrong(way, result)
            ):
                return
        for way in alike.ways()[-1:]:
            if len(way.pattern) >= 4 and self._one_wrong(way, result):
                return

    def _broken(self, head: Pattern, tail: Pattern, result: _Result) -> bool:
        """Letters of which one spot makes no syllable."""
        layers, places = self._layers, self._layers.places
        whole = [Way(layers, half, "typo") for half in (head, tail) if half]
        maybe = both([way.together() for way in whole])
        if len(whole) == 2:
            return bool(maybe) and self._around(
                head + tail, len(head), len(head), maybe, "typo", 2, result
            )
        shape = whole[0].shape
        for number in result.open(maybe):
            place = layers.find(shape, places[number], places[number + 1])
            if place >= 0 and result.add(number, "typo", ((place, place + shape.size),)):
                return True
        return False

    def _swapped(self, way: Way, result: _Result) -> bool:
        """Two neighbours in the wrong order."""
        pattern, layers = way.pattern, self._layers
        for place in range(len(pattern) - 1):
            left, right = pattern[place], pattern[place + 1]
            if left == right or RANGE in (left.layer, right.layer):
                continue
            maybe = layers.link(right, left)
            if maybe and place:
                maybe = maybe & way.before(place)
            if maybe and place + 2 < len(pattern):
                maybe = maybe & way.after(place + 2)
            if not maybe:
                continue
            swapped = (*pattern[:place], right, left, *pattern[place + 2 :])
            self._stretches(Way(layers, swapped, "typo"), result)
            if result.full:
                return True
        return False

    def _one_wrong(self, way: Way, result: _Result) -> bool:
        """One part wrong, missing or too many: the others stand around it."""
        pattern, count = way.pattern, len(way.pattern)
        gap = 1 if count < 4 else 3
        for wrong in range(count - 1, -1, -1):
            if wrong == count - 1:
                shorter = pattern[:-1]
                maybe = way.before(wrong)
            elif wrong == 0:
                shorter = pattern[1:]
                maybe = way.after(1)
            else:
                maybe = way.before(wrong) & way.after(wrong + 1)
                if maybe and self._around(pattern, wrong, wrong + 1, maybe, "typo", gap, result):
                    return True
                continue
            if maybe:
                self._stretches(Way(self._layers, shorter, "typo"), result)
                if result.full:
                    return True
        return False


class _Alike:
    """The sound-alike readings of a query, made when they are first needed."""

    def __init__(self, finder: Finder, ways: list[Way]) -> None:
        self._finder = finder
        self._source = ways[:2]
        self._ways: list[Way] | None = None

    def ways(self) -> list[Way]:
        if self._ways is None:
            found = [alike for way in self._source for alike in self._finder.sounding(way)]
            self._ways = found
        return self._ways
