"""One case in full: people, dates, materials with their fates, papers, the whole history."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from terminal.clock import to_local
from terminal.domain.case import Case
from terminal.domain.catalogue import Way
from terminal.domain.parties import Capacity, MaterialEntry, MaterialStatus
from terminal.domain.wiping import is_wiped
from terminal.services.casework.todo import HistoryLine
from terminal.services.views import DocumentView
from terminal.texts import Texts
from ui.icons import Icon
from ui.theme import px
from ui.widgets.basics import (
    Badge,
    Card,
    ElidedLabel,
    Label,
    Rule,
    Scroll,
    StateLabel,
    clear,
    column,
    row,
)
from ui.widgets.rows import Row, SelectList
from ui.window.casework.clerking import CaseFile
from ui.window.dates import moment_words
from ui.window.outcome import JOB_LOOKS

MATERIAL_LOOKS = {
    MaterialStatus.RECEIVED: ("square-check", "good"),
    MaterialStatus.MISSING: ("square", "warning"),
    MaterialStatus.DEFECTIVE: ("circle-alert", "bad"),
    MaterialStatus.DEFERRED: ("hourglass", "warning"),
}


class CaseView(Card):
    """Shows a case; one of its papers can be selected."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(gap=8)
        self.setObjectName("case_view")
        self._texts = texts
        self._documents: tuple[DocumentView, ...] = ()
        self._case_id = ""
        self._shown: CaseFile | None = None
        self._body: QVBoxLayout
        self.papers = SelectList("case_documents")
        self.area = Scroll(gap=8)
        self.add(self.area)

    def show_file(self, file: CaseFile) -> None:
        """Show a case as it stands; the place in it is kept while it is the same one."""
        if file == self._shown:
            # Events come in flocks; what has not changed is not built again.
            return
        self._shown = file
        same = file.case.case_id == self._case_id
        place = self.papers.index if same else len(file.documents) - 1
        held = same and self.papers.hasFocus()
        where = self.area.verticalScrollBar().value() if same else 0
        self._case_id, self._documents = file.case.case_id, file.documents
        clear(self.area.body)
        self.papers = SelectList("case_documents")
        # Shown as a whole: the parts of a layout that is built in place wait for their turn.
        whole = QWidget()
        self._body = column(gap=8, to=whole)
        self._facts(file)
        self._materials(file.case)
        self._papers(max(place, 0))
        self._history(file)
        self.area.body.addWidget(whole)
        whole.show()
        self.area.body.addStretch(1)
        self.area.verticalScrollBar().setValue(where)
        if held:
            self.papers.setFocus()

    def document(self) -> DocumentView | None:
        """Return the paper that is selected."""
        place = self.papers.index
        return self._documents[place] if 0 <= place < len(self._documents) else None

    def scroll_by(self, lines: int) -> None:
        """Scroll by a number of lines."""
        bar = self.area.verticalScrollBar()
        bar.setValue(bar.value() + lines * px(48))

    def _facts(self, file: CaseFile) -> None:
        texts, case, body = self._texts, file.case, self._body
        wiped = is_wiped(case)
        facts = [
            ("applicant", texts("window.cases.wiped") if wiped else case.applicant.name),
            ("phone", "" if wiped else case.applicant.phone or case.visitor.phone),
            ("visitor", "" if wiped else self._visitor(case)),
            ("organ", case.organ),
            ("case_number", case.case_number or texts("window.cases.no_case_number")),
            ("received", moment_words(case.received_at, texts)),
            ("late_entry", self._late_entry(case)),
            ("first_contact", file.history.first_contact),
            ("accepted", moment_words(case.accepted_at, texts) if case.accepted_at else ""),
            ("cure_by", case.cure_due),
            ("forwarding", case.forwarding.organ if case.forwarding else ""),
            ("handed_over", self._handed_over(case)),
            ("declined", case.decline.reason if case.decline else ""),
            ("decision", self._decision(case)),
            ("results", self._results(case)),
            ("delivery_way", self._way(case)),
            ("courier", self._courier(case)),
            ("delivered", self._delivered(case)),
            ("ended", case.ending.reason if case.ending else ""),
        ]
        grid = QGridLayout()
        grid.setHorizontalSpacing(px(12))
        grid.setVerticalSpacing(px(4))
        grid.setColumnStretch(1, 1)
        for place, (key, value) in enumerate((k, v) for k, v in facts if v):
            name = Label(texts(f"casework.fact.{key}"), "small")
            said = Label(value, wrap=True, object_name=f"fact_{key}")
            grid.addWidget(name, place, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(said, place, 1)
        body.addLayout(grid)

    def _visitor(self, case: Case) -> str:
        if case.capacity is Capacity.SELF:
            return ""
        word = self._texts(f"window.capacity.{case.capacity.value}")
        return self._texts("casework.person", name=case.visitor.name, capacity=word)

    def _late_entry(self, case: Case) -> str:
        late = case.late_entry
        if late is None:
            return ""
        name = late.confirmed_by.name
        return self._texts("casework.entered_late", number=late.paper_number, name=name)

    def _handed_over(self, case: Case) -> str:
        if case.papers is None:
            return ""
        key = "taken" if case.papers.official is not None else "handed"
        official = case.papers.official.name if case.papers.official else ""
        return self._texts(f"casework.papers_{key}", pages=case.papers.pages, name=official)

    def _decision(self, case: Case) -> str:
        if case.decision is None:
            return ""
        word = self._texts(f"window.outcome.{case.decision.outcome.value}")
        return self._texts("casework.with_detail", word=word, detail=case.decision.document_number)

    def _results(self, case: Case) -> str:
        return self._texts("window.list").join(
            self._texts("casework.deliver.thing", name=thing.name, number=thing.number,
                        count=thing.count)
            if thing.number
            else self._texts("casework.deliver.thing_plain", name=thing.name, count=thing.count)
            for thing in case.results
        )  # fmt: skip

    def _way(self, case: Case) -> str:
        choice = case.delivery_choice
        if choice is None:
            return ""
        word = self._texts(f"casework.agree.way_{choice.way.value}")
        detail = self._texts("window.list").join(
            one for one in (choice.recipient, choice.address, choice.phone) if one
        )
        return self._texts("casework.with_detail", word=word, detail=detail) if detail else word

    def _courier(self, case: Case) -> str:
        courier = case.courier
        if courier is None:
            return ""
        key = "returned" if courier.returned_at else "sent"
        at = moment_words(courier.returned_at or courier.sent_at, self._texts)
        return self._texts(
            f"casework.courier_{key}", company=courier.company, number=courier.tracking_number,
            at=at, reason=courier.reason,
        )  # fmt: skip

    def _delivered(self, case: Case) -> str:
        if case.delivery is None:
            return ""
        at = moment_words(case.delivery.delivered_at, self._texts)
        name = self._texts("window.cases.wiped_short") if is_wiped(case) else (
            case.delivery.receiver.name
        )  # fmt: skip
        return self._texts("casework.delivered_to", at=at, name=name)

    def _materials(self, case: Case) -> None:
        self._title("materials")
        kept = {entry.material_id for entry in case.kept_originals}
        for entry in case.materials:
            icon, state = MATERIAL_LOOKS[entry.status]
            inner = column(Label(entry.name, "dense", wrap=True), gap=0)
            inner.addWidget(Label(self._fate(entry), "small", wrap=True))
            line = row(Icon(icon, state, 16), inner, gap=8)
            line.setStretch(1, 1)
            if entry.material_id in kept:
                line.addWidget(Badge(self._texts("casework.original_here"), "warning"))
            elif entry.material_id in case.originals_returned:
                line.addWidget(Badge(self._texts("casework.original_returned"), "good"))
            self._body.addLayout(line)
        if not case.materials:
            self._body.addWidget(Label(self._texts("casework.no_materials"), "muted"))

    def _fate(self, entry: MaterialEntry) -> str:
        texts = self._texts
        if entry.status is not MaterialStatus.RECEIVED:
            state = texts(f"window.cases.material_{entry.status.value}")
            detail = entry.defect or entry.standard
            return texts("casework.with_detail", word=state, detail=detail) if detail else state
        if entry.way is not Way.PAPER:
            return texts(f"casework.way.{entry.way.value}")
        fate = texts(f"window.fate.{entry.fate.value}")
        if entry.compared is not None:
            fate = texts(
                "casework.compared", fate=fate, name=entry.compared.by.name,
                at=moment_words(entry.compared.at, texts),
            )  # fmt: skip
        return texts("casework.material_fate", fate=fate, count=max(entry.count, 1))

    def _papers(self, selected: int) -> None:
        texts = self._texts
        self._title("papers")
        rows = []
        for document in self._documents:
            job = document.jobs[-1] if document.jobs else None
            state = job.state if job is not None else "queued"
            icon, colour = JOB_LOOKS.get(state, JOB_LOOKS["unknown"])
            made = Row()
            name = texts(f"window.document.{document.kind}")
            printed = texts(f"window.print.{state}")
            if job is not None and job.copy > 1:
                printed = texts("casework.copy", state=printed, copy=job.copy)
            left = column(Label(name, "dense"), ElidedLabel(document.number, "small"), gap=0)
            layout = row(
                Icon("file-text", "muted", 16), left, StateLabel(icon, printed, colour), gap=8,
                margins=(8, 4), to=made,
            )  # fmt: skip
            layout.setStretch(1, 1)
            made.setAccessibleName(texts("casework.copy_spoken", name=name, state=printed))
            rows.append(made)
        self.papers.show_rows(rows, selected)
        self._body.addWidget(self.papers)
        if not rows:
            self._body.addWidget(Label(texts("casework.no_papers"), "muted"))

    def _history(self, file: CaseFile) -> None:
        self._title("history")
        for line in file.history.lines:
            self._body.addWidget(_HistoryRow(line, self._texts))

    def _title(self, key: str) -> None:
        self._body.addWidget(Rule())
        self._body.addWidget(Label(self._texts(f"window.cases.title_{key}"), "title"))


class _HistoryRow(QWidget):
    """Who, where, when, and which papers came of it."""

    def __init__(self, line: HistoryLine, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("history_line")
        moment = to_local(line.at).strftime("%Y-%m-%d %H:%M")
        who = line.actor or texts(f"casework.actor.{line.actor_kind}")
        place = texts("casework.at_place", name=who, place=line.place) if line.place else who
        inner = column(
            row(Label(texts(f"window.step.{line.kind}"), "dense"), None, Label(moment, "small")),
            ElidedLabel(place, "small"), gap=0,
        )  # fmt: skip
        if line.papers:
            names = texts("window.list").join(texts(f"window.document.{k}") for k in line.papers)
            inner.addWidget(Label(texts("casework.issued", names=names), "small", wrap=True))
        layout = row(Icon("circle-dot", "muted", 14), inner, gap=8, to=self)
        layout.setStretch(1, 1)
        layout.setAlignment(layout.itemAt(0).widget(), Qt.AlignmentFlag.AlignTop)
