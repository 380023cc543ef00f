"""A serial port (pyserial), held exclusively, with one kind of trouble for each cause."""

from __future__ import annotations

import contextlib
import errno
import threading
from collections.abc import Iterator

import serial

from terminal.devices.lines import SerialSettings
from terminal.errors import DeviceTimeout, NotConnected

try:
    import fcntl
    import termios

    PORT_ERRORS: tuple[type[BaseException], ...] = (OSError, termios.error)
except ImportError:  # Windows has neither; there pyserial opens every port exclusively
    fcntl = None  # type: ignore[assignment]
    PORT_ERRORS = (OSError,)
# SerialException is an OSError. After a cable was pulled some calls also fail inside
# pyserial with TypeError, since it has already thrown its file descriptor away.
PORT_ERRORS = (*PORT_ERRORS, TypeError)

_REASONS = {
    errno.ENOENT: "device.no_such_port",
    errno.ENODEV: "device.no_such_port",
    errno.ENXIO: "device.no_such_port",
    errno.EACCES: "device.port_denied",
    errno.EPERM: "device.port_denied",
    errno.EBUSY: "device.port_busy",
    errno.EAGAIN: "device.port_busy",
}


class SerialLine:
    """A serial port by its name."""

    def __init__(self, port: str, settings: SerialSettings) -> None:
        self._name = port
        self._settings = settings
        self._port: serial.Serial | None = None
        self._lock = threading.Lock()

    def open(self) -> None:
        self.close()
        try:
            port = serial.Serial(
                self._name,
                baudrate=self._settings.baud,
                parity=self._settings.parity,
                rtscts=self._settings.flow == "rtscts",
                timeout=0.1,
                exclusive=True,
            )
        except ValueError:
            raise NotConnected("device.no_such_port", port=self._name) from None
        except PORT_ERRORS as error:
            number = getattr(error, "errno", None)
            code = _REASONS.get(number or 0, "device.not_connected")
            raise NotConnected(code, port=self._name) from error
        self._forbid_others(port)
        with self._lock:
            self._port = port

    def close(self) -> None:
        with self._lock:
            port, self._port = self._port, None
        if port is None:
            return
        if fcntl is not None:
            with contextlib.suppress(*PORT_ERRORS):
                fcntl.ioctl(port.fd, termios.TIOCNXCL)
        with contextlib.suppress(*PORT_ERRORS):
            port.close()

    def read(self, limit: int, timeout: float) -> bytes:
        with self._translated() as port:
            if port.timeout != timeout:
                port.timeout = timeout
            first: bytes = port.read(1)
            if not first or limit == 1:
                return first
            more = min(limit - 1, port.in_waiting)
            return first + port.read(more) if more else first

    def write(self, data: bytes, timeout: float) -> None:
        with self._translated() as port:
            if port.write_timeout != timeout:
                port.write_timeout = timeout
            port.write(data)

    def discard_input(self) -> None:
        with self._translated() as port:
            port.reset_input_buffer()

    def interrupt(self) -> None:
        # The lock keeps the port from being closed between the look and the call.
        with self._lock, contextlib.suppress(*PORT_ERRORS):
            if self._port is not None:
                self._port.cancel_read()

    @contextlib.contextmanager
    def _translated(self) -> Iterator[serial.Serial]:
        if self._port is None:
            raise NotConnected(port=self._name)
        try:
            yield self._port
        except serial.SerialTimeoutException as error:
            raise DeviceTimeout(port=self._name) from error
        except PORT_ERRORS as error:
            raise NotConnected("device.unplugged", port=self._name) from error

    @staticmethod
    def _forbid_others(port: serial.Serial) -> None:
        """Keep out programs that do not look at the lock pyserial takes."""
        if fcntl is not None:
            with contextlib.suppress(*PORT_ERRORS):
                fcntl.ioctl(port.fd, termios.TIOCEXCL)
