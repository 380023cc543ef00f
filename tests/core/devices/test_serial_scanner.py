"""The code scanner's driver against its emulator."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.devices.drivers.serial_scanner.driver import Options, SerialScanner, create
from terminal.devices.drivers.serial_scanner.payload import read_payload
from terminal.devices.emulators.inputs import ScannerEmulator
from terminal.devices.lines import make_line, parse_address
from terminal.devices.ports import ScannedCode
from terminal.devices.registry import load_profile
from terminal.devices.replay import Exchange, ReplayLine
from terminal.errors import InvalidInput, NotConnected

PROFILE = load_profile("serial_scanner")
OPTIONS = msgspec.structs.replace(PROFILE.convert(Options), silence=0.05)


@contextmanager
def opened(emulator: ScannerEmulator, **changes: object) -> Iterator[SerialScanner]:
    line = make_line(parse_address(emulator.address), PROFILE.serial)
    driver = SerialScanner(line, msgspec.structs.replace(OPTIONS, **changes))
    driver.open()
    try:
        yield driver
    finally:
        driver.close()


@pytest.mark.parametrize("terminator", [b"\r", b"\n", b"\r\n", b"\t", b""], ids=repr)
def test_terminators_and_silence(scanner: ScannerEmulator, terminator: bytes) -> None:
    scanner.terminator = terminator
    with opened(scanner) as driver:
        for text in ("YC20260001", "https://hall.example/r/1?t=2", "王㛃"):
            scanner.scan(text)
            assert driver.wait(2) == ScannedCode(text)
        assert driver.wait(0.01) is None


def test_codes_in_one_piece_and_a_code_in_many(scanner: ScannerEmulator) -> None:
    with opened(scanner, silence=1.0) as driver:
        scanner.send(b"one\rtwo\r\nthree\t")
        assert [driver.wait(2) for _ in range(3)] == [
            ScannedCode("one"),
            ScannedCode("two"),
            ScannedCode("three"),
        ]
        for byte in "字符\r".encode():
            scanner.send(bytes([byte]))
        assert driver.wait(2) == ScannedCode("字符")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"]Q1https://hall.example", ScannedCode("https://hall.example", "qr")),
        (b"]C0ABC-123", ScannedCode("ABC-123", "code128")),
        (b"]L2" + "样本".encode(), ScannedCode("样本", "pdf417")),
        (b"]?1ABC", ScannedCode("]?1ABC")),
        (b"]X1ABC", ScannedCode("]X1ABC")),
        (b"[Q1ABC", ScannedCode("[Q1ABC")),
        ("王㛃𠅤".encode("gb18030"), ScannedCode("王㛃𠅤")),
        (b"\xfe\x59", ScannedCode("龴")),
        (b"\xa8\xbc", ScannedCode("ḿ")),
        ("\ufeff收件".encode(), ScannedCode("收件")),
        ("𬱖".encode(), ScannedCode("𬱖")),
    ],
)
def test_payloads(raw: bytes, code: ScannedCode) -> None:
    assert read_payload(raw, OPTIONS.symbologies) == code


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"ABC\x1b[2J", "device.scan_control"),
        (b"ABC\x00", "device.scan_control"),
        (b"\x02ABC\x03", "device.scan_control"),
        (b"01\x1d10", "device.scan_control"),
        (b"ABC\x7f", "device.scan_control"),
        ("ABC\u0085".encode(), "device.scan_control"),
        ("abc\u202egnp.exe".encode(), "device.scan_control"),
        ("a\u200bb".encode(), "device.scan_control"),
        ("a\u2028b".encode(), "device.scan_control"),
        (b"\xff\xfe\xff", "device.scan_undecodable"),
        (b"\xed\xa0\x80", "device.scan_undecodable"),
        (b"   ", "device.scan_empty"),
        (b"]Q1", "device.scan_empty"),
    ],
)
def test_hostile_codes(scanner: ScannerEmulator, raw: bytes, error: str) -> None:
    with opened(scanner) as driver:
        scanner.scan(raw)
        with pytest.raises(InvalidInput) as caught:
            driver.wait(2)
        assert caught.value.code == error
        assert caught.value.hint()
        assert "ABC" not in f"{caught.value} {caught.value.data}"
        scanner.scan("good")
        assert driver.wait(2) == ScannedCode("good")


@pytest.mark.parametrize("terminator", [b"\r", b""], ids=repr)
def test_a_code_that_is_too_long(scanner: ScannerEmulator, terminator: bytes) -> None:
    scanner.terminator = terminator
    with opened(scanner, max_length=100) as driver:
        scanner.scan(b"x" * 100)
        assert driver.wait(2) == ScannedCode("x" * 100)
        for length in (101, 3000):
            scanner.scan(b"x" * length)
            with pytest.raises(InvalidInput) as caught:
                driver.wait(2)
            assert caught.value.code == "device.scan_too_long"
            assert "100" in caught.value.message()
            assert driver.wait(0.1) is None


def test_a_good_code_before_one_that_is_too_long(scanner: ScannerEmulator) -> None:
    with opened(scanner, max_length=100) as driver:
        scanner.send(b"good\r" + b"x" * 500 + b"\rnext\r")
        assert driver.wait(2) == ScannedCode("good")
        with pytest.raises(InvalidInput):
            driver.wait(2)
        assert driver.wait(2) == ScannedCode("next")


def test_a_scanner_that_babbles_fills_no_memory() -> None:
    held: list[int] = []

    class Babble(ReplayLine):
        def read(self, limit: int, timeout: float) -> bytes:
            held.append(len(driver._unread))
            return super().read(limit, timeout)

    line = Babble((Exchange(False, b"x" * 4000),) * 50 + (Exchange(False, b"\rgood\r"),))
    driver = SerialScanner(line, OPTIONS)
    with pytest.raises(InvalidInput):
        driver.wait(2)
    assert driver.wait(2) == ScannedCode("good")
    assert max(held) < 2 * OPTIONS.max_length


def test_unplugged_in_the_middle_of_a_code(scanner: ScannerEmulator) -> None:
    with opened(scanner, silence=2.0) as driver:
        scanner.send(b"half a co")
        scanner.unplug()
        with pytest.raises(NotConnected):
            driver.wait(5)
        scanner.plug_in()
        driver.open()
        scanner.scan("whole")
        assert driver.wait(2) == ScannedCode("whole")


@given(st.binary(max_size=60))
def test_whatever_is_scanned_is_safe_or_refused(raw: bytes) -> None:
    try:
        code = read_payload(raw, OPTIONS.symbologies)
    except InvalidInput:
        return
    assert code.text.strip()
    assert all(unicodedata.category(each)[0] != "C" or each >= "\ue000" for each in code.text)


def test_the_text_stays_out_of_repr() -> None:
    assert "210211" not in repr(ScannedCode("210211198505041234", "qr"))
    assert isinstance(
        create(PROFILE, make_line(parse_address("serial:/dev/null"), PROFILE.serial)), SerialScanner
    )
