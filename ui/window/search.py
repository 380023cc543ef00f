"""Finding the item: Chinese, pinyin, initials, code; results as one types, Enter takes one."""

from __future__ import annotations

from functools import partial
from html import escape

import msgspec
from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QWidget

from terminal.domain.catalogue import LifeEvent
from terminal.services.catalogue import ItemView
from terminal.texts import Texts
from ui import theme
from ui.bridge import Bridge
from ui.icons import Icon
from ui.theme import px
from ui.widgets.basics import Badge, Card, KeyCap, Label, column, name, row, style
from ui.widgets.fields import LineEdit
from ui.widgets.rows import Row, SelectList

LIMIT = 10
NARROW = 420
"""Width of the list, at scale 1, below which only names stand in it."""


class Found(msgspec.Struct, frozen=True):
    """What a search found: items and life events, in the order in which they are shown."""

    text: str
    events: tuple[LifeEvent, ...]
    items: tuple[ItemView, ...]


class SearchPanel(QObject):
    """The search line (`frame`) and its results (`card`), which a screen puts in place.

    What was taken goes out as a signal. With nothing typed nothing is selected: Enter then
    takes nothing up.
    """

    shown_changed = Signal()

    item_taken = Signal(str)
    event_taken = Signal(LifeEvent)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__()
        self._bridge, self._texts = bridge, bridge.texts
        texts = bridge.texts
        self._most_used = texts("window.search.most_used")
        self.frame = QFrame()
        style(self.frame, role="search")
        self.edit = LineEdit()
        name(self.edit, "search_edit", texts("window.search.title"))
        self.edit.setPlaceholderText(texts("window.search.hint"))
        self.edit.setMaxLength(100)
        style(self.edit, role="search")
        # Its large letters have descenders that the line's own height would cut.
        self.edit.setMinimumHeight(px(30))
        row(
            Icon("search", "accent", 20), self.edit, KeyCap("F3"), gap=10, margins=(12, 8),
            to=self.frame,
        )  # fmt: skip
        self.results = SelectList("search_results", focusable=False)
        self.heading = Label("", "title")
        self.empty = Label("", "muted", wrap=True, object_name="search_empty")
        self.card = Card(gap=4, margin=8)
        self.card.add(self.heading, self.results, self.empty)
        self.card.hide()
        self._found = Found("", (), ())
        self._generation = 0
        self._pending = False
        self._take_when_there = False
        self.edit.textEdited.connect(self._on_text)
        self.edit.entered.connect(self._on_enter)
        self.edit.went_down.connect(lambda: self.results.step(1))
        self.edit.went_up.connect(lambda: self.results.step(-1))
        self.results.taken.connect(self._take)
        self.edit.installEventFilter(self)

    def begin(self, text: str = "") -> None:
        """Clear the line and put the keyboard into it."""
        self.edit.setText(text)
        self.edit.setFocus()
        self.edit.selectAll()
        self._search(text)

    def close_results(self) -> None:
        """Hide the results; the line keeps what was typed."""
        self._generation += 1
        self._pending = self._take_when_there = False
        self.card.hide()
        self.shown_changed.emit()

    def code_at(self, index: int) -> str:
        """Return the code of the item in a row; empty for a life event or no row."""
        place = index - len(self._found.events)
        return self._found.items[place].code if 0 <= place < len(self._found.items) else ""

    def is_open(self) -> bool:
        """Whether results are shown."""
        return not self.card.isHidden()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.edit and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            style(self.frame, state="focus" if event.type() == QEvent.Type.FocusIn else "")
        return super().eventFilter(watched, event)

    def _on_text(self, text: str) -> None:
        self._take_when_there = False
        self._search(text)

    def _search(self, text: str) -> None:
        ctx = self._bridge.ctx
        if ctx is None:
            return
        self._generation += 1
        self._pending = True
        catalogue = ctx.catalogue

        def look() -> Found:
            events = catalogue.life_events(text) if len(text.strip()) >= 2 else ()
            return Found(text, events[:3], catalogue.search(text, LIMIT))

        self._bridge.read(self, look, done=partial(self._on_found, self._generation))

    def _on_found(self, generation: int, found: Found) -> None:
        if generation != self._generation:
            return
        self._pending = False
        heading = self._texts("window.search.results") if found.text else self._most_used
        self._show(found, heading)
        if self._take_when_there:
            self._take_when_there = False
            self._on_enter()

    def _show(self, found: Found, heading: str) -> None:
        self._found = found
        rows: list[Row] = [_event_row(event, self._texts) for event in found.events]
        rows += [_item_row(item, self._texts) for item in found.items]
        nothing_typed = not found.text and not found.events and heading == self._most_used
        self.results.show_rows(rows, -1 if nothing_typed or not rows else 0)
        self.heading.say(heading)
        self.heading.setVisible(bool(rows))
        self.empty.say("" if rows else self._texts("window.search.nothing", text=found.text))
        self.empty.setVisible(not rows)
        self.card.show()
        self.shown_changed.emit()

    def _on_enter(self) -> None:
        if self._pending:
            self._take_when_there = True
        elif self.is_open() and self.results.index >= 0:
            self._take(self.results.index)

    def _take(self, index: int) -> None:
        events = self._found.events
        if index < len(events):
            self.event_taken.emit(events[index])
        elif index - len(events) < len(self._found.items):
            self.item_taken.emit(self._found.items[index - len(events)].code)


def _event_row(event: LifeEvent, texts: Texts) -> Row:
    made = Row()
    made.setObjectName(f"event_{event.id}")
    names = Label(event.name, "strong", wrap=True)
    detail = Label(event.description, "small", wrap=True)
    if not event.description:
        detail.hide()
    badge = Badge(texts("window.search.event", count=len(event.items)), "accent")
    icon = Icon("list-checks", "accent", 18)
    layout = row(icon, column(names, detail, gap=1), badge, gap=10, margins=(12, 7), to=made)
    layout.setStretch(1, 1)
    made.setAccessibleName(event.name)
    return made


class _ItemRow(Row):
    """A found item; in a narrow list its name has the room of its badges."""

    def __init__(self) -> None:
        super().__init__()
        self.badges = QWidget()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.badges.setVisible(self.width() >= px(NARROW))


def _item_row(item: ItemView, texts: Texts) -> Row:
    made = _ItemRow()
    made.setObjectName(f"result_{item.code}")
    title = Label("", wrap=True)
    title.setTextFormat(Qt.TextFormat.RichText)
    title.setText(_marked(item.name, item.spans))
    words = [item.department, item.task_type_text(texts)]
    if item.same_name > 1:
        words.append(item.code)
    line = texts("window.separator").join(word for word in words if word)
    left = column(title, Label(line, "small", wrap=True), gap=1)
    row(*(Badge(word) for word in item.badges(texts)), gap=6, to=made.badges)
    layout = row(left, made.badges, gap=10, margins=(12, 7), to=made)
    layout.setStretch(0, 1)
    made.setAccessibleName(f"{item.name} {line}")
    return made


def _marked(text: str, spans: tuple[tuple[int, int], ...]) -> str:
    """Return the name as markup, escaped, with what was found in the accent colour."""
    accent = theme.current().colours["accent"]
    parts, at = [], 0
    for start, end in sorted(spans):
        start, end = max(start, at), min(end, len(text))
        if start < end:
            found = escape(text[start:end])
            parts += [escape(text[at:start]), f'<b style="color:{accent}">{found}</b>']
            at = end
    return "".join([*parts, escape(text[at:])])
