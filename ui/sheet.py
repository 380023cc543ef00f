"""The one style sheet, generated from the tokens of a theme.

Widgets say what they are by the dynamic property `role` (and `state` where it changes);
what that looks like stands here and nowhere else.
"""

from __future__ import annotations

from string import Template
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ui.theme import Theme

_SHEET = Template(
    """
* { color: $text; outline: none; }
QMainWindow, QWidget[role="page"] { background: $ground; }
QToolTip { background: $surface; color: $text; border: ${line_w}px solid $line; padding: $s4; }

QFrame[role="bar"] { background: $surface; border: none; }
QFrame[role="topbar"] { background: $surface; border: none;
  border-bottom: ${line_w}px solid $line; }
QFrame[role="keyline"] { background: $surface; border: none;
  border-top: ${line_w}px solid $line; }
QFrame[role="card"] { background: $surface; border: ${line_w}px solid $line;
  border-radius: $radius; }
QFrame[role="card"][state="active"] { border-color: $accent; }
QFrame[role="rule"] { background: $line; border: none;
  min-height: ${line_w}px; max-height: ${line_w}px; }
QFrame[role="mark"] { background: $accent; border-radius: $s6; }
QFrame[role="mark_bar"] { background: $on_accent; border-radius: 1px; }
QFrame[role="paper"] { background: $paper; border: ${line_w}px solid $line;
  border-radius: $s4; }

QLabel { background: transparent; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="small"] { color: $muted; font-size: $dense; }
QLabel[role="dense"] { font-size: $dense; }
QLabel[role="title"] { color: $muted; font-size: $dense; }
QLabel[role="strong"] { font-weight: bold; }
QLabel[role="heading"] { font-size: $heading; font-weight: bold; }
QLabel[role="figure"] { font-size: $figure; font-weight: bold; }
QLabel[role="accent"] { color: $accent; }
QLabel[state="good"] { color: $good; }
QLabel[state="warning"] { color: $warning; }
QLabel[state="bad"] { color: $bad; }
QLabel[state="accent"] { color: $accent; }
QLabel[state="muted"] { color: $muted; }
QLabel[role="key"] { background: $key; color: $text; border: ${line_w}px solid $line;
  border-radius: $s4; padding: 0px $s6; font-size: $dense; min-height: $s20; }
QLabel[role="badge"] { background: $key; color: $text; border: ${line_w}px solid $line;
  border-radius: $s10; padding: 0px $s8; font-size: $small; min-height: $s20; }
QLabel[role="badge"][state="good"] { color: $good; background: $good_ground; }
QLabel[role="badge"][state="warning"] { color: $warning; background: $warning_ground; }
QLabel[role="badge"][state="bad"] { color: $bad; background: $bad_ground; }
QLabel[role="badge"][state="accent"] { color: $accent; background: $selected; }

QLineEdit, QPlainTextEdit, QComboBox { background: $surface;
  border: ${line_w}px solid $line; border-radius: $s6; padding: $field_y $field_x;
  selection-background-color: $accent; selection-color: $on_accent; min-height: $s20; }
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus { border: ${focus_w}px solid $focus;
  padding: $field_y_focus $field_x_focus; }
QLineEdit[state="bad"], QPlainTextEdit[state="bad"], QComboBox[state="bad"] {
  border-color: $bad; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled { background: $ground;
  color: $muted; }
QLineEdit[role="search"] { border: none; padding: 0px; background: transparent;
  font-size: $heading; }
QFrame[role="search"] { background: $surface; border: ${line_w}px solid $line;
  border-radius: $radius; padding: $two; }
QFrame[role="search"][state="focus"] { border: ${focus_w}px solid $focus; padding: 0px; }
QComboBox::drop-down { border: none; width: $s24; }
QComboBox QAbstractItemView { background: $surface; border: ${line_w}px solid $line;
  selection-background-color: $selected; selection-color: $text; }

QPushButton { background: $surface; border: ${line_w}px solid $line; border-radius: $s6;
  padding: $button_y $button_x; min-height: $s20; }
QPushButton:hover { background: $key; }
QPushButton:focus { border: ${focus_w}px solid $focus;
  padding: $button_y_focus $button_x_focus; }
QPushButton:pressed, QPushButton:checked { background: $selected; border-color: $accent; }
QPushButton:disabled { color: $muted; background: $ground; }
QPushButton[role="primary"] { background: $accent; color: $on_accent;
  border: ${line_w}px solid $accent; font-weight: bold; }
QPushButton[role="primary"]:hover, QPushButton[role="primary"]:pressed {
  background: $pressed; }
QPushButton[role="primary"]:focus { border: ${focus_w}px solid $text; }
QPushButton[role="primary"]:disabled { background: $key; color: $muted;
  border-color: $line; font-weight: normal; }
QPushButton[role="link"] { border: none; background: transparent; color: $accent;
  padding: $two; text-align: left; }
QPushButton[role="link"]:focus { border: ${focus_w}px solid $focus; padding: 0px; }
QPushButton[role="page"] { border: none; background: transparent; color: $muted;
  padding: $s6 $s10; }
QPushButton[role="page"]:hover { background: $key; }
QPushButton[role="page"]:checked { background: $selected; color: $accent; font-weight: bold; }
QPushButton[role="page"]:focus { border: ${focus_w}px solid $focus; padding: $page_focus; }
QPushButton[role="tab"] { border: none; border-radius: 0px; background: transparent;
  color: $muted; padding: $s8 $s12; border-bottom: ${focus_w}px solid transparent; }
QPushButton[role="tab"]:checked { color: $accent; font-weight: bold;
  border-bottom: ${focus_w}px solid $accent; }
QPushButton[role="tab"]:focus { background: $selected; }
QPushButton[role="choice"] { background: $surface; text-align: left;
  padding: $choice_y $s10; }
QPushButton[role="choice"]:checked { background: $selected; border-color: $accent;
  color: $accent; font-weight: bold; }
QPushButton[role="choice"][state="focus"] { border: ${focus_w}px solid $focus;
  padding: $choice_focus; }

QFrame[role="row"] { background: transparent; border: none; border-radius: $s6; }
QFrame[role="row"][state="selected"] { background: $selected; }
QFrame[role="material"] { background: transparent; border: none;
  border-bottom: ${line_w}px solid $line; border-left: ${focus_w}px solid transparent; }
QFrame[role="material"][state="selected"] { background: $selected;
  border-left: ${focus_w}px solid $accent; }
QFrame[role="material"][state="lacking"] { background: $warning_ground;
  border-left: ${focus_w}px solid $warning; }
QFrame[role="list"] { background: transparent; border: ${focus_w}px solid transparent;
  border-radius: $radius; }
QFrame[role="list"]:focus { border: ${focus_w}px solid $focus; }
QFrame[role="review"] { background: $surface; border: ${focus_w}px solid transparent;
  border-radius: $radius; }
QFrame[role="review"]:focus { border: ${focus_w}px solid $focus; }
QFrame[role="notice"] { background: $key; border: ${line_w}px solid $line;
  border-radius: $s6; }
QFrame[role="notice"][state="good"] { background: $good_ground; border-color: $good; }
QFrame[role="notice"][state="warning"] { background: $warning_ground;
  border-color: $warning; }
QFrame[role="notice"][state="bad"] { background: $bad_ground; border-color: $bad; }

QScrollArea { background: transparent; border: none; }
QScrollArea > QWidget > QWidget[role="plain"] { background: transparent; }
QScrollBar:vertical { background: transparent; width: $s10; margin: 0px; }
QScrollBar::handle:vertical { background: $line; border-radius: $s4; min-height: $s32;
  margin: $two; }
QScrollBar:horizontal { background: transparent; height: $s10; margin: 0px; }
QScrollBar::handle:horizontal { background: $line; border-radius: $s4; min-width: $s32;
  margin: $two; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0px; height: 0px; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QTableView { background: $surface; border: ${focus_w}px solid transparent;
  border-radius: $radius; gridline-color: transparent; font-size: $dense;
  selection-background-color: $selected; selection-color: $text; }
QTableView:focus { border: ${focus_w}px solid $focus; }
QTableView::item { border-bottom: ${line_w}px solid $line; padding: 0px $s8; }
QTableView::item:selected { background: $selected; color: $text; }
QHeaderView { background: $surface; border: none; }
QHeaderView::section { background: $surface; color: $muted; border: none;
  border-bottom: ${line_w}px solid $line; padding: $s6 $s8; font-size: $dense; }

QWidget[role="citizen"] { background: $ground; }
QLabel[role="c-title"] { font-size: $c_title; font-weight: bold; }
QLabel[role="c-heading"] { font-size: $c_heading; font-weight: bold; }
QLabel[role="c-text"] { font-size: $c_text; }
QLabel[role="c-word"] { font-size: $dense; }
QLabel[role="c-muted"] { font-size: $c_text; color: $muted; }
QLabel[role="c-small"] { font-size: $c_small; color: $muted; }
QLabel[role="c-small"][state="good"] { color: $good; }
QLabel[role="c-small"][state="warning"] { color: $warning; }
QLabel[role="c-small"][state="bad"] { color: $bad; }
QPushButton[role="grade"] { border-radius: $radius; padding: $s8; }
QPushButton[role="answer"] { font-size: $c_text; min-height: $s44; border-radius: $radius;
  padding: $s8 $s16; }
QPushButton[role="reason"] { font-size: $c_small; min-height: $s32; text-align: left;
  border-radius: $radius; padding: $s4 $s12; }
QPushButton[role="grade"]:checked, QPushButton[role="reason"]:checked {
  border: ${focus_w}px solid $accent; background: $selected; }
"""
)

_SIZES = (4, 6, 8, 10, 12, 16, 20, 24, 32, 44)
_CITIZEN = {"c_title": 34, "c_heading": 24, "c_text": 20, "c_small": 17}


def sheet(theme: Theme) -> str:
    """Return the style sheet of a theme at its scale."""
    line, focus = theme.px(theme.metrics["line"]), theme.px(theme.metrics["focus"])
    grown = focus - line
    values = dict(theme.colours)
    values |= {f"s{size}": f"{theme.px(size)}px" for size in _SIZES}
    values |= {role: f"{theme.px(size)}px" for role, size in {**theme.type, **_CITIZEN}.items()}
    # Colours and sizes share one name space: the type called "window" is the default size.
    values["radius"] = f"{theme.px(theme.metrics['radius'])}px"
    values["line_w"], values["focus_w"] = str(line), str(focus)
    values["two"] = f"{grown}px"
    for name, size in (("field_y", 6), ("field_x", 10), ("button_y", 6), ("button_x", 14)):
        values[name] = f"{theme.px(size)}px"
        values[f"{name}_focus"] = f"{max(0, theme.px(size) - grown)}px"
    values["choice_y"] = f"{theme.px(6)}px"
    inner = theme.px(10) - grown
    values["choice_focus"] = f"{max(0, theme.px(6) - grown)}px {max(0, inner)}px"
    values["page_focus"] = f"{max(0, theme.px(6) - focus)}px {max(0, theme.px(10) - focus)}px"
    return _SHEET.substitute(values)
