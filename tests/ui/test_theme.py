"""The tokens keep their promises: contrast, scale, focus; the sheet and the icons are whole."""

from __future__ import annotations

import re
from itertools import product

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from terminal.errors import InvalidInput
from ui import icons, theme
from ui.sheet import sheet
from ui.widgets.basics import KeyCap
from ui.widgets.keys import KeyHint, KeyLine

ON_GROUNDS = ("text", "muted", "accent", "good", "warning", "bad")
GROUNDS = ("ground", "surface")
PAIRS = [
    *product(ON_GROUNDS, GROUNDS),
    ("text", "selected"),
    ("muted", "selected"),
    ("accent", "selected"),
    ("good", "selected"),
    ("warning", "selected"),
    ("bad", "selected"),
    ("text", "key"),
    ("muted", "key"),
    ("good", "good_ground"),
    ("warning", "warning_ground"),
    ("bad", "bad_ground"),
    ("text", "good_ground"),
    ("text", "warning_ground"),
    ("muted", "warning_ground"),
    ("text", "bad_ground"),
    ("on_accent", "accent"),
    ("on_accent", "pressed"),
]


@pytest.mark.parametrize("name", theme.NAMES)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_is_legible_on_its_ground(name: str, text: str, ground: str) -> None:
    colours = theme.load(name).colours
    assert theme.contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("name", theme.NAMES)
@pytest.mark.parametrize("ground", GROUNDS)
def test_the_focus_ring_is_seen(name: str, ground: str) -> None:
    look = theme.load(name)
    assert look.metrics["focus"] >= 3
    assert theme.contrast(look.colours["focus"], look.colours[ground]) >= 3


def test_contrast_is_that_of_the_guideline() -> None:
    assert theme.contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert theme.contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize(("asked", "given"), [(0.5, 1.0), (1.25, 1.25), (2.0, 2.0), (9.0, 2.0)])
def test_the_scale_stays_between_one_and_two(asked: float, given: float) -> None:
    assert theme.load("light", asked).scale == given


def test_large_print_is_the_light_theme_grown() -> None:
    large, light = theme.load("large"), theme.load("light")
    assert large.colours == light.colours
    assert large.px(10) == 15


@pytest.mark.parametrize("name", theme.NAMES)
def test_the_sheet_names_no_unknown_value(name: str) -> None:
    made = sheet(theme.load(name, 2.0))
    assert "$" not in made
    assert set(re.findall("#[0-9A-F]{6}", made)) <= set(theme.load(name).colours.values())


def test_an_unknown_theme_is_refused_with_a_sentence() -> None:
    with pytest.raises(InvalidInput) as caught:
        theme.load("../../etc/passwd")
    assert "没有名为" in caught.value.message()


def test_icons_take_the_colour_of_their_role(qtbot: QtBot) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application, theme.load("dark"))
    image = icons.pixmap("check", "good", 32).toImage()
    seen = {
        image.pixelColor(x, y).name().upper()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() == 255
    }
    assert seen == {theme.load("dark").colours["good"]}


def test_a_field_keeps_its_size_when_it_gets_the_keyboard(qtbot: QtBot) -> None:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    theme.apply(application, theme.load("light"))
    window = QWidget()
    qtbot.addWidget(window)
    line = QLineEdit(window)
    window.show()
    before = line.sizeHint()
    line.setFocus()
    QApplication.processEvents()
    assert line.sizeHint() == before


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_no_key_is_shown_in_part(qapp: QApplication, qtbot: QtBot, scale: float) -> None:
    """What has no room in the key line is left out; a cap that stands there is whole."""
    theme.apply(qapp, theme.load("light", scale))
    holder = QWidget()
    qtbot.addWidget(holder)
    line = KeyLine()
    line.setParent(holder)
    hints = [KeyHint(f"f{n}", key, "继续办理这一件") for n, key in enumerate(
        ("F2", "F3", "Shift+F3", "F10", "F11", "Ctrl+F8", "Shift+F6", "← →")
    )]  # fmt: skip
    line.show_hints(hints)
    line.show_end("还差 1 项：完成补正或容缺后可受理", ready=False)
    holder.show()
    for width in (1366, 1000, 700):
        line.setGeometry(0, 0, width, 108)
        for _ in range(4):
            QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
            QApplication.processEvents()
        shown = [cap for cap in line.findChildren(KeyCap) if cap.isVisible()]
        assert [cap.text() for cap in shown if cap.width() < cap.sizeHint().width()] == []
        right = max((cap.mapTo(line, cap.rect().topRight()).x() for cap in shown), default=0)
        said = line.findChild(QLabel, "key_line_say")
        assert said is not None
        assert right < said.geometry().left()
    theme.apply(qapp, theme.load("light"))
