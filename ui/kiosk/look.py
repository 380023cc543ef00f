"""What kiosk parts look like, on top of the program's sheet; sizes follow the screen."""

from __future__ import annotations

from string import Template

import msgspec
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from ui import theme
from ui.theme import Theme

_SHEET = Template(
    """
QWidget[role="k-page"] { background: $ground; }
QFrame[role="k-top"] { background: $bar; border: none; }
QFrame[role="k-bottom"] { background: $surface; border: none;
  border-top: ${line_w}px solid $line; }
QLabel[role="k-brand"] { color: $on_bar; font-size: $heading; font-weight: bold; }
QLabel[role="k-title"] { font-size: $title; font-weight: bold; }
QLabel[role="k-heading"] { font-size: $heading; font-weight: bold; }
QLabel[role="k-text"] { font-size: $text_size; }
QLabel[role="k-muted"] { font-size: $text_size; color: $muted; }
QLabel[role="k-small"] { font-size: $small; color: $muted; }
QLabel[role="k-number"] { font-size: $heading; background: $surface;
  border: ${focus_w}px solid $accent; border-radius: $radius; padding: $pad; }
QPushButton[role="k-chip"] { font-size: $small; background: transparent; color: $on_bar;
  border: ${line_w}px solid $on_bar; border-radius: $round; padding: $chip;
  min-height: $touch_low; }
QPushButton[role="k-chip"]:checked { background: $on_bar; color: $bar; }
QPushButton[role="k-option"] { font-size: $text_size; background: $surface; color: $text;
  border: ${line_w}px solid $line; border-radius: $radius; padding: $chip; min-height: $touch_low; }
QPushButton[role="k-option"]:checked { background: $selected; color: $accent;
  border: ${line_w}px solid $accent; }
QPushButton[role="k-tile"], QPushButton[role="k-row"] { background: $surface;
  border: ${line_w}px solid $line; border-radius: $radius; text-align: left; }
QPushButton[role="k-tile"] { min-height: $tile; max-height: $tile; }
QPushButton[role="k-tile"]:pressed, QPushButton[role="k-row"]:pressed,
QPushButton[role="k-key"]:pressed, QPushButton[role="k-option"]:pressed {
  background: $selected; border-color: $accent; }
QPushButton[role="k-pill"] { font-size: $small; background: $surface; color: $text;
  border: ${line_w}px solid $line; border-radius: $round; padding: $chip; min-height: $touch_low; }
QPushButton[role="k-key"] { font-size: $heading; background: $surface; color: $text;
  border: ${line_w}px solid $line; border-radius: $radius; min-height: $touch;
  min-width: 0; padding: 0; }
QPushButton[role="k-nav"] { font-size: $text_size; background: $surface; color: $text;
  border: ${line_w}px solid $line; border-radius: $radius; min-height: $touch; padding: $chip; }
QPushButton[role="k-go"] { font-size: $text_size; font-weight: bold; background: $accent;
  color: $on_accent; border: none; border-radius: $radius; min-height: $touch; padding: $chip; }
QPushButton[role="k-go"]:disabled { background: $line; color: $muted; }
QPushButton[role="k-call"] { background: transparent; border: none; min-height: $touch; }
"""
)

# Heights of type at scale 1, in logical pixels.
_TYPE = {"small": 16, "text_size": 20, "heading": 27, "title": 40}
LARGE = 1.25
"""How much larger everything is in large print (大字)."""


class Look(msgspec.Struct, frozen=True):
    """What a visitor has chosen: language, large print, high contrast."""

    language: str = "zh"
    large: bool = False
    contrast: bool = False
    theme: str = "light"


def scale_for(size: QSize, large: bool) -> float:
    """Return the scale for a screen; a portrait one is read from further away."""
    fits = min(size.width() / 660, size.height() / 640)
    return max(1.0, min(2.0, fits * (LARGE if large else 1.0)))


def apply(application: QApplication, look: Look, size: QSize) -> None:
    """Give the application the kiosk's look; widgets built from now on measure by it."""
    found = theme.load("contrast" if look.contrast else look.theme, scale_for(size, look.large))
    theme.apply(application, found)
    application.setStyleSheet(application.styleSheet() + sheet(found, size))


def sheet(look: Theme, size: QSize) -> str:
    """Return the kiosk's part of the sheet; a tall screen has room for larger keys."""
    tall = size.height() > size.width()
    tile = max(look.px(112), round(size.height() * 0.13) if tall else 0)
    values = dict(look.colours)
    values |= {role: f"{look.px(size)}px" for role, size in _TYPE.items()}
    values |= {
        "bar": look.colours["surface" if look.dark else "accent"],
        "on_bar": look.colours["text" if look.dark else "on_accent"],
        "radius": f"{look.px(10)}px",
        "round": f"{look.px(18)}px",
        "pad": f"{look.px(12)}px",
        "chip": f"{look.px(2)}px {look.px(16)}px",
        "touch": f"{look.px(52 if tall else 48)}px",
        "tile": f"{tile}px",
        "touch_low": f"{look.px(32)}px",
        "line_w": str(max(1, look.px(look.metrics["line"]))),
        "focus_w": str(look.px(look.metrics["focus"])),
    }
    return _SHEET.substitute(values)
