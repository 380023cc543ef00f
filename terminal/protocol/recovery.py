"""Wrapping a terminal's keys for the hub's recovery key, and handing them to a new machine.

The terminal keeps both its keys, wrapped, beside its ledger; only the hub's recovery key opens
them, so a pending journal survives a dead mainboard. The hub wraps them again for the new
machine, by the public key that stands in the machine's request: on the way between the two
nobody reads them. X25519, HKDF and AES-GCM are the suite's.
"""

from __future__ import annotations

import os
from base64 import b32decode, b32encode

import msgspec

from terminal.protocol.suites import NONCE_SIZE, STANDARD

_INFO = b"yichuang-recovery-1"
_PUBLIC_SIZE = 32
_DATABASE_KEY_SIZE = 32
_REQUEST = "YR1"
_CHECK_SIZE = 3
_GROUP = 7


class KeptKeys(msgspec.Struct, frozen=True):
    """What is recovered; `signing` is empty in a file of the first releases.

    `terminal_id` stays what it was when the signing key was changed; `following` is the key
    that is about to take its place, as long as it is not sure which of them the hub knows.
    """

    database: bytes
    signing: bytes = b""
    terminal_id: str = ""
    version: int = 2
    following: bytes = b""

    def __repr__(self) -> str:
        return f"KeptKeys({self.terminal_id})"


def wrap_for(recovery_key: bytes, secret: bytes) -> bytes:
    """Wrap a secret for a 32-byte public key; the result names no key."""
    ephemeral = STANDARD.new_agreement_key()
    public = STANDARD.agreement_public(ephemeral)
    key = STANDARD.agree(ephemeral, recovery_key, b"", _INFO)
    if key is None:
        raise ValueError("no public key")
    nonce = os.urandom(NONCE_SIZE)
    return public + nonce + STANDARD.seal(key, nonce, secret, public)


def unwrap(private_key: bytes, wrapped: bytes) -> bytes | None:
    """Open what `wrap_for` made, or return None when it is not for this key."""
    public, nonce = wrapped[:_PUBLIC_SIZE], wrapped[_PUBLIC_SIZE : _PUBLIC_SIZE + NONCE_SIZE]
    key = STANDARD.agree(private_key, public, b"", _INFO)
    if key is None:
        return None
    return STANDARD.unseal(key, nonce, wrapped[_PUBLIC_SIZE + NONCE_SIZE :], public)


def wrap_keys(public_key: bytes, keys: KeptKeys) -> bytes:
    """Wrap a terminal's keys."""
    return wrap_for(public_key, msgspec.msgpack.encode(keys))


def unwrap_keys(private_key: bytes, wrapped: bytes) -> KeptKeys | None:
    """Open wrapped keys, also those of the first releases: the database key alone."""
    secret = unwrap(private_key, wrapped)
    if secret is None:
        return None
    if len(secret) == _DATABASE_KEY_SIZE:
        return KeptKeys(secret, version=1)
    try:
        return msgspec.msgpack.decode(secret, type=KeptKeys)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def is_first_form(wrapped: bytes) -> bool:
    """Say whether wrapped bytes are of the first releases, without the signing key."""
    return len(wrapped) <= _PUBLIC_SIZE + NONCE_SIZE + _DATABASE_KEY_SIZE + 16


def request_text(public_key: bytes) -> str:
    """Return the request by which the hub wraps keys for a new machine, to be typed or read."""
    data = public_key + STANDARD.digest(public_key)[:_CHECK_SIZE]
    letters = b32encode(data).decode("ascii")
    groups = [letters[i : i + _GROUP] for i in range(0, len(letters), _GROUP)]
    return "-".join((_REQUEST, *groups))


def parse_request(text: str) -> bytes | None:
    """Return the public key of a request as typed; None when a character is wrong."""
    letters = "".join(text.upper().split()).replace("-", "").removeprefix(_REQUEST)
    try:
        data = b32decode(letters)
    except ValueError:
        return None
    public, check = data[:_PUBLIC_SIZE], data[_PUBLIC_SIZE:]
    sound = len(public) == _PUBLIC_SIZE and check == STANDARD.digest(public)[:_CHECK_SIZE]
    return public if sound else None
