"""The kiosk's start: the first screen at once, the core behind it, a look that can change."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QGuiApplication

from terminal.devices.ports import ScannedCode
from terminal.texts import Texts
from ui.app import application
from ui.bridge import Bridge
from ui.interrupt import Interrupt
from ui.kiosk import look as looks
from ui.kiosk.look import Look
from ui.kiosk.window import KioskWindow

if TYPE_CHECKING:
    from terminal.context import Context
    from terminal.reports import Reports
    from terminal.settings import Settings


class KioskApp(QObject):
    """The kiosk over one core; with `ctx` the core stays its owner's."""

    closed = Signal()
    ready = Signal()
    _opened = Signal(object)
    _failed = Signal(object)
    _scanned = Signal(ScannedCode)

    def __init__(
        self,
        settings: Settings,
        look: Look,
        *,
        size: QSize | None = None,
        reports: Reports | None = None,
        ctx: Context | None = None,
    ) -> None:
        super().__init__()
        self.settings, self.look = settings, look
        self._reports, self._ctx, self._own = reports, ctx, ctx is None
        self._size = size
        self._thread: threading.Thread | None = None
        self._closing = False
        self._unsubscribe: object = None
        self._opened.connect(self._on_opened)
        self._failed.connect(self._on_failed)
        self._scanned.connect(self._on_scanned)
        self.bridge: Bridge
        self.window: KioskWindow
        self._build(look)

    def _build(self, look: Look) -> None:
        """Make the window in a look; what stood in the old one is gone."""
        self.look = look
        screen = QGuiApplication.primaryScreen()
        size = self._size or (screen.geometry().size() if screen else QSize(1080, 1920))
        looks.apply(application(), look, size)
        self.bridge = Bridge(Texts(look.language), self._reports, self)
        self.window = KioskWindow(self.bridge, look, size, self.settings.default_idle_seconds)
        self.window.looked.connect(self._on_looked)

    def show(self) -> None:
        """Show the first screen and open the core behind it."""
        if self._size is None:
            self.window.showFullScreen()
        else:
            self.window.show()
        if self.bridge.ctx is None and self._thread is None and not self._closing:
            self._thread = threading.Thread(target=self._open, name="open-core")
            self._thread.start()

    def close(self) -> None:
        """Take the window away and close the core if it is ours."""
        if self._closing:
            return
        self._closing = True
        if callable(self._unsubscribe):
            self._unsubscribe()
        self.window.leave()
        self.bridge.detach()
        if self._thread is not None:
            self._thread.join()
        if self._own and self._ctx is not None:
            self._ctx.close()
        self._ctx = None
        self.closed.emit()

    def _open(self) -> None:
        try:
            ctx = self._ctx
            if ctx is None:
                from terminal.context import Context

                ctx = Context(self.settings)
                ctx.open(devices=True, sync=True)
        except BaseException as error:  # noqa: BLE001 - told on the screen, whatever it is
            self._failed.emit(error)
            return
        self._opened.emit(ctx)

    def _on_opened(self, ctx: Context) -> None:
        if self._closing:
            if self._own:
                ctx.close()
            return
        self._ctx = ctx
        self.bridge.attach(ctx)
        if ctx.devices is not None:
            self._unsubscribe = ctx.devices.on_code(self._scanned.emit)
        self.window.core_opened()
        self.ready.emit()

    def _on_failed(self, error: BaseException) -> None:
        failure = self.bridge.explain(error)
        texts = self.bridge.texts
        self.window.notice.show_notice(texts("kiosk.broken"), failure.sentence, "triangle-alert")
        self.window.go(self.window.notice)

    def _on_looked(self, look: Look) -> None:
        """Another language, larger print: the same kiosk from its first screen on."""
        before, bridge = self.window, self.bridge
        bridge.detach()
        self._build(look)
        if self._size is None:
            self.window.showFullScreen()
        else:
            self.window.show()
        if self._ctx is not None:
            self.bridge.attach(self._ctx)
            self.window.core_opened()
        before.leave()
        before.deleteLater()
        bridge.deleteLater()

    def _on_scanned(self, code: ScannedCode) -> None:
        from terminal.domain.numbers import check_receipt_number
        from terminal.protocol.query_code import parse_query_url

        found = parse_query_url(code.text)
        number = check_receipt_number(found.receipt_number if found else code.text)
        if number.valid:
            self.window.show_number(str(number.number))


def run(settings: Settings, look: Look, *, reports: Reports | None = None) -> int:
    """Run the kiosk until the program is told to end; returns the exit status."""
    made = application()
    program = KioskApp(settings, look, reports=reports)
    made.setQuitOnLastWindowClosed(False)
    program.closed.connect(made.quit)
    interrupt = Interrupt(program.close)
    program.show()
    try:
        return made.exec()
    finally:
        interrupt.close()
        program.close()
