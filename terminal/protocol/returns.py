"""What a hub that was taken back asks for, and how terminals give it back.

A hub restored from a backup has forgotten entries of its own. What shows it is its own word: a
`HubPlace` that it signed before, or a cursor that it signed. It then opens a new epoch, names
in every answer the epochs of which it lost the end (`Restored`), and takes its own signed
entries back (`Return`). No terminal's mere claim makes a hub believe that it was taken back.
"""

from __future__ import annotations

import msgspec

from terminal.protocol.entry import Entry
from terminal.protocol.suites import STANDARD

PATH_RETURN = "/api/v1/returns"
MAX_RETURN_ENTRIES = 200
MAX_RETURN_BYTES = 1 << 20


class HubPlace(msgspec.Struct, frozen=True):
    """How far the hub's own journal went, by its own signature: last seq and hash of an epoch."""

    epoch: str
    seq: int
    hash: str
    signature: bytes = b""

    def is_news(self, known: HubPlace | None) -> bool:
        """Say whether this leads on from what is known: further, or into another epoch."""
        return known is None or known.epoch != self.epoch or known.seq < self.seq


class Restored(msgspec.Struct, frozen=True):
    """An epoch of the hub whose end it has lost: it asks for its own entries after `after`.

    `after` 0 asks for all: the hub wrote on before it knew, and cannot say from where.
    """

    epoch: str
    after: int


class StoredPlace(msgspec.Struct, frozen=True):
    """Up to where a terminal believes that the hub has stored an epoch of the terminal's."""

    epoch: str
    seq: int


class Return(msgspec.Struct, frozen=True):
    """Entries of the hub, of one of its lost epochs, oldest first, as they once came.

    Those whose payload was wiped meanwhile come without. `heard` is the last place of that
    epoch of which this terminal knows.
    """

    protocol: int
    terminal_id: str
    nonce: bytes
    epoch: str
    entries: tuple[Entry, ...]
    heard: HubPlace | None = None


class ReturnAnswer(msgspec.Struct, frozen=True):
    """How many of the entries the hub now holds durably; the others were not its own."""

    protocol: int
    nonce: bytes
    terminal_id: str
    epoch: str
    taken: int
    refusal: str = ""


def sign_place(private_key: bytes, epoch: str, seq: int, digest: str) -> HubPlace:
    """Return a place of the hub's journal with the hub's signature."""
    signature = STANDARD.sign(private_key, _place_bytes(epoch, seq, digest))
    return HubPlace(epoch, seq, digest, signature)


def place_holds(public_key: bytes, place: HubPlace) -> bool:
    """Say whether the hub itself has signed this place."""
    said = _place_bytes(place.epoch, place.seq, place.hash)
    return STANDARD.verify(public_key, place.signature, said)


def sign_cursor(private_key: bytes, feed: str, handle: str, position: int, row_hash: str) -> bytes:
    """Return the hub's signature over the place of a feed to which a page leads."""
    return STANDARD.sign(private_key, _cursor_bytes(feed, handle, position, row_hash))


def cursor_holds(
    public_key: bytes, signature: bytes, feed: str, handle: str, position: int, row_hash: str
) -> bool:
    """Say whether the hub itself has led a reader to this place of a feed."""
    said = _cursor_bytes(feed, handle, position, row_hash)
    return STANDARD.verify(public_key, signature, said)


def _place_bytes(epoch: str, seq: int, digest: str) -> bytes:
    # The first word keeps one kind of signed bytes from being taken for another.
    return msgspec.msgpack.encode(("hub-place", epoch, seq, digest))


def _cursor_bytes(feed: str, handle: str, position: int, row_hash: str) -> bytes:
    return msgspec.msgpack.encode(("hub-cursor", feed, handle, position, row_hash))
