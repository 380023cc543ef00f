"""Pinyin syllables as numbers, and how typed letters fall into them.

A syllable is written as one character, so that a name's sound is a string as long as the name
and searching it is `str.find`. Numbers follow the alphabet: a prefix is a range.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from functools import cached_property

SOUND_BASE = 0xE000
"""Character of the first syllable in a string of sounds: private use, so never in a name."""
FOLD_BASE = 0xE800
"""Character of the first class of sound-alikes in a string of folded sounds."""

_TYPED_OTHERWISE = {"lue": "lve", "nue": "nve", "lvan": "luan"}
_MAX_LENGTH = 6
_MAX_SPLITS = 3
_MAX_SPOTS = 3


def fold_sound(syllable: str) -> str:
    """Return the class of a syllable's sound-alikes: zh/z, ch/c, sh/s, n/l, -ng/-n."""
    if syllable[:2] in ("zh", "ch", "sh"):
        syllable = syllable[0] + syllable[2:]
    elif syllable.startswith("n"):
        syllable = "l" + syllable[1:]
    if syllable.endswith(("ang", "eng", "ing")):
        syllable = syllable[:-1]
    return syllable


class Syllables:
    """The syllables of a language as numbers, in alphabetical order."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = sorted(set(names))
        self._sound = {name: chr(SOUND_BASE + n) for n, name in enumerate(self.names)}
        for typed, name in _TYPED_OTHERWISE.items():
            if name in self._sound:
                self._sound.setdefault(typed, self._sound[name])
        classes = sorted({fold_sound(name) for name in self.names})
        folded = {name: chr(FOLD_BASE + n) for n, name in enumerate(classes)}
        self.fold_of = {self._sound[name]: folded[fold_sound(name)] for name in self.names}
        self._table = str.maketrans(self.fold_of)

    def sound(self, syllable: str) -> str | None:
        """Return the character of a syllable, or None if there is no such syllable."""
        return self._sound.get(syllable)

    def folded(self, sounds: str) -> str:
        """Replace each sound by its class of sound-alikes; other characters stay."""
        return sounds.translate(self._table)

    def name(self, sound: str) -> str:
        """Return the letters of a sound character."""
        return self.names[ord(sound) - SOUND_BASE]

    def range_of(self, prefix: str) -> tuple[str, str] | None:
        """Return first and last sound whose syllables begin with `prefix`, or None."""
        return self._ranges.get(prefix)

    @cached_property
    def _ranges(self) -> dict[str, tuple[str, str]]:
        ranges: dict[str, tuple[str, str]] = {}
        prefixes = {name[:length] for name in self.names for length in range(1, len(name) + 1)}
        for prefix in prefixes:
            first = bisect_left(self.names, prefix)
            last = bisect_left(self.names, prefix + "{") - 1
            ranges[prefix] = (chr(SOUND_BASE + first), chr(SOUND_BASE + last))
        return ranges

    def splits(self, letters: str, *, partial: bool) -> list[list[str]]:
        """Return the ways to read letters as whole syllables, fewest syllables first.

        With `partial` the last one may be the beginning of a syllable. At most three ways.
        """
        ends = self._ends(letters, partial)
        found: list[list[str]] = []

        def walk(place: int, parts: list[str]) -> None:
            if len(found) >= _MAX_SPLITS:
                return
            if place == len(letters):
                found.append(parts)
                return
            for end in ends[place]:
                walk(end, [*parts, letters[place:end]])

        walk(0, [])
        found.sort(key=len)
        return found

    def _ends(self, letters: str, partial: bool) -> list[list[int]]:
        """Return for each place the ends of syllables that leave a readable rest, longest first."""
        count = len(letters)
        ends: list[list[int]] = [[] for _ in range(count)]
        sound, ranges = self._sound, self._ranges
        for place in range(count - 1, -1, -1):
            for end in range(place + 1, count + 1):
                part = letters[place:end]
                if part not in ranges:
                    # No syllable begins like this, so no longer one does.
                    if part not in sound:
                        break
                elif end == count:
                    if partial or part in sound:
                        ends[place].insert(0, end)
                elif ends[end] and part in sound:
                    ends[place].insert(0, end)
        return ends

    def mixed(self, letters: str) -> list[str]:
        """Read letters as syllables where they are, otherwise as initials (jing, j, zh).

        Returns the reading with the fewest parts; a letter that begins no syllable stands
        alone.
        """
        count = len(letters)
        best: list[tuple[float, int]] = [(0.0, 0)] * (count + 1)
        sound, ranges = self._sound, self._ranges
        for place in range(count - 1, -1, -1):
            choice = (best[place + 1][0] + 1.6, place + 1)
            for end in range(place + 1, min(count, place + _MAX_LENGTH) + 1):
                part = letters[place:end]
                if part in sound:
                    cost = 1.0
                elif part in ("zh", "ch", "sh"):
                    cost = 1.7
                elif end == count and end > place + 1 and part in ranges:
                    cost = 1.2
                else:
                    continue
                if best[end][0] + cost < choice[0]:
                    choice = (best[end][0] + cost, end)
            best[place] = choice
        parts = []
        place = 0
        while place < count:
            end = best[place][1]
            parts.append(letters[place:end])
            place = end
        return parts

    def broken(self, letters: str) -> list[tuple[list[str], list[str]]]:
        """Read letters as whole syllables but for one spot that cannot be read.

        Returns pairs (before, after) with the smallest spots first, at most three.
        """
        count = len(letters)
        before = self._reach(letters)
        ends = self._ends(letters, True)
        found: list[tuple[list[str], list[str]]] = []
        for size in range(1, _MAX_LENGTH + 1):
            for place in sorted(before, reverse=True):
                end = place + size
                if end > count or (end < count and not ends[end]):
                    continue
                after: list[str] = []
                while end < count:
                    after.append(letters[end : ends[end][0]])
                    end = ends[end][0]
                if len(before[place]) + len(after) >= 2:
                    found.append((before[place], after))
                    if len(found) == _MAX_SPOTS:
                        return found
        return found

    def _reach(self, letters: str) -> dict[int, list[str]]:
        """Return the places that whole syllables from the beginning reach, with these."""
        reach: dict[int, list[str]] = {0: []}
        for place in range(len(letters)):
            if place not in reach:
                continue
            for end in range(place + 1, len(letters) + 1):
                part = letters[place:end]
                if part in self._sound:
                    if end not in reach or len(reach[place]) + 1 < len(reach[end]):
                        reach[end] = [*reach[place], part]
                elif part not in self._ranges:
                    break
        return reach
