"""A terminal's new key: announced in a message that both keys sign.

The envelope is signed by the key in force; inside, the new key signs the terminal's id and
itself, which proves that the terminal has it. The same message again is the same answer, also
when the hub has taken the new key already and only its answer was lost. The terminal's id is
that of its first key and stays.
"""

from __future__ import annotations

import msgspec

from terminal.protocol.suites import STANDARD, key_id, suite

PATH_KEY = "/api/v1/key"
KEY_BYTES = 32
RENEWAL_DAYS = 365
"""How long a key is used before the terminal renews it, unless the hub says otherwise."""

_PURPOSE = b"yichuang-key-1\n"


class KeyRequest(msgspec.Struct, frozen=True):
    """Puts `public_key` in the place of the key that signs the envelope.

    `proof` is the new key's signature over the terminal's id and the new key, by `suite`.
    """

    protocol: int
    nonce: bytes
    terminal_id: str
    public_key: bytes
    proof: bytes
    suite: str = STANDARD.name


class KeyAnswer(msgspec.Struct, frozen=True):
    """`key` is the id of the key in force, `renew_at` when it is to be renewed (ms)."""

    protocol: int
    nonce: bytes
    terminal_id: str
    hub_time: int
    key: str
    renew_at: int
    refusal: str = ""


def _said(terminal_id: str, public_key: bytes) -> bytes:
    return _PURPOSE + terminal_id.encode() + b"\n" + public_key


def prove(terminal_id: str, private_key: bytes) -> bytes:
    """Sign with a new key that it belongs to this terminal."""
    return STANDARD.sign(private_key, _said(terminal_id, STANDARD.public_key(private_key)))


def proved(request: KeyRequest) -> bool:
    """Say whether the sender of a request has the key that it announces."""
    known = suite(request.suite)
    return (
        known is not None
        and len(request.public_key) == KEY_BYTES
        and known.verify(
            request.public_key, request.proof, _said(request.terminal_id, request.public_key)
        )
    )


def new_key_id(request: KeyRequest) -> str:
    """Return the id of the key that a request announces."""
    return key_id(request.public_key)
