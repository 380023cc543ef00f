"""`kiosk`: the attract screen and its services, full screen; or pictures of its screens."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import msgspec
from PySide6.QtCore import QSize

from terminal.cli.base import Console, Exit
from ui.kiosk.look import Look

SIZES = {"portrait": QSize(1080, 1920), "landscape": QSize(1366, 768), "desktop": QSize(1024, 600)}
_SETTLE_MS = 300
_SEARCHED = "SPJY"


def run(args: argparse.Namespace, console: Console) -> int:
    """Run the kiosk, or draw its screens into a folder (`--screenshots`)."""
    chosen = getattr(args, "theme", None) or "light"
    look = Look(
        language=args.language,
        large=chosen == "large",
        contrast=chosen == "contrast",
        theme="dark" if chosen == "dark" else "light",
    )
    from terminal import settings as settings_module

    settings = settings_module.load(args.data_dir, args.config, args.hub)
    if getattr(args, "screenshots", None):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        for path in draw(args.screenshots, look):
            console.line(str(path))
        return Exit.DONE
    from ui.kiosk import app

    return app.run(settings, look, reports=console.reports)


def draw(folder: Path, look: Look) -> list[Path]:
    """Draw every screen at each size, and in large print and high contrast; return the files."""
    import tempfile

    from terminal.context import Context
    from terminal.settings import Settings
    from ui.app import application

    folder.mkdir(parents=True, exist_ok=True)
    application()
    written: list[Path] = []
    with tempfile.TemporaryDirectory(prefix="yichuang-kiosk-") as data:
        settings = Settings(data_dir=Path(data))
        with Context(settings) as ctx:
            for name, size in SIZES.items():
                written += _screens(ctx, settings, look, size, folder, name)
            larger = msgspec.structs.replace(look, large=True, contrast=True)
            size = SIZES["portrait"]
            written += _screens(ctx, settings, larger, size, folder, "portrait-large-contrast")
    return written


def _screens(
    ctx: object, settings: object, look: Look, size: QSize, folder: Path, name: str
) -> list[Path]:
    from ui.demo.hands import Hands
    from ui.kiosk.app import KioskApp

    hands, written = Hands(), []
    program = KioskApp(settings, look, size=size, ctx=ctx)  # type: ignore[arg-type]

    def shoot(screen: str) -> None:
        hands.pump(_SETTLE_MS)
        path = folder / f"kiosk-{name}-{screen}.png"
        program.window.grab().save(str(path))
        written.append(path)

    try:
        program.show()
        hands.wait("core", lambda: program.bridge.ctx is not None)
        window = program.window
        shoot("home")
        hands.touch(window.home.tiles["apply"])
        for letter in _SEARCHED:
            window.search.keys.typed.emit(letter)
        shoot("search")
        items = ctx.catalogue.search(_SEARCHED, 1)  # type: ignore[attr-defined]
        window.show_item(items[0].code)
        shoot("guide")
        hands.touch(window.again)
        hands.touch(window.home.tiles["progress"])
        shoot("progress")
        hands.touch(window.again)
        hands.touch(window.call)
        shoot("staff")
        window._on_idle()
        shoot("idle")
    finally:
        program.close()
    return written
