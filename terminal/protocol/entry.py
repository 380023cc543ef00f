"""The journal entry: header and payload, each encoded once, hashed, chained.

Both are JSON in UTF-8. The bytes that were hashed are the bytes that are stored and sent; a
reader never encodes them again. `hash = H(header bytes)`; the header names the hash of the
payload and the hash of the entry before it, so a wiped payload leaves the chain provable.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from terminal.clock import Instant
from terminal.domain.records import KINDS, Body, Record
from terminal.errors import TerminalError
from terminal.protocol.suites import STANDARD, suite

ENTRY_VERSION = 1
GENESIS = "0" * 64
"""`prev_hash` of an epoch's first entry."""

MAX_ENTRY_BYTES = 1 << 20


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the chain covers; every field is written, in this order.

    `base` is the aggregate's last record id that the writer knew, `needs` other record ids
    without which the entry makes no sense, `payload_hash` the hash of the salted payload.
    """

    version: int
    suite: str
    record_id: str
    action_id: str
    origin: str
    epoch: str
    seq: int
    kind: str
    schema: int
    aggregate_id: str
    base: str
    needs: tuple[str, ...]
    time: Instant
    payload_hash: str
    prev_hash: str


class Payload(msgspec.Struct, frozen=True):
    """The personal part: a salt, the hashes of blobs, and the body of the entry's kind."""

    salt: str
    body: msgspec.Raw
    blobs: tuple[str, ...] = ()


class Entry(msgspec.Struct, frozen=True):
    """An entry as it is stored and sent: exact bytes and the header's hash.

    `payload` is None after wiping. `signature` is set on the hub's own entries only: the
    hub's key over the hash.
    """

    header: bytes
    payload: bytes | None
    hash: str
    signature: bytes = b""

    def read_header(self) -> Header:
        """Decode the header; `EntryError` when it is not what this version can read."""
        return decode_header(self.header)


class Draft(msgspec.Struct, frozen=True):
    """What an action wants to write: one per aggregate and kind."""

    aggregate_id: str
    base: str
    body: Body
    needs: tuple[str, ...] = ()
    blobs: tuple[str, ...] = ()


class EntryError(TerminalError):
    """The bytes are no entry that this version can read, or their hashes do not fit."""


_header_decoder = msgspec.json.Decoder(Header)
_payload_decoder = msgspec.json.Decoder(Payload)
_body_decoders = {kind: msgspec.json.Decoder(body) for kind, body in KINDS.items()}


def encode(
    draft: Draft,
    *,
    record_id: str,
    action_id: str,
    origin: str,
    epoch: str,
    seq: int,
    prev_hash: str,
    time: Instant,
    salt: bytes,
) -> Entry:
    """Encode a draft into the next entry of a chain; called inside the commit that gives seq."""
    payload = msgspec.json.encode(
        Payload(salt.hex(), msgspec.Raw(msgspec.json.encode(draft.body)), draft.blobs)
    )
    header = msgspec.json.encode(
        Header(
            version=ENTRY_VERSION,
            suite=STANDARD.name,
            record_id=record_id,
            action_id=action_id,
            origin=origin,
            epoch=epoch,
            seq=seq,
            kind=draft.body.kind,
            schema=draft.body.schema,
            aggregate_id=draft.aggregate_id,
            base=draft.base,
            needs=draft.needs,
            time=time,
            payload_hash=STANDARD.digest(payload).hex(),
            prev_hash=prev_hash,
        )
    )
    return Entry(header, payload, STANDARD.digest(header).hex())


def rechain(entry: Entry, *, epoch: str, seq: int, prev_hash: str) -> Entry:
    """Return an entry at another place of another epoch: same payload, same record id."""
    header = msgspec.structs.replace(
        decode_header(entry.header), epoch=epoch, seq=seq, prev_hash=prev_hash
    )
    data = msgspec.json.encode(header)
    return Entry(data, entry.payload, STANDARD.digest(data).hex())


def read_checked(data: bytes) -> Header:
    """Decode the bytes of a header that was checked before it was stored."""
    try:
        return _header_decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EntryError("journal.bad_header") from error


def decode_header(data: bytes) -> Header:
    """Decode header bytes strictly: known fields only, no key twice, nothing re-ordered."""
    header = read_checked(data)
    if header.version > ENTRY_VERSION:
        # The same fields may mean something else there.
        raise EntryError("journal.bad_header")
    # The header is ours to the byte: whatever would encode differently (a key twice, white
    # space, another order) is not what a writer of this version has hashed.
    if header.version == ENTRY_VERSION and msgspec.json.encode(header) != data:
        raise EntryError("journal.bad_header")
    return header


class _Claim(msgspec.Struct, frozen=True):
    """What a header of any version says of its own form."""

    version: int = 0
    suite: str = STANDARD.name


def is_newer(entry: Entry) -> bool:
    """Say whether a header is written in a form that this release does not know yet."""
    try:
        claim = msgspec.json.decode(entry.header, type=_Claim)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return claim.version > ENTRY_VERSION or suite(claim.suite) is None


def check(entry: Entry) -> Header:
    """Check an entry wholly and return its header; `EntryError` when something does not fit."""
    header = check_hashes(entry)
    if entry.payload is not None:
        refuse_duplicate_keys(entry.payload)
    return header


def check_hashes(entry: Entry) -> Header:
    """Check an entry's hashes and return its header; `EntryError` when they do not fit.

    So much makes it authentic; what its payload says is looked at by who reads it.
    """
    if len(entry.header) + len(entry.payload or b"") > MAX_ENTRY_BYTES:
        raise EntryError("journal.too_large")
    header = decode_header(entry.header)
    known = suite(header.suite)
    if known is None:
        raise EntryError("journal.unknown_suite", suite=header.suite)
    if known.digest(entry.header).hex() != entry.hash:
        raise EntryError("journal.hash_differs")
    if entry.payload is not None and known.digest(entry.payload).hex() != header.payload_hash:
        raise EntryError("journal.hash_differs")
    return header


def refuse_duplicate_keys(data: bytes) -> None:
    """Raise `EntryError` for JSON in which a key stands twice, or that is none."""
    if _as_encoded(data):
        return

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(items)
        if len(found) != len(items):
            raise EntryError("journal.duplicate_key")
        return found

    try:
        json.loads(data, object_pairs_hook=pairs)
    except (ValueError, RecursionError) as error:
        raise EntryError("journal.bad_payload") from error


def _as_encoded(data: bytes) -> bool:
    """Say whether these are the bytes that our encoder makes: it writes no key twice.

    A foreign writer's may be others and as good; they are looked at pair by pair, which takes
    six times as long.
    """
    try:
        return msgspec.json.encode(msgspec.json.decode(data)) == data
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False


def decode_payload(entry: Entry) -> Payload:
    """Decode the payload's frame; `EntryError` when it is missing or broken."""
    if entry.payload is None:
        raise EntryError("journal.payload_wiped")
    try:
        return _payload_decoder.decode(entry.payload)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EntryError("journal.bad_payload") from error


def to_record(
    entry: Entry, header: Header | None = None, payload: Payload | None = None
) -> Record | None:
    """Return the record that `domain.evolve` judges, or None for a kind not known here.

    `header` and `payload` spare it decoding what the caller has decoded.
    """
    header = header or decode_header(entry.header)
    body_type = KINDS.get(header.kind)
    if body_type is None or header.schema > body_type.schema:
        return None
    payload = payload or decode_payload(entry)
    try:
        body: Body = _body_decoders[header.kind].decode(payload.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise EntryError("journal.bad_payload") from error
    return Record(
        record_id=header.record_id,
        aggregate_id=header.aggregate_id,
        base=header.base,
        origin=header.origin,
        at=header.time.corrected,
        body=body,
    )


def short_hash(digest: str) -> str:
    """Return the first twelve digits in groups of four, as papers and screens print it."""
    return "-".join(digest[i : i + 4].upper() for i in range(0, 12, 4))
