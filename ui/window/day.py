"""The turns of a clerk's day on the work page: pause, next applicant, lanes, forwarding, late.

Each has one key; what asks for something stands in the middle in place of the path.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from terminal.domain.records import Lane
from terminal.protocol.sets import Appointment
from ui.widgets.keys import KeyHint
from ui.window.appointments import AppointmentsCard
from ui.window.casework.acts import KEYS, CaseAct
from ui.window.casework.at_once import SigningCard
from ui.window.casework.clerking import Clerking
from ui.window.desk import Desk
from ui.window.forward_card import ForwardCard
from ui.window.parts_card import PartsCard
from ui.window.pause import PauseCard

SHIFT = Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier


class DayWork(QObject):
    """Owns the cards and their keys; `shown_changed` says that the middle has to look again."""

    shown_changed = Signal()
    told = Signal(str, str)
    next_wanted = Signal(str)
    to_visitor = Signal()
    to_work = Signal()
    to_review = Signal()
    checked_in = Signal(str)

    def __init__(self, clerking: Clerking, desk: Desk) -> None:
        super().__init__(desk)
        bridge, ctx = clerking.bridge, clerking.ctx
        self._bridge, self._desk, self._texts = bridge, desk, bridge.texts
        self.pause = PauseCard(bridge.texts, desk, ctx.settings.window.pause_go_to)
        self.forward = ForwardCard(bridge, desk)
        self.appointments = AppointmentsCard(bridge)
        self.signing = SigningCard(clerking)
        self.parts = PartsCard(bridge, desk)
        self.cards: tuple[QWidget, ...] = (
            self.pause, self.forward, self.appointments, self.signing, self.parts,
        )  # fmt: skip
        self.keys: dict[tuple[Qt.Key, Qt.KeyboardModifier], Callable[[], None]] = {
            (Qt.Key.Key_F10, SHIFT): self.pause_or_resume,
            (Qt.Key.Key_F3, SHIFT): self.next_applicant,
            (Qt.Key.Key_F4, SHIFT): self.choose_parts,
            (Qt.Key.Key_F5, SHIFT): self.open_appointments,
            (Qt.Key.Key_F6, SHIFT): self.forward_or_not,
            (Qt.Key.Key_L, CONTROL): lambda: desk.turn_lane(Lane.PRIORITY),
        }
        self.pause.begun.connect(self.shown_changed)
        self.pause.ended.connect(self._on_ended)
        self.forward.closed.connect(self._on_forwarded)
        self.parts.closed.connect(self._on_parts)
        self.appointments.taken.connect(self._on_appointment)
        self.signing.opened.connect(self.shown_changed)
        self.signing.closed.connect(self.shown_changed)
        self.signing.failed.connect(lambda failure: self.told.emit(failure.sentence, "bad"))

    def shown(self) -> QWidget | None:
        """Return the card that stands in the middle, or None."""
        return next((card for card in self.cards if not card.isHidden()), None)

    @property
    def paused(self) -> bool:
        """Whether the window is closed for a while."""
        return self._desk.pause is not None

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> bool:
        """Do what a key means here; say whether it means anything."""
        held = modifiers & ~Qt.KeyboardModifier.KeypadModifier
        action = self.keys.get((key, held))
        if self.paused:
            if action == self.pause_or_resume:
                self.pause.end()
            return True
        if action is None and not held:
            action = self._of_signing().get(key)
        if action is not None:
            action()
        return action is not None

    def _of_signing(self) -> dict[Qt.Key, Callable[[], None]]:
        """Return the keys of the offered signature: one asks for it, one confirms a refusal."""
        if not self.signing.isHidden():
            return {KEYS[CaseAct.SIGN].key: self.signing.to_confirm}
        if self.signing.offered and self._desk.now.review is None and self.shown() is None:
            return {Qt.Key.Key_F4: self.signing.open}
        return {}

    def close(self) -> bool:
        """Take away the card that stands there; say whether one did. A pause stays."""
        card = self.shown()
        if card is None or self.paused:
            return self.paused
        if card is self.signing:
            self.signing.close_form()
        card.hide()
        self.shown_changed.emit()
        return True

    def hints(self) -> tuple[KeyHint, ...]:
        """Return the keys that the line shows beside the usual ones."""
        texts = self._texts
        if self.paused:
            return (KeyHint("resume", "Enter", texts("day.hint.resume")),)
        if self.shown() is not None:
            return (KeyHint("close", "Esc", texts("day.hint.close")),)
        if self._desk.now.empty:
            return (
                KeyHint("appointments", "Shift+F5", texts("day.hint.appointments")),
                KeyHint("pause", "Shift+F10", texts("day.hint.pause")),
            )
        if Qt.Key.Key_F4 in self._of_signing():
            return (KeyHint("sign", "F4", texts("day.hint.sign")),)
        if self._desk.now.review is not None and self._desk.now.review.parts:
            return (KeyHint("parts", "Shift+F4", texts("day.hint.parts")),)
        if self._desk.now.review is not None and not self._desk.now.review.draft.case_id:
            return (KeyHint("forward", "Shift+F6", texts("day.hint.forward")),)
        return ()

    def act_of(self, hint: str) -> Callable[[], None] | None:
        """Return what a click on one of these hints does."""
        found: dict[str, Callable[[], None]] = {
            "resume": self.pause.end,
            "pause": self.pause_or_resume,
            "appointments": self.open_appointments,
            "forward": self.forward_or_not,
            "next": self.next_applicant,
            "sign": self.signing.open,
            "parts": self.choose_parts,
        }
        return found.get(hint)

    # What the keys do.

    def pause_or_resume(self) -> None:
        """Shift+F10: ask why and until when; who is being served is parked first."""
        if self._desk.busy:
            return
        if not self._desk.now.empty:
            self._desk.park()
        self.told.emit("", "")
        self._open(self.pause)
        self.pause.open()

    def next_applicant(self) -> None:
        """Shift+F3: the same agent, power and item for the next applicant."""
        if self._desk.next_applicant():
            self.told.emit(self._texts("day.next.done"), "")
            self.next_wanted.emit(self._desk.now.item_code)
        else:
            self.told.emit(self._texts("day.next.not_now"), "warning")

    def open_appointments(self) -> None:
        """Shift+F5: today's appointments, for whoever comes next."""
        if not self._desk.now.empty:
            self.told.emit(self._texts("window.visitor.other_card"), "warning")
            return
        self._open(self.appointments)
        self.appointments.open()

    def choose_parts(self) -> None:
        """Shift+F4: which items of one matter are applied for this time."""
        review = self._desk.now.review
        if review is None or not review.parts:
            self.told.emit(self._texts("life_event.choice.no_matter"), "warning")
            return
        self._open(self.parts)
        self.parts.open()

    def forward_or_not(self) -> None:
        """Shift+F6: receive for another place, or make it a local matter again."""
        draft = self._desk.now.draft
        if draft is None or draft.case_id or self._desk.now.review is None:
            self.told.emit(self._texts("day.forward.no_matter"), "warning")
        elif draft.forwarding is not None:
            self._desk.forward(None)
            self.told.emit(self._texts("day.forward.undone"), "")
        else:
            self._open(self.forward)
            self.forward.open()

    # What came of it.

    def _open(self, card: QWidget) -> None:
        for other in self.cards:
            other.setVisible(other is card)
        self.shown_changed.emit()

    def _on_ended(self) -> None:
        self.pause.hide()
        self.shown_changed.emit()
        self.to_work.emit()

    def _on_forwarded(self) -> None:
        self.forward.hide()
        self.shown_changed.emit()
        self.told.emit(self._texts("day.forward.undo"), "")
        self.to_review.emit()

    def _on_parts(self) -> None:
        self.parts.hide()
        self.shown_changed.emit()
        self.to_review.emit()

    def _on_appointment(self, one: Appointment) -> None:
        self.appointments.hide()
        self.shown_changed.emit()
        desk = self._desk
        if Lane.APPOINTMENT not in desk.now.lanes:
            desk.turn_lane(Lane.APPOINTMENT)
        desk.now.typed = {"name": one.name, "phone": one.phone}
        desk.cleared.emit()
        words = self._texts("day.appointments.taken", name=one.name, begin=one.begin)
        self.told.emit(words, "")
        self.checked_in.emit(one.item_code)
