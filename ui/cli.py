"""The commands with screens: window, kiosk, demo. Qt is imported when one of them runs."""

from __future__ import annotations

import argparse
import gc
import os
from importlib import import_module
from typing import TYPE_CHECKING

from terminal.cli.base import Console, Exit

if TYPE_CHECKING:
    from terminal.settings import Settings

OTHERS = {"kiosk": "ui.kiosk.cli", "demo": "ui.demo.cli"}
"""The modules of the other two; each offers `run(args, console) -> int`."""


def run(args: argparse.Namespace, console: Console) -> int:
    """Run a command with screens; returns the exit status."""
    if args.command in OTHERS:
        return int(import_module(OTHERS[args.command]).run(args, console))
    return run_window(args, console)


def run_window(args: argparse.Namespace, console: Console) -> int:
    """Open the clerk's window, or draw all its screens into a folder (`--screenshots`)."""
    if getattr(args, "screenshots", None):
        # No display is needed to draw; one that is there would only flicker.
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from ui.screenshots import draw

        for path in draw(args.screenshots, themes=_themes(args), language=args.language):
            console.line(str(path))
        return Exit.DONE
    # What a start makes stays: looking through it again and again would cost a twentieth of
    # the time to the first paint. The window turns it on again once the core is open.
    gc.disable()
    from ui import app
    from ui.glance import look_at

    glance = look_at(args.data_dir, args.config)
    chosen = getattr(args, "theme", None)
    if chosen:
        glance = glance._replace(theme=chosen)

    def load() -> Settings:
        from terminal import settings

        return settings.load(args.data_dir, args.config, args.hub)

    return app.run(load, glance, reports=console.reports)


def _themes(args: argparse.Namespace) -> tuple[str, ...]:
    chosen = getattr(args, "theme", None)
    return (chosen,) if chosen else ("light", "dark", "contrast")
