"""The situation (情形): questions one after the other, answered by a digit."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from terminal.services import drafts
from terminal.services.views import Review
from terminal.texts import Texts
from ui.widgets.basics import Label, clear, column, row
from ui.widgets.fields import Choice
from ui.window.desk import Desk


class ScenarioPanel(QWidget):
    """Shows the questions that the answers lead to; an answer moves on to the next one."""

    moved_on = Signal()
    moved_back = Signal()

    def __init__(self, texts: Texts, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("scenario_panel")
        self._texts, self._desk = texts, desk
        self._title = Label(texts("window.scenario.title"), "title")
        self._progress = Label("", "small", object_name="scenario_progress")
        self._list = QVBoxLayout()
        column(row(self._title, None, self._progress), self._list, gap=4, to=self)
        self._choices: dict[str, Choice] = {}
        self._shown: tuple[tuple[str, tuple[str, ...]], ...] = ()
        self._moving = ""
        desk.reviewed.connect(self.refresh)

    def refresh(self) -> None:
        """Show the questions of the newest review."""
        review = self._desk.now.review
        self.setVisible(bool(review and review.questions))
        if review is None:
            self._shown = ()
            self._choices = {}
            clear(self._list)
            return
        shape = tuple((q.id, tuple(o.id for o in q.options)) for q in review.questions)
        if shape != self._shown:
            self._shown = shape
            self._build(review)
        for question in review.questions:
            self._choices[question.id].set_value(review.draft.answers.get(question.id, ""))
        answered = len(review.questions) - len(review.open_questions)
        self._progress.say(
            self._texts("window.scenario.progress", done=answered, all=len(review.questions))
        )
        if self._moving:
            self._after(self._moving)

    def focus_open(self) -> bool:
        """Put the keyboard to the first open question; say whether there is any question."""
        review = self._desk.now.review
        if review is None or not review.questions:
            return False
        first = (review.open_questions or review.questions)[0]
        self._choices[first.id].setFocus()
        return True

    def _build(self, review: Review) -> None:
        held = next((key for key, choice in self._choices.items() if choice.hasFocus()), "")
        clear(self._list)
        self._choices = {}
        for question in review.questions:
            short = all(len(o.label) <= 8 for o in question.options) and len(question.options) < 5
            choice = Choice(
                f"question_{question.id}",
                question.text,
                [(o.id, o.label) for o in question.options],
                numbered=True,
                vertical=not short,
            )
            choice.chosen.connect(lambda option, key=question.id: self._answer(key, option))
            choice.moved_on.connect(lambda key=question.id: self._after(key))
            choice.moved_back.connect(lambda key=question.id: self._before(key))
            self._choices[question.id] = choice
            self._list.addWidget(choice)
            # Qt would show it with the next turn of the loop, too late for the keyboard.
            choice.show()
        if held in self._choices:
            self._choices[held].setFocus()

    def _answer(self, question_id: str, option_id: str) -> None:
        draft = self._desk.now.draft
        if draft is not None:
            self._moving = question_id
            self._desk.change(drafts.with_answer(draft, question_id, option_id))

    def _after(self, question_id: str) -> None:
        """Go to the next question once the review is there, or out of the panel."""
        self._moving = ""
        review = self._desk.now.review
        if review is None or question_id not in review.draft.answers:
            return
        if review.open_questions:
            self._choices[review.open_questions[0].id].setFocus()
        else:
            self.moved_on.emit()

    def _before(self, question_id: str) -> None:
        ids = list(self._choices)
        place = ids.index(question_id) - 1
        if place >= 0:
            self._choices[ids[place]].setFocus()
        else:
            self.moved_back.emit()
