"""Which items of one matter are applied for this time (一件事): each can stay out."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from terminal.services import drafts
from ui.bridge import Bridge
from ui.widgets.basics import Card, Label, Notice, clear
from ui.window.desk import Desk
from ui.window.toggles import Toggles


class PartsCard(Card):
    """A line for each item with its digit; what the choice changes is said below at once."""

    closed = Signal()

    def __init__(self, bridge: Bridge, desk: Desk) -> None:
        super().__init__(gap=10, margin=16)
        self.setObjectName("parts_card")
        self._texts, self._desk = bridge.texts, desk
        texts = bridge.texts
        self.items: Toggles | None = None
        self._place = QVBoxLayout()
        self._before: tuple[str, ...] = ()
        self.notice = Notice("parts_notice")
        self.changed = Label("", wrap=True, object_name="parts_changed")
        self.add(
            Label(texts("life_event.choice.title"), "heading"),
            Label(texts("life_event.choice.explain"), "muted", wrap=True),
            self._place, self.notice, self.changed,
            Label(texts("life_event.choice.keys"), "muted"), None,
        )  # fmt: skip
        desk.reviewed.connect(self._on_reviewed)
        self.hide()

    def open(self) -> None:
        """Show the items of the matter in work."""
        review = self._desk.now.review
        if review is None:
            return
        clear(self._place)
        parts = [part for part in review.parts if not part.left_out or part.by_choice]
        self._before = self._asked_for()
        self.items = Toggles(
            "parts_items", self._texts("life_event.choice.items"),
            [(part.item_code, part.item_name) for part in parts],
        )  # fmt: skip
        self.items.set_values(part.item_code for part in parts if not part.left_out)
        self.items.changed.connect(self._on_changed)
        self.items.moved_on.connect(self.closed)
        self._place.addWidget(self.items)
        self.notice.say("")
        self.changed.say("")
        self.show()
        self.items.show()
        self.items.setFocus()

    def _on_changed(self) -> None:
        draft, items = self._desk.now.draft, self.items
        if draft is None or items is None:
            return
        wanted = set(items.values())
        if not wanted:
            self.notice.say(self._texts("life_event.choice.one_stays"), "warning")
            items.set_values(code for code in items.options() if code not in draft.left_out)
            return
        self.notice.say("")
        for code in items.options():
            if (code in wanted) == (code in draft.left_out):
                draft = drafts.with_item_turned(draft, code)
        self._desk.change(draft)

    def _on_reviewed(self) -> None:
        """Say which materials are not asked for any more, or are asked for again."""
        if self.isHidden():
            return
        now = self._asked_for()
        texts = self._texts
        less = [name for name in self._before if name not in now]
        more = [name for name in now if name not in self._before]
        said = [
            texts(f"life_event.choice.{key}", names=texts("window.list").join(names))
            for key, names in (("less", less), ("more", more))
            if names
        ]
        self.changed.say("\n".join(said))

    def _asked_for(self) -> tuple[str, ...]:
        review = self._desk.now.review
        return tuple(line.material.name for line in review.materials) if review is not None else ()
