"""The key line (what can be done now) and the guard of the keys with legal effect."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec
import shiboken6
from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QInputMethodEvent, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QFrame, QWidget

from ui.theme import px
from ui.widgets.basics import Button, KeyCap, Label, clear, name, row, style


class KeyHint(msgspec.Struct, frozen=True):
    """One thing that can be done now: the key's name, the word, and its id."""

    id: str
    key: str
    word: str


class _Hint(QWidget):
    """A key cap with its word; where room is short the word becomes a tip."""

    pressed = Signal()

    def __init__(self, hint: KeyHint) -> None:
        super().__init__()
        name(self, f"key_{hint.id}", f"{hint.key} {hint.word}")
        self.word = Label(hint.word, "muted")
        self.setToolTip(hint.word)
        row(KeyCap(hint.key), self.word, gap=6, to=self)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if self.rect().contains(event.position().toPoint()):
            self.pressed.emit()


class KeyLine(QFrame):
    """The bottom line: key caps at the left, at the right end what is owed or the one act.

    `pressed` carries the id of a hint that was clicked; a click on the right end says `end`.
    """

    pressed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("key_line")
        style(self, role="keyline")
        self._left = row(gap=14)
        self._say = Label("", "muted", object_name="key_line_say")
        self._end = Button("", "primary", object_name="key_line_end")
        self._end.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._end.clicked.connect(lambda: self.pressed.emit("end"))
        row(self._left, None, self._say, self._end, gap=16, margins=(16, 8), to=self)
        self._shown: tuple[KeyHint, ...] = ()
        self._made: list[_Hint] = []
        self._ends: tuple[str, bool] | None = None
        # The line keeps its height whether the button is there or not.
        self.setMinimumHeight(px(54))
        self.show_end("", False)

    def show_hints(self, hints: Sequence[KeyHint]) -> None:
        """Show what can be done now."""
        if tuple(hints) == self._shown:
            return
        self._shown = tuple(hints)
        clear(self._left)
        self._made = []
        for hint in hints:
            made = _Hint(hint)
            made.pressed.connect(lambda hint=hint: self.pressed.emit(hint.id))
            self._left.addWidget(made)
            self._made.append(made)
        self._fit()

    def hints(self) -> tuple[KeyHint, ...]:
        """Return what is shown."""
        return self._shown

    def show_end(self, text: str, ready: bool) -> None:
        """Show at the right end what is owed, or as the one filled button what can be done."""
        if (text, ready) == self._ends:
            return
        self._ends = (text, ready)
        self._say.say("" if ready else text)
        self._say.setVisible(bool(text) and not ready)
        self._end.setText(text)
        self._end.setAccessibleName(text)
        self._end.setVisible(bool(text) and ready)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        return QSize(px(200), super().minimumSizeHint().height())

    def _fit(self) -> None:
        """Drop the words of keys, from the left, until everything has room."""
        end = self._end if not self._end.isHidden() else self._say
        right = end.sizeHint().width() if not end.isHidden() else 0
        # Margins at both ends and a gap between all that may stand in the line.
        room = self.width() - right - px(84)
        for made in self._made:
            made.show()
            made.word.show()
        for made in self._made:
            if sum(each.sizeHint().width() + px(14) for each in self._made) <= room:
                break
            made.word.hide()
        for made in self._made:
            shown = [each for each in self._made if not each.isHidden()]
            if sum(each.sizeHint().width() + px(14) for each in shown) <= room:
                break
            made.hide()


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
