"""The paper as it will come out: small beside the work, large on a key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy

from terminal.texts import Texts
from ui.theme import px
from ui.widgets.basics import Card, KeyCap, Label, Scroll, column, row, style
from ui.window.desk import Desk

INK = 235
"""Grey below which a dot belongs to the page's content."""
MARGIN = 0.03
"""What is left of the empty margin, as a part of the page's width."""


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
        self._large = row(KeyCap("F6"), Label(texts("window.preview.large"), "small"))
        self.add(row(self._heading, None, self._large), self._paper, self._hint, None)
        desk.previewed.connect(self._show)
        desk.reviewed.connect(self._on_reviewed)
        self._on_reviewed()

    def _on_reviewed(self) -> None:
        if self._desk.now.review is None:
            self._picture.show_picture(None)
            self._paper.hide()
            self._hint.say(self._texts("window.preview.hint"))
            self._hint.show()
            self._heading.say(self._texts("window.preview.title"))

    def picture(self) -> QPixmap | None:
        """Return the page that is shown, or None."""
        return self._picture.whole

    def shown_title(self) -> str:
        """Return what is shown, in words."""
        return self._heading.text()

    def _show(self, page: QImage | None, act: str) -> None:
        if page is not None and page.isNull():
            return
        paper = self._texts(f"window.preview.paper.{act}")
        self._heading.say(self._texts("window.preview.title_of", paper=paper))
        if page is None:
            self._picture.show_picture(None)
            self._paper.hide()
            self._hint.say(self._texts("window.preview.incomplete", paper=paper))
            self._hint.show()
            return
        self._hint.hide()
        self._paper.show()
        self._picture.show_picture(QPixmap.fromImage(page))


class LargePreview(Scroll):
    """The paper as large as the middle of the window; Esc or the key again closes it."""

    def __init__(self, texts: Texts) -> None:
        super().__init__(gap=8, margins=(0, 0))
        self.setObjectName("large_preview")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._title = Label("", "title")
        self._paper = QFrame()
        style(self._paper, role="paper")
        self._picture = _Picture(limit=20_000)
        column(self._picture, margins=(12, 12), to=self._paper)
        close = row(KeyCap("Esc"), Label(texts("window.preview.close"), "small"))
        self.body.addLayout(row(self._title, None, close))
        self.body.addWidget(self._paper)
        self.body.addStretch(1)
        self.hide()

    def open(self, picture: QPixmap, title: str) -> None:
        """Show a page and take the keyboard: arrows and page keys scroll."""
        self.show_page(picture, title)
        self.show()
        self.verticalScrollBar().setValue(0)
        self.setFocus()

    def show_page(self, picture: QPixmap, title: str) -> None:
        """Show a page in the place of the one that is read."""
        self._title.say(title)
        self._picture.show_picture(picture)
        self._picture.setAccessibleName(title)


def page_of(png: bytes) -> QImage:
    """Decode a page and cut its empty margin, so that its text comes out larger.

    Pure and free of widgets: it belongs on a read thread, a page takes some milliseconds.
    """
    page = QImage.fromData(png)
    if page.isNull():
        return page
    small = page.scaledToWidth(200).convertToFormat(QImage.Format.Format_Grayscale8)
    data, stride = bytes(small.constBits()), small.bytesPerLine()
    width = small.width()
    rows = [y for y in range(small.height()) if min(data[y * stride : y * stride + width]) < INK]
    columns = [x for x in range(width) if min(data[x::stride]) < INK]
    if not rows or not columns:
        return page
    factor = page.width() / width
    rest = page.width() * MARGIN
    cut = QRect(
        round(columns[0] * factor - rest),
        round(rows[0] * factor - rest),
        round((columns[-1] + 1 - columns[0]) * factor + 2 * rest),
        round((rows[-1] + 1 - rows[0]) * factor + 2 * rest),
    )
    return page.copy(cut & page.rect())


def below_each_other(pages: Sequence[QImage]) -> QImage:
    """Return several pages as one picture; empty when one of them could not be drawn."""
    if not pages or any(page.isNull() for page in pages):
        return QImage()
    if len(pages) == 1:
        return pages[0]
    whole = QImage(
        max(page.width() for page in pages), sum(page.height() for page in pages),
        QImage.Format.Format_RGB32,
    )  # fmt: skip
    whole.fill(0xFFFFFFFF)
    painter, top = QPainter(whole), 0
    for page in pages:
        painter.drawImage(0, top, page)
        top += page.height()
    painter.end()
    return whole


class _Picture(QLabel):
    """Scales its picture to its width, and cuts nothing but the empty foot of a page."""

    def __init__(self, limit: float = 900) -> None:
        super().__init__()
        self._limit = limit
        self.whole: QPixmap | None = None
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setObjectName("preview_picture")

    def show_picture(self, pixmap: QPixmap | None) -> None:
        self.whole = pixmap
        self._fit()
        self.updateGeometry()

    def heightForWidth(self, width: int) -> int:
        if self.whole is None or not self.whole.width():
            return px(60)
        return min(round(self.whole.height() * width / self.whole.width()), px(self._limit))

    def sizeHint(self) -> QSize:
        width = max(self.width(), px(200))
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(80), px(60))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self.whole is None:
            self.clear()
            return
        ratio = self.devicePixelRatioF()
        scaled = self.whole.scaledToWidth(
            max(1, round(self.width() * ratio)), Qt.TransformationMode.SmoothTransformation
        )
        scaled.setDevicePixelRatio(ratio)
        self.setPixmap(scaled)
