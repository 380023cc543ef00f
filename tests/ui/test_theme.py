"""The tokens keep their promises: contrast, scale, focus; the sheet and the icons are whole."""

from __future__ import annotations

import re
from itertools import combinations, product

import pytest
from PySide6.QtCore import QEvent, QRect
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from terminal.errors import InvalidInput
from ui import icons, theme
from ui.sheet import sheet
from ui.widgets.basics import Button, column
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


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 2.0])
@pytest.mark.parametrize("ready", [False, True])
def test_each_key_stands_whole_with_its_word(
    qapp: QApplication, qtbot: QtBot, scale: float, size: tuple[int, int], ready: bool
) -> None:
    """More keys than any page has: in large print they go on in a further line, none is lost."""
    theme.apply(qapp, theme.load("light", scale))
    holder = QWidget()
    qtbot.addWidget(holder)
    line = KeyLine()
    column(None, line, to=holder)
    keys = ("F2", "F3", "F4", "F5", "F6", "F10", "F11", "F8", "F7", "F9", "Ctrl+F12", "Shift+F6")
    words = ("办事人", "事项", "情形", "材料", "看凭证", "暂离", "结束", "收件", "补正", "容缺",
             "不予受理", "代收转办")  # fmt: skip
    end = "F12 确认齐全并受理" if ready else "还差 1 项：完成补正或容缺后可受理"
    line.show_hints([KeyHint(key, key, word) for key, word in zip(keys, words, strict=True)])
    line.show_end(end, ready)
    holder.resize(*size)
    holder.show()
    settle()
    shown = [one for one in line.findChildren(QLabel) if one.isVisible()]
    if not ready:
        # What is owed may be cut short, it stands beside its cause as well; a key may not.
        [said] = [one for one in shown if one.text() not in (*keys, *words)]
        assert said.text() == end or said.text().startswith("还差 1 项")
    assert [one.text() for one in shown if one.text() in (*keys, *words)] == [
        word for pair in zip(keys, words, strict=True) for word in pair
    ]
    button = line.findChild(Button, "key_line_end")
    assert button is not None
    assert button.isVisible() is ready
    pieces = [*shown, button] if ready else shown
    assert [one.text() for one in pieces if one.width() < one.sizeHint().width()] == []
    places = [QRect(one.mapTo(line, one.rect().topLeft()), one.size()) for one in pieces]
    assert all(line.rect().contains(place) for place in places)
    assert not any(one.intersects(two) for one, two in combinations(places, 2))
    # Two lines at the worst, in the largest print on the smallest screen, and the button's.
    assert line.height() <= theme.px(54 + 28 + (28 if ready else 0))
    theme.apply(qapp, theme.load("light"))


def test_the_key_line_keeps_its_height_until_it_settles(qapp: QApplication, qtbot: QtBot) -> None:
    """The page above must not jump with each step that has a key more or less."""
    theme.apply(qapp, theme.load("light", 2.0))
    holder = QWidget()
    qtbot.addWidget(holder)
    line = KeyLine()
    column(None, line, to=holder)
    holder.resize(1366, 768)
    holder.show()
    few = [KeyHint("f2", "F2", "办事人")]
    line.show_hints(few)
    settle()
    low = line.height()
    line.show_hints([*few, *(KeyHint(f"f{n}", f"F{n}", "继续办理这一件") for n in range(3, 9))])
    settle()
    high = line.height()
    assert high > low
    line.show_hints(few)
    settle()
    assert line.height() == high
    line.settle()
    settle()
    assert line.height() == low
    theme.apply(qapp, theme.load("light"))


def settle() -> None:
    """Let layouts come to rest."""
    for _ in range(4):
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
        QApplication.processEvents()
