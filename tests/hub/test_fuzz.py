"""The hub under fuzz: never a 5xx, never an unsigned 200, nothing stored that does not hold.

`YICHUANG_FUZZ=N` draws N examples for each case instead of a few (a night's run: 2000).
"""

from __future__ import annotations

import hashlib
import os
import resource
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

import msgspec
import pytest
import schemathesis
import zstandard
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from hub import openapi, pull, setup
from hub.hub import Hub
from hub.store.tables import EntryRow
from terminal.protocol import wire
from terminal.protocol.suites import key_id
from tests.hub import fuzzing
from tests.hub.fuzzing import PATHS
from tests.hub.line import Line, Reply, TestTerminal
from tests.hub.served import served
from tests.hub.test_authorisation import STATUSES, rows
from tests.hub.test_desk import SECRET, Browser

EXAMPLES = int(os.environ.get("YICHUANG_FUZZ", "12"))
GREATEST_GROWTH = 160 << 20
"""Bytes that the process may grow by while bombs and endless bodies come in."""

FEW = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)
MANY = settings(FEW, max_examples=EXAMPLES * 3)


@schemathesis.serializer(wire.MEDIA_TYPE)
def _serialized(_: Any, value: Any) -> bytes:
    return packed(value)


def packed(value: Any) -> bytes:
    """Envelopes as the schema describes them, right or wrong, in MessagePack."""
    if isinstance(value, dict):
        value = {
            name: one.encode(errors="surrogatepass") if name in ("body", "signature")
            and isinstance(one, str) else one
            for name, one in value.items()
        }  # fmt: skip
    try:
        return msgspec.msgpack.encode(value)
    except (TypeError, OverflowError, UnicodeEncodeError):
        return repr(value).encode(errors="replace")


@pytest.fixture
def database() -> str:
    """The embedded store."""
    return ""


def signed(hub: Hub, reply: Reply) -> Any:
    """The message in an answer that the hub has signed."""
    envelope = wire.open_envelope(reply.body)
    assert envelope.key == key_id(hub.keys.public)
    return wire.unseal(envelope, hub.keys.public, _Said)


class _Said(msgspec.Struct):
    nonce: bytes
    refusal: str = ""


def check(hub: Hub, reply: Reply, nonce: bytes = fuzzing.NONCE) -> None:
    """An answer of the API: signed whatever it says, and a 200 only for what was understood."""
    assert reply.status < 500, reply.body
    said = signed(hub, reply)
    assert bool(said.refusal) == (reply.status != 200)
    if reply.status == 200:
        assert said.nonce == nonce


@pytest.mark.allow_warnings("hub")
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_what_the_document_describes_and_what_it_forbids(
    hub: Hub, line: Line, terminal: TestTerminal, mode: GenerationMode
) -> None:
    setup.add_account(hub, "zhao", "赵敏", "区市场监管局", SECRET)
    browser = Browser(line)
    browser.sign_in("zhao")
    token = browser.token("/desk")
    before = rows(hub)
    schema = schemathesis.openapi.from_dict(openapi.document())
    described = openapi.document()["paths"]
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        # Signing out would end the session for the others.
        describes = mode is GenerationMode.POSITIVE or operation.body or operation.query
        if describes and operation.path != "/desk/sign-out":
            answers = described[operation.path][operation.method]["responses"]
            cases = operation.as_strategy(generation_mode=mode)
            _try(hub, cases, answers, lambda case: _send(line, browser, token, case))
            tried += 1
    assert tried > 10
    assert rows(hub) == before


def _try(hub: Hub, cases: Any, answers: Any, send: Callable[[Any], Reply]) -> None:
    """Send what is drawn for one operation and look at each answer."""

    @settings(FEW, max_examples=max(3, EXAMPLES // 4))
    @given(cases)
    def one(case: Any) -> None:
        reply = send(case)
        assert reply.status < 500, (case.method, case.path, reply.body[:500])
        # A path with a slash too many is led to the one without: nothing is done on the way.
        assert str(reply.status) in {*answers, "404", "307"}
        if case.media_type == wire.MEDIA_TYPE and reply.status != 404:
            assert signed(hub, reply).refusal

    one()


def _send(line: Line, browser: Browser, token: str, case: Any) -> Reply:
    """Send a generated case as a browser or a terminal would."""
    body, headers = b"", {"cookie": browser.cookie}
    if case.media_type == wire.MEDIA_TYPE:
        body = packed(case.body)
        headers["content-type"] = wire.MEDIA_TYPE
    elif isinstance(case.body, dict):
        fields = {str(name): str(one) for name, one in case.body.items()}
        body = urlencode(fields | {"token": token}, errors="replace").encode()
        headers["content-type"] = case.media_type
    query = {str(name): str(one) for name, one in (case.query or {}).items()}
    path = unquote(urlsplit(case.formatted_path).path, errors="replace")
    target = path.replace("?", "").replace("#", "") or "/"
    encoded = urlencode(query, errors="replace")
    return line.call(case.method, f"{target}?{encoded}" if encoded else target, body, headers)


@pytest.mark.allow_warnings("hub")
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[8:16])
def test_a_signed_message_that_is_nearly_right(
    hub: Hub, line: Line, terminal: TestTerminal, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "LONGEST_WAIT", 0.001)
    terminal.accept(terminal.receive())
    good = fuzzing.message(terminal, path)

    @MANY
    @given(
        st.one_of(
            fuzzing.changed(good).map(msgspec.msgpack.encode),
            fuzzing.RAW,
            st.integers(0, 400).map(lambda cut: msgspec.msgpack.encode(good)[:cut]),
        )
    )
    def one(body: bytes) -> None:
        before = rows(hub)
        reply = line.call(PATHS[path], path, fuzzing.sealed(body, terminal.key))
        said = signed(hub, reply)
        assert reply.status < 500
        assert bool(said.refusal) == (reply.status != 200)
        if said.refusal:
            assert str(reply.status) in STATUSES[said.refusal]
        if said.refusal:
            assert rows(hub) == before

    one()
    _all_hold(hub, terminal)


@pytest.mark.allow_warnings("hub")
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path[8:16])
def test_a_body_that_is_no_envelope(
    hub: Hub, line: Line, terminal: TestTerminal, path: str
) -> None:
    before = rows(hub)
    codings = ["", "zstd", "gzip", "br", "identity", "ZSTD", "zstd, zstd", "\u00ff"]

    @MANY
    @given(fuzzing.RAW | fuzzing.VALUES.map(msgspec.msgpack.encode), st.sampled_from(codings))
    def one(body: bytes, coding: str) -> None:
        headers = {"content-encoding": coding} if coding else {}
        reply = line.call(PATHS[path], path, body, headers)
        assert 400 <= reply.status < 500
        assert signed(hub, reply).refusal

    one()
    assert rows(hub) == before


@pytest.mark.allow_warnings("hub")
def test_entries_that_are_chained_well_and_say_strange_things(
    hub: Hub, line: Line, terminal: TestTerminal
) -> None:
    terminal.accept(terminal.receive())
    terminal.push()

    @MANY
    @given(fuzzing.strange_entries(terminal))
    def one(entries: list[Any]) -> None:
        epoch = msgspec.json.decode(entries[0].header)["epoch"]
        batch = terminal.batch(entries, epoch=epoch, nonce=fuzzing.NONCE)
        reply = line.call("POST", wire.PATH_PUSH, wire.seal(batch, terminal.key))
        check(hub, reply)
        if reply.status == 200:
            again = terminal.batch(entries, epoch=epoch, nonce=fuzzing.NONCE)
            same = line.call("POST", wire.PATH_PUSH, wire.seal(again, terminal.key))
            assert same.body == reply.body

    one()
    _all_hold(hub, terminal)
    # What came before took effect, and what comes after does.
    assert terminal.push().effects[-1].effect == "applied"


def _all_hold(hub: Hub, terminal: TestTerminal) -> None:
    """Whatever was stored is the terminal's own word, has its own hash, and has one place."""
    with hub.store.reading() as database:
        query = EntryRow.select(EntryRow.hash, EntryRow.header, EntryRow.origin)
        stored = list(query.tuples().execute(database))
    for digest, header, origin in stored:
        assert hashlib.sha256(bytes(header)).hexdigest() == digest
        assert origin in (terminal.id, "hub")


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10


def test_bombs_and_floods_cost_little(hub: Hub, line: Line, terminal: TestTerminal) -> None:
    before, grown = rows(hub), _peak()
    packer = zstandard.ZstdCompressor(level=3)
    bombs = {
        packer.compress(bytes(256 << 20)): "hub.too_large",
        packer.compress(packer.compress(bytes(64 << 20))): "hub.no_envelope",
        # A good message in a frame that asks for a window of 128 MiB.
        _wide(fuzzing.sealed(b"", terminal.key)): "hub.no_envelope",
    }
    for bomb, code in bombs.items():
        for path, method in PATHS.items():
            reply = line.call(method, path, bomb, {"content-encoding": "zstd"})
            assert reply.status == (413 if code == "hub.too_large" else 400)
            assert signed(hub, reply).refusal == code
    large = line.call("POST", wire.PATH_PUSH, bytes(wire.MAX_BODY_BYTES + 1))
    assert (large.status, signed(hub, large).refusal) == (413, "hub.too_large")
    many = terminal.batch([terminal.entries[0]] * (wire.MAX_BATCH_ENTRIES + 1))
    reply = line.call("POST", wire.PATH_PUSH, wire.seal(many, terminal.key))
    assert signed(hub, reply).refusal == "hub.batch_too_large"
    assert rows(hub) == before
    assert _peak() - grown < GREATEST_GROWTH


def _wide(data: bytes) -> bytes:
    parameters = zstandard.ZstdCompressionParameters(window_log=27)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return packer.compress(data) + packer.flush()


def test_a_body_without_end_is_cut_off(hub: Hub) -> None:
    grown = _peak()
    with served(hub) as url:
        parts = urlsplit(url)
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as line:
            line.sendall(
                b"POST " + wire.PATH_PUSH.encode() + b" HTTP/1.1\r\nHost: h\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n"
            )
            chunk = b"10000\r\n" + bytes(1 << 16) + b"\r\n"
            sent = 0
            try:
                while sent < 64 << 20:
                    line.sendall(chunk)
                    sent += 1 << 16
            except OSError:
                pass  # cut off, as it should be
            assert sent < 64 << 20
    assert _peak() - grown < GREATEST_GROWTH
