"""Forms of page 8: the hand-over that both sides sign, and the complaint slip."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout

from terminal.domain.aggregates import Complaint, ShiftHandover
from terminal.domain.parties import Party
from terminal.errors import TerminalError
from terminal.services.casework.complaints import ComplaintRequest
from terminal.services.casework.shifts import ShiftFacts
from terminal.services.views import Session
from ui.bridge import Bridge, Failure
from ui.widgets.abstract import AbstractWidget
from ui.widgets.basics import Card, KeyCap, Label, Notice, clear, row
from ui.widgets.fields import Field
from ui.widgets.keys import LegalFrame, LegalGuard
from ui.window.casework.parts import Pick
from ui.window.dates import day_words

if TYPE_CHECKING:
    from terminal.context import Context
    from terminal.documents.views import DocumentView

logger = logging.getLogger(__name__)


class ShiftForm(Card, metaclass=AbstractWidget):
    """Fields one below the other, then a frame in which F12 alone counts."""

    closed = Signal()
    done = Signal(str)

    def __init__(self, name: str, bridge: Bridge, session: Session, guard: LegalGuard) -> None:
        super().__init__(gap=10, margin=16)
        texts = bridge.texts
        self.setObjectName(f"{name}_form")
        self._name, self._bridge, self._texts, self._session = name, bridge, texts, session
        self._fields: list[Field | Pick] = []
        self._action = ""
        self._busy = False
        self.notice = Notice(f"{name}_notice")
        self.confirm = LegalFrame(f"confirm_{name}", guard)
        self.confirm.bind(Qt.Key.Key_F12, name)
        said = texts(f"day.{name}.confirm")
        line = row(KeyCap("F12"), Label(said, wrap=True), gap=10, margins=(8, 8), to=self.confirm)
        line.setStretch(1, 1)
        self.confirm.setAccessibleName(said)
        self.confirm.asked.connect(lambda _: self._on_asked())
        self.confirm.refused.connect(lambda key: self.notice.say(texts(key), "warning"))
        self.hide()

    def field(self, key: str, *, most: int = 200, secret: bool = False) -> Field:
        """Make a field of this form."""
        texts, name = self._texts, self._name
        hint = f"day.{name}.{key}_hint"
        return Field(
            f"{name}_{key}", texts(f"day.{name}.{key}"),
            hint=texts(hint) if texts.has(hint) else "", max_length=most, secret=secret,
        )  # fmt: skip

    def follow(self, *fields: Field | Pick) -> None:
        """Let Enter lead through these parts, as far as they are shown, to the frame."""
        self._fields = list(fields)
        for at, field in enumerate(fields):
            field.moved_on.connect(lambda at=at: self._step(at, 1))
            field.moved_back.connect(lambda at=at: self._step(at, -1))

    def begin(self) -> None:
        """Show the form; the act's id is made now, so that pressing twice saves once."""
        ctx = self._bridge.ctx
        if ctx is None:
            return
        self._action = ctx.ids.uuid7()
        self.notice.say("")
        self.show()
        self._fields[0].setFocus()

    @abstractmethod
    def missing(self) -> Field | Pick | None:
        """Return the first part that lacks what the act needs, with its sentence said."""

    @abstractmethod
    def do(self) -> None:
        """Do the act."""

    def wipe(self) -> None:
        """Leave nothing of what was typed."""
        for part in self._fields:
            if isinstance(part, Field):
                part.set_text("")
            else:
                part.set_value("")
            part.complain("")

    def failed(self, failure: Failure) -> None:
        """Say why it did not work."""
        self._busy = False
        self.notice.say(failure.sentence, "bad")

    def demand(self, field: Field, key: str = "missing") -> bool:
        """Say beside a field that it is needed; False when it is filled."""
        sentence = "" if field.edit.text().strip() else self._texts(f"day.{self._name}.{key}")
        field.complain(sentence)
        return bool(sentence)

    def _step(self, at: int, by: int) -> None:
        way = self._fields[at + 1 :] if by > 0 else self._fields[:at][::-1]
        following = next((part for part in way if not part.isHidden()), None)
        if following is not None:
            following.setFocus()
        elif by > 0:
            (self.missing() or self.confirm).setFocus()

    def _on_asked(self) -> None:
        open_field = self.missing()
        if open_field is not None:
            open_field.setFocus()
        elif not self._busy:
            self._busy = True
            self.do()


def _print(ctx: Context, make: Callable[[], DocumentView]) -> None:
    """Print a slip; what is recorded stays recorded when that does not work."""
    try:
        ctx.sheets.print(make())
    except TerminalError as error:
        logger.warning("a slip was not printed: %s", error.code)


class HandoverForm(ShiftForm):
    """交接班: a successor for each case that is due soon, a remark, the second signature."""

    handed_over = Signal(ShiftHandover)

    def __init__(self, bridge: Bridge, session: Session, guard: LegalGuard) -> None:
        super().__init__("shift", bridge, session, guard)
        texts = bridge.texts
        self._successors: dict[str, Field] = {}
        self._heading = Label(texts("day.shift.successors"), "small", wrap=True)
        self._due = QVBoxLayout()
        self.remark = self.field("remark", most=500)
        self.second_name = self.field("second_name", most=60)
        self.second_password = self.field("second_password", secret=True)
        self.add(Label(texts("day.shift.title"), "heading"), self._heading)
        self.body.addLayout(self._due)
        self.add(
            self.remark, Label(texts("day.shift.second"), "small"), self.second_name,
            self.second_password, self.notice, self.confirm, None,
        )  # fmt: skip
        self.show_facts(None)

    def show_facts(self, facts: ShiftFacts | None) -> None:
        """Ask for a successor of each case that is due soon."""
        held = {key: field.text() for key, field in self._successors.items()}
        clear(self._due)
        texts = self._texts
        self._successors = {}
        for case in facts.due_soon if facts is not None else ():
            until = day_words(case.due, texts) if case.due is not None else texts("window.never")
            label = texts(
                "day.shift.successor", item=case.item_name, applicant=case.applicant, date=until
            )
            field = Field(f"successor_{len(self._successors)}", label, max_length=60)
            field.set_text(held.get(case.case_id, ""))
            self._successors[case.case_id] = field
            self._due.addWidget(field)
        self._heading.setVisible(bool(self._successors))
        rest = (self.remark, self.second_name, self.second_password)
        for field in rest:
            field.moved_on.disconnect() if self._fields else None
            field.moved_back.disconnect() if self._fields else None
        self.follow(*self._successors.values(), *rest)

    def missing(self) -> Field | None:
        for field in self._successors.values():
            if self.demand(field, "successor_missing"):
                return field
        return next((f for f in (self.second_name, self.second_password) if self.demand(f)), None)

    def do(self) -> None:
        ctx = self._bridge.ctx
        if ctx is None:
            return
        password = self.second_password.edit.text()
        self.second_password.set_text("")
        named = {key: field.text() for key, field in self._successors.items()}
        session, action, remark = self._session, self._action, self.remark.text()
        second = self.second_name.text()

        def write() -> ShiftHandover:
            facts = ctx.shifts.facts(session)
            made = ctx.shifts.hand_over(session, second, password, named, remark, action)
            # Who waits is the successor's now, with everything that was typed.
            ctx.kept_drafts.hand_over(session, made.incoming.id)
            _print(ctx, lambda: ctx.sheets.shift_handover(made, session, facts))
            return made

        self._bridge.run(self, write, done=self._on_done, failed=self.failed)

    def _on_done(self, made: ShiftHandover) -> None:
        self._busy = False
        self.wipe()
        self.hide()
        self.done.emit(self._texts("day.shift.done", name=made.incoming.name))
        self.handed_over.emit(made)


class ComplaintForm(ShiftForm):
    """反映问题: what, about whom, by whom; afterwards only number and date are shown."""

    def __init__(self, bridge: Bridge, session: Session, guard: LegalGuard) -> None:
        super().__init__("complaint", bridge, session, guard)
        texts = bridge.texts
        self.text = self.field("text", most=1000)
        self.against = self.field("against", most=100)
        self.name = self.field("name", most=100)
        self.phone = self.field("phone", most=30)
        self.hotline = self.field("hotline", most=40)
        fields = (self.text, self.against, self.name, self.phone, self.hotline)
        self.add(
            Label(texts("day.complaint.title"), "heading"),
            Label(texts("day.complaint.explain"), "muted", wrap=True),
            *fields, self.notice, self.confirm, None,
        )  # fmt: skip
        self.follow(*fields)

    def missing(self) -> Field | None:
        return self.text if self.demand(self.text) else None

    def do(self) -> None:
        ctx = self._bridge.ctx
        if ctx is None:
            return
        request = ComplaintRequest(
            text=self.text.text(),
            against=self.against.text(),
            complainant=Party(self.name.text(), phone=self.phone.text()),
            hotline_number=self.hotline.text(),
        )
        session, action = self._session, self._action

        def write() -> Complaint:
            made = ctx.complaints.file(request, session, action)
            _print(ctx, lambda: ctx.sheets.complaint_slip(made, session))
            return made

        self._bridge.run(self, write, done=self._on_done, failed=self.failed)

    def _on_done(self, made: Complaint) -> None:
        self._busy = False
        # Nobody here is to see whom it is about, not even in an unseen field.
        self.wipe()
        self.hide()
        words = self._texts("day.complaint.done", number=made.number, date=made.answer_by)
        self.done.emit(words)
