"""The rating: five equal buttons, nothing preselected, reasons under the chosen one."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QPushButton, QSizePolicy, QWidget

from terminal.services.views import RatingForm
from terminal.texts import Texts
from ui import icons
from ui.citizen.pages import LOW
from ui.citizen.touch import Touch
from ui.theme import px
from ui.widgets.basics import Label, Scroll, clear, column, row, style

GRADES = (5, 4, 3, 2, 1)
NARROW = 120
"""Width of a grade, at scale 1, below which its word is set smaller."""

FACES = {5: "laugh", 4: "smile", 3: "meh", 2: "frown", 1: "angry"}


class _Grade(Touch):
    """A face above its words."""

    def __init__(self, grade: int, text: str) -> None:
        super().__init__("", "grade", f"grade_{grade}")
        self.setCheckable(True)
        self.setAccessibleName(text)
        face = icons.Icon(FACES[grade], "text", 48)
        words = self._words = Label(text, "c-text")
        for part in (face, words):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column(None, row(None, face, None), words, None, gap=8, margins=(4, 4), to=self)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._low = False

    def make_low(self, low: bool) -> None:
        """Give room to the reasons below; all five are always of one size."""
        self._low = low
        self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # The longest of the five words has to stand there whole; all have one size.
        narrow = self.width() < px(NARROW)
        style(self._words, role="c-word" if narrow else "c-text")

    def sizeHint(self) -> QSize:
        return QSize(px(150), px(112 if self._low else 146))

    def minimumSizeHint(self) -> QSize:
        return QSize(px(96), px(100))


class RatingPage(QWidget):
    """Taken by the citizen alone; `submitted` carries grade and reason codes."""

    submitted = Signal(int, list)
    skipped = Signal()
    touched = Signal()

    def __init__(self, texts: Texts, served_by: str) -> None:
        super().__init__()
        self.setObjectName("citizen_rating")
        self._texts = texts
        self._form: RatingForm | None = None
        self._served = Label(served_by, "c-small")
        self.title = Label(texts("citizen.rating.title"), "c-title", wrap=True)
        self.detail = Label("", "c-muted", wrap=True, object_name="rating_detail")
        self._group = QButtonGroup(self)
        self._group.setExclusive(False)
        grades = self._grades = row(gap=14)
        self.grades: dict[int, _Grade] = {}
        for grade in GRADES:
            button = _Grade(grade, texts(f"citizen.grade.{grade}"))
            button.clicked.connect(lambda _=False, grade=grade: self.choose(grade))
            self.grades[grade] = button
            grades.addWidget(button)
        self._why = Label(texts("citizen.rating.why"), "c-small", object_name="rating_why")
        self._reasons = QGridLayout()
        self._reasons.setSpacing(px(8))
        self.reasons: dict[str, QPushButton] = {}
        self.skip = Touch(texts("citizen.rating.skip"), "answer", "rating_skip")
        self.send = Touch(texts("citizen.rating.send"), "answer", "rating_send")
        for answer in (self.skip, self.send):
            answer.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.skip.clicked.connect(self.skipped)
        self.send.clicked.connect(self._on_send)
        self._own = Label(texts("citizen.rating.own"), "c-small", wrap=True)
        scroll = Scroll(gap=8)
        for part in (grades, self._why, self._reasons):
            if isinstance(part, QWidget):
                scroll.body.addWidget(part)
            else:
                scroll.body.addLayout(part)
        scroll.body.addStretch(1)
        # However small the screen: the ways out are always in view.
        layout = self._whole = column(
            self._served, self.title, self.detail, 8, scroll, 4,
            row(self.skip, self.send, gap=16), self._own, gap=6, margins=(48, 24), to=self,
        )  # fmt: skip
        layout.setStretch(4, 1)
        self.grade = 0
        self.begin(None, ())

    def begin(self, form: RatingForm | None, item_names: tuple[str, ...]) -> None:
        """Start anew for one visit: nothing is chosen."""
        self._form = form
        names = self._texts("window.list").join(dict.fromkeys(item_names))
        key = "citizen.rating.detail" if names else "citizen.rating.detail_none"
        self.detail.say(self._texts(key, names=names))
        self.grade = 0
        self._show()

    def use(self, form: RatingForm) -> None:
        """Take over the list of reasons when it arrives late; what was chosen stays."""
        self._form = form
        self._show()

    def say_served(self, words: str) -> None:
        """Say which window and who served."""
        self._served.say(words)

    def choose(self, grade: int) -> None:
        """Choose a grade; its reasons appear below."""
        self.grade = grade
        self._show()
        self.touched.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # On a low screen in large print the grades and the ways out come first.
        low = self.height() < px(LOW)
        for label in (self._served, self.detail, self._own):
            label.setVisible(not low)
        self._grades.setSpacing(px(6 if low else 14))
        side, top = px(16 if low else 48), px(10 if low else 24)
        self._whole.setContentsMargins(side, top, side, top)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.touched.emit()

    def _show(self) -> None:
        for grade, button in self.grades.items():
            button.setChecked(grade == self.grade)
            button.make_low(self.grade > 0)
        clear(self._reasons)
        self.reasons = {}
        found = self._form.reasons.get(self.grade, ()) if self._form is not None else ()
        self._why.setVisible(bool(found))
        for place, reason in enumerate(found):
            made = Touch(reason.text, "reason", f"reason_{reason.code}")
            made.setCheckable(True)
            made.toggled.connect(lambda _: self.touched.emit())
            self._reasons.addWidget(made, place // 3, place % 3)
            self.reasons[reason.code] = made
        self.send.setEnabled(self.grade > 0)
        style(self.send, state="ready" if self.grade else "")

    def _on_send(self) -> None:
        if self.grade:
            chosen = [code for code, button in self.reasons.items() if button.isChecked()]
            self.submitted.emit(self.grade, chosen)
