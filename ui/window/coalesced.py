"""Doing something soon and not too often: at once the first time, then a few times a second."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

GAP_MS = 250


class Coalesced(QObject):
    """Asks that come while the gap runs are one more turn at its end; none is lost.

    A drain tells of hundreds of acknowledgements a second; the screen looks four times.
    """

    def __init__(self, owner: QObject, act: Callable[[], object], gap_ms: int = GAP_MS) -> None:
        super().__init__(owner)
        self._act = act
        self._asked = False
        self._gap = QTimer(self)
        self._gap.setSingleShot(True)
        self._gap.setInterval(gap_ms)
        self._gap.timeout.connect(self._on_gap)

    def ask(self) -> None:
        """Do it now, or at the end of the gap that is running."""
        if self._gap.isActive():
            self._asked = True
            return
        self._gap.start()
        self._act()

    def stop(self) -> None:
        """Forget what was asked for."""
        self._asked = False
        self._gap.stop()

    def _on_gap(self) -> None:
        if self._asked:
            self._asked = False
            self.ask()
