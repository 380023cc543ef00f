"""The demo with windows: clerk, citizen, hub and the panel, until the window is closed."""

from __future__ import annotations

import argparse
import shutil
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication

from terminal.cli.base import Console, Exit
from terminal.context import Context
from terminal.dev.hall import EmulatedHall
from ui import theme
from ui.app import WindowApp, application
from ui.demo import vnc
from ui.demo.panel import Panel
from ui.demo.staging import staged_hall
from ui.interrupt import Interrupt
from ui.theme import px

PANEL_SIZE = (500, 1060)
GAP = 14


def run(args: argparse.Namespace, console: Console, *, port: int = 0) -> int:
    """Show the windows; `port` says that they are shown by VNC there."""
    made = application()
    if port:
        vnc.keep_to_loopback(port)
        console.say("demo.vnc", address=f"{vnc.HOST}:{port}")
    console.say("demo.starting")
    keep = bool(getattr(args, "keep", False)) and args.out is not None
    folder = args.out.absolute() / "data" if keep else Path(tempfile.mkdtemp(prefix="yichuang-"))
    try:
        with staged_hall(folder, language=args.language) as hall:
            theme.apply(made, theme.load(hall.settings.screen.theme, hall.settings.screen.scale))
            return _show(made, hall, hall.open_terminal(), console)
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _show(made: QApplication, hall: EmulatedHall, ctx: Context, console: Console) -> int:
    workers: list[threading.Thread] = []

    def slowly(work: Callable[[], object]) -> None:
        thread = threading.Thread(target=work, name="demo-hub")
        workers.append(thread)
        thread.start()

    app = WindowApp(hall.settings, reports=console.reports, ctx=ctx)
    panel = Panel(hall, ctx, console.texts, slowly)
    panel.scenes.belong_to(app)
    made.setQuitOnLastWindowClosed(False)
    app.closed.connect(made.quit)
    app.window.session_began.connect(lambda *_: place(app, panel))

    def stop() -> None:
        app.window.close()

    interrupt = Interrupt(stop)
    app.show()
    panel.resize(px(PANEL_SIZE[0]), px(PANEL_SIZE[1]))
    panel.show()
    place(app, panel)
    console.say("demo.open")
    try:
        return Exit.DONE if made.exec() == 0 else Exit.BROKEN
    finally:
        interrupt.close()
        panel.close()
        app.close()
        for thread in workers:
            thread.join()


def place(app: WindowApp, panel: Panel) -> None:
    """Put the windows beside each other where the screen has room for it."""
    window, screen = app.window, app.window.screen()
    if screen is None:
        return
    room = screen.availableGeometry()
    panel.resize(panel.width(), min(panel.height(), room.height()))
    if window.isMaximized():
        # No room beside it: the panel lies over its right edge and can be moved away.
        panel.move(room.topRight() - QPoint(panel.width(), 0))
        return
    window.move(room.topLeft())
    beside = window.width() + GAP
    if beside + panel.width() <= room.width():
        panel.move(room.topLeft() + QPoint(beside, 0))
    citizen = app.citizen
    below = window.height() + GAP
    if citizen is not None and below + citizen.height() <= room.height():
        citizen.move(room.topLeft() + QPoint(0, below))
