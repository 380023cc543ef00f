"""A commitment in place of a proof (告知承诺): told first, then chosen freely, or not."""

from __future__ import annotations

from PySide6.QtCore import Signal

from terminal.domain.catalogue import Material
from terminal.texts import Texts
from ui.widgets.basics import Card, Label
from ui.widgets.fields import Choice

COMMIT, PROVE = "commit", "prove"


class CommitmentPanel(Card):
    """Shown below the materials while the applicant chooses; both ways stand there alike.

    Nothing is chosen beforehand. `decided` says whether the applicant commits.
    """

    decided = Signal(bool)

    def __init__(self, texts: Texts) -> None:
        super().__init__(gap=6, margin=12)
        self.setObjectName("commitment_panel")
        self._texts = texts
        self._title = Label("", "strong", wrap=True)
        self._certified = Label("", "muted", wrap=True, object_name="commitment_content")
        self._sentence = Label("", wrap=True, object_name="commitment_sentence")
        self.choice = Choice(
            "commitment_choice",
            texts("window.commitment.choice"),
            [(one, texts(f"window.commitment.{one}")) for one in (COMMIT, PROVE)],
            numbered=True,
            vertical=True,
            walks=True,
        )
        self._error = Label("", "dense", state="bad", wrap=True, object_name="commitment_error")
        self.add(self._title, self._certified, self._sentence, self.choice, self._error)
        self.choice.chosen.connect(lambda _: self._complain(""))
        self.choice.moved_on.connect(self._on_moved_on)

    def open_for(self, material: Material) -> None:
        """Tell what a commitment for this proof means, and ask."""
        texts = self._texts
        self._title.say(texts("window.commitment.title", name=material.name))
        content = material.standard
        self._certified.say(texts("window.commitment.content", content=content) if content else "")
        self._certified.setVisible(bool(content))
        self._sentence.say(texts("window.commitment.sentence", name=material.name))
        self.choice.set_value("")
        self._complain("")
        self.show()
        self.choice.setFocus()

    def _complain(self, sentence: str) -> None:
        self._error.say(sentence, "bad")
        self._error.setVisible(bool(sentence))
        self.choice.setAccessibleDescription(sentence)

    def _on_moved_on(self) -> None:
        if self.choice.value():
            self.decided.emit(self.choice.value() == COMMIT)
        else:
            self._complain(self._texts("window.commitment.missing"))
