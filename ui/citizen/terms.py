"""告知承诺: what the organ tells before a commitment is chosen, in full, and both ways alike."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QScroller, QSizePolicy, QWidget

from terminal.texts import Texts
from ui.citizen.pages import LOW
from ui.citizen.touch import Touch
from ui.theme import px
from ui.widgets.basics import Label, Scroll, clear, column, row
from ui.window.commitment import CommitmentTerms


class TermsPage(QWidget):
    """The citizen reads and chooses; `chosen` says whether a commitment is given.

    Both buttons are alike, and none is chosen beforehand: to bring the proof is as good.
    """

    chosen = Signal(bool)

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("citizen_terms")
        self._texts = texts
        self.title = Label("", "c-title", wrap=True, object_name="terms_title")
        self._hint = Label(texts("citizen.terms.hint"), "c-muted", wrap=True)
        self._reading = Scroll(gap=10)
        QScroller.grabGesture(
            self._reading.viewport(), QScroller.ScrollerGestureType.LeftMouseButtonGesture
        )
        self.more = Touch(texts("citizen.terms.more"), "answer", "terms_more")
        self.commit = Touch(texts("citizen.terms.commit"), "answer", "terms_commit")
        self.prove = Touch(texts("citizen.terms.prove"), "answer", "terms_prove")
        answers = (self.more, self.prove, self.commit)
        for answer in answers:
            answer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._whole = column(
            self.title, self._hint, self._reading, row(*answers, gap=16), gap=10,
            margins=(40, 24), to=self,
        )  # fmt: skip
        self._whole.setStretch(2, 1)
        bar = self._reading.verticalScrollBar()
        bar.valueChanged.connect(lambda _: self._show_more())
        bar.rangeChanged.connect(lambda *_: self._show_more())
        self.more.clicked.connect(lambda: bar.setValue(bar.value() + bar.pageStep() * 4 // 5))
        self.commit.clicked.connect(lambda: self.chosen.emit(True))
        self.prove.clicked.connect(lambda: self.chosen.emit(False))

    def show_terms(self, terms: CommitmentTerms) -> None:
        """Show what is told; the reading begins at its beginning."""
        self.title.say(terms.title)
        body = self._reading.body
        clear(body)
        body.addWidget(Label(terms.teller, "c-heading", wrap=True))
        for heading, words in terms.points:
            point = column(
                Label(heading, "c-small", wrap=True), Label(words, "c-text", wrap=True), gap=2
            )
            body.addLayout(point)
        body.addWidget(Label(terms.promised, "c-heading", wrap=True))
        body.addWidget(Label(terms.promise, "c-text", wrap=True))
        body.addStretch(1)
        self._reading.verticalScrollBar().setValue(0)
        self._show_more()

    def told(self) -> str:
        """Return all that stands there to be read."""
        labels = self._reading.inner.findChildren(Label)
        return "\n".join(label.text() for label in labels if not label.isHidden())

    def forget(self) -> None:
        """Nothing of what was read stays."""
        self.title.say("")
        clear(self._reading.body)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # On a low screen in large print what must be read needs the room.
        low = self.height() < px(LOW)
        self._hint.setVisible(not low)
        side, top = px(16 if low else 40), px(10 if low else 24)
        self._whole.setContentsMargins(side, top, side, top)

    def _show_more(self) -> None:
        """Say that there is more below, as long as there is."""
        bar = self._reading.verticalScrollBar()
        self.more.setVisible(bar.value() < bar.maximum())
