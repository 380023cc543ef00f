"""Page 4: the journal of this machine: where each entry is, since when, and why."""

from __future__ import annotations

from terminal.services.views import JournalLine, JournalStatus
from ui.bridge import Bridge
from ui.widgets.basics import Card, Label, Notice, column, row
from ui.widgets.table import Cell, Column, Table
from ui.window.case_pages import SYNC_LOOKS
from ui.window.dates import moment_words
from ui.window.page import Page

FIGURES = ("written", "acknowledged", "waiting", "refused", "held", "conflict")


class JournalPage(Page):
    """Figures above, entries below, newest first."""

    interested = frozenset({"journal_changed", "journal_acknowledged", "hub_state_changed"})

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(bridge, "journal_page")
        texts = self.texts
        self._figures: dict[str, Label] = {}
        figures = row(gap=12)
        for key in FIGURES:
            card = Card(gap=2, margin=14)
            figure = Label("0", "figure", object_name=f"journal_{key}")
            card.add(figure, Label(texts(f"window.journal.{key}"), "small"))
            figures.addWidget(card, 1)
            self._figures[key] = figure
        self.hub = Notice("journal_hub")
        self.table = Table(
            "journal_table",
            texts("window.page.journal"),
            [
                Column(texts("window.journal.column.seq"), 72, right=True),
                Column(texts("window.journal.column.time"), 120),
                Column(texts("window.journal.column.kind"), 180),
                Column(texts("window.journal.column.subject")),
                Column(texts("window.journal.column.state"), 130),
                Column(texts("window.journal.column.since"), 120),
                Column(texts("window.journal.column.hash"), 110),
            ],
        )
        card = Card(gap=4, margin=8)
        card.add(self.table)
        layout = column(figures, self.hub, card, gap=12, margins=(16, 16), to=self)
        layout.setStretch(2, 1)

    def refresh(self) -> None:
        ctx = self.bridge.ctx
        if ctx is None:
            return
        self.bridge.read(self, ctx.journal.status, done=self._on_status)
        self.bridge.read(self, ctx.journal.lines, 200, done=self._on_lines)

    def start(self) -> None:
        self.table.setFocus()

    def _on_status(self, status: JournalStatus) -> None:
        for key, figure in self._figures.items():
            count = getattr(status, key)
            bad = key in ("refused", "conflict") and count
            waiting = key in ("waiting", "held") and count
            figure.say(str(count), "bad" if bad else "warning" if waiting else "")
        texts = self.texts
        sentence = texts(
            f"window.journal.hub_{status.hub}", last=moment_words(status.last_contact, texts)
        )
        if status.hub_code and texts.has(f"{status.hub_code}.message"):
            reason = texts.template(f"{status.hub_code}.message")
            if "{" not in reason:
                sentence = texts("window.journal.because", sentence=sentence, reason=reason)
        if status.waiting and status.earliest_due is not None:
            due = texts("window.journal.earliest", date=status.earliest_due.strftime("%m-%d"))
            sentence = texts("window.journal.and", first=sentence, second=due)
        self.hub.say(sentence, "good" if status.hub == "connected" else "warning")

    def _on_lines(self, lines: tuple[JournalLine, ...]) -> None:
        held = self.table.row()
        self.table.show_rows([self._cells(line) for line in lines], max(held, 0))

    def _cells(self, line: JournalLine) -> tuple[Cell, ...]:
        texts = self.texts
        icon, state = SYNC_LOOKS.get(line.state, SYNC_LOOKS["waiting"])
        key = f"window.sync.{line.state}"
        word = texts(key) if texts.has(key) else line.state
        tip = f"{line.code}.message"
        why = texts.template(tip) if line.code and texts.has(tip) else line.code
        return (
            Cell(str(line.seq), "muted"),
            Cell(moment_words(line.written_at, texts)),
            Cell(texts(f"window.step.{line.kind}")),
            Cell(line.subject, "muted"),
            Cell(word, state, icon, why),
            Cell(moment_words(line.since, texts), "muted"),
            Cell(line.short_hash, "muted"),
        )
