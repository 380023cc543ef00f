"""The last step: what lacks, what may be done now, and the keys that have legal effect."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from terminal.domain.catalogue import Way, WindowAuthority
from terminal.services.views import Act, Review
from terminal.texts import Texts
from ui.icons import Icon
from ui.widgets.basics import KeyCap, Label, Notice, clear, column, fill, row
from ui.widgets.keys import LegalFrame, LegalGuard
from ui.window.desk import Desk
from ui.window.life_event import PartsPanel

KEYS: dict[Act, tuple[str, Qt.Key, bool]] = {
    Act.ACCEPT: ("F12", Qt.Key.Key_F12, False),
    Act.NOTIFY_CORRECTION: ("F7", Qt.Key.Key_F7, False),
    Act.ACCEPT_CONDITIONALLY: ("F9", Qt.Key.Key_F9, False),
    Act.RECEIVE: ("F8", Qt.Key.Key_F8, False),
    Act.DECLINE: ("Ctrl+F8", Qt.Key.Key_F8, True),
}
"""Key cap, key and whether with Ctrl, for each act; the order is that of the screen."""

MOST_OF_FORM = 4
"""Faults of a life event's form that are named one by one."""


class ReviewPanel(LegalFrame):
    """Holds the keyboard while an act may be asked for; nothing can be typed here."""

    moved_on = Signal()

    def __init__(self, texts: Texts, desk: Desk, guard: LegalGuard) -> None:
        super().__init__("review_panel", guard)
        self._texts, self._desk = texts, desk
        self.setAccessibleName(texts("window.review.title"))
        for act, (_, key, control) in KEYS.items():
            self.bind(key, act.value, control=control)
        self.parts = PartsPanel(texts)
        self._lines = QVBoxLayout()
        self._caps = QHBoxLayout()
        self.notice = Notice("review_notice")
        column(
            Label(texts("window.review.title"), "heading"),
            self.parts,
            self._lines,
            self.notice,
            self._caps,
            gap=8,
            margins=(12, 10),
            to=self,
        )
        desk.reviewed.connect(self.refresh)
        self.refused.connect(lambda key: self.notice.say(texts(key), "warning"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.isAutoRepeat():
            event.accept()
            self.moved_on.emit()
        else:
            super().keyPressEvent(event)

    def refresh(self) -> None:
        """Show what is wrong, each in a sentence, and the keys of what is lawful now."""
        review = self._desk.now.review
        self.setVisible(review is not None)
        clear(self._lines)
        clear(self._caps)
        self.notice.say("")
        self.parts.refresh(review)
        if review is None:
            return
        sentences = problem_sentences(review, self._texts)
        for sentence in sentences:
            self._line("circle-alert", "warning", sentence)
        if review.lacking:
            names = self._texts("window.list").join(
                line.material.name
                for line in review.materials
                if not line.settled and (line.material.required or line.entry)
            )
            self._line("triangle-alert", "warning", self._texts("window.review.lacks", names=names))
        if not sentences and not review.lacking:
            self._line("circle-check", "good", self._complete(review))
        self._show_keys(review)

    def explain(self, act: Act) -> str:
        """Return why an act is not lawful now, or an empty string."""
        review = self._desk.now.review
        if review is None:
            return ""
        permission = review.permission(act)
        if permission.allowed:
            return ""
        unfilled = len({p.where for p in review.problems if p.where.startswith("form.")})
        here = review.draft.forwarding is None
        if (
            act is Act.ACCEPT
            and here
            and unfilled
            and not review.open_questions
            and not review.lacking
        ):
            return self._texts("window.review.form_open", count=unfilled)
        key = f"{permission.code}.message"
        hint = f"{permission.code}.hint"
        sentence = self._texts(key, **permission.data)
        return sentence + (self._texts(hint, **permission.data) if self._texts.has(hint) else "")

    def _complete(self, review: Review) -> str:
        if review.draft.forwarding is not None:
            return self._texts("act.another_place_accepts.message")
        if not review.item.guide:
            return self._texts("window.review.no_guide")
        if review.item.authority is WindowAuthority.RECEIVE_ONLY:
            return self._texts("window.review.receive_only")
        if review.deferred:
            return self._texts("window.review.complete_but_later", count=review.deferred)
        return self._texts("window.review.complete")

    def _line(self, icon: str, state: str, text: str) -> None:
        line = row(Icon(icon, state, 16), Label(text, wrap=True), gap=8)
        line.setStretch(1, 1)
        self._lines.addLayout(line)

    def _show_keys(self, review: Review) -> None:
        for act, (cap, _, _) in KEYS.items():
            if review.permission(act).allowed:
                word = Label(self._texts(f"window.act.{word_of(act, review)}"), "dense")
                word.setObjectName(f"act_{act.value}")
                fill(self._caps, (KeyCap(cap), word, 6))
        self._caps.addStretch(1)


def word_of(act: Act, review: Review) -> str:
    """Return what an act is called: what silence has accepted is not complete, but recorded."""
    silent = act is Act.ACCEPT and review.law.deemed_from is not None
    return "SILENCE" if silent else act.value


def problem_sentences(review: Review, texts: Texts) -> tuple[str, ...]:
    """Return the problems of a review as sentences, each once."""
    of_form = [problem for problem in review.problems if problem.where.startswith("form.")]
    # The one form of a life event is long: how much of it is open says enough here.
    counted = bool(review.parts) and len(of_form) > MOST_OF_FORM
    found = dict.fromkeys(
        texts(f"{problem.code}.message", **problem.data)
        for problem in review.problems
        if not counted or problem not in of_form
    )
    if counted:
        found[texts("window.review.form_open", count=len(of_form))] = None
    return tuple(found)


def next_owed(review: Review, texts: Texts) -> str:
    """Return in a few words what has to happen before the case can be accepted."""
    if review.open_questions:
        return texts("window.owed.questions", count=len(review.open_questions))
    if review.lacking:
        later = any(Way.DEFERRED in line.ways for line in review.materials if not line.settled)
        key = "window.owed.materials" if later else "window.owed.materials_now"
        return texts(key, count=review.lacking)
    if any(problem.where.startswith("form.") for problem in review.problems):
        return texts("window.owed.form")
    if review.problems:
        return texts("window.owed.visitor")
    return ""
