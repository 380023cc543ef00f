"""A device behind a network socket (printers take bytes on port 9100)."""

from __future__ import annotations

import contextlib
import select
import socket
import threading

from terminal.errors import DeviceTimeout, NotConnected

CONNECT_TIMEOUT = 3.0


class NetworkLine:
    """A TCP connection to host and port."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (host, port)
        self._name = f"{host}:{port}"
        self._socket: socket.socket | None = None
        self._wake: tuple[socket.socket, socket.socket] | None = None
        self._lock = threading.Lock()

    def open(self) -> None:
        self.close()
        try:
            connection = socket.create_connection(self._address, CONNECT_TIMEOUT)
        except OSError as error:
            raise NotConnected("device.no_answer_at_address", address=self._name) from error
        with contextlib.suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # A printer that lost its power says nothing; without this the line hangs for hours.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        with self._lock:
            self._socket = connection
            self._wake = socket.socketpair()

    def close(self) -> None:
        with self._lock:
            connection, self._socket = self._socket, None
            wake, self._wake = self._wake, None
        for each in (connection, *(wake or ())):
            if each is not None:
                with contextlib.suppress(OSError):
                    each.close()

    def read(self, limit: int, timeout: float) -> bytes:
        connection, wake = self._opened()
        try:
            ready, _, _ = select.select([connection, wake], [], [], max(timeout, 0))
            if wake in ready:
                wake.recv(64)
                return b""
            if not ready:
                return b""
            taken = connection.recv(limit)
        except OSError as error:
            raise NotConnected("device.unplugged", port=self._name) from error
        if not taken:
            raise NotConnected("device.unplugged", port=self._name)
        return taken

    def write(self, data: bytes, timeout: float) -> None:
        connection, _ = self._opened()
        try:
            connection.settimeout(timeout)
            connection.sendall(data)
        except TimeoutError as error:
            raise DeviceTimeout(port=self._name) from error
        except OSError as error:
            raise NotConnected("device.unplugged", port=self._name) from error

    def discard_input(self) -> None:
        connection, _ = self._opened()
        while select.select([connection], [], [], 0)[0]:
            self.read(4096, 0)

    def interrupt(self) -> None:
        with self._lock, contextlib.suppress(OSError):
            if self._wake is not None:
                self._wake[1].send(b"x")

    def _opened(self) -> tuple[socket.socket, socket.socket]:
        if self._socket is None or self._wake is None:
            raise NotConnected(port=self._name)
        return self._socket, self._wake[0]
