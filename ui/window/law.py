"""What the law says now: due dates, authority, basis."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt

from terminal.services.views import Law, Review
from terminal.texts import Texts
from ui.widgets.basics import Badge, Card, Label
from ui.window.dates import day_words, due_words
from ui.window.desk import Desk


class LawCard(Card):
    """Due dates, authority and basis for the matter as it stands."""

    def __init__(self, texts: Texts, desk: Desk) -> None:
        super().__init__(texts("window.law.title"), gap=6)
        self.setObjectName("law_card")
        self._texts, self._desk = texts, desk
        self.sample = Badge(texts("window.law.sample"))
        if self.head is not None:
            self.head.addWidget(self.sample)
        self.lines = [Label("", wrap=True, object_name=f"law_line_{i}") for i in range(5)]
        for line in self.lines:
            line.setTextFormat(Qt.TextFormat.RichText)
        self.authority = Label("", "dense", wrap=True, object_name="law_authority")
        self.basis = Label("", "small", wrap=True, object_name="law_basis")
        self.empty = Label(texts("window.law.empty"), "muted", wrap=True)
        self.add(self.empty, *self.lines, 2, self.authority, self.basis)
        desk.reviewed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show what holds for the newest review."""
        review = self._desk.now.review
        self.empty.setVisible(review is None)
        self.sample.setVisible(review is not None and review.item.sample)
        sentences = self._sentences(review) if review is not None else []
        for place, line in enumerate(self.lines):
            text = sentences[place] if place < len(sentences) else ""
            line.setText(text)
            line.setVisible(bool(text))
        self.authority.setVisible(review is not None)
        self.basis.setVisible(review is not None and bool(review.law.basis))
        if review is None:
            return
        texts, law = self._texts, review.law
        key = f"window.law.authority.{law.authority.value}"
        words = texts("window.law.authority.line", words=texts(key))
        if law.authority_document:
            words = texts("window.law.authority.by", words=words, document=law.authority_document)
        self.authority.say(words)
        basis = texts("window.semicolon").join(law.basis[:3])
        self.basis.say(texts("window.law.basis", basis=basis))

    def _sentences(self, review: Review) -> list[str]:
        texts, law = self._texts, review.law
        key = "received" if review.draft.case_id else "today"
        found = [self._mark(f"window.law.{key}", date=day_words(law.received_on, texts))]
        if law.counted_from != law.received_on:
            counted = day_words(law.counted_from, texts)
            found.append(self._mark("window.law.rest_day", date=counted))
        forwarding = review.draft.forwarding
        if forwarding is not None and law.forward_by is not None:
            by = due_words(law.forward_by, texts)
            found.append(self._mark("day.forward.by", date=by, organ=forwarding.organ))
            found.append(texts("day.forward.clock"))
            return found
        if not review.item.guide:
            found.append(texts("window.law.no_guide"))
            return found
        if law.deemed_from is not None:
            found.append(self._mark("window.law.deemed", date=day_words(law.deemed_from, texts)))
        elif law.respond_by is not None:
            key = "respond_silence" if law.silence_accepts else "respond"
            found.append(
                self._mark(
                    f"window.law.{key}",
                    date=due_words(law.respond_by, texts),
                    received=law.received_on.strftime("%m-%d"),
                )
            )
        found += self._limits(law)
        return found

    def _limits(self, law: Law) -> list[str]:
        texts = self._texts
        found = []
        if law.committed_by is not None:
            key = "committed" if law.deemed_from is None else "committed_deemed"
            found.append(self._mark(f"window.law.{key}", date=due_words(law.committed_by, texts)))
        if law.statutory_by is not None:
            found.append(
                self._mark("window.law.statutory", date=due_words(law.statutory_by, texts))
            )
        return found

    def _mark(self, key: str, **dates: str) -> str:
        """Fill a sentence whose dates stand out; everything else is escaped."""
        marked = {name: f"<b>{escape(value)}</b>" for name, value in dates.items()}
        return escape(self._texts.template(key)).format(**marked)
