"""Which texts hold which character, pair, sound or initial: bitmaps by term.

A term is a family and one or two characters, packed into a number; the numbers are sorted, so
that nothing has to be built when the file is read. Bitmaps are unpacked when first asked for.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable

from pyroaring import BitMap

from terminal.search.format import numbers, read_numbers

HAN, SOUND, INITIAL, FOLDED = range(4)
"""Families of terms: a character, sound, initial, class of sound-alikes anywhere in a text."""
PAIR, SOUND_PAIR, INITIAL_PAIR, FOLDED_PAIR = range(4, 8)
"""Two of them next to each other."""
FIRST, FIRST_SOUND, FIRST_INITIAL = range(8, 11)
"""One of them at the beginning of a text."""

EMPTY = BitMap()


def term(family: int, first: str, second: str = "\0") -> int:
    """Pack a term into a number."""
    return family << 44 | ord(first) << 22 | ord(second)


class Postings:
    """Bitmaps of text numbers by term; immutable, any thread may read."""

    def __init__(self, keys: array[int], places: array[int], body: memoryview) -> None:
        self._keys = keys
        self._places = places
        self._body = body
        self._known: dict[int, BitMap] = {}

    @classmethod
    def read(cls, views: dict[str, memoryview]) -> Postings:
        """Read postings from the sections of an index file."""
        return cls(
            read_numbers("Q", views["terms"]),
            read_numbers("I", views["term_places"]),
            views["bitmaps"],
        )

    def get(self, key: int) -> BitMap:
        """Return the texts that hold a term; treat the bitmap as frozen."""
        found = self._known.get(key)
        if found is None:
            place = bisect_left(self._keys, key)
            if place == len(self._keys) or self._keys[place] != key:
                return EMPTY
            body = self._body[self._places[place] : self._places[place + 1]]
            found = BitMap.deserialize(bytes(body))
            self._known[key] = found
        return found

    def union(self, family: int, first: str, last: str) -> BitMap:
        """Return the texts that hold any one-character term between `first` and `last`."""
        low, high = term(family, first), term(family, last)
        # Kept under a number that no term has.
        key = -(low << 22 | ord(last))
        found = self._known.get(key)
        if found is None:
            start = bisect_left(self._keys, low)
            found = BitMap()
            for place in range(start, len(self._keys)):
                if self._keys[place] > high:
                    break
                if not self._keys[place] & 0x3FFFFF:
                    found |= self.get(self._keys[place])
            self._known[key] = found
        return found


def pack(terms: Iterable[tuple[int, BitMap]]) -> dict[str, bytes]:
    """Return the sections of an index file that `Postings.read` reads."""
    ordered = sorted(terms, key=lambda pair: pair[0])
    bodies = []
    for _key, bitmap in ordered:
        bitmap.run_optimize()
        bodies.append(bitmap.serialize())
    places = [0]
    for body in bodies:
        places.append(places[-1] + len(body))
    return {
        "terms": numbers("Q", [key for key, _bitmap in ordered]),
        "term_places": numbers("I", places),
        "bitmaps": b"".join(bodies),
    }
