"""The order of looking: exact, beginnings, stretches, parts in order, sound-alikes, faults."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from pyroaring import BitMap

from terminal.search.match import Layers, Span, Way, around, both
from terminal.search.normalise import fold_text
from terminal.search.query import INITIALS, RANGE, SOUNDS, UNITS, Pattern, Reader, SoundAlikes

_STRETCH_LOOKS = 120
_GAP_LOOKS = 40
_ALIKE_LOOKS = 30
_FAULT_LOOKS = 30
"""How many candidates each kind of pass looks at in all: the likeliest come first."""
_SMALL = 100
"""Up to so many beginnings are put in order one by one."""
_ENOUGH = 4
"""With so many hits nothing less like what was typed is looked for."""
_TELLING = {"name": 2, "pinyin": 3, "initials": 4}
"""So many characters, sounds, initials in a row do not stand in a name by chance."""
_FEW = 40
"""So few candidates are all looked at once, for exact names, beginnings and stretches."""
_ANY_GAP = 1000
_PAIR_GAP = 6
"""Two lone characters belong together only so far apart."""


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
        likely = _likely(ways)
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
        # A name that holds just what was typed leaves little doubt that it is meant.
        sure = bool(result.found) and len(ways[0].pattern) >= _TELLING[ways[0].how]
        alike = _Alike(self, likely)
        spoken = likely[0].how != "name"
        if spoken and not result.found:
            # A whole stretch that sounds alike is likelier meant than letters far apart.
            self._sound_stretches(alike, result)
        if len(result.found) < _ENOUGH:
            self._gaps(likely, result)
        self._words(text, result)
        if sure or len(result.found) >= _ENOUGH:
            return result.found
        self._sound_stretches(alike, result)
        if not spoken:
            self._sound_gaps(alike, result)
        if len(result.found) < _ENOUGH:
            self._faults(likely, alike, units, result)
        return result.found

    def _way(self, pattern: Pattern) -> Way:
        layers = {part.layer for part in pattern}
        if UNITS in layers:
            return Way(self._layers, pattern, "name")
        return Way(self._layers, pattern, "initials" if layers == {INITIALS} else "pinyin")

    # Exactly as typed

    def _begins(self, way: Way, result: _Result) -> None:
        layers, shape, places = self._layers, way.shape, self._layers.places
        size, how = shape.size, way.how
        maybe = way.together()
        if not maybe:
            return
        if len(maybe) <= _FEW:
            for _rank, number, place in self._spots(way, maybe):
                if place == places[number] and result.add(number, how, ((place, place + size),)):
                    return
            return
        if size == 1:
            begin = layers.first(way.pattern[0])
        else:
            begin = BitMap(layers.beginning(shape.runs[0]))
            if len(shape.runs) > 1:
                begin &= maybe
        order: Iterable[int] = islice(begin, 4 * result.limit)
        if len(begin) <= _SMALL:
            order = sorted(begin, key=lambda n: (places[n + 1] - places[n] != size, n))
        for number in order:
            start = places[number]
            if len(shape.runs) > 1 and not layers.stands_at(shape, start, places[number + 1]):
                continue
            if result.add(number, how, ((start, start + size),)):
                return

    def _spots(self, way: Way, maybe: BitMap) -> list[tuple[int, int, int]]:
        """Return (rank, text, place) of each stretch: whole texts, then beginnings, then others."""
        if way.spots is None:
            layers, shape, places = self._layers, way.shape, self._layers.places
            found = []
            look = layers.looker(shape)
            for number in maybe:
                start, end = places[number], places[number + 1]
                place = look(start, end)
                if place >= 0:
                    rank = 2 if place > start else int(end - start > shape.size)
                    found.append((rank, number, place))
            found.sort()
            way.spots = found
        return way.spots

    def _stretches(self, way: Way, result: _Result) -> None:
        layers, shape, places = self._layers, way.shape, self._layers.places
        maybe, size, how = way.together(), way.shape.size, way.how
        if not maybe:
            return
        if len(maybe) <= _FEW:
            for _rank, number, place in self._spots(way, maybe):
                if result.add(number, how, ((place, place + size),)):
                    return
            return
        look = layers.looker(shape)
        for number in result.open(maybe):
            place = look(places[number], places[number + 1])
            if place >= 0 and result.add(number, how, ((place, place + size),)):
                return

    def _gaps(self, ways: list[Way], result: _Result) -> None:
        result.looks = _GAP_LOOKS
        for way in ways:
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
        gap = _ANY_GAP if count > 2 else _PAIR_GAP
        first = max(least, count - len(way.after))
        for cut in range(first, min(count - least, len(way.before)) + 1):
            maybe = way.halves(cut, cut)
            if maybe and self._around(way, cut, cut, maybe, way.how, gap, result):
                return

    def _around(
        self, way: Way, cut: int, resume: int, maybe: BitMap, how: str, gap: int, result: _Result
    ) -> bool:
        """Take the texts where the parts before `cut` precede those from `resume` on."""
        layers, places, size = self._layers, self._layers.places, way.shape.size
        head = layers.looker(way.shape.cut(0, cut))
        tail = layers.looker(way.shape.cut(resume, size))
        sizes = (cut, size - resume)
        for number in result.open(maybe):
            spans = around(head, tail, sizes, gap, places[number], places[number + 1])
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
                place = layers.looker(way.shape)(places[number], places[number + 1])
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
            if len(way.pattern) < 3:
                return
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
        whole = all(part.layer in (SOUNDS, RANGE) for part in ways[0].pattern)
        for head, tail in () if whole else self._reader.broken(units):
            if self._broken(head, tail, result):
                return
        for way in ways:
            least = 5 if way.how == "initials" else 3
            if len(way.pattern) >= least and (
                self._swapped(way, result) or self._one_wrong(way, result)
            ):
                return
        if ways[0].how == "name":
            for way in alike.ways()[-1:]:
                if len(way.pattern) >= 4 and self._one_wrong(way, result):
                    return

    def _broken(self, head: Pattern, tail: Pattern, result: _Result) -> bool:
        """Letters of which one spot makes no syllable."""
        way = Way(self._layers, head + tail, "typo")
        cut = len(head)
        if not head or not tail:
            self._stretches(way, result)
            return result.full
        maybe = way.halves(cut, cut)
        return bool(maybe) and self._around(way, cut, cut, maybe, "typo", 2, result)

    def _swapped(self, way: Way, result: _Result) -> bool:
        """Two neighbours in the wrong order."""
        pattern, count = way.pattern, len(way.pattern)
        first = max(0, count - len(way.after) - 2)
        for place in range(first, min(count - 1, len(way.before) + 1)):
            left, right = pattern[place], pattern[place + 1]
            if left == right or RANGE in (left.layer, right.layer):
                continue
            maybe = self._layers.link(right, left)
            if maybe and count > 2:
                maybe = maybe & way.halves(place, place + 2)
            if maybe:
                swapped = (*pattern[:place], right, left, *pattern[place + 2 :])
                self._stretches(Way(self._layers, swapped, "typo"), result)
                if result.full:
                    return True
        return False

    def _one_wrong(self, way: Way, result: _Result) -> bool:
        """One part wrong, missing or too many: the others stand around it."""
        pattern, count = way.pattern, len(way.pattern)
        gap = 1 if count < 4 else 3
        last = min(count - 1, len(way.before))
        for wrong in range(last, max(0, count - len(way.after) - 1) - 1, -1):
            maybe = way.halves(wrong, wrong + 1)
            if not maybe:
                continue
            if 0 < wrong < count - 1:
                if self._around(way, wrong, wrong + 1, maybe, "typo", gap, result):
                    return True
                continue
            shorter = pattern[1:] if wrong == 0 else pattern[:-1]
            self._stretches(Way(self._layers, shorter, "typo"), result)
            if result.full:
                return True
        return False


def _likely(ways: list[Way]) -> list[Way]:
    """Return the readings that are worth looking for with gaps and faults: at most two."""
    if len(ways) == 1:
        return ways
    first = ways[0]
    if any(part.layer == INITIALS for part in first.pattern[:-1]):
        return [first, ways[-1]]
    return [way for way in ways[:2] if len(way.pattern) == len(first.pattern)]


class _Alike:
    """The sound-alike readings of a query, made when they are first needed."""

    def __init__(self, finder: Finder, ways: list[Way]) -> None:
        self._finder = finder
        self._source = ways[:1]
        self._ways: list[Way] | None = None

    def ways(self) -> list[Way]:
        if self._ways is None:
            found = [alike for way in self._source for alike in self._finder.sounding(way)]
            self._ways = found
        return self._ways
