"""The quiet pages of the citizen's screen: welcome, the work as it goes on, thanks."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from terminal.texts import Texts
from ui.citizen.mirror import DoneLine, Mirror, MirrorLine
from ui.citizen.touch import Touch
from ui.icons import Icon
from ui.theme import px
from ui.widgets.basics import Card, Label, Scroll, clear, column, row
from ui.window.signin import brand

LOW = 480
"""Height of the screen, at scale 1, below which only what must be read stands there."""

NARROW = 820
"""Width, at scale 1, below which papers stand in one column."""

LOOKS = {
    "settled": ("circle-check", "good"),
    "deferred": ("hourglass", "warning"),
    "defective": ("circle-alert", "bad"),
    "open": ("circle", "warning"),
    "optional": ("circle", "muted"),
}


class WelcomePage(QWidget):
    """Nobody is being served: the hall's name and a kind word."""

    def __init__(self, texts: Texts, hall: str, window_name: str) -> None:
        super().__init__()
        self.setObjectName("citizen_welcome")
        lines = [
            Label(hall, "c-muted"),
            Label(texts("citizen.welcome.title"), "c-title"),
            Label(texts("citizen.welcome.window", window=window_name), "c-text"),
            Label(texts("citizen.welcome.offline"), "c-muted", wrap=True),
        ]
        for line in lines:
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
        sign = row(None, brand(texts, 72), None)
        column(None, sign, 12, *lines, None, gap=14, margins=(48, 32), to=self)


class MirrorPage(QWidget):
    """What is being filed, the papers as they are ticked, what is missing and until when."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("citizen_mirror")
        self._texts = texts
        self.greeting = Label("", "c-muted", object_name="citizen_greeting")
        self.title = Label("", "c-title", wrap=True, object_name="citizen_title")
        self.department = Label("", "c-muted", wrap=True)
        self._papers = Card(gap=10, margin=24)
        self._papers.setObjectName("citizen_papers")
        self._count = Label("", "c-heading", object_name="citizen_count")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(px(32))
        self._grid.setVerticalSpacing(px(12))
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self._papers.add(self._count, 4)
        self._papers.body.addLayout(self._grid)
        self._done = Card(gap=12, margin=24)
        self._done.setObjectName("citizen_done")
        self._until = Label("", "c-text", wrap=True, object_name="citizen_until")
        scroll = Scroll(gap=16)
        for part in (self._papers, self._done, self._until):
            scroll.body.addWidget(part)
        scroll.body.addStretch(1)
        self._whole = column(
            self.greeting, self.title, self.department, 8, scroll, gap=6, margins=(48, 32), to=self
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        low = self.height() < px(LOW)
        self.greeting.setVisible(not low)
        side, top = px(16 if low else 48), px(10 if low else 32)
        self._whole.setContentsMargins(side, top, side, top)

    def show_mirror(self, mirror: Mirror) -> None:
        """Show how the work stands."""
        texts = self._texts
        self.greeting.say(mirror.greeting)
        waiting = texts("citizen.done_title" if mirror.done else "citizen.please_wait")
        self.title.say(mirror.title or waiting)
        self.department.say(mirror.department)
        self.department.setVisible(bool(mirror.department))
        self._papers.setVisible(bool(mirror.lines))
        later = sum(line.state == "deferred" for line in mirror.lines)
        if mirror.lacking:
            key, count, state = "citizen.lacking", mirror.lacking, "warning"
        elif later:
            key, count, state = "citizen.later", later, "warning"
        else:
            key, count, state = "citizen.complete", 0, "good"
        self._count.say(texts(key, count=count), state)
        clear(self._grid)
        columns = 2 if len(mirror.lines) > 4 and self.width() >= px(NARROW) else 1
        for place, line in enumerate(mirror.lines):
            made = self._line(line)
            self._grid.addWidget(made, place // columns, place % columns, 1, 3 - columns)
        self._until.say(mirror.until)
        self._until.setVisible(bool(mirror.until))
        self._show_done(mirror.done)

    def _show_done(self, done: tuple[DoneLine, ...]) -> None:
        clear(self._done.body)
        self._done.setVisible(bool(done))
        for each in done:
            words = self._texts("citizen.done_line", state=each.state, number=each.number)
            inner = column(
                Label(each.title, "c-heading", wrap=True), Label(words, "c-text", wrap=True), gap=4
            )
            if each.until:
                inner.addWidget(Label(each.until, "c-muted", wrap=True))
            line = row(Icon("file-check", "good", 32), inner, gap=16)
            line.setStretch(1, 1)
            holder = QWidget()
            holder.setLayout(line)
            self._done.add(holder)

    def _line(self, line: MirrorLine) -> QWidget:
        icon, state = LOOKS[line.state]
        made = QWidget()
        name = Label(line.name, "c-text", wrap=True)
        word = Label(self._texts(f"citizen.material.{line.state}"), "c-small", state=state)
        inner = column(name, gap=2)
        if line.note:
            inner.addWidget(Label(line.note, "c-small", wrap=True))
        layout = row(Icon(icon, state, 26), inner, word, gap=14, to=made)
        layout.setStretch(1, 1)
        made.setAccessibleName(f"{line.name} {word.text()}")
        return made


class ThanksPage(QWidget):
    """After the rating, or after it was skipped: a word of thanks, no data.

    A rating shows its check code, by which the citizen can find any change later; `slip` asks
    for it on paper. No key reaches the button.
    """

    slip = Signal()

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self.setObjectName("citizen_thanks")
        self._texts = texts
        self._icon = Icon("circle-check", "good", 72)
        self.title = Label("", "c-title", wrap=True, object_name="citizen_thanks_title")
        self.detail = Label("", "c-muted", wrap=True, object_name="citizen_thanks_detail")
        self._code_is = Label(texts("citizen.thanks.code"), "c-small")
        self.code = Label("", "c-title", object_name="citizen_rating_code")
        self._keep = Label(texts("citizen.thanks.code_detail"), "c-small", wrap=True)
        self.print = Touch(texts("citizen.thanks.print"), "answer", "rating_slip")
        self.print.clicked.connect(self.slip)
        self._code_parts = (self._code_is, self.code, self._keep)
        for label in (self.title, self.detail, *self._code_parts):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._whole = column(
            None, row(None, self._icon, None), self.title, self.detail, 8, *self._code_parts, 8,
            row(None, self.print, None), None, gap=12, margins=(48, 32), to=self,
        )  # fmt: skip
        self.show_code("", offered=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # On a low screen in large print the words and the code need the room.
        low = self.height() < px(LOW)
        self._icon.setVisible(not low)
        side, top = px(16 if low else 48), px(10 if low else 32)
        self._whole.setContentsMargins(side, top, side, top)

    def show_outcome(self, rated: bool, failure: str = "") -> None:
        """Say thanks for a rating, or for the visit."""
        key = "rated" if rated else "not_rated"
        self.show_code("", offered=False)
        if failure:
            self._icon.show_icon("circle-alert", "warning")
            self.title.say(self._texts("citizen.thanks.failed"))
            self.detail.say(failure)
            return
        self._icon.show_icon("circle-check", "good")
        self.title.say(self._texts(f"citizen.thanks.{key}"))
        self.detail.say(self._texts(f"citizen.thanks.{key}_detail"))

    def show_code(self, code: str, *, offered: bool) -> None:
        """Show a rating's check code, and the way to have it on paper where there is one."""
        self.code.say(code)
        for part in self._code_parts:
            part.setVisible(bool(code))
        self.print.setVisible(bool(code) and offered)
        self.print.setEnabled(True)
        self.print.setText(self._texts("citizen.thanks.print"))

    def say_slip(self, key: str) -> None:
        """Say what became of the slip, on the button that asked for it."""
        self.print.setEnabled(False)
        self.print.setText(self._texts(f"citizen.thanks.{key}"))
