"""The program's window around sign-in and workplace; light, because it is painted first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QLayout, QStackedWidget, QWidget

from ui.bridge import Bridge
from ui.theme import px
from ui.widgets.basics import column, style

if TYPE_CHECKING:
    from terminal.errors import RescueNeeded
    from terminal.settings import Settings
    from ui.widgets.keys import LegalGuard
    from ui.window.frame import Workplace
    from ui.window.rescue import RescuePage


class ClerkWindow(QWidget):
    """The program's window: the sign-in first, the workplace once somebody has signed in."""

    session_began = Signal(object)
    session_ended = Signal()
    closing = Signal()

    def __init__(self, bridge: Bridge, sign_in: QWidget) -> None:
        super().__init__()
        self.setObjectName("clerk_window")
        style(self, role="page")
        self.setWindowTitle(bridge.texts("sign_in.product_title"))
        self._bridge = bridge
        self.sign_in = sign_in
        self.stack = QStackedWidget()
        self.stack.addWidget(sign_in)
        layout = column(self.stack, gap=0, to=self)
        # The pages scroll: a long list must not make the window grow beyond the screen.
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        self.setMinimumSize(px(640), px(360))
        self.workplace: Workplace | None = None
        self.rescue: RescuePage | None = None

    def begin_session(self, session: Any, guard: LegalGuard) -> None:
        """Show the workplace of whoever signed in."""
        from ui.window.frame import Workplace

        self.end_session()
        self.workplace = Workplace(self._bridge, session, guard)
        self.workplace.sign_out_wanted.connect(self.end_session)
        self.stack.addWidget(self.workplace)
        self.stack.setCurrentWidget(self.workplace)
        self.workplace.work.start()
        self.session_began.emit(self.workplace)

    def show_rescue(self, settings: Settings, reason: RescueNeeded) -> None:
        """Show what can be done with a ledger that the program cannot work with."""
        from ui.window.rescue import RescuePage

        self.rescue = RescuePage(self._bridge, settings, reason)
        self.stack.addWidget(self.rescue)
        self.stack.setCurrentWidget(self.rescue)

    def end_rescue(self) -> None:
        """Close the rescue, if there is one."""
        if self.rescue is not None:
            self.rescue.end()

    def end_session(self) -> None:
        """Sign out; visitors that are parked or at the desk keep the session open."""
        place = self.workplace
        if place is None:
            return
        if place.desk.parked or not place.desk.now.empty:
            place.say(self._bridge.texts("window.sign_out_busy"), "warning")
            return
        self._drop(place)
        self.stack.setCurrentWidget(self.sign_in)
        self.session_ended.emit()

    def _drop(self, place: Workplace) -> None:
        place.leave()
        self.workplace = None
        self.stack.removeWidget(place)
        place.deleteLater()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.workplace is not None:
            self._drop(self.workplace)
        self.closing.emit()
        super().closeEvent(event)
