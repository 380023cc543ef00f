"""The window's start: paint first, open the core behind it, then connect both.

Nothing heavy is imported before the first paint: the core, its stores and the work screens
come on a thread of their own while the sign-in already takes typing.
"""

from __future__ import annotations

import gc
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from terminal.errors import RescueNeeded, TerminalError
from terminal.texts import Texts
from ui import theme
from ui.bridge import Bridge, Failure
from ui.theme import px
from ui.window.shell import ClerkWindow
from ui.window.signin import SignInScreen

if TYPE_CHECKING:
    from terminal.context import Context
    from terminal.reports import Reports
    from terminal.settings import Settings
    from ui.citizen.screen import CitizenScreen
    from ui.glance import Glance
    from ui.interrupt import Interrupt

Mark = Callable[[str], None]
"""Told `painted`, `typing` and `ready` at the start; the benchmark listens."""

SWITCH_SECONDS = 0.001
"""How long another thread at work keeps the interpreter from the window each time it wants it; of
itself it would be five times as long, and painting a table wants it hundreds of times."""

LISTENERS: list[Mark] = []
"""Who is told the marks of a start; empty but for the benchmark."""


def application(arguments: list[str] | None = None) -> QApplication:
    """Return the one application, made if there is none; raises where there is no display."""
    found = QApplication.instance()
    if isinstance(found, QApplication):
        return found
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    if sys.platform.startswith("linux") and not chosen:
        if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
            raise TerminalError("window.no_display")
    made = QApplication([*(arguments or ["yichuang"]), "-style", "Fusion"])
    made.setApplicationName("yichuang")
    made.setProperty(theme.FUSION, True)
    return made


class WindowApp(QObject):
    """The clerk's window and the citizen's screen over one core.

    With `ctx` an open core is taken as it is and stays its owner's (the demo); otherwise one
    is made on a thread, from the settings or from what `load` returns there, and closed by
    `close`.
    """

    closed = Signal()
    painted = Signal()
    ready = Signal()
    _opened = Signal(object)
    _failed = Signal(object)
    _reported = Signal(int)

    def __init__(
        self,
        settings: Settings | None,
        *,
        load: Callable[[], Settings] | None = None,
        window_name: str = "",
        reports: Reports | None = None,
        ctx: Context | None = None,
        language: str = "",
        guard_clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._switched = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_SECONDS)
        self._guard_clock = guard_clock
        self.settings = settings
        self._load = load
        self._own = ctx is None
        self._ctx = ctx
        self._thread: threading.Thread | None = None
        self._closing = False
        spoken = settings.screen.language if settings is not None else ""
        texts = Texts(language or spoken)
        self.bridge = Bridge(texts, reports, self)
        named = settings.window.name if settings is not None else window_name
        self.sign_in = SignInScreen(self.bridge, named)
        self.window = ClerkWindow(self.bridge, self.sign_in)
        self.citizen: CitizenScreen | None = None
        self._guard: Any = None
        self.sign_in.signed_in.connect(self._on_signed_in)
        self.window.session_began.connect(self._on_session)
        self.window.session_ended.connect(self._on_session_ended)
        self.window.closing.connect(self._on_closing)
        self._opened.connect(self._on_opened)
        self._failed.connect(self._on_failed)
        self._reported.connect(self._on_report)
        self._reports = reports
        if reports is not None:
            reports.told = self._reported.emit
        self.window.installEventFilter(self)
        self._painted = False

    def show(self) -> None:
        """Show the window; the core opens once it has been painted."""
        self.window.resize(px(1366), px(768))
        screen = self.window.screen()
        if screen is not None:
            room = screen.availableGeometry()
            if room.width() <= px(1500) or room.height() <= px(820):
                self.window.showMaximized()
                return
        self.window.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # UpdateRequest is what paints a top-level window; the work begins after it.
        if not self._painted and event.type() == QEvent.Type.UpdateRequest:
            self._painted = True
            self.window.removeEventFilter(self)
            QTimer.singleShot(0, self, self._after_paint)
        return False

    def _after_paint(self) -> None:
        _mark("painted")
        self.painted.emit()
        # Once more round the loop: whatever key waited has been taken by now.
        QTimer.singleShot(0, self, self._after_first_keys)

    def _after_first_keys(self) -> None:
        if self.sign_in.login.edit.hasFocus():
            _mark("typing")
        self.open_core()

    def open_core(self) -> None:
        """Open the core behind the window; called by itself after the first paint."""
        if self._thread is None and self.bridge.ctx is None and not self._closing:
            # The core brings threads: before them. Not needed for the first paint.
            from terminal import heap

            heap.keep_small()
            self._thread = threading.Thread(target=self._open, name="open-core")
            self._thread.start()

    def _open(self) -> None:
        gc.disable()  # As `ui.cli` does before: what is imported stays.
        try:
            ctx = self._ctx
            if ctx is None:
                from terminal.context import Context

                settings = self.settings
                if settings is None:
                    assert self._load is not None
                    settings = self.settings = self._load()
                ctx = Context(settings)
                ctx.open(devices=True, sync=True)
            ctx.catalogue.make_indexes_apart()
            accounts = len(ctx.staff.rows())
            # The work screens' modules, while the clerk is still typing the password.
            from ui.citizen import screen
            from ui.window import frame

            del frame, screen
        except BaseException as error:  # noqa: BLE001 - told on the screen, whatever it is
            self._failed.emit(error)
            return
        finally:
            # What is there now stays until the end. To look through its 280,000 objects again
            # takes 0.1 s, in which the window would take no key.
            gc.freeze()
            gc.enable()
        self._opened.emit((ctx, accounts))

    def _on_opened(self, found: tuple[Context, int]) -> None:
        ctx, accounts = found
        if self._closing:
            if self._own:
                ctx.close()
            return
        self._ctx = ctx
        from ui.widgets.keys import LegalGuard

        self._guard = LegalGuard(self._guard_clock)
        self._guard.watch(application())
        self.bridge.attach(ctx)
        self.sign_in.core_opened(accounts)
        _mark("ready")
        self.ready.emit()

    def _on_failed(self, error: BaseException) -> None:
        if isinstance(error, RescueNeeded) and self.settings is not None and not self._closing:
            self.window.show_rescue(self.settings, error)
            return
        self.sign_in.core_failed(self.bridge.explain(error))

    def _on_report(self, number: int) -> None:
        key = "window.report.numbered" if number else "window.report.unsaved"
        self.bridge.tell(Failure(self.bridge.texts(key, number=number), "", "report", number))

    def _on_signed_in(self, session: Any) -> None:
        self.window.begin_session(session, self._guard)

    def _on_session(self, place: Any) -> None:
        from ui.citizen.mirror import MirrorSource
        from ui.citizen.screen import CitizenScreen

        made = application()
        if self.citizen is None:
            self.citizen = CitizenScreen(self.bridge)
            self.citizen.place()
            # A second window may have taken the keyboard: it belongs to the clerk's.
            if made.platformName() != "offscreen":
                self.window.raise_()
            self.window.activateWindow()
        self.citizen.serve(place.session.name)
        self.citizen.follow(place.signatures, place.work.path.materials.commitment)
        source = MirrorSource(place.desk, self.bridge.texts)
        source.changed.connect(self.citizen.show_mirror)
        place.desk.visit_ended.connect(self.citizen.invite)
        place.pad_pressed.connect(self.citizen.pad_pressed)
        self.citizen.show_mirror(source.current())

    def _on_session_ended(self) -> None:
        if self.citizen is not None:
            self.citizen.show_mirror(None)
        self.sign_in.forget()

    def _on_closing(self) -> None:
        self.close()
        self.closed.emit()

    def close(self) -> None:
        """Take the windows away and close the core if it is ours."""
        if self._closing:
            return
        self._closing = True
        sys.setswitchinterval(self._switched)
        if self._reports is not None:
            self._reports.told = None
        if self.citizen is not None:
            self.citizen.close()
        self.window.end_rescue()
        self.bridge.detach()
        if self._thread is not None:
            self._thread.join()
        if self._own and self._ctx is not None:
            self._ctx.close()
        self._ctx = None


def _mark(name: str) -> None:
    for listener in LISTENERS:
        listener(name)


def run(load: Callable[[], Settings], glance: Glance, *, reports: Reports | None = None) -> int:
    """Run the window until it is closed; returns the exit status.

    `glance` is enough for the first paint, `load` reads the settings behind it.
    """
    made = application()
    theme.apply(made, theme.load(glance.theme, glance.scale))
    program = WindowApp(
        None,
        load=load,
        window_name=glance.window_name,
        reports=reports,
        language=glance.language,
    )
    made.setQuitOnLastWindowClosed(False)
    program.closed.connect(made.quit)
    held: list[Interrupt] = []

    def hold() -> None:
        from ui.interrupt import Interrupt

        held.append(Interrupt(program.window.close))

    program.painted.connect(hold)
    program.show()
    try:
        return made.exec()
    finally:
        for interrupt in held:
            interrupt.close()
        program.close()
