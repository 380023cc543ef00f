"""The page of a ledger in rescue: what happened, what is kept, sending it and taking it away."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shiboken6
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QSizePolicy, QWidget

from terminal.errors import RescueNeeded
from ui.bridge import Bridge
from ui.theme import px
from ui.widgets.basics import Button, Card, Label, Notice, column, row, style

if TYPE_CHECKING:
    from terminal.services.rescue import Rescue
    from terminal.settings import Settings


class RescuePage(QWidget):
    """Opens the rescue on a thread, sends once by itself, and again when asked to."""

    _answered = Signal(object)

    def __init__(self, bridge: Bridge, settings: Settings, reason: RescueNeeded) -> None:
        super().__init__()
        self.setObjectName("rescue_page")
        style(self, role="page")
        self._bridge, self._settings, self._reason = bridge, settings, reason
        texts = self._texts = bridge.texts
        self._rescue: Rescue | None = None
        self._executor = ThreadPoolExecutor(1, "rescue")
        self._stopping = False
        card = Card(gap=12, margin=28)
        card.setFixedWidth(px(560))
        card.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Maximum)
        self.counts = Label("", "strong", wrap=True, object_name="rescue_counts")
        self.notice = Notice("rescue_notice")
        self.send = Button(texts("window.rescue.send"), "primary", object_name="rescue_send")
        self.take = Button(texts("window.rescue.export"), object_name="rescue_export")
        self.leave = Button(texts("window.rescue.close"), object_name="rescue_close")
        card.add(
            Label(texts("window.rescue.title"), "figure"),
            Label(reason.message(texts), wrap=True, object_name="rescue_reason"),
            Label(reason.hint(texts), "muted", wrap=True, object_name="rescue_hint"),
            self.counts, self.notice, 4, row(self.send, self.take, None, self.leave, gap=8),
        )  # fmt: skip
        column(None, row(None, card, None), None, to=self, margins=(24, 20))
        self._answered.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self.send.clicked.connect(self.send_now)
        self.take.clicked.connect(self._on_export)
        self.leave.clicked.connect(lambda: self.window().close())
        self._do(self._open, self._on_opened)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            event.accept()
            self.window().close()
        else:
            super().keyPressEvent(event)

    def end(self) -> None:
        """Stop what runs and close the ledger."""
        self._stopping = True
        self._executor.shutdown(wait=True, cancel_futures=True)
        if self._rescue is not None:
            self._rescue.close()
            self._rescue = None

    def send_now(self) -> None:
        """Send what waits."""
        rescue = self._rescue
        if rescue is None:
            return
        self._busy(busy=True)
        self.notice.say(self._texts("window.rescue.sending"))
        self._do(lambda: rescue.send(stopping=lambda: self._stopping), self._on_sent)

    def export_to(self, folder: Path) -> None:
        """Write what waits into a file in a folder."""
        rescue = self._rescue
        if rescue is None:
            return
        self._busy(busy=True)
        self._do(lambda: rescue.export(folder), self._on_exported)

    def _on_export(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, self._texts("window.rescue.export"))
        if chosen:
            self.export_to(Path(chosen))

    def _open(self) -> object:
        from terminal.services.rescue import Rescue

        self._rescue = Rescue(self._settings, self._reason)
        return self._rescue.standing()

    def _on_opened(self, standing: Any) -> None:
        self._count(standing)
        if standing.waiting:
            self.send_now()
        else:
            self._busy(busy=False)

    def _on_sent(self, sent: int) -> None:
        self.notice.say(self._texts("window.rescue.sent", count=sent), "good")
        self._recount()

    def _on_exported(self, made: Any) -> None:
        words = self._texts("window.rescue.exported", count=made.entries, file=made.path)
        self.notice.say(words, "good")
        self._recount()

    def _recount(self) -> None:
        rescue = self._rescue
        if rescue is not None:
            self._do(rescue.standing, self._count)
        self._busy(busy=False)

    def _count(self, standing: Any) -> None:
        self.counts.say(
            self._texts("window.rescue.counts", written=standing.written, waiting=standing.waiting)
        )

    def _busy(self, *, busy: bool) -> None:
        for button in (self.send, self.take):
            button.setEnabled(not busy)
        if not busy:
            self.send.setFocus()

    def _do(self, function: Callable[[], Any], done: Callable[[Any], None]) -> None:
        future = self._executor.submit(function)
        future.add_done_callback(lambda ended: self._tell(ended, done))

    def _tell(self, ended: Future[Any], done: Callable[[Any], None]) -> None:
        if shiboken6.isValid(self) and not self._stopping:
            self._answered.emit((ended, done))

    def _deliver(self, answer: tuple[Future[Any], Callable[[Any], None]]) -> None:
        ended, done = answer
        if ended.cancelled() or self._stopping:
            return
        error = ended.exception()
        if error is None:
            done(ended.result())
            return
        self.notice.say(self._bridge.explain(error).sentence, "bad")
        self._recount()
