"""The recorded conversations in the drivers' folders, played to the drivers."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from terminal.devices.ports import (
    CodeScanner,
    IdCardReader,
    PadPress,
    PrinterStatus,
    RatingPad,
    ReceiptPrinter,
    ScannedCode,
)
from terminal.devices.registry import DRIVERS_FOLDER, create_driver, drivers, load_profile
from terminal.devices.replay import Exchange, ReplayLine, read_log
from terminal.errors import InvalidInput


def replayed(name: str) -> tuple[object, ReplayLine]:
    line = ReplayLine(read_log(DRIVERS_FOLDER / name / "replay.log"))
    return create_driver(load_profile(name), line), line


def test_escpos_80mm() -> None:
    driver, line = replayed("escpos_80mm")
    assert isinstance(driver, ReceiptPrinter)
    assert [driver.status() for _ in range(6)] == [
        PrinterStatus(online=True),
        PrinterStatus(online=True, paper="near_end"),
        PrinterStatus(online=False, paper="out"),
        PrinterStatus(online=False, cover_open=True),
        PrinterStatus(online=False),
        PrinterStatus(online=True),
    ]
    assert line.finished


def test_sam_v_reader() -> None:
    driver, line = replayed("sam_v_reader")
    assert isinstance(driver, IdCardReader)
    driver.open()
    assert driver.poll() is None
    card = driver.poll()
    assert card is not None
    assert (card.kind, card.name, card.sex, card.nation) == ("resident", "陈试样", "male", "满")
    assert (card.number, card.birth) == ("210211198505041234", date(1985, 5, 4))
    assert (card.valid_from, card.valid_to) == (date(2015, 6, 1), date(2035, 6, 1))
    assert len(card.photo) == 1024
    assert driver.poll() is None
    assert line.finished


def test_serial_scanner() -> None:
    driver, line = replayed("serial_scanner")
    assert isinstance(driver, CodeScanner)
    assert [driver.wait(0.5) for _ in range(4)] == [
        ScannedCode("YC2026-0001"),
        ScannedCode("收件凭证", "qr"),
        ScannedCode("王㛃"),
        ScannedCode("part one, part two"),
    ]
    assert line.finished


def test_table_rating_pad() -> None:
    driver, line = replayed("table_rating_pad")
    assert isinstance(driver, RatingPad)
    assert [driver.wait(0.5) for _ in range(4)] == [
        PadPress(5),
        PadPress(2),
        PadPress(1),
        PadPress(4),
    ]
    assert line.finished


def test_every_driver_on_a_line_has_a_log() -> None:
    for profile in drivers():
        if profile.kind != "a4_printer":
            assert read_log(DRIVERS_FOLDER / profile.name / "replay.log")


def test_a_log_that_is_wrong(tmp_path: Path) -> None:
    log = tmp_path / "replay.log"
    log.write_text("# fine\n> 01 02\n= 03\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="3"):
        read_log(log)
    log.write_text("> 0g\n", encoding="utf-8")
    with pytest.raises(InvalidInput):
        read_log(log)


def test_a_line_that_is_sent_something_else_says_so() -> None:
    line = ReplayLine((Exchange(True, b"\x01"), Exchange(False, b"\x02")))
    with pytest.raises(AssertionError):
        line.write(b"\x09", 1)
    line.write(b"\x01", 1)
    assert line.read(5, 1) == b"\x02"
    assert line.read(5, 1) == b""
