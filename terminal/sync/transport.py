"""The line to the hub: bytes out, bytes back. Tests and the simulation bring their own."""

from __future__ import annotations

import http.client
import ssl
import threading
from pathlib import Path
from typing import Protocol
from urllib.parse import SplitResult, urlsplit

from terminal.errors import SyncError
from terminal.protocol.wire import MAX_BODY_BYTES, MEDIA_TYPE, PATH_AUTHORITY

# OpenSSL's X509_V_FLAG_NO_CHECK_TIME: chain and name are checked, dates are not. Clocks are
# wrong in halls, and what counts is the signed answer.
_NO_CHECK_TIME = 0x200000

GATEWAY_STATUS = frozenset({502, 503, 504})
"""What a proxy answers, with a page of its own, while the hub behind it is away."""


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


class HttpTransport:
    """HTTP/1.1 over TLS by the standard library, one connection kept open.

    `authority` is the hall's CA; without it a plain address is spoken to (loopback).
    """

    def __init__(self, url: str, authority: Path | None, *, timeout: float = 20.0) -> None:
        self._parts = _address(url)
        parts = self._parts
        self._timeout = timeout
        self._tls = _tls(authority) if parts.scheme == "https" else None
        self._connection: http.client.HTTPConnection | None = None
        self._lock = threading.Lock()

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> HttpReply:
        with self._lock:
            try:
                return self._send(method, path, body, headers or {})
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
        except (OSError, http.client.HTTPException):
            # A connection that was kept may have been closed by the other side meanwhile;
            # every request is idempotent, so once more on a new one is safe.
            self._drop()
            if fresh:
                raise
            connection = self._connect()
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
        data = answer.read(MAX_BODY_BYTES + 1)
        if len(data) > MAX_BODY_BYTES:
            self._drop()
            raise SyncError("sync.too_large")
        return HttpReply(answer.status, data, {k.lower(): v for k, v in answer.getheaders()})

    def _connect(self) -> http.client.HTTPConnection:
        host = self._parts.hostname or ""
        if self._tls is not None:
            self._connection = http.client.HTTPSConnection(
                host, self._parts.port or 443, timeout=self._timeout, context=self._tls
            )
        else:
            self._connection = http.client.HTTPConnection(
                host, self._parts.port or 80, timeout=self._timeout
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
