"""Who comes by appointment today: found by name or phone, checked in with Enter."""

from __future__ import annotations

from PySide6.QtCore import Signal

from terminal.protocol.sets import Appointment
from ui.bridge import Bridge
from ui.icons import Icon
from ui.widgets.basics import Card, ElidedLabel, Label, Notice, column, row
from ui.widgets.fields import Field
from ui.widgets.rows import Row, SelectList


class AppointmentsCard(Card):
    """The day's list under a line for searching; `taken` carries the appointment."""

    taken = Signal(object)

    def __init__(self, bridge: Bridge) -> None:
        super().__init__(gap=10, margin=16)
        self.setObjectName("appointments_card")
        texts = bridge.texts
        self._bridge, self._texts = bridge, texts
        self._all: tuple[Appointment, ...] = ()
        self._shown: list[Appointment] = []
        self.search = Field("appointments_search", texts("day.appointments.search"))
        self.list = SelectList("appointments_list", focusable=False)
        self.notice = Notice("appointments_notice")
        self.add(
            Label(texts("day.appointments.title"), "heading"),
            self.search, self.notice, self.list, Label(texts("day.appointments.keys"), "muted"),
            None,
        )  # fmt: skip
        self.search.changed.connect(lambda _: self._show())
        self.search.edit.entered.connect(lambda: self._take(self.list.index))
        self.search.edit.went_down.connect(lambda: self.list.step(1))
        self.search.edit.went_up.connect(lambda: self.list.step(-1))
        self.list.taken.connect(self._take)
        self.hide()

    def open(self) -> None:
        """Show today's appointments of this window."""
        self.search.set_text("")
        self.show()
        self.search.setFocus()
        ctx = self._bridge.ctx
        if ctx is not None:
            self._bridge.read(self, ctx.appointments.of_day, done=self._on_found)

    def _on_found(self, found: tuple[Appointment, ...]) -> None:
        self._all = found
        self._show()

    def _show(self) -> None:
        texts, wanted = self._texts, self.search.text()
        self._shown = [one for one in self._all if wanted in one.name or wanted in one.phone]
        self.list.show_rows([self._row(one) for one in self._shown])
        if not self._all:
            self.notice.say(texts("day.appointments.none"))
        else:
            nobody = "" if self._shown else texts("day.appointments.nobody", text=wanted)
            self.notice.say(nobody, "warning")

    def _row(self, one: Appointment) -> Row:
        texts = self._texts
        key = "day.appointments.line_until" if one.end else "day.appointments.line"
        said = texts(key, begin=one.begin, end=one.end, name=one.name)
        tail = texts("day.appointments.document", document=one.document) if one.document else ""
        words = (one.item_name, one.phone, tail)
        line = Row()
        line.setAccessibleName(said)
        about = texts("window.separator").join(word for word in words if word)
        inner = column(Label(said), ElidedLabel(about, "small"), gap=0)
        layout = row(Icon("clock", "muted", 16), inner, margins=(8, 4), to=line)
        layout.setStretch(1, 1)
        return line

    def _take(self, at: int) -> None:
        if 0 <= at < len(self._shown):
            self.taken.emit(self._shown[at])
