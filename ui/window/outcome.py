"""What has just been done: saved, with its papers and where they are; or the visit's end."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from terminal.errors import TerminalError
from terminal.services.views import DocumentView, PrintJobView, Saved, VisitEnding
from terminal.texts import Texts
from ui.icons import Icon
from ui.widgets.basics import KeyCap, Label, StateLabel, clear, column, row, style
from ui.window.life_event import saved_lines

JOB_LOOKS = {
    "queued": ("printer", "muted"),
    "printing": ("printer", "accent"),
    "printed": ("printer-check", "good"),
    "failed": ("circle-alert", "bad"),
    "unknown": ("circle-help", "warning"),
}


class OutcomeCard(QFrame):
    """One sentence, and below it the papers with the state of their printing."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("outcome_card")
        style(self, role="notice")
        self._texts = texts
        self._icon = Icon("circle-check", "good", 22)
        self.line = Label("", "strong", wrap=True, object_name="outcome_line")
        self.detail = Label("", "dense", wrap=True, object_name="outcome_detail")
        self._papers = QHBoxLayout()
        self.sign = QWidget()
        self._sign_words = Label("", "dense", wrap=True, object_name="outcome_sign")
        offer = row(KeyCap("F4"), self._sign_words, gap=8, to=self.sign)
        offer.setStretch(1, 1)
        self.signed = StateLabel("signature", "", "good")
        inner = column(self.line, self.detail, self._papers, self.sign, self.signed, gap=4)
        layout = row(self._icon, inner, gap=12, margins=(14, 10), to=self)
        layout.setStretch(1, 1)
        layout.setAlignment(self._icon, Qt.AlignmentFlag.AlignTop)
        self.case_id = ""
        self._saved: Saved | None = None
        self.hide()

    def show_saved(self, saved: Saved, act: str) -> None:
        """Say what was done and where it is saved."""
        texts = self._texts
        self.case_id, self._saved = saved.case.case_id, saved
        done = texts(f"window.done.{act}")
        line = texts("window.done.line", done=done, number=saved.case.receipt_number)
        state = "bad" if act == "DECLINE" else "good"
        state = "warning" if act == "NOTIFY_CORRECTION" else state
        style(self, state=state)
        self._icon.show_icon("circle-check", state)
        self.line.say(line)
        self.line.setAccessibleName(line)
        self.offer_signing(())
        self.show_jobs(tuple(job for document in saved.documents for job in document.jobs))
        self.show()

    def offer_signing(
        self, documents: Sequence[DocumentView], *, signed: bool | None = None
    ) -> None:
        """Name the papers that the citizen may sign for now, or say whether it was done."""
        texts = self._texts
        names = texts("window.list").join(
            texts(f"window.document.{document.kind}") for document in documents
        )
        self._sign_words.say(texts("window.done.sign", papers=names))
        self.sign.setVisible(bool(names) and signed is None)
        icon, state = ("circle-check", "good") if signed else ("circle-alert", "warning")
        key = "window.done.signed" if signed else "window.done.unsigned"
        self.signed.say(icon, texts(key, papers=names), state)
        self.signed.setVisible(bool(names) and signed is not None)

    def show_jobs(self, jobs: tuple[PrintJobView, ...]) -> None:
        """Show where the papers are, and why one that waits is not printed."""
        clear(self._papers)
        if self._saved is None:
            return
        newest = {job.document_id: job for job in jobs}
        lines = saved_lines(self._saved, self._texts)
        lines += [self._texts("window.done.offline")] if self._saved.offline else []
        for document in self._saved.documents:
            job = newest.get(document.document_id)
            state = job.state if job is not None else "queued"
            icon, colour = JOB_LOOKS.get(state, JOB_LOOKS["unknown"])
            words = self._texts(
                "window.done.paper",
                paper=self._texts(f"window.document.{document.kind}"),
                state=self._texts(f"window.print.{state}"),
            )
            self._papers.addWidget(StateLabel(icon, words, colour))
            if job is not None and job.code:
                lines.append(self._reason(job.code))
        self._papers.addStretch(1)
        self.detail.say("\n".join(dict.fromkeys(lines)))
        self.detail.setVisible(bool(lines))

    def _reason(self, code: str) -> str:
        """Return the sentence of a job's code; one that needs data stands on the devices page."""
        try:
            return TerminalError(code).sentence(self._texts)
        except KeyError:
            return self._texts("window.done.see_devices")

    def show_ending(self, ending: VisitEnding) -> None:
        """Name the originals that go back, and say that the citizen was invited."""
        texts = self._texts
        self._saved, self.case_id = None, ""
        self.offer_signing(())
        clear(self._papers)
        style(self, state="warning" if ending.originals else "good")
        self._icon.show_icon(
            "hand-helping" if ending.originals else "circle-check",
            "warning" if ending.originals else "good",
        )
        if ending.originals:
            names = texts("window.list").join(
                texts("window.end.original", name=name, count=count)
                for name, count in ending.originals
            )
            self.line.say(texts("window.end.give_back", names=names))
        else:
            self.line.say(texts("window.end.nothing_left"))
        self.detail.say(
            texts("window.end.invited" if ending.invitation else "window.end.not_invited")
        )
        self.detail.show()
        self.show()
