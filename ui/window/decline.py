"""Acts that ask for more than a key: declining, conditional acceptance, a second notice.

Each is a panel in the window, in place of the review: fields first, then a frame of its own
in which only the act's key has legal effect.
"""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from terminal.domain.records import DeclineKind
from terminal.services.views import Act, DeclineRequest, Review
from terminal.texts import Texts
from ui.widgets.abstract import AbstractWidget
from ui.widgets.basics import Card, KeyCap, Label, Notice, column, row
from ui.widgets.fields import Choice, Field
from ui.widgets.keys import LegalFrame, LegalGuard
from ui.window.desk import Desk
from ui.window.review import KEYS


class ActPanel(Card, metaclass=AbstractWidget):
    """What all three have in common: a title, fields, a confirming frame, a way back."""

    closed = Signal()
    to_be_seen = Signal(QWidget)

    def __init__(
        self, act: Act, texts: Texts, desk: Desk, guard: LegalGuard, slug: str = ""
    ) -> None:
        super().__init__(gap=10, margin=12)
        slug = slug or act.value.lower()
        self.setObjectName(f"panel_{slug}")
        self.act, self._texts, self._desk = act, texts, desk
        self.add(Label(texts(f"window.{slug}.title"), "heading"))
        self.explanation = Label(texts(f"window.{slug}.explanation"), "muted", wrap=True)
        self.add(self.explanation)
        self.fields = QWidget()
        self._fields_layout = column(gap=8, to=self.fields)
        self.add(self.fields)
        self.notice = Notice(f"{slug}_notice")
        self.add(self.notice)
        self.confirm = LegalFrame(f"confirm_{slug}", guard)
        cap, key, control = KEYS[act]
        self.confirm.bind(key, act.value, control=control)
        self._ready = Label(texts(f"window.{slug}.confirm"), wrap=True)
        line = row(KeyCap(cap), self._ready, gap=10, margins=(8, 8), to=self.confirm)
        line.setStretch(1, 1)
        self.confirm.setAccessibleName(texts(f"window.{slug}.confirm"))
        self.add(self.confirm)
        self.confirm.asked.connect(lambda _: self.do())
        self.confirm.refused.connect(lambda key: self._say(texts(key), "warning"))
        self.hide()

    def open(self) -> None:
        """Show the panel for the matter as it stands."""
        self.notice.say("")
        self.show()
        self.begin()

    @abstractmethod
    def begin(self) -> None:
        """Fill what is known and put the keyboard where it begins."""

    def check(self) -> bool:
        """Say whether everything the act needs is there; show what is not."""
        return True

    @abstractmethod
    def do(self) -> None:
        """Ask the desk for the act."""

    def to_confirm(self) -> None:
        """Go to the confirming frame if everything is there."""
        if self.check():
            self.notice.say("")
            self.confirm.setFocus(Qt.FocusReason.OtherFocusReason)

    def _say(self, sentence: str, state: str) -> None:
        """Say a sentence beside the confirming row and bring it into view."""
        self.notice.say(sentence, state)
        self._show_soon(self.notice)

    def _show_soon(self, widget: QWidget) -> None:
        # Only after the layout has made room for a new sentence is its place known.
        QTimer.singleShot(0, self, lambda: self.to_be_seen.emit(widget))

    def add_field(self, field: QWidget) -> None:
        """Add a field above the confirming frame."""
        self._fields_layout.addWidget(field)

    def say_failed(self, sentence: str) -> None:
        """Show why the core refused."""
        self._say(sentence, "bad")


class DeclinePanel(ActPanel):
    """不予受理: kind, reason, basis, where to go, and a second person with a password."""

    def __init__(self, texts: Texts, desk: Desk, guard: LegalGuard) -> None:
        super().__init__(Act.DECLINE, texts, desk, guard)
        self.kind = Choice(
            "decline_kind",
            texts("window.decline.kind"),
            [(kind.value, texts(f"window.decline.kind_{kind.value}")) for kind in DeclineKind],
            numbered=True,
            vertical=True,
            walks=True,
        )
        self.kind_error = Label(
            "", "dense", state="bad", wrap=True, object_name="decline_kind_error"
        )
        self.kind_error.hide()
        top = QWidget()
        column(self.kind, self.kind_error, gap=3, to=top)
        self.add_field(top)
        self.reason = self._field("reason", 500)
        self.basis = self._field("basis", 500)
        self.go_to = self._field("go_to", 100)
        self.go_to_address = self._field("go_to_address", 200)
        self.go_to_phone = self._field("go_to_phone", 60)
        self.second_name = self._field("second_name", 60)
        self.second_password = Field(
            "decline_second_password",
            texts("window.decline.second_password"),
            secret=True,
            max_length=200,
        )
        where = QWidget()
        _level(where, self.go_to, self.go_to_address, self.go_to_phone)
        for part in (self.reason, self.basis, where):
            self.add_field(part)
        self._lines = [
            self.reason, self.basis, self.go_to, self.go_to_address, self.go_to_phone,
        ]  # fmt: skip
        pair = QWidget()
        _level(pair, self.second_name, self.second_password)
        self.add_field(Label(texts("window.decline.second"), "small", wrap=True))
        self.add_field(pair)
        self._lines += [self.second_name, self.second_password]
        self.kind.moved_on.connect(self._on_kind_done)
        self.kind.chosen.connect(lambda _: self._on_kind_chosen())
        for place, field in enumerate(self._lines):
            field.moved_on.connect(lambda place=place: self._step(place))
            field.moved_back.connect(lambda place=place: self._back(place))
            field.changed.connect(lambda _, field=field: self._on_typed(field))

    def begin(self) -> None:
        review = self._desk.now.review
        self.kind.set_value("")
        self._complain_kind("")
        for field in self._lines:
            field.set_text("")
        if review is not None:
            self.basis.set_text(self._texts("window.semicolon").join(review.law.basis[:2]))
            self.basis.edit.setCursorPosition(0)  # its beginning is to be read
        self.kind.setFocus()
        self._preview()

    def check(self) -> bool:
        if not self.kind.value():
            self._complain_kind(self._texts("window.decline.kind_missing"))
            self.kind.setFocus()
            return False
        return all(self._filled(field) for field in self._lines)

    def do(self) -> None:
        if not self.check():
            return
        request = self._request(self.second_name.text(), self.second_password.edit.text())
        self.second_password.set_text("")
        self._desk.act(Act.DECLINE, decline=request)

    def say_failed(self, sentence: str) -> None:
        super().say_failed(sentence)
        # The password is gone in any case, and mostly it is the person that was refused.
        self.second_name.setFocus()
        self.second_name.edit.selectAll()

    def _field(self, key: str, most: int) -> Field:
        texts = self._texts
        hint = f"window.decline.{key}_hint"
        return Field(
            f"decline_{key}",
            texts(f"window.decline.{key}"),
            hint=texts(hint) if texts.has(hint) else "",
            max_length=most,
        )

    def _request(self, second_name: str = "", second_password: str = "") -> DeclineRequest:
        return DeclineRequest(
            kind=DeclineKind(self.kind.value()),
            reason=self.reason.text(),
            basis=self.basis.text(),
            go_to=self.go_to.text(),
            go_to_address=self.go_to_address.text(),
            go_to_phone=self.go_to_phone.text(),
            second_name=second_name,
            second_password=second_password,
        )

    def _preview(self) -> None:
        """Have the paper shown as it would come out; without its content there is none."""
        told = [field for field in self._lines[:-2] if self._needs(field)]
        complete = bool(self.kind.value()) and all(field.text() for field in told)
        self._desk.show_paper_of(Act.DECLINE, self._request() if complete else None)

    def _needs(self, field: Field) -> bool:
        elsewhere = field in (self.go_to, self.go_to_address, self.go_to_phone)
        return not elsewhere or self.kind.value() == DeclineKind.NOT_COMPETENT.value

    def _filled(self, field: Field) -> bool:
        """Say whether a field has what the act needs; if not, say so there and go to it."""
        sentence = ""
        password = self.second_password.edit.text()
        if self._needs(field) and not field.text():
            sentence = self._texts("window.decline.missing")
        elif field in (self.reason, self.basis) and password and password in field.text():
            # Typed into the wrong line, it would be printed and kept.
            sentence = self._texts("window.decline.password_seen")
        field.complain(sentence)
        if sentence:
            field.setFocus()
            self._show_soon(field)
        return not sentence

    def _complain_kind(self, sentence: str) -> None:
        self.kind_error.say(sentence, "bad")
        self.kind_error.setVisible(bool(sentence))
        self.kind.setAccessibleDescription(sentence)
        if sentence:
            self._show_soon(self.kind_error)

    def _on_kind_chosen(self) -> None:
        self._complain_kind("")
        self.notice.say("")
        for field in self._lines:
            field.complain("")
        self._preview()

    def _on_kind_done(self) -> None:
        if self.kind.value():
            self._lines[0].setFocus()
        else:
            self._complain_kind(self._texts("window.decline.kind_missing"))

    def _on_typed(self, field: Field) -> None:
        field.complain("")
        self.notice.say("")
        # While the card is being emptied for another matter there is nothing to show.
        if field not in (self.second_name, self.second_password) and self.isVisible():
            self._preview()

    def _step(self, place: int) -> None:
        # Nobody gets to the password past an open line: sent back from there, what is typed
        # next would be a password in the line of the reason.
        if not self._filled(self._lines[place]):
            return
        if place + 1 < len(self._lines):
            self._lines[place + 1].setFocus()
        else:
            self.to_confirm()

    def _back(self, place: int) -> None:
        (self._lines[place - 1] if place else self.kind).setFocus()


class ConsentPanel(ActPanel):
    """容缺受理: the applicant's own free choice, signed, before the key counts."""

    def __init__(self, texts: Texts, desk: Desk, guard: LegalGuard) -> None:
        super().__init__(Act.ACCEPT_CONDITIONALLY, texts, desk, guard)
        slug = Act.ACCEPT_CONDITIONALLY.value.lower()
        self.agreed = Choice(
            "consent",
            texts(f"window.{slug}.question"),
            [("yes", texts(f"window.{slug}.yes")), ("no", texts(f"window.{slug}.no"))],
            numbered=True,
            vertical=True,
            walks=True,
        )
        self.add_field(self.agreed)
        self.agreed.chosen.connect(lambda _: self.notice.say(""))
        self.agreed.moved_on.connect(self._on_choice)

    def begin(self) -> None:
        self.agreed.set_value("")
        review = self._desk.now.review
        if review is not None and review.law.cure_by is not None:
            from ui.window.dates import due_words

            names = self._texts("window.list").join(
                line.material.name
                for line in review.materials
                if line.entry is not None and line.entry.status.value == "DEFERRED"
            )
            self.explanation.say(
                self._texts(
                    "window.accept_conditionally.explanation_by",
                    names=names,
                    date=due_words(review.law.cure_by, self._texts),
                )
            )
        self.agreed.setFocus()

    def check(self) -> bool:
        if self.agreed.value() != "yes":
            self._say(self._texts("window.accept_conditionally.not_agreed"), "warning")
            self.agreed.setFocus()
            return False
        return True

    def do(self) -> None:
        if self.check():
            self._desk.act(Act.ACCEPT_CONDITIONALLY, agreed=True)

    def _on_choice(self) -> None:
        if self.agreed.value() == "no":
            self.closed.emit()
        else:
            self.to_confirm()


class RepeatPanel(ActPanel):
    """A second correction notice: lawful with a recorded reason only."""

    def __init__(self, texts: Texts, desk: Desk, guard: LegalGuard) -> None:
        super().__init__(Act.NOTIFY_CORRECTION, texts, desk, guard)
        self.reason = Field(
            "repeat_reason", texts("window.notify_correction.reason"), max_length=500
        )
        self.add_field(self.reason)
        self.reason.moved_on.connect(self.to_confirm)

    def begin(self) -> None:
        self.reason.set_text("")
        self.reason.setFocus()

    def do(self) -> None:
        self._desk.act(Act.NOTIFY_CORRECTION, repeat_reason=self.reason.text())


def _level(line: QWidget, *fields: Field) -> None:
    """Put fields side by side; a sentence below one leaves its neighbours where they are."""
    layout = row(*fields, gap=12, to=line)
    for field in fields:
        layout.setAlignment(field, Qt.AlignmentFlag.AlignTop)


def second_notice(review: Review) -> bool:
    """Say whether a correction notice would be one more for a case that was taken up again."""
    return bool(review.draft.case_id)
