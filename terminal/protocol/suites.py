"""Cryptographic suites, looked up by the name that stands in headers.

`std` is built: SHA-256, Ed25519, AES-256-GCM, X25519 with HKDF. A place that must use the
national algorithms adds `gm` (SM3, SM2, SM4-GCM) here and nowhere else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_SIZE = 12


@dataclass(frozen=True)
class Suite:
    """The functions of one suite; keys and signatures are raw bytes.

    `agree(private, public, salt, info)` is the 32-byte key that two sides have in common for
    one purpose, None when `public` is no key; `agreement_public` belongs to `new_agreement_key`.

    `seal(key, nonce, data, associated)` and `unseal(...)` are authenticated encryption with a
    32-byte key and a 12-byte nonce; `unseal` returns None when the data was changed.
    """

    name: str
    digest: Callable[[bytes], bytes]
    new_private_key: Callable[[], bytes]
    public_key: Callable[[bytes], bytes]
    sign: Callable[[bytes, bytes], bytes]
    verify: Callable[[bytes, bytes, bytes], bool]
    seal: Callable[[bytes, bytes, bytes, bytes], bytes]
    unseal: Callable[[bytes, bytes, bytes, bytes], bytes | None]
    new_agreement_key: Callable[[], bytes]
    agreement_public: Callable[[bytes], bytes]
    agree: Callable[[bytes, bytes, bytes, bytes], bytes | None]


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _new_private_key() -> bytes:
    return Ed25519PrivateKey.generate().private_bytes_raw()


def _public_key(private_key: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


@lru_cache(maxsize=4)
def _signing_key(private_key: bytes) -> Ed25519PrivateKey:
    # A hub signs thousands of entries with one key; reading it takes longer than signing.
    return Ed25519PrivateKey.from_private_bytes(private_key)


def _sign(private_key: bytes, data: bytes) -> bytes:
    return _signing_key(private_key).sign(data)


def _verify(public_key: bytes, signature: bytes, data: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def _seal(key: bytes, nonce: bytes, data: bytes, associated: bytes) -> bytes:
    return AESGCM(key).encrypt(nonce, data, associated)


def _unseal(key: bytes, nonce: bytes, data: bytes, associated: bytes) -> bytes | None:
    try:
        return AESGCM(key).decrypt(nonce, data, associated)
    except (InvalidTag, ValueError):
        return None


def _new_agreement_key() -> bytes:
    return X25519PrivateKey.generate().private_bytes_raw()


def _agreement_public(private_key: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private_key).public_key().public_bytes_raw()


def _agree(private_key: bytes, public_key: bytes, salt: bytes, info: bytes) -> bytes | None:
    try:
        peer = X25519PublicKey.from_public_bytes(public_key)
        shared = X25519PrivateKey.from_private_bytes(private_key).exchange(peer)
    except ValueError:
        return None
    return HKDF(hashes.SHA256(), 32, salt=salt or None, info=info).derive(shared)


STANDARD = Suite(
    name="std",
    digest=_sha256,
    new_private_key=_new_private_key,
    public_key=_public_key,
    sign=_sign,
    verify=_verify,
    seal=_seal,
    unseal=_unseal,
    new_agreement_key=_new_agreement_key,
    agreement_public=_agreement_public,
    agree=_agree,
)

SUITES: dict[str, Suite] = {STANDARD.name: STANDARD}


def suite(name: str) -> Suite | None:
    """Return the suite of this name, or None when this version does not know it."""
    return SUITES.get(name)


def key_id(public_key: bytes) -> str:
    """Return the id of a key: the first 16 hexadecimal digits of its SHA-256."""
    return hashlib.sha256(public_key).hexdigest()[:16]
