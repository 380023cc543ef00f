"""docs/protocol.md says what the program does: examples recomputed, tables held against structs."""

from __future__ import annotations

import hashlib
import inspect
import re
import uuid
from types import ModuleType

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from terminal.domain.records import KINDS
from terminal.protocol import backlog, courier, entry, merkle, renewal, returns, sets, tree, wire
from terminal.protocol.entry import Entry
from tests.core.protocol import document
from tests.core.protocol.document import EXAMPLES, data

TERMINAL = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
HUB = Ed25519PrivateKey.from_private_bytes(bytes(range(32, 64)))
NEW = Ed25519PrivateKey.from_private_bytes(bytes(range(64, 96)))
MODULES = (wire, entry, backlog, returns, tree, renewal, sets, courier)
NOT_ON_THE_LINE = {"Draft", "Head", "QueryCode", "EnrolmentCode", "Record", "Body"}
IN_PIECES = {"Manifest", "GivenBack", "Pushed", "Scan", "Acknowledged", "Kept", "Turned"}
"""Courier pieces stand in one table of their own."""


def structs(module: ModuleType) -> dict[str, type[msgspec.Struct]]:
    return {
        name: found
        for name, found in vars(module).items()
        if inspect.isclass(found)
        and issubclass(found, msgspec.Struct)
        and found.__module__ == module.__name__
        and not name.startswith("_")
    }


STRUCTS = {name: found for module in MODULES for name, found in structs(module).items()}


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def test_keys_and_their_ids() -> None:
    assert EXAMPLES["terminal.public"] == public(TERMINAL).hex()
    assert EXAMPLES["terminal.id"] == digest(public(TERMINAL))[:16]
    assert EXAMPLES["hub.public"] == public(HUB).hex()


@pytest.mark.parametrize("name", ["entry1", "entry2"])
def test_an_entrys_hashes_and_ids(name: str) -> None:
    header_text, payload_text = EXAMPLES[f"{name}.header"], EXAMPLES[f"{name}.payload"]
    header = msgspec.json.decode(header_text)
    assert digest(header_text.encode()) == EXAMPLES[f"{name}.hash"]
    assert header["payload_hash"] == digest(payload_text.encode())
    named = f"{header['action_id']}/{header['aggregate_id']}/{header['kind']}"
    space = re.search(r"UUIDv5\(`([0-9a-f-]{36})`", document.TEXT)
    assert space is not None
    assert header["record_id"] == str(uuid.uuid5(uuid.UUID(space[1]), named))
    assert header["origin"] == EXAMPLES["terminal.id"]
    # And the program reads it as such.
    made = Entry(header_text.encode(), payload_text.encode(), EXAMPLES[f"{name}.hash"])
    assert entry.check(made).seq == header["seq"]
    record = entry.to_record(made)
    assert record is not None
    assert msgspec.json.encode(record.body) in payload_text.encode()


def test_the_chain_of_the_examples() -> None:
    first, second = (msgspec.json.decode(EXAMPLES[f"entry{n}.header"]) for n in (1, 2))
    assert first["prev_hash"] == "0" * 64
    assert second["prev_hash"] == EXAMPLES["entry1.hash"]
    assert data("entry1.header.hex").decode() == EXAMPLES["entry1.header"]


def test_the_envelope() -> None:
    envelope = msgspec.msgpack.decode(data("pull.envelope"))
    assert list(envelope) == ["suite", "key", "body", "signature"]
    assert envelope["body"] == data("pull.body")
    assert envelope["key"] == EXAMPLES["terminal.id"]
    assert envelope["signature"] == TERMINAL.sign(envelope["body"])
    message = wire.unseal(
        wire.open_envelope(data("pull.envelope")), public(TERMINAL), wire.PullRequest
    )
    assert wire.seal(message, bytes(range(32))) == data("pull.envelope")
    # A map from field names, all of them, in the order of the table.
    names = [row[0] for row in document.table("fields: PullRequest")]
    assert list(msgspec.msgpack.decode(data("pull.body"))) == names


def test_the_enrolment_code() -> None:
    parts = EXAMPLES["code"].split("-")
    assert parts[0] == "YC1"
    assert parts[2] == digest(public(HUB))[:16]
    assert digest(parts[1].encode()) == EXAMPLES["code.secret_hash"]


def test_a_feeds_hash() -> None:
    previous, kind, key, body = msgspec.msgpack.decode(data("row.hashed"))
    assert (previous, kind, key) == ("", "json", f"terminal/{EXAMPLES['terminal.id']}")
    assert body == EXAMPLES["row.body"].encode()
    assert digest(data("row.hashed")) == EXAMPLES["row.hash"] == wire.feed_hash("", kind, key, body)


def test_what_the_hub_signs_of_its_own_place() -> None:
    word, epoch, seq, hashed = msgspec.msgpack.decode(data("place.signed"))
    assert (word, seq, hashed) == ("hub-place", 7, EXAMPLES["entry1.hash"])
    assert HUB.sign(data("place.signed")) == data("place.signature")
    assert returns.sign_place(bytes(range(32, 64)), epoch, seq, hashed).signature == data(
        "place.signature"
    )


def test_the_trees_hashes() -> None:
    leaves = [
        hashlib.sha256(b"\0" + bytes.fromhex(EXAMPLES[f"entry{n}.hash"])).digest() for n in (1, 2)
    ]
    assert leaves[0].hex() == EXAMPLES["tree.leaf1"]
    assert digest(b"\1" + b"".join(leaves)) == EXAMPLES["tree.root2"]
    assert merkle.leaf_hash(bytes.fromhex(EXAMPLES["entry1.hash"])) == leaves[0]


def test_the_proof_of_a_new_key() -> None:
    said = b"yichuang-key-1\n" + EXAMPLES["terminal.id"].encode() + b"\n" + public(NEW)
    assert data("key.signed") == said
    assert NEW.sign(said) == data("key.proof")
    assert renewal.prove(EXAMPLES["terminal.id"], bytes(range(64, 96))) == data("key.proof")


@pytest.mark.parametrize("name", document.field_tables())
def test_a_table_has_the_structs_fields_in_their_order(name: str) -> None:
    rows = document.table(f"fields: {name}")
    fields = {field.name: field for field in msgspec.structs.fields(STRUCTS[name])}
    assert [row[0] for row in rows] == list(fields)
    if name not in ("Header", "Payload"):
        for row in rows:
            assert ("=" in row[1]) == (not fields[row[0]].required), row


def test_everything_on_the_line_is_described() -> None:
    assert set(document.field_tables()) == set(STRUCTS) - NOT_ON_THE_LINE - IN_PIECES
    for name in IN_PIECES:
        tag = STRUCTS[name].__struct_config__.tag
        row = re.search(rf"^\| `{tag}` \|(.*)$", document.TEXT, re.M)
        assert row is not None, name
        for field in STRUCTS[name].__struct_fields__:
            assert f"`{field}`" in row[1]
    paths = [
        value for module in MODULES for name, value in vars(module).items()
        if name.startswith("PATH_")
    ]  # fmt: skip
    assert len(paths) > 8
    for path in paths:
        assert path in document.TEXT, path


def test_every_kind_is_named() -> None:
    assert [row[0] for row in document.table("kinds")] == list(KINDS)


def test_limits_are_what_the_document_says() -> None:
    assert (wire.MAX_BATCH_ENTRIES, returns.MAX_RETURN_ENTRIES, tree.MAX_WANTED) == (500, 200, 200)
    assert wire.MAX_BATCH_BYTES == wire.BLOB_PIECE_BYTES == entry.MAX_ENTRY_BYTES == 1 << 20
    assert (wire.MAX_BODY_BYTES, courier.MAX_PIECE_BYTES) == (8 << 20, 4 << 20)
    assert wire.SPEAKS == (1, 1)
