"""The frame of every form on the case page: parts, a confirming row with the act's key, Esc."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QWidget

from ui.bridge import Failure
from ui.widgets.abstract import AbstractWidget
from ui.widgets.basics import Card, KeyCap, Label, Notice, column, row
from ui.widgets.fields import Field
from ui.widgets.keys import LegalFrame
from ui.window.casework.acts import KEYS, CaseAct
from ui.window.casework.clerking import Call, CaseFile, Clerking
from ui.window.casework.parts import Check, Part, Pick, value_of


class CaseForm(Card, metaclass=AbstractWidget):
    """One act: Enter only moves on; in the confirming row the act's own key does it.

    `finished` carries the sentence of what was done. The action's id is made when the form
    opens: the same form done twice is done once.
    """

    closed = Signal()
    finished = Signal(str)
    to_be_seen = Signal(QWidget)
    act: CaseAct
    confirmed = True
    """Whether the clerk's key does it; a withdrawal has none."""

    def __init__(self, clerking: Clerking) -> None:
        super().__init__(gap=10, margin=12)
        self.clerking, self.texts = clerking, clerking.bridge.texts
        slug = self.act.value
        self.setObjectName(f"form_{slug}")
        self.file: CaseFile | None = None
        self.action_id = ""
        self.busy = False
        self.parts: list[tuple[Part, Check | None]] = []
        self.add(Label(self.texts(f"casework.act.{slug}"), "heading", wrap=True))
        self.explanation = Label(self.texts(f"casework.{slug}.explanation"), "muted", wrap=True)
        self.add(self.explanation)
        holder = QWidget()
        self._fields = column(gap=8, to=holder)
        self.add(holder)
        self.notice = Notice(f"form_{slug}_notice")
        self.add(self.notice)
        self.confirm = LegalFrame(f"confirm_{slug}", clerking.guard)
        self.build()
        if self.confirmed:
            self._add_confirm(slug)
        else:
            self.confirm.hide()
        self.hide()

    def _add_confirm(self, slug: str) -> None:
        key = KEYS[self.act]
        self.confirm.bind(key.key, slug, control=key.control)
        words = self.texts(f"casework.{slug}.confirm")
        line = row(KeyCap(key.cap), Label(words, wrap=True), gap=10, margins=(8, 8),
                   to=self.confirm)  # fmt: skip
        line.setStretch(1, 1)
        self.confirm.setAccessibleName(words)
        self.add(self.confirm)
        self.confirm.asked.connect(lambda _: self.do())
        self.confirm.refused.connect(lambda key: self.say(self.texts(key), "warning"))

    # What each form says of itself.

    def build(self) -> None:
        """Add the parts."""

    def fill(self, file: CaseFile) -> None:
        """Fill what is known."""

    @abstractmethod
    def call(self) -> Call:
        """Return what is done on a thread of the core."""

    def then(self) -> CaseAct | None:
        """Return the act whose form opens when this one is done."""
        return None

    def leave(self) -> None:
        """Drop what is under way; the form closes."""

    def escape(self) -> bool:
        """Close what a part has asked for; say whether something was open."""
        return False

    # The way through it.

    def open(self, file: CaseFile) -> None:
        """Show the form for a case and put the keyboard where it begins."""
        self.file, self.busy = file, False
        self.action_id = self.clerking.ctx.ids.uuid7()
        self.notice.say("")
        for part, _ in self.parts:
            part.complain("")
        self.fill(file)
        self.show()
        if self.parts:
            self.parts[0][0].setFocus()
        else:
            self.confirm.setFocus()

    def line(
        self, key: str, *, most: int = 200, needed: bool = True, secret: bool = False
    ) -> Field:
        """Add a line; a needed one complains while it is empty."""
        slug = self.act.value
        hint = f"casework.{slug}.{key}_hint"
        made = Field(
            f"{slug}_{key}", self.texts(f"casework.{slug}.{key}"), max_length=most, secret=secret,
            hint=self.texts(hint) if self.texts.has(hint) else "",
        )  # fmt: skip
        made.changed.connect(lambda _: self._on_changed(made))
        self.add_part(made, (lambda: self.missing(made)) if needed else None)
        return made

    def pick(self, key: str, options: tuple[str, ...], *, vertical: bool = False) -> Pick:
        """Add a choice that must be made."""
        slug = self.act.value
        made = Pick(
            f"{slug}_{key}", self.texts(f"casework.{slug}.{key}"),
            [(one, self.texts(f"casework.{slug}.{key}_{one}")) for one in options],
            vertical=vertical,
        )  # fmt: skip
        self.add_part(made, lambda: "" if made.value() else self.texts("casework.choose_one"))
        return made

    def add_part(self, part: Part, check: Check | None = None) -> None:
        """Add a part below the others; `check` is asked before it is left forwards."""
        self.parts.append((part, check))
        self._fields.addWidget(part)
        part.moved_on.connect(lambda: self._step(part, 1))
        part.moved_back.connect(lambda: self._step(part, -1))

    def add_widget(self, widget: QWidget) -> None:
        """Add something that is only looked at."""
        self._fields.addWidget(widget)

    def missing(self, part: Part) -> str:
        """Return the sentence for an empty part."""
        return "" if value_of(part) else self.texts("casework.fill_in")

    def wanted(self, part: Part) -> bool:
        """Say whether a part counts now; one that is hidden does not."""
        return not part.isHidden()

    def check(self) -> bool:
        """Say whether everything is there; go to the first part that is not."""
        return all(self._whole(part, check) for part, check in self.parts if self.wanted(part))

    def to_confirm(self) -> None:
        """Go to the confirming row if everything is there."""
        if self.check() and self.confirmed:
            self.notice.say("")
            self.confirm.setFocus(Qt.FocusReason.OtherFocusReason)
            self.show_soon(self.confirm)

    def do(self) -> None:
        """Do it, once at a time."""
        if self.busy or not self.check():
            return
        self.start(self.call(), self._on_done)

    def start(self, call: Call, done: Callable[[Any], None]) -> None:
        """Run a call of the core."""
        self.busy = True
        self.clerking.bridge.run(self, call, done=done, failed=self._on_failed)

    def done_words(self, _result: Any) -> str:
        """Return the sentence of what was done."""
        assert self.file is not None
        number = self.file.case.receipt_number
        return self.texts(f"casework.{self.act.value}.done", number=number)

    def say(self, sentence: str, state: str) -> None:
        """Say a sentence beside the confirming row and bring it into view."""
        self.notice.say(sentence, state)
        self.show_soon(self.notice)

    def show_soon(self, widget: QWidget) -> None:
        """Bring a widget into view once the layout has made room for it."""
        QTimer.singleShot(0, self, lambda: self.to_be_seen.emit(widget))

    # Inside.

    def _step(self, part: Part, by: int) -> None:
        check = next(check for one, check in self.parts if one is part)
        if by > 0 and not self._whole(part, check):
            return
        shown = [one for one, _ in self.parts if self.wanted(one)]
        place = shown.index(part) + by
        if place >= len(shown):
            self.to_confirm()
        elif place >= 0:
            shown[place].setFocus()

    def check_of(self, part: Part, check: Check | None) -> str:
        """Return what is wrong with a part now, or an empty string."""
        return check() if check is not None else ""

    def _whole(self, part: Part, check: Check | None) -> bool:
        sentence = self.check_of(part, check)
        part.complain(sentence)
        if sentence:
            self.soften(part)
            part.setFocus()
            self.show_soon(part)
        return not sentence

    def soften(self, part: Part) -> None:
        """Show a sentence that is no complaint in a quieter colour."""

    def _on_changed(self, part: Part) -> None:
        part.complain("")
        self.notice.say("")

    def _on_done(self, result: Any) -> None:
        self.busy = False
        self.finished.emit(self.done_words(result))

    def _on_failed(self, failure: Failure) -> None:
        self.busy = False
        self.say(failure.sentence, "bad")
