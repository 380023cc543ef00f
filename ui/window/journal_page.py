"""Page 4: the journal of this machine: where each entry is, since when, why, and what to do."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout

from terminal.services.journal import PAGE
from terminal.services.journal_views import JournalPage as Lines
from terminal.services.journal_views import JournalQuery, JournalStatus
from terminal.services.views import Session
from terminal.store.journal import Verification
from ui.bridge import Bridge, Failure
from ui.theme import px
from ui.widgets.basics import Card, Label, Notice, column, row
from ui.widgets.keys import KeyHint
from ui.window.coalesced import Coalesced
from ui.window.courier_panel import CourierPanel
from ui.window.dates import moment_words
from ui.window.journal_detail import JournalDetail
from ui.window.journal_filters import JournalFilters
from ui.window.journal_table import JournalTable
from ui.window.page import Page
from ui.window.phone_panel import PhonePanel
from ui.window.rating_notice import RatingNotice

GAP_MS = 500
"""While entries drain the hub's answers change this page several times a second."""


class JournalPage(Page):
    """Filters above, entries at the left, the selected one or a panel at the right."""

    case_wanted = Signal(str)
    interested = frozenset({"journal_changed", "journal_acknowledged", "hub_state_changed",
                            "progress_changed", "print_job_changed",
                            "rating_log_changed"})  # fmt: skip

    def __init__(self, bridge: Bridge, session: Session) -> None:
        super().__init__(bridge, "journal_page")
        texts = self.texts
        ctx = bridge.ctx
        phone = ctx.settings.hall.phone if ctx is not None else ""
        self._status: JournalStatus | None = None
        self._query = JournalQuery()
        self._pages: list[int] = []
        self._place = 0
        self._asked = 0
        self._more = False
        self._wide = True
        self._reading = False
        self._verifying = False
        self.filters = JournalFilters(texts)
        self.number = self.filters.number
        self.hub = Notice("journal_hub")
        self.ratings = RatingNotice(bridge)
        self.table = JournalTable(texts, phone)
        self.empty = Label("", "muted", wrap=True, object_name="journal_empty")
        self.place = Label("", "small", object_name="journal_place")
        self._list = card = Card(gap=4, margin=8)
        card.add(self.filters, self.empty, self.table, self.place)
        card.body.setStretch(2, 1)
        self.detail = JournalDetail(texts, phone)
        self.courier = CourierPanel(bridge)
        self.phones = PhonePanel(bridge, session)
        self._right = column(self.detail, self.courier, self.phones, gap=0)
        self._outer = row(card, self._right, gap=16)
        self._outer.setStretch(0, 5)
        self._outer.setStretch(1, 2)
        layout = column(self.hub, self.ratings, self._outer, gap=12, margins=(16, 16), to=self)
        layout.setStretch(2, 1)
        self._soon = Coalesced(self, self._look, GAP_MS)
        self._wire()
        self.empty.say(texts("window.journal.loading"))

    def _wire(self) -> None:
        self.filters.asked.connect(self._on_asked)
        self.number.entered.connect(self._find)
        self.number.went_down.connect(self.table.setFocus)
        self.table.moved.connect(self._on_moved)
        self.table.taken.connect(lambda _: self._open_case())
        self.table.beyond.connect(self._turn)
        for panel in (self.courier, self.phones):
            panel.told.connect(self.told)
            panel.closed.connect(self._close_panels)

    # Looking.

    def refresh(self) -> None:
        self._soon.ask()

    def _look(self) -> None:
        ctx = self.bridge.ctx
        if ctx is None:
            return
        self.bridge.read(self, ctx.journal.status, done=self._on_status)
        self._load(select="")
        self.phones.look_at_job()
        self.ratings.look()

    def start(self) -> None:
        self._close_panels()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() >= px(1000)
        direction = QBoxLayout.Direction
        self._outer.setDirection(direction.LeftToRight if wide else direction.TopToBottom)
        self._wide = wide
        self._arrange()
        # In large print the table needs the room; its tabs say the same in a word each.
        low = self.height() < px(420)
        self.place.setVisible(not low)
        self.hub.setVisible(bool(self.hub.text()) and not low)
        widest = px(400) if wide else 16_777_215
        for part in (self.detail, self.courier, self.phones):
            part.setMaximumWidth(widest)
        for place, least in ((0, 900), (5, 820), (1, 700)):
            self.table.setColumnHidden(place, self.width() < px(least))

    def _arrange(self) -> None:
        """Side by side where there is room; otherwise list, entry and panel take turns."""
        panel = self._panel_open()
        self.detail.setVisible(not panel and (self._wide or self._reading))
        self._list.setVisible(self._wide or not (panel or self._reading))

    def _load(self, *, select: int | str) -> None:
        """Ask for the page that the filters and the place in it name; older answers are void."""
        ctx = self.bridge.ctx
        if ctx is None:
            return
        self._asked += 1
        asked, query = self._asked, self._query
        self.bridge.read(
            self, ctx.journal.page, query,
            done=lambda found: self._on_lines(found, select) if asked == self._asked else None,
        )  # fmt: skip

    def _on_status(self, status: JournalStatus) -> None:
        self._status = status
        self.filters.show_counts(self._counts())
        texts = self.texts
        sentence = texts(
            f"window.journal.hub_{status.hub}", last=moment_words(status.last_contact, texts)
        )
        if status.hub_code and texts.has(f"{status.hub_code}.message"):
            reason = texts.template(f"{status.hub_code}.message")
            if "{" not in reason:
                sentence = texts("window.journal.because", sentence=sentence, reason=reason)
        if status.foreign_held:
            held = texts.counted("window.journal.foreign_held", status.foreign_held)
            sentence = texts("window.journal.and", first=sentence, second=held)
        self.hub.say(sentence, "good" if status.hub == "connected" else "warning")
        self.hub.setVisible(self.height() >= px(420))
        self._show_place()

    def _on_lines(self, found: Lines, select: int | str) -> None:
        if select == "":
            line = self.table.line()
            select = line.record_id if line is not None else 0
        line = self.table.line()
        same = line is not None and select == line.record_id and found.lines == self.table.lines
        if same and found.more == self._more:
            return
        self._more = found.more
        self.table.show_lines(found.lines, select=select)
        self.empty.setVisible(not found.lines)
        if not found.lines:
            self.empty.say(self._empty_words())
        self._show_place()
        self.keys_changed.emit()

    def _empty_words(self) -> str:
        if self._query.number:
            return self.texts("window.journal.empty_search", number=self._query.number)
        return self.texts(f"window.journal.empty_{self._query.state or 'all'}")

    def _counts(self) -> dict[str, int]:
        status = self._status
        if status is None:
            return {}
        return {"all": status.written, "waiting": status.waiting,
                "acknowledged": status.acknowledged, "held": status.held,
                "refused": status.refused, "conflict": status.conflict}  # fmt: skip

    def _show_place(self) -> None:
        lines = self.table.lines
        if not lines:
            self.place.say("")
            return
        first = self._place * PAGE + 1
        last = f"{first + len(lines) - 1:,}"
        total = self._counts().get(self._query.state or "all", 0)
        narrowed = self._query.group or self._query.number
        key = "window.journal.page" if narrowed or not total else "window.journal.page_of"
        self.place.say(self.texts(key, first=f"{first:,}", last=last, total=f"{total:,}"))

    def _on_moved(self, _row: int) -> None:
        line = self.table.line()
        if line != self.detail.line:
            self.detail.show_line(line)
            self.keys_changed.emit()

    # Narrowing and turning.

    def _find(self) -> None:
        self.filters.search()
        self.table.setFocus()

    def _on_asked(self, query: JournalQuery) -> None:
        self._query, self._pages, self._place = query, [], 0
        self.filters.show_counts(self._counts())
        self._load(select=0)

    def _turn(self, by: int) -> None:
        """Go on to older entries, or back to newer ones; only one page is ever held."""
        lines, query = self.table.lines, self._query
        if by > 0 and self._more and lines:
            self._pages.append(query.before)
            before, select = lines[-1].id, 0
        elif by < 0 and self._pages:
            before, select = self._pages.pop(), -1
        else:
            return
        self._place += by
        self._query = JournalQuery(query.state, query.group, query.number, before)
        self._load(select=select)

    # Keys.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            by = 1 if key == Qt.Key.Key_Right else -1
            self.filters.step("group" if shift else "state", by)
        elif key == Qt.Key.Key_Escape and (self._panel_open() or self._reading):
            self._close_panels()
        elif key == Qt.Key.Key_Escape and (self._query.number or self.number.hasFocus()):
            self.number.clear()
            self._find()
        elif self._reading and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.detail.scroll_by(1 if key == Qt.Key.Key_Down else -1)
        elif key in _KEYS and not shift:
            self.press(_KEYS[Qt.Key(key)])
        else:
            super().keyPressEvent(event)

    def hints(self) -> tuple[KeyHint, ...]:
        say = self.texts
        if self._panel_open() or self._reading:
            return (KeyHint("close", "Esc", say("window.path.leave")),)
        found = [
            KeyHint("state", "← →", say("window.hint.state")),
            KeyHint("group", "Shift+← →", say("window.hint.group")),
        ]
        if self._more or self._pages:
            found.append(KeyHint("pages", "Ctrl+PgDn", say("window.hint.older")))
        found.append(KeyHint("f3", "F3", say("window.hint.number")))
        if self.detail.line is not None and self.detail.line.case_id:
            found.append(KeyHint("f4", "F4", say("window.hint.open")))
        if self.detail.line is not None and not self._wide:
            found.append(KeyHint("f7", "F7", say("window.hint.read")))
        found += [
            KeyHint("f5", "F5", say("window.hint.retry")),
            KeyHint("f6", "F6", say("window.hint.back_file")),
            KeyHint("f8", "F8", say("window.hint.verify")),
            KeyHint("f1", "F1", say("window.hint.emergency")),
            KeyHint("shift_f1", "Shift+F1", say("window.hint.phones")),
        ]
        return (*found, *super().hints())

    def press(self, hint: str) -> None:
        match hint:
            case "f1":
                self._open_panel(lambda: self.courier.open(back=False))
            case "shift_f1":
                self._open_panel(self.phones.open)
            case "f3":
                self._close_panels()
                self.number.setFocus()
                self.number.selectAll()
            case "f4":
                self._open_case()
            case "f5":
                self._retry()
            case "f6":
                self._open_panel(lambda: self.courier.open(back=True))
            case "f7" if not self._wide:
                self._reading = not self._reading
                self._arrange()
                (self.detail if self._reading else self.table).setFocus()
                self.keys_changed.emit()
            case "f8":
                self._verify()
            case "state" | "group":
                self.filters.step(hint, 1)
            case "pages":
                self._turn(1)
            case "close":
                self._close_panels()

    # Acting.

    def _panel_open(self) -> bool:
        return not (self.courier.isHidden() and self.phones.isHidden())

    def _open_panel(self, opening: Callable[[], None]) -> None:
        self.told.emit("", "")
        self.courier.hide()
        self.phones.hide()
        opening()
        self._arrange()
        self.keys_changed.emit()

    def _close_panels(self) -> None:
        self._reading = False
        self.courier.hide()
        self.phones.hide()
        self._arrange()
        self.table.setFocus()
        self.keys_changed.emit()

    def _open_case(self) -> None:
        line = self.table.line()
        if line is not None and line.subject:
            self.case_wanted.emit(line.subject)

    def _retry(self) -> None:
        ctx = self.bridge.ctx
        if ctx is None:
            return
        self.told.emit(self.texts("window.journal.retrying"), "")
        self.bridge.run(self, ctx.journal.retry, done=self._on_retried, failed=self._on_failed)

    def _on_retried(self, count: int) -> None:
        ctx = self.bridge.ctx
        if ctx is not None and ctx.sync is not None:
            ctx.sync.wake()
        words = self.texts("window.journal.retried")
        if count:
            words = self.texts.counted("window.journal.retried_count", count)
        self.told.emit(words, "good")
        self.refresh()

    def _verify(self) -> None:
        ctx = self.bridge.ctx
        if ctx is None or self._verifying:
            return
        self._verifying = True
        self.told.emit(self.texts("window.journal.verifying"), "")
        self.bridge.read(
            self, ctx.journal.verify, done=self._on_verified, failed=self._on_not_verified
        )

    def _on_verified(self, found: Verification) -> None:
        self._verifying = False
        texts = self.texts
        if found.holds:
            words = texts("window.journal.verified", entries=f"{found.entries:,}")
            self.told.emit(words, "good")
            return
        reason = texts(f"{found.code}.message")
        words = texts(
            "window.journal.broken", seq=found.bad_seq, epoch=found.bad_epoch[:8], reason=reason
        )
        self.told.emit(words, "bad")

    def _on_not_verified(self, failure: Failure) -> None:
        self._verifying = False
        self._on_failed(failure)

    def _on_failed(self, failure: Failure) -> None:
        self.told.emit(failure.sentence, "bad")


_KEYS = {
    Qt.Key.Key_F3: "f3",
    Qt.Key.Key_F4: "f4",
    Qt.Key.Key_F5: "f5",
    Qt.Key.Key_F6: "f6",
    Qt.Key.Key_F7: "f7",
    Qt.Key.Key_F8: "f8",
}
