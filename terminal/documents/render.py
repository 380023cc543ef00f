"""The one way to a finished document: a view in, bytes out."""

from __future__ import annotations

from typing import Literal, get_args

from terminal.documents.breaking import clean
from terminal.documents.fonts import fonts
from terminal.documents.layout import Layout, Paper
from terminal.documents.printer import PrinterProfile
from terminal.documents.qr import library
from terminal.documents.templates import language_of, layout_of
from terminal.documents.templates.common import Copy
from terminal.documents.views import DocumentView, encode_view
from terminal.documents.wording import HallWording, Wording, default_wording
from terminal.errors import InvalidInput

Format = Literal["text", "escpos", "png", "pdf"]
FORMATS: tuple[str, ...] = get_args(Format)


def render(
    view: DocumentView,
    format: Format,
    *,
    copy: Copy | None = None,
    profile: PrinterProfile | None = None,
    wording: HallWording | None = None,
    paper: Paper | None = None,
    scale: float = 1.0,
) -> bytes:
    """Return a document as text (UTF-8), printer stream, PNG or PDF.

    `copy` says which print it is (default the first), `profile` what the printer can do (escpos),
    `wording` what the hall adds, `paper` overrides the document's own (text and png), `scale`
    enlarges a png. Raises `RuleRefused` for a document that lacks what the law asks for,
    `InvalidInput` for an unknown format. Any thread may call it.
    """
    return draw(
        lay_out(view, copy=copy, wording=wording), format, profile=profile, paper=paper, scale=scale
    )


def draw(
    layout: Layout,
    format: str,
    *,
    profile: PrinterProfile | None = None,
    paper: Paper | None = None,
    scale: float = 1.0,
) -> bytes:
    """Return a layout in a format, as `render` does with a document's."""
    if format == "text":
        from terminal.documents.text import render_text

        return render_text(layout, paper).encode()
    if format == "escpos":
        from terminal.documents.escpos import render_escpos

        return render_escpos(layout, profile or PrinterProfile())
    if format == "png":
        from terminal.documents.raster import render_png

        return render_png(layout, paper, scale)
    if format == "pdf":
        from terminal.documents.pdf import render_pdf

        return render_pdf(layout)
    raise InvalidInput("document.unknown_format", format=format)


def page_label(language: str) -> str:
    """Return how pages are counted in the foot of a layout that is no document of a case."""
    return default_wording(language).plain("common.page")


def lay_out(
    view: DocumentView, *, copy: Copy | None = None, wording: HallWording | None = None
) -> Layout:
    """Return a document's layout with the hall's additions."""
    language = language_of(view)
    sentences = Wording(language, wording) if wording else default_wording(language)
    return layout_of(view, copy=copy, wording=sentences)


def missing_characters(view: DocumentView) -> tuple[str, ...]:
    """Return the characters of a view that no font here draws, for a word to the clerk.

    They come out as a box with their code point; installing `fonts-hanazono` mends most.
    """
    return tuple(fonts().missing(clean(encode_view(view).decode())))


def warm_up() -> None:
    """Load what the first document of the day would wait for: fonts, libraries, sentences.

    For an idle moment after the start, on the thread that makes documents.
    """
    import importlib

    for name in ("pdf", "raster", "escpos"):
        importlib.import_module(f"terminal.documents.{name}")
    for name in ("reportlab.pdfgen.canvas", "PIL.ImageFont", "PIL.ImageDraw"):
        importlib.import_module(name)
    library()
    for bold in (False, True):
        _ = fonts(bold).widths["一"]
    default_wording("zh")
