"""Pictures that a hall adds: read once, checked, kept small in memory."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from terminal.errors import InvalidInput

if TYPE_CHECKING:
    from PIL.Image import Image


@lru_cache(maxsize=2)
def picture(path: str) -> Image:
    """Return a PNG as greyscale on white.

    Raises `InvalidInput` (`document.logo_unreadable`) for what is no picture.
    """
    from PIL import Image as images

    try:
        with images.open(path, formats=["PNG"]) as opened:
            opened.load()
            coloured = opened.convert("RGBA")
    except (OSError, ValueError, images.DecompressionBombError) as fault:
        name = path.rpartition("/")[2]
        raise InvalidInput("document.logo_unreadable", file=name) from fault
    ground = images.new("RGBA", coloured.size, "white")
    ground.alpha_composite(coloured)
    return ground.convert("L")


def picture_size(path: str) -> tuple[int, int]:
    """Return width and height of a picture in pixels."""
    return picture(path).size
