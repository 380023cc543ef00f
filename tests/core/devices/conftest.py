"""Emulated devices for the tests of the device layer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal.devices.emulators.card_reader import CardReaderEmulator
from terminal.devices.emulators.hall import EmulatedDevices
from terminal.devices.emulators.inputs import RatingPadEmulator, ScannerEmulator
from terminal.devices.emulators.printer import NetworkPrinterEmulator, PrinterEmulator


@pytest.fixture
def printer(tmp_path: Path) -> Iterator[PrinterEmulator]:
    with PrinterEmulator(tmp_path / "printer") as emulator:
        yield emulator


@pytest.fixture
def network_printer() -> Iterator[NetworkPrinterEmulator]:
    with NetworkPrinterEmulator() as emulator:
        yield emulator


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[CardReaderEmulator]:
    with CardReaderEmulator(tmp_path / "reader") as emulator:
        yield emulator


@pytest.fixture
def scanner(tmp_path: Path) -> Iterator[ScannerEmulator]:
    with ScannerEmulator(tmp_path / "scanner") as emulator:
        yield emulator


@pytest.fixture
def pad(tmp_path: Path) -> Iterator[RatingPadEmulator]:
    with RatingPadEmulator(tmp_path / "pad") as emulator:
        yield emulator


@pytest.fixture
def devices(tmp_path: Path) -> Iterator[EmulatedDevices]:
    with EmulatedDevices(tmp_path / "devices") as found:
        yield found
