"""The line itself: addresses, authorities, connections that the other side has closed."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.server
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hub import keys as hub_keys
from hub.keys import KeyFiles
from terminal.errors import SyncError
from terminal.ids import SystemRandomness
from terminal.protocol.wire import MAX_BODY_BYTES
from terminal.sync.transport import HttpTransport, fetch_authority

_ended = threading.Event()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, bytes, int]] = []  # noqa: RUF012 - one list for the test's server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((self.path, body, self.client_address[1]))
        if self.path in ("/drip", "/cut", "/never"):
            self._fail()
            return
        size = MAX_BODY_BYTES + 1 if self.path == "/large" else 2
        self.send_response(404 if self.path == "/ca.pem" else 200)
        self.send_header("Content-Length", str(size))
        self.send_header("Upload-Offset", "7")
        self.end_headers()
        self.wfile.write(b"x" * size)
        if self.path == "/last":
            # As a gateway does: no word, the connection is just gone.
            self.close_connection = True

    def _fail(self) -> None:
        """Answer as nobody should: drop by drop, half of it, not at all."""
        self.close_connection = True
        if self.path == "/never":
            self.connection.recv(1)
            return
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        self.wfile.write(b"x")
        with contextlib.suppress(OSError):
            while self.path == "/drip" and not _ended.wait(0.02):
                self.wfile.write(b"x")

    do_GET = do_POST = _answer

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    """A server that keeps connections, and closes them without a word when it likes."""
    _Handler.seen.clear()
    _ended.clear()
    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    found.daemon_threads = False
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{found.server_port}"
    _ended.set()
    found.shutdown()
    thread.join()
    found.server_close()


def code_of(url: str, authority: Path | None = None) -> str:
    with pytest.raises(SyncError) as caught:
        HttpTransport(url, authority).request("GET", "/")
    assert caught.value.sentence()
    return caught.value.code


@pytest.mark.parametrize(
    "url", ["", "hub", "ftp://h", "http://", "http://[::1", "http://h:99999", "http://h:0"]
)
def test_what_is_no_address(url: str) -> None:
    assert code_of(url) == "sync.bad_address"


def test_an_authority_that_cannot_be_read(tmp_path: Path) -> None:
    assert code_of("https://127.0.0.1:1", tmp_path / "no.pem") == "sync.bad_authority"
    (tmp_path / "bad.pem").write_text("<html>", encoding="utf-8")
    assert code_of("https://127.0.0.1:1", tmp_path / "bad.pem") == "sync.bad_authority"


def test_nobody_there() -> None:
    assert code_of("http://127.0.0.1:1") == "sync.unreachable"
    assert code_of("http://bad..name") == "sync.unreachable"


def test_one_connection_is_kept_and_renewed_when_it_was_closed(server: str) -> None:
    transport = HttpTransport(server, None)
    for path in ("/a", "/last", "/b"):
        reply = transport.request("POST", path, b"body")
        assert (reply.status, reply.body, reply.headers["upload-offset"]) == (200, b"xx", "7")
    transport.close()
    assert [(path, body) for path, body, _ in _Handler.seen] == [
        ("/a", b"body"), ("/last", b"body"), ("/b", b"body"),
    ]  # fmt: skip
    ports = [port for _, _, port in _Handler.seen]
    assert ports[0] == ports[1] != ports[2]


def test_a_flood_is_not_read_to_its_end(server: str) -> None:
    transport = HttpTransport(server, None)
    with pytest.raises(SyncError) as caught:
        transport.request("GET", "/large")
    assert caught.value.code == "sync.too_large"
    transport.close()


def test_a_server_that_has_no_authority(server: str) -> None:
    with pytest.raises(SyncError) as caught:
        fetch_authority(server)
    assert caught.value.code == "sync.no_authority"


@pytest.mark.parametrize(
    ("path", "code"),
    [("/drip", "sync.timed_out"), ("/never", "sync.timed_out"), ("/cut", "sync.unreachable")],
)
def test_an_answer_that_does_not_come_to_its_end(server: str, path: str, code: str) -> None:
    transport = HttpTransport(server, None, timeout=0.2)
    began = time.monotonic()
    with pytest.raises(SyncError) as caught:
        transport.request("GET", path)
    assert caught.value.code == code
    assert caught.value.sentence()
    assert time.monotonic() - began < 10
    assert len(_Handler.seen) == 1
    assert transport.request("GET", "/a").status == 200
    transport.close()


def test_a_request_that_waits_is_ended_by_another_thread(server: str) -> None:
    transport = HttpTransport(server, None, timeout=60)
    codes: list[str] = []

    def ask() -> None:
        with pytest.raises(SyncError) as caught:
            transport.request("GET", "/never")
        codes.append(caught.value.code)

    thread = threading.Thread(target=ask)
    thread.start()
    deadline = time.monotonic() + 20
    while not _Handler.seen and time.monotonic() < deadline:
        time.sleep(0.005)
    transport.abort()
    thread.join(20)
    assert codes == ["sync.unreachable"]
    # It is over for good: the program ends.
    with pytest.raises(SyncError):
        transport.request("GET", "/a")
    transport.close()


def test_a_line_beside_another_has_its_own_connection(server: str) -> None:
    one = HttpTransport(server, None)
    other = one.beside(5)
    assert one.request("GET", "/a").status == other.request("GET", "/b").status == 200
    ports = {port for _, _, port in _Handler.seen}
    assert len(ports) == 2
    one.close()
    other.close()


# Certificates


@pytest.fixture
def halls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[KeyFiles, KeyFiles]:
    """The certificates of two halls; those of the first expired years ago."""
    found = KeyFiles(tmp_path / "expired"), KeyFiles(tmp_path / "other")
    with monkeypatch.context() as patch:
        patch.setattr(hub_keys, "_NOT_AFTER", dt.datetime(2021, 1, 1, tzinfo=dt.UTC))
        hub_keys.make(found[0], (), "政务服务中心", SystemRandomness())
    hub_keys.make(found[1], ("hub.example.gov.cn",), "另一个大厅", SystemRandomness())
    return found


@contextlib.contextmanager
def behind_tls(files: KeyFiles) -> Iterator[str]:
    """Serve with a hall's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.certificate_key)
    found = http.server.HTTPServer(("127.0.0.1", 0), _Handler)
    found.socket = context.wrap_socket(found.socket, server_side=True)
    found.handle_error = lambda *_: None  # type: ignore[method-assign]
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    try:
        yield f"https://127.0.0.1:{found.server_port}"
    finally:
        found.shutdown()
        thread.join()
        found.server_close()


def test_a_certificate_may_have_expired_but_must_be_the_halls(
    halls: tuple[KeyFiles, KeyFiles],
) -> None:
    expired, other = halls
    _Handler.seen.clear()
    with behind_tls(expired) as url:
        transport = HttpTransport(url, expired.ca)
        assert transport.request("POST", "/a", b"body").status == 200
        transport.close()
        count = len(_Handler.seen)
        # Another hall's authority; those of the system.
        assert code_of(url, other.ca) == "sync.foreign_certificate"
        assert code_of(url) == "sync.foreign_certificate"
        assert len(_Handler.seen) == count


def test_a_certificate_for_another_name_is_refused(
    halls: tuple[KeyFiles, KeyFiles], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, other = halls
    monkeypatch.setattr(hub_keys, "ALWAYS_NAMED", ())
    other.certificate.unlink()
    hub_keys.make(other, ("hub.example.gov.cn",), "另一个大厅", SystemRandomness())
    with behind_tls(other) as url:
        assert code_of(url, other.ca) == "sync.foreign_certificate"
