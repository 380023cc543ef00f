"""The same screens in other themes and sizes, and the hub's pages in a real browser."""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urljoin

import msgspec

from terminal.context import Context
from terminal.dev.browser import Browser, Page
from terminal.dev.hall import EmulatedHall
from terminal.dev.scenes import steps
from terminal.dev.scenes.items import FOOD
from terminal.documents import decode_view
from ui import theme
from ui.app import application
from ui.demo.player import play
from ui.demo.stage import Stage

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PAGE_SECONDS = 25.0
PHONE = (412, 915)
DESKTOP = (1280, 800)


class Look(msgspec.Struct, frozen=True):
    """A theme at a scale; `name` begins the names of its pictures."""

    name: str
    theme: str
    scale: float


LOOKS = (Look("dark", "dark", 1.0), Look("200", "light", 2.0))


def _walk(look: Look) -> tuple[steps.Step, ...]:
    """A visitor who asks and leaves: nothing is saved."""
    return (
        steps.SignIn(),
        steps.Greet("liu"),
        steps.Find("spjyxk", FOOD),
        steps.Answer("business", "catering"),
        steps.Answer("online", "no"),
        steps.HandIn(("food_application",)),
        steps.Shoot(f"{look.name}-work"),
        steps.Shoot(f"{look.name}-citizen", "citizen"),
        steps.OpenPage("cases"),
        steps.Shoot(f"{look.name}-my-cases"),
        steps.OpenPage("journal"),
        steps.Shoot(f"{look.name}-journal"),
    )


def show(hall: EmulatedHall, ctx: Context, look: Look, pictures: Path) -> None:
    """Open the program in a look, walk through it and close it again."""
    theme.apply(application(), theme.load(look.theme, look.scale))
    stage = Stage(hall, pictures)
    app = stage.window_of(ctx)
    try:
        play(stage, _walk(look))
    finally:
        app.window.close()
        app.close()
        stage.hands.pump(1)


def browser() -> str:
    """Return a browser of this machine, or an empty string."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), "")


def progress_address(ctx: Context, case_id: str) -> str:
    """Return the address behind the QR code of a case's receipt."""
    receipt = next(d for d in ctx.cases.documents(case_id) if d.kind == "receipt")
    view = decode_view(ctx.documents.document(receipt.document_id).view)
    return view.query_url


def keep_page(page: Page, folder: Path, name: str) -> str:
    """Keep a page that only a signed-in browser gets, as a file; returns its address.

    The hub's styles and sign are put into it: to a page from elsewhere the hub gives nothing.
    """
    browser = Browser()

    def style(found: re.Match[str]) -> str:
        return f"<style>{browser.get(urljoin(page.url, found[1])).text}</style>"

    def picture(found: re.Match[str]) -> str:
        data = browser.get(urljoin(page.url, found[1])).text.encode()
        return f'src="data:image/svg+xml;base64,{base64.b64encode(data).decode()}"'

    text = re.sub(r'<link rel="stylesheet" href="([^"]+)">', style, page.text)
    path = folder / f"{name}.html"
    path.write_text(re.sub(r'src="([^"]+\.svg)"', picture, text), encoding="utf-8")
    return path.as_uri()


def photograph(url: str, path: Path, size: tuple[int, int], profile: Path) -> bool:
    """Take a picture of a page with the machine's browser; False when it cannot."""
    found = browser()
    if not found:
        return False
    command = [
        found, "--headless", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage",
        f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}",
        f"--screenshot={path}", url,
    ]  # fmt: skip
    if os.geteuid() == 0:
        command.insert(1, "--no-sandbox")  # a browser refuses root otherwise
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            timeout=PAGE_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0 and path.is_file()
