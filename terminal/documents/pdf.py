"""The PDF renderer: A4 by reportlab, fonts embedded, same view in, same bytes out.

The page streams are written here and the fonts go in as composite fonts with two-byte codes:
one font object a face, an exact ToUnicode map (UTF-16BE, also outside the BMP), and no work
for what is not on the page.
"""

from __future__ import annotations

import io
import zlib
from typing import Any

from terminal.documents.breaking import clean
from terminal.documents.compose import compose
from terminal.documents.fonts import EM, Face, fonts
from terminal.documents.layout import Layout, Paper
from terminal.documents.pictures import picture
from terminal.documents.qr import QUIET, modules
from terminal.documents.sheet import (
    THERMAL,
    Code,
    Frame,
    Glyphs,
    Op,
    Page,
    Picture,
    Sheet,
    Stroke,
    strip_height,
)
from terminal.documents.subset import Subset

COMPRESSION = 1
"""zlib level: outlines hardly shrink further, and the receiver stands at the desk."""

_DIGITS = bytes([48, 49]) + bytes(254)

GREY = "0.36 g"
BLACK = "0 g"


def render_pdf(layout: Layout, paper: Paper = Paper.A4) -> bytes:
    """Return the document as a PDF; on a slip's paper one page as long as the slip."""
    # imported here: a terminal that prints slips never needs it
    from reportlab.pdfgen.canvas import Canvas

    sheet, pages = compose(layout, paper)
    writer = _Writer(sheet)
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pageCompression=0, invariant=1, pdfVersion=(1, 4))
    canvas.setTitle(clean(f"{layout.title} {layout.subject}"))
    canvas.setAuthor(clean(layout.author))
    canvas.setSubject(clean(layout.subject))
    canvas.setCreator("yichuang")
    document = canvas._doc
    document.Catalog.Lang = _pdf_string(layout.language)
    for page in pages:
        height = sheet.height or strip_height(sheet, page)
        canvas.setPageSize((sheet.width * writer.unit, height * writer.unit))
        content = writer.page(page, height)
        canvas.showPage()
        document.Pages.pages[-1].Contents = _stream(content)
    # reportlab begins each document with Helvetica, which no page here uses
    document.idToObject["BasicFonts"].dict.clear()
    document.fontMapping.clear()
    for name, subset in writer.used.values():
        document.idToObject["BasicFonts"].dict[name] = _font(document, name, subset)
    canvas.save()
    return buffer.getvalue()


def _pdf_string(text: str) -> Any:
    from reportlab.pdfbase.pdfdoc import PDFString

    return PDFString(text)


class _Writer:
    """Writes page streams and gathers the glyphs they use."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.unit = 72 / 203 if sheet is THERMAL else 1.0
        self.used: dict[str, tuple[str, Subset]] = {}
        self._out: list[str] = []
        self._height = 0.0
        self._font = ("", 0.0)
        self._colour = BLACK

    def page(self, page: Page, height: float) -> bytes:
        """Return the stream of one page; `y` turns upwards here."""
        self._out = [f"{self.unit:.5g} 0 0 {self.unit:.5g} 0 0 cm", "0 G 0 g"]
        self._height, self._font, self._colour = height, ("", 0.0), BLACK
        texts = [op for op in page if isinstance(op, Glyphs)]
        for op in page:
            if not isinstance(op, Glyphs):
                self._draw(op)
        self._out.append("BT")
        boxes: list[Glyphs] = []
        for run in texts:
            self._glyphs(run, boxes)
        self._out.append("ET")
        for box in boxes:
            self._missing(box)
        return "\n".join(self._out).encode("ascii")

    def _draw(self, op: Op) -> None:
        if isinstance(op, Stroke):
            dash = "[2 2] 0 d" if op.dashed else "[] 0 d"
            y0, y1 = self._height - op.y0, self._height - op.y1
            self._out.append(
                f"{dash} {op.width:.2f} w {op.x0:.2f} {y0:.2f} m {op.x1:.2f} {y1:.2f} l S"
            )
        elif isinstance(op, Frame):
            dash = "[3 2] 0 d" if op.dashed else "[] 0 d"
            y = self._height - op.y - op.height
            self._out.append(
                f"{dash} {self.sheet.hairline:.2f} w {op.x:.2f} {y:.2f} "
                f"{op.width:.2f} {op.height:.2f} re S"
            )
        elif isinstance(op, Code):
            self._code(op)
        elif isinstance(op, Picture):
            self._picture(op)

    def _subset(self, face: Face) -> tuple[str, Subset]:
        found = self.used.get(face.name)
        if found is None:
            found = self.used[face.name] = (f"T{len(self.used) + 1}", Subset(face))
        return found

    def _glyphs(self, run: Glyphs, boxes: list[Glyphs]) -> None:
        x, y = run.x, self._height - run.y
        colour = GREY if run.grey else BLACK
        if colour != self._colour:
            self._out.append(colour)
            self._colour = colour
        family = fonts(run.bold)
        for face, text in family.runs(run.text):
            if face is None:
                boxes.append(run._replace(x=x, text=text))
            else:
                name, subset = self._subset(face)
                if self._font != (name, run.size):
                    self._out.append(f"/{name} {run.size:g} Tf")
                    self._font = (name, run.size)
                spacing = f"{run.spacing:.3f} Tc " if run.spacing else ""
                reset = " 0 Tc" if run.spacing else ""
                self._out.append(
                    f"{spacing}1 0 0 1 {x:.2f} {y:.2f} Tm <{subset.encode(text)}> Tj{reset}"
                )
            widths = sum(map(family.widths.__getitem__, text))
            x += widths * run.size / EM + run.spacing * len(text)

    def _missing(self, run: Glyphs) -> None:
        """Draw a box with the code point; copying it still gives the character."""
        side = run.size * 0.9
        x, y = run.x + run.size * 0.05, self._height - run.y - run.size * 0.1
        actual = run.text.encode("utf-16-be").hex().upper()
        self._out.append(f"/Span <</ActualText <FEFF{actual}>>> BDC")
        self._out.append(f"[] 0 d 0.5 w {x:.2f} {y:.2f} {side:.2f} {side:.2f} re S BT")
        digits = f"{ord(run.text):04X}"
        half = (len(digits) + 1) // 2
        face, _ = fonts().find("0")
        if face is not None:
            name, subset = self._subset(face)
            small = side * 0.42
            for row, part in enumerate((digits[:half], digits[half:])):
                base = y + side * (0.56 if row == 0 else 0.12)
                self._out.append(
                    f"/{name} {small:.2f} Tf 1 0 0 1 {x + side * 0.1:.2f} {base:.2f} Tm "
                    f"<{subset.encode(part)}> Tj"
                )
        self._out.append("ET EMC")

    def _code(self, op: Code) -> None:
        rows = modules(op.payload)
        count = len(rows)
        step = op.side / (count + 2 * QUIET)
        side = count * step
        left, low = op.x + QUIET * step, self._height - op.y - QUIET * step - side
        # a stencil of one bit a module: printers set it sharp at any size
        stride = (count + 7) // 8
        bits = [int(row.translate(_DIGITS), 2) << (stride * 8 - count) for row in rows]
        data = b"".join([value.to_bytes(stride, "big") for value in bits])
        self._out.append(
            f"q {side:.2f} 0 0 {side:.2f} {left:.2f} {low:.2f} cm\n"
            f"BI /W {count} /H {count} /IM true /D [1 0] /F /AHx ID\n{data.hex()}>\nEI Q"
        )

    def _picture(self, op: Picture) -> None:
        image = picture(op.path)
        if max(image.size) > 400:
            image = image.copy()
            image.thumbnail((400, 400))
        y = self._height - op.y - op.height
        # the 85 % of an inline picture's bytes that are safe need no escape in hexadecimal
        self._out.append(
            f"q {op.width:.2f} 0 0 {op.height:.2f} {op.x:.2f} {y:.2f} cm\n"
            f"BI /W {image.width} /H {image.height} /CS /G /BPC 8 /F [/AHx /Fl] ID\n"
            f"{zlib.compress(image.tobytes(), 9).hex()}>\nEI Q"
        )


def _stream(content: bytes, **entries: object) -> Any:
    from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFName, PDFStream

    dictionary = PDFDictionary(dict(entries))
    dictionary["Filter"] = PDFName("FlateDecode")
    return PDFStream(dictionary, zlib.compress(content, COMPRESSION), None)


def _font(document: Any, name: str, subset: Subset) -> Any:
    """Return the reference to a composite font made of `subset`."""
    from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName

    face = subset.face
    font_file = subset.font_file()
    base = "/" + _tag(subset) + "+" + face.name
    scale = EM / face.units
    descriptor = {
        "Type": "/FontDescriptor",
        "FontName": base,
        "Flags": 4,
        "FontBBox": PDFArray([round(edge * scale) for edge in face.box]),
        "ItalicAngle": 0,
        "Ascent": round(face.ascent * scale),
        "Descent": round(face.descent * scale),
        "CapHeight": 733,
        "StemV": 80,
        "FontFile2": document.Reference(_stream(font_file, Length1=len(font_file)), f"file{name}"),
    }
    descendant = {
        "Type": "/Font",
        "Subtype": "/CIDFontType2",
        "BaseFont": base,
        "CIDSystemInfo": PDFDictionary(
            {"Registry": "(Adobe)", "Ordering": "(Identity)", "Supplement": 0}
        ),
        "FontDescriptor": document.Reference(PDFDictionary(descriptor), f"descriptor{name}"),
        "DW": EM,
        "W": f"[0 [{' '.join(map(str, subset.widths()))}]]",
        "CIDToGIDMap": "/Identity",
    }
    font = {
        "Type": "/Font",
        "Subtype": "/Type0",
        "BaseFont": base,
        "Encoding": PDFName("Identity-H"),
        "DescendantFonts": PDFArray(
            [document.Reference(PDFDictionary(descendant), f"descendant{name}")]
        ),
        "ToUnicode": document.Reference(_stream(_to_unicode(subset)), f"unicode{name}"),
    }
    return document.Reference(PDFDictionary(font), f"font{name}")


def _tag(subset: Subset) -> str:
    """Return the six capitals that name a subset, the same for the same glyphs."""
    number = zlib.crc32("".join(subset.chars).encode())
    letters = ""
    for _ in range(6):
        number, rest = divmod(number, 26)
        letters += chr(65 + rest)
    return letters


def _to_unicode(subset: Subset) -> bytes:
    """Return the map from glyph numbers to text, in UTF-16BE as the standard wants it."""
    pairs = [
        f"<{code:04X}> <{char.encode('utf-16-be').hex().upper()}>"
        for code, char in enumerate(subset.chars)
        if char
    ]
    parts = [
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange"
    ]
    for start in range(0, len(pairs), 100):
        block = pairs[start : start + 100]
        parts.append(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar")
    parts.append("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend")
    return "\n".join(parts).encode("ascii")
