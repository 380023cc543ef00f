"""The code behind a receipt's QR: unguessable, and checkable offline by any terminal.

`{public_url}/p/{receipt number}?t={token}&d={digest}&s={signature}`: the token is random and
kept in the case's entry, the digest is the document's (first 16 bytes), the signature is the
terminal's over receipt number, token and digest. All binary parts are base64url.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import msgspec

from terminal.protocol.suites import STANDARD

TOKEN_BYTES = 16
DIGEST_BYTES = 16


class QueryCode(msgspec.Struct, frozen=True):
    """What a scanned code says; whether it is true is for `verify`."""

    receipt_number: str
    token: str
    digest: bytes
    signature: bytes


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decode(text: str) -> bytes:
    data = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if _encode(data) != text:
        # The last character has bits to spare: only one spelling of a signature counts.
        raise ValueError("not canonical")
    return data


def new_token(random_bytes: bytes) -> str:
    """Return random bytes as the token's text."""
    return _encode(random_bytes[:TOKEN_BYTES])


def _signed(receipt_number: str, token: str, digest: bytes) -> bytes:
    return f"yichuang-receipt\n{receipt_number}\n{token}\n".encode() + digest


def query_url(
    public_url: str, receipt_number: str, token: str, digest: str, private_key: bytes
) -> str:
    """Return the address that the receipt's QR code carries; `digest` is hexadecimal."""
    short = bytes.fromhex(digest)[:DIGEST_BYTES]
    signature = STANDARD.sign(private_key, _signed(receipt_number, token, short))
    return (
        f"{public_url.rstrip('/')}/p/{receipt_number}"
        f"?t={token}&d={_encode(short)}&s={_encode(signature)}"
    )


def parse_query_url(text: str) -> QueryCode | None:
    """Take a scanned address apart; None when it is no code of ours."""
    try:
        parts = urlsplit(text.strip())
        query = parse_qs(parts.query, strict_parsing=True)
        head, _, receipt = parts.path.rpartition("/")
        if parts.scheme not in ("http", "https") or not head.endswith("/p") or not receipt:
            return None
        return QueryCode(receipt, query["t"][0], _decode(query["d"][0]), _decode(query["s"][0]))
    except (ValueError, KeyError):
        return None


def verify(code: QueryCode, public_key: bytes) -> bool:
    """Say whether the terminal with this public key signed the code."""
    return STANDARD.verify(
        public_key, code.signature, _signed(code.receipt_number, code.token, code.digest)
    )
