"""Everything on paper: each document in four forms, and what the printers really got."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec

from terminal.context import Context
from terminal.dev.hall import EmulatedHall
from terminal.services.papers import ON_THERMAL_PAPER

FORMATS = (("text", "txt"), ("escpos", "escpos"), ("png", "png"), ("pdf", "pdf"))


class PaperFiles(msgspec.Struct, frozen=True):
    """A document and its files, by format, relative to the demo's folder."""

    kind: str
    number: str
    files: dict[str, str]


def write_documents(ctx: Context, case_id: str, out: Path) -> tuple[PaperFiles, ...]:
    """Write every document of a case; files are named by receipt number and kind, no names."""
    folder = out / "documents"
    folder.mkdir(parents=True, exist_ok=True)
    case = ctx.cases.case(case_id)
    written = []
    seen: Counter[str] = Counter()
    for view in ctx.cases.documents(case_id):
        document = ctx.documents.document(view.document_id)
        seen[view.kind] += 1
        name = f"{case.receipt_number}-{view.kind}"
        if seen[view.kind] > 1:
            name = f"{name}-{seen[view.kind]}"
        files = {}
        for format, extension in FORMATS:
            path = folder / f"{name}.{extension}"
            path.write_bytes(ctx.documents.render(document, format))
            files[format] = str(path.relative_to(out))
        written.append(PaperFiles(view.kind, view.number, files))
    return tuple(written)


class PrintedFiles(msgspec.Struct, frozen=True):
    """What came out of the printers; `unlike` are slips that are no receipt of this demo."""

    slips: tuple[str, ...]
    sheets: tuple[str, ...]
    unlike: int


def write_printed(hall: EmulatedHall, out: Path) -> PrintedFiles:
    """Write the slips and sheets that came out, byte by byte as the printers got them."""
    folder = out / "printer"
    folder.mkdir(parents=True, exist_ok=True)
    issued = {
        path.read_bytes()
        for kind in ON_THERMAL_PAPER
        for path in (out / "documents").glob(f"*-{kind}*.escpos")
    }
    slips, unlike = [], 0
    for number, slip in enumerate(hall.devices.printer.sheets, 1):
        path = folder / f"slip-{number:02}.escpos"
        path.write_bytes(slip)
        slips.append(str(path.relative_to(out)))
        unlike += not any(_same(slip, receipt) for receipt in issued)
    sheets = []
    for sheet in hall.devices.a4.sheets:
        path = folder / sheet.name
        path.write_bytes(sheet.read_bytes())
        sheets.append(str(path.relative_to(out)))
    return PrintedFiles(tuple(slips), tuple(sheets), unlike)


def _same(slip: bytes, receipt: bytes) -> bool:
    """Whether a slip is this receipt; the driver may ask for the printer's state around it."""
    return slip == receipt or receipt in slip or slip in receipt
