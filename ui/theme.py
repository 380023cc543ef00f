"""The look as data: tokens of `resources/theme`, a palette, one generated sheet.

Sizes are logical pixels at scale 1; `Theme.px` turns them into pixels of this screen. The
theme in use hangs on the application, as Qt's own palette and style do, so that a widget
built anywhere looks like its neighbours.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import Any, NamedTuple

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from terminal.errors import InvalidInput
from terminal.texts import RESOURCES
from ui.sheet import sheet

FAMILY = "Noto Sans SC"
NAMES = ("light", "dark", "contrast", "large")
_PROPERTY = "yichuangTheme"
FUSION = "yichuang_fusion"
"""Set where the application was made in Qt's own style. To set it later costs the start 10 ms:
PySide makes a class of Python with some 560 names of what `setStyle` returns."""


class Theme(NamedTuple):
    """Colours as `#RRGGBB` by role, type and metrics in logical pixels, and the scale."""

    name: str
    dark: bool
    colours: dict[str, str]
    metrics: dict[str, int]
    type: dict[str, int]
    scale: float = 1.0

    def colour(self, role: str) -> QColor:
        """Return the colour of a role."""
        return QColor(self.colours[role])

    def px(self, size: float) -> int:
        """Return a length given at scale 1 in pixels of this scale, at least one."""
        return max(1, round(size * self.scale)) if size > 0 else 0

    def font_px(self, role: str) -> int:
        """Return the height of a role of type in pixels."""
        return self.px(self.type[role])


@cache
def _tree(name: str) -> dict[str, Any]:
    path = RESOURCES / "theme" / f"{name}.toml"
    if name not in NAMES or not path.is_file():
        raise InvalidInput("window.theme_unknown", name=name)
    with path.open("rb") as file:
        tree = tomllib.load(file)
    base = tree.pop("base", "")
    return {**_tree(base), **tree} if base else tree


def load(name: str = "light", scale: float = 1.0) -> Theme:
    """Read a theme by name; `scale` runs from 1.0 to 2.0 and comes on top of its own.

    Raises `InvalidInput` for a name that is not shipped.
    """
    tree = dict(_tree(name))
    own = float(tree.pop("scale", 1.0))
    return Theme(**tree, scale=min(max(own * scale, 1.0), 2.0))


_loaded_fonts: set[str] = set()


def load_font(file_name: str) -> None:
    """Make a font of `resources/fonts` known to Qt once; GUI thread only."""
    if file_name not in _loaded_fonts:
        _loaded_fonts.add(file_name)
        QFontDatabase.addApplicationFont(str(RESOURCES / "fonts" / file_name))


def apply(application: QApplication, theme: Theme) -> None:
    """Give the application this look; widgets built from now on measure by it."""
    load_font("NotoSansSC-Regular.ttf")
    load_font("NotoSansSC-Bold.ttf")
    if not application.property(FUSION):
        application.setStyle("Fusion")
    font = QFont(FAMILY)
    font.setPixelSize(theme.font_px("window"))
    application.setFont(font)
    application.setPalette(palette(theme))
    application.setStyleSheet(sheet(theme))
    application.setProperty(_PROPERTY, theme)


def current() -> Theme:
    """Return the theme in use; the light one is applied if none is yet."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        raise RuntimeError("the theme needs an application")
    found = application.property(_PROPERTY)
    if isinstance(found, Theme):
        return found
    theme = load()
    apply(application, theme)
    return theme


def px(size: float) -> int:
    """Return a length of scale 1 in pixels of the theme in use."""
    return current().px(size)


def palette(theme: Theme) -> QPalette:
    """Return the palette for whatever the sheet does not reach."""
    made = QPalette()
    roles = QPalette.ColorRole
    pairs = {
        roles.Window: "ground",
        roles.WindowText: "text",
        roles.Base: "surface",
        roles.AlternateBase: "ground",
        roles.Text: "text",
        roles.PlaceholderText: "muted",
        roles.Button: "surface",
        roles.ButtonText: "text",
        roles.Highlight: "accent",
        roles.HighlightedText: "on_accent",
        roles.Link: "accent",
        roles.ToolTipBase: "surface",
        roles.ToolTipText: "text",
    }
    for role, name in pairs.items():
        made.setColor(role, theme.colour(name))
    for role in (roles.WindowText, roles.Text, roles.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, theme.colour("muted"))
    return made


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two `#RRGGBB` colours (WCAG 2, 1 to 21)."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
