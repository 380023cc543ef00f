"""Page 1: the work at the window, in three columns; keys lead through it."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from terminal.domain.catalogue import LifeEvent
from terminal.domain.parties import Party
from terminal.services.views import DocumentView, IntakeDraft, Saved, VisitEnding
from ui.bridge import Failure
from ui.widgets.basics import Notice, Scroll, holds_focus
from ui.widgets.fields import Field
from ui.widgets.keys import KeyHint
from ui.window.casework.clerking import Clerking
from ui.window.columns import Columns
from ui.window.day import DayWork
from ui.window.desk import Desk
from ui.window.hints import work_end, work_hints
from ui.window.law import LawCard
from ui.window.outcome import OutcomeCard
from ui.window.path import PathCard
from ui.window.preview import LargePreview, PreviewCard
from ui.window.search import SearchPanel
from ui.window.side import MineCard, ParkedCard, VisitCard
from ui.window.visitor import VisitorPanel
from ui.window.work_keys import WorkKeys


class WorkPage(Columns):
    """Visitor and overview left, the path in the middle, law and paper right."""

    keys_changed = Signal()
    told = Signal(str, str)

    def __init__(self, clerking: Clerking, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("work_page")
        bridge, guard, texts = clerking.bridge, clerking.guard, clerking.bridge.texts
        self._bridge, self._desk, self._texts = bridge, desk, texts
        self.visitor = VisitorPanel(bridge, desk)
        self.visit = VisitCard(texts, desk)
        self.mine = MineCard(texts)
        self.parked = ParkedCard(texts, desk)
        self.search = SearchPanel(bridge)
        self.outcome = OutcomeCard(texts)
        self.notice = Notice("work_notice")
        self.path = PathCard(bridge, desk, guard)
        self.law = LawCard(texts, desk)
        self.preview = PreviewCard(texts, desk)
        self.large = LargePreview(texts)
        self.day = DayWork(clerking, desk)
        self._keys = WorkKeys(self, desk, guard, texts)
        self._upper = Scroll(gap=12)
        for part in (self.notice, self.outcome, self.search.card):
            self._upper.body.addWidget(part)
        self._upper.body.addStretch(1)
        self.middle.addWidget(self.search.frame)
        self._of_day = Scroll(gap=12)
        for card in self.day.cards:
            self._of_day.body.addWidget(card, 1)
        for page in (self._upper, self.path, self.large, self._of_day):
            self.middle.addWidget(page, 1)
        self.fill(
            (self.visitor, self.visit, self.parked, self.mine),
            (self.law, self.preview),
            moved_to=2,
        )
        self._wanted_item = ""
        self._to_sign: tuple[DocumentView, ...] = ()
        self._leaving: IntakeDraft | None = None
        self._wire()
        self.show_middle()

    def _wire(self) -> None:
        desk = self._desk
        self.visitor.completed.connect(self._on_visitor)
        self.search.item_taken.connect(self._on_item)
        self.search.event_taken.connect(self._on_event)
        self.search.shown_changed.connect(self.show_middle)
        desk.reviewed.connect(self.show_middle)
        desk.previewed.connect(lambda *_: self._renew_paper())
        self.path.left_upwards.connect(self.to_search)
        self.path.visitor_wanted.connect(self.to_visitor)
        self.path.stepped.connect(self.keys_changed)
        self.parked.taken.connect(self.take_up)
        day = self.day
        day.shown_changed.connect(self.show_middle)
        day.told.connect(self.told)
        day.next_wanted.connect(self._on_next_applicant)
        day.to_work.connect(self.start)
        day.to_review.connect(self.path.to_review)
        day.checked_in.connect(self._on_checked_in)
        day.signing.ended.connect(self._on_signed)
        day.signing.to_be_seen.connect(self._of_day.reveal)
        desk.item_chosen.connect(self._on_item_chosen)
        desk.saved.connect(self._on_saved)
        desk.visit_ended.connect(self._on_ended)
        desk.cleared.connect(self._on_cleared)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus)
        desk.refused.connect(self._on_refused)
        for signal in (desk.reviewed, desk.visit_changed, desk.parked_changed):
            signal.connect(self.keys_changed)

    def show_middle(self) -> None:
        """Show the results, the matter in work, or a card of the day: one of them at a time."""
        card = self.day.shown()
        if card is not None:
            self.show_side(False)
        self._of_day.setVisible(card is not None)
        for part in (self.search.frame, self._upper, self.path, self.large):
            if card is not None:
                part.hide()
        # At a closed window nothing of anybody stands on the screen.
        self.left.inner.setVisible(not self.day.paused)
        self.right.inner.setVisible(not self.day.paused)
        self.keys_changed.emit()
        if card is not None:
            return
        self.search.frame.show()
        looking = self._desk.now.review is None or self.search.is_open()
        if looking or not self.large.hasFocus():
            self.large.hide()
        reading = not self.large.isHidden()
        self._upper.setVisible(looking)
        self.path.setVisible(not looking and not reading)

    # Where the keyboard goes.

    def to_visitor(self) -> None:
        """Open the visitor's fields."""
        self.show_side(True)
        self.visitor.edit()
        self.keys_changed.emit()

    def to_search(self) -> None:
        """Look for an item; a matter in work stays until another one is taken."""
        self.show_side(False)
        self.search.begin()
        self.keys_changed.emit()

    def start(self) -> None:
        """Put the keyboard where the work begins: to the visitor, or on with the matter."""
        if self.day.paused:
            self.day.pause.open()
        elif self._desk.now.review is not None:
            self.show_side(False)
            self.path.begin()
        elif self._desk.now.visitor is not None:
            self.to_search()
        else:
            self.to_visitor()

    def go(self, step: str) -> None:
        """Go to a step of the matter in work."""
        self.show_side(False)
        self.large.hide()
        self.search.close_results()
        self.path.go(step)

    def look_at_paper(self) -> None:
        """F6: the paper large, in place of the path; again: back to where the work was."""
        picture = self.preview.picture()
        if not self.large.isHidden():
            self.close_paper()
        elif picture is not None and not self.search.is_open():
            self.path.hide()
            self.large.open(picture, self.preview.shown_title())
            self.keys_changed.emit()

    def _renew_paper(self) -> None:
        """Show the newest paper in the large picture, too: never one that will not come out."""
        picture = self.preview.picture()
        if not self.large.isHidden() and picture is not None:
            self.large.show_page(picture, self.preview.shown_title())

    def close_paper(self) -> None:
        """Put the paper aside; the review takes the keyboard, for that is what comes next."""
        self.large.hide()
        self.show_middle()
        self.path.to_review()

    def forget_visitor(self) -> None:
        """Not this person: everything of them goes, in one key."""
        if self._desk.now.cases:
            self.told.emit(self._texts("window.visitor.has_cases"), "warning")
            return
        self._wanted_item = ""
        self._desk.forget_visitor()
        self.to_visitor()

    def _on_next_applicant(self, item_code: str) -> None:
        self._wanted_item = item_code
        self._forget_done()
        self.search.close_results()
        self.show_side(True)
        self.visitor.next_applicant()

    def _on_checked_in(self, item_code: str) -> None:
        self._wanted_item = item_code
        self.to_visitor()

    def begin_late(self) -> None:
        """Enter a handwritten receipt next, or no longer."""
        visit = self._desk.now
        visit.late = not visit.late
        self._desk.visit_changed.emit()
        self.told.emit(self._texts("day.late.begun" if visit.late else "day.late.ended"), "")
        self.start()

    def park_or_resume(self) -> None:
        """F10: put the visitor aside, or on an empty desk take up the last one again."""
        if self._desk.now.empty:
            self.take_up(-1)
        elif self._desk.park():
            self._forget_done()
            self.told.emit(self._texts("window.parked.done"), "")
            self.to_visitor()

    def take_up(self, index: int) -> None:
        """Serve a parked visitor again."""
        parked = self._desk.parked
        if not parked:
            return
        if not self._desk.now.empty:
            chosen = parked[index] if -len(parked) <= index < len(parked) else None
            if chosen is None or not self._desk.park():
                return
            index = parked.index(chosen)
        if index < len(parked) and self._desk.take_up(index):
            self.told.emit("", "")
            self._forget_done()
            self.start()

    def end_visit(self) -> None:
        """F11: the visit is over, or nothing was done and the desk is simply free again.

        What was recorded and not saved goes only when the key is pressed again.
        """
        draft = self._desk.now.draft
        if self._desk.now.unsaved and draft is not self._leaving:
            self._leaving = draft
            self.told.emit(self._texts("window.end.unsaved"), "warning")
            return
        self._leaving = None
        self.told.emit("", "")
        if self._desk.now.review is not None and self._desk.now.cases:
            self._desk.drop_item()
        if self._desk.now.cases:
            self._desk.end_visit()
        elif not self._desk.now.empty:
            self.forget_visitor()

    def take_party(self, party: Party) -> None:
        """Fill in who put a card on the reader; never over somebody who is being served."""
        if self.day.paused:
            return
        if holds_focus(self.visitor.applicant, QApplication.focusWidget()):
            self.visitor.applicant.show_party(party)
            self.visitor.finish()
        elif self._desk.now.visitor is not None and self.visitor.editor.isHidden():
            self.told.emit(self._texts("window.visitor.other_card"), "warning")
        else:
            self._forget_done()
            self.visitor.fill(party)

    # Keys that no field wanted.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._keys.take(event):
            event.accept()
        else:
            super().keyPressEvent(event)

    def press(self, hint: str) -> None:
        """Do what a click on the key line asks for."""
        self._keys.click(hint)

    # What happened.

    def _on_visitor(self) -> None:
        self.show_side(False)
        self.told.emit("", "")
        self._forget_done()
        self.notice.say("")
        if self._wanted_item:
            code, self._wanted_item = self._wanted_item, ""
            self._desk.choose(code)
        elif self._desk.now.draft is not None:
            self.path.begin()
        else:
            self.to_search()

    def _on_item(self, code: str) -> None:
        self.search.close_results()
        visit = self._desk.now
        if visit.visitor is None and not self.visitor.finish_quietly():
            self._wanted_item = code
            self.notice.say(self._texts("window.visitor.first"), "")
            self.to_visitor()
            return
        self._forget_done()
        self._desk.choose(code)

    def _on_event(self, event: LifeEvent) -> None:
        """Take the whole matter in: one form and one list for all of its items."""
        from terminal.services.life_events.judging import PREFIX

        self._on_item(PREFIX + event.id)

    def _on_item_chosen(self) -> None:
        if self._desk.now.review is not None:
            self.show_side(False)
            self.search.close_results()
            self.search.edit.clear()
            self._forget_done()
            self.path.begin()

    def _on_saved(self, saved: Saved, act: str) -> None:
        self.outcome.show_saved(saved, act)
        self.day.signing.offer(saved)
        self._to_sign = self.day.signing.offered
        self.outcome.offer_signing(self._to_sign)
        self.search.begin()
        self.keys_changed.emit()

    def _forget_done(self) -> None:
        """What was done last is done with: its sentence goes, and the offer of signing for it."""
        self.outcome.hide()
        self.day.signing.forget()

    def _on_signed(self, words: str, signed: bool) -> None:
        self.outcome.offer_signing(self._to_sign, signed=signed)
        self.told.emit(words, "good")
        self.search.begin()

    def _on_ended(self, ending: VisitEnding) -> None:
        self.told.emit("", "")
        self._forget_done()
        self.outcome.show_ending(ending)
        self.search.close_results()
        self.to_visitor()

    def _on_cleared(self) -> None:
        self.notice.say("")
        self.day.signing.forget()
        self.search.close_results()
        self.search.edit.clear()

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and (holds_focus(self.visitor, new) or self.day.shown()):
            # What was just opened gets its place with the next layout.
            QTimer.singleShot(0, self, self._reveal_field)

    def _reveal_field(self) -> None:
        focus = QApplication.focusWidget()
        for area, whole in ((self.left, self.visitor), (self._of_day, self._of_day.inner)):
            if focus is not None and holds_focus(whole, focus):
                parent = focus.parentWidget()
                area.reveal(parent if isinstance(parent, Field) else focus)

    def _on_refused(self, failure: Failure) -> None:
        if self._desk.now.review is None:
            self.notice.say(failure.sentence, "bad")

    def hints(self) -> tuple[KeyHint, ...]:
        """Return what can be done now."""
        if self.day.shown() is not None:
            return self.day.hints()
        return (*work_hints(self._desk, self._texts), *self.day.hints())

    def end(self) -> tuple[str, bool]:
        """Return what the right end of the key line says, and whether it can be done."""
        if self.path.step() == "act" or self.day.shown() is not None:
            return "", False
        return work_end(self._desk, self._texts)
