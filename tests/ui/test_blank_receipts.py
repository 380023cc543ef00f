"""Page 8: receipts printed ahead are printed, taken, spoiled by keys, and each is in the book."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from tests.ui.conftest import Clerk
from tests.ui.desk_cases import core
from ui.window.casework.parts import Pick

F = Qt.Key


def lines(clerk: Clerk) -> str:
    return "\n".join(label.text() for label in clerk.place.shift.facts.findChildren(QLabel))


def choose(clerk: Clerk, key: Qt.Key) -> None:
    clerk.at("shift_page")
    clerk.press(F.Key_F9)
    clerk.at("blanks_what")
    clerk.press(key)
    clerk.enter()


def fill(clerk: Clerk, name: str, text: str = "") -> None:
    clerk.at(f"blanks_{name}")
    if text:
        clerk.type(text)
    clerk.enter()


def confirm(clerk: Clerk, said: str) -> None:
    clerk.at("confirm_blanks")
    clerk.press(F.Key_F12, after=1.5)
    clerk.at("shift_page")
    clerk.wait(lambda: said in clerk.label("shift_said"))


def test_the_book_of_blanks_is_kept_by_keys(clerk: Clerk) -> None:
    book = core(clerk).blank_book
    clerk.press(F.Key_8, Qt.KeyboardModifier.AltModifier)
    clerk.at("shift_page")
    assert "手写凭证" not in lines(clerk)
    # Enter without a choice goes nowhere, and a figure is asked for.
    clerk.press(F.Key_F9)
    clerk.at("blanks_what")
    clerk.enter()
    clerk.at("blanks_what")
    form = clerk.place.shift.blanks
    assert isinstance(form.what, Pick)
    assert form.what.error.isVisible()
    clerk.press(F.Key_1)
    clerk.enter()
    fill(clerk, "count", "x")
    clerk.at("blanks_count")
    form.count.set_text("")
    fill(clerk, "count", "5")
    confirm(clerk, "5 份空白凭证已送")
    numbers = [one.number for one in book.book().drawer]
    assert len(numbers) == 5
    choose(clerk, F.Key_2)
    fill(clerk, "first", numbers[0])
    fill(clerk, "last", numbers[1])
    fill(clerk, "holder", "赵敏")
    confirm(clerk, "赵敏领出 2 份")
    # A number of another machine is refused with a sentence, and nothing is lost.
    choose(clerk, F.Key_3)
    fill(clerk, "first", "S-2026-7")
    fill(clerk, "last")
    fill(clerk, "reason", "卡纸")
    clerk.at("confirm_blanks")
    clerk.press(F.Key_F12, after=1.5)
    clerk.wait(lambda: "没有打印过编号为 S-2026-7" in form.notice.text())
    form.first.set_text(numbers[4])
    clerk.press(F.Key_F12, after=1.5)
    clerk.at("shift_page")
    found = book.book()
    assert [len(part) for part in (found.taken, found.spoiled, found.drawer)] == [2, 1, 2]
    clerk.wait(lambda: "作废 1，领出未补录 2，未领用 2" in lines(clerk))
    assert f"{numbers[0]} 至 {numbers[1]} 共 2 份（赵敏）" in lines(clerk)
    assert f"作废：{numbers[4]}（卡纸）" in lines(clerk)
