"""One of each device, as a window has them; for the demo and for scenes."""

from __future__ import annotations

import contextlib
from pathlib import Path

from terminal.devices.emulators.card_reader import CardReaderEmulator
from terminal.devices.emulators.hot_folder import HotFolderEmulator
from terminal.devices.emulators.inputs import RatingPadEmulator, ScannerEmulator
from terminal.devices.emulators.printer import PrinterEmulator
from terminal.devices.registry import DeviceConfig


class EmulatedDevices:
    """Both printers, card reader, scanner and rating pad, with their links in a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as stack:
            self.printer = stack.enter_context(PrinterEmulator(folder / "printer"))
            self.a4 = HotFolderEmulator(folder / "a4")
            self.reader = stack.enter_context(CardReaderEmulator(folder / "reader"))
            self.scanner = stack.enter_context(ScannerEmulator(folder / "scanner"))
            self.pad = stack.enter_context(RatingPadEmulator(folder / "pad"))
            self._stack = stack.pop_all()

    def configs(self) -> tuple[DeviceConfig, ...]:
        """Return the settings that lead a manager to these devices."""
        return (
            DeviceConfig("receipt_printer", "escpos_80mm", self.printer.address),
            DeviceConfig("a4_printer", "folder_a4", self.a4.address),
            DeviceConfig("id_card_reader", "sam_v_reader", self.reader.address),
            DeviceConfig("code_scanner", "serial_scanner", self.scanner.address),
            DeviceConfig("rating_pad", "table_rating_pad", self.pad.address),
        )

    def close(self) -> None:
        """Pull all cables and end the threads."""
        self._stack.close()

    def __enter__(self) -> EmulatedDevices:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
