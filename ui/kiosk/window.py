"""The kiosk's one window: top line, the screen, the bottom line; it forgets whoever leaves."""

from __future__ import annotations

from functools import partial

import msgspec
from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QContextMenuEvent
from PySide6.QtWidgets import QApplication, QFrame, QStackedWidget, QWidget

from terminal.clock import today
from terminal.domain.case import Case
from terminal.domain.catalogue import ServiceItem
from terminal.services.catalogue import ItemView, view_of
from ui.bridge import Bridge, Failure
from ui.kiosk.look import Look
from ui.kiosk.pages import (
    GuidePage,
    HomePage,
    KioskPage,
    NoticePage,
    ProgressPage,
    SearchPage,
    first_badge,
)
from ui.kiosk.touch import CallButton, Touch
from ui.widgets.basics import Label, column, row, style
from ui.window.dates import clock_words

WARN_SECONDS = 15
FOUND = 12
CLOCK_MS = 5_000
_TOUCHES = {
    QEvent.Type.MouseButtonPress,
    QEvent.Type.TouchBegin,
    QEvent.Type.KeyPress,
    QEvent.Type.Wheel,
}
SHORTEST_NUMBER = 21
"""Characters of a receipt number without its hyphens; a hall with many terminals has more."""


class KioskWindow(QWidget):
    """Made anew when the visitor chooses another language or larger print.

    `looked` carries the look that was chosen. After `idle_seconds` without a touch it asks,
    and `WARN_SECONDS` later it wipes everything and goes home.
    """

    looked = Signal(Look)

    def __init__(self, bridge: Bridge, look: Look, size: QSize, idle_seconds: int) -> None:
        super().__init__()
        self.setObjectName("kiosk_window")
        style(self, role="k-page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.resize(size)
        self.leaving = False
        self._bridge, self._texts, self.look = bridge, bridge.texts, look
        self.setWindowTitle(self._texts("kiosk.title"))
        landscape = size.width() > size.height()
        self._narrow = look.large and not landscape
        self.home = HomePage(self._texts, landscape, look.large)
        self.search = SearchPage(self._texts, landscape)
        self.guide = GuidePage(self._texts)
        self.progress = ProgressPage(self._texts, landscape)
        self.notice = NoticePage(self._texts)
        self.stack = QStackedWidget()
        self._pages = (self.home, self.search, self.guide, self.progress, self.notice)
        for page in self._pages:
            self.stack.addWidget(page)
        self._way: list[KioskPage] = []
        self._generation = 0
        self._left = 0
        self._idle = _timer(self, idle_seconds * 1000, self._on_idle, single=True)
        self._countdown = _timer(self, 1000, self._on_second)
        self._clock = _timer(self, CLOCK_MS, self.refresh_clock)
        layout = column(self._top(), self.stack, self._bottom(), gap=0, to=self)
        layout.setStretch(1, 1)
        self._wire()
        self.go_home()
        self._clock.start()
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    # Top and bottom

    def _top(self) -> QFrame:
        texts, bar = self._texts, QFrame()
        style(bar, role="k-top")
        chips = []
        for language in ("zh", "en"):
            made = Touch(texts(f"kiosk.language.{language}"), "k-chip", f"language_{language}",
                         checkable=True)  # fmt: skip
            made.setChecked(self.look.language == language)
            made.clicked.connect(partial(self._choose, language=language))
            chips.append(made)
        for name, on in (("large", self.look.large), ("contrast", self.look.contrast)):
            made = Touch(texts(f"kiosk.look.{name}"), "k-chip", f"look_{name}", checkable=True)
            made.setChecked(on)
            made.clicked.connect(partial(self._choose, **{name: not on}))
            chips.append(made)
        brand = Label(texts("kiosk.title"), "k-brand")
        if self._narrow:
            # In large print name and choices do not fit side by side.
            line = row(*chips, None, gap=8)
            column(brand, line, gap=8, margins=(28, 12), to=bar)
        else:
            row(brand, None, *chips, gap=8, margins=(28, 10), to=bar)
        return bar

    def _bottom(self) -> QFrame:
        texts, bar = self._texts, QFrame()
        style(bar, role="k-bottom")
        self.call = CallButton("kiosk_call", texts("kiosk.call"))
        self.clock = Label("", "k-muted", object_name="kiosk_clock")
        self.back = Touch(texts("kiosk.back"), "k-nav", "kiosk_back")
        self.again = Touch(texts("kiosk.again"), "k-nav", "kiosk_again")
        self.stay = Touch(texts("kiosk.idle.stay"), "k-go", "kiosk_stay")
        row(
            self.back, self.again, self.stay, self.call, None, self.clock, gap=12,
            margins=(28, 8), to=bar,
        )  # fmt: skip
        return bar

    def _wire(self) -> None:
        self.home.wanted.connect(self._on_tile)
        self.home.item_wanted.connect(self.show_item)
        self.search.item_wanted.connect(self.show_item)
        self.search.typed.connect(self._on_search)
        self.progress.typed.connect(self._on_number)
        self.back.clicked.connect(self.go_back)
        self.again.clicked.connect(self.go_home)
        self.stay.clicked.connect(self._on_stay)
        self.call.clicked.connect(self._on_call)

    def _choose(self, _: bool = False, **changed: object) -> None:
        self.looked.emit(msgspec.structs.replace(self.look, **changed))

    # Ways

    def core_opened(self) -> None:
        """The core is there: show what is asked for most."""
        ctx = self._bridge.ctx
        if ctx is None:
            return

        def look() -> tuple[tuple[ItemView, ...], int]:
            return ctx.catalogue.search("", FOUND), ctx.catalogue.count()

        self._bridge.read(self, look, done=self._on_often)
        self.refresh_clock()

    def go_home(self) -> None:
        """Wipe everything and show the first screen: the last visitor's data is gone."""
        self._generation += 1
        self._stop_asking()
        self._way = []
        for page in self._pages:
            page.begin()
        self._show(self.home)

    def go(self, page: KioskPage) -> None:
        """Go on to a screen."""
        shown = self.stack.currentWidget()
        if shown is not page:
            assert isinstance(shown, KioskPage)
            self._way.append(shown)
        self._show(page)

    def go_back(self) -> None:
        """Go one screen back; from the first one nothing happens."""
        self._show(self._way.pop() if self._way else self.home)

    def show_item(self, code: str) -> None:
        """Show the guide of an item."""
        ctx = self._bridge.ctx
        if ctx is not None:
            self._bridge.read(self, ctx.catalogue.item, code, done=self._on_item)

    def show_number(self, number: str) -> None:
        """Show the progress of a receipt that was scanned."""
        if self.stack.currentWidget() is not self.progress:
            self.progress.begin()
            self.go(self.progress)
        self.progress.put(number)

    def _show(self, page: KioskPage) -> None:
        self.stack.setCurrentWidget(page)
        home = page is self.home
        # What goes, goes first: for a moment too much would make the window wider for good.
        self.stay.hide()
        if self._narrow and not home:
            self.clock.hide()
        for button in (self.back, self.again):
            button.setVisible(not home)
        self.call.show()
        self.clock.setVisible(home or not self._narrow)
        if home:
            self._idle.stop()
        else:
            self._idle.start()

    def _on_tile(self, tile: str) -> None:
        if tile == "apply":
            self.search.begin()
            self.go(self.search)
        elif tile == "progress":
            self.progress.begin()
            self.go(self.progress)

    def _on_call(self) -> None:
        ctx, texts = self._bridge.ctx, self._texts
        phone = ctx.settings.hall.phone if ctx is not None else ""
        detail = texts("kiosk.call_detail", phone=phone)
        self.notice.show_notice(texts("kiosk.call"), detail, "phone-call")
        self.go(self.notice)

    # What was asked of the core

    def _on_often(self, found: tuple[tuple[ItemView, ...], int]) -> None:
        self.home.show_frequent(found[0])
        self.home.show_count(found[1])

    def _on_search(self, text: str) -> None:
        ctx = self._bridge.ctx
        self._generation += 1
        if ctx is None:
            return
        generation = self._generation

        def shown(items: tuple[ItemView, ...]) -> None:
            if generation == self._generation:
                self.search.show_items(items)

        self._bridge.read(self, ctx.catalogue.search, text, FOUND, done=shown)

    def _on_item(self, item: ServiceItem) -> None:
        self.guide.show_item(item, first_badge(view_of(item), self._texts))
        self.go(self.guide)

    def _on_number(self, text: str) -> None:
        from terminal.domain.numbers import check_receipt_number

        ctx, texts = self._bridge.ctx, self._texts
        self._generation += 1
        found = check_receipt_number(text)
        if not text:
            self.progress.say(texts("kiosk.progress.hint"))
        elif not found.valid:
            long = len(text.replace("-", "")) >= SHORTEST_NUMBER
            self.progress.say(texts("kiosk.progress.wrong" if long else "kiosk.progress.go_on"))
        elif ctx is not None:
            generation, number = self._generation, str(found.number)

            def shown(case: Case) -> None:
                if generation == self._generation:
                    self.progress.show_case(case, today(ctx.clock))

            def missing(_: Failure) -> None:
                if generation == self._generation:
                    self.progress.say(texts("kiosk.progress.unknown"))

            self._bridge.read(self, ctx.cases.case, number, done=shown, failed=missing)

    # Nobody is here any more

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _TOUCHES and self._idle.isActive():
            self._idle.start()
        return False

    def _on_idle(self) -> None:
        """Ask; the sentence is fixed (wording 10)."""
        self._left = WARN_SECONDS
        self._countdown.start()
        shown = self.stack.currentWidget()
        assert isinstance(shown, KioskPage)
        if shown is not self.notice:
            self._way.append(shown)
        self.stack.setCurrentWidget(self.notice)
        self.back.hide()
        self.again.setText(self._texts("kiosk.idle.leave"))
        self.again.show()
        self.stay.show()
        self.call.hide()
        self._say_left()

    def _say_left(self) -> None:
        texts = self._texts
        detail = texts("kiosk.idle.detail", seconds=self._left)
        self.notice.show_notice(texts("kiosk.idle.title"), detail, "timer")

    def _on_second(self) -> None:
        self._left -= 1
        if self._left <= 0:
            self.go_home()
        else:
            self._say_left()

    def _on_stay(self) -> None:
        self._stop_asking()
        self.go_back()

    def _stop_asking(self) -> None:
        self._countdown.stop()
        self.again.setText(self._texts("kiosk.again"))

    # The window itself

    def refresh_clock(self) -> None:
        """Show the hall's day and time."""
        ctx = self._bridge.ctx
        if ctx is not None:
            day, time = clock_words(ctx.clock.now().corrected, self._texts)
            self.clock.say(self._texts("kiosk.clock", day=day, time=time))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()

    def closeEvent(self, event: QCloseEvent) -> None:
        # No key of a window manager closes a kiosk; the program itself does.
        if not self.leaving:
            event.ignore()

    def leave(self) -> None:
        """Close for good."""
        self.leaving = True
        for timer in (self._idle, self._countdown, self._clock):
            timer.stop()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        self.close()


def _timer(owner: QObject, interval: int, slot: object, *, single: bool = False) -> QTimer:
    made = QTimer(owner)
    made.setSingleShot(single)
    made.setInterval(interval)
    made.timeout.connect(slot)
    return made
