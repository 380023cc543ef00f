"""A connection that another thread can end at any moment: while it connects, waits or reads.

Closing a socket under a thread that reads from it is not safe; shutting the connection down by
a second handle on it is, and ends even a connect or a TLS handshake under way.
"""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading


class Grip:
    """The second handle on the connection in use; `abort` is called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._handle: socket.socket | None = None
        self._aborted = False

    def take(self, opened: socket.socket) -> None:
        """Hold a socket that is about to connect; `ConnectionAbortedError` after `abort`."""
        handle = opened.dup()
        with self._lock:
            self._release()
            if self._aborted:
                handle.close()
                raise ConnectionAbortedError
            self._handle = handle

    def release(self) -> None:
        """Let go of the connection."""
        with self._lock:
            self._release()

    def _release(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    def abort(self) -> None:
        """End the connection, whatever a thread does on it now, and refuse further ones."""
        with self._lock:
            self._aborted = True
            if self._handle is not None:
                with contextlib.suppress(OSError):  # It may have ended by itself.
                    self._handle.shutdown(socket.SHUT_RDWR)


class Connection(http.client.HTTPConnection):
    """An HTTP connection over TLS (`tls`) or plain, held by a grip while it lives."""

    def __init__(
        self, host: str, port: int, timeout: float, tls: ssl.SSLContext | None, grip: Grip
    ) -> None:
        self.default_port = 80 if tls is None else 443
        super().__init__(host, port, timeout=timeout)
        self._patience = timeout
        self._tls = tls
        self._grip = grip

    def connect(self) -> None:
        """Connect to the first address that answers; nobody there is a `ConnectionError`."""
        failure: OSError = ConnectionError()
        for family, kind, protocol, _, address in socket.getaddrinfo(
            self.host, self.port, type=socket.SOCK_STREAM
        ):
            opened = socket.socket(family, kind, protocol)
            try:
                self._grip.take(opened)
                opened.settimeout(self._patience)
                opened.connect(address)
                opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if self._tls is not None:
                    opened = self._tls.wrap_socket(opened, server_hostname=self.host)
                self.sock = opened
            except TimeoutError as error:
                # That nobody is there is another sentence than that somebody is slow.
                opened.close()
                failure = ConnectionError(str(error))
            except (ssl.SSLCertVerificationError, ConnectionAbortedError):
                opened.close()
                raise
            except OSError as error:
                opened.close()
                failure = error
            else:
                return
        raise failure
