"""What was typed, as patterns to look for.

A pattern is a row of parts, one for each character of a name: a Han character or digit as it
stands, a sound, a class of sound-alikes, an initial, or a sound within a range (a syllable that
is still being typed).
"""

from __future__ import annotations

from typing import NamedTuple

from terminal.search.syllables import Syllables

UNITS, SOUNDS, INITIALS, FOLDED, RANGE = range(5)
"""The layers of a text that a part is looked for in; RANGE is a range of SOUNDS."""

_MAX_PATTERNS = 6


class Part(NamedTuple):
    """One character of a pattern; `last` ends the range of a RANGE.

    `initial` is the first letter of its sound where that is certain.
    """

    layer: int
    needle: str
    last: str = ""
    initial: str = ""


class Run(NamedTuple):
    """Neighbouring parts of one layer, as one string; `offset` within the pattern."""

    layer: int
    needle: str
    offset: int
    last: str = ""


Pattern = tuple[Part, ...]


class Readings:
    """The sounds of Han characters, whether or not any name holds them."""

    def __init__(self, usual: dict[str, str], others: dict[str, tuple[str, ...]]) -> None:
        self._usual = usual
        self._others = others

    def of(self, character: str) -> tuple[str, ...]:
        """Return the sounds of a character, the usual one first."""
        usual = self._usual.get(character)
        if usual is None:
            return ()
        return (usual, *self._others.get(character, ()))


def runs(pattern: Pattern) -> tuple[Run, ...]:
    """Join neighbouring parts of one layer."""
    found: list[Run] = []
    for offset, part in enumerate(pattern):
        if found and part.layer != RANGE and found[-1].layer == part.layer:
            last = found[-1]
            found[-1] = Run(last.layer, last.needle + part.needle, last.offset)
        else:
            found.append(Run(part.layer, part.needle, offset, part.last))
    return tuple(found)


def _pieces(units: str) -> list[str]:
    """Cut into stretches of letters and of everything else."""
    found: list[str] = []
    for unit in units:
        letter = unit.isascii() and unit.isalpha()
        if found and (found[-1][-1].isascii() and found[-1][-1].isalpha()) == letter:
            found[-1] += unit
        else:
            found.append(unit)
    return found


def literal(units: str) -> Pattern:
    """Return the pattern of characters as they stand."""
    return tuple(Part(UNITS, unit) for unit in units)


class Reader:
    """Turns a folded query into patterns, the likeliest reading first."""

    def __init__(self, syllables: Syllables) -> None:
        self._syllables = syllables

    def read(self, units: str) -> list[Pattern]:
        """Return the ways to read a query; at most six."""
        pieces = _pieces(units)
        found: list[Pattern] = [()]
        for place, piece in enumerate(pieces):
            if piece[0].isascii() and piece[0].isalpha():
                ways = self._letters(piece, place == len(pieces) - 1)
            else:
                ways = [literal(piece)]
            found = [head + way for way in ways for head in found][:_MAX_PATTERNS]
        return found

    def _letters(self, letters: str, last: bool) -> list[Pattern]:
        ways: list[Pattern] = []
        splits = self._syllables.splits(letters, partial=last)
        for parts in splits:
            # A lone letter inside is an initial rather than the syllables a, e, o.
            ways.append(self._pattern(parts, last))
        initials = tuple(Part(INITIALS, letter, "", letter) for letter in letters)
        if not splits:
            mixed = self._pattern(self._syllables.mixed(letters), last)
            ways.append(mixed)
            if len(mixed) > len(letters) * 0.7:
                ways.insert(0, initials)
            else:
                ways.append(initials)
        else:
            ways.append(initials)
        return list(dict.fromkeys(ways))

    def _pattern(self, parts: list[str], last: bool) -> Pattern:
        found = []
        for place, part in enumerate(parts):
            growing = last and place == len(parts) - 1
            found.append(self._part(part, growing))
        return tuple(found)

    def _part(self, letters: str, growing: bool) -> Part:
        """`growing`: more letters may follow, so `ji` also stands for `jing`."""
        sound = self._syllables.sound(letters)
        initial = letters[0]
        if len(letters) == 1 and (growing or sound is None):
            return Part(INITIALS, letters, "", initial)
        bounds = self._syllables.range_of(letters)
        if sound is not None and (not growing or bounds is None or bounds[0] == bounds[1]):
            return Part(SOUNDS, sound, "", initial)
        if bounds is None:
            return Part(INITIALS, initial, "", initial)
        return Part(RANGE, *bounds, initial)

    def broken(self, units: str) -> list[tuple[Pattern, Pattern]]:
        """Read letters of which one spot makes no syllable, as (before, after)."""
        if not (units.isascii() and units.isalpha()):
            return []
        return [
            (self._pattern(head, False), self._pattern(tail, True))
            for head, tail in self._syllables.broken(units)
        ]


class SoundAlikes:
    """Rewrites patterns by how they sound."""

    def __init__(self, syllables: Syllables, readings: Readings) -> None:
        self._syllables = syllables
        self._readings = readings

    def same_sound(self, pattern: Pattern) -> list[Pattern]:
        """Replace Han characters by their sounds: a wrong character of the same sound."""
        main: list[Part] = []
        variants: list[tuple[int, str]] = []
        for place, part in enumerate(pattern):
            sounds = self._readings.of(part.needle) if part.layer == UNITS else ()
            if not sounds:
                main.append(part)
                continue
            main.append(Part(SOUNDS, sounds[0]))
            variants += [(place, sound) for sound in sounds[1:3]]
        if tuple(main) == pattern:
            return []
        found = [tuple(main)]
        for place, sound in variants[:4]:
            found.append((*main[:place], Part(SOUNDS, sound), *main[place + 1 :]))
        return found

    def folded(self, pattern: Pattern) -> Pattern:
        """Replace sounds by classes of sound-alikes (zh/z, n/l, ang/an …)."""
        return tuple(
            Part(FOLDED, self._syllables.folded(part.needle)) if part.layer == SOUNDS else part
            for part in pattern
        )
