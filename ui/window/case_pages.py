"""Page 2: my cases in tabs with counts, and one case with its history and papers."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QButtonGroup

from terminal.clock import today
from terminal.domain.case import Case, CaseState
from terminal.services.views import CaseRow, DocumentView, PrintJobView, Session
from ui.bridge import Bridge, Failure
from ui.theme import px
from ui.widgets.basics import Button, Card, Label, row
from ui.widgets.keys import KeyHint
from ui.widgets.table import Cell, Column, Table
from ui.window.case_detail import CaseDetail
from ui.window.dates import day_words
from ui.window.page import Page
from ui.window.side import STATE_COLOURS

TABS = ("open", "received", "correction", "accepted", "due", "overdue", "done")
LIGHTS = {"red": ("circle-alert", "bad"), "yellow": ("triangle-alert", "warning"),
          "green": ("circle-check", "good")}  # fmt: skip


class CasesPage(Page):
    """The list at the left, the selected case at the right."""

    resume_wanted = Signal(str)
    interested = frozenset({"case_saved", "progress_changed", "print_job_changed",
                            "journal_changed", "journal_acknowledged",
                            "policy_changed"})  # fmt: skip

    def __init__(self, bridge: Bridge, session: Session) -> None:
        super().__init__(bridge, "cases_page")
        texts = self.texts
        self._session = session
        self._rows: tuple[CaseRow, ...] = ()
        self._shown: list[CaseRow] = []
        self._case: Case | None = None
        self._tab = "open"
        self._wanted = ""
        self._tabs: dict[str, Button] = {}
        group = QButtonGroup(self)
        tabs = row(gap=0)
        for tab in TABS:
            button = Button("", "tab", object_name=f"tab_{tab}")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, tab=tab: self.show_tab(tab))
            group.addButton(button)
            tabs.addWidget(button)
            self._tabs[tab] = button
        tabs.addStretch(1)
        self.table = Table(
            "cases_table",
            texts("window.page.cases"),
            [
                Column(texts("window.cases.column.number"), 236),
                Column(texts("window.cases.column.item")),
                Column(texts("window.cases.column.applicant"), 120),
                Column(texts("window.cases.column.state"), 92),
                Column(texts("window.cases.column.due"), 150),
                Column(texts("window.cases.column.sync"), 104),
            ],
        )
        self.empty = Label(texts("window.cases.empty"), "muted", wrap=True)
        card = Card(gap=4, margin=8)
        card.add(tabs, self.empty, self.table)
        card.body.setStretch(2, 1)
        self.detail = CaseDetail(texts)
        self._outer = row(card, self.detail, gap=16, margins=(16, 16), to=self)
        self._outer.setStretch(0, 3)
        self._outer.setStretch(1, 2)
        self.table.moved.connect(self._on_moved)
        self.table.taken.connect(lambda _: self._resume())
        self.show_tab("open")

    # Showing.

    def refresh(self) -> None:
        ctx = self.bridge.ctx
        if ctx is None:
            return
        session = self._session

        def look() -> tuple[CaseRow, ...]:
            return ctx.cases.mine(session, all_states=True)

        self.bridge.read(self, look, done=self._on_rows)

    def start(self) -> None:
        self.table.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Narrow or in large print: the case below the list, and the list without its extras.
        wide = self.width() >= px(1000)
        direction = QBoxLayout.Direction
        self._outer.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
        self.detail.setMaximumWidth(px(380) if wide else 16_777_215)
        for column in (2, 5):
            self.table.setColumnHidden(column, self.width() < px(820))

    def show_tab(self, tab: str) -> None:
        """Show the cases of one tab."""
        self._tab = tab
        self._tabs[tab].setChecked(True)
        self._show()

    def find_case(self, receipt_number: str) -> None:
        """Open the case of a receipt that was scanned."""
        ctx = self.bridge.ctx
        if ctx is not None:
            self.bridge.read(self, ctx.cases.case, receipt_number, done=self._on_found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        place = TABS.index(self._tab)
        if key == Qt.Key.Key_Right:
            self.show_tab(TABS[(place + 1) % len(TABS)])
        elif key == Qt.Key.Key_Left:
            self.show_tab(TABS[place - 1])
        elif key == Qt.Key.Key_F4:
            self._resume()
        elif key == Qt.Key.Key_F5:
            self._reprint()
        else:
            super().keyPressEvent(event)

    def hints(self) -> tuple[KeyHint, ...]:
        found = [KeyHint("tabs", "← →", self.texts("window.hint.tabs"))]
        if self._can_resume():
            found.append(KeyHint("f4", "F4", self.texts("window.hint.resume")))
        if self.detail.chosen_document() is not None:
            found.append(KeyHint("f5", "F5", self.texts("window.hint.reprint")))
        return (*found, *super().hints())

    def press(self, hint: str) -> None:
        if hint == "f4":
            self._resume()
        elif hint == "f5":
            self._reprint()

    def _day(self) -> date:
        assert self.bridge.ctx is not None
        return today(self.bridge.ctx.clock)

    def _on_rows(self, rows: tuple[CaseRow, ...]) -> None:
        self._rows = rows
        self._show()

    def _show(self) -> None:
        if self.bridge.ctx is None:
            return
        on = self._day()
        sorted_in = {tab: [r for r in self._rows if _in_tab(r, tab, on)] for tab in TABS}
        for tab, found in sorted_in.items():
            title = self.texts(f"window.cases.tab.{tab}")
            key = "window.cases.tab_count" if found else "window.cases.tab_none"
            self._tabs[tab].setText(self.texts(key, title=title, count=len(found)))
        held = self._selected()
        self._shown = sorted_in[self._tab]
        ids = [r.case_id for r in self._shown]
        wanted = self._wanted or (held.case_id if held is not None else "")
        selected = ids.index(wanted) if wanted in ids else 0 if ids else -1
        self._wanted = ""
        self.table.show_rows([self._cells(r) for r in self._shown], selected)
        self.empty.setVisible(not ids)
        if not ids:
            self._case = None
            self.detail.show_nothing()

    def _cells(self, case: CaseRow) -> tuple[Cell, ...]:
        texts = self.texts
        due = Cell(texts("window.cases.no_clock"), "muted")
        if case.due is not None:
            icon, state = LIGHTS.get(case.light, ("circle", "muted"))
            left = case.days_left
            tip = texts.counted("window.cases.days_left", left) if left is not None else ""
            due = Cell(day_words(case.due, texts), state, icon, tip)
        applicant = Cell(case.applicant, tip=case.applicant)
        if case.wiped:
            applicant = Cell(texts("window.cases.wiped_short"), tip=texts("window.cases.wiped"))
        sync = case.sync or "acknowledged"
        icon, state = SYNC_LOOKS.get(sync, SYNC_LOOKS["waiting"])
        return (
            Cell(case.receipt_number),
            Cell(case.item_name, tip=case.item_name),
            applicant,
            Cell(texts(f"window.case_state.{case.state.value}"), STATE_COLOURS[case.state]),
            due,
            Cell(texts(f"window.sync.{sync}"), state, icon),
        )

    def _selected(self) -> CaseRow | None:
        place = self.table.row()
        return self._shown[place] if 0 <= place < len(self._shown) else None

    def _on_moved(self, _row: int) -> None:
        case, ctx = self._selected(), self.bridge.ctx
        if case is None or ctx is None:
            return
        case_id = case.case_id

        def look() -> tuple[Case, tuple[DocumentView, ...]]:
            return ctx.cases.case(case_id), ctx.cases.documents(case_id)

        self.bridge.read(self, look, done=self._on_case)

    def _on_case(self, found: tuple[Case, tuple[DocumentView, ...]]) -> None:
        case, documents = found
        selected = self._selected()
        if selected is not None and selected.case_id == case.case_id:
            self._case = case
            self.detail.show_case(case, documents)
            self.keys_changed.emit()

    def _on_found(self, case: Case) -> None:
        if case.clerk.id != self._session.staff_id:
            words = self.texts(
                "window.cases.of_other", number=case.receipt_number, name=case.clerk.name
            )
            self.told.emit(words, "warning")
            return
        self._wanted = case.case_id
        tab = "open" if case.state.open else "done"
        self.show_tab(tab)
        self.refresh()

    # Acting.

    def _can_resume(self) -> bool:
        case = self._selected()
        return case is not None and case.state in (
            CaseState.RECEIVED, CaseState.AWAITING_CORRECTION, CaseState.ACCEPTED
        )  # fmt: skip

    def _resume(self) -> None:
        case = self._selected()
        if case is not None and self._can_resume():
            self.resume_wanted.emit(case.case_id)

    def _reprint(self) -> None:
        ctx, document = self.bridge.ctx, self.detail.chosen_document()
        if ctx is not None and document is not None:
            self.bridge.run(
                self, ctx.printing.reprint, document.document_id, self._session,
                done=self._on_reprint, failed=self._on_failed,
            )  # fmt: skip

    def _on_reprint(self, job: PrintJobView) -> None:
        self.told.emit(self.texts("window.cases.reprinted", copy=job.copy), "good")
        self._on_moved(0)

    def _on_failed(self, failure: Failure) -> None:
        self.told.emit(failure.sentence, "bad")


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


def _in_tab(case: CaseRow, tab: str, on: date) -> bool:
    match tab:
        case "open":
            return case.state.open
        case "received":
            return case.state is CaseState.RECEIVED
        case "correction":
            return case.state is CaseState.AWAITING_CORRECTION
        case "accepted":
            return case.state is CaseState.ACCEPTED
        case "due":
            return case.due is not None and case.light in ("red", "yellow") and case.due >= on
        case "overdue":
            return case.due is not None and case.due < on
    return not case.state.open
