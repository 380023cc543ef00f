"""The receipt printer's driver against its emulator, by serial port and by network."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.devices.drivers.escpos_80mm import driver as driver_module
from terminal.devices.drivers.escpos_80mm.driver import (
    EscPosPrinter,
    Options,
    read_status,
    require_ready,
)
from terminal.devices.emulators.escpos_parser import Parser
from terminal.devices.emulators.printer import NetworkPrinterEmulator, PrinterEmulator
from terminal.devices.lines import SerialSettings, make_line, parse_address
from terminal.devices.ports import PrinterStatus
from terminal.devices.registry import DeviceConfig, create_device
from terminal.errors import CoverOpen, DeviceError, DeviceTimeout, NotConnected, PaperOut
from tests.core.devices.samples import SLIP

Emulator = PrinterEmulator | NetworkPrinterEmulator

QUICK = Options(
    write_timeout=0.3,
    status_timeout=1.0,
    print_timeout=0.6,
    clear="10 14 08 01 03 14 01 06 02 08",
)
LONG_SLIP = b"\x1b@" + b"0123456789\n" * 2000 + b"\x1dV\x42\x00"


@contextmanager
def opened(emulator: Emulator, **changes: object) -> Iterator[EscPosPrinter]:
    options = msgspec.structs.replace(QUICK, **changes)
    driver = EscPosPrinter(
        make_line(parse_address(emulator.address), SerialSettings(baud=115200)), options
    )
    driver.open()
    try:
        yield driver
    finally:
        driver.close()


@pytest.fixture(params=["serial", "network"])
def emulator(request: pytest.FixtureRequest) -> Emulator:
    wanted = {"serial": "printer", "network": "network_printer"}[request.param]
    found: Emulator = request.getfixturevalue(wanted)
    return found


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ("12 12 12 12", PrinterStatus(online=True)),
        ("12 12 12 1e", PrinterStatus(online=True, paper="near_end")),
        ("1a 32 12 7e", PrinterStatus(online=False, paper="out")),
        ("1a 16 12 12", PrinterStatus(online=False, cover_open=True)),
        ("1a 12 12 12", PrinterStatus(online=False)),
        ("1a 52 1a 12", PrinterStatus(online=False, error="cutter")),
        ("1a 52 32 12", PrinterStatus(online=False, error="broken")),
        ("1a 52 52 12", PrinterStatus(online=False, error="overheated")),
        ("1a 52 12 12", PrinterStatus(online=False, error="stopped")),
    ],
)
def test_status_bytes(answers: str, status: PrinterStatus) -> None:
    assert read_status(bytes.fromhex(answers)) == status
    assert status.can_print == (answers[:2] == "12")


def test_every_trouble_has_its_sentence() -> None:
    for error in ("cutter", "broken", "overheated", "stopped"):
        with pytest.raises(DeviceError) as caught:
            require_ready(PrinterStatus(online=False, error=error))
        assert caught.value.message()
        assert caught.value.hint()
    with pytest.raises(DeviceError, match="脱机"):
        require_ready(PrinterStatus(online=False))


def test_a_slip_comes_out_byte_for_byte(emulator: Emulator) -> None:
    with opened(emulator) as driver:
        driver.print_bytes(SLIP)
        driver.print_bytes(LONG_SLIP)
        assert emulator.sheets == (SLIP, LONG_SLIP)
        assert driver.status() == PrinterStatus(online=True)


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (PrinterEmulator.take_paper, PaperOut),
        (PrinterEmulator.open_cover, CoverOpen),
        (lambda printer: printer.fail("cutter"), DeviceError),
    ],
)
def test_trouble_beforehand_sends_nothing(
    emulator: Emulator, trouble: Callable[[Emulator], None], error: type[DeviceError]
) -> None:
    with opened(emulator) as driver:
        trouble(emulator)
        with pytest.raises(error) as caught:
            driver.print_bytes(SLIP)
        assert caught.value.data["sent"] == 0
        emulator.put_paper()
        emulator.close_cover()
        emulator.fail("")
        driver.print_bytes(SLIP)
    assert emulator.sheets == (SLIP,)
    assert emulator.torn == ()


def test_near_the_end_of_the_roll_it_still_prints(emulator: Emulator) -> None:
    emulator.near_end()
    with opened(emulator) as driver:
        assert driver.status().paper == "near_end"
        driver.print_bytes(SLIP)
    assert emulator.sheets == (SLIP,)


def test_paper_out_in_the_middle(emulator: Emulator) -> None:
    with opened(emulator) as driver:
        emulator.run_out_after(100)
        with pytest.raises(PaperOut) as caught:
            driver.print_bytes(LONG_SLIP)
        assert caught.value.data["sent"] > 0
        emulator.put_paper()
        # The rest of the first job must not come out before the second.
        driver.print_bytes(SLIP)
    assert emulator.sheets == (SLIP,)
    (torn,) = emulator.torn
    assert LONG_SLIP.startswith(torn[:100])


def test_cover_opened_while_printing(emulator: Emulator) -> None:
    emulator.slow_down(20_000)
    with opened(emulator, print_timeout=10.0) as driver:
        timer = threading.Timer(0.3, emulator.open_cover)
        timer.start()
        with pytest.raises(CoverOpen) as caught:
            driver.print_bytes(LONG_SLIP)
        timer.join()
        assert caught.value.data["sent"] == len(LONG_SLIP)
    assert emulator.sheets == ()


def test_a_slow_printer_is_waited_for(emulator: Emulator) -> None:
    emulator.slow_down(40_000)
    with opened(emulator, print_timeout=10.0) as driver:
        driver.print_bytes(LONG_SLIP)
        assert emulator.sheets == (LONG_SLIP,)


def test_a_confirmation_that_comes_amid_looks_is_not_missed(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver_module, "BETWEEN_LOOKS", 0.0)
    emulator.slow_down(200_000)
    with opened(emulator, print_timeout=3.0) as driver:
        for count in range(1, 6):
            driver.print_bytes(LONG_SLIP)
            assert len(emulator.sheets) == count


def test_paper_that_ends_with_the_slip_is_no_doubt_about_the_slip(
    printer: PrinterEmulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver_module, "BETWEEN_LOOKS", 0.0)
    with opened(printer, print_timeout=3.0) as driver:
        answer = printer.model._answer

        def end_the_roll(data: bytes) -> None:
            if data == b"\x00":
                printer.model.paper = "out"
            answer(data)

        printer.model._answer = end_the_roll
        driver.print_bytes(SLIP)
        assert printer.sheets == (SLIP,)
        assert driver.status().paper == "out"


def test_an_automatic_status_is_no_confirmation(printer: PrinterEmulator) -> None:
    printer.slow_down(20_000)
    with opened(printer, print_timeout=5.0) as driver:
        timer = threading.Timer(0.1, lambda: printer.send(b"\x14\x00\x00\x0f"))
        timer.start()
        driver.print_bytes(LONG_SLIP)
        timer.join()
        assert printer.sheets == (LONG_SLIP,)


def test_a_printer_that_never_confirms_is_unsure(emulator: Emulator) -> None:
    emulator.slow_down(100)
    with opened(emulator) as driver, pytest.raises(DeviceTimeout) as caught:
        driver.print_bytes(LONG_SLIP)
    assert caught.value.code == "device.print_not_confirmed"
    assert caught.value.data["sent"] == len(LONG_SLIP)


def test_a_printer_without_gs_r_is_asked_for_its_state_only(printer: PrinterEmulator) -> None:
    with opened(printer, confirm="status") as driver:
        driver.print_bytes(SLIP)
        assert printer.wait_for_sheets(1) == (SLIP,)


def test_a_stopped_line_is_a_timeout_with_bytes_gone(printer: PrinterEmulator) -> None:
    with opened(printer) as driver:
        # The answer to the look beforehand is the last thing that this printer says.
        line = driver._line
        write = line.write

        def freeze_at_the_slip(data: bytes, timeout: float) -> None:
            if data.startswith(b"\x1b@"):
                printer.freeze(True)
            write(data, timeout)

        line.write = freeze_at_the_slip  # type: ignore[method-assign]
        with pytest.raises(DeviceTimeout) as caught:
            driver.print_bytes(LONG_SLIP * 4)
        assert 0 < caught.value.data["sent"] < len(LONG_SLIP * 4)
        printer.freeze(False)


def test_unplugged_before_and_while_printing(emulator: Emulator) -> None:
    with opened(emulator) as driver:
        emulator.unplug()
        with pytest.raises(NotConnected) as caught:
            driver.print_bytes(SLIP)
        assert caught.value.data["sent"] == 0
        with pytest.raises(NotConnected):
            driver.open()
        emulator.plug_in()
        driver.open()
        emulator.slow_down(1_000)
        timer = threading.Timer(0.05, emulator.unplug)
        timer.start()
        with pytest.raises(NotConnected) as caught:
            driver.print_bytes(LONG_SLIP)
        timer.join()
        assert caught.value.data["sent"] > 0


def test_a_device_that_says_nothing_is_no_printer(printer: PrinterEmulator) -> None:
    printer.hush(True)
    with pytest.raises(DeviceTimeout) as caught, opened(printer):
        pass
    assert caught.value.code == "device.no_answer"


def test_garbage_and_automatic_status_are_skipped(printer: PrinterEmulator) -> None:
    with opened(printer) as driver:
        answer = printer.model._answer
        printer.model._answer = lambda data: answer(b"\x10\x00\x00\x0f\xff\x00\x11" + data)
        assert driver.status() == PrinterStatus(online=True)


def test_interrupting_ends_the_wait_for_confirmation(printer: PrinterEmulator) -> None:
    printer.slow_down(100)
    with opened(printer, print_timeout=600.0) as driver:
        timer = threading.Timer(0.05, driver.interrupt)
        timer.start()
        with pytest.raises(DeviceTimeout) as caught:
            driver.print_bytes(LONG_SLIP)
        timer.join()
        assert caught.value.data["sent"] == len(LONG_SLIP)


def test_probe_leaves_the_port_free(printer: PrinterEmulator) -> None:
    config = DeviceConfig("receipt_printer", "escpos_80mm", printer.address)
    for _ in range(2):
        create_device(config).probe()


PIECES = st.sampled_from(
    [
        b"\x1b@",
        "收件凭证".encode("gbk"),
        b"plain\n",
        b"\x1ba\x01",
        b"\x1c!\x0c",
        b"\x1dv0\x00\x02\x00\x03\x00" + b"\x1dV\x00\x1b@A",
        b"\x1d(k\x05\x00\x31\x50\x30\x1dV",
        b"\x1b*\x21\x02\x00" + b"\x1dV\x00\x1dV\x00",
        b"\x1dk\x49\x03\x1dV\x00",
        b"\x1dk\x04\x1dV1\x00",
        b"\x1d8L\x03\x00\x00\x00\x1dV\x00",
        b"\x1bD\x08\x10\x00",
    ]
)


@given(st.lists(PIECES, max_size=8), st.integers(1, 7))
def test_the_parser_cuts_only_at_cuts(pieces: list[bytes], step: int) -> None:
    slip = b"".join(pieces) + b"\x1dV\x00"
    parser = Parser()
    tokens = [
        token
        for start in range(0, len(slip), step)
        for token in parser.feed(slip[start : start + step])
    ]
    assert b"".join(token.data for token in tokens) == slip
    assert [token.kind for token in tokens].count("cut") == 1
    assert tokens[-1].kind == "cut"
    assert parser.unfinished == b""
