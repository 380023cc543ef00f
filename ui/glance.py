"""A glance at the settings file for the first paint: how it looks and what the window is called.

The settings proper are read and checked behind the window; what is wrong in the file is said
there. This glance takes what it can and never fails.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

FILE_NAME = "yichuang.toml"


class Glance(NamedTuple):
    """What the first paint needs; the defaults are those of the settings."""

    language: str = "zh"
    theme: str = "light"
    scale: float = 1.0
    window_name: str = "3 号综合窗口"


def look_at(data_dir: Path, config: Path | None = None) -> Glance:
    """Return what the settings file says, or the defaults where it cannot be read."""
    try:
        with (config or data_dir / FILE_NAME).open("rb") as file:
            tree: dict[str, Any] = tomllib.load(file)
    except (OSError, ValueError):
        return Glance()
    screen, window = tree.get("screen"), tree.get("window")
    screen = screen if isinstance(screen, dict) else {}
    window = window if isinstance(window, dict) else {}
    found = Glance()
    scale = screen.get("scale", found.scale)
    return Glance(
        language=str(screen.get("language", found.language)),
        theme=str(screen.get("theme", found.theme)),
        scale=float(scale) if isinstance(scale, int | float) else found.scale,
        window_name=str(window.get("name", found.window_name)),
    )
