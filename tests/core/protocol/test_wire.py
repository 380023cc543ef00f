"""The line, the QR code, the enrolment code, the wrapped key: what is believed and what is not."""

from __future__ import annotations

import datetime as dt
import os
from urllib.parse import urlsplit

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from terminal.domain.numbers import format_receipt_number
from terminal.errors import SyncError
from terminal.protocol import enrolment_code, query_code, recovery, snapshot, wire
from terminal.protocol.suites import STANDARD, SUITES, key_id, suite
from terminal.protocol.wire import BlobAnswer, Cursor, Envelope

KEY = STANDARD.new_private_key()
PUBLIC = STANDARD.public_key(KEY)
NUMBER = format_receipt_number("511602", 3, dt.date(2026, 11, 23), "KTM7", 1)


def code_of(data: bytes, public: bytes = PUBLIC, kind: type = Cursor) -> str:
    with pytest.raises(SyncError) as caught:
        wire.unseal(wire.open_envelope(data), public, kind)
    assert caught.value.sentence()
    return caught.value.code


def test_a_message_comes_back_as_it_was_sent() -> None:
    message = Cursor("progress/t", "h", 7, "ab")
    assert wire.unseal(wire.open_envelope(wire.seal(message, KEY)), PUBLIC, Cursor) == message


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<!DOCTYPE html><html><body>login</body></html>",
        b'{"suite":"std"}',
        b"\xc1",
        os.urandom(64),
        wire.seal(Cursor("f"), KEY)[:-1],
        wire.seal(Cursor("f"), KEY) + b"x",
    ],
    ids=["empty", "html", "json", "reserved", "random", "cut", "longer"],
)
def test_what_is_no_envelope(data: bytes) -> None:
    assert code_of(data) == "sync.no_envelope"


def test_too_large_a_body_is_not_even_decoded() -> None:
    assert code_of(b"\0" * (wire.MAX_BODY_BYTES + 1)) == "sync.too_large"


def test_another_key_suite_or_body_is_not_believed() -> None:
    sealed = wire.seal(Cursor("f"), KEY)
    other = STANDARD.public_key(STANDARD.new_private_key())
    assert code_of(sealed, other) == "sync.wrong_signature"
    envelope = wire.open_envelope(sealed)
    for change in (
        {"key": key_id(other)},
        {"body": envelope.body.replace(b"f", b"g")},
        {"signature": b"\0" * 64},
        {"signature": b""},
    ):
        forged = msgspec.msgpack.encode(msgspec.structs.replace(envelope, **change))
        assert code_of(forged) == "sync.wrong_signature"
    unknown = msgspec.msgpack.encode(msgspec.structs.replace(envelope, suite="none"))
    assert code_of(unknown) == "sync.unknown_suite"


def test_a_signed_message_of_another_kind() -> None:
    assert code_of(wire.seal(Cursor("f"), KEY), kind=BlobAnswer) == "sync.bad_message"


def test_a_feeds_hash_proves_all_rows_before() -> None:
    first = wire.feed_hash("", "json", "k", b"1")
    assert wire.feed_hash(first, "json", "k", None) != wire.feed_hash("", "json", "k", None)
    assert wire.feed_hash("", "json", "k", b"1") == first
    # Fields do not run into each other.
    assert wire.feed_hash("", "ab", "c", b"") != wire.feed_hash("", "a", "bc", b"")


@given(st.binary(max_size=200))
def test_no_bytes_break_the_envelope(data: bytes) -> None:
    try:
        envelope = wire.open_envelope(data)
    except SyncError:
        return
    assert isinstance(envelope, Envelope)


def test_one_suite_is_built_and_looked_up_by_name() -> None:
    assert suite("std") is STANDARD
    assert suite("gm") is None
    assert list(SUITES) == ["std"]
    nonce = os.urandom(12)
    sealed = STANDARD.seal(b"k" * 32, nonce, b"data", b"name")
    assert STANDARD.unseal(b"k" * 32, nonce, sealed, b"name") == b"data"
    assert STANDARD.unseal(b"k" * 32, nonce, sealed, b"other") is None
    assert STANDARD.unseal(b"k" * 32, nonce, b"", b"name") is None
    assert not STANDARD.verify(b"short", b"", b"")


# The receipt's QR code


def url() -> str:
    token = query_code.new_token(b"t" * 16)
    return query_code.query_url("https://hub.example.cn/", NUMBER, token, "ab" * 32, KEY)


def test_a_code_is_checked_offline_by_who_has_the_key() -> None:
    found = query_code.parse_query_url(f" {url()}\r\n")
    assert found is not None
    assert found.receipt_number == NUMBER
    assert query_code.verify(found, PUBLIC)
    assert not query_code.verify(found, STANDARD.public_key(STANDARD.new_private_key()))
    for change in ({"receipt_number": NUMBER[:-1] + "X"}, {"token": "x"}, {"digest": b"x"}):
        assert not query_code.verify(msgspec.structs.replace(found, **change), PUBLIC)


def test_two_tokens_are_not_alike() -> None:
    assert query_code.new_token(os.urandom(16)) != query_code.new_token(os.urandom(16))
    assert len(query_code.new_token(b"\0" * 16)) == 22


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5116-03-261123-KTM7-0001-7",
        "javascript:alert(1)",
        "https://hub.example.cn/p/",
        "https://hub.example.cn/p/N?t=a",
        "https://hub.example.cn/x/N?t=a&d=b&s=c",
        "https://[::1/p/N?t=a&d=b&s=c",
        "ftp://h/p/N?t=a&d=YQ&s=YQ",
        "https://h/p/N?t=a&d=*&s=%",
    ],
)
def test_what_is_no_code_of_ours(text: str) -> None:
    assert query_code.parse_query_url(text) is None


def test_the_address_holds_the_number_for_people_to_compare() -> None:
    assert urlsplit(url()).path == f"/p/{NUMBER}"


# Enrolment and recovery


def test_an_enrolment_code_names_hub_and_authority() -> None:
    code = enrolment_code.new_code(os.urandom(10), PUBLIC, b"certificate")
    typed = f" {code.text.lower()} "
    assert enrolment_code.parse(typed) == code
    assert enrolment_code.parse(code.text[:20] + " \n" + code.text[20:]) == code
    assert code.names_hub(PUBLIC)
    assert not code.names_hub(STANDARD.public_key(STANDARD.new_private_key()))
    assert code.names_authority(b"certificate")
    assert not code.names_authority(b"another")
    assert code.secret not in code.secret_hash
    for wrong in ("", "YC1", code.text[:-1], code.text + "0", code.text.replace("YC1", "YC2")):
        assert enrolment_code.parse(wrong) is None


def test_only_the_recovery_key_opens_what_was_wrapped_for_it() -> None:
    private = X25519PrivateKey.generate()
    secret = os.urandom(32)
    wrapped = recovery.wrap_for(private.public_key().public_bytes_raw(), secret)
    assert secret not in wrapped
    assert recovery.unwrap(private.private_bytes_raw(), wrapped) == secret
    assert recovery.wrap_for(private.public_key().public_bytes_raw(), secret) != wrapped
    other = X25519PrivateKey.generate().private_bytes_raw()
    assert recovery.unwrap(other, wrapped) is None
    assert recovery.unwrap(private.private_bytes_raw(), wrapped[:-1] + b"x") is None
    assert recovery.unwrap(private.private_bytes_raw(), b"short") is None


def test_a_snapshot_that_was_cut_or_made_up() -> None:
    from terminal.domain.catalogue import ServiceItem

    data = snapshot.pack([ServiceItem("T", "事项", "某局")])
    [line] = snapshot.unpack(data)
    assert line.item is not None
    assert line.item.name == "事项"
    # One of several pieces, which a line may cross.
    items = [
        ServiceItem(STANDARD.digest(str(n).encode()).hex(), "事项", "某局") for n in range(2_000)
    ]
    large = snapshot.pack(items)
    assert len(large) > 3 * snapshot._PIECE
    assert [line.item for line in snapshot.unpack(large)] == items
    for wrong in (
        data[:-5], b"", b"<html>", data[:8] + b"\0" * 8, data + data, large[:-1],
        large[: snapshot._PIECE], large + b"x", large + b"\0" * snapshot._PIECE,
    ):  # fmt: skip
        with pytest.raises(SyncError):
            list(snapshot.unpack(wrong))
