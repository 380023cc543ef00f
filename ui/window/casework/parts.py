"""Parts of the case page's forms: each moves on by Enter and complains beside itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from terminal.texts import Texts
from ui.icons import Icon
from ui.widgets.basics import ElidedLabel, Label, column, row
from ui.widgets.fields import Choice, Field
from ui.widgets.rows import Row, SelectList


class Pick(QWidget):
    """A choice with its error below it."""

    moved_on = Signal()
    moved_back = Signal()
    chosen = Signal(str)

    def __init__(
        self,
        object_name: str,
        label: str,
        options: Sequence[tuple[str, str]],
        *,
        vertical: bool = False,
    ) -> None:
        super().__init__()
        self.choice = Choice(
            object_name, label, options, numbered=True, vertical=vertical, walks=vertical
        )
        self.error = Label("", "dense", state="bad", wrap=True, object_name=f"{object_name}_error")
        self.error.hide()
        column(self.choice, self.error, gap=3, to=self)
        self.setFocusProxy(self.choice)
        self.choice.chosen.connect(self._on_chosen)
        self.choice.moved_on.connect(self.moved_on)
        self.choice.moved_back.connect(self.moved_back)

    def value(self) -> str:
        """Return the chosen option, or an empty string."""
        return self.choice.value()

    def set_value(self, option: str) -> None:
        """Show an option as chosen."""
        self.choice.set_value(option)
        self.complain("")

    def complain(self, sentence: str, state: str = "bad") -> None:
        """Show a sentence below; an empty one takes it away."""
        self.error.say(sentence, state)
        self.error.setVisible(bool(sentence))
        self.choice.setAccessibleDescription(sentence)

    def _on_chosen(self, option: str) -> None:
        self.complain("")
        self.chosen.emit(option)


class Tick(msgspec.Struct, frozen=True):
    """One line to tick: its id, its words, a smaller line below them."""

    id: str
    word: str
    detail: str = ""


class TickList(SelectList):
    """The lines themselves."""

    toggled = Signal(int)
    left_downwards = Signal()

    def __init__(self, object_name: str) -> None:
        super().__init__(object_name)
        self.setMinimumWidth(1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.toggled.emit(self.index)
        elif event.key() == Qt.Key.Key_Down and self.index == len(self.rows) - 1:
            self.left_downwards.emit()
        else:
            super().keyPressEvent(event)


class Ticks(QWidget):
    """Lines to tick by the space bar; Enter moves on."""

    moved_on = Signal()
    moved_back = Signal()
    changed = Signal()

    def __init__(
        self,
        object_name: str,
        label: str,
        texts: Texts,
        *,
        rows: TickList | None = None,
        keys: str = "casework.ticks.keys",
    ) -> None:
        super().__init__()
        self._texts = texts
        self._ticks: tuple[Tick, ...] = ()
        self._on: set[str] = set()
        self.list = rows or TickList(object_name)
        self.list.setAccessibleName(label)
        self.error = Label("", "dense", state="bad", wrap=True, object_name=f"{object_name}_error")
        self.error.hide()
        title = row(Label(label, "small", wrap=True), Label(texts(keys), "small"))
        title.setStretch(0, 1)
        column(title, self.list, self.error, gap=3, to=self)
        self.setFocusProxy(self.list)
        self.list.toggled.connect(self._on_toggled)
        self.list.taken.connect(lambda _: self.moved_on.emit())
        self.list.left_upwards.connect(self.moved_back)
        self.list.left_downwards.connect(self.moved_on)

    def show_ticks(self, ticks: Sequence[Tick], on: Sequence[str], place: int = 0) -> None:
        """Show lines, some of them ticked, and select one by its place."""
        self._ticks, self._on = tuple(ticks), set(on)
        self.complain("")
        self._show(place)

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """The lines that are shown, ticked or not."""
        return self._ticks

    def ticked(self) -> tuple[str, ...]:
        """Return the ids that are ticked, in their order."""
        return tuple(tick.id for tick in self._ticks if tick.id in self._on)

    def complain(self, sentence: str) -> None:
        """Show a sentence below; an empty one takes it away."""
        self.error.say(sentence, "bad")
        self.error.setVisible(bool(sentence))
        self.list.setAccessibleDescription(sentence)

    def _on_toggled(self, place: int) -> None:
        if 0 <= place < len(self._ticks):
            self._on ^= {self._ticks[place].id}
            self.complain("")
            self._show(place)
            self.changed.emit()

    def _show(self, place: int) -> None:
        rows = []
        for tick in self._ticks:
            on = tick.id in self._on
            made = Row()
            inner = column(ElidedLabel(tick.word), gap=0)
            if tick.detail:
                inner.addWidget(ElidedLabel(tick.detail, "small"))
            icon = Icon("square-check" if on else "square", "accent" if on else "muted", 18)
            layout = row(icon, inner, gap=10, margins=(8, 4), to=made)
            layout.setStretch(1, 1)
            state = self._texts("casework.ticks.on" if on else "casework.ticks.off")
            made.setAccessibleName(
                self._texts("casework.ticks.spoken", word=tick.word, state=state)
            )
            rows.append(made)
        self.list.show_rows(rows, place)


Part = Field | Pick | Ticks
"""What a form is made of."""


def value_of(part: Part) -> str | tuple[str, ...]:
    """Return what stands in a part."""
    if isinstance(part, Field):
        return part.text()
    return part.value() if isinstance(part, Pick) else part.ticked()


Check = Callable[[], str]
"""Returns what is wrong with a part, or an empty string."""
