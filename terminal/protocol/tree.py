"""The log of ratings on the line: signed tree heads, proofs, and what opens a log anew.

A leaf is the hash of an entry (32 bytes, as the entry's `hash` in hexadecimal), or the hash of
an `Opening`. A head is kept and sent as the bytes that were signed. `log` changes only when a
hub noticed that it was restored from a backup; the tree itself goes on with what the backup
holds, and the opening of the new log is its next leaf.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from terminal.protocol import merkle
from terminal.protocol.entry import EntryError, decode_header
from terminal.protocol.suites import STANDARD, key_id, suite

PATH_TREE = "/api/v1/ratings/log"
MAX_WANTED = 200
"""Ratings for which one request may ask the proof of inclusion."""

_HEAD = "yichuang-rating-log-head"
_OPENING = "yichuang-rating-log-opening"


class TreeHead(msgspec.Struct, frozen=True):
    """What the log is at one moment; `number` counts the logs of a hub from 1, `time` is in ms."""

    purpose: str
    suite: str
    log: str
    number: int
    size: int
    root: str
    time: int


class SignedHead(msgspec.Struct, frozen=True):
    """A tree head as it was signed: MessagePack bytes, and the hub's key over them."""

    body: bytes
    signature: bytes
    key: str


class Opening(msgspec.Struct, frozen=True):
    """Why a log was opened anew: a leaf of the tree itself.

    `size` and `root` are the tree's before this leaf, `last` the newest head of the log before
    that the hub was shown, empty when none was.
    """

    purpose: str
    suite: str
    log: str
    number: int
    previous: str
    size: int
    root: str
    reason: str
    time: int
    last: SignedHead | None = None


class Claim(msgspec.Struct, frozen=True):
    """What a terminal has of its own ratings in one epoch, up to an acknowledged place.

    `digest` covers the hashes of these entries in their order; one whose bytes do not fit any
    more counts as 32 zero bytes.
    """

    epoch: str
    last_seq: int
    count: int
    digest: str


class Inclusion(msgspec.Struct, frozen=True):
    """Proof that an entry is leaf `index` (from 0) of the head in the same answer.

    `header` is given where another entry of the same record and payload is in the log: the
    hub stored that one first, and `entry` is written again in a later epoch.
    """

    entry: str
    index: int
    proof: tuple[bytes, ...]
    header: bytes = b""


class TreeRequest(msgspec.Struct, frozen=True):
    """Asks for the newest head: consistent with `since`, with proofs for the `wanted` entries.

    `known` is the newest head that the terminal remembers, by which a restored hub sees that
    it was one.
    """

    protocol: int
    terminal_id: str
    nonce: bytes
    known: SignedHead | None = None
    since: int = 0
    wanted: tuple[str, ...] = ()
    claims: tuple[Claim, ...] = ()


class TreeAnswer(msgspec.Struct, frozen=True):
    """The newest head and the proofs; `opening` is the statement that opened its log.

    `differing` names the epochs in which the hub's own ratings are not those of the claim.
    """

    protocol: int
    nonce: bytes
    terminal_id: str
    hub_time: int
    head: SignedHead | None = None
    consistency: tuple[bytes, ...] = ()
    inclusions: tuple[Inclusion, ...] = ()
    opening: bytes = b""
    opening_proof: tuple[bytes, ...] = ()
    differing: tuple[str, ...] = ()
    refusal: str = ""


def make_head(log: str, number: int, size: int, root: bytes, time: int) -> TreeHead:
    """Return a head of the suite in force."""
    return TreeHead(_HEAD, STANDARD.name, log, number, size, root.hex(), time)


def make_opening(
    log: str, number: int, before: TreeHead, reason: str, time: int, last: SignedHead | None
) -> bytes:
    """Return the statement that opens a log behind `before`, as the bytes that are hashed."""
    return msgspec.msgpack.encode(
        Opening(
            _OPENING, STANDARD.name, log, number, before.log, before.size, before.root, reason,
            time, last,
        )
    )  # fmt: skip


def sign_head(head: TreeHead, private_key: bytes) -> SignedHead:
    """Sign a head."""
    body = msgspec.msgpack.encode(head)
    key = key_id(STANDARD.public_key(private_key))
    return SignedHead(body, STANDARD.sign(private_key, body), key)


def read_head(signed: SignedHead | None, public_key: bytes) -> TreeHead | None:
    """Return a head whose signature holds, or None: nothing else may be believed."""
    head = decode_head(signed)
    known = suite(head.suite) if head else None
    if head is None or signed is None or known is None or signed.key != key_id(public_key):
        return None
    return head if known.verify(public_key, signed.signature, signed.body) else None


def decode_head(signed: SignedHead | None) -> TreeHead | None:
    """Return what a head says without asking who signed it; None when it is no head."""
    if signed is None:
        return None
    try:
        head = msgspec.msgpack.decode(signed.body, type=TreeHead)
        sound = head.purpose == _HEAD and head.size >= 0 and len(bytes.fromhex(head.root)) == 32
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return None
    return head if sound else None


def continues(known: TreeHead, head: TreeHead, proof: Sequence[bytes]) -> bool:
    """Say whether the tree of `head` begins with the one of `known`."""
    return merkle.continues(
        known.size, head.size, bytes.fromhex(known.root), bytes.fromhex(head.root), proof
    )


def includes(head: TreeHead, entry: str, inclusion: Inclusion) -> bool:
    """Say whether an inclusion shows that the entry, or the same record, is in the log."""
    leaf = bytes.fromhex(entry)
    if inclusion.header:
        leaf = STANDARD.digest(inclusion.header)
    return merkle.includes(
        merkle.leaf_hash(leaf),
        inclusion.index,
        head.size,
        inclusion.proof,
        bytes.fromhex(head.root),
    )


def same_record(own_header: bytes, other_header: bytes) -> bool:
    """Say whether two headers are of one record with one payload."""
    try:
        own, other = decode_header(own_header), decode_header(other_header)
    except EntryError:
        return False
    return (own.record_id, own.payload_hash) == (other.record_id, other.payload_hash)


def read_opening(answer: TreeAnswer, head: TreeHead) -> Opening | None:
    """Return the statement that opened the head's log, if it is a leaf of this very tree."""
    try:
        opening = msgspec.msgpack.decode(answer.opening, type=Opening)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    shown = merkle.includes(
        merkle.leaf_hash(STANDARD.digest(answer.opening)),
        opening.size,
        head.size,
        answer.opening_proof,
        bytes.fromhex(head.root),
    )
    fits = (opening.purpose, opening.log, opening.number) == (_OPENING, head.log, head.number)
    return opening if shown and fits else None


def claim_digest(hashes: Sequence[bytes]) -> str:
    """Return the digest of a claim over the hashes of entries in their order."""
    return STANDARD.digest(b"".join(hashes)).hex()


def rating_url(public_url: str, entry_hash: str) -> str:
    """Return the address under which a rating can be checked; the hash cannot be guessed."""
    return f"{public_url.rstrip('/')}/r/{entry_hash}"
