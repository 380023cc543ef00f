"""Form fields with their label above and their error beside them, in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)

from ui.theme import px
from ui.widgets.basics import Button, Label, column, name, row, style

KEYPAD = Qt.KeyboardModifier.KeypadModifier


class LineEdit(QLineEdit):
    """A line for typing; Enter only moves on, arrows up and down move between fields."""

    entered = Signal()
    went_down = Signal()
    went_up = Signal()
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if event.modifiers() & ~KEYPAD == Qt.KeyboardModifier.AltModifier:
            # Qt would type the digit of a page's key into the line.
            event.ignore()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.accept()
            self.entered.emit()
        elif key == Qt.Key.Key_Down:
            event.accept()
            self.went_down.emit()
        elif key == Qt.Key.Key_Up:
            event.accept()
            self.went_up.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class Field(QWidget):
    """A labelled line with a hint and, below it, what is wrong with what was typed.

    `check` gives the sentence for a text, or an empty string; it is asked while typing but
    only complains once the line is long enough to judge (`patient`) or has been left. `tidy`
    puts what was typed into the form in which it is kept, when the line is left.
    """

    changed = Signal(str)
    moved_on = Signal()
    moved_back = Signal()

    def __init__(
        self,
        object_name: str,
        label: str,
        *,
        hint: str = "",
        check: Callable[[str], str] | None = None,
        tidy: Callable[[str], str] | None = None,
        max_length: int = 200,
        patient: int = 0,
        secret: bool = False,
    ) -> None:
        super().__init__()
        self._check = check
        self._tidy = tidy
        self._patient = patient
        self._shown = ""
        self.edit = LineEdit()
        name(self.edit, object_name, label)
        self.edit.setPlaceholderText(hint)
        self.edit.setMaxLength(max_length)
        if secret:
            self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.label = Label(label, "small")
        self.label.setBuddy(self.edit)
        self.error = Label("", "dense", state="bad", wrap=True, object_name=f"{object_name}_error")
        self.error.hide()
        column(self.label, self.edit, self.error, gap=3, to=self)
        self.edit.textChanged.connect(self._on_text)
        self.edit.left.connect(self._on_left)
        for key in (self.edit.entered, self.edit.went_down, self.edit.went_up):
            key.connect(self._put_in_order)
        self.edit.entered.connect(self.moved_on)
        self.edit.went_down.connect(self.moved_on)
        self.edit.went_up.connect(self.moved_back)
        self.setFocusProxy(self.edit)

    def text(self) -> str:
        """Return what stands in the line, without blanks around it."""
        return self.edit.text().strip()

    def set_text(self, text: str) -> None:
        """Fill the line without asking whether it is right yet."""
        if self.edit.text() != text:
            self.edit.setText(text)
        if not text:
            self.complain("")

    def name_as(self, label: str) -> None:
        """Give the line another label: what it asks for has changed."""
        self.label.setText(label)
        self.edit.setAccessibleName(label)

    def complain(self, sentence: str, state: str = "bad") -> None:
        """Show a sentence below the line; an empty one takes it away."""
        self._shown = sentence
        self.error.say(sentence, state)
        self.error.setVisible(bool(sentence))
        style(self.edit, state="bad" if sentence and state == "bad" else "")
        self.edit.setAccessibleDescription(sentence)

    def valid(self) -> bool:
        """Check now and say whether there was nothing to complain about."""
        sentence = self._check(self.text()) if self._check is not None else ""
        self.complain(sentence)
        return not sentence

    def _on_text(self, text: str) -> None:
        if self._check is not None:
            ready = len(text.strip()) >= self._patient if self._patient else bool(self._shown)
            if ready or self._shown:
                self.complain(self._check(text.strip()) if text.strip() else "")
        self.changed.emit(text)

    def _put_in_order(self) -> None:
        if self._tidy is not None:
            self.set_text(self._tidy(self.text()))

    def _on_left(self) -> None:
        self._put_in_order()
        if self._check is not None and self.text():
            self.complain(self._check(self.text()))


class Choice(QWidget):
    """A few alternatives as buttons in a row: digits or arrows choose, Enter moves on.

    With `walks` the arrows up and down choose too; past the last or first they leave.
    """

    chosen = Signal(str)
    moved_on = Signal()
    moved_back = Signal()

    def __init__(
        self,
        object_name: str,
        label: str,
        options: Sequence[tuple[str, str]],
        *,
        numbered: bool = False,
        vertical: bool = False,
        columns: int = 0,
        titled: bool = True,
        walks: bool = False,
    ) -> None:
        super().__init__()
        name(self, object_name, label)
        self._walks = walks
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._ids = [option for option, _ in options]
        self._buttons: list[QPushButton] = []
        for index, (option, text) in enumerate(options):
            button = Button(f"{index + 1}  {text}" if numbered and index < 9 else text, "choice")
            name(button, f"{object_name}_{option}", text)
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._group.addButton(button, index)
            button.clicked.connect(lambda _=False, number=index: self._pick(number))
            self._buttons.append(button)
        line: QLayout
        if columns:
            line = _grid(self._buttons, columns)
        else:
            line = column(*self._buttons, gap=6) if vertical else row(*self._buttons, None, gap=6)
        self.label = Label(label, "small", wrap=vertical)
        column(self.label, line, gap=3, to=self)
        # Not before it has a parent: it would flash as a window and take the keyboard.
        self.label.setVisible(titled)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # Letters and digits are keys here, not text: no input method may take them.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self.installEventFilter(self)

    def value(self) -> str:
        """Return the chosen option, or an empty string."""
        index = self._group.checkedId()
        return self._ids[index] if index >= 0 else ""

    def set_value(self, option: str) -> None:
        """Show an option as chosen without telling anybody; an unknown one clears."""
        self._group.setExclusive(False)
        for index, button in enumerate(self._buttons):
            button.setChecked(self._ids[index] == option)
        self._group.setExclusive(True)
        self._mark()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.moved_on.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if key == Qt.Key.Key_Right else -1
            current = self._group.checkedId()
            start = -1 if step > 0 else len(self._ids)
            self._pick(max(0, min(len(self._ids) - 1, (current if current >= 0 else start) + step)))
        elif plain and Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            if key - Qt.Key.Key_1 < len(self._ids):
                self._pick(key - Qt.Key.Key_1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._up_or_down(1 if key == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def _up_or_down(self, step: int) -> None:
        wanted = self._group.checkedId() + step
        if self._walks and 0 <= wanted < len(self._ids):
            self._pick(wanted)
        else:
            (self.moved_on if step > 0 else self.moved_back).emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._mark(event.type() == QEvent.Type.FocusIn)
        return super().eventFilter(watched, event)

    def _pick(self, index: int) -> None:
        if 0 <= index < len(self._ids):
            self._buttons[index].setChecked(True)
            self._mark(self.hasFocus())
            self.chosen.emit(self._ids[index])

    def _mark(self, focused: bool | None = None) -> None:
        """Draw the focus ring around the chosen button, or the first when none is."""
        focused = self.hasFocus() if focused is None else focused
        marked = max(self._group.checkedId(), 0)
        for index, button in enumerate(self._buttons):
            style(button, state="focus" if focused and index == marked else "")


def _grid(buttons: Sequence[QWidget], columns: int) -> QGridLayout:
    """Return buttons in columns; the last one takes what is left of its line."""
    grid = QGridLayout()
    grid.setSpacing(px(6))
    for index, button in enumerate(buttons):
        last = index == len(buttons) - 1
        across = columns - index % columns if last else 1
        grid.addWidget(button, index // columns, index % columns, 1, across)
    return grid
