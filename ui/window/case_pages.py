"""Page 2: my cases in tabs with counts, a search over them, and one case in full."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from terminal.clock import today
from terminal.domain.case import Case
from terminal.domain.parties import Party
from terminal.protocol.query_code import parse_query_url
from terminal.services.casework.todo import Tab, TodoList, TodoRow
from terminal.services.life_events.service import EventProgress
from terminal.services.views import CaseRow, Role
from ui.bridge import Failure
from ui.theme import px
from ui.widgets.basics import Button, Card, Label, Notice, column, name, row
from ui.widgets.fields import LineEdit
from ui.widgets.keys import KeyHint
from ui.window.casework.acts import CaseAct
from ui.window.casework.case_page import CasePage
from ui.window.casework.clerking import Clerking, look_up, search
from ui.window.casework.next_thing import (
    goes_on_at_the_intake,
    next_acts,
    row_words,
)
from ui.window.casework.tabs import DONE, OPEN, TabBar
from ui.window.casework.todo_table import TodoTable, plain_row, turning_words
from ui.window.coalesced import Coalesced
from ui.window.life_event import progress_words
from ui.window.page import Page

LOW = 400
"""Height of the page, at scale 1, below which the rows come before what is said of one."""

GAP_MS = 1_000
"""While entries drain the hub's answers change hundreds of rows a second: nobody reads that."""


class CasesPage(Page):
    """The list, or one case; `resume_wanted` takes a case up again at the intake."""

    resume_wanted = Signal(str)
    interested = frozenset({"case_saved", "progress_changed", "print_job_changed",
                            "journal_changed", "journal_acknowledged",
                            "policy_changed", "document_signed"})  # fmt: skip

    def __init__(self, clerking: Clerking) -> None:
        super().__init__(clerking.bridge, "cases_page")
        texts, session = self.texts, clerking.session
        self._session = session
        self._todo = TodoList((), {})
        self._ended: tuple[TodoRow, ...] = ()
        self._found: tuple[TodoRow, ...] = ()
        self._searched = self._matter = ""
        self._of_all = self._low = False
        self._asked = 0
        self._held = ""
        self.tabs = TabBar(texts)
        self.search = LineEdit()
        name(self.search, "cases_search", texts("casework.search"))
        self.search.setPlaceholderText(texts("casework.search_hint"))
        self.search.setMaxLength(600)
        self.search.entered.connect(self._on_search)
        self.hall = Button(texts("casework.all_of_hall"), "choice", object_name="cases_all")
        self.hall.setCheckable(True)
        self.hall.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hall.clicked.connect(lambda: self.press("f8"))
        self.place = Label("", "small", object_name="cases_place")
        self.table = TodoTable(texts)
        self.empty = Label("", "muted", wrap=True, object_name="cases_empty")
        self.below = Notice("cases_below")
        card = Card(gap=4, margin=8)
        line = row(self.search, self.place, self.hall, gap=12)
        line.setStretch(0, 1)
        card.add(line, self.tabs, self.empty, self.table, self.below)
        card.body.setStretch(3, 1)
        self.hall.setVisible(session.role is not Role.CLERK)
        self.case = CasePage(clerking)
        self.stack = QStackedWidget()
        holder = QWidget()
        column(card, to=holder)
        self.stack.addWidget(holder)
        self.stack.addWidget(self.case)
        self._whole = column(self.stack, margins=(16, 16), to=self)
        self.search.went_down.connect(self.table.setFocus)
        self.table.moved.connect(lambda _: self._on_moved())
        self.table.taken.connect(lambda _: self._open())
        self._soon = Coalesced(self, self._look, GAP_MS)
        self.tabs.chosen.connect(self._on_tab)
        self.case.closed.connect(self.show_list)
        self.case.told.connect(self.told)
        self.case.keys_changed.connect(self.keys_changed)
        self.case.resume_wanted.connect(self.resume_wanted)

    # Showing.

    @property
    def reading(self) -> bool:
        """Whether one case is open."""
        return self.stack.currentWidget() is self.case

    def refresh(self) -> None:
        self._soon.ask()
        if self.reading:
            self.case.refresh()

    def _look(self) -> None:
        """Ask for the list anew."""
        ctx = self.bridge.ctx
        if ctx is None:
            return
        mine = partial(ctx.todo.mine, self._session, of_all=self._of_all)
        self._asked += 1
        asked = self._asked
        self.bridge.read(
            self, mine, done=lambda todo: self._on_todo(todo) if asked == self._asked else None
        )
        if self.tabs.current == DONE:
            ended = partial(ctx.todo.ended, self._session, of_all=self._of_all)
            self.bridge.read(self, ended, done=self._on_ended)
        if self._searched:
            self._ask_search()

    def start(self) -> None:
        self.case.leave()
        self.stack.setCurrentIndex(0)
        self.table.setFocus()

    def show_list(self) -> None:
        """Go back from a case to the list, where it was left."""
        self.start()
        self._look()
        self.told.emit("", "")
        self.keys_changed.emit()

    def show_tab(self, tab: str) -> None:
        """Show the cases of one tab."""
        self.tabs.choose(tab)

    def find_case(
        self, receipt_number: str, next_acts: tuple[CaseAct, ...] = (), *, at_once: bool = False
    ) -> None:
        """Open the case of a receipt that was scanned, whoever took it in."""
        self.stack.setCurrentWidget(self.case)
        self.case.open(receipt_number, next_acts, at_once=at_once)
        self.keys_changed.emit()

    def find_number(self, number: str, *, quiet: bool = False) -> None:
        """Open what a receipt is about: its case, or the cases of one matter with its standing.

        `quiet`: a number that is not known here is nobody's fault and is not told.
        """

        def failed(failure: Failure) -> None:
            if not quiet:
                self.told.emit(failure.sentence, "bad")

        ctx = self.bridge.ctx
        if ctx is not None:
            self.bridge.read(
                self, look_up, ctx, number, done=self._on_looked_up, failed=failed
            )  # fmt: skip

    def _on_looked_up(self, found: Case | EventProgress) -> None:
        if isinstance(found, Case):
            self.find_case(found.case_id)
            return
        self.start()
        self.search.setText(found.application.receipt_number)
        self._searched = found.application.receipt_number
        self._on_searched(self._searched, found)
        self.keys_changed.emit()

    def take_card(self, party: Party) -> bool:
        """Hand a card to a hand-over that waits for one; say whether one did."""
        return self.reading and self.case.take_card(party)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for place, least in ((6, 1180), (5, 960), (4, 860), (3, 760)):
            self.table.setColumnHidden(place, self.width() < px(least))
        self.place.setVisible(self.width() >= px(900))
        self._low = self.height() < px(LOW)
        margin = px(8 if self._low else 16)
        self._whole.setContentsMargins(px(16), margin, px(16), margin)

    def _on_todo(self, todo: TodoList) -> None:
        if todo == self._todo:
            return
        self._todo = todo
        self.tabs.show_counts({**todo.counts, OPEN: len(todo.rows)})
        if self.tabs.current != DONE:
            self._show()

    def _on_ended(self, ended: tuple[TodoRow, ...]) -> None:
        self._ended = ended
        if self.tabs.current == DONE:
            self._show()

    def _on_tab(self, tab: str) -> None:
        self._searched = ""
        self.search.clear()
        self._held = ""
        if tab == DONE:
            self._ended = ()
            self._look()
        self._show()
        self.keys_changed.emit()

    def _rows(self) -> tuple[TodoRow, ...]:
        if self._searched:
            return self._found
        match self.tabs.current:
            case "open":
                return self._todo.rows
            case "done":
                return self._ended
        return self._todo.of(Tab(self.tabs.current))

    def _show(self) -> None:
        ctx = self.bridge.ctx
        if ctx is None:
            return
        selected = self.table.case()
        held = selected.case_id if selected is not None else self._held
        rows = self._rows()
        ids = [one.case.case_id for one in rows]
        place = ids.index(held) if held in ids else 0 if ids else -1
        calendar, on = ctx.calendar, today(ctx.clock)
        self.table.show_cases(rows, on, calendar, place)
        self._held = held
        self.empty.setVisible(not rows)
        if not rows:
            self.empty.say(self._empty_words())
        count = f"{len(rows):,}"
        key = "casework.found" if self._searched else "casework.count"
        said = self.texts(key, count=count) if rows else ""
        turning = turning_words(rows, on, calendar, self.texts)
        if turning:
            said = self.texts("window.separator").join((said, turning))
        self.place.say(said)
        self._on_moved()

    def _on_moved(self) -> None:
        """Say below what is to know of the selected row, or how one matter stands."""
        row = self.table.todo()
        if self._searched and self._matter:
            self.below.say(self._matter, "")
        else:
            said = row_words(row, self.texts) if row is not None else ""
            # What is owed stands on the form as well, which the next key opens.
            quiet = self._low and row is not None and bool(row.owed)
            self.below.say("" if quiet else said, "warning")
        self.keys_changed.emit()

    def _empty_words(self) -> str:
        if self._searched:
            return self.texts("casework.empty.search", words=self._searched)
        return self.texts(f"casework.empty.{self.tabs.current}")

    # Searching.

    def _on_search(self) -> None:
        words = self.search.text().strip()
        code = parse_query_url(words)
        if code is not None:
            # A scanner that types: the receipt's own number is what is wanted.
            self.search.clear()
            self.find_number(code.receipt_number)
            return
        self._searched = words
        if words:
            self._ask_search()
        else:
            self._show()
        self.table.setFocus()
        self.keys_changed.emit()

    def _ask_search(self) -> None:
        ctx, words = self.bridge.ctx, self._searched
        if ctx is not None:
            self.bridge.read(
                self, search, ctx, words, done=lambda found: self._on_searched(words, found)
            )

    def _on_searched(self, words: str, found: tuple[CaseRow, ...] | EventProgress) -> None:
        if words != self._searched:
            return
        matter = None if isinstance(found, tuple) else found
        self._matter = progress_words(matter, self.texts) if matter is not None else ""
        rows = found if isinstance(found, tuple) else found.cases
        self._found = tuple(plain_row(case) for case in rows)
        self._show()

    def _leave_search(self) -> None:
        self._searched = ""
        self.search.clear()
        self._show()
        self.table.setFocus()
        self.keys_changed.emit()

    # Keys.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if self.reading:
            super().keyPressEvent(event)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and not self.search.hasFocus():
            self.tabs.step(1 if key == Qt.Key.Key_Right else -1)
        elif key == Qt.Key.Key_Escape and (self._searched or self.search.hasFocus()):
            self._leave_search()
        elif key in _KEYS and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.press(_KEYS[Qt.Key(key)])
        else:
            super().keyPressEvent(event)

    def hints(self) -> tuple[KeyHint, ...]:
        say = self.texts
        if self.reading:
            return self.case.hints()
        found = [
            KeyHint("tabs", "← →", say("window.hint.tabs")),
            KeyHint("f3", "F3", say("casework.hint.search")),
        ]
        if self.table.case() is not None:
            found.append(KeyHint("open", "Enter", say("casework.hint.open")))
        next_word = self._next_word()
        if next_word:
            found.append(KeyHint("f4", "F4", next_word))
        if self._session.role is not Role.CLERK:
            key = "casework.hint.mine" if self._of_all else "casework.hint.all"
            found.append(KeyHint("f8", "F8", say(key)))
        if self._searched:
            return (*found, KeyHint("leave", "Esc", say("casework.hint.leave_search")))
        return (*found, *super().hints())

    def press(self, hint: str) -> None:
        if self.reading:
            self.case.press(hint)
            return
        match hint:
            case "tabs":
                self.tabs.step(1)
            case "open":
                self._open()
            case "f3":
                self.search.setFocus()
                self.search.selectAll()
            case "f4":
                self._go_on()
            case "f8":
                self._switch_hall()
            case "leave":
                self._leave_search()

    def _switch_hall(self) -> None:
        if self._session.role is Role.CLERK:
            return
        self._of_all = not self._of_all
        self.hall.setChecked(self._of_all)
        self._look()
        self.keys_changed.emit()

    def _open(self) -> None:
        row = self.table.todo()
        if row is not None:
            self._held = row.case.case_id
            self.find_case(row.case.case_id, next_acts(row, self.tabs.current))

    def _next_word(self) -> str:
        """Return what F4 does with the selected row, or an empty string."""
        row = self.table.todo()
        if row is None:
            return ""
        if goes_on_at_the_intake(row):
            return self.texts("window.hint.resume")
        acts = next_acts(row, self.tabs.current)
        return self.texts(f"casework.act.{acts[0].value}") if acts else ""

    def _go_on(self) -> None:
        """F4: what this row waits for, at the intake or in its form on the case page."""
        row = self.table.todo()
        if row is None:
            return
        if goes_on_at_the_intake(row):
            self.resume_wanted.emit(row.case.case_id)
        elif acts := next_acts(row, self.tabs.current):
            self._held = row.case.case_id
            self.find_case(row.case.case_id, acts, at_once=True)


_KEYS = {
    Qt.Key.Key_F3: "f3",
    Qt.Key.Key_F4: "f4",
    Qt.Key.Key_F8: "f8",
}
