"""Real documents through the driver: what the encoder made is what comes out, cut once."""

from __future__ import annotations

import pytest

from terminal.devices.emulators.escpos_parser import Parser
from terminal.devices.emulators.printer import PrinterEmulator
from terminal.devices.ports import ReceiptPrinter
from terminal.devices.registry import DeviceConfig, create_device
from terminal.documents import render
from terminal.documents.printer import PrinterProfile
from tests.core.documents.samples import samples

SAMPLES = samples()
PROFILES = {
    "text": PrinterProfile(),
    "picture": PrinterProfile(raster=True),
    "raster-qr": PrinterProfile(native_qr=False, cutter="full"),
}


@pytest.mark.parametrize("profile", PROFILES)
def test_every_document_is_one_slip(printer: PrinterEmulator, profile: str) -> None:
    driver = create_device(DeviceConfig("receipt_printer", "escpos_80mm", printer.address))
    assert isinstance(driver, ReceiptPrinter)
    slips = tuple(render(view, "escpos", profile=PROFILES[profile]) for view in SAMPLES.values())
    driver.open()
    try:
        for slip in slips:
            driver.print_bytes(slip)
    finally:
        driver.close()
    assert printer.sheets == slips
    assert printer.torn == ()


def test_every_command_of_the_documents_is_understood() -> None:
    for view in SAMPLES.values():
        parser = Parser()
        tokens = list(parser.feed(render(view, "escpos")))
        assert parser.unfinished == b""
        assert [token.kind for token in tokens].count("cut") == 1
        for token in tokens:
            if token.kind == "text":
                token.data.decode("gbk")
