"""Page 8: what stands open at the end of a shift, the hand-over, complaints, late entry."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QVBoxLayout

from terminal.domain.aggregates import ShiftHandover
from terminal.services.blank_book import BlankBook
from terminal.services.casework.shifts import ShiftFacts
from terminal.services.views import CaseRow, Session
from ui.bridge import Bridge
from ui.icons import Icon
from ui.theme import px
from ui.widgets.basics import Card, Label, Notice, Scroll, clear, holds_focus, row
from ui.widgets.keys import KeyHint, LegalGuard
from ui.window.blank_form import BlankForm, spans
from ui.window.dates import day_words
from ui.window.page import Page
from ui.window.shift_forms import ComplaintForm, HandoverForm, ShiftForm

MOST_NAMES = 6


class ShiftPage(Page):
    """What stands open; beside it the form that a key has opened."""

    late_wanted = Signal()
    began = Signal()
    handed_over = Signal(ShiftHandover)
    interested = frozenset(
        {"case_saved", "journal_changed", "print_job_changed", "visit_parked", "visit_taken_up"}
    )

    def __init__(self, bridge: Bridge, session: Session, guard: LegalGuard) -> None:
        super().__init__(bridge, "shift_page")
        texts = self.texts
        self._session = session
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._lines = QVBoxLayout()
        self.facts = Card(texts("day.shift.title"), gap=10)
        self.facts.setObjectName("shift_facts")
        self.facts.body.addLayout(self._lines)
        self.facts.body.addStretch(1)
        self.notice = Notice("shift_said")
        self.handover = HandoverForm(bridge, session, guard)
        self.complaint = ComplaintForm(bridge, session, guard)
        self.blanks = BlankForm(bridge, session, guard)
        self._forms: tuple[ShiftForm, ...] = (self.handover, self.complaint, self.blanks)
        self._left, self._right = Scroll(gap=12), Scroll(gap=12)
        for part in (self.notice, self.facts):
            self._left.body.addWidget(part)
        self._left.body.setStretch(1, 1)
        for form in self._forms:
            self._right.body.addWidget(form)
        self._right.body.addStretch(1)
        outer = row(self._left, self._right, gap=16, margins=(16, 16), to=self)
        outer.setStretch(0, 2)
        outer.setStretch(1, 3)
        self._wide = True
        self._arrange()
        for form in self._forms:
            form.done.connect(self._on_done)
        self.handover.handed_over.connect(self.handed_over)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus)

    def refresh(self) -> None:
        ctx = self.bridge.ctx
        if ctx is not None:
            self.bridge.read(self, ctx.shifts.facts, self._session, done=self._on_facts)

    def start(self) -> None:
        (self._form() or self).setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._wide = self.width() >= px(880)
        self._arrange()

    def _form(self) -> ShiftForm | None:
        """Return the form that is open."""
        return next((form for form in self._forms if not form.isHidden()), None)

    def _arrange(self) -> None:
        """Facts and form side by side; in large print they take turns."""
        form = self._form()
        self._right.setVisible(form is not None)
        self._left.setVisible(self._wide or form is None)

    def hints(self) -> tuple[KeyHint, ...]:
        texts = self.texts
        return (
            KeyHint("f4", "F4", texts("day.hint.shift_facts")),
            KeyHint("f7", "F7", texts("day.hint.late")),
            KeyHint("f8", "F8", texts("day.hint.complaint")),
            KeyHint("f9", "F9", texts("day.hint.blanks")),
            *super().hints(),
        )

    def press(self, hint: str) -> None:
        actions = {"f4": self.open_handover, "f7": self.late_wanted.emit,
                   "f8": self.open_complaint, "f9": self.open_blanks}  # fmt: skip
        if hint in actions:
            actions[hint]()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_F4: "f4", Qt.Key.Key_F7: "f7", Qt.Key.Key_F8: "f8",
                Qt.Key.Key_F9: "f9"}  # fmt: skip
        hint = keys.get(Qt.Key(event.key()))
        shown = self._form()
        if hint is not None and not event.modifiers():
            self.press(hint)
        elif event.key() == Qt.Key.Key_Escape and shown is not None:
            shown.wipe()
            shown.hide()
            self._arrange()
            self.setFocus()
        else:
            super().keyPressEvent(event)

    def open_handover(self) -> None:
        """F4: both sides sign what stands open now."""
        self.began.emit()
        self._open(self.handover)

    def open_complaint(self) -> None:
        """F8: take a complaint down."""
        self._open(self.complaint)

    def open_blanks(self) -> None:
        """F9: print receipts ahead, or note what became of them."""
        self._open(self.blanks)

    def _open(self, form: ShiftForm) -> None:
        for other in self._forms:
            if other is not form:
                other.wipe()
                other.hide()
        self.notice.say("")
        self._right.show()
        form.begin()
        self._arrange()

    def _on_done(self, words: str) -> None:
        self.notice.say(words, "good")
        self._arrange()
        self.setFocus()
        self.refresh()

    def _on_focus(self, _old: object, new: object) -> None:
        for form in self._forms:
            if new is not None and holds_focus(form, new):  # type: ignore[arg-type]
                self._right.reveal(new)  # type: ignore[arg-type]

    def _on_facts(self, facts: ShiftFacts) -> None:
        # Fields in which somebody types are not made anew under the hands.
        if not holds_focus(self.handover, QApplication.focusWidget()):
            self.handover.show_facts(facts)
        self._show(facts)

    def _show(self, facts: ShiftFacts) -> None:
        clear(self._lines)
        texts = self.texts
        if facts.clear:
            self._line("circle-check", "good", texts("day.shift.clear"))
        originals = [f"{name} {number}" for number, name in facts.kept_originals]
        self._fact("open_visits", len(facts.open_visits), facts.open_visits, "warning")
        self._fact("parked_visits", len(facts.parked_visits), facts.parked_visits, "warning")
        self._fact("kept_originals", len(originals), originals, "warning")
        self._fact("failed_prints", facts.failed_prints, (), "bad")
        title = texts("day.shift.unsent")
        if facts.unsent_due is not None:
            title = texts("day.shift.unsent_due", date=day_words(facts.unsent_due, texts))
        self._fact("unsent", facts.unsent, (), "", title)
        self._fact("to_hand_out", len(facts.to_hand_out), _names(facts.to_hand_out), "")
        self._fact("due_soon", len(facts.due_soon), _names(facts.due_soon), "bad")
        self._show_blanks(facts.blanks)
        if facts.lanes:
            served = texts("window.separator").join(
                texts("day.shift.lane_line", lane=texts(f"day.lane.{lane.value}"), count=count)
                for lane, count in facts.lanes.items()
            )
            said = texts(
                "day.shift.names", title=texts("day.shift.lanes"),
                count=sum(facts.lanes.values()), names=served,
            )  # fmt: skip
            self._line("users", "muted", said)

    def _show_blanks(self, book: BlankBook) -> None:
        """Show that every number printed ahead is accounted for, and which are where."""
        if not book.printed:
            return
        texts = self.texts
        counts = {key: len(getattr(book, key)) for key in ("used", "spoiled", "taken", "drawer")}
        said = texts("day.blanks.balance", printed=book.printed, **counts)
        self._line("list-checks", "warning" if book.taken else "muted", said)
        for key in ("taken", "spoiled", "used", "drawer"):
            lines = spans(book, key, texts)
            if lines:
                self._line("circle", "muted", texts(f"day.blanks.of_{key}", numbers=lines))

    def _fact(
        self, key: str, count: int, names: Sequence[str], state: str, title: str = ""
    ) -> None:
        if not count:
            return
        texts, shown = self.texts, list(names)[:MOST_NAMES]
        title = title or texts(f"day.shift.{key}")
        words = texts("day.shift.count", title=title, count=count)
        if shown:
            listed = texts("window.list").join(dict.fromkeys(shown))
            words = texts("day.shift.names", title=title, count=count, names=listed)
        icon = {"bad": "circle-alert", "warning": "triangle-alert"}.get(state, "circle")
        self._line(icon, state or "muted", words)

    def _line(self, icon: str, state: str, words: str) -> None:
        line = row(Icon(icon, state, 18), Label(words, wrap=True), gap=10)
        line.setStretch(1, 1)
        self._lines.addLayout(line)


def _names(cases: Sequence[CaseRow]) -> list[str]:
    return [case.item_name for case in cases]
