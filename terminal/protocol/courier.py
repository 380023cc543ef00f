"""Courier files: a journal that travels on a stick, sealed, and what the hub answers to it.

A file is a plain frame (so that a wrong hall is told without any key), pieces, a signature:

    magic (8) · version (2) · length (4) · frame (MessagePack)
    length (4, top bit: the last one) · sealed piece        … at least once
    length (2) · signature over a chain of hashes of all before it

Numbers are big endian. Each piece is one `Message`, sealed by AES-GCM under a key of this file
alone (X25519 with a fresh key, HKDF over the frame); its nonce counts the pieces and marks the
last one, so a file that was cut, reordered or joined from two is noticed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from terminal.errors import InvalidInput
from terminal.protocol.returns import HubPlace, Return
from terminal.protocol.suites import STANDARD, Suite, suite
from terminal.protocol.wire import Answer, Batch, BlobPiece, Cursor, Page

MAGIC = b"\x89YCF\r\n\x1a\n"
VERSION = 1
SUFFIX = ".ycf"
OUTBOX, ANSWER = "outbox", "answer"
MAX_FRAME_BYTES = 1 << 14
MAX_PIECE_BYTES = 4 << 20
"""An entry has at most 1 MiB, a batch ends with the entry that passes 1 MiB."""

_HEAD = struct.Struct(">8sHI")
_PIECE = struct.Struct(">I")
_SIGNATURE = struct.Struct(">H")
_LAST = 1 << 31
_PURPOSE = b"yichuang-courier-1"


class Frame(msgspec.Struct, frozen=True):
    """What anybody may read: no personal data.

    `direction` is `outbox` (to the hub) or `answer`; `signer` and `recipient` are ids of keys,
    `ephemeral` the file's own X25519 public key, `made_at` in milliseconds.
    """

    direction: str
    suite: str
    export_id: str
    terminal_id: str
    terminal_number: str
    hall: str
    hall_name: str
    signer: str
    recipient: str
    made_at: int
    ephemeral: bytes = b""


class Manifest(msgspec.Struct, frozen=True, tag="manifest"):
    """First piece of an outbox: the key for the answer, and where the terminal's feeds stand.

    An empty `reply_key` asks for no answer (its private half could not be kept). `heard` is the
    last place of the hub's own journal that this terminal knows, by the hub's signature.
    """

    reply_key: bytes
    cursors: tuple[Cursor, ...]
    heard: HubPlace | None = None


class GivenBack(msgspec.Struct, frozen=True, tag="return"):
    """Entries of the hub itself, which a hub that was taken back asked for."""

    message: Return


class Pushed(msgspec.Struct, frozen=True, tag="batch"):
    """A batch as it would have gone over the line."""

    batch: Batch


class Scan(msgspec.Struct, frozen=True, tag="blob"):
    """A piece of a blob, in order."""

    piece: BlobPiece


class Acknowledged(msgspec.Struct, frozen=True, tag="answer"):
    """The hub's answer to one batch; its nonce names the batch."""

    answer: Answer


class Kept(msgspec.Struct, frozen=True, tag="kept"):
    """Blobs that the hub has whole."""

    hashes: tuple[str, ...]


class Turned(msgspec.Struct, frozen=True, tag="page"):
    """A page of a feed after the cursor that the outbox carried, or after the page before."""

    page: Page


Message = Manifest | GivenBack | Pushed | Scan | Acknowledged | Kept | Turned
_decoder = msgspec.msgpack.Decoder(Message)


class Head(msgspec.Struct, frozen=True):
    """The frame with the exact bytes from which it was read."""

    frame: Frame
    data: bytes
    suite: Suite


class CourierWriter:
    """Seals messages into a stream, one after the other; `close` marks the last and signs."""

    def __init__(
        self, stream: BinaryIO, frame: Frame, recipient_key: bytes, signing_key: bytes
    ) -> None:
        own = STANDARD.new_agreement_key()
        frame = msgspec.structs.replace(frame, ephemeral=STANDARD.agreement_public(own))
        data = msgspec.msgpack.encode(frame)
        head = _HEAD.pack(MAGIC, VERSION, len(data)) + data
        key = STANDARD.agree(own, recipient_key, STANDARD.digest(head), _PURPOSE)
        if key is None:
            raise InvalidInput("courier.damaged")
        self._stream = stream
        self._signing_key = signing_key
        self._key = key
        self._digest = STANDARD.digest(head)
        self._associated = self._digest
        self._number = 0
        self._waiting: bytes | None = None
        stream.write(head)

    def add(self, message: Message) -> None:
        """Seal a message; it is written when the next one comes or the file is closed."""
        self._flush(last=False)
        self._waiting = msgspec.msgpack.encode(message)

    def close(self) -> None:
        """Write the last piece and the signature; the stream stays open."""
        self._flush(last=True)
        signature = STANDARD.sign(self._signing_key, _PURPOSE + self._digest)
        self._stream.write(_SIGNATURE.pack(len(signature)) + signature)

    def _flush(self, *, last: bool) -> None:
        if self._waiting is None:
            if last:
                raise ValueError("a courier file has at least one message")
            return
        nonce = _nonce(self._number, last=last)
        sealed = STANDARD.seal(self._key, nonce, self._waiting, self._associated)
        if len(sealed) > MAX_PIECE_BYTES:
            raise ValueError("a message too large for a piece")
        data = _PIECE.pack(len(sealed) | (_LAST if last else 0)) + sealed
        self._digest = STANDARD.digest(self._digest + data)
        self._stream.write(data)
        self._number += 1
        self._waiting = None


def read_head(stream: BinaryIO) -> Head:
    """Read the plain frame; `InvalidInput` when this is no courier file, or too new a one."""
    start = _read(stream, _HEAD.size)
    if len(start) < _HEAD.size or not start.startswith(MAGIC):
        raise InvalidInput("courier.none")
    _, version, length = _HEAD.unpack(start)
    if version > VERSION:
        raise InvalidInput("courier.newer", version=version, known=VERSION)
    if version != VERSION or length > MAX_FRAME_BYTES:
        raise InvalidInput("courier.damaged")
    data = _whole(stream, length)
    try:
        frame = msgspec.msgpack.decode(data, type=Frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput("courier.damaged") from error
    known = suite(frame.suite)
    if known is None:
        raise InvalidInput("courier.unknown_suite", suite=frame.suite[:20])
    return Head(frame, start + data, known)


def check_whole(stream: BinaryIO, head: Head, public_key: bytes | None) -> int:
    """Walk the rest of a file and check its signature; returns how many pieces it has.

    `InvalidInput` says whether it was cut short or changed. Without a key only the form is
    looked at. Memory holds one piece at a time.
    """
    digest = head.suite.digest(head.data)
    count, last = 0, False
    while not last:
        header, sealed, last = _piece(stream)
        digest = head.suite.digest(digest + header + sealed)
        count += 1
    (length,) = _SIGNATURE.unpack(_whole(stream, _SIGNATURE.size))
    signature = _whole(stream, length)
    if _read(stream, 1):
        raise InvalidInput("courier.damaged")
    if public_key is not None and not head.suite.verify(public_key, signature, _PURPOSE + digest):
        raise InvalidInput("courier.damaged")
    return count


def messages(stream: BinaryIO, head: Head, private_key: bytes) -> Iterator[Message]:
    """Open the pieces behind the frame one by one; `InvalidInput` when one does not fit."""
    associated = head.suite.digest(head.data)
    key = head.suite.agree(private_key, head.frame.ephemeral, associated, _PURPOSE)
    if key is None:
        raise InvalidInput("courier.damaged")
    number, last = 0, False
    while not last:
        _, sealed, last = _piece(stream)
        plain = head.suite.unseal(key, _nonce(number, last=last), sealed, associated)
        if plain is None:
            raise InvalidInput("courier.damaged")
        try:
            message: Message = _decoder.decode(plain)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise InvalidInput("courier.damaged") from error
        yield message
        number += 1


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _piece(stream: BinaryIO) -> tuple[bytes, bytes, bool]:
    """Read a piece: its header, its sealed bytes, whether it is the last."""
    header = _whole(stream, _PIECE.size)
    (value,) = _PIECE.unpack(header)
    length = value & ~_LAST
    if length > MAX_PIECE_BYTES:
        raise InvalidInput("courier.damaged")
    return header, _whole(stream, length), bool(value & _LAST)


def _whole(stream: BinaryIO, length: int) -> bytes:
    data = _read(stream, length)
    if len(data) < length:
        raise InvalidInput("courier.cut")
    return data


def _read(stream: BinaryIO, length: int) -> bytes:
    try:
        return stream.read(length)
    except OSError as error:
        raise InvalidInput("courier.cannot_read") from error
