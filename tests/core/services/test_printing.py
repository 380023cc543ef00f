"""From the act to the sheet: notices go to the A4 printer, receipts to theirs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from terminal.context import Context
from terminal.devices.emulators.hot_folder import HotFolderEmulator
from terminal.services.views import PrintJobView
from terminal.settings import DeviceSettings, Settings
from tests.core.devices.samples import wait_until
from tests.core.hall import PLAIN, VISITOR, Hall

MakeContext = Callable[..., Context]


def job_of(hall: Hall, case_id: str, document_id: str) -> PrintJobView:
    return next(j for j in hall.ctx.printing.jobs(case_id) if j.document_id == document_id)


def test_a_notice_comes_out_as_a_pdf_named_by_kind_and_number(
    make_context: MakeContext, tmp_path: Path
) -> None:
    printer = HotFolderEmulator(tmp_path / "sheets")
    folder = tmp_path / "terminal"
    devices = (DeviceSettings("a4_printer", "folder_a4", printer.address),)
    hall = Hall(make_context(folder, Settings(data_dir=folder, devices=devices)))
    hall.ctx.start_devices()
    saved = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk)
    receipt, notice = saved.documents
    wait_until(lambda: job_of(hall, saved.case.case_id, notice.document_id).state == "printed", 10)
    (sheet,) = printer.sheets
    assert sheet.read_bytes().startswith(b"%PDF-")
    assert sheet.name.startswith("acceptance-")
    assert VISITOR.name not in sheet.name
    assert VISITOR.identity_number not in sheet.name
    waiting = job_of(hall, saved.case.case_id, receipt.document_id)
    assert (waiting.state, waiting.code) == ("queued", "device.no_receipt_printer")
    hall.ctx.printing.reprint(notice.document_id, hall.clerk)
    wait_until(lambda: len(printer.sheets) == 2, 10)
    assert printer.sheets[1].stem == f"{sheet.stem}-2"


def test_without_an_a4_printer_a_notice_waits_and_says_so(hall: Hall) -> None:
    hall.ctx.start_devices()
    saved = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk)
    _, notice = saved.documents
    job = job_of(hall, saved.case.case_id, notice.document_id)
    assert (job.state, job.code) == ("queued", "device.no_a4_printer")
    assert hall.ctx.devices is not None
    views = {view.kind: view for view in hall.ctx.devices.snapshot()}
    assert views["a4_printer"].message() == "未配置 A4 打印机。"
