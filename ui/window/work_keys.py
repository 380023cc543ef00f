"""The keys of the work page that no field wanted: where each of them leads."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from terminal.services.views import Act
from terminal.texts import Texts
from ui.widgets.basics import holds_focus
from ui.widgets.keys import LegalGuard
from ui.window.desk import Desk, likely_act
from ui.window.review import KEYS

if TYPE_CHECKING:
    from ui.window.work import WorkPage


class WorkKeys:
    """Reads keys and clicks on the key line for the work page."""

    def __init__(self, page: WorkPage, desk: Desk, guard: LegalGuard, texts: Texts) -> None:
        self._page, self._desk, self._guard, self._texts = page, desk, guard, texts

    def take(self, event: QKeyEvent) -> bool:
        """Do what a key means on this page; say whether it means anything."""
        page = self._page
        key, modifiers = event.key(), event.modifiers()
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
        if page.day.press(Qt.Key(key), modifiers):
            return True
        legal = next(
            (act for act, (_, k, c) in KEYS.items() if k == key and c == control and not shift),
            None,
        )
        if legal is not None:
            if not event.isAutoRepeat():
                self._on_legal_key(legal)
        elif control and Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            page.take_up(key - Qt.Key.Key_1)
        elif shift and key == Qt.Key.Key_F2:
            page.forget_visitor()
        elif not control and not shift and key in self._plain_keys():
            if key != Qt.Key.Key_Escape:
                # What a key of the day has opened gives way to what is wanted next.
                page.day.close()
            self._plain_keys()[Qt.Key(key)]()
        else:
            return False
        return True

    def click(self, hint: str) -> None:
        """Do what a click on the key line asks for."""
        page = self._page
        of_day = page.day.act_of(hint)
        if of_day is not None:
            of_day()
            return
        if hint == "end":
            review = self._desk.now.review
            if review is not None and page.path.step() == "review":
                page.path.review.ask(likely_act(review).value)
            elif review is not None:
                page.path.to_review(self._texts("window.review.press_again"))
            return
        actions = {
            "f2": page.to_visitor,
            "f3": page.to_search,
            "f4": lambda: page.go("scenario"),
            "f5": lambda: page.go("materials"),
            "f6": page.look_at_paper,
            "f10": page.park_or_resume,
            "f11": page.end_visit,
            "close": self._escape,
        }
        actions.get(hint, page.path.to_review)()

    def _plain_keys(self) -> dict[Qt.Key, Callable[[], None]]:
        page = self._page
        has_matter = self._desk.now.review is not None
        keys: dict[Qt.Key, Callable[[], None]] = {
            Qt.Key.Key_F2: page.to_visitor,
            Qt.Key.Key_F3: page.to_search,
            Qt.Key.Key_F10: page.park_or_resume,
            Qt.Key.Key_F11: page.end_visit,
            Qt.Key.Key_Escape: self._escape,
        }
        if has_matter:
            keys[Qt.Key.Key_F4] = lambda: page.go("scenario")
            keys[Qt.Key.Key_F5] = lambda: page.go("materials")
            keys[Qt.Key.Key_F6] = page.look_at_paper
        return keys

    def _on_legal_key(self, act: Act) -> None:
        """Such a key pressed anywhere else only leads to the review step, and says so."""
        page = self._page
        if self._desk.now.review is not None:
            page.show_side(False)
        page.large.hide()
        page.show_middle()
        if self._desk.now.review is None or self._guard.composing or self._guard.hurried():
            return
        if page.path.step() == "act":
            page.path.confirm(act)
            return
        page.path.to_review(self._texts("window.review.press_key_again", key=KEYS[act][0]))
        reason = page.path.review.explain(act) if self._desk.fresh else ""
        if reason:
            page.path.review.notice.say(reason, "warning")

    def _escape(self) -> None:
        """Close what is open, or go one step back."""
        page = self._page
        if page.day.close():
            if not page.day.paused:
                page.start()
        elif not page.large.isHidden():
            page.close_paper()
        elif page.search.is_open() and self._desk.now.review is not None:
            page.search.close_results()
            page.path.begin()
        elif not page.path.escape():
            if holds_focus(page.path, QApplication.focusWidget()):
                page.to_search()
            elif page.search.edit.hasFocus():
                page.to_visitor()
