"""The small parts: labels, cards, badges, key caps, and what puts them side by side."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSpacerItem,
    QVBoxLayout,
    QWidget,
)

from ui import icons
from ui.theme import px

Part = QWidget | QLayout | QSpacerItem | int | None
"""What a row or column takes: a widget, a layout, a number (space) or None (stretch)."""


def style(widget: QWidget, *, role: str | None = None, state: str | None = None) -> None:
    """Say what a widget is and how it stands; the sheet looks again when that changes.

    Before a widget is shown or measured for the first time the sheet has not looked yet.
    """
    changed = False
    for name, value in (("role", role), ("state", state)):
        if value is not None and widget.property(name) != value:
            widget.setProperty(name, value)
            changed = True
    if changed and widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def name(widget: QWidget, object_name: str, spoken: str = "") -> None:
    """Give a widget the name that tests find and the one that a reader speaks."""
    widget.setObjectName(object_name)
    if spoken:
        widget.setAccessibleName(spoken)


class Label(QLabel):
    """Text that never interprets what it shows as markup: names may hold any character."""

    def __init__(
        self,
        text: str = "",
        role: str = "",
        *,
        state: str = "",
        wrap: bool = False,
        object_name: str = "",
    ) -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(wrap)
        if wrap:
            policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
            policy.setHeightForWidth(True)
            self.setSizePolicy(policy)
            self.setMinimumWidth(px(40))
        if object_name:
            self.setObjectName(object_name)
        style(self, role=role or None, state=state or None)

    def say(self, text: str, state: str | None = None) -> None:
        """Show another text, and another state when one is given."""
        self.setText(text)
        if state is not None:
            style(self, state=state)


class ElidedLabel(Label):
    """One line that ends in an ellipsis where the room ends; the whole text is the tip."""

    def __init__(self, text: str = "", role: str = "", *, state: str = "") -> None:
        super().__init__("", role, state=state)
        self._whole = text
        self.setMinimumWidth(px(24))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._fit()

    def say(self, text: str, state: str | None = None) -> None:
        self._whole = text
        if state is not None:
            style(self, state=state)
        self._fit()

    def whole(self) -> str:
        """Return the text as it was given."""
        return self._whole

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        shown = QFontMetrics(self.font()).elidedText(
            self._whole, Qt.TextElideMode.ElideRight, max(self.width(), px(24))
        )
        self.setText(shown)
        self.setToolTip(self._whole if shown != self._whole else "")
        self.setAccessibleName(self._whole)


class KeyCap(Label):
    """A key as it is printed on the keyboard."""

    def __init__(self, key: str) -> None:
        super().__init__(key, "key")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        # Half a key's name is none: what has no room is left out, never cut.
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Maximum)


class Badge(Label):
    """A short word about a thing, in a frame."""

    def __init__(self, text: str, state: str = "") -> None:
        super().__init__(text, "badge", state=state)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)


class StateLabel(QWidget):
    """A state as icon and word in one colour; colour alone never says it."""

    def __init__(self, icon: str = "", text: str = "", state: str = "muted") -> None:
        super().__init__()
        self._icon = icons.Icon(icon or "circle", _role(state), 16)
        self._label = Label(text, "dense", state=state)
        row(self._icon, self._label, gap=6, to=self)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)

    def say(self, icon: str, text: str, state: str) -> None:
        """Show another state."""
        self._icon.show_icon(icon, _role(state))
        self._label.say(text, state)
        self.setAccessibleName(text)

    def text(self) -> str:
        """Return the word that is shown."""
        return self._label.text()


def _role(state: str) -> str:
    return state if state in {"good", "warning", "bad", "accent", "muted"} else "text"


class Card(QFrame):
    """A surface with a line around it; its content goes into `body`."""

    def __init__(self, title: str = "", *, gap: float = 8, margin: float = 16) -> None:
        super().__init__()
        style(self, role="card")
        self.body = QVBoxLayout(self)
        _margins(self.body, margin, margin - 4)
        self.body.setSpacing(px(gap))
        self.head: QHBoxLayout | None = None
        if title:
            self.head = QHBoxLayout()
            self.title = Label(title, "title")
            self.head.addWidget(self.title)
            self.head.addStretch(1)
            self.body.addLayout(self.head)
            self.setAccessibleName(title)

    def add(self, *parts: Part) -> None:
        """Add parts one below the other."""
        fill(self.body, parts)


class Notice(QFrame):
    """A sentence beside what it is about: icon, words, state; hidden when empty."""

    def __init__(self, object_name: str = "") -> None:
        super().__init__()
        style(self, role="notice")
        # Drawn with the first sentence: the first paint of the program needs no icon.
        self._icon: icons.Icon | None = None
        self.label = Label("", wrap=True, object_name=object_name)
        self._row = row(self.label, gap=10, margins=(12, 8), to=self)
        self.hide()

    def say(self, text: str, state: str = "", icon: str = "") -> None:
        """Show a sentence, or nothing when it is empty."""
        self.label.setText(text)
        self.label.setAccessibleName(text)
        style(self, state=state)
        if text:
            looks = {"good": "circle-check", "warning": "triangle-alert", "bad": "circle-alert"}
            self._show_icon(icon or looks.get(state, "info"), _role(state))
        self.setVisible(bool(text))

    def text(self) -> str:
        """Return what is said now."""
        return self.label.text()

    def _show_icon(self, name: str, role: str) -> None:
        if self._icon is None:
            self._icon = icons.Icon(name, role, 18)
            self._row.insertWidget(0, self._icon, 0, Qt.AlignmentFlag.AlignTop)
            self._row.setStretch(1, 1)
        else:
            self._icon.show_icon(name, role)


class Rule(QFrame):
    """A line across."""

    def __init__(self) -> None:
        super().__init__()
        style(self, role="rule")


class Button(QPushButton):
    """A button that takes the place of a key for the mouse; Enter presses it when focused."""

    def __init__(self, text: str, role: str = "", *, icon: str = "", object_name: str = "") -> None:
        super().__init__(text)
        if role:
            style(self, role=role)
        if icon:
            self.setIcon(icons.icon(icon, "on_accent" if role == "primary" else "text"))
        if object_name:
            name(self, object_name, text)
        self.setAutoDefault(False)
        self.setCursor(Qt.CursorShape.PointingHandCursor)


class Scroll(QScrollArea):
    """An area that scrolls up and down only; its content goes into `body`.

    The content is as wide as the view and as high as it needs to be at that width, which Qt's
    own resizing does not work out for wrapped text.
    """

    def __init__(self, *, gap: float = 12, margins: tuple[float, float] = (0, 0)) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.inner = QWidget()
        style(self.inner, role="plain")
        self.body = QVBoxLayout(self.inner)
        self.body.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        _margins(self.body, *margins)
        self.body.setSpacing(px(gap))
        self.setWidget(self.inner)
        self.inner.installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.inner and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def minimumSizeHint(self) -> QSize:
        return QSize(px(80), px(60))

    def reveal(self, widget: QWidget) -> None:
        """Bring a widget within the content into view, wherever the layout has just put it."""
        self.body.activate()
        self._fit()
        self.ensureWidgetVisible(widget, 0, px(24))

    def _fit(self) -> None:
        view = self.viewport().size()
        width = view.width()
        layout = self.body
        height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else -1
        if height < 0:
            height = layout.totalSizeHint().height()
        self.inner.resize(width, max(height, view.height()))


def row(
    *parts: Part,
    gap: float = 8,
    margins: tuple[float, float] = (0, 0),
    to: QWidget | None = None,
) -> QHBoxLayout:
    """Return a layout of parts side by side; set on the widget `to` when one is given."""
    layout = QHBoxLayout(to) if to is not None else QHBoxLayout()
    layout.setSpacing(px(gap))
    _margins(layout, *margins)
    fill(layout, parts)
    return layout


def column(
    *parts: Part,
    gap: float = 8,
    margins: tuple[float, float] = (0, 0),
    to: QWidget | None = None,
) -> QVBoxLayout:
    """Return a layout of parts one below the other; set on `to` when one is given."""
    layout = QVBoxLayout(to) if to is not None else QVBoxLayout()
    layout.setSpacing(px(gap))
    _margins(layout, *margins)
    fill(layout, parts)
    return layout


def fill(layout: QBoxLayout, parts: Iterable[Part]) -> None:
    """Add parts to a layout in order."""
    for part in parts:
        if part is None:
            layout.addStretch(1)
        elif isinstance(part, QWidget):
            layout.addWidget(part)
        elif isinstance(part, QLayout):
            layout.addLayout(part)
        elif isinstance(part, QSpacerItem):
            layout.addItem(part)
        else:
            layout.addSpacing(px(part))


def clear(layout: QLayout) -> None:
    """Take everything out of a layout; its widgets are deleted once Qt is done with them."""
    while (item := _take(layout)) is not None:
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif inner is not None:
            clear(inner)


def _take(layout: QLayout) -> QLayoutItem | None:
    return layout.takeAt(0) if layout.count() else None


def _margins(layout: QLayout, across: float, down: float) -> None:
    side, top = px(across), px(down)
    layout.setContentsMargins(side, top, side, top)


def holds_focus(widget: QObject, focus: QWidget | None) -> bool:
    """Say whether the keyboard is in this widget or in something within it."""
    found: QObject | None = focus
    while found is not None:
        if found is widget:
            return True
        found = found.parent()
    return False
