"""Lines to devices: a serial port or a network socket, opened by an address.

`serial:/dev/ttyUSB0?baud=19200`, `serial:COM3`, `tcp://192.168.1.50:9100`. Whatever a line
raises is a `NotConnected` or a `DeviceTimeout`; after a `NotConnected` it must be closed
and opened again.
"""

from __future__ import annotations

import time
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

import msgspec

from terminal.errors import DeviceTimeout, InvalidInput


class Line(Protocol):
    """Bytes to and from a device, on one thread; only `interrupt` may come from another."""

    def open(self) -> None:
        """Take the line for this process alone; raise `NotConnected`."""
        ...

    def close(self) -> None:
        """Give the line back; never raises."""
        ...

    def read(self, limit: int, timeout: float) -> bytes:
        """Return 1 to `limit` bytes as soon as there are any, or nothing after `timeout`."""
        ...

    def write(self, data: bytes, timeout: float) -> None:
        """Hand over all of `data`; raise `DeviceTimeout` if it is not taken in time."""
        ...

    def discard_input(self) -> None:
        """Throw away what has come in unread."""
        ...

    def interrupt(self) -> None:
        """End a waiting `read` early."""
        ...


class SerialSettings(msgspec.Struct, frozen=True):
    """How a serial port is set; `flow` is `none` or `rtscts`."""

    baud: int = 9600
    parity: str = "N"
    flow: str = "none"


class Address(msgspec.Struct, frozen=True):
    """Where a device is: `transport` `serial` with `port`, or `tcp` with `host` and `tcp_port`.

    `baud` and `flow` override the driver's own settings when given.
    """

    transport: str
    port: str = ""
    baud: int | None = None
    flow: str | None = None
    host: str = ""
    tcp_port: int = 9100


def parse_address(text: str) -> Address:
    """Read an address as the settings have it; raise `InvalidInput` if it is none."""
    refused = InvalidInput("device.bad_address", address=text)
    try:
        parts = urlsplit(text.strip())
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
        tcp_port = parts.port if parts.scheme == "tcp" else None
    except ValueError:
        raise refused from None
    if parts.scheme == "tcp" and parts.hostname and parts.path in {"", "/"} and not options:
        return Address("tcp", host=parts.hostname, tcp_port=9100 if tcp_port is None else tcp_port)
    if parts.scheme != "serial" or not parts.path or parts.netloc or options.keys() - _OPTIONS:
        raise refused
    baud = options.get("baud")
    if baud is not None and baud not in _BAUD_RATES:
        raise refused
    flow = options.get("flow")
    if flow not in {None, "none", "rtscts"}:
        raise refused
    return Address("serial", port=parts.path, baud=None if baud is None else int(baud), flow=flow)


_OPTIONS = {"baud", "flow"}
_BAUD_RATES = frozenset(
    "1200 2400 4800 9600 19200 38400 57600 115200 230400 460800 921600".split()  # noqa: SIM905
)


def make_line(address: Address, settings: SerialSettings) -> Line:
    """Return the line for an address, still closed."""
    if address.transport == "tcp":
        from terminal.devices.network_line import NetworkLine

        return NetworkLine(address.host, address.tcp_port)
    from terminal.devices.serial_line import SerialLine

    if address.baud is not None:
        settings = msgspec.structs.replace(settings, baud=address.baud)
    if address.flow is not None:
        settings = msgspec.structs.replace(settings, flow=address.flow)
    return SerialLine(address.port, settings)


def read_exactly(line: Line, count: int, timeout: float) -> bytes:
    """Read `count` bytes within `timeout` seconds; raise `DeviceTimeout` if fewer come."""
    deadline = time.monotonic() + timeout
    taken = bytearray()
    while len(taken) < count:
        left = deadline - time.monotonic()
        if left <= 0:
            raise DeviceTimeout()
        taken += line.read(count - len(taken), left)
    return bytes(taken)
