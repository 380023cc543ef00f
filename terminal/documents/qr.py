"""QR codes as rows of modules; the payload comes finished from outside."""

from __future__ import annotations

from functools import lru_cache

from terminal.errors import InvalidInput

LONGEST = 1200
"""Longest payload in bytes that still scans from a slip at three dots a module."""

QUIET = 4
"""Empty modules around the code."""

Modules = tuple[bytes, ...]
"""Rows from the top; a byte a module, 1 is dark; without the quiet zone."""


@lru_cache(maxsize=8)
def modules(payload: str) -> Modules:
    """Return the modules of a QR code with error correction M.

    Raises `InvalidInput` (`document.qr_too_long`). The mask is fixed: each of the eight decodes,
    and weighing them costs eight times the rest.
    """
    size = len(payload.encode())
    if not 0 < size <= LONGEST:
        raise InvalidInput("document.qr_too_long", length=size)
    # imported here: a terminal that prints text only never needs it
    from qrcode.constants import ERROR_CORRECT_M
    from qrcode.main import QRCode

    code = QRCode(error_correction=ERROR_CORRECT_M, border=0, mask_pattern=_MASK)
    code.add_data(payload.encode(), optimize=0)
    code.make(fit=True)
    return tuple([bytes([1 if dark else 0 for dark in row]) for row in code.modules])


_MASK = 2
