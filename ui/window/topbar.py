"""The top line: where this is, the pages by number, and how everything stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QWidget

from terminal.devices.views import DeviceView
from terminal.services.journal_views import JournalStatus
from terminal.texts import Texts
from ui.icons import Icon
from ui.theme import px
from ui.widgets.basics import Button, Label, name, row, style
from ui.window.dates import moment_words
from ui.window.legal_words import contact_words, short_words, whole_words
from ui.window.signin import brand

PAGES = (("work", 1), ("cases", 2), ("journal", 4), ("devices", 5), ("catalogue", 6), ("shift", 8))


class StatusItem(QWidget):
    """One state in the top line: icon and word in one colour, the whole sentence as tip."""

    def __init__(self, object_name: str, icon: str, text: str) -> None:
        super().__init__()
        self.quiet = True
        self._whole = self._short = text
        self._shortened = False
        self.icon = Icon(icon, "muted", 18)
        self.label = Label(text, "dense", state="muted")
        row(self.icon, self.label, gap=6, to=self)
        name(self, object_name, text)

    def say(self, icon: str, text: str, state: str, tip: str = "", short: str = "") -> None:
        """Show another state; `short` is what stands there where room is short."""
        self.quiet = state in ("good", "muted")
        self._whole, self._short = text, short or text
        self.icon.show_icon(icon, state or "text")
        self.label.say(self._short if self._shortened else self._whole, state)
        self.setAccessibleName(tip or text)
        self.setToolTip(tip or text)

    def words(self, *, short: bool) -> None:
        """Show the whole word or the short one."""
        self._shortened = short
        self.label.say(self._short if short else self._whole)

    def wants(self) -> tuple[int, int, bool, bool]:
        """Return all that says how much room this takes, and what of it may be given up."""
        metrics = self.label.fontMetrics()
        widths = (metrics.horizontalAdvance(word) for word in (self._whole, self._short))
        return (*widths, self.quiet, self.isHidden())  # type: ignore[return-value]


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
        self.trouble = StatusItem("status_trouble", "circle-x", "")
        self.trouble.hide()
        self.hub = StatusItem("status_hub", "cloud", "")
        self.printer = StatusItem("status_printer", "printer", texts("window.status.printer"))
        self.reader = StatusItem("status_reader", "id-card", texts("window.status.reader"))
        self.day = Label("", "muted", object_name="status_day")
        self.time = Label("", "strong", object_name="status_time")
        row(
            brand(texts, 28), 4, self.place, self.clerk, 4, pages, None, self.outbox, self.trouble,
            self.hub, self.printer, self.reader, 4, row(self.day, self.time, gap=6), gap=10,
            margins=(16, 6), to=self,
        )  # fmt: skip
        self._states = (self.outbox, self.trouble, self.hub, self.printer, self.reader)
        self._fitted: list[tuple[int, int, bool, bool]] = []
        self._urgent = -1
        self._short = False
        self.name_pages(0)

    def minimumSizeHint(self) -> QSize:
        return QSize(px(200), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def _fit(self) -> None:
        """Give up words where room is short: first of what is well, then of the pages."""
        states = self._states
        self._fitted = [state.wants() for state in states]
        self._short = False
        for part in (self.place, self.clerk, self.day):
            part.show()
        for state in states:
            state.label.show()
            state.words(short=False)
        self._write_pages()
        steps: list[Callable[[], None]] = [
            lambda: _hide(state.label for state in states if state.quiet),
            self.day.hide,
            self.clerk.hide,
            self._shorten,
            self.place.hide,
            lambda: _shorten(states),
            lambda: _hide(state.label for state in states if state is not self.outbox),
            self.outbox.label.hide,
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

    def _refit(self) -> None:
        """Fit again if a state takes other room: laying out costs more than all words."""
        if self._fitted != [state.wants() for state in self._states]:
            self._fit()

    def _shorten(self) -> None:
        self._short = True
        self._write_pages()

    def name_pages(self, urgent: int) -> None:
        """Write the pages' names; my cases carry how many are due."""
        if urgent != self._urgent:
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

    def show_journal(self, status: JournalStatus, today: date) -> None:
        """Show what waits, until when something is due, and whether the hub answers.

        Red at two working days left; until then what waits is no reason to worry.
        """
        self._show_outbox(status)
        self._show_trouble(status)
        self._show_hub(status, today)
        self._refit()

    def _show_outbox(self, status: JournalStatus) -> None:
        texts, legal = self._texts, status.legal
        state = "bad" if status.alarming else "" if status.waiting else "good"
        icon = "cloud-upload" if status.waiting else "circle-check"
        word = texts.counted("window.status.outbox", status.waiting)
        tip = texts.counted("window.status.outbox_tip", status.waiting)
        if legal is None:
            self.outbox.say(icon, word, state, tip if status.waiting else word)
            return
        due = short_words(legal, texts)
        word = texts.counted("window.status.outbox_due", status.waiting, due=due)
        tip = texts("window.status.tip_keys", tip=tip, due=whole_words(legal, texts))
        icon = "triangle-alert" if status.alarming else icon
        short = texts("window.status.outbox_short", count=status.waiting)
        self.outbox.say(icon, word, state, tip, due if status.alarming else short)

    def _show_trouble(self, status: JournalStatus) -> None:
        texts = self._texts
        found = {name: getattr(status, name) for name in ("refused", "conflict", "held")}
        words = [texts.counted(f"window.status.{name}", n) for name, n in found.items() if n]
        self.trouble.setVisible(bool(words))
        if words:
            state = "bad" if status.refused or status.conflict else "warning"
            icon = "circle-x" if state == "bad" else "hourglass"
            said = texts("window.status.trouble", words=texts("window.separator").join(words))
            short = str(sum(found.values()))
            self.trouble.say(icon, said, state, texts("window.status.trouble_tip"), short)

    def _show_hub(self, status: JournalStatus, today: date) -> None:
        texts = self._texts
        icon, state = {
            "connected": ("cloud", "good"),
            "not_enrolled": ("cloud-off", "muted"),
            "refused": ("cloud-off", "bad"),
        }.get(status.hub, ("cloud-off", "warning"))
        short = word = texts(f"window.status.hub_{status.hub}")
        if status.hub == "unreachable" and status.last_contact:
            since = contact_words(status.last_contact, today, texts)
            word = texts("window.status.hub_unreachable_since", since=since)
        tip = texts(
            f"window.status.hub_tip_{status.hub}", last=moment_words(status.last_contact, texts)
        )
        self.hub.say(icon, word, state, tip, short)

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
        self._refit()


def _hide(widgets: Iterable[QWidget]) -> None:
    for widget in widgets:
        widget.hide()


def _shorten(states: Iterable[StatusItem]) -> None:
    for state in states:
        state.words(short=True)
