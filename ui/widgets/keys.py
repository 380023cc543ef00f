"""The key line (what can be done now) and the guard of the keys with legal effect."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec
import shiboken6
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QWidget

from ui.theme import px
from ui.widgets.basics import Button, KeyCap, Label, column, name, row, style


class KeyHint(msgspec.Struct, frozen=True):
    """One thing that can be done now: the key's name, the word, and its id."""

    id: str
    key: str
    word: str


HINT_GAP, END_GAP, LINE_GAP, MARGIN = 14, 16, 6, 16
LINE_HEIGHT, NEXT_LINE = 54, 28
"""Of one line of keys, with or without the button; and what each further one adds."""

SAY_LEAST = 96
"""So much room what is owed needs to be cut short rather than to open a line of its own."""


class _Hint(QWidget):
    """A key cap with its word."""

    pressed = Signal()

    def __init__(self, hint: KeyHint) -> None:
        super().__init__()
        name(self, f"key_{hint.id}", f"{hint.key} {hint.word}")
        row(KeyCap(hint.key), Label(hint.word, "muted"), gap=6, to=self)
        # Asked for with each key that is pressed, and always the same.
        self.wants = self.sizeHint().width()
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.rect().contains(event.position().toPoint()):
            self.pressed.emit()


class KeyLine(QFrame):
    """The bottom line: key caps with their words, at the right end what is owed or the one act.

    Whatever can be done stands there and can be read: where the window is narrow or the print
    large, the keys go on in a second line. `pressed` carries the id of a hint that was
    clicked; a click on the right end says `end`.
    """

    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("key_line")
        style(self, role="keyline")
        self._say = Label("", "muted", object_name="key_line_say")
        self._end = Button("", "primary", object_name="key_line_end")
        self._end.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._end.clicked.connect(lambda: self.pressed.emit("end"))
        self._last = row(gap=HINT_GAP)
        self._lines = column(gap=LINE_GAP)
        last = row(self._last, None, self._say, self._end, gap=END_GAP)
        column(self._lines, last, gap=LINE_GAP, margins=(MARGIN, 8), to=self)
        self._above: list[QHBoxLayout] = []
        self._shown: tuple[KeyHint, ...] = ()
        self._made: list[_Hint] = []
        self._placed: list[list[_Hint]] = []
        self._ends: tuple[str, bool] | None = None
        self.settle()
        self.show_end("", False)

    def show_hints(self, hints: Sequence[KeyHint]) -> None:
        """Show what can be done now."""
        if tuple(hints) == self._shown:
            return
        others = not {hint.id for hint in hints} & {hint.id for hint in self._shown}
        self._shown = tuple(hints)
        for made in self._made:
            made.hide()
            made.deleteLater()
        self._made = []
        for hint in hints:
            made = _Hint(hint)
            made.pressed.connect(lambda hint=hint: self.pressed.emit(hint.id))
            self._made.append(made)
        if others:
            self.settle()
        else:
            self._fit()

    def hints(self) -> tuple[KeyHint, ...]:
        """Return what is shown."""
        return self._shown

    def show_end(self, text: str, ready: bool) -> None:
        """Show at the right end what is owed, or as the one filled button what can be done."""
        if (text, ready) == self._ends:
            return
        self._ends = (text, ready)
        self._say.setAccessibleName(text)
        self._say.setVisible(bool(text) and not ready)
        self._end.setText(text)
        self._end.setAccessibleName(text)
        self._end.setVisible(bool(text) and ready)
        self._fit()

    def settle(self) -> None:
        """Let the line be as low as it can again, as with wholly other keys.

        Until then it keeps its height: the page above would jump with each step that has a
        key more or less, and with the button.
        """
        self.setMinimumHeight(px(LINE_HEIGHT))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.settle()

    def minimumSizeHint(self) -> QSize:
        return QSize(px(200), super().minimumSizeHint().height())

    def _fit(self) -> None:
        """Put the keys into as few lines as hold them all, the right end into the last one."""
        room = self.width() - px(2 * MARGIN)
        text, ready = self._ends if self._ends is not None else ("", False)
        letters = self._say.fontMetrics()
        whole = letters.horizontalAdvance(text) + 2
        end = self._end.sizeHint().width() if ready else min(whole, px(SAY_LEAST))
        placed = _in_lines(self._made, room, room - px(END_GAP) - end if text else room)
        left = room - px(END_GAP) - _width_of(placed[-1])
        said = letters.elidedText(text, Qt.TextElideMode.ElideRight, max(min(whole, left), 1))
        self._say.setText("" if ready else said)
        self._say.setToolTip(text if said != text else "")
        height = px(LINE_HEIGHT + NEXT_LINE * (len(placed) - 1))
        self.setMinimumHeight(max(self.minimumHeight(), height))
        if placed == self._placed:
            return
        self._placed = placed
        while len(self._above) < len(placed) - 1:
            # Its stretch keeps the keys together; a line without keys takes no room.
            self._above.append(row(None))
            self._above[-1].setSpacing(px(HINT_GAP))
            self._lines.addLayout(self._above[-1])
        for layout, line in zip((*self._above[: len(placed) - 1], self._last), placed, strict=True):
            for place, made in enumerate(line):
                layout.insertWidget(place, made)
                made.show()


def _width_of(hints: Sequence[_Hint]) -> int:
    """Return how much room keys take side by side."""
    gaps = px(HINT_GAP) * max(len(hints) - 1, 0)
    return sum(hint.wants for hint in hints) + gaps


def _in_lines(hints: Sequence[_Hint], room: int, last: int) -> list[list[_Hint]]:
    """Share keys out to lines of a width; less room is left in the last one, perhaps none."""
    lines: list[list[_Hint]] = [[]]
    for hint in hints:
        if lines[-1] and _width_of([*lines[-1], hint]) > room:
            lines.append([])
        lines[-1].append(hint)
    if _width_of(lines[-1]) > last:
        lines.append([])
    return lines


class LegalGuard(QObject):
    """Decides whether a key press may have legal effect (收件, 受理, 补正, 不予受理).

    It may not while an input method is composing, as an automatic repeat, right after
    another key (a scanner types faster than any hand), right after a scanned code, and not
    twice within a second. One guard watches the whole application.
    """

    REPEAT_SECONDS = 1.0
    BURST_SECONDS = 0.06
    CODE_SECONDS = 0.5

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._composing = False
        self._last_key = -10.0
        self._before_last_key = -10.0
        self._last_code = -10.0
        self._last_act = -10.0

    def watch(self, application: QApplication) -> None:
        """Begin to watch keys and input methods, wherever the keyboard is."""
        application.focusChanged.connect(self._on_focus)
        self._on_focus(None, application.focusWidget())

    def _on_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        # Only the widget with the keyboard is watched: a filter on the whole application
        # would run Python for each paint.
        self._composing = False
        if old is not None and shiboken6.isValid(old):
            old.removeEventFilter(self)
        if new is not None:
            new.installEventFilter(self)

    @property
    def composing(self) -> bool:
        """Whether an input method holds text that is not taken over yet."""
        return self._composing

    def hurried(self) -> bool:
        """Say whether the last key came faster than a hand types: then it was a scanner."""
        return self._now() - self._before_last_key < self.BURST_SECONDS

    def code_scanned(self) -> None:
        """Note that a scanner has just read a code."""
        self._last_code = self._now()

    def refusal(self, event: QKeyEvent | None) -> str:
        """Return the text key that says why this press does not count, or an empty string.

        An accepted press begins the second within which no other one counts. `event` is None
        for a click.
        """
        moment = self._now()
        if self._composing:
            return "window.guard.composing"
        if event is not None and event.isAutoRepeat():
            return "window.guard.repeat"
        if event is not None and self.hurried():
            return "window.guard.burst"
        if moment - self._last_code < self.CODE_SECONDS:
            return "window.guard.code"
        if moment - self._last_act < self.REPEAT_SECONDS:
            return "window.guard.repeat"
        self._last_act = moment
        return ""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() in _MODIFIERS:
                # Ctrl goes down right before the key that it belongs to.
                return False
            self._before_last_key, self._last_key = self._last_key, self._now()
        elif kind == QEvent.Type.InputMethod and isinstance(event, QInputMethodEvent):
            self._composing = bool(event.preeditString())
        return False


_MODIFIERS = frozenset(
    {Qt.Key.Key_Control, Qt.Key.Key_Shift, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr}
)


class LegalFrame(QFrame):
    """Where the keyboard must be for a key to have legal effect: nothing is typed here.

    `asked` carries the id of the act whose key was pressed; `refused` the text key why a
    press did not count. Enter is ignored here on purpose.
    """

    asked = Signal(str)
    refused = Signal(str)

    def __init__(self, object_name: str, guard: LegalGuard) -> None:
        super().__init__()
        self.setObjectName(object_name)
        style(self, role="review")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, False)
        self._guard = guard
        self._keys: dict[tuple[int, bool], str] = {}

    def bind(self, key: Qt.Key, act: str, *, control: bool = False) -> None:
        """Let a key stand for an act."""
        self._keys[(int(key), control)] = act

    def keyPressEvent(self, event: QKeyEvent) -> None:
        modifiers = event.modifiers()
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        others = modifiers & ~(
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.KeypadModifier
        )
        act = None if others else self._keys.get((int(event.key()), control))
        if act is not None:
            event.accept()
            self.ask(act, event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            event.accept()
        else:
            super().keyPressEvent(event)

    def ask(self, act: str, event: QKeyEvent | None = None) -> None:
        """Ask for an act by key, or by a click when there is no event."""
        reason = self._guard.refusal(event)
        if reason:
            self.refused.emit(reason)
        else:
            self.asked.emit(act)
