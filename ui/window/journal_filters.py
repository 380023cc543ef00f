"""What the journal page narrows by: where entries are, what they are, a receipt number."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QWidget

from terminal.services.journal import GROUPS
from terminal.services.journal_views import JournalQuery
from terminal.texts import Texts
from ui.theme import px
from ui.widgets.basics import Button, column, row
from ui.widgets.fields import LineEdit

STATES = ("all", "waiting", "acknowledged", "held", "refused", "conflict")
KINDS = ("all", *GROUPS)


class JournalFilters(QWidget):
    """Two lines of tabs and a field; `asked` carries the query of the first page."""

    asked = Signal(object)

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts
        self.query = JournalQuery()
        self._states, states = self._tabs("state", STATES)
        self._kinds, kinds = self._tabs("group", KINDS)
        for kind, tab in self._kinds.items():
            tab.setText(texts(f"window.journal.group_{kind}"))
        self.number = LineEdit()
        self.number.setObjectName("journal_number")
        self.number.setAccessibleName(texts("window.journal.search"))
        self.number.setPlaceholderText(texts("window.journal.search_hint"))
        self.number.setMaxLength(40)
        self.number.setMinimumWidth(px(120))
        self.number.setMaximumWidth(px(330))
        kinds.addWidget(self.number, 1)
        column(states, kinds, gap=4, to=self)
        self.show_counts({})

    def _tabs(self, name: str, values: tuple[str, ...]) -> tuple[dict[str, Button], QHBoxLayout]:
        group = QButtonGroup(self)
        line = row(gap=0)
        found: dict[str, Button] = {}
        for value in values:
            button = Button("", "tab", object_name=f"journal_{name}_{value}")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, value=value: self._narrow(name, value))
            group.addButton(button)
            line.addWidget(button)
            found[value] = button
        line.addStretch(1)
        return found, line

    def step(self, name: str, by: int) -> None:
        """Choose the next tab of `state` or `group`; past the last one comes the first."""
        values = STATES if name == "state" else KINDS
        now = self.query.state if name == "state" else self.query.group
        place = values.index(now or "all")
        self._narrow(name, values[(place + by) % len(values)])

    def search(self) -> None:
        """Look for what was typed."""
        self._ask(JournalQuery(self.query.state, self.query.group, self.number.text().strip()))

    def show_counts(self, counts: dict[str, int]) -> None:
        """Write how many there are behind the states, and mark what is chosen."""
        for state, tab in self._states.items():
            title = self._texts(f"window.journal.state_{state}")
            count = counts.get(state, 0)
            key = "window.journal.tab_count" if count else "window.journal.tab_none"
            tab.setText(self._texts(key, title=title, count=f"{count:,}"))
        for tabs, now in ((self._states, self.query.state), (self._kinds, self.query.group)):
            chosen = tabs[now or "all"]
            if chosen.isChecked():
                continue
            chosen.setChecked(True)
            for tab in tabs.values():
                # The chosen one is bold and needs more room.
                tab.updateGeometry()

    def _narrow(self, name: str, value: str) -> None:
        wanted = "" if value == "all" else value
        state = wanted if name == "state" else self.query.state
        group = wanted if name == "group" else self.query.group
        self._ask(JournalQuery(state, group, self.query.number))

    def _ask(self, query: JournalQuery) -> None:
        self.query = query
        self.asked.emit(query)
