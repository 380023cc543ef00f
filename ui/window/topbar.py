"""The top line: where this is, the pages by number, and how everything stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QWidget

from terminal.devices.views import DeviceView
from terminal.services.views import JournalStatus
from terminal.texts import Texts
from ui.icons import Icon
from ui.theme import px
from ui.widgets.basics import Button, Label, name, row, style
from ui.window.signin import brand

PAGES = (("work", 1), ("cases", 2), ("journal", 4), ("devices", 5), ("catalogue", 6))
RED_DAYS = 2


class StatusItem(QWidget):
    """One state in the top line: icon and word in one colour, the whole sentence as tip."""

    def __init__(self, object_name: str, icon: str, text: str) -> None:
        super().__init__()
        self.quiet = True
        self.icon = Icon(icon, "muted", 18)
        self.label = Label(text, "dense", state="muted")
        row(self.icon, self.label, gap=6, to=self)
        name(self, object_name, text)

    def say(self, icon: str, text: str, state: str, tip: str = "") -> None:
        """Show another state."""
        self.quiet = state in ("good", "muted")
        self.icon.show_icon(icon, state)
        self.label.say(text, state)
        self.setAccessibleName(tip or text)
        self.setToolTip(tip or text)


class TopBar(QFrame):
    """`page_wanted` carries the page that was clicked."""

    page_wanted = Signal(str)
    sign_out_wanted = Signal()

    def __init__(self, texts: Texts, window_name: str) -> None:
        super().__init__()
        self.setObjectName("top_bar")
        style(self, role="topbar")
        self._texts = texts
        self.place = Label(window_name, "strong")
        self.clerk = Button("", "page", object_name="clerk_button")
        self.clerk.setToolTip(texts("window.sign_out"))
        self.clerk.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.clerk.clicked.connect(self.sign_out_wanted)
        self._group = QButtonGroup(self)
        self.pages: dict[str, Button] = {}
        pages = row(gap=2)
        for page, number in PAGES:
            button = Button("", "page", object_name=f"page_{page}")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setToolTip(texts("window.page_key", number=number))
            button.clicked.connect(lambda _=False, page=page: self.page_wanted.emit(page))
            self._group.addButton(button)
            self.pages[page] = button
            pages.addWidget(button)
        self.outbox = StatusItem("status_outbox", "circle-check", "")
        self.hub = StatusItem("status_hub", "cloud", "")
        self.printer = StatusItem("status_printer", "printer", texts("window.status.printer"))
        self.reader = StatusItem("status_reader", "id-card", texts("window.status.reader"))
        self.day = Label("", "muted", object_name="status_day")
        self.time = Label("", "strong", object_name="status_time")
        row(
            brand(texts, 28), 4, self.place, self.clerk, 4, pages, None, self.outbox, self.hub,
            self.printer, self.reader, 4, row(self.day, self.time, gap=6), gap=10,
            margins=(16, 6), to=self,
        )  # fmt: skip
        self._urgent = 0
        self._short = False
        self.name_pages(0)

    def minimumSizeHint(self) -> QSize:
        return QSize(px(200), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Give up words where room is short: first of what is well, then of the pages."""
        states = (self.outbox, self.hub, self.printer, self.reader)
        self._short = False
        for part in (self.place, self.clerk, self.day):
            part.show()
        for state in states:
            state.label.show()
        self._write_pages()
        steps: list[Callable[[], None]] = [
            lambda: _hide(state.label for state in states if state.quiet),
            self.day.hide,
            self.clerk.hide,
            self._shorten,
            self.place.hide,
            lambda: _hide(state.label for state in states),
        ]
        for step in steps:
            for state in states:
                # A new word inside an item reaches this line's layout only through its own.
                layout = state.layout()
                if layout is not None:
                    layout.activate()
            if self.sizeHint().width() <= self.width():
                break
            step()
        # At once: a page that has just been built is drawn before the loop comes round.
        line = self.layout()
        if line is not None:
            line.invalidate()
            line.activate()

    def _shorten(self) -> None:
        self._short = True
        self._write_pages()

    def name_pages(self, urgent: int) -> None:
        """Write the pages' names; my cases carry how many are due."""
        self._urgent = urgent
        self._fit()

    def _write_pages(self) -> None:
        urgent = self._urgent
        for page, number in PAGES:
            title = self._texts(f"window.page.{page}")
            key = "window.page_title_count" if page == "cases" and urgent else "window.page_title"
            words = self._texts(key, number=number, title=title, count=urgent)
            if self._short and not self.pages[page].isChecked():
                words = str(number)
            self.pages[page].setText(words)
            self.pages[page].setAccessibleName(title)

    def show_page(self, page: str) -> None:
        """Mark the page that is open."""
        self.pages[page].setChecked(True)
        self._fit()

    def show_clerk(self, words: str) -> None:
        """Show who is signed in."""
        self.clerk.setText(words)
        self.clerk.setAccessibleName(words)
        self._fit()

    def show_clock(self, day: str, time: str) -> None:
        """Show the hall's day and time."""
        self.day.say(day)
        self.time.say(time)

    def show_journal(self, status: JournalStatus, today: date, days_left: int | None) -> None:
        """Show what waits and whether the hub answers; near a legal date it turns red."""
        texts = self._texts
        if not status.waiting:
            self.outbox.say("circle-check", texts("window.status.outbox", count=0), "good")
        elif status.earliest_due is None:
            word = texts("window.status.outbox", count=status.waiting)
            self.outbox.say("cloud-upload", word, "warning")
        else:
            due = status.earliest_due.strftime("%m-%d")
            urgent = status.earliest_due < today or (
                days_left is not None and days_left <= RED_DAYS
            )
            key = "window.status.outbox_due" if urgent else "window.status.outbox"
            word = texts(key, count=status.waiting, date=due)
            tip = texts("window.status.outbox_tip", count=status.waiting, date=due)
            self.outbox.say("cloud-upload", word, "bad" if urgent else "warning", tip)
        icon, state = {
            "connected": ("cloud", "good"),
            "not_enrolled": ("cloud-off", "muted"),
            "refused": ("cloud-off", "bad"),
        }.get(status.hub, ("cloud-off", "warning"))
        self.hub.say(icon, texts(f"window.status.hub_{status.hub}"), state)
        self._fit()

    def show_devices(self, devices: tuple[DeviceView, ...]) -> None:
        """Show printers and card reader; a terminal without one says so quietly."""
        for kinds, item, icon in (
            (("receipt_printer", "a4_printer"), self.printer, "printer"),
            (("id_card_reader",), self.reader, "id-card"),
        ):
            word = self._texts(f"window.status.{'printer' if item is self.printer else 'reader'}")
            # Without a driver it is only named as missing, on the devices page.
            found = [device for device in devices if device.kind in kinds and device.driver]
            if not found:
                tip = self._texts("window.status.no_device", name=word)
                item.say(icon, word, "muted", tip)
                continue
            worst = next((device for device in found if not device.usable), found[0])
            state = "good" if worst.state == "connected" else "bad"
            state = "warning" if worst.state in ("near_end", "starting") else state
            key = f"window.status.device.{worst.state}"
            shown = self._texts("window.status.device_line", name=word, state=self._texts(key))
            item.say(
                icon if worst.usable else "triangle-alert",
                word if worst.state == "connected" else shown,
                state,
                worst.message(self._texts) + worst.hint(self._texts),
            )
        self._fit()


def _hide(widgets: Iterable[QWidget]) -> None:
    for widget in widgets:
        widget.hide()
