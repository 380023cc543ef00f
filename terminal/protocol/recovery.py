"""Wrapping a key for the hub's recovery key: X25519, HKDF, AES-GCM.

The terminal keeps the wrapped database key beside its ledger; only the hub's recovery key
opens it, so a pending journal survives a dead mainboard.
"""

from __future__ import annotations

import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from terminal.protocol.suites import NONCE_SIZE, STANDARD

_INFO = b"yichuang-recovery-1"
_PUBLIC_SIZE = 32


def _key(shared: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=_INFO).derive(shared)


def wrap_for(recovery_key: bytes, secret: bytes) -> bytes:
    """Wrap a secret for a 32-byte X25519 public key; the result names no key."""
    ephemeral = X25519PrivateKey.generate()
    public = ephemeral.public_key().public_bytes_raw()
    key = _key(ephemeral.exchange(X25519PublicKey.from_public_bytes(recovery_key)))
    nonce = os.urandom(NONCE_SIZE)
    return public + nonce + STANDARD.seal(key, nonce, secret, public)


def unwrap(private_key: bytes, wrapped: bytes) -> bytes | None:
    """Open what `wrap_for` made, or return None when it is not for this key."""
    public, nonce = wrapped[:_PUBLIC_SIZE], wrapped[_PUBLIC_SIZE : _PUBLIC_SIZE + NONCE_SIZE]
    try:
        peer = X25519PublicKey.from_public_bytes(public)
    except ValueError:
        return None
    key = _key(X25519PrivateKey.from_private_bytes(private_key).exchange(peer))
    return STANDARD.unseal(key, nonce, wrapped[_PUBLIC_SIZE + NONCE_SIZE :], public)
