"""The left column below the visitor: this visit's matters, my cases, who waits."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from terminal.clock import to_local
from terminal.domain.case import CaseState
from terminal.services.views import CaseCounts
from terminal.texts import Texts
from ui.icons import Icon
from ui.widgets.basics import Card, ElidedLabel, KeyCap, Label, clear, column, row
from ui.widgets.rows import Row
from ui.window.desk import Desk
from ui.window.visiting import Visiting

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩"
STATE_COLOURS = {
    CaseState.RECEIVED: "accent",
    CaseState.AWAITING_CORRECTION: "warning",
    CaseState.ACCEPTED: "good",
    CaseState.NOT_ACCEPTED: "bad",
    CaseState.UNDER_REVIEW: "accent",
    CaseState.SUSPENDED: "warning",
    CaseState.DECIDED: "accent",
    CaseState.RESULT_READY: "good",
    CaseState.DELIVERED: "good",
    CaseState.CLOSED: "muted",
    CaseState.ARCHIVED: "muted",
    CaseState.WITHDRAWN: "muted",
    CaseState.VOID: "muted",
}


class VisitCard(Card):
    """本次办事: what was done in this visit, and how it ends."""

    def __init__(self, texts: Texts, desk: Desk) -> None:
        super().__init__(texts("window.visit.title"))
        self.setObjectName("visit_card")
        self._texts, self._desk = texts, desk
        self._lines: list[tuple[str, str, str]] = []
        self._list = QVBoxLayout()
        self._empty = Label(texts("window.visit.empty"), "small", wrap=True)
        self._end = QWidget()
        row(KeyCap("F11"), Label(texts("window.visit.end"), "small"), None, to=self._end)
        self.body.addLayout(self._list)
        self.add(self._empty, self._end)
        desk.visit_changed.connect(self.refresh)
        desk.reviewed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the matters of the visit that is on the desk."""
        visit, review = self._desk.now, self._desk.now.review
        saved = {case.case_id for case in visit.cases}
        lines = [
            (
                case.item_name,
                self._texts(f"window.case_state.{case.state.value}"),
                STATE_COLOURS[case.state],
            )
            for case in visit.cases
        ]
        if review is not None and review.draft.case_id not in saved:
            lines.append((review.item.name, self._texts("window.visit.in_work"), "muted"))
        # A review comes with every key: what stands there already stays.
        if lines != self._lines:
            self._lines = lines
            clear(self._list)
            for place, line in enumerate(lines):
                self._line(place, *line)
        self._empty.setVisible(not visit.cases and review is None)
        # Before anybody is here there is nothing to say, and the room is wanted for the fields.
        self.setVisible(not visit.empty)
        self._end.setVisible(bool(visit.cases))

    def _line(self, place: int, title: str, state: str, colour: str) -> None:
        number = CIRCLED[place] if place < len(CIRCLED) else str(place + 1)
        line = row(Label(number), ElidedLabel(title), Label(state, "dense", state=colour), gap=8)
        line.setStretch(1, 1)
        self._list.addLayout(line)


class MineCard(Card):
    """我的办件: what is due, what waits."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(texts("window.mine.title"))
        self.setObjectName("mine_card")
        self._texts = texts
        self.today = Label("0", "figure", object_name="mine_today")
        self.today_word = Label(texts("window.mine.due_today"), state="muted")
        self.tomorrow = Label("0", "figure", object_name="mine_tomorrow")
        self.tomorrow_word = Label(texts("window.mine.due_tomorrow"), state="muted")
        self.rest = Label("", "small", wrap=True)
        self.overdue = Label("", "dense", state="bad", wrap=True, object_name="mine_overdue")
        self.tell = Label("", "dense", state="accent", wrap=True, object_name="mine_tell")
        self.add(
            row(self.today, self.today_word, None, self.tomorrow, self.tomorrow_word, gap=8),
            self.overdue,
            self.tell,
            self.rest,
        )
        self.show_counts(CaseCounts())

    def show_counts(self, counts: CaseCounts) -> None:
        """Show the counts; a zero is quiet."""
        texts = self._texts
        self.today.say(str(counts.due_today), "bad" if counts.due_today else "muted")
        self.today_word.say(texts("window.mine.due_today"), "bad" if counts.due_today else "muted")
        self.tomorrow.say(str(counts.due_tomorrow), "warning" if counts.due_tomorrow else "muted")
        self.tomorrow_word.say(
            texts("window.mine.due_tomorrow"), "warning" if counts.due_tomorrow else "muted"
        )
        self.overdue.say(texts("window.mine.overdue", count=counts.overdue))
        self.overdue.setVisible(counts.overdue > 0)
        self.tell.say(texts.counted("casework.told.mine", counts.to_tell))
        self.tell.setVisible(counts.to_tell > 0)
        self.rest.say(
            texts(
                "window.mine.rest",
                correction=counts.awaiting_correction,
                deferred=counts.deferred,
                received=counts.received,
            )
        )


class ParkedCard(Card):
    """暂离的办事人: who waits, and the key that takes them up again."""

    taken = Signal(int)

    def __init__(self, texts: Texts, desk: Desk) -> None:
        super().__init__(texts("window.parked.title"))
        self.setObjectName("parked_card")
        self._texts, self._desk = texts, desk
        self._list = QVBoxLayout()
        self.body.addLayout(self._list)
        if self.head is not None:
            self.head.addWidget(KeyCap("F10"))
        desk.parked_changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show everybody who waits."""
        clear(self._list)
        self.setVisible(bool(self._desk.parked))
        for place, visit in enumerate(self._desk.parked):
            line = Row()
            typed = visit.typed.get("name") or self._texts("window.parked.nameless")
            person = visit.visitor.name if visit.visitor is not None else typed
            what = visit.review.item.name if visit.review is not None else ""
            if not what:
                what = visit.cases[-1].item_name if visit.cases else ""
            line.setObjectName(f"parked_{place}")
            line.setAccessibleName(person)
            texts = column(
                ElidedLabel(person), ElidedLabel(self._since(visit, what), "small"), gap=0
            )
            layout = row(
                Icon("user", "muted", 16), texts, KeyCap(f"Ctrl+{place + 1}"), gap=8, to=line
            )
            layout.setStretch(1, 1)
            line.taken.connect(lambda place=place: self.taken.emit(place))
            line.clicked.connect(lambda place=place: self.taken.emit(place))
            self._list.addWidget(line)

    def _since(self, visit: Visiting, what: str) -> str:
        """Say since when somebody waits, and with what."""
        time = to_local(visit.parked_at).strftime("%H:%M")
        if visit.restored:
            return self._texts("day.parked.restored", time=time)
        key = "day.parked.since_what" if what else "day.parked.since"
        return self._texts(key, time=time, what=what)
