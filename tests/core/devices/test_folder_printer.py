"""Documents into a folder: whole or not at all; and queues to which no printer belongs."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from terminal.clock import FixedClock
from terminal.devices.drivers.folder_a4.driver import FolderPrinter
from terminal.devices.emulators.hot_folder import HotFolderEmulator
from terminal.devices.manager import DeviceManager
from terminal.devices.ports import PrinterStatus
from terminal.devices.print_queue import MemoryJobStorage, PrintQueue
from terminal.devices.registry import DeviceConfig, create_device
from terminal.errors import DeviceError, InvalidInput, NotConnected
from terminal.events import EventBus
from tests.core.devices.samples import wait_until
from tests.core.devices.test_cups_printer import MORNING, PDF, QUICK


@pytest.fixture
def folder(tmp_path: Path) -> HotFolderEmulator:
    return HotFolderEmulator(tmp_path / "print")


@contextmanager
def managed(queues: dict[str, PrintQueue], *configs: DeviceConfig) -> Iterator[DeviceManager]:
    manager = DeviceManager(
        configs, bus=EventBus(), clock=FixedClock(MORNING), jobs=queues, timing=QUICK
    )
    manager.start()
    try:
        yield manager
    finally:
        assert manager.stop()


def config_of(folder: HotFolderEmulator) -> DeviceConfig:
    return DeviceConfig("a4_printer", "folder_a4", folder.address)


def test_a_document_lies_there_whole_under_its_name(folder: HotFolderEmulator) -> None:
    printer = create_device(config_of(folder))
    assert isinstance(printer, FolderPrinter)
    assert printer.submit("acceptance-川2026/〔12〕号", PDF) == "acceptance-川2026_12_号.pdf"
    assert printer.submit("../../etc/passwd", PDF) == "_etc_passwd.pdf"
    assert printer.submit("a", b"first") == "a.pdf"
    assert printer.submit("a", b"second") == "a_2.pdf"
    assert printer.submit("", PDF) == "document.pdf"
    assert (folder.folder / "a.pdf").read_bytes() == b"first"
    assert len(folder.sheets) == len(list(folder.folder.iterdir())) == 5


@pytest.mark.parametrize(
    ("number", "code"), [(errno.ENOSPC, "device.folder_full"), (errno.EIO, "device.folder_denied")]
)
def test_what_cannot_be_written_leaves_nothing(
    folder: HotFolderEmulator, monkeypatch: pytest.MonkeyPatch, number: int, code: str
) -> None:
    def full(_: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DeviceError) as caught:
        FolderPrinter(folder.folder).submit("a", PDF)
    assert (caught.value.code, caught.value.data["sent"]) == (code, 0)
    assert list(folder.folder.iterdir()) == []


def test_a_folder_that_has_gone(tmp_path: Path) -> None:
    printer = FolderPrinter(tmp_path / "gone")
    for call in (printer.open, printer.status, lambda: printer.submit("a", PDF)):
        with pytest.raises(NotConnected):
            call()
    assert FolderPrinter(tmp_path).status() == PrinterStatus(online=True)


@pytest.mark.parametrize("address", ["folder", "folder:", "folder:here", "cups:Hall", "/srv"])
def test_addresses_that_are_wrong(address: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        create_device(DeviceConfig("a4_printer", "folder_a4", address))
    assert caught.value.code == "device.bad_sheet_address"


def test_jobs_wait_for_paper_and_for_the_folder(folder: HotFolderEmulator) -> None:
    queue = PrintQueue(storage := MemoryJobStorage())
    folder.take_paper()
    with managed({"a4_printer": queue}, config_of(folder)) as manager:
        queue.add("a", PDF)
        manager.wake_printer()
        wait_until(lambda: manager.snapshot()[0].state == "paper_out")
        assert manager.snapshot()[0].message_code == "device.a4_paper_out"
        assert len(storage.in_state("queued")) == 1
        folder.put_paper()
        wait_until(lambda: len(storage.in_state("printed")) == 1)
        aside = folder.folder.rename(folder.folder.with_name("aside"))
        wait_until(lambda: manager.snapshot()[0].state == "disconnected")
        queue.add("b", PDF)
        manager.wake_printer()
        aside.rename(folder.folder)
        wait_until(lambda: len(storage.in_state("printed")) == 2)
    assert len(folder.sheets) == 2


def test_each_kind_of_printer_has_its_own_queue(folder: HotFolderEmulator) -> None:
    sheets, slips = PrintQueue(a4 := MemoryJobStorage()), PrintQueue(receipts := MemoryJobStorage())
    with managed({"receipt_printer": slips, "a4_printer": sheets}, config_of(folder)) as manager:
        sheets.add("a", PDF)
        slips.add("b", b"slip")
        manager.wake_printer()
        wait_until(lambda: len(a4.in_state("printed")) == 1)
        (record,) = receipts.in_state("queued")
        assert record.error == "device.no_receipt_printer"
    assert len(folder.sheets) == 1


def test_a_kind_without_a_printer_says_so_until_there_is_one(folder: HotFolderEmulator) -> None:
    queue = PrintQueue(storage := MemoryJobStorage())
    queue.add("before", PDF)
    with managed({"a4_printer": queue}) as manager:
        (view,) = manager.snapshot()
        assert (view.kind, view.state, view.driver) == ("a4_printer", "disconnected", "")
        assert view.message() == "未配置 A4 打印机。"
        assert "技术人员" in view.hint()
        queue.add("after", PDF)
        manager.wake_printer()
        manager.retry()
        notes = [record.error for record in storage.in_state("queued")]
        assert notes == ["device.no_a4_printer", "device.no_a4_printer"]
    folder.take_paper()
    with managed({"a4_printer": queue}, config_of(folder)):
        assert [record.error for record in storage.in_state("queued")] == ["", ""]
        folder.put_paper()
        wait_until(lambda: len(storage.in_state("printed")) == 2)


def test_a_printer_that_is_set_up_wrong_is_named_on_its_jobs() -> None:
    queue = PrintQueue(storage := MemoryJobStorage())
    queue.add("a", PDF)
    with managed({"a4_printer": queue}, DeviceConfig("a4_printer", "cups_a4", "folder:/x")):
        assert [record.error for record in storage.in_state("queued")] == [
            "device.printer_set_up_wrong"
        ]
