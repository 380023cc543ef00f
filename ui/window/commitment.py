"""A commitment in place of a proof (告知承诺): told first, then chosen freely, or not."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtGui import QGuiApplication

from terminal.documents import dates
from terminal.documents.composing.intake import commitment_line
from terminal.documents.wording import default_wording
from terminal.domain.catalogue import Material
from terminal.services.views import Review
from terminal.texts import DEFAULT_LANGUAGE, Texts
from ui.widgets.basics import Card, Label
from ui.widgets.fields import Choice

COMMIT, PROVE = "commit", "prove"


class CommitmentTerms(msgspec.Struct, frozen=True):
    """What the applicant reads before choosing: who tells, what of each point, what is promised.

    The sentences are those of the letter (告知承诺书), word for word.
    """

    title: str
    teller: str
    points: tuple[tuple[str, str], ...]
    promised: str
    promise: str


def terms_of(review: Review, material: Material, texts: Texts) -> CommitmentTerms:
    """Return what is told of a commitment for a proof of this application."""
    wording, item = default_wording(DEFAULT_LANGUAGE), review.item
    line = commitment_line(
        material.name, material.standard, material.basis, item, Texts(DEFAULT_LANGUAGE)
    )
    check_by = review.law.check_by
    checked = wording.plain("commitment.checked_no_day")
    if check_by is not None:
        day = check_by.on.isoformat()
        checked = wording(
            "commitment.checked", due=dates.due_day(day), weekday=dates.weekday(day, wording)
        )
    organ = item.organ.name if item.organ is not None else item.department
    return CommitmentTerms(
        title=texts("window.commitment.title", name=material.name),
        teller=wording("commitment.told", organ=organ),
        points=(
            (wording.plain("labels.duty"), line.duty),
            (wording.plain("labels.content"), line.content),
            (texts("window.commitment.if_untrue"), wording.plain("commitment.liability")),
            (texts("window.commitment.how_checked"), checked),
            (texts("window.commitment.free"), wording.plain("commitment.choice")),
        ),
        promised=wording.plain("commitment.promised"),
        promise=wording("commitment.promise", name=line.name),
    )


class CommitmentPanel(Card):
    """Shown below the materials while the applicant chooses; both ways stand there alike.

    Nothing is chosen beforehand. `decided` says whether the applicant commits; `told` carries
    what the applicant reads on the own screen meanwhile, and None when that is over.
    """

    decided = Signal(bool)
    told = Signal(object)

    def __init__(self, texts: Texts) -> None:
        super().__init__(gap=6, margin=12)
        self.setObjectName("commitment_panel")
        self._texts = texts
        self._title = Label("", "strong", wrap=True)
        self._told = Label("", "dense", state="muted", wrap=True, object_name="commitment_told")
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
        self.add(self._title, self._told, self._sentence, self.choice, self._error)
        self.choice.chosen.connect(lambda _: self._complain(""))
        self.choice.moved_on.connect(self._on_moved_on)

    def open_for(self, review: Review, material: Material) -> None:
        """Tell what a commitment for this proof means, and ask.

        Where the citizen has no screen, all of it stands here, to be read or read out.
        """
        terms = terms_of(review, material, self._texts)
        self._title.say(terms.title)
        points = (
            self._texts("window.commitment.line", heading=heading, words=words)
            for heading, words in terms.points
        )
        self._told.say("\n".join((terms.teller, *points)))
        self._told.setVisible(len(QGuiApplication.screens()) < 2)
        self._sentence.say(terms.promise)
        self.choice.set_value("")
        self._complain("")
        self.show()
        self.choice.setFocus()
        self.told.emit(terms)

    def decide(self, commits: bool) -> None:
        """The applicant has chosen on the own screen."""
        if not self.isHidden():
            self.choice.set_value(COMMIT if commits else PROVE)
            self.decided.emit(commits)

    def setVisible(self, visible: bool) -> None:
        reading = not self.isHidden() and not visible
        super().setVisible(visible)
        if reading:
            self.told.emit(None)

    def _complain(self, sentence: str) -> None:
        self._error.say(sentence, "bad")
        self._error.setVisible(bool(sentence))
        self.choice.setAccessibleDescription(sentence)

    def _on_moved_on(self) -> None:
        if self.choice.value():
            self.decided.emit(self.choice.value() == COMMIT)
        else:
            self._complain(self._texts("window.commitment.missing"))
