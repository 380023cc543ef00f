"""What the law says now, and the paper as it will come out."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy

from terminal.services.views import Law, Review
from terminal.texts import Texts
from ui.theme import px
from ui.widgets.basics import Badge, Card, Label, column, row, style
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
        found = [self._mark("window.law.today", date=day_words(law.received_on, texts))]
        if law.counted_from != law.received_on:
            counted = day_words(law.counted_from, texts)
            found.append(self._mark("window.law.rest_day", date=counted))
        if not review.item.guide:
            found.append(texts("window.law.no_guide"))
            return found
        if law.respond_by is not None:
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
            found.append(
                self._mark("window.law.committed", date=due_words(law.committed_by, texts))
            )
        if law.statutory_by is not None:
            found.append(
                self._mark("window.law.statutory", date=due_words(law.statutory_by, texts))
            )
        return found

    def _mark(self, key: str, **dates: str) -> str:
        """Fill a sentence whose dates stand out; everything else is escaped."""
        marked = {name: f"<b>{escape(value)}</b>" for name, value in dates.items()}
        return escape(self._texts.template(key)).format(**marked)


class PreviewCard(Card):
    """The paper as a picture, as large as there is room; white in every theme."""

    def __init__(self, texts: Texts, desk: Desk) -> None:
        super().__init__(gap=8)
        self.setObjectName("preview_card")
        self._texts, self._desk = texts, desk
        self._heading = Label(texts("window.preview.title"), "title", object_name="preview_title")
        self._hint = Label(texts("window.preview.hint"), "small")
        self._paper = QFrame()
        style(self._paper, role="paper")
        self._picture = _Picture()
        self._picture.setAccessibleName(texts("window.preview.title"))
        column(self._picture, margins=(6, 6), to=self._paper)
        self.add(row(self._heading, None), self._paper, self._hint, None)
        desk.previewed.connect(self._show)
        desk.reviewed.connect(self._on_reviewed)
        self._on_reviewed()

    def _on_reviewed(self) -> None:
        if self._desk.now.review is None:
            self._picture.show_picture(None)
            self._paper.hide()
            self._hint.show()
            self._heading.say(self._texts("window.preview.title"))

    def _show(self, png: bytes, act: str) -> None:
        pixmap = QPixmap()
        if not pixmap.loadFromData(png, "PNG"):
            return
        paper = self._texts(f"window.preview.paper.{act}")
        self._heading.say(self._texts("window.preview.title_of", paper=paper))
        self._hint.hide()
        self._paper.show()
        self._picture.show_picture(pixmap)


class _Picture(QLabel):
    """Scales its picture to its width, and cuts nothing but the empty foot of a page."""

    def __init__(self) -> None:
        super().__init__()
        self._whole: QPixmap | None = None
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setObjectName("preview_picture")

    def show_picture(self, pixmap: QPixmap | None) -> None:
        self._whole = pixmap
        self._fit()
        self.updateGeometry()

    def heightForWidth(self, width: int) -> int:
        if self._whole is None or not self._whole.width():
            return px(60)
        return min(round(self._whole.height() * width / self._whole.width()), px(900))

    def sizeHint(self) -> QSize:
        width = max(self.width(), px(200))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(80), px(60))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._whole is None:
            self.clear()
            return
        ratio = self.devicePixelRatioF()
        scaled = self._whole.scaledToWidth(
            max(1, round(self.width() * ratio)), Qt.TransformationMode.SmoothTransformation
        )
        scaled.setDevicePixelRatio(ratio)
        self.setPixmap(scaled)
