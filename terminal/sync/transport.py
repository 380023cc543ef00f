"""The line to the hub: bytes out, bytes back. Tests and the simulation bring their own."""

from __future__ import annotations

import http.client
import ssl
import threading
import time
from pathlib import Path
from typing import Protocol, runtime_checkable
from urllib.parse import SplitResult, urlsplit

from terminal.errors import SyncError
from terminal.protocol.wire import MAX_BODY_BYTES, MEDIA_TYPE, PATH_AUTHORITY
from terminal.sync.connection import Connection, Grip

# OpenSSL's X509_V_FLAG_NO_CHECK_TIME: chain and name are checked, dates are not. Clocks are
# wrong in halls, and what counts is the signed answer.
_NO_CHECK_TIME = 0x200000

GATEWAY_STATUS = frozenset({502, 503, 504})
"""What a proxy answers, with a page of its own, while the hub behind it is away."""

LEAST_BYTES_PER_SECOND = 1024
"""An answer that drips more slowly than this, once its time is over, is given up."""

_CHUNK = 1 << 16


class Reply(Protocol):
    """What came back: the HTTP status and the body."""

    status: int
    body: bytes


class HttpReply:
    """A reply of the hub, or of whatever stood in between."""

    def __init__(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.status = status
        self.body = body
        self.headers = headers or {}


class Transport(Protocol):
    """Sends one request and returns the reply; `SyncError('sync.unreachable')` without one."""

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> HttpReply:
        """Send a request; any thread, one at a time."""
        ...

    def close(self) -> None:
        """Give the connection up; the next request makes a new one."""
        ...


@runtime_checkable
class Interruptible(Protocol):
    """A transport whose request under way can be ended by another thread."""

    def abort(self) -> None:
        """End the request under way and refuse all further ones; never waits."""
        ...


class HintTransport(Transport, Interruptible, Protocol):
    """The second line, on which the hub is asked to tell of news."""


class HttpTransport:
    """HTTP/1.1 over TLS by the standard library, one connection kept open.

    `authority` is the hall's CA; without it a plain address is spoken to (loopback).
    """

    def __init__(self, url: str, authority: Path | None, *, timeout: float = 20.0) -> None:
        self._parts = _address(url)
        self._timeout = timeout
        self._tls = _tls(authority) if self._parts.scheme == "https" else None
        self._connection: http.client.HTTPConnection | None = None
        self._grip = Grip()
        self._lock = threading.Lock()

    @property
    def host(self) -> str:
        """The hub's name or address, without the port."""
        return self._parts.hostname or ""

    def beside(self, timeout: float) -> HttpTransport:
        """Return a second line to the same hub, with a patience of its own."""
        other = HttpTransport.__new__(HttpTransport)
        other._parts, other._tls, other._timeout = self._parts, self._tls, timeout
        other._connection, other._grip, other._lock = None, Grip(), threading.Lock()
        return other

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> HttpReply:
        with self._lock:
            try:
                return self._send(method, path, body, headers or {})
            except ssl.SSLCertVerificationError as error:
                self._drop()
                raise SyncError("sync.foreign_certificate") from error
            except TimeoutError as error:
                self._drop()
                raise SyncError("sync.timed_out") from error
            except (OSError, http.client.HTTPException, UnicodeError) as error:
                # A host name that no name server can be asked for is a UnicodeError.
                self._drop()
                raise SyncError("sync.unreachable") from error

    def _send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> HttpReply:
        fresh = self._connection is None
        connection = self._connection or self._connect()
        sent = {"Content-Type": MEDIA_TYPE, **headers}
        try:
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
        except TimeoutError:
            raise
        except (OSError, http.client.HTTPException):
            # A connection that was kept may have been closed by the other side meanwhile;
            # every request is idempotent, so once more on a new one is safe.
            self._drop()
            if fresh:
                raise
            connection = self._connect()
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
        data = self._read(answer)
        return HttpReply(answer.status, data, {k.lower(): v for k, v in answer.getheaders()})

    def _read(self, answer: http.client.HTTPResponse) -> bytes:
        """Read a body as it comes: neither a flood nor a drip keeps the loop busy."""
        until = time.monotonic() + self._timeout
        data = bytearray()
        while piece := answer.read1(_CHUNK):
            data += piece
            if len(data) > MAX_BODY_BYTES:
                self._drop()
                raise SyncError("sync.too_large")
            if time.monotonic() > until + len(data) / LEAST_BYTES_PER_SECOND:
                raise TimeoutError
        if answer.length:
            raise http.client.IncompleteRead(bytes(data), answer.length)
        answer.read()  # Marks the answer as taken, so that the connection can be used again.
        return bytes(data)

    def _connect(self) -> http.client.HTTPConnection:
        default = 80 if self._tls is None else 443
        self._connection = Connection(
            self.host, self._parts.port or default, self._timeout, self._tls, self._grip
        )
        return self._connection

    def trust_anyone(self) -> None:
        """Check no certificate: only to load one that is then checked by its fingerprint."""
        if self._tls is not None:
            self._tls.check_hostname = False
            self._tls.verify_mode = ssl.CERT_NONE

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._grip.release()

    def abort(self) -> None:
        self._grip.abort()

    def close(self) -> None:
        with self._lock:
            self._drop()


def _address(url: str) -> SplitResult:
    """Take an address apart; raises `SyncError('sync.bad_address')` when it is none."""
    try:
        parts = urlsplit(url)
        # `port` is computed when it is asked for, and raises then.
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as error:
        raise SyncError("sync.bad_address", url=url) from error
    if not sound:
        raise SyncError("sync.bad_address", url=url)
    return parts


def _tls(authority: Path | None) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=str(authority) if authority else None)
    except OSError as error:  # ssl.SSLError is one, too
        raise SyncError("sync.bad_authority", file=authority) from error
    context.verify_flags |= ssl.VerifyFlags(_NO_CHECK_TIME)
    return context


def fetch_authority(url: str, *, timeout: float = 20.0) -> bytes:
    """Load the hall's CA (PEM) from a hub that is not known yet.

    The line is not trusted: the caller compares the certificate with the fingerprint that
    the enrolment code carries before anything else is sent.
    """
    transport = HttpTransport(url, None, timeout=timeout)
    transport.trust_anyone()
    try:
        reply = transport.request("GET", PATH_AUTHORITY)
    finally:
        transport.close()
    if reply.status != 200:
        raise SyncError("sync.no_authority")
    return reply.body
