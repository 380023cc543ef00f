"""The entry's bytes: hashed as they are, read strictly, never believed."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from terminal.clock import Instant
from terminal.domain.parties import Actor, Party
from terminal.domain.records import EpochOpened, InvitationClosed, VisitOpened
from terminal.ids import record_id
from terminal.protocol import entry as entries
from terminal.protocol.entry import GENESIS, Draft, Entry, EntryError
from terminal.protocol.suites import STANDARD

BODY = VisitOpened(Party("王㛃", phone="13800000000"), "3 号", Actor("clerk", "wang"), 5)


def made(body: Any = BODY, **changes: Any) -> Entry:
    fields: dict[str, Any] = {
        "record_id": "r", "action_id": "a", "origin": "t", "epoch": "e", "seq": 1,
        "prev_hash": GENESIS, "time": Instant(1, 2, "boot"), "salt": b"\1" * 16,
    }  # fmt: skip
    return entries.encode(Draft("visit", "", body), **(fields | changes))


def resealed(header: bytes, payload: bytes | None = None) -> Entry:
    """An entry whose hash fits its header, whatever that says."""
    return Entry(header, payload, STANDARD.digest(header).hex())


def code_of(entry: Entry) -> str:
    with pytest.raises(EntryError) as caught:
        entries.check(entry)
    assert caught.value.sentence()
    return caught.value.code


def test_what_was_hashed_is_what_is_read() -> None:
    entry = made()
    header = entries.check(entry)
    assert header == entry.read_header()
    record = entries.to_record(entry)
    assert record is not None
    assert record.body == BODY
    assert (record.aggregate_id, record.at) == ("visit", 1)


def test_the_same_draft_twice_differs_by_its_salt_only_in_the_payload() -> None:
    one, other = made(), made(salt=b"\2" * 16)
    assert one.payload != other.payload
    assert one.read_header().payload_hash != other.read_header().payload_hash
    assert made() == one


def test_personal_data_stands_in_the_payload_only() -> None:
    entry = made()
    assert "王㛃".encode() in (entry.payload or b"")
    assert b"13800000000" not in entry.header


@pytest.mark.parametrize(
    "change",
    [
        lambda h: h.replace(b'"seq":1', b'"seq":1,"seq":1'),
        lambda h: h.replace(b'{"version"', b'{ "version"'),
        lambda h: h.replace(b'"seq":1', b'"seq":1,"colour":"red"'),
        lambda h: h.replace(b'"seq":1', b'"seq":"1"'),
        lambda h: h.replace(b'"seq":1', b'"seq":1.0'),
        lambda h: h[:-1],
        lambda h: h + b" ",
        lambda h: b"[]",
        lambda h: b"\xff" + h,
        lambda h: json.dumps(json.loads(h), sort_keys=True, separators=(",", ":")).encode(),
        lambda h: h.replace(b'"record_id":"r"', b'"record_id":"\\u0072"'),
    ],
)
def test_a_header_that_is_not_ours_to_the_byte(change: Any) -> None:
    entry = made()
    header = change(entry.header)
    assert header != entry.header
    assert code_of(resealed(header, entry.payload)) == "journal.bad_header"


def test_hashes_that_do_not_fit() -> None:
    entry = made()
    assert code_of(msgspec.structs.replace(entry, hash="0" * 64)) == "journal.hash_differs"
    other = made(salt=b"\2" * 16).payload
    assert code_of(msgspec.structs.replace(entry, payload=other)) == "journal.hash_differs"


def test_a_suite_that_nobody_knows_here() -> None:
    header = made().header.replace(b'"suite":"std"', b'"suite":"gm"')
    assert code_of(resealed(header, made().payload)) == "journal.unknown_suite"


def with_payload(payload: bytes) -> Entry:
    header = made().read_header()
    digest = STANDARD.digest(payload).hex()
    return resealed(
        msgspec.json.encode(msgspec.structs.replace(header, payload_hash=digest)), payload
    )


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b'{"salt":"","body":{"a":1,"a":2}}', "journal.duplicate_key"),
        (b'{"salt":"","salt":"","body":{}}', "journal.duplicate_key"),
        (b'{"salt":"","body":', "journal.bad_payload"),
        (b"\xff\xfe", "journal.bad_payload"),
        (b"[" * 100_000, "journal.bad_payload"),
        (b'{"salt":"","body":{}}' + b" " * entries.MAX_ENTRY_BYTES, "journal.too_large"),
    ],
)
def test_a_payload_that_is_not_taken(payload: bytes, code: str) -> None:
    assert code_of(with_payload(payload)) == code


def test_a_payload_of_another_shape_is_no_record() -> None:
    with pytest.raises(EntryError) as caught:
        entries.to_record(with_payload(b'{"salt":"","body":{"colour":1}}'))
    assert caught.value.code == "journal.bad_payload"
    with pytest.raises(EntryError) as caught:
        entries.to_record(msgspec.structs.replace(made(), payload=None))
    assert caught.value.code == "journal.payload_wiped"


def test_a_wiped_payload_still_checks() -> None:
    assert entries.check(msgspec.structs.replace(made(), payload=None)).seq == 1


def test_kinds_and_schemas_of_the_future_are_no_error() -> None:
    header = made().read_header()
    for change in ({"kind": "sealed"}, {"schema": 2}):
        future = msgspec.structs.replace(header, **change)
        entry = resealed(msgspec.json.encode(future), made().payload)
        assert entries.check(entry)
        assert entries.to_record(entry) is None


def test_a_moved_entry_keeps_payload_and_record_id() -> None:
    entry = made()
    moved = entries.rechain(entry, epoch="new", seq=7, prev_hash="p" * 64)
    header = entries.check(moved)
    assert moved.payload is entry.payload
    assert (header.record_id, header.epoch, header.seq) == ("r", "new", 7)
    assert moved.hash != entry.hash


def test_record_ids_name_action_aggregate_and_kind() -> None:
    ids = {
        record_id(action, aggregate, kind)
        for action in ("a", "b")
        for aggregate in ("c", "d")
        for kind in (EpochOpened.kind, InvitationClosed.kind)
    }
    assert len(ids) == 8
    assert record_id("a", "c", "x") == record_id("a", "c", "x")


def test_a_short_hash_is_read_out_in_groups() -> None:
    assert entries.short_hash("0123456789abcdef") == "0123-4567-89AB"


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reader(data: bytes) -> None:
    with pytest.raises(EntryError):
        entries.check(resealed(data, data))
