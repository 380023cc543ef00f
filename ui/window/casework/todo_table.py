"""The table of cases: a traffic light in words, and what turns yellow or red tomorrow."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from terminal.domain.calendar import WorkingDayCalendar
from terminal.services.casework.todo import TodoRow
from terminal.services.views import CaseRow
from terminal.texts import Texts
from ui.widgets.table import Cell, Column, LazyRows, Table
from ui.window.dates import day_words, weekday
from ui.window.side import STATE_COLOURS

SYNC_LOOKS = {
    "waiting": ("hard-drive", "muted"),
    "acknowledged": ("circle-check", "good"),
    "applied": ("circle-check", "good"),
    "resolved": ("circle-check", "good"),
    "forked": ("copy", "muted"),
    "held": ("hourglass", "warning"),
    "conflict": ("triangle-alert", "bad"),
    "refused": ("circle-x", "bad"),
}


class Light(msgspec.Struct, frozen=True):
    """How near a date is: icon, colour, and the word that says the same."""

    icon: str
    state: str
    word: str


def light_of(
    until: date | None, left: int | None, on: date, calendar: WorkingDayCalendar, texts: Texts
) -> Light:
    """Return the traffic light of a date: red when late or due today, yellow the day before.

    `left` counts working days after `on`; what turns yellow or red on the next working day
    says so today.
    """
    if until is None or left is None:
        return Light("circle", "muted", texts("casework.light.none"))
    if until < on:
        late = max(-left, 1)
        return Light("circle-alert", "bad", texts.counted("casework.light.overdue", late))
    if left <= 0:
        return Light("circle-alert", "bad", texts("casework.light.today"))
    if left > 2:
        return Light("circle-check", "good", texts("casework.light.left", count=left))
    day = next_day_word(on, calendar, texts)
    if left == 1:
        return Light("triangle-alert", "warning", texts("casework.light.turns_red", day=day))
    return Light("circle-dot", "good", texts("casework.light.turns_yellow", day=day))


def next_day_word(on: date, calendar: WorkingDayCalendar, texts: Texts) -> str:
    """Return what the next working day is called here: tomorrow, or its day of the week."""
    following = calendar.next_working_day(on)
    tomorrow = following == on + timedelta(days=1)
    return texts("casework.light.tomorrow") if tomorrow else weekday(following, texts)


def turning_words(
    rows: Sequence[TodoRow], on: date, calendar: WorkingDayCalendar, texts: Texts
) -> str:
    """Say how many turn red and yellow on the next working day; empty when none does."""
    day = next_day_word(on, calendar, texts)
    red = sum(row.until is not None and row.left == 1 for row in rows)
    yellow = sum(row.until is not None and row.left == 2 for row in rows)
    if red and yellow:
        return texts("casework.turning.both", day=day, red=red, yellow=yellow)
    if red or yellow:
        key = "casework.turning.red" if red else "casework.turning.yellow"
        return texts(key, day=day, count=red or yellow)
    return ""


def plain_row(case: CaseRow) -> TodoRow:
    """Return a row for a case that was searched for: its own date counts."""
    return TodoRow(case, (), case.due, case.days_left, 0)


class TodoTable(Table):
    """The cases of a tab or of a search; made for thousands of rows: cells come when painted."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(
            "cases_table",
            texts("window.page.cases"),
            [
                Column(texts("casework.column.light"), 158),
                Column(texts("window.cases.column.number"), 236),
                Column(texts("window.cases.column.item")),
                Column(texts("window.cases.column.applicant"), 170),
                Column(texts("window.cases.column.state"), 120),
                Column(texts("window.cases.column.due"), 130),
                Column(texts("window.cases.column.sync"), 104),
            ],
        )
        self._texts = texts
        self.cases: tuple[TodoRow, ...] = ()

    def show_cases(
        self, cases: Sequence[TodoRow], on: date, calendar: WorkingDayCalendar, selected: int
    ) -> None:
        """Show other cases and select one of them by its place."""
        self.cases = shown = tuple(cases)
        rows = LazyRows(len(shown), lambda place: self._cells(shown[place], on, calendar))
        self.show_rows(rows, selected)

    def todo(self) -> TodoRow | None:
        """Return the selected row."""
        place = self.row()
        return self.cases[place] if 0 <= place < len(self.cases) else None

    def case(self) -> CaseRow | None:
        """Return the selected case."""
        row = self.todo()
        return row.case if row is not None else None

    def _cells(self, todo: TodoRow, on: date, calendar: WorkingDayCalendar) -> tuple[Cell, ...]:
        texts, case = self._texts, todo.case
        light = light_of(todo.until, todo.left, on, calendar, texts)
        until = Cell(texts("window.cases.no_clock"), "muted")
        if todo.until is not None:
            words = day_words(todo.until, texts)
            if todo.until.year != on.year:
                words = texts("casework.date_year", year=todo.until.year, date=words)
            until = Cell(words, light.state, tip=words)
        applicant = Cell(case.applicant, tip=case.applicant)
        if case.wiped:
            applicant = Cell(texts("window.cases.wiped_short"), tip=texts("window.cases.wiped"))
        sync = case.sync or "acknowledged"
        icon, state = SYNC_LOOKS.get(sync, SYNC_LOOKS["waiting"])
        return (
            Cell(light.word, light.state, light.icon, light.word),
            Cell(case.receipt_number, tip=case.case_number),
            Cell(case.item_name, tip=case.item_name),
            applicant,
            Cell(
                texts(f"window.case_state.{case.state.value}"),
                STATE_COLOURS.get(case.state, "muted"),
            ),
            until,
            Cell(texts(f"window.sync.{sync}"), state, icon),
        )
