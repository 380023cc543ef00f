"""Pictures on paper: a hall's mark from its file, a signature from its bytes."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import TYPE_CHECKING

from terminal.errors import InvalidInput

if TYPE_CHECKING:
    from PIL.Image import Image


def picture(source: str | bytes) -> Image:
    """Return a PNG, a file's path or its bytes, as greyscale on white.

    Raises `InvalidInput` (`document.logo_unreadable`) for what is no picture. A file is kept in
    memory, a signature never.
    """
    return _of_file(source) if isinstance(source, str) else _opened(source)


def picture_size(source: str | bytes) -> tuple[int, int]:
    """Return width and height of a picture in pixels."""
    return picture(source).size


@lru_cache(maxsize=2)
def _of_file(path: str) -> Image:
    return _opened(path)


def _opened(source: str | bytes) -> Image:
    from PIL import Image as images

    file = source if isinstance(source, str) else io.BytesIO(source)
    try:
        with images.open(file, formats=["PNG"]) as opened:
            opened.load()
            coloured = opened.convert("RGBA")
    except (OSError, ValueError, images.DecompressionBombError) as fault:
        name = source.rpartition("/")[2] if isinstance(source, str) else "signature.png"
        raise InvalidInput("document.logo_unreadable", file=name) from fault
    ground = images.new("RGBA", coloured.size, "white")
    ground.alpha_composite(coloured)
    return ground.convert("L")
