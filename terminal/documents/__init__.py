"""Documents: views in, paper out.

`render(view, format)` makes any document as text, ESC/POS, PNG or PDF. Importing this package
loads neither reportlab nor Pillow.
"""

from __future__ import annotations

from terminal.documents.digest import content_digest
from terminal.documents.printer import PrinterProfile
from terminal.documents.render import (
    FORMATS,
    Format,
    lay_out,
    missing_characters,
    render,
    warm_up,
)
from terminal.documents.templates.common import Copy
from terminal.documents.views import decode_view, encode_view, kind_of
from terminal.documents.wording import HallWording, load_hall_wording

__all__ = [
    "FORMATS",
    "Copy",
    "Format",
    "HallWording",
    "PrinterProfile",
    "content_digest",
    "decode_view",
    "encode_view",
    "kind_of",
    "lay_out",
    "load_hall_wording",
    "missing_characters",
    "render",
    "warm_up",
]
