"""Receiving for another place (代收代办、代收转办): whose matter it is and where it goes."""

from __future__ import annotations

from PySide6.QtCore import Signal

from terminal.services.review import forwarding_to
from ui.bridge import Bridge
from ui.widgets.basics import Card, Label
from ui.widgets.fields import Field
from ui.window.desk import Desk


class ForwardCard(Card):
    """Organ, place and phone; Enter in the last field takes it. No legal effect by itself."""

    closed = Signal()

    def __init__(self, bridge: Bridge, desk: Desk) -> None:
        super().__init__(gap=10, margin=16)
        self.setObjectName("forward_card")
        texts = bridge.texts
        self._bridge, self._texts, self._desk = bridge, texts, desk
        self.fields = tuple(
            Field(f"forward_{key}", texts(f"day.forward.{key}"), max_length=100)
            for key in ("organ", "place", "phone")
        )
        self.organ, self.place, self.phone = self.fields
        self.add(
            Label(texts("day.forward.title"), "heading"),
            Label(texts("day.forward.explain"), "muted", wrap=True),
            *self.fields,
            Label(texts("day.forward.keys"), "muted"),
            None,
        )
        for at, field in enumerate(self.fields):
            field.moved_on.connect(lambda at=at: self._step(at))
            field.moved_back.connect(lambda at=at: self.fields[max(at - 1, 0)].setFocus())
        self.hide()

    def open(self) -> None:
        """Ask whose matter it is; the item's own organ is the likely one."""
        item = self._desk.item
        self.organ.set_text(item.organ.name if item is not None and item.organ else "")
        self.place.set_text(item.organ.address if item is not None and item.organ else "")
        self.phone.set_text(item.organ.phone if item is not None and item.organ else "")
        for field in self.fields:
            field.complain("")
        self.show()
        self.organ.setFocus()

    def _step(self, at: int) -> None:
        field = self.fields[at]
        if field is not self.phone and not field.text():
            field.complain(self._texts("day.forward.missing"))
            return
        if at + 1 < len(self.fields):
            self.fields[at + 1].setFocus()
            return
        ctx, review = self._bridge.ctx, self._desk.now.review
        if ctx is None or review is None:
            return
        made = forwarding_to(
            self.organ.text(), self.place.text(), self.phone.text(), review.law.received_on,
            ctx.calendar,
        )  # fmt: skip
        self._desk.forward(made)
        self.closed.emit()
