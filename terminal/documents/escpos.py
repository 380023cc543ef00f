"""The ESC/POS renderer: a document as the byte stream of a receipt printer.

Text goes out in the encoding that the printer's profile names; every line with a character
that the printer's font lacks goes out as a raster band. Control characters of the data never
get here (`breaking.clean`).
"""

from __future__ import annotations

from terminal.documents.chinese import PrinterTable, table
from terminal.documents.columns import Line, Mark, lines_of
from terminal.documents.layout import Align, Layout, Paper, Size
from terminal.documents.printer import PrinterProfile

RESET = b"\x1b@"
CHINESE_ON = b"\x1c&"
LINE_SPACING = 34
"""Dots from line to line; the Chinese font is 24 dots high."""

BOLD = ("\x1bE\x00", "\x1bE\x01")
ALIGN = {Align.LEFT: "\x1ba\x00", Align.CENTRE: "\x1ba\x01", Align.RIGHT: "\x1ba\x02"}
_PLAIN = ("\x1d!\x00", "\x1c!\x00")
SIZES = {
    # the Chinese font has one size: small is normal
    Size.SMALL: _PLAIN,
    Size.NORMAL: _PLAIN,
    Size.LARGE: ("\x1d!\x01", "\x1c!\x08"),
    Size.TITLE: ("\x1d!\x11", "\x1c!\x0c"),
}
"""GS ! sizes the Latin characters, FS ! the Chinese ones; ESC ! would miss the Chinese."""

CUTS = {"partial": b"\x1dVB\x00", "full": b"\x1dVA\x00", "none": b""}
CAPACITY_M = (
    14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666,
)  # fmt: skip
"""Bytes that QR versions 1 to 20 hold at error correction M (ISO/IEC 18004)."""

QR_WIDTH = 264
"""Dots that a QR code should be wide: 33 mm, larger than any phone needs at arm's length."""

BAND_ROWS = 240
"""Rows of one raster command; small printers have room for no more."""


def render_escpos(layout: Layout, profile: PrinterProfile) -> bytes:
    """Return the printer stream of a document, cut included."""
    out = [RESET]
    if profile.chinese_mode:
        out.append(CHINESE_ON)
    if profile.raster:
        from terminal.documents.bits import render_strip

        rows, bits = render_strip(layout, profile.dots)
        _bands(out, rows, bits, profile.dots)
        out.append(_ending(profile))
        return b"".join(out)
    out.append(b"\x1b3" + bytes([LINE_SPACING]))
    _Stream(profile, out).write(layout)
    out.append(_ending(profile))
    return b"".join(out)


def _ending(profile: PrinterProfile) -> bytes:
    return b"\x1bd" + bytes([profile.feed]) + CUTS[profile.cutter]


def _bands(out: list[bytes], rows: int, bits: bytes, dots: int) -> None:
    """Send rows of bits as raster commands (GS v 0)."""
    wide = dots // 8
    for first in range(0, rows, BAND_ROWS):
        count = min(BAND_ROWS, rows - first)
        out.append(b"\x1dv0\x00" + wide.to_bytes(2, "little") + count.to_bytes(2, "little"))
        out.append(bits[first * wide : (first + count) * wide])


class _Stream:
    def __init__(self, profile: PrinterProfile, out: list[bytes]) -> None:
        self.profile = profile
        self.out = out
        self.table: PrinterTable = table(profile.encoding)
        self.size = Size.NORMAL
        self.bold = False
        self.align = Align.LEFT

    def write(self, layout: Layout) -> None:
        pending: list[Line] = []
        for line in lines_of(layout, Paper.THERMAL_80, self.profile.columns):
            if isinstance(line, Mark):
                self._text(pending)
                pending = []
                self._mark(line)
            else:
                pending.append(line)
        self._text(pending)

    def _text(self, lines: list[Line]) -> None:
        """Send lines, all in one piece where the printer's font has every character."""
        before = self.size, self.bold, self.align
        pieces: list[str] = []
        for text, size, bold, align in lines:
            if size is not self.size or bold is not self.bold or align is not self.align:
                pieces.append(self._style(size, bold, align))
            pieces += (text, "\n")
        whole = self.table.encode("".join(pieces))
        if whole is not None:
            self.out.append(whole)
            return
        self.size, self.bold, self.align = before
        for line in lines:
            encoded = self.table.encode(line.text)
            if encoded is None:
                self._band(line)
            else:
                self._set(line.size, line.bold, line.align)
                self.out += (encoded, b"\n")

    def _style(self, size: Size, bold: bool, align: Align) -> str:
        """Return the commands from the present style to another; it is the present one then."""
        commands = ""
        if SIZES[size] is not SIZES[self.size]:
            latin, chinese = SIZES[size]
            commands += latin + chinese if self.profile.chinese_mode else latin
        if bold is not self.bold:
            commands += BOLD[bold]
        if align is not self.align:
            commands += ALIGN[align]
        self.size, self.bold, self.align = size, bold, align
        return commands

    def _set(self, size: Size, bold: bool, align: Align) -> None:
        self.out.append(self._style(size, bold, align).encode("ascii"))

    def _band(self, line: Line) -> None:
        """Draw a line that the printer's font cannot print."""
        from terminal.documents.bits import text_band

        # a band spans the paper: the printer must not move it
        self._set(self.size, self.bold, Align.LEFT)
        wide = line.size is Size.TITLE
        size = 48 if wide else 34 if line.size is Size.LARGE else 24
        height = 56 if wide else 48 if line.size is Size.LARGE else LINE_SPACING
        dots = self.profile.dots
        column = dots // self.profile.columns * (2 if wide else 1)
        bits = text_band(
            line.text,
            dots=dots,
            column=column,
            size=size,
            height=height,
            bold=line.bold,
            align=line.align,
        )
        _bands(self.out, height, bits, dots)

    def _mark(self, mark: Mark) -> None:
        if mark.kind == "qr":
            self._qr(mark.data)
        elif mark.kind == "logo":
            from terminal.documents.bits import logo_band

            self._set(Size.NORMAL, False, Align.LEFT)
            _bands(
                self.out,
                *logo_band(mark.data, dots=self.profile.dots, height=96),
                self.profile.dots,
            )

    def _qr(self, payload: str) -> None:
        data = payload.encode()
        version = next((v for v, most in enumerate(CAPACITY_M, 1) if len(data) <= most), 0)
        count = 17 + 4 * version
        if not self.profile.native_qr or not version:
            from terminal.documents.bits import code_band
            from terminal.documents.qr import QUIET, modules

            count = len(modules(payload)) + 2 * QUIET
            step = max(2, min(6, QR_WIDTH // count))
            self._set(Size.NORMAL, False, Align.LEFT)
            dots = self.profile.dots
            _bands(self.out, *code_band(payload, dots=dots, step=step), dots)
            return
        step = max(3, min(6, QR_WIDTH // count))
        self._set(Size.NORMAL, False, Align.CENTRE)
        self.out.append(
            b"\x1d(k\x04\x001A2\x00"
            + (b"\x1d(k\x03\x001C" + bytes([step]))
            + b"\x1d(k\x03\x001E1"
            + (b"\x1d(k" + (len(data) + 3).to_bytes(2, "little") + b"1P0" + data)
            + b"\x1d(k\x03\x001Q0\n"
        )
