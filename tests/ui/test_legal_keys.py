"""What has legal effect happens by its own key, pressed by a hand, in the review step, once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputMethodEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from terminal.devices.ports import ScannedCode
from terminal.services.views import Act, IntakeDraft
from tests.ui.conftest import Clerk, commit, identity_number
from ui.widgets.fields import Choice, LineEdit
from ui.widgets.rows import SelectList

SCANNER_PACE = 0.01
LEGAL = (
    (Qt.Key.Key_F12, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_F7, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_F8, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_F9, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_F8, Qt.KeyboardModifier.ControlModifier),
)


@pytest.fixture
def ready(clerk: Clerk) -> Clerk:
    """A clerk before a matter that only waits for the key: everything is there."""
    clerk.greet()
    clerk.open_item()
    clerk.to_materials()
    clerk.tick(3)
    clerk.enter()
    clerk.fill_form()
    review = clerk.desk.now.review
    assert review is not None
    assert review.permission(Act.ACCEPT).allowed
    return clerk


def compose(widget: QWidget, text: str) -> None:
    """Send what an input method sends while it composes: text that is not final."""
    QApplication.sendEvent(widget, QInputMethodEvent(text, []))


def scan(clerk: Clerk, text: str) -> None:
    """Type as a keyboard scanner does: fast, with Enter, and with keys no code should hold."""
    for character in text:
        clerk.type(character, pace=SCANNER_PACE)
    clerk.press(Qt.Key.Key_Return, after=SCANNER_PACE)
    for key, modifier in LEGAL:
        clerk.press(key, modifier, after=SCANNER_PACE)


def restore(clerk: Clerk, draft: IntakeDraft) -> None:
    """Make the matter complete again, whatever was typed into it."""
    clerk.place.show_page("work")
    path = clerk.place.work.path
    for panel in path.act_panels:
        panel.hide()
    clerk.place.work.search.close_results()
    clerk.desk.now.draft = None
    clerk.desk.change(draft)
    clerk.wait(lambda: clerk.desk.fresh)
    path.review.show()


def inputs(clerk: Clerk) -> list[QWidget]:
    """Return everything in the work page that can hold the keyboard now."""
    page = clerk.place.work
    found = [w for w in page.findChildren(QWidget) if isinstance(w, LineEdit | Choice | SelectList)]
    return [w for w in found if w.isVisible() and w.focusPolicy() != Qt.FocusPolicy.NoFocus]


def test_composition_and_scanners_accept_nothing_in_any_field(ready: Clerk) -> None:
    draft = ready.desk.now.draft
    assert draft is not None
    page, path = ready.place.work, ready.place.work.path
    seen: set[str] = set()
    # The visitor's fields and every panel of an act open one after the other.
    for panel in (None, path.decline, path.consent, path.repeat):
        restore(ready, draft)
        page.visitor.edit(focus=False)
        if panel is not None:
            path.review.hide()
            panel.open()
        names = [widget.objectName() for widget in inputs(ready)]
        for name in names:
            if name in seen:
                continue
            restore(ready, draft)
            page.visitor.edit(focus=False)
            if panel is not None:
                path.review.hide()
                panel.open()
            widget = page.findChild(QWidget, name)
            assert widget is not None
            widget.setFocus()
            if ready.focus() is not widget:
                continue
            seen.add(name)
            ready.hand.now += 5
            compose(widget, "shouli")
            for key, modifier in LEGAL:
                ready.press(key, modifier, after=1.5)
            compose(ready.focus(), "")
            ready.hand.now += 5
            scan(ready, identity_number(7))
            assert not ready.desk.busy
            QApplication.processEvents()
    assert ready.cases() == 0
    assert {"visitor_name", "search_edit", "materials_list", "decline_reason"} <= seen
    assert sum(name.startswith("form_") for name in seen) >= 3


def test_enter_space_and_taken_over_text_accept_nothing_anywhere(ready: Clerk) -> None:
    """At a hand's pace, in each field, each panel's confirming frame and on each page."""
    draft = ready.desk.now.draft
    assert draft is not None
    page, path = ready.place.work, ready.place.work.path
    seen: list[str] = []
    for panel in (None, path.decline, path.consent, path.repeat):
        restore(ready, draft)
        page.visitor.edit(focus=False)
        if panel is not None:
            path.open_panel(panel)
        widgets = [*inputs(ready), path.review if panel is None else panel.confirm]
        for widget in widgets:
            if widget.objectName() in seen or not widget.isVisible():
                continue
            for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
                widget.setFocus()
                if ready.focus() is not widget:
                    continue
                compose(widget, "shouli")
                commit(widget, "受理")
                ready.press(key, after=1.5)
                assert not ready.desk.busy
            seen.append(widget.objectName())
            # Enter moved on, perhaps out of the panel or to another matter: begin again.
            restore(ready, draft)
            page.visitor.edit(focus=False)
            if panel is not None:
                path.open_panel(panel)
    for name in ("cases", "journal", "devices", "catalogue"):
        ready.place.show_page(name)
        ready.wait(lambda name=name: ready.place.pages[name].isVisible())
        scan(ready, "6901234567892")
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            ready.press(key, after=1.5)
        for key, modifier in LEGAL:
            ready.press(key, modifier, after=1.5)
        assert not ready.desk.busy
    assert ready.cases() == 0
    confirms = {"confirm_decline", "confirm_accept_conditionally", "confirm_notify_correction"}
    assert {"review_panel", "visitor_name", "materials_list", *confirms} <= set(seen)


def test_a_scanner_in_the_review_step_accepts_nothing(ready: Clerk) -> None:
    ready.at("review_panel")
    ready.hand.now += 5
    scan(ready, "6901234567892")
    assert not ready.desk.busy
    assert ready.cases() == 0


def test_enter_and_the_space_bar_never_accept(ready: Clerk) -> None:
    ready.at("review_panel")
    for _ in range(5):
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            ready.press(key, after=1.5)
            assert not ready.desk.busy
    assert ready.cases() == 0
    assert ready.desk.now.review is not None


def test_a_key_right_after_a_scanned_code_does_not_count(ready: Clerk) -> None:
    ready.at("review_panel")
    ready.hand.now += 5
    ready.place._code_read.emit(ScannedCode(text="https://example.invalid/F12"))
    ready.wait(lambda: ready.place.notice.text() != "")
    ready.place.work.path.to_review()
    ready.press(Qt.Key.Key_F12, after=0.2)
    assert not ready.desk.busy
    assert ready.cases() == 0


def test_a_key_that_is_held_down_does_not_count(ready: Clerk) -> None:
    ready.at("review_panel")
    ready.hand.now += 5
    held = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_F12, Qt.KeyboardModifier.NoModifier, "", autorep=True
    )
    QApplication.sendEvent(ready.focus(), held)
    assert not ready.desk.busy
    assert ready.cases() == 0


def test_the_key_twice_within_a_second_accepts_once(ready: Clerk) -> None:
    ready.at("review_panel")
    ready.press(Qt.Key.Key_F12, after=1.5)
    ready.press(Qt.Key.Key_F12, after=0.3)
    ready.wait(lambda: ready.desk.now.cases)
    ready.press(Qt.Key.Key_F12, after=0.4)
    assert ready.cases() == 1


def test_the_key_elsewhere_leads_to_the_review_and_says_so(ready: Clerk) -> None:
    ready.press(Qt.Key.Key_F5, after=1.5)
    ready.at("materials_list")
    ready.press(Qt.Key.Key_F12, after=1.5)
    ready.at("review_panel")
    assert "F12" in ready.place.work.path.review.notice.text()
    assert ready.cases() == 0
