"""The strips under the top line: a date that is near while nothing gets out; a wrong clock."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from terminal.services.journal_views import JournalStatus
from terminal.texts import Texts
from ui.theme import px
from ui.widgets.basics import Notice, column
from ui.window.legal_words import alarm_words

LOW = 480
"""Height of a window, at scale 1, below which each strip has one line only."""


class Strips(QWidget):
    """Takes no room while there is nothing to say."""

    def __init__(self, texts: Texts) -> None:
        super().__init__()
        self._texts = texts
        self._status: JournalStatus | None = None
        self._low = False
        self.alarm, self.clock = Notice("status_alarm"), Notice("status_clock")
        column(8, self.alarm, self.clock, gap=8, margins=(16, 0), to=self)
        self.hide()

    def show_status(self, status: JournalStatus) -> None:
        """Say what is due while records wait, in few words where the window is low."""
        self._status = status
        self.alarm.say(alarm_words(status, self._texts, short=self._low), "bad")
        self._show()

    def tell_clock(self, said: str) -> None:
        """Say by how much this machine's clock is wrong."""
        if said != self.clock.text():
            self.clock.say(said, "warning")
            self._show()

    def fit(self, height: int) -> None:
        """Take over how high the window is."""
        low = height < px(LOW)
        if low != self._low:
            self._low = low
            if self._status is not None:
                self.show_status(self._status)

    def _show(self) -> None:
        self.setVisible(bool(self.alarm.text() or self.clock.text()))
