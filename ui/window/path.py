"""The one path downwards for a matter: situation, materials, form, review, act."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from terminal.services.views import Act
from ui.bridge import Bridge, Failure
from ui.widgets.basics import Badge, Card, KeyCap, Label, Rule, Scroll, clear, column, fill, row
from ui.widgets.fields import Field
from ui.widgets.keys import LegalGuard
from ui.widgets.rows import SelectList
from ui.window.decline import ActPanel, ConsentPanel, DeclinePanel, RepeatPanel, second_notice
from ui.window.desk import Desk
from ui.window.form import FormPanel
from ui.window.late import LatePanel
from ui.window.materials import MaterialsPanel
from ui.window.review import ReviewPanel
from ui.window.scenario import ScenarioPanel

ORDER = ("scenario", "materials", "form", "review")


class PathCard(Card):
    """Holds the steps of one matter; `left_upwards` means back to the search.

    `visitor_wanted`: what is owed first stands in the visitor's fields.
    """

    left_upwards = Signal()
    visitor_wanted = Signal()
    stepped = Signal()

    def __init__(self, bridge: Bridge, desk: Desk, guard: LegalGuard) -> None:
        super().__init__(gap=0, margin=4)
        self.setObjectName("path_card")
        texts = bridge.texts
        self._texts, self._desk = texts, desk
        self._name = Label("", "heading", wrap=True, object_name="item_name")
        self._department = Label("", "small", wrap=True)
        self._badges = QHBoxLayout()
        self.scenario = ScenarioPanel(texts, desk)
        self.materials = MaterialsPanel(bridge, desk)
        self.form = FormPanel(bridge, desk)
        self.review = ReviewPanel(texts, desk, guard)
        self.decline = DeclinePanel(texts, desk, guard)
        self.consent = ConsentPanel(texts, desk, guard)
        self.repeat = RepeatPanel(texts, desk, guard)
        self.late = LatePanel(bridge, desk, guard)
        self.act_panels: tuple[ActPanel, ...] = (
            self.decline, self.consent, self.repeat, self.late,
        )  # fmt: skip
        self.area = Scroll(gap=12, margins=(12, 8))
        left = column(self._name, self._department, gap=2)
        head = row(left, self._badges, gap=12)
        head.setStretch(0, 1)
        parts: list[QWidget] = [self.scenario, self.materials, self.form, self.review]
        self.area.body.addLayout(head)
        self._rules: list[tuple[Rule, QWidget]] = []
        for part in parts:
            rule = Rule()
            self._rules.append((rule, part))
            fill(self.area.body, (rule, part))
        fill(self.area.body, (*self.act_panels, None))
        self.add(self.area)
        self._link(0, self.scenario)
        self._link(1, self.materials)
        self._link(2, self.form)
        self.review.asked.connect(lambda act: self._on_asked(Act(act)))
        self.review.moved_on.connect(self._to_open)
        for panel in self.act_panels:
            panel.closed.connect(self.to_review)
            panel.to_be_seen.connect(self.area.reveal)
        desk.reviewed.connect(self._refresh)
        desk.refused.connect(self._on_refused)
        desk.item_chosen.connect(self._close_panels)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_focus)
        self._refresh()

    def _link(self, place: int, panel: ScenarioPanel | MaterialsPanel | FormPanel) -> None:
        # Queued: the panels below have to show the same review before the keyboard goes on.
        queued = Qt.ConnectionType.QueuedConnection
        panel.moved_on.connect(lambda: self.go(ORDER[place + 1], 1), queued)
        panel.moved_back.connect(lambda: self._back(place), queued)

    # Moving along the path.

    def begin(self) -> None:
        """Go to the first step that wants something."""
        review = self._desk.now.review
        if review is not None:
            self.go(review.step if review.step in ORDER else ORDER[0], 1)

    def go(self, step: str, by: int = 1) -> None:
        """Go to a step, or past it in this direction where it has nothing to ask."""
        place = ORDER.index(step)
        while 0 <= place < len(ORDER):
            if self._enter(ORDER[place]):
                self.stepped.emit()
                return
            place += by
        if place < 0:
            self.left_upwards.emit()

    def to_review(self, say: str = "") -> None:
        """Put the keyboard where the acts are."""
        self._close_panels()
        self.review.setFocus(Qt.FocusReason.OtherFocusReason)
        if say:
            self.review.notice.say(say)
        self.stepped.emit()

    def escape(self) -> bool:
        """Go one step back; say whether there was one within the path."""
        if any(panel.isVisibleTo(self) for panel in self.act_panels):
            self.to_review()
            return True
        if self.materials.escape():
            return True
        step = self.step()
        if step not in ORDER:
            return False
        place = ORDER.index(step) - 1
        if place < 0:
            return False
        self.go(ORDER[place], -1)
        return True

    def step(self) -> str:
        """Return the step that has the keyboard, or an empty string."""
        focus = QApplication.focusWidget()
        panels = (self.scenario, self.materials, self.form, self.review)
        for name, panel in zip(ORDER, panels, strict=True):
            if focus is panel or (focus is not None and panel.isAncestorOf(focus)):
                return name
        if any(panel.isVisibleTo(self) for panel in self.act_panels):
            return "act"
        return ""

    def _enter(self, step: str) -> bool:
        if step == "scenario":
            return self.scenario.focus_open()
        if step == "materials":
            return self.materials.focus_list()
        if step == "form":
            return self.form.focus_open()
        if self._desk.now.review is None:
            return False
        self.to_review()
        return True

    def _back(self, place: int) -> None:
        if place:
            self.go(ORDER[place - 1], -1)
        else:
            self.left_upwards.emit()

    def _to_open(self) -> None:
        """Enter in the review: go to the first thing that is still owed, if there is any."""
        review = self._desk.now.review
        if review is None or review.step == "review":
            return
        if review.step in ORDER:
            self.go(review.step)
        else:
            self.visitor_wanted.emit()

    # Acts.

    def _on_asked(self, act: Act) -> None:
        """A key with legal effect was pressed in the review step."""
        review = self._desk.now.review
        if review is None:
            return
        if not self._desk.fresh or self._desk.busy:
            self.review.notice.say(self._texts("window.guard.checking"), "warning")
            return
        reason = self.review.explain(act)
        if reason:
            self.review.notice.say(reason, "warning")
        elif act is Act.DECLINE:
            self.open_panel(self.decline)
        elif act is Act.ACCEPT_CONDITIONALLY:
            self.open_panel(self.consent)
        elif act is Act.NOTIFY_CORRECTION and second_notice(review):
            self.open_panel(self.repeat)
        elif act is Act.RECEIVE and self._desk.now.late:
            self.open_panel(self.late)
        elif self._desk.now.late and not review.draft.case_id:
            self.review.notice.say(self._texts("day.late.begun"), "warning")
        else:
            self.review.notice.say(self._texts("window.review.saving"))
            self._desk.act(act)

    def open_panel(self, panel: ActPanel) -> None:
        """Open the panel of an act in place of the steps."""
        self._close_panels()
        for rule, part in self._rules:
            rule.hide()
            part.hide()
        panel.open()
        self.area.verticalScrollBar().setValue(0)
        self.stepped.emit()

    def confirm(self, act: Act) -> None:
        """The act's key in a field of its own panel: go to the confirming row, or say why not."""
        for panel in self.act_panels:
            if panel.act is act and panel.isVisibleTo(self):
                panel.to_confirm()

    def _close_panels(self) -> None:
        """Take the panels of acts away and show the steps again."""
        opened = any(not panel.isHidden() for panel in self.act_panels)
        for panel in self.act_panels:
            panel.hide()
        if opened:
            self._desk.show_paper_of(None)
        if opened and self._desk.now.review is not None:
            self.scenario.refresh()
            self.materials.refresh()
            self.form.refresh()
            self.review.show()
            self._refresh()

    def _on_refused(self, failure: Failure) -> None:
        shown = next((panel for panel in self.act_panels if panel.isVisibleTo(self)), None)
        if shown is not None:
            shown.say_failed(failure.sentence)
        elif self._desk.now.review is not None:
            self.review.notice.say(failure.sentence, "bad")

    # Showing.

    def _refresh(self) -> None:
        review = self._desk.now.review
        if review is None:
            self._close_panels()
            return
        item = review.item
        self._name.say(item.name)
        words = [item.department, item.organ.name if item.organ else ""]
        self._department.say(
            self._texts("window.separator").join(dict.fromkeys(w for w in words if w))
        )
        clear(self._badges)
        from terminal.services.catalogue import view_of

        fill(self._badges, tuple(Badge(word) for word in view_of(item).badges(self._texts)))
        fill(self._badges, (row(KeyCap("Esc"), Label(self._texts("window.path.leave"), "small")),))
        acting = any(panel.isVisibleTo(self) for panel in self.act_panels)
        for rule, part in self._rules:
            if acting:
                part.hide()
            rule.setVisible(not part.isHidden())
        if self.review.hasFocus():
            # Its sentences and keys may have made it larger than it was.
            QTimer.singleShot(0, self, self._reveal)

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        if new is not None and self.area.inner.isAncestorOf(new):
            self._reveal(new)
            # Once more when the layout has settled: what was just opened has no place yet.
            QTimer.singleShot(0, self, self._reveal)
            self.stepped.emit()

    def _reveal(self, focus: QWidget | None = None) -> None:
        """Bring what has the keyboard into view: a field with its label and sentence."""
        focus = focus or QApplication.focusWidget()
        if focus is None or not self.area.inner.isAncestorOf(focus):
            return
        if isinstance(focus, SelectList):
            return
        parent = focus.parentWidget()
        self.area.reveal(parent if isinstance(parent, Field) else focus)
