"""The clerk's window: sign-in, then top line, pages, key line; events refresh what is shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from terminal.clock import today
from terminal.devices.ports import IdCard, PadPress, ScannedCode
from terminal.domain.case import Case
from terminal.errors import TerminalError
from terminal.events import Event
from terminal.protocol.query_code import parse_query_url
from terminal.services.authenticity import Authenticity, Verdict
from terminal.services.journal_views import JournalStatus
from terminal.services.views import CaseCounts, Session
from ui.bridge import Bridge, Failure
from ui.widgets.basics import Notice, column, holds_focus, row, style
from ui.widgets.keys import KeyLine, LegalGuard
from ui.window.case_pages import CasesPage
from ui.window.casework.acts import CaseAct
from ui.window.casework.authenticity import verdict_words
from ui.window.casework.clerking import Clerking
from ui.window.casework.signature import SignatureDesk
from ui.window.catalogue_page import CataloguePage
from ui.window.clock_check import clock_difference
from ui.window.coalesced import Coalesced
from ui.window.dates import clock_words
from ui.window.desk import Desk
from ui.window.devices_page import DevicesPage
from ui.window.inputs import party_of_card, read_code
from ui.window.journal_page import JournalPage
from ui.window.keeper import Keeper
from ui.window.page import Page
from ui.window.shift_page import ShiftPage
from ui.window.strips import Strips
from ui.window.topbar import PAGES, TopBar
from ui.window.work import WorkPage

CLOCK_MS = 5_000
_JOURNAL_EVENTS = frozenset(
    {"journal_changed", "journal_acknowledged", "hub_state_changed", "case_saved",
     "progress_changed"}
)  # fmt: skip
_EMERGENCY = {
    Qt.KeyboardModifier.NoModifier: "f1",
    Qt.KeyboardModifier.ShiftModifier: "shift_f1",
}


class _Pages(dict[str, QWidget]):
    """Pages by name, each made when it is first asked for."""

    def __init__(self, make: Callable[[str], QWidget]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> QWidget:
        made = self[name] = self._make(name)
        return made


class Workplace(QWidget):
    """Everything a signed-in clerk sees; made anew for each session."""

    sign_out_wanted = Signal()
    pad_pressed = Signal(int)
    _card_read = Signal(IdCard)
    _code_read = Signal(ScannedCode)
    _pad_read = Signal(PadPress)
    _input_refused = Signal(object)

    def __init__(self, bridge: Bridge, session: Session, guard: LegalGuard) -> None:
        super().__init__()
        self.setObjectName("workplace")
        style(self, role="page")
        ctx = bridge.ctx
        assert ctx is not None
        self._bridge, self._texts, self._guard = bridge, bridge.texts, guard
        self.session = session
        self.desk = Desk(bridge, session, self)
        self.top = TopBar(bridge.texts, ctx.settings.window.name)
        self.top.show_clerk(session.name)
        self.signatures = SignatureDesk(self)
        clerking = Clerking(bridge, session, guard, self.signatures)
        self._clerking = clerking
        self.work = WorkPage(clerking, self.desk)
        self.pages = _Pages(self._make_page)
        self.pages["work"] = self.work
        self.stack = QStackedWidget()
        self.stack.addWidget(self.work)
        self.notice = Notice("status_notice")
        self.strips = Strips(bridge.texts)
        self.keys = KeyLine()
        below = QWidget()
        row(self.notice, margins=(16, 0), to=below)
        layout = column(self.top, self.strips, self.stack, below, self.keys, gap=0, to=self)
        layout.setStretch(2, 1)
        self._page = "work"
        self._day = ""
        self._to_tell: int | None = None
        self.handed_over = False
        self._journal_soon = Coalesced(self, self._refresh_journal)
        self._counts_soon = Coalesced(self, self._refresh_cases)
        self._page_soon = Coalesced(self, self._refresh_page)
        self._stop: list[object] = []
        self._wire()
        self.keeper = Keeper(bridge, self.desk)
        self.show_page("work")
        self.tell_time()
        self.refresh_all()

    def _wire(self) -> None:
        bridge, desk = self._bridge, self.desk
        self.top.page_wanted.connect(self.show_page)
        self.top.sign_out_wanted.connect(self.sign_out_wanted)
        self.keys.pressed.connect(self._on_hint)
        self.work.keys_changed.connect(self._show_keys)
        self.work.told.connect(self.say)
        desk.brought_asked.connect(self._on_brought)
        desk.decision_due.connect(self._on_decision_due)
        bridge.happened.connect(self._on_event)
        bridge.failed.connect(self._on_failure)
        desk.saved.connect(lambda *_: self.refresh_all())
        desk.put_in_place.connect(self._on_put_back)
        application = cast(QApplication, QApplication.instance())
        application.focusChanged.connect(self._on_focus)
        queued = Qt.ConnectionType.QueuedConnection
        self._card_read.connect(self._on_card, queued)
        self._code_read.connect(self._on_code, queued)
        self._pad_read.connect(lambda press: self.pad_pressed.emit(press.value), queued)
        self._input_refused.connect(self._on_input_refused, queued)
        devices = getattr(bridge.ctx, "devices", None)
        if devices is not None:
            self._stop = [
                devices.on_card(self._card_read.emit),
                devices.on_code(self._code_read.emit),
                devices.on_press(self._pad_read.emit),
                devices.on_problem(lambda _device, error: self._input_refused.emit(error)),
            ]
        self._clock = QTimer(self)
        self._clock.setInterval(CLOCK_MS)
        self._clock.timeout.connect(self.tell_time)
        self._clock.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.strips.fit(self.height())

    @property
    def cases(self) -> CasesPage:
        """Page 2."""
        return cast(CasesPage, self.pages["cases"])

    @property
    def journal(self) -> JournalPage:
        """Page 4."""
        return cast(JournalPage, self.pages["journal"])

    @property
    def shift(self) -> ShiftPage:
        """Page 8."""
        return cast(ShiftPage, self.pages["shift"])

    def _make_page(self, name: str) -> Page:
        """Make a page when it is first wanted: all at once would double the time to sign in."""
        made: Page
        match name:
            case "cases":
                made = cases = CasesPage(self._clerking)
                cases.resume_wanted.connect(self._resume)
            case "journal":
                made = journal = JournalPage(self._bridge, self.session)
                journal.case_wanted.connect(self._open_case)
            case "shift":
                made = shift = ShiftPage(self._bridge, self.session, self._guard)
                shift.late_wanted.connect(self._begin_late)
                shift.began.connect(self._before_handover)
                shift.handed_over.connect(self._after_handover)
            case "devices":
                made = DevicesPage(self._bridge)
            case "catalogue":
                made = CataloguePage(self._bridge)
            case _:
                raise KeyError(name)
        made.keys_changed.connect(self._show_keys)
        made.told.connect(self.say)
        self.stack.addWidget(made)
        return made

    def leave(self) -> None:
        """Stop listening before the workplace goes."""
        for stop in self._stop:
            stop()  # type: ignore[operator]
        self._stop = []
        self.keeper.stop(keep=not self.handed_over)
        self._clock.stop()
        for soon in (self._journal_soon, self._counts_soon, self._page_soon):
            soon.stop()
        application = cast(QApplication, QApplication.instance())
        for signal, slot in (
            (self._bridge.happened, self._on_event),
            (self._bridge.failed, self._on_failure),
            (application.focusChanged, self._on_focus),
        ):
            signal.disconnect(slot)

    def _on_focus(self, old: QWidget | None, new: QWidget | None) -> None:
        """Give the keyboard back when the late answer of a page that is left behind took it.

        Qt lets a hidden field have it: the next keys would be typed where nobody sees them.
        """
        shown = self.stack.currentWidget()
        if shown is None or not holds_focus(self.stack, new) or holds_focus(shown, new):
            return
        before = old if old is not None and holds_focus(shown, old) and old.isVisible() else shown
        before.setFocus()

    # Pages.

    def show_page(self, page: str) -> None:
        """Open a page; the keyboard goes where its work begins."""
        self._page = page
        self.top.show_page(page)
        self.notice.say("")
        shown = self.pages[page]
        self.stack.setCurrentWidget(shown)
        if isinstance(shown, Page):
            shown.refresh()
            shown.start()
        else:
            self.work.start()
        self._show_keys()
        self.keys.settle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        number = event.key() - Qt.Key.Key_0
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        by_alt = modifiers == Qt.KeyboardModifier.AltModifier
        plain = not modifiers and self._page != "work"
        page = next((name for name, key in PAGES if key == number), "")
        if page and (by_alt or plain):
            self.show_page(page)
        elif event.key() == Qt.Key.Key_F1 and modifiers in _EMERGENCY:
            # The network is gone and a date is near: one key from anywhere.
            self.show_page("journal")
            self.journal.press(_EMERGENCY[modifiers])
        elif event.key() == Qt.Key.Key_Escape and self._page != "work":
            self.show_page("work")
        else:
            super().keyPressEvent(event)

    def say(self, sentence: str, state: str = "") -> None:
        """Show a sentence above the key line until the next one or the next page."""
        self.notice.say(sentence, state)

    def _show_keys(self) -> None:
        shown = self.pages[self._page]
        if isinstance(shown, Page):
            self.keys.show_hints(shown.hints())
            self.keys.show_end("", False)
        else:
            self.keys.show_hints(self.work.hints())
            self.keys.show_end(*self.work.end())

    def _on_hint(self, hint: str) -> None:
        shown = self.pages[self._page]
        if isinstance(shown, Page):
            shown.press(hint)
        else:
            self.work.press(hint)

    def _open_case(self, receipt_number: str, act: CaseAct | None = None) -> None:
        """Open a case on page 2, with the form of an act where one is named."""
        self.show_page("cases")
        acts = (act,) if act is not None else ()
        self.cases.find_case(receipt_number, acts, at_once=bool(acts))

    def _begin_late(self) -> None:
        self.show_page("work")
        self.work.begin_late()

    def _before_handover(self) -> None:
        """Park who is being served: the successor finds them with everything in place."""
        self.desk.park()
        self.keeper.keep()

    def _after_handover(self) -> None:
        self.handed_over = True
        self.desk.give_up_parked()
        self.sign_out_wanted.emit()

    def _on_brought(self, case: Case) -> None:
        act = CaseAct.BRING if case.deferred else CaseAct.SUPPLEMENT
        self._open_case(case.receipt_number, act)

    def _on_decision_due(self, receipt_number: str) -> None:
        """An on-the-spot item is accepted: whoever decides it here goes on in the same flow."""
        self._open_case(receipt_number, CaseAct.DECIDE)

    def _on_put_back(self, count: int) -> None:
        self.say(self._texts.counted("day.parked.back", count), "warning")
        self._show_keys()

    def _resume(self, case_id: str) -> None:
        self.show_page("work")
        self.desk.resume(case_id)

    # What the core and the devices tell.

    def refresh_all(self) -> None:
        """Ask again for everything in the frame."""
        self._refresh_journal()
        self._refresh_counts()
        self._refresh_devices()
        self._refresh_jobs()

    def _on_event(self, event: Event) -> None:
        if event.name in _JOURNAL_EVENTS:
            self._journal_soon.ask()
        if event.name in ("case_saved", "progress_changed", "document_signed"):
            self._counts_soon.ask()
        if event.name == "device_changed":
            self._refresh_devices()
        if event.name == "print_job_changed":
            self._refresh_jobs()
        shown = self.pages[self._page]
        if isinstance(shown, Page) and event.name in shown.interested:
            self._page_soon.ask()

    def _refresh_page(self) -> None:
        shown = self.pages[self._page]
        if isinstance(shown, Page):
            shown.refresh()

    def _refresh_cases(self) -> None:
        self._refresh_counts()
        self.desk.refresh_cases()

    def _refresh_journal(self) -> None:
        ctx = self._bridge.ctx
        if ctx is not None:
            self._bridge.read(self, ctx.journal.status, done=self._on_journal)

    def _on_journal(self, status: JournalStatus) -> None:
        ctx = self._bridge.ctx
        if ctx is not None:
            self.top.show_journal(status, today(ctx.clock))
            self.strips.show_status(status)

    def _refresh_counts(self) -> None:
        ctx = self._bridge.ctx
        if ctx is not None:
            self._bridge.read(self, ctx.cases.counts, self.session, done=self._on_counts)

    def _on_counts(self, counts: CaseCounts) -> None:
        self.work.mine.show_counts(counts)
        self.top.name_pages(counts.due_today + counts.overdue + counts.to_tell)
        arrived = counts.to_tell - (self._to_tell if self._to_tell is not None else counts.to_tell)
        self._to_tell = counts.to_tell
        if arrived > 0 and self._page != "cases" and not self.notice.text():
            # A hint for between two visitors: what is said now is not written over.
            self.say(self._texts.counted("casework.told.arrived", arrived), "warning")

    def _refresh_devices(self) -> None:
        devices = getattr(self._bridge.ctx, "devices", None)
        self.top.show_devices(devices.snapshot() if devices is not None else ())

    def _refresh_jobs(self) -> None:
        ctx, case_id = self._bridge.ctx, self.work.outcome.case_id
        if ctx is not None and case_id:
            self._bridge.read(self, ctx.printing.jobs, case_id, done=self.work.outcome.show_jobs)

    def _on_card(self, card: IdCard) -> None:
        party = party_of_card(card)
        if self._page == "cases" and self.cases.take_card(party):
            return
        if self._page != "work":
            self.show_page("work")
        self.work.take_party(party)

    def _on_code(self, code: ScannedCode) -> None:
        self._guard.code_scanned()
        ctx = self._bridge.ctx
        if ctx is None:
            return
        if parse_query_url(code.text) is not None:
            self.check_receipt(code.text)
            return
        found = read_code(code.text, today(ctx.clock))
        if found.party is not None:
            if self._page != "work":
                self.show_page("work")
            self.work.take_party(found.party)
        elif found.receipt_number:
            self.show_page("cases")
            self.cases.find_number(found.receipt_number)
        else:
            self.say(self._texts("window.code_unknown"), "warning")

    def check_receipt(self, text: str) -> None:
        """Say whether a receipt's code is true; on page 2 its case opens as well."""
        ctx = self._bridge.ctx
        if ctx is not None:
            self._bridge.read(self, ctx.authenticity.check, text, done=self._on_authentic)

    def _on_authentic(self, found: Authenticity | None) -> None:
        if found is None:
            return
        if self._page == "cases" and found.case_id:
            self.cases.find_case(found.case_id)
        elif self._page == "cases" and found.verdict is Verdict.GENUINE:
            # The receipt of one matter is no case's own.
            self.cases.find_number(found.receipt_number, quiet=True)
        self.say(*verdict_words(found, self._texts))

    def _on_input_refused(self, error: TerminalError) -> None:
        self.say(error.sentence(self._texts), "warning")

    def _on_failure(self, failure: Failure) -> None:
        self.say(failure.sentence, "bad")

    def tell_time(self) -> None:
        """Show day and time; with a new day what is due has changed."""
        ctx = self._bridge.ctx
        if ctx is not None:
            now = ctx.clock.now()
            day, time = clock_words(now.corrected, self._texts)
            self.top.show_clock(day, time)
            self.strips.tell_clock(clock_difference(now, ctx.hub_measure(), self._texts))
            if self._day and day != self._day:
                # With the day the working days that are left have changed.
                self.refresh_all()
                self._page_soon.ask()
            self._day = day
