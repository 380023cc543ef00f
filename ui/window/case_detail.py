"""One case in full: people, dates, materials, history, papers with their printing."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame

from terminal.domain.case import Case
from terminal.domain.parties import MaterialStatus
from terminal.domain.wiping import is_wiped
from terminal.services.views import DocumentView
from terminal.texts import Texts
from ui.icons import Icon
from ui.widgets.basics import Card, ElidedLabel, Label, Rule, Scroll, StateLabel, clear, column, row
from ui.widgets.rows import Row, SelectList
from ui.window.dates import moment_words
from ui.window.outcome import JOB_LOOKS
from ui.window.side import STATE_COLOURS

MATERIAL_LOOKS = {
    MaterialStatus.RECEIVED: ("square-check", "good"),
    MaterialStatus.MISSING: ("square", "warning"),
    MaterialStatus.DEFECTIVE: ("circle-alert", "bad"),
    MaterialStatus.DEFERRED: ("hourglass", "warning"),
}


class CaseDetail(Card):
    """Shows a case; the papers can be selected for a reprint."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(gap=8)
        self.setObjectName("case_detail")
        self._texts = texts
        self._documents: tuple[DocumentView, ...] = ()
        self._scroll = Scroll(gap=8)
        self.add(self._scroll)
        self.papers = SelectList("case_documents")
        self._whole: Case | None = None
        self.show_nothing()

    def show_nothing(self) -> None:
        """Show that no case is selected."""
        self._documents = ()
        self._whole = None
        self._renew()
        self._scroll.body.addWidget(Label(self._texts("window.cases.choose"), "muted", wrap=True))
        self._scroll.body.addStretch(1)

    def show_case(self, case: Case, documents: tuple[DocumentView, ...]) -> None:
        """Show a case with its papers."""
        texts = self._texts
        held = self.papers.index if self._whole is not None else 0
        same = self._whole is not None and self._whole.case_id == case.case_id
        self._whole, self._documents = case, documents
        self._renew()
        body = self._scroll.body
        body.addWidget(Label(case.item_name, "heading", wrap=True))
        body.addWidget(Label(case.receipt_number, "strong", object_name="detail_number"))
        facts = [
            ("applicant", texts("window.cases.wiped") if is_wiped(case) else case.applicant.name),
            ("organ", case.organ),
            ("case_number", case.case_number or texts("window.cases.no_case_number")),
            ("received", moment_words(case.received_at, texts)),
        ]
        if case.accepted_at:
            facts.append(("accepted", moment_words(case.accepted_at, texts)))
        if case.cure_by:
            facts.append(("cure_by", case.cure_by))
        if case.decline is not None:
            facts.append(("declined", case.decline.reason))
        if case.decision is not None:
            word = texts(f"window.outcome.{case.decision.outcome.value}")
            facts.append(("decision", f"{word} {case.decision.document_number}"))
        for key, value in facts:
            line = row(Label(texts(f"window.cases.fact.{key}"), "small"), Label(value, wrap=True))
            line.setStretch(1, 1)
            body.addLayout(line)
        state = Label(
            texts(f"window.case_state.{case.state.value}"), state=STATE_COLOURS[case.state]
        )
        body.addLayout(row(Label(texts("window.cases.fact.state"), "small"), state, None))
        self._materials(case)
        self._papers(held if same else 0)
        self._history(case)
        body.addStretch(1)

    def chosen_document(self) -> DocumentView | None:
        """Return the paper that is selected for a reprint."""
        place = self.papers.index
        return self._documents[place] if 0 <= place < len(self._documents) else None

    def _renew(self) -> None:
        clear(self._scroll.body)
        self.papers = SelectList("case_documents")

    def _materials(self, case: Case) -> None:
        self._title("materials")
        for entry in case.materials:
            icon, state = MATERIAL_LOOKS[entry.status]
            words = entry.name
            if entry.status is not MaterialStatus.RECEIVED:
                words = self._texts(
                    "window.cases.material",
                    name=entry.name,
                    state=self._texts(f"window.cases.material_{entry.status.value}"),
                )
            line = row(Icon(icon, state, 16), Label(words, "dense", wrap=True), gap=8)
            line.setStretch(1, 1)
            self._scroll.body.addLayout(line)

    def _papers(self, selected: int) -> None:
        self._title("papers")
        rows = []
        for document in self._documents:
            job = document.jobs[-1] if document.jobs else None
            state = job.state if job is not None else "queued"
            icon, colour = JOB_LOOKS.get(state, JOB_LOOKS["unknown"])
            made = Row()
            name = self._texts(f"window.document.{document.kind}")
            printed = self._texts(f"window.print.{state}")
            left = column(Label(name, "dense"), ElidedLabel(document.number, "small"), gap=0)
            layout = row(
                Icon("file-text", "muted", 16), left, StateLabel(icon, printed, colour), gap=8,
                margins=(8, 4), to=made,
            )  # fmt: skip
            layout.setStretch(1, 1)
            made.setAccessibleName(f"{name} {printed}")
            rows.append(made)
        self.papers.show_rows(rows, max(selected, 0))
        self._scroll.body.addWidget(self.papers)

    def _history(self, case: Case) -> None:
        self._title("history")
        for step in case.history:
            line = row(
                Label(moment_words(step.at, self._texts), "small"),
                Label(self._texts(f"window.step.{step.kind}"), "dense"),
                None,
                Label(step.actor.name or self._texts(f"window.actor.{step.actor.kind}"), "small"),
                gap=10,
            )
            self._scroll.body.addLayout(line)

    def _title(self, key: str) -> None:
        rule: QFrame = Rule()
        self._scroll.body.addWidget(rule)
        self._scroll.body.addWidget(Label(self._texts(f"window.cases.title_{key}"), "title"))
