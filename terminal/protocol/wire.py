"""What goes over the line: signed envelopes in MessagePack.

Every request and every answer is an `Envelope`: bytes, and a signature over them by the key
that `key` names. Gateways may end TLS on the way, so only a signed answer with the request's
nonce counts; an HTTP status alone never acknowledges anything.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from terminal.errors import SyncError
from terminal.protocol.backlog import Backlog
from terminal.protocol.entry import Entry
from terminal.protocol.returns import HubPlace, Restored, StoredPlace
from terminal.protocol.suites import STANDARD, key_id, suite

MEDIA_TYPE = "application/vnd.yichuang+msgpack"
PROTOCOL_VERSION = 1
LEAST_PROTOCOL = 1
SPEAKS = (LEAST_PROTOCOL, PROTOCOL_VERSION)
"""This release takes every version from the least to its own; a hub announces both."""

MAX_BATCH_ENTRIES = 500
MAX_BATCH_BYTES = 1 << 20
MAX_BODY_BYTES = 8 << 20
BLOB_PIECE_BYTES = 1 << 20

PATH_ENROL = "/api/v1/enrol"
PATH_PUSH = "/api/v1/entries"
PATH_PULL = "/api/v1/feeds"
PATH_WAIT = "/api/v1/wait"
PATH_BLOB = "/api/v1/blobs/"
PATH_SNAPSHOT = "/api/v1/catalogue/"
PATH_AUTHORITY = "/ca.pem"


class Envelope(msgspec.Struct, frozen=True):
    """Signed bytes: `key` is the id of the key, `suite` the suite's name."""

    suite: str
    key: str
    body: bytes
    signature: bytes


class Batch(msgspec.Struct, frozen=True):
    """A stretch of one epoch's journal, oldest first; `nonce` is 16 random bytes.

    An empty one asks how far this epoch is stored. `heard` is the last place of the hub's own
    journal that the terminal was told: a hub that was taken back sees it there. `backlog` is
    what waited when it was sent, these entries included.
    """

    protocol: int
    terminal_id: str
    nonce: bytes
    sent_at: int
    epoch: str
    entries: tuple[Entry, ...]
    heard: HubPlace | None = None
    backlog: Backlog | None = None


class Effect(msgspec.Struct, frozen=True):
    """What an entry came to: applied, held, refused or conflict; `code` names the sentence."""

    record_id: str
    entry_hash: str
    effect: str
    code: str = ""


class Fork(msgspec.Struct, frozen=True):
    """The hub holds another entry for this place of the chain (cloned or rolled-back disk)."""

    epoch: str
    seq: int
    hub_hash: str


class Answer(msgspec.Struct, frozen=True):
    """The hub's answer to a batch: stored durably up to `stored_seq` with `stored_hash`.

    `hub_time` is the hub's clock in milliseconds, `hub_seq` the last seq of the hub's own
    journal. `refusal` is set (and nothing stored) when the batch itself was not acceptable.
    `speaks` are the least and the greatest protocol version that the hub takes. `place` is the
    end of the hub's own journal, signed; `restored` names the epochs whose end the hub lost.
    `come_after` are the seconds for which a hub that is busy (`hub.busy`) wants no more of it.
    """

    protocol: int
    nonce: bytes
    terminal_id: str
    epoch: str
    stored_seq: int
    stored_hash: str
    hub_time: int
    hub_epoch: str
    hub_seq: int
    effects: tuple[Effect, ...] = ()
    fork: Fork | None = None
    refusal: str = ""
    speaks: tuple[int, int] = (1, 1)
    place: HubPlace | None = None
    restored: tuple[Restored, ...] = ()
    come_after: int = 0


class Cursor(msgspec.Struct, frozen=True):
    """Where a reader of a feed stands: the hash of the row at `position` proves the place.

    `signature` is the hub's, as it came with the page that led there.
    """

    feed: str
    handle: str = ""
    position: int = 0
    row_hash: str = ""
    signature: bytes = b""


class PullRequest(msgspec.Struct, frozen=True):
    """Asks for what came after each cursor.

    `heard` as in `Batch`; `stored` is up to where the terminal's entries are stored, as it
    believes.
    """

    protocol: int
    terminal_id: str
    nonce: bytes
    cursors: tuple[Cursor, ...]
    limit: int = 200
    heard: HubPlace | None = None
    stored: StoredPlace | None = None
    backlog: Backlog | None = None


class FeedRow(msgspec.Struct, frozen=True):
    """One row of a feed in commit order; `body` None is a tombstone for `key`.

    `kind` says what the body is: `entry` (MessagePack of `Entry`), `effect` (MessagePack of
    `Effect`), `json` (policy, keys, catalogue items).
    """

    position: int
    kind: str
    key: str
    body: bytes | None
    hash: str


class Page(msgspec.Struct, frozen=True):
    """Rows of one feed after the cursor; `reset` tells the reader to rebuild from nothing.

    `signature` is the hub's over the place to which the last row leads.
    """

    feed: str
    handle: str
    rows: tuple[FeedRow, ...]
    more: bool = False
    reset: bool = False
    signature: bytes = b""


class PullAnswer(msgspec.Struct, frozen=True):
    """The hub's pages, one for each cursor that has news.

    `speaks`, `place` and `restored` as in `Answer`; `sets` are the sets that this hub publishes
    (`protocol.sets`). `behind`: the hub holds less of the terminal's journal than it believes.
    """

    protocol: int
    nonce: bytes
    terminal_id: str
    hub_time: int
    pages: tuple[Page, ...]
    refusal: str = ""
    speaks: tuple[int, int] = (1, 1)
    sets: tuple[str, ...] = ()
    place: HubPlace | None = None
    restored: tuple[Restored, ...] = ()
    behind: bool = False


class EnrolRequest(msgspec.Struct, frozen=True):
    """A terminal presents its one-time code and its public key (self-signed envelope).

    `terminal_id` is who it is: the id of its first key, which its journal names.
    """

    protocol: int
    nonce: bytes
    code: str
    public_key: bytes
    name: str
    terminal_id: str = ""


class Enrolment(msgspec.Struct, frozen=True):
    """What a terminal learns when it is enrolled; `renew_at` is when its key is to be renewed."""

    protocol: int
    nonce: bytes
    terminal_id: str
    terminal_number: str
    hall_id: str
    hall_name: str
    region: str
    public_url: str
    hub_key: bytes
    recovery_key: bytes
    hub_time: int
    refusal: str = ""
    renew_at: int = 0


class CataloguePointer(msgspec.Struct, frozen=True):
    """Names the snapshot in force: its handle is the SHA-256 of the compressed file."""

    handle: str
    size: int
    items: int
    position: int


class BlobPiece(msgspec.Struct, frozen=True):
    """A piece of a blob (at most `BLOB_PIECE_BYTES`) from `offset`; `total` is the whole size."""

    protocol: int
    terminal_id: str
    nonce: bytes
    sha256: str
    offset: int
    total: int
    data: bytes


class BlobAnswer(msgspec.Struct, frozen=True):
    """How many bytes of the blob are here; `complete` only after its hash was checked."""

    protocol: int
    nonce: bytes
    terminal_id: str
    sha256: str
    received: int
    complete: bool
    refusal: str = ""


_LONGEST_SUITE = 20
Message = TypeVar("Message", bound=msgspec.Struct)


def seal(message: msgspec.Struct, private_key: bytes) -> bytes:
    """Encode a message, sign it, and return the envelope's bytes."""
    body = msgspec.msgpack.encode(message)
    public = STANDARD.public_key(private_key)
    return msgspec.msgpack.encode(
        Envelope(STANDARD.name, key_id(public), body, STANDARD.sign(private_key, body))
    )


def open_envelope(data: bytes) -> Envelope:
    """Decode an envelope; `SyncError` when the bytes are none (HTML, garbage, cut off)."""
    if len(data) > MAX_BODY_BYTES:
        raise SyncError("sync.too_large")
    try:
        return msgspec.msgpack.decode(data, type=Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SyncError("sync.no_envelope") from error


def unseal(envelope: Envelope, public_key: bytes, message: type[Message]) -> Message:
    """Check the signature and decode the message; `SyncError` when either fails."""
    known = suite(envelope.suite)
    if known is None:
        raise SyncError("sync.unknown_suite", suite=envelope.suite[:_LONGEST_SUITE])
    if envelope.key != key_id(public_key):
        raise SyncError("sync.wrong_signature")
    if not known.verify(public_key, envelope.signature, envelope.body):
        raise SyncError("sync.wrong_signature")
    try:
        return msgspec.msgpack.decode(envelope.body, type=message)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise SyncError("sync.bad_message") from error


def spoken(protocol: int) -> bool:
    """Say whether this release takes messages of a version."""
    return LEAST_PROTOCOL <= protocol <= PROTOCOL_VERSION


def feed_hash(previous: str, kind: str, key: str, body: bytes | None) -> str:
    """Return the chained hash of a feed's row, so that a cursor proves all rows before it."""
    return STANDARD.digest(msgspec.msgpack.encode((previous, kind, key, body))).hex()


def catalogue_feed(hall_id: str) -> str:
    """Name of the feed with catalogue changes of a hall."""
    return f"catalogue/{hall_id}"


def policy_feed(hall_id: str) -> str:
    """Name of the feed with policy data, calendars and public keys of a hall."""
    return f"policy/{hall_id}"


def progress_feed(terminal_id: str) -> str:
    """Name of the feed with what others did to cases that this terminal touched."""
    return f"progress/{terminal_id}"
