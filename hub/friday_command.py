"""`hub friday`: the supervisor's week from real data, as text or as a PDF to print."""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from hub.hub import Hub
from hub.web import friday_sheet
from hub.web.friday import FridayPage
from hub.web.site import Site
from terminal.errors import InvalidInput, StoreError

if TYPE_CHECKING:
    from terminal.cli.base import Console


def run(hub: Hub, args: argparse.Namespace, console: Console) -> None:
    """Write the sheet to a file, or as text to stdout; with `--json` its lists as data."""
    target: Path | None = getattr(args, "out", None)
    wanted = getattr(args, "format", None)
    kind = wanted or ("pdf" if target is not None and target.suffix == ".pdf" else "text")
    if target is None and kind != "text":
        raise InvalidInput("hub.friday_needs_file")
    with ThreadPoolExecutor(1) as executor:
        sheet = FridayPage(Site(hub, executor)).read(console.texts)
    if target is None and console.json:
        console.emit(sheet)
        return
    data = friday_sheet.render(sheet, console.texts, kind)
    if target is None:
        console.line(data.decode().rstrip("\n"))
        return
    try:
        target.write_bytes(data)
    except OSError as error:
        raise StoreError("hub.file_not_written", file=target) from error
    console.result({"file": str(target)}, "hub.cli.friday", file=target)
