"""`hub friday`: the supervisor's week from real data, as text or as a PDF to print."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hub.hub import Hub
from hub.web import friday_sheet
from hub.web.friday import FridayPage
from hub.web.site import Site
from terminal.errors import StoreError

if TYPE_CHECKING:
    from terminal.cli.base import Console

FORMATS = ("text", "pdf")


def run(hub: Hub, args: argparse.Namespace, console: Console) -> None:
    """Write the sheet to a file, or as text to stdout; with `--json` its lists as data."""
    target: Path | None = getattr(args, "out", None)
    wanted = getattr(args, "format", None)
    kind = wanted or ("pdf" if target is not None and target.suffix == ".pdf" else "text")
    with ThreadPoolExecutor(1) as executor:
        sheet = FridayPage(Site(hub, executor)).read(console.texts)
    if target is None and kind == "text" and console.json:
        console.emit(msgspec.to_builtins(sheet))
        return
    data = friday_sheet.render(sheet, console.texts, kind)
    if target is None:
        sys.stdout.buffer.write(data)
        return
    try:
        target.write_bytes(data)
    except OSError as error:
        raise StoreError("hub.file_not_written", file=target) from error
    console.result({"file": str(target)}, "hub.cli.friday", file=target)
