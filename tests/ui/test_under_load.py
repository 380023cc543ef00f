"""What the window does while entries drain: few looks, few layouts, cells only when painted."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest
from PySide6.QtCore import Qt

from terminal.clock import today
from terminal.context import Context
from tests.ui.conftest import Clerk
from ui.widgets.table import Cell, Column, LazyRows, Table
from ui.window.topbar import TopBar

BURST = 300


def counting(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> list[str]:
    """Count the calls of a method: each leaves its name in the list."""
    calls: list[str] = []
    known: Callable[..., object] = getattr(owner, name)

    def counted(*args: object, **keywords: object) -> object:
        calls.append(name)
        return known(*args, **keywords)

    monkeypatch.setattr(owner, name, counted)
    return calls


def test_a_burst_of_answers_is_looked_at_twice_at_most(
    clerk: Clerk, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, service, name in (
        (Qt.Key.Key_2, ctx.todo, "mine"),
        (Qt.Key.Key_4, ctx.journal, "page"),
    ):
        looks = counting(monkeypatch, service, name)
        clerk.press(key, Qt.KeyboardModifier.AltModifier)
        clerk.wait(lambda looks=looks: looks)
        _rest(clerk)
        looks.clear()
        for number in range(BURST):
            ctx.events.publish("journal_acknowledged", detail=str(number))
        clerk.wait(lambda looks=looks: looks)
        _rest(clerk)
        # At once, and once more at the end of the pause for what came in it.
        assert 1 <= len(looks) <= 2, name


def _rest(clerk: Clerk) -> None:
    """Wait until nothing is asked for any more."""
    place = clerk.place
    gaps = [place._page_soon, place._journal_soon, place.cases._soon, place.journal._soon]
    clerk.wait(lambda: not any(one._asked or one._gap.isActive() for one in gaps))


def test_the_top_line_is_laid_out_again_only_for_other_room(
    clerk: Clerk, ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    top, on = clerk.place.top, today(ctx.clock)
    status = ctx.journal.status()
    fits = counting(monkeypatch, TopBar, "_fit")
    for waiting in range(99, 79, -1):
        top.show_journal(msgspec.structs.replace(status, waiting=waiting), on)
        assert str(waiting) in top.outbox.accessibleName()
    assert len(fits) <= 1
    fits.clear()
    top.show_journal(msgspec.structs.replace(status, waiting=100_000, refused=3), on)
    assert len(fits) == 1
    assert not top.trouble.isHidden()


def test_of_thousands_of_rows_those_that_are_looked_at_are_made() -> None:
    made: list[int] = []

    def make(place: int) -> tuple[Cell, ...]:
        made.append(place)
        return (Cell(str(place)),)

    rows = LazyRows(5_000, make)
    assert (len(rows), made) == (5_000, [])
    assert rows[7][0].text == rows[7][0].text == "7"
    assert rows[-1][0].text == "4999"
    assert [row[0].text for row in rows[10:12]] == ["10", "11"]
    assert made == [7, 4_999, 10, 11]
    with pytest.raises(IndexError):
        rows[5_000]


def test_a_cell_is_painted_with_one_question(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table("probe", "probe", [Column("a", 90), Column("b")])
    clerk.qtbot.addWidget(table)
    table.resize(400, 300)
    table.show_rows([(Cell(str(row)), Cell("受理", "bad", "circle-x", "tip")) for row in range(3)])
    single = counting(monkeypatch, type(table.model()), "data")
    whole = counting(monkeypatch, type(table.model()), "multiData")
    table.grab()
    assert (len(single), len(whole)) == (0, 6)
    roles = Qt.ItemDataRole
    found = table.model().index(1, 1)
    assert found.data() == found.data(roles.AccessibleTextRole) == "受理"
    assert found.data(roles.ToolTipRole) == "tip"
    assert found.data(roles.FontRole) is None
