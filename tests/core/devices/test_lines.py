"""Addresses, serial ports that are locked or unplugged, network lines."""

from __future__ import annotations

import fcntl
import socket
import threading
from pathlib import Path

import pytest

from terminal.devices.emulators.inputs import ScannerEmulator
from terminal.devices.emulators.printer import NetworkPrinterEmulator
from terminal.devices.lines import (
    Address,
    SerialSettings,
    make_line,
    parse_address,
    read_exactly,
)
from terminal.devices.network_line import NetworkLine
from terminal.devices.serial_line import SerialLine
from terminal.errors import DeviceTimeout, InvalidInput, NotConnected


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("serial:/dev/ttyUSB0", Address("serial", port="/dev/ttyUSB0")),
        ("serial:/dev/ttyS1?baud=19200", Address("serial", port="/dev/ttyS1", baud=19200)),
        (
            "serial:/dev/ttyS1?baud=9600&flow=rtscts",
            Address("serial", port="/dev/ttyS1", baud=9600, flow="rtscts"),
        ),
        ("serial:COM3", Address("serial", port="COM3")),
        ("tcp://192.168.1.50:9100", Address("tcp", host="192.168.1.50", tcp_port=9100)),
        ("tcp://printer.hall", Address("tcp", host="printer.hall", tcp_port=9100)),
        ("tcp://[::1]:9101", Address("tcp", host="::1", tcp_port=9101)),
    ],
)
def test_addresses(text: str, address: Address) -> None:
    assert parse_address(text) == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/dev/ttyUSB0",
        "serial:",
        "serial://host/dev/ttyUSB0",
        "serial:/dev/ttyUSB0?baud=fast",
        "serial:/dev/ttyUSB0?baud=１９２００",
        "serial:/dev/ttyUSB0?baud=-1",
        "serial:/dev/ttyUSB0?speed=9600",
        "serial:/dev/ttyUSB0?flow=xonxoff",
        "serial:/dev/ttyUSB0?baud",
        "tcp://",
        "tcp://host:99999",
        "tcp://host/path",
        "tcp://[::1",
        "usb:1234:5678",
    ],
)
def test_no_addresses(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse_address(text)
    assert caught.value.code == "device.bad_address"
    assert "serial:" in caught.value.hint()


def test_options_of_the_address_go_before_the_drivers_own() -> None:
    settings = SerialSettings(baud=9600)
    line = make_line(parse_address("serial:/dev/ttyS0?baud=115200&flow=rtscts"), settings)
    assert isinstance(line, SerialLine)
    assert line._settings == SerialSettings(baud=115200, flow="rtscts")


def test_a_port_has_one_opener(scanner: ScannerEmulator) -> None:
    first = SerialLine(str(scanner.link), SerialSettings())
    second = SerialLine(str(scanner.link), SerialSettings())
    first.open()
    try:
        with pytest.raises(NotConnected) as caught:
            second.open()
        assert caught.value.code == "device.port_busy"
    finally:
        first.close()
    second.open()
    second.close()


def test_the_port_is_marked_exclusive_for_other_programs(scanner: ScannerEmulator) -> None:
    line = SerialLine(str(scanner.link), SerialSettings())

    def exclusive() -> bool:
        # Linux: TIOCGEXCL; what a program meets that does not look at locks.
        return fcntl.ioctl(scanner._slave, 0x80045440, bytes(4))[0] == 1

    line.open()
    assert exclusive()
    line.close()
    assert not exclusive()


def test_a_missing_port_is_named(tmp_path: Path) -> None:
    line = SerialLine(str(tmp_path / "nothing"), SerialSettings())
    with pytest.raises(NotConnected) as caught:
        line.open()
    assert caught.value.code == "device.no_such_port"
    assert "nothing" in caught.value.message()


def test_a_file_is_no_port(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotConnected):
        SerialLine(str(tmp_path / "file"), SerialSettings()).open()


def test_bytes_come_as_soon_as_there_are_any(scanner: ScannerEmulator) -> None:
    line = SerialLine(str(scanner.link), SerialSettings())
    line.open()
    try:
        scanner.send(b"0123456789")
        assert read_exactly(line, 10, 2.0) == b"0123456789"
        with pytest.raises(DeviceTimeout):
            read_exactly(line, 1, 0.02)
    finally:
        line.close()


@pytest.mark.parametrize("work", ["read", "write", "discard_input"])
def test_a_pulled_cable_is_not_connected(scanner: ScannerEmulator, work: str) -> None:
    line = SerialLine(str(scanner.link), SerialSettings())
    line.open()
    scanner.unplug()
    with pytest.raises(NotConnected) as caught:
        {
            "read": lambda: line.read(10, 1.0),
            "write": lambda: line.write(b"x", 1.0),
            "discard_input": line.discard_input,
        }[work]()
    assert caught.value.code == "device.unplugged"
    line.close()
    line.close()


def test_a_closed_line_is_not_connected(scanner: ScannerEmulator) -> None:
    line = SerialLine(str(scanner.link), SerialSettings())
    with pytest.raises(NotConnected):
        line.read(1, 0.1)
    line.interrupt()
    line.close()


def test_a_wait_is_cut_short_from_another_thread(
    scanner: ScannerEmulator, network_printer: NetworkPrinterEmulator
) -> None:
    address = parse_address(network_printer.address)
    for line in (
        SerialLine(str(scanner.link), SerialSettings()),
        NetworkLine(address.host, address.tcp_port),
    ):
        line.open()
        taken: list[bytes] = []
        thread = threading.Thread(
            target=lambda line=line, taken=taken: taken.append(line.read(1, 60))
        )
        thread.start()
        line.interrupt()
        thread.join(5)
        assert taken == [b""]
        line.close()


def test_nobody_answers_at_the_address() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(NotConnected) as caught:
        NetworkLine("127.0.0.1", port).open()
    assert caught.value.code == "device.no_answer_at_address"
    assert str(port) in caught.value.message()


def test_a_network_line_that_breaks(network_printer: NetworkPrinterEmulator) -> None:
    address = parse_address(network_printer.address)
    line = NetworkLine(address.host, address.tcp_port)
    line.open()
    line.write(b"\x10\x04\x01", 1.0)
    assert read_exactly(line, 1, 2.0) == b"\x12"
    network_printer.unplug()
    with pytest.raises(NotConnected):
        line.read(1, 2.0)
    line.close()
    with pytest.raises(NotConnected):
        line.write(b"x", 1.0)
