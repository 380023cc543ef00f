"""The rating pad's driver against its emulator."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from terminal.devices.drivers.table_rating_pad.driver import (
    Options,
    TableRatingPad,
    read_patterns,
)
from terminal.devices.emulators.inputs import RatingPadEmulator
from terminal.devices.lines import make_line, parse_address
from terminal.devices.ports import PadPress
from terminal.devices.registry import load_profile
from terminal.errors import InvalidInput, NotConnected

PROFILE = load_profile("table_rating_pad")


@contextmanager
def opened(
    emulator: RatingPadEmulator, patterns: dict[bytes, int] | None = None
) -> Iterator[TableRatingPad]:
    table = patterns or read_patterns(PROFILE.convert(Options))
    line = make_line(parse_address(emulator.address), PROFILE.serial)
    driver = TableRatingPad(line, table, 0.05)
    driver.open()
    try:
        yield driver
    finally:
        driver.close()


def test_every_key(pad: RatingPadEmulator) -> None:
    with opened(pad) as driver:
        for value in (1, 2, 3, 4, 5):
            pad.press(value)
            assert driver.wait(2) == PadPress(value)
        assert driver.wait(0.01) is None


def test_garbage_pieces_and_several_keys_at_once(pad: RatingPadEmulator) -> None:
    with opened(pad) as driver:
        pad.send(b"\x00\xff\xaa\xaa\x03\x0d\xaa\x09\x0d\xaa\x01\x0d")
        assert [driver.wait(2), driver.wait(2)] == [PadPress(3), PadPress(1)]
        pad.send(b"\xaa")
        pad.send(b"\x05\x0d")
        assert driver.wait(2) == PadPress(5)


def test_half_a_pattern_is_forgotten(pad: RatingPadEmulator) -> None:
    with opened(pad) as driver:
        pad.send(b"\xaa\x05")
        assert driver.wait(0.2) is None
        pad.send(b"\x0d")
        assert driver.wait(0.2) is None
        pad.press(2)
        assert driver.wait(2) == PadPress(2)


def test_other_makers_patterns_are_a_table(pad: RatingPadEmulator) -> None:
    with opened(pad, read_patterns(Options({"5": "31", "1": "35 0a"}))) as driver:
        pad.send(b"15\n")
        assert [driver.wait(2), driver.wait(2)] == [PadPress(5), PadPress(1)]


@pytest.mark.parametrize(
    "patterns",
    [
        {"5": "zz"},
        {"5": ""},
        {"6": "01"},
        {"0": "01"},
        {"good": "01"},
        {"5": "01", "4": "01"},
        {"5": "01", "4": "01 02"},
        {"5": "01 02", "4": "01"},
    ],
)
def test_tables_that_cannot_be_told_apart(patterns: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_patterns(Options(patterns), "table_rating_pad")
    assert caught.value.code == "device.bad_driver"
    assert "patterns." in caught.value.message()


def test_unplugged(pad: RatingPadEmulator) -> None:
    with opened(pad) as driver:
        pad.unplug()
        with pytest.raises(NotConnected):
            driver.wait(2)
        pad.plug_in()
        driver.open()
        pad.press(4)
        assert driver.wait(2) == PadPress(4)
