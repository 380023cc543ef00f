"""The line itself: addresses, authorities, connections that the other side has closed."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from terminal.errors import SyncError
from terminal.protocol.wire import MAX_BODY_BYTES
from terminal.sync.transport import HttpTransport, fetch_authority


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen: list[tuple[str, bytes, int]] = []  # noqa: RUF012 - one list for the test's server

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.seen.append((self.path, body, self.client_address[1]))
        size = MAX_BODY_BYTES + 1 if self.path == "/large" else 2
        self.send_response(404 if self.path == "/ca.pem" else 200)
        self.send_header("Content-Length", str(size))
        self.send_header("Upload-Offset", "7")
        self.end_headers()
        self.wfile.write(b"x" * size)
        if self.path == "/last":
            # As a gateway does: no word, the connection is just gone.
            self.close_connection = True

    do_GET = do_POST = _answer

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    """A server that keeps connections, and closes them without a word when it likes."""
    _Handler.seen.clear()
    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    found.daemon_threads = False
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{found.server_port}"
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
