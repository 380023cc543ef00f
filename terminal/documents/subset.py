"""A TrueType face cut down to the glyphs of one document, for embedding in a PDF."""

from __future__ import annotations

import struct

from terminal.documents.fonts import Face

_ARGS_ARE_WORDS = 0x0001
_HAS_SCALE = 0x0008
_MORE_COMPONENTS = 0x0020
_HAS_XY_SCALE = 0x0040
_HAS_MATRIX = 0x0080


class Subset:
    """Glyphs of one face in the order of their first use; glyph 0 stays the missing one."""

    def __init__(self, face: Face) -> None:
        self.face = face
        self.glyphs = [0]
        self.chars: list[str] = [""]
        self._codes: dict[str, str] = {}
        self._used: list[int] = []

    def encode(self, text: str) -> str:
        """Return the text as hexadecimal two-byte glyph numbers of this subset."""
        codes = self._codes
        try:
            return "".join([codes[char] for char in text])
        except KeyError:
            for char in text:
                if char not in codes:
                    codes[char] = self._add(char)
            return "".join([codes[char] for char in text])

    def _add(self, char: str) -> str:
        # a glyph that stands for two characters is taken in twice, so that copying is exact
        self.glyphs.append(self.face.glyph(ord(char)))
        self.chars.append(char)
        return f"{len(self.glyphs) - 1:04X}"

    def widths(self) -> list[int]:
        """Return the widths of the glyphs in thousandths."""
        return [self.face.advance(glyph) for glyph in self.glyphs]

    def font_file(self) -> bytes:
        """Return the TrueType file of the subset."""
        outlines = self._outlines()
        offsets = [0]
        for outline in outlines:
            offsets.append(offsets[-1] + len(outline))
        count = len(outlines)
        face = self.face
        metrics = b"".join([face.metrics(glyph) for glyph in self._used])
        head = bytearray(face.table("head"))
        head[8:12] = bytes(4)
        struct.pack_into(">h", head, 50, 1)
        hhea = bytearray(face.table("hhea"))
        struct.pack_into(">H", hhea, 34, count)
        maxp = bytearray(face.table("maxp"))
        struct.pack_into(">H", maxp, 4, count)
        tables = {
            "glyf": b"".join(outlines),
            "head": bytes(head),
            "hhea": bytes(hhea),
            "hmtx": metrics,
            "loca": struct.pack(f">{count + 1}I", *offsets),
            "maxp": bytes(maxp),
        }
        for tag in ("cvt ", "fpgm", "prep"):
            if tag in face.tables:
                tables[tag] = face.table(tag)
        return _assemble(tables)

    def _outlines(self) -> list[bytes]:
        """Return the outlines of all glyphs, parts of composite glyphs at the end."""
        self._used = list(self.glyphs)
        parts: dict[int, int] = {}
        outlines: list[bytes] = []
        at = 0
        while at < len(self._used):
            outline = self.face.outline(self._used[at])
            if len(outline) > 10 and outline[0] & 0x80:
                outline = self._renumber(outline, parts)
            outlines.append(outline)
            at += 1
        return outlines

    def _renumber(self, outline: bytes, parts: dict[int, int]) -> bytes:
        changed = bytearray(outline)
        at, flags = 10, _MORE_COMPONENTS
        while flags & _MORE_COMPONENTS:
            flags, glyph = struct.unpack_from(">HH", changed, at)
            if glyph not in parts:
                parts[glyph] = len(self._used)
                self._used.append(glyph)
            struct.pack_into(">H", changed, at + 2, parts[glyph])
            at += 8 if flags & _ARGS_ARE_WORDS else 6
            if flags & _HAS_SCALE:
                at += 2
            elif flags & _HAS_XY_SCALE:
                at += 4
            elif flags & _HAS_MATRIX:
                at += 8
        return bytes(changed)


def _assemble(tables: dict[str, bytes]) -> bytes:
    count = len(tables)
    power = count.bit_length() - 1
    reach = 16 << power
    header = struct.pack(">IHHHH", 0x00010000, count, reach, power, 16 * count - reach)
    directory, body = [header], []
    offset = 12 + 16 * count
    for tag in sorted(tables):
        data = tables[tag]
        directory.append(struct.pack(">4sIII", tag.encode(), _checksum(data), offset, len(data)))
        padded = data + bytes(-len(data) % 4)
        body.append(padded)
        offset += len(padded)
    return b"".join(directory + body)


def _checksum(data: bytes) -> int:
    if len(data) > 4096:
        # viewers do not check the sum of an embedded subset; summing a large table costs more
        # than writing it
        return 0
    padded = data + bytes(-len(data) % 4)
    words: tuple[int, ...] = struct.unpack(f">{len(padded) // 4}I", padded)
    return sum(words) & 0xFFFFFFFF
