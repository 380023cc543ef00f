"""Strategies for the hub's fuzz: messages that are nearly right, and bytes that are nearly so."""

from __future__ import annotations

import hashlib
import os
from typing import Any

import msgspec
from hypothesis import strategies as st

from terminal.protocol import renewal, returns, tree, wire
from terminal.protocol.entry import Entry
from terminal.protocol.suites import STANDARD, key_id
from tests.hub.line import TestTerminal

NONCE = bytes(range(16))
NEW_KEY = bytes(range(32))
SCAN_HASH = hashlib.sha256(b"scan").hexdigest()

PATHS: dict[str, str] = {
    wire.PATH_ENROL: "POST",
    wire.PATH_PUSH: "POST",
    wire.PATH_PULL: "POST",
    wire.PATH_WAIT: "POST",
    tree.PATH_TREE: "POST",
    returns.PATH_RETURN: "POST",
    renewal.PATH_KEY: "POST",
    wire.PATH_BLOB + SCAN_HASH: "PUT",
}
"""The routes that take envelopes."""

_LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(1 << 63), (1 << 64) - 1)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["\0", "\ufffe", "..", "a" * 3000, "hub", "NaN", "0" * 64, "\U0010ffff"])
    | st.binary(max_size=40)
)
VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
"""Whatever MessagePack can say."""

RAW = st.one_of(
    st.binary(max_size=300),
    st.integers(1, 6000).map(lambda depth: b"\x91" * depth + b"\xc0"),  # lists in lists
    st.integers(1, 6000).map(lambda depth: b"\x81\xa1a" * depth + b"\xc0"),  # maps in maps
    st.sampled_from(
        [
            b"",
            b"\x82\xa5nonce\xc4\x00\xa5nonce\xc4\x00",  # a key twice
            b"\x81\xa5nonce\xa2\xff\xfe",  # no UTF-8
            b"\x81\xa2\xff\xfe\xc0",
            b"\xdd\xff\xff\xff\xff",  # a list of four thousand million values
            b"\xdf\xff\xff\xff\xff\xa1a\xc0",
            b"\xc6\xff\xff\xff\xff",  # four gigabytes of bytes
            b"\xdb\xff\xff\xff\xffa",
            b"\xd6\xff\x00\x00\x00\x00",  # a moment
            b"\xc7\x08\x05abcdefgh",  # an extension
            b"\xc1",  # what does not exist
            b"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00",  # no number
            b"<!DOCTYPE html><title>Sign in</title>",
            b'{"suite":"std","key":"","body":"","signature":""}',
        ]
    ),
)
"""Bodies that may not be MessagePack at all."""


def message(one: TestTerminal, path: str) -> dict[str, Any]:
    """A good message for a route, as a map."""
    cursors = (wire.Cursor(wire.policy_feed("hall")),)
    good: dict[str, msgspec.Struct] = {
        wire.PATH_ENROL: wire.EnrolRequest(
            1, NONCE, "YC1-" + "A" * 16 + "-" + "0" * 16 + "-" + "0" * 16,
            STANDARD.public_key(one.key), "3 号",
        ),
        wire.PATH_PUSH: one.batch(one.entries[:3], nonce=NONCE),
        wire.PATH_PULL: wire.PullRequest(1, one.id, NONCE, cursors),
        wire.PATH_WAIT: wire.PullRequest(1, one.id, NONCE, cursors),
        tree.PATH_TREE: tree.TreeRequest(1, one.id, NONCE, wanted=("0" * 64,)),
        returns.PATH_RETURN: returns.Return(1, one.id, NONCE, one.epoch, tuple(one.entries[:2])),
        renewal.PATH_KEY: renewal.KeyRequest(
            1, NONCE, one.id, STANDARD.public_key(NEW_KEY), renewal.prove(one.id, bytes(32))
        ),
        wire.PATH_BLOB + SCAN_HASH: wire.BlobPiece(1, one.id, NONCE, SCAN_HASH, 0, 400, b"scan"),
    }  # fmt: skip
    found: dict[str, Any] = msgspec.msgpack.decode(msgspec.msgpack.encode(good[path]))
    return found


@st.composite
def changed(draw: st.DrawFn, tree_of: dict[str, Any]) -> dict[str, Any]:
    """A map with some of its values, at any depth, replaced, removed or added."""
    found: dict[str, Any] = msgspec.msgpack.decode(msgspec.msgpack.encode(tree_of))
    for _ in range(draw(st.integers(1, 3))):
        inside: Any = found
        while True:
            keys = list(inside) if isinstance(inside, dict) else list(range(len(inside)))
            if not keys:
                break
            key = draw(st.sampled_from(keys))
            if isinstance(inside[key], dict | list) and draw(st.booleans()):
                inside = inside[key]
                continue
            match draw(st.sampled_from(["replace", "replace", "remove", "add", "repeat"])):
                case "replace":
                    inside[key] = draw(VALUES)
                case "remove":
                    del inside[key]
                case "add" if isinstance(inside, dict):
                    inside[draw(st.text(max_size=5))] = draw(VALUES)
                case "repeat" if isinstance(inside, list):
                    inside.extend([inside[key]] * draw(st.integers(1, 600)))
            break
    return found


def sealed(body: bytes, key: bytes) -> bytes:
    """An envelope over whatever bytes, validly signed."""
    public = STANDARD.public_key(key)
    return msgspec.msgpack.encode(
        wire.Envelope(STANDARD.name, key_id(public), body, STANDARD.sign(key, body))
    )


@st.composite
def strange_entries(draw: st.DrawFn, one: TestTerminal) -> list[Entry]:
    """Entries whose hashes fit and whose chain holds, but whose words are not lawful."""
    made: list[Entry] = []
    epoch = os.urandom(8).hex()
    previous = "0" * 64
    for seq in range(1, draw(st.integers(2, 4))):
        source = draw(st.sampled_from(one.entries))
        payload = msgspec.json.decode(source.payload or b"{}")
        header = msgspec.json.decode(source.header)
        if draw(st.booleans()):
            payload["body"] = draw(changed(payload["body"]))
        if draw(st.booleans()):
            header |= {
                draw(st.sampled_from(["kind", "base", "aggregate_id", "record_id"])): draw(
                    st.text(max_size=9)
                    | st.sampled_from(["case_decided", "rating_given", "\0", "x" * 5000])
                )
            }
        if draw(st.integers(0, 3)) == 0:
            header["time"] = header["time"] | {"wall": draw(st.integers(-(1 << 63), (1 << 63) - 1))}
        data = draw(st.just(_json(payload)) | st.binary(max_size=60) | _BROKEN_JSON)
        header |= {"epoch": epoch, "seq": seq, "prev_hash": previous, "origin": one.id}
        header["payload_hash"] = hashlib.sha256(data).hexdigest()
        head = _json(header)
        previous = hashlib.sha256(head).hexdigest()
        made.append(Entry(head, data, previous))
    return made


_BROKEN_JSON = st.sampled_from(
    [
        b"[" * 5000,
        b'{"salt":"","body":' + b"[" * 4000 + b"]" * 4000 + b"}",
        b'{"salt":"","body":{"reason":"created"},"body":{}}',
        b'{"salt":"","body":{"reason":NaN}}',
        b'{"salt":"","body":{"reason":' + b"9" * 6000 + b"}}",
        b'{"salt":"","body":{"reason":"\xff\xfe"}}',
        b'{"salt":"","body":{"reason":"\\ud800"}}',
        b'{"salt":"\\u0000","body":{"reason":"\\u0000"},"blobs":["\\u0000"]}',
    ]
)


def _json(value: Any) -> bytes:
    return msgspec.json.encode(_plain(value))


def _plain(value: Any) -> Any:
    """A value as JSON can say it."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value
