"""A real Chromium against a real hub process on loopback."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

ROOT = Path(__file__).resolve().parents[2]

_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><include ignore_missing="yes">/etc/fonts/fonts.conf</include>
<dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


@contextmanager
def chromium(folder: Path, width: int = 390, height: int = 844, scale: float = 1) -> Iterator[
    webdriver.Chrome
]:  # fmt: skip
    """Start Debian's Chromium without a screen; a missing one is said clearly."""
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        raise AssertionError("the pages are tested in Chromium: install chromium-driver")
    folder.mkdir(parents=True, exist_ok=True)
    options = Options()
    options.binary_location = program
    # Phones have a Chinese font of their own; here ours stands for it.
    (folder / "fonts.conf").write_text(
        _FONTS.format(fonts=ROOT / "resources" / "fonts", cache=folder / "fonts"), "utf-8"
    )
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-sync",
        "--no-first-run",
        "--no-proxy-server",
        "--hide-scrollbars",
        f"--user-data-dir={folder / 'profile'}",
        f"--window-size={width},{height}",
        f"--force-device-scale-factor={scale}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    environment = os.environ | {"FONTCONFIG_FILE": str(folder / "fonts.conf")}
    service = Service(driver, env=environment)
    browser = webdriver.Chrome(options=options, service=service)
    try:
        browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 600},
        )
        yield browser
    finally:
        browser.quit()


def sideways(browser: webdriver.Chrome) -> int:
    """Return by how many pixels the page is wider than the window."""
    return int(
        browser.execute_script(
            "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
    )
