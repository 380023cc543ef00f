"""The case page: the whole case at the left, at the right what can be done now, or its form."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from terminal.clock import today
from terminal.domain.parties import Party
from terminal.services.views import PrintJobView
from ui.bridge import Failure
from ui.theme import px
from ui.widgets.basics import Card, KeyCap, Label, Scroll, StateLabel, column, row
from ui.widgets.keys import KeyHint
from ui.widgets.rows import Row, SelectList
from ui.window.casework.acts import KEYS, CaseAct, acts_of, may_resume, told_papers
from ui.window.casework.agreeing import AgreeForm
from ui.window.casework.bringing import BringForm, SupplementForm
from ui.window.casework.case_view import CaseView
from ui.window.casework.clerking import CaseFile, Clerking, read_file
from ui.window.casework.delivering import DeliverForm
from ui.window.casework.endings import CloseForm, DecideForm, VoidForm, WithdrawForm
from ui.window.casework.form import CaseForm
from ui.window.casework.handing import (
    ArrivedForm,
    CureFailedForm,
    ForwardForm,
    HandOverForm,
)
from ui.window.casework.results import (
    CameBackForm,
    ReadyForm,
    ReceivedForm,
    RemindForm,
    SendForm,
)
from ui.window.casework.signing import OriginalsForm, SignForm
from ui.window.casework.telling import TellForm
from ui.window.casework.todo_table import light_of
from ui.window.dates import day_words
from ui.window.side import STATE_COLOURS

FORMS: tuple[type[CaseForm], ...] = (
    BringForm, SupplementForm, CureFailedForm, HandOverForm, ForwardForm, ArrivedForm,
    WithdrawForm, VoidForm, DecideForm, CloseForm, ReadyForm, RemindForm, AgreeForm, SendForm,
    CameBackForm, DeliverForm, ReceivedForm, TellForm, SignForm, OriginalsForm,
)  # fmt: skip


LOW = 340
"""Height, at scale 1, below which an open form needs the room of the case's name."""


class CasePage(QWidget):
    """One case; `closed` asks for the list again, `resume_wanted` for the intake."""

    closed = Signal()
    told = Signal(str, str)
    keys_changed = Signal()
    resume_wanted = Signal(str)

    def __init__(self, clerking: Clerking) -> None:
        super().__init__()
        self.setObjectName("case_page")
        self.clerking, self.texts = clerking, clerking.bridge.texts
        self.file: CaseFile | None = None
        self._wanted = ""
        self._next: tuple[CaseAct, ...] = ()
        self._at_once = False
        self._acts: tuple[CaseAct, ...] = ()
        self.title = Label("", "heading", wrap=True, object_name="case_title")
        self.number = Label("", "strong", object_name="detail_number")
        self.state = Label("", "strong", object_name="case_state")
        self.light = StateLabel()
        self.light.setObjectName("case_light")
        head = self._head = Card(gap=4, margin=12)
        head.add(self.title, row(self.number, 16, self.state, 16, self.light, None))
        self.view = CaseView(self.texts)
        self.acts = SelectList("case_acts")
        self.acts.taken.connect(self._on_taken)
        self._choose = Card(self.texts("casework.acts_title"), gap=6, margin=12)
        self._none = Label(self.texts("casework.no_acts"), "muted", wrap=True)
        self._choose.add(self.acts, self._none)
        self._side = Scroll(gap=12)
        self._side.body.addWidget(self._choose)
        self.forms: dict[CaseAct, CaseForm] = {}
        self._side.body.addStretch(1)
        self._under = row(self.view, self._side, gap=16)
        self._under.setStretch(0, 1)
        self._under.setStretch(1, 1)
        layout = column(head, self._under, gap=12, to=self)
        layout.setStretch(1, 1)
        self._wide, self._low = True, False
        self._reading = False

    # Showing.

    def open(
        self, case_id: str, next_acts: tuple[CaseAct, ...] = (), *, at_once: bool = False
    ) -> None:
        """Show a case by id or receipt number; the first of `next_acts` that can be done is chosen.

        `at_once` opens its form as well: nothing is done by that, and Esc closes it.
        """
        self.close_form()
        self._wanted, self._next, self._at_once = case_id, next_acts, at_once
        self.file = None
        self._ask()

    def refresh(self) -> None:
        """Show the case again as it stands; a form that is open stays."""
        if self.file is not None:
            self._wanted = self.file.case.case_id
            self._ask()

    def leave(self) -> None:
        """The page is left: nothing stays open, nothing of the person stays."""
        self.close_form()
        # An answer that is still under way must not take the keyboard from the list.
        self.file, self._wanted = None, ""

    def start(self) -> None:
        """Put the keyboard where the work begins."""
        if self.form() is None:
            reading = self._reading and not self._wide
            (self.acts if self._acts and not reading else self.view.papers).setFocus()

    def form(self) -> CaseForm | None:
        """Return the form that is open."""
        return next((form for form in self.forms.values() if not form.isHidden()), None)

    def close_form(self) -> None:
        """Close the form that is open; nothing of it was done."""
        form = self.form()
        if form is not None:
            form.leave()
            form.hide()
        self._choose.show()
        self._arrange()
        self._fit_head()

    def take_card(self, party: Party) -> bool:
        """Hand a card that was read to the form that asks who is there; say whether one does."""
        form = self.form()
        if isinstance(form, DeliverForm | WithdrawForm):
            form.take_card(party)
            return True
        return False

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._wide = self.width() >= px(900)
        self._low = self.height() < px(LOW)
        self._arrange()
        self._fit_head()

    def _fit_head(self) -> None:
        """Keep number and dates whole, however long the name and however low the window."""
        # Without the name, which wraps, the width says nothing about the height.
        wanted = self._head.heightForWidth(max(self.width(), px(300)))
        self._head.setMinimumHeight(max(wanted, 0))

    def _arrange(self) -> None:
        """Side by side; in large print the case takes turns with what can be done."""
        reading = self._reading and self.form() is None
        self.view.setVisible(self._wide or reading)
        self._side.setVisible(self._wide or not reading)
        self.title.setVisible(not self._low or self.form() is None)

    def _ask(self) -> None:
        ctx, wanted = self.clerking.ctx, self._wanted
        self.clerking.bridge.read(
            self, read_file, ctx, wanted, done=lambda file: self._on_file(wanted, file),
            failed=self._on_failed,
        )  # fmt: skip

    def _on_file(self, wanted: str, file: CaseFile) -> None:
        if wanted != self._wanted:
            return
        first = self.file is None or self.file.case.case_id != file.case.case_id
        self.file = file
        ctx, texts, case = self.clerking.ctx, self.texts, file.case
        on = today(ctx.clock)
        self.title.say(case.item_name)
        self.number.say(case.receipt_number)
        word = texts(f"window.case_state.{case.state.value}")
        self.state.say(word, STATE_COLOURS.get(case.state, "muted"))
        self._show_light(file)
        self._fit_head()
        self.view.show_file(file)
        self._acts = acts_of(case, self.clerking.session, file.item, on, file.documents)
        likely = next((act for act in self._next if act in self._acts), None) if first else None
        chosen = self._acts.index(likely) if likely is not None else 0
        self._show_acts(chosen if first else max(self.acts.index, 0))
        if first:
            self.start()
        if likely is not None and self._at_once:
            self.open_form(likely, owed=True)
        self.keys_changed.emit()

    def _show_light(self, file: CaseFile) -> None:
        from datetime import date

        ctx, case = self.clerking.ctx, file.case
        dates = [day for day in (case.due, case.cure_due) if day]
        until = date.fromisoformat(min(dates)) if dates else None
        on = today(ctx.clock)
        left = ctx.calendar.working_days_between(on, until) if until else None
        light = light_of(until, left, on, ctx.calendar, self.texts)
        words = light.word
        if until is not None:
            words = self.texts(
                "casework.light_until", date=day_words(until, self.texts), word=light.word
            )
        self.light.say(light.icon, words, light.state)

    def _show_acts(self, place: int) -> None:
        rows = []
        for act in self._acts:
            made = Row()
            word = self.texts(f"casework.act.{act.value}")
            layout = row(KeyCap(KEYS[act].cap), Label(word), None, gap=10, margins=(8, 6), to=made)
            layout.setStretch(1, 1)
            made.setAccessibleName(word)
            made.setObjectName(f"act_{act.value}")
            rows.append(made)
        self.acts.show_rows(rows, place)
        self.acts.setVisible(bool(rows))
        self._none.setVisible(not rows)

    # Keys.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        act = next(
            (act for act in self._acts if KEYS[act].key == key and KEYS[act].control == control),
            None,
        )
        form = self.form()
        if key == Qt.Key.Key_Escape:
            if form is None or not form.escape():
                self.press("close" if form is not None else "list")
        elif form is not None and act is form.act and not event.isAutoRepeat():
            form.to_confirm()
        elif act is not None and form is None:
            self.open_form(act)
        elif key == Qt.Key.Key_F3:
            self.press("f3")
        elif key == Qt.Key.Key_F4 and not control:
            self.press("f4")
        elif key == Qt.Key.Key_F5:
            self.press("f5")
        elif key == Qt.Key.Key_F6:
            self.press("f6")
        elif key in (Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
            self.view.scroll_by(6 if key == Qt.Key.Key_PageDown else -6)
        else:
            super().keyPressEvent(event)

    def hints(self) -> tuple[KeyHint, ...]:
        """Return what can be done now, beside the acts that stand in the list."""
        say = self.texts
        form = self.form()
        if form is not None:
            return (KeyHint("close", "Esc", say("casework.hint.close_form")),)
        found = [KeyHint("list", "Esc", say("casework.hint.list"))]
        if not self._wide:
            key = "casework.hint.acts" if self._reading else "casework.hint.read"
            found.append(KeyHint("f3", "F3", say(key)))
        if self.file is not None and may_resume(self.file.case):
            found.append(KeyHint("f4", "F4", say("window.hint.resume")))
        if self.view.document() is not None:
            found.append(KeyHint("f5", "F5", say("window.hint.reprint")))
        found.append(KeyHint("f6", "F6", say("casework.hint.print_history")))
        found.append(KeyHint("scroll", "PgDn", say("casework.hint.scroll")))
        return tuple(found)

    def press(self, hint: str) -> None:
        """Do what a key or a click on the key line asks for."""
        match hint:
            case "close":
                self.close_form()
                self.told.emit("", "")
                self.start()
                self.keys_changed.emit()
            case "list":
                self.closed.emit()
            case "f3" if not self._wide and self.form() is None:
                self._reading = not self._reading
                self._arrange()
                self.start()
                self.keys_changed.emit()
            case "f4":
                if self.form() is None and self.file is not None and may_resume(self.file.case):
                    self.resume_wanted.emit(self.file.case.case_id)
            case "f5":
                self._reprint()
            case "f6":
                self._print_history()
            case "scroll":
                self.view.scroll_by(6)

    def open_form(self, act: CaseAct, *, owed: bool = False) -> None:
        """Open the form of an act; it has no effect yet.

        What is signed is the paper that is selected, or with `owed` what is still to be told.
        """
        if self.file is None:
            return
        self.close_form()
        self.told.emit("", "")
        form = self.form_of(act)
        if isinstance(form, SignForm):
            document = self.view.document()
            selected = (document,) if document is not None else ()
            papers = told_papers(self.file.case, self.file.documents) if owed else ()
            form.choose(*(papers or selected))
        self._choose.hide()
        form.open(self.file)
        self._arrange()
        self._fit_head()
        self._side.verticalScrollBar().setValue(0)
        self.keys_changed.emit()

    def form_of(self, act: CaseAct) -> CaseForm:
        """Return the form of an act, made when it is wanted for the first time."""
        if act not in self.forms:
            kind = next(kind for kind in FORMS if kind.act is act)
            form = self.forms[act] = kind(self.clerking)
            form.finished.connect(self._on_finished)
            form.to_be_seen.connect(self._side.reveal)
            self._side.body.insertWidget(1, form)
        return self.forms[act]

    # Acting.

    def _on_taken(self, place: int) -> None:
        if 0 <= place < len(self._acts):
            self.open_form(self._acts[place])

    def _on_finished(self, words: str) -> None:
        form = self.form()
        then = form.then() if form is not None else None
        self.close_form()
        self.told.emit(words, "good")
        self.acts.setFocus()
        if then is not None and self.file is not None:
            self.open(self.file.case.case_id, (then,), at_once=True)
        else:
            self.refresh()
        self.keys_changed.emit()

    def _reprint(self) -> None:
        document = self.view.document()
        if document is not None and self.form() is None:
            self.clerking.bridge.run(
                self, self.clerking.ctx.printing.reprint, document.document_id,
                self.clerking.session, done=self._on_reprint, failed=self._on_failed,
            )  # fmt: skip

    def _on_reprint(self, job: PrintJobView) -> None:
        self.told.emit(self.texts("window.cases.reprinted", copy=job.copy), "good")
        self.refresh()

    def _print_history(self) -> None:
        if self.file is None or self.form() is not None:
            return
        ctx, session = self.clerking.ctx, self.clerking.session
        self.clerking.bridge.run(
            self, ctx.history_sheets.print, self.file.case.case_id, session,
            done=lambda _: self.told.emit(self.texts("casework.history_printed"), "good"),
            failed=self._on_failed,
        )  # fmt: skip

    def _on_failed(self, failure: Failure) -> None:
        self.told.emit(failure.sentence, "bad")
