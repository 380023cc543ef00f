"""TrueType files: which characters they cover, how wide they are, and which file draws what.

Own reading of four tables instead of a library: a face is open in a millisecond, where parsing
everything costs a hundred, and the first document of the day must not wait.
"""

from __future__ import annotations

import mmap
import struct
import sys
from array import array
from bisect import bisect_right
from functools import cache
from pathlib import Path

from terminal.errors import StoreError
from terminal.texts import RESOURCES

FONTS = RESOURCES / "fonts"
SYSTEM_FALLBACKS = (
    Path("/usr/share/fonts/truetype/hanazono/HanaMinA.ttf"),
    Path("/usr/share/fonts/truetype/hanazono/HanaMinB.ttf"),
)
"""Debian's `fonts-hanazono`: rare characters beyond the shipped fonts, where installed."""

EM = 1000
"""Widths are given in thousandths of the type size."""


class Face:
    """One TrueType file, mapped into memory and read where needed. May be shared by threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.stem
        try:
            with path.open("rb") as file:
                self.data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self.tables = self._directory()
            self._read_head()
            self._read_cmap()
            self._read_metrics()
        except (OSError, ValueError, KeyError, struct.error) as fault:
            raise StoreError("document.font_missing", file=path.name) from fault

    def _directory(self) -> dict[str, tuple[int, int]]:
        (count,) = struct.unpack_from(">H", self.data, 4)
        tables: dict[str, tuple[int, int]] = {}
        for at in range(12, 12 + 16 * count, 16):
            tag, _, offset, length = struct.unpack_from(">4sIII", self.data, at)
            tables[tag.decode("latin-1")] = (offset, length)
        return tables

    def table(self, tag: str) -> bytes:
        """Return a whole table."""
        offset, length = self.tables[tag]
        return self.data[offset : offset + length]

    def _read_head(self) -> None:
        head = self.table("head")
        self.units: int = struct.unpack_from(">H", head, 18)[0]
        self.box = struct.unpack_from(">4h", head, 36)
        (self.long_offsets,) = struct.unpack_from(">h", head, 50)
        hhea = self.table("hhea")
        self.ascent, self.descent = struct.unpack_from(">2h", hhea, 4)
        (self._wide_count,) = struct.unpack_from(">H", hhea, 34)
        (self.glyph_count,) = struct.unpack_from(">H", self.table("maxp"), 4)

    def _read_cmap(self) -> None:
        start = self.tables["cmap"][0]
        (count,) = struct.unpack_from(">H", self.data, start + 2)
        for at in range(start + 4, start + 4 + 8 * count, 8):
            platform, encoding, offset = struct.unpack_from(">HHI", self.data, at)
            if (platform, encoding) in ((3, 10), (0, 4), (0, 6)):
                table = start + offset
                (groups,) = struct.unpack_from(">I", self.data, table + 12)
                words = _words("I", self.data[table + 16 : table + 16 + 12 * groups])
                self._starts, self._ends, self._glyphs = words[0::3], words[1::3], words[2::3]
                return
        raise ValueError("no full Unicode cmap")

    def _read_metrics(self) -> None:
        offset = self.tables["hmtx"][0]
        metrics = _words("H", self.data[offset : offset + 4 * self._wide_count])
        self._advances, self._bearings = metrics[0::2], metrics[1::2]
        self._glyph_of: dict[int, int] = {}
        self._outline_of: dict[int, bytes] = {}
        kind, step = ("I", 4) if self.long_offsets else ("H", 2)
        offset = self.tables["loca"][0]
        self.offsets = _words(kind, self.data[offset : offset + step * (self.glyph_count + 1)])

    def glyph(self, code: int) -> int:
        """Return the glyph of a code point, 0 when the face has none."""
        found = self._glyph_of.get(code)
        if found is None:
            group = bisect_right(self._starts, code) - 1
            found = 0
            if group >= 0 and code <= self._ends[group]:
                found = self._glyphs[group] + code - self._starts[group]
            self._glyph_of[code] = found
        return found

    def advance(self, glyph: int) -> int:
        """Return a glyph's width in thousandths of the type size."""
        index = min(glyph, self._wide_count - 1)
        units: int = self._advances[index] * EM
        return round(units / self.units)

    def metrics(self, glyph: int) -> bytes:
        """Return a glyph's width and left bearing as they stand in the `hmtx` table."""
        if glyph < self._wide_count:
            return struct.pack(">HH", self._advances[glyph], self._bearings[glyph])
        start = self.tables["hmtx"][0] + 4 * self._wide_count + 2 * (glyph - self._wide_count)
        return struct.pack(">H", self._advances[-1]) + self.data[start : start + 2]

    def outline(self, glyph: int) -> bytes:
        """Return a glyph's data in the `glyf` table, filled up to words; empty for a blank."""
        found = self._outline_of.get(glyph)
        if found is None:
            found = self._outline_of[glyph] = self._read_outline(glyph)
        return found

    def _read_outline(self, glyph: int) -> bytes:
        factor = 1 if self.long_offsets else 2
        start = self.tables["glyf"][0]
        first, last = self.offsets[glyph] * factor, self.offsets[glyph + 1] * factor
        return self.data[start + first : start + last] + bytes((first - last) % 4)


def _words(kind: str, data: bytes) -> array[int]:
    words: array[int] = array(kind)
    words.frombytes(data)
    if sys.byteorder == "little":
        words.byteswap()
    return words


class FontSet:
    """A weight: the face that draws most, and those that step in for what it lacks."""

    def __init__(self, paths: tuple[Path, ...]) -> None:
        self._paths = paths
        self._opened: dict[int, Face] = {}
        self._main: set[str] = set()
        self.widths = _Widths(self)

    def _face(self, index: int) -> Face | None:
        face = self._opened.get(index)
        if face is None:
            path = self._paths[index]
            if index and not path.is_file():
                return None
            face = self._opened[index] = Face(path)
        return face

    def find(self, char: str) -> tuple[Face | None, int]:
        """Return face and glyph that draw a character; no face when nobody can."""
        code = ord(char)
        for index in range(len(self._paths)):
            face = self._face(index)
            glyph = face.glyph(code) if face else 0
            if glyph:
                if index == 0:
                    self._main.add(char)
                return face, glyph
        return None, 0

    def runs(self, text: str) -> list[tuple[Face | None, str]]:
        """Split a text into runs of one face; characters that nobody draws have no face."""
        if self._main.issuperset(text):
            return [(self._face(0), text)]
        found: list[tuple[Face | None, str]] = []
        for char in text:
            face, _ = self.find(char)
            if found and found[-1][0] is face and face is not None:
                found[-1] = (face, found[-1][1] + char)
            else:
                found.append((face, char))
        return found

    def missing(self, text: str) -> list[str]:
        """Return the characters of a text that would come out as a box."""
        if self._main.issuperset(text):
            return []
        return [char for char in dict.fromkeys(text) if self.find(char)[0] is None]


class _Widths(dict[str, int]):
    """Width of each character in thousandths of the type size; a box is a full square."""

    def __init__(self, fonts: FontSet) -> None:
        super().__init__()
        self._fonts = fonts

    def __missing__(self, char: str) -> int:
        face, glyph = self._fonts.find(char)
        width = face.advance(glyph) if face else EM
        self[char] = width
        return width


@cache
def fonts(bold: bool = False) -> FontSet:
    """Return the fonts of a weight, opened once."""
    regular = FONTS / "NotoSansSC-Regular.ttf"
    first = (FONTS / "NotoSansSC-Bold.ttf", regular) if bold else (regular,)
    return FontSet((*first, FONTS / "NotoSansKR-Regular.ttf", *SYSTEM_FALLBACKS))
