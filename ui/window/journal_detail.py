"""One entry of the journal in full: what, where and since when, why, and what to do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from terminal.services.journal_views import JournalLine
from terminal.texts import Texts
from ui.theme import px
from ui.widgets.basics import Card, Label, Rule, Scroll, StateLabel, clear, row
from ui.window.dates import moment_words
from ui.window.journal_words import LOOKS, advice_words, reason_words, where_words


class JournalDetail(Card):
    """Shows the selected entry; `line` is what is shown."""

    def __init__(self, texts: Texts, phone: str) -> None:
        super().__init__(gap=8)
        self.setObjectName("journal_detail")
        self._texts, self._phone = texts, phone
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._scroll = Scroll(gap=8)
        self.add(self._scroll)
        self.line: JournalLine | None = None
        self.show_line(None)

    def show_line(self, line: JournalLine | None) -> None:
        """Show an entry, or that none is chosen."""
        self.line = line
        body = self._scroll.body
        clear(body)
        if line is None:
            body.addWidget(Label(self._texts("window.journal.choose"), "muted", wrap=True))
        else:
            self._fill(body, line)
        body.addStretch(1)

    def scroll_by(self, by: int) -> None:
        """Move the text up or down by some lines."""
        bar = self._scroll.verticalScrollBar()
        bar.setValue(bar.value() + by * px(40))

    def _fill(self, body: QVBoxLayout, line: JournalLine) -> None:
        texts = self._texts
        body.addWidget(Label(texts(f"window.step.{line.kind}"), "heading", wrap=True))
        subject = texts("window.journal.no_subject")
        if line.subject:
            subject = texts("window.journal.subject", number=line.subject)
        body.addWidget(Label(subject, "strong", wrap=True, object_name="journal_subject"))
        icon, state = LOOKS.get(line.state, LOOKS["waiting"])
        where = StateLabel()
        where.say(icon, where_words(line, texts), state)
        body.addLayout(row(where, None))
        since = texts("window.journal.since", since=moment_words(line.since, texts))
        body.addWidget(Label(since, "small"))
        reason = reason_words(line, texts)
        if reason:
            self._title("reason")
            shown = Label(reason, state=state, wrap=True, object_name="journal_reason")
            body.addWidget(shown)
        advice = advice_words(line, texts, self._phone)
        if advice:
            self._title("todo_title")
            body.addWidget(Label(advice, wrap=True, object_name="journal_todo"))
        body.addWidget(Rule())
        for words in (
            texts("window.journal.written", time=moment_words(line.written_at, texts)),
            texts("window.journal.place", seq=line.seq, epoch=line.epoch[:8]),
            texts("window.journal.hash", hash=line.short_hash),
        ):
            body.addWidget(Label(words, "small", wrap=True))

    def _title(self, key: str) -> None:
        self._scroll.body.addWidget(Label(self._texts(f"window.journal.{key}"), "title"))
