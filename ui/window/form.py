"""The application form: one field after the other, checked by the core's own rules."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from terminal.domain.catalogue import FieldKind, FormField
from terminal.services import drafts
from terminal.services.views import Review
from ui.bridge import Bridge
from ui.theme import px
from ui.widgets.basics import Label, clear, column, row
from ui.widgets.fields import Choice, Field
from ui.window.dates import tidy_day
from ui.window.desk import Desk

WIDE = {FieldKind.LONG_TEXT, FieldKind.CHOICE}


class FormPanel(QWidget):
    """Fields in two columns; Enter moves to the next, after the last one out of the form."""

    moved_on = Signal()
    moved_back = Signal()

    def __init__(self, bridge: Bridge, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("form_panel")
        self._texts, self._desk = bridge.texts, desk
        self._title = Label(self._texts("window.form.title"), "heading")
        self._state = Label("", "muted", object_name="form_state")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(px(16))
        self._grid.setVerticalSpacing(px(8))
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        column(row(self._title, self._state, None, gap=12), self._grid, gap=6, to=self)
        self.fields: dict[str, Field | Choice] = {}
        self._shown: tuple[str, ...] = ()
        self._visit: object = None
        desk.reviewed.connect(self.refresh)

    def refresh(self) -> None:
        """Show the fields of the newest review; what is being typed is left alone."""
        review = self._desk.now.review
        wanted = (
            tuple(f.id for f in review.fields)
            if review is not None and not review.open_questions
            else ()
        )
        if wanted != self._shown or self._visit is not self._desk.now:
            self._visit = self._desk.now
            self._build(review.fields if review is not None and wanted else ())
        self.setVisible(bool(wanted))
        if review is None or not wanted:
            return
        for field in review.fields:
            value = review.draft.form.get(field.id, "")
            shown = self.fields[field.id]
            if isinstance(shown, Choice):
                shown.set_value(value)
            elif not shown.edit.hasFocus() and shown.text() != value:
                shown.set_text(value)
        wrong = sum(problem.where.startswith("form.") for problem in review.problems)
        key = "window.form.open" if wrong else "window.form.complete"
        self._state.say(self._texts(key, count=wrong), "warning" if wrong else "good")

    def focus_open(self) -> bool:
        """Put the keyboard to the first field that is not in order; say whether there is one."""
        review = self._desk.now.review
        if review is None or not self.fields:
            return False
        wrong = {p.where.removeprefix("form.") for p in review.problems}
        first = next((key for key in self.fields if key in wrong), next(iter(self.fields)))
        self.fields[first].setFocus()
        return True

    def _build(self, fields: tuple[FormField, ...]) -> None:
        clear(self._grid)
        self._shown = tuple(field.id for field in fields)
        self.fields = {}
        line, place = 0, 0
        for field in fields:
            made = self._make(field)
            self.fields[field.id] = made
            wide = field.kind in WIDE
            if wide and place:
                line, place = line + 1, 0
            self._grid.addWidget(made, line, place, 1, 2 if wide else 1, Qt.AlignmentFlag.AlignTop)
            made.show()
            place += 2 if wide else 1
            if place >= 2:
                line, place = line + 1, 0

    def _make(self, field: FormField) -> Field | Choice:
        key = "window.form.label" if field.required else "window.form.label_optional"
        label = self._texts(key, label=field.label)
        made: Field | Choice
        if field.kind is FieldKind.CHOICE:
            made = Choice(
                f"form_{field.id}", label, [(o, o) for o in field.options], numbered=True,
                vertical=sum(map(len, field.options)) > 24,
            )  # fmt: skip
            made.chosen.connect(lambda value: self._put(field.id, value))
        else:
            made = Field(
                f"form_{field.id}",
                label,
                hint=field.hint or self._hint(field),
                check=lambda _text: self._fault(field),
                tidy=tidy_day if field.kind is FieldKind.DATE else None,
                max_length=field.max_length,
                patient=18 if field.kind in _NUMBERS else 0,
            )
            made.changed.connect(lambda text: self._put(field.id, text.strip()))
        made.moved_on.connect(lambda: self._step(field.id, 1))
        made.moved_back.connect(lambda: self._step(field.id, -1))
        return made

    def _hint(self, field: FormField) -> str:
        key = f"window.form.hint.{field.kind.value}"
        return self._texts(key) if self._texts.has(key) else ""

    def _put(self, field_id: str, value: str) -> None:
        draft = self._desk.now.draft
        if draft is not None and draft.form.get(field_id, "") != value:
            self._desk.change(drafts.with_field(draft, field_id, value))

    def _fault(self, field: FormField) -> str:
        from terminal.clock import today
        from terminal.domain.capacity import birth_of
        from terminal.services.form_rules import check

        draft, ctx = self._desk.now.draft, self._desk.bridge.ctx
        if draft is None or ctx is None:
            return ""
        shown = self.fields.get(field.id)
        value = shown.text() if isinstance(shown, Field) else ""
        form = {**draft.form, field.id: value}
        found = check(field, form, today(ctx.clock), birth_of(draft.applicant))
        if found is None:
            return ""
        texts = self._texts
        hint = f"{found.code}.hint"
        message = texts(f"{found.code}.message", **found.data)
        return message + (texts(hint, **found.data) if texts.has(hint) else "")

    def _step(self, field_id: str, by: int) -> None:
        here = self.fields[field_id]
        if by > 0 and isinstance(here, Field) and not here.valid():
            return
        if by > 0 and isinstance(here, Choice) and not here.value() and self._required(field_id):
            return
        ids = list(self.fields)
        place = ids.index(field_id) + by
        if place < 0:
            self.moved_back.emit()
        elif place >= len(ids):
            self.moved_on.emit()
        else:
            self.fields[ids[place]].setFocus()

    def _required(self, field_id: str) -> bool:
        review: Review | None = self._desk.now.review
        fields = review.fields if review is not None else ()
        return any(field.id == field_id and field.required for field in fields)


_NUMBERS = {FieldKind.IDENTITY_NUMBER, FieldKind.CREDIT_CODE}
