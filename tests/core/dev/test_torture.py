"""The parts of the torture: what each fault of its line does, and what its counting counts."""

from __future__ import annotations

import asyncio
import random
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from terminal.dev.torture import count
from terminal.dev.torture.count import HubSide, Line, TerminalSide
from terminal.dev.torture.proxy import FAULTS, PORTAL, FaultyProxy, Message, read_message
from terminal.errors import SyncError
from terminal.sync.transport import HttpTransport

GOOD = TerminalSide(
    number=1,
    saved=("a", "b"),
    lines=(Line("a", "01", True, "applied"), Line("b", "02", True, "applied")),
    printed=("5116-01",),
    verified="",
)
HUB = HubSide(
    hashes=frozenset({"01", "02"}),
    records=Counter({"a": 1, "b": 1}),
    effects={"a": "applied", "b": "applied"},
    twice=(),
    documents=frozenset({"5116-01"}),
    forks=0,
    unjudged=0,
)


@pytest.mark.parametrize(
    ("side", "hub", "named"),
    [
        ({}, {}, ""),
        ({}, {"records": Counter({"a": 1})}, "lost"),
        ({}, {"hashes": frozenset({"01"})}, "missing"),
        ({}, {"records": Counter({"a": 1, "b": 2})}, "doubled"),
        ({}, {"twice": ("5116-2026-000000001-0",)}, "doubled"),
        ({}, {"effects": {"a": "applied", "b": "held"}}, "stuck"),
        ({}, {"unjudged": 1}, "stuck"),
        ({"lines": (Line("a", "01", False, "waiting"),)}, {}, "stuck"),
        ({}, {"documents": frozenset()}, "printed_lost"),
        ({"verified": "journal.chain_broken"}, {}, "broken_chains"),
        ({}, {"forks": 1}, "forks"),
    ],
)
def test_each_fault_is_counted_under_its_name(
    side: dict[str, object], hub: dict[str, object], named: str
) -> None:
    found = count.count(
        [msgspec.structs.replace(GOOD, **side)], msgspec.structs.replace(HUB, **hub)
    )
    faults = ("lost", "missing", "doubled", "stuck", "printed_lost", "broken_chains", "forks")
    assert [name for name in faults if getattr(found, name)] == ([named] if named else [])
    assert found.holds == (not named)


def test_a_papers_number_stands_in_its_files_name() -> None:
    assert count.number_on(Path("acceptance-5116-02-261122-JJX8-0012-0-受.pdf")) == (
        "5116-02-261122-JJX8-0012-0-受"
    )
    assert count.number_on(Path("acceptance-5116-02-261122-JJX8-0012-0-受_2.pdf")).endswith("-受")


@pytest.fixture
def upstream() -> Iterator[tuple[tuple[str, int], list[bytes]]]:
    """A server that answers each request with its own body, and remembers them."""
    asked: list[bytes] = []

    class Echo(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            asked.append(body)
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="echo")
    thread.start()
    yield ("127.0.0.1", int(server.server_address[1])), asked
    server.shutdown()
    server.server_close()
    thread.join()


class OneFault(FaultyProxy):
    """Does the same to every request."""

    def __init__(self, upstream: tuple[str, int], fault: str) -> None:
        super().__init__(upstream, random.Random(1))
        self._one = fault

    def _fault(self) -> str:
        return self._one


@pytest.mark.parametrize("fault", ["", *FAULTS])
def test_what_each_fault_does(upstream: tuple[tuple[str, int], list[bytes]], fault: str) -> None:
    address, asked = upstream
    body = bytes(range(256)) * 8
    with OneFault(address, fault) as proxy:
        transport = HttpTransport(proxy.url, None, timeout=0.5 if fault == "black_hole" else 10)
        try:
            reply = transport.request("POST", "/x", body)
            answered: bytes | None = reply.body
        except SyncError:
            answered = None
        finally:
            transport.close()
    # What is not reached at all is asked once; a lost answer or a repetition is seen there.
    if fault in ("", "delay", "drip", "twice", "twice_at_once"):
        assert answered == body
        assert asked == [body] * (2 if fault.startswith("twice") else 1)
    elif fault in ("refuse", "reset", "black_hole", "cut_request"):
        assert answered is None
        assert body not in asked
    elif fault in ("lose_answer", "half_answer"):
        assert answered is None
        assert asked
        assert set(asked) == {body}
    elif fault in ("portal", "redirect", "gateway"):
        assert answered == PORTAL
        assert not asked
    elif fault == "garble_request":
        assert answered == asked[0] != body
    else:
        assert asked == [body]
        assert answered != body


def test_a_message_without_its_end_is_noticed() -> None:
    async def read(data: bytes) -> Message | None:
        reader = asyncio.StreamReader()
        reader.feed_data(data)
        reader.feed_eof()
        return await read_message(reader)

    whole = asyncio.run(read(b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc"))
    assert whole is not None
    assert whole.body == b"abc"
    assert asyncio.run(read(b"")) is None
    with pytest.raises(asyncio.IncompleteReadError):
        asyncio.run(read(b"POST / HTTP/1.1\r\ncontent-length: 3\r\n\r\na"))
