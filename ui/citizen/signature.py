"""Signing: what is signed, in full, and a large field for it; only the citizen's touch counts."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QLabel,
    QScroller,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from terminal.texts import Texts
from ui.citizen.strokes import StrokeField
from ui.citizen.touch import Touch
from ui.icons import Icon
from ui.theme import px
from ui.widgets.basics import Label, Scroll, column, row, style
from ui.window.casework.signature import SignatureRequest


class SignaturePage(QWidget):
    """`signed` carries the picture of the strokes; `refused` says that nobody signs."""

    signed = Signal(bytes)
    refused = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("citizen_signature")
        self._texts = texts
        self._sheet: QPixmap | None = None
        self.title = Label("", "c-title", wrap=True, object_name="signature_title")
        self.number = Label("", "c-muted", wrap=True, object_name="signature_number")
        self.words = Label("", "c-text", wrap=True, object_name="signature_words")
        self._paper = QFrame()
        style(self._paper, role="paper")
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignHCenter)
        column(self._picture, margins=(8, 8), to=self._paper)
        self._reading = Scroll(gap=12)
        for part in (self.words, self._paper):
            self._reading.body.addWidget(part)
        self._reading.body.addStretch(1)
        QScroller.grabGesture(
            self._reading.viewport(), QScroller.ScrollerGestureType.LeftMouseButtonGesture
        )
        self.field = StrokeField()
        self.hint = Label(texts("citizen.signature.hint"), "c-small", wrap=True,
                          object_name="signature_hint")  # fmt: skip
        self._writing = QWidget()
        inner = column(self.field, self.hint, gap=6, to=self._writing)
        inner.setStretch(0, 1)
        self._both = row(self._reading, self._writing, gap=20)
        self._both.setStretch(0, 2)
        self._both.setStretch(1, 3)
        self.refuse = Touch(texts("citizen.signature.refuse"), "answer", "signature_refuse")
        self.clear = Touch(texts("citizen.signature.clear"), "answer", "signature_clear")
        self.done = Touch(texts("citizen.signature.done"), "answer", "signature_done")
        self.enlarge = Touch(texts("citizen.signature.enlarge"), "answer", "signature_enlarge")
        self.enlarge.clicked.connect(self._on_enlarge)
        answers = (self.enlarge, self.refuse, self.clear, self.done)
        for answer in answers:
            answer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._whole = column(
            self.title, self.number, self._both, row(*answers, gap=16),
            gap=10, margins=(40, 24), to=self,
        )  # fmt: skip
        self._whole.setStretch(2, 1)
        self.field.changed.connect(self._on_ink)
        self.clear.clicked.connect(self.field.clear)
        self.refuse.clicked.connect(self._on_refuse)
        self.done.clicked.connect(self._on_done)

    def show_request(self, request: SignatureRequest) -> None:
        """Show what is to be signed; the field is empty."""
        texts = self._texts
        self.field.clear()
        self.title.say(request.title)
        self.number.say(texts("citizen.signature.number", number=request.number))
        self.words.say("\n".join(request.words))
        self._sheet = QPixmap.fromImage(request.picture) if request.picture is not None else None
        self._paper.setVisible(self._sheet is not None)
        self.enlarge.setVisible(self._sheet is not None)
        self._show_large(large=False)
        self._reading.verticalScrollBar().setValue(0)
        self.done.setText(request.done or texts("citizen.signature.done"))
        self.refuse.setText(request.refuse or texts("citizen.signature.refuse"))
        self._fit()
        self._on_ink()

    def forget(self) -> None:
        """Nothing of what was shown or written stays."""
        self.field.clear()
        self._sheet = None
        self._picture.clear()
        for label in (self.title, self.number, self.words):
            label.say("")

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # A low screen in large print: the field first, and only what must be read beside it.
        low = self.height() < px(480)
        wide = low or self.width() >= px(820)
        direction = QBoxLayout.Direction
        self.number.setVisible(not low)
        self.hint.setVisible(not low)
        side, top = px(16 if low else 40), px(10 if low else 24)
        self._whole.setContentsMargins(side, top, side, top)
        self._both.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
        self._fit()

    def _fit(self) -> None:
        if self._sheet is None:
            self._picture.clear()
            return
        width = max(self._reading.viewport().width() - px(24), px(160))
        ratio = self.devicePixelRatioF()
        scaled = self._sheet.scaledToWidth(
            round(width * ratio), Qt.TransformationMode.SmoothTransformation
        )
        scaled.setDevicePixelRatio(ratio)
        self._picture.setPixmap(scaled)

    def _on_enlarge(self) -> None:
        self._show_large(large=not self._writing.isHidden())

    def _show_large(self, *, large: bool) -> None:
        """The paper as wide as the screen, to be read; the field comes back by the same touch."""
        self._writing.setVisible(not large)
        self.clear.setVisible(not large)
        key = "citizen.signature.back" if large else "citizen.signature.enlarge"
        self.enlarge.setText(self._texts(key))
        self._both.activate()
        self._fit()

    def _on_ink(self) -> None:
        ready = self.field.signed
        self.done.setEnabled(ready)
        style(self.done, state="ready" if ready else "")

    def _on_refuse(self) -> None:
        self.forget()
        self.refused.emit()

    def _on_done(self) -> None:
        if not self.field.signed:
            return
        strokes = self.field.png()
        self.forget()
        self.signed.emit(strokes)


class HandOverPage(QWidget):
    """On a machine with one monitor: the screen is turned to the citizen first."""

    taken = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("citizen_hand_over")
        title = Label(texts("citizen.signature.turn_title"), "c-title", wrap=True)
        detail = Label(texts("citizen.signature.turn_detail"), "c-muted", wrap=True)
        for label in (title, detail):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.begin = Touch(texts("citizen.signature.turn_begin"), "answer", "signature_begin")
        self.begin.clicked.connect(self.taken)
        self._sign = Icon("signature", "accent", 72)
        column(
            None, row(None, self._sign, None), title, detail, 12,
            row(None, self.begin, None), None, gap=12, margins=(48, 32), to=self,
        )  # fmt: skip

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # On a low screen in large print the words need the room.
        self._sign.setVisible(self.height() >= px(480))


class SigningStack(QStackedWidget):
    """The hand-over and the page itself."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.page = SignaturePage(texts)
        self.hand_over = HandOverPage(texts)
        self.addWidget(self.page)
        self.addWidget(self.hand_over)
        self.hand_over.taken.connect(lambda: self.setCurrentWidget(self.page))

    def show_request(self, request: SignatureRequest, *, turned: bool) -> None:
        """Show a request; `turned` says that the citizen sees this screen already."""
        self.page.show_request(request)
        self.setCurrentWidget(self.page if turned else self.hand_over)
