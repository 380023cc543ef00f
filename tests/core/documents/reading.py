"""Reads what the renderers wrote: printer streams and PDFs, independent of their code."""

from __future__ import annotations

import re
import zlib
from typing import NamedTuple


class Band(NamedTuple):
    """A raster band of a printer stream: dots across, rows, bits."""

    dots: int
    rows: int
    bits: bytes

    @property
    def ink(self) -> int:
        """Return the number of black dots."""
        return int.from_bytes(self.bits, "big").bit_count()


class Stream(NamedTuple):
    """A printer stream taken apart: readable lines, bands, QR payloads, plain text bytes."""

    listing: list[str]
    bands: list[Band]
    codes: list[bytes]
    text: bytes


_FIXED = {
    b"\x1b@": (2, "ESC @ reset"),
    b"\x1c&": (2, "FS & Chinese on"),
    b"\x1bE": (3, "ESC E bold {0}"),
    b"\x1ba": (3, "ESC a align {0}"),
    b"\x1b3": (3, "ESC 3 line spacing {0}"),
    b"\x1bd": (3, "ESC d feed {0}"),
    b"\x1d!": (3, "GS ! size {0:#04x}"),
    b"\x1c!": (3, "FS ! Chinese size {0:#04x}"),
    b"\x1dV": (4, "GS V cut {0:c} {1}"),
}


def read_stream(data: bytes, encoding: str = "gbk") -> Stream:
    """Take a printer stream apart; a command that is unknown fails."""
    listing: list[str] = []
    bands: list[Band] = []
    codes: list[bytes] = []
    plain = bytearray()
    at = 0
    while at < len(data):
        if data[at] in b"\x1b\x1c\x1d":
            at = _command(data, at, listing, bands, codes)
        else:
            end = at
            while end < len(data) and data[end] not in b"\x1b\x1c\x1d\n":
                end += 1
            if end < len(data) and data[end] == 0x0A:
                end += 1
            line = data[at:end]
            plain += line
            listing.append("| " + line.rstrip(b"\n").decode(encoding))
            at = end
    return Stream(listing, bands, codes, bytes(plain))


def _command(
    data: bytes, at: int, listing: list[str], bands: list[Band], codes: list[bytes]
) -> int:
    name = data[at : at + 2]
    if name == b"\x1dv":
        wide = int.from_bytes(data[at + 4 : at + 6], "little")
        rows = int.from_bytes(data[at + 6 : at + 8], "little")
        end = at + 8 + wide * rows
        assert end <= len(data), "a raster band is cut short"
        bands.append(Band(wide * 8, rows, data[at + 8 : end]))
        listing.append(f"GS v 0 band {wide * 8} x {rows}")
        return end
    if name == b"\x1d(":
        size = int.from_bytes(data[at + 3 : at + 5], "little")
        body = data[at + 5 : at + 5 + size]
        if body[:2] == b"1P":
            codes.append(body[3:])
            listing.append(f"GS ( k store {body[3:].decode()}")
        else:
            listing.append(f"GS ( k {body[:2].decode()} {list(body[2:])}")
        return at + 5 + size
    length, words = _FIXED[name]
    listing.append(words.format(*data[at + 2 : at + length]))
    return at + length


def pdf_text(data: bytes) -> str:
    """Return the text of a PDF run by run through its ToUnicode maps, a line each."""
    objects = {
        int(number): body for number, body in re.findall(rb"(?s)(\d+) 0 obj\n?(.*?)endobj", data)
    }
    maps = {
        name: _to_unicode(objects, int(reference))
        for name, reference in re.findall(rb"/(T\d+) (\d+) 0 R", data)
    }
    lines: list[str] = []
    for body in objects.values():
        if b"/FlateDecode" in body and b"Length1" not in body:
            content = _inflate(body)
            if b" Tf" in content:
                lines += _page_lines(content, maps)
    return "\n".join(lines)


def _inflate(body: bytes) -> bytes:
    start = body.index(b"stream\n") + 7
    return zlib.decompressobj().decompress(body[start:])


def _to_unicode(objects: dict[int, bytes], font: int) -> dict[str, str]:
    found = re.search(rb"/ToUnicode (\d+) 0 R", objects[font])
    assert found is not None
    content = _inflate(objects[int(found[1])]).decode("ascii")
    return {
        code: bytes.fromhex(text).decode("utf-16-be")
        for code, text in re.findall(r"<([0-9A-F]{4})> <([0-9A-F]+)>", content)
        if len(text) in (4, 8)
    }


def _page_lines(content: bytes, maps: dict[bytes, dict[str, str]]) -> list[str]:
    lines: list[str] = []
    font: dict[str, str] = {}
    pattern = rb"/(T\d+) [\d.]+ Tf|<([0-9A-F]+)> Tj|ActualText <FEFF([0-9A-F]+)>"
    for name, codes, actual in re.findall(pattern, content):
        if name:
            font = maps[name]
        elif actual:
            lines.append(bytes.fromhex(actual.decode()).decode("utf-16-be"))
        else:
            text = codes.decode()
            lines.append("".join(font[text[i : i + 4]] for i in range(0, len(text), 4)))
    return lines
