"""The one-time enrolment code: a secret, and the fingerprints by which the hub is known.

`YC1-{secret}-{hub key id}-{CA fingerprint}`: typed in or read from a QR code. The terminal
sends the whole text; it trusts an answer only when the hub key in it has this id, and a
certificate authority only when its SHA-256 begins with this fingerprint.
"""

from __future__ import annotations

import re
from base64 import b32encode

import msgspec

from terminal.protocol.suites import STANDARD, key_id

SECRET_BYTES = 10
_FORM = re.compile(r"YC1-([A-Z2-7]{16})-([0-9a-f]{16})-([0-9a-f]{16})", re.IGNORECASE)


class EnrolmentCode(msgspec.Struct, frozen=True):
    """The parts of a code; `secret_hash` is what the hub keeps of it."""

    secret: str
    hub_key_id: str
    ca_fingerprint: str

    @property
    def text(self) -> str:
        return f"YC1-{self.secret}-{self.hub_key_id}-{self.ca_fingerprint}"

    @property
    def secret_hash(self) -> str:
        return STANDARD.digest(self.secret.encode("ascii")).hex()

    def names_hub(self, hub_key: bytes) -> bool:
        """Say whether this is the hub's key that the code was made for."""
        return key_id(hub_key) == self.hub_key_id

    def names_authority(self, certificate_der: bytes) -> bool:
        """Say whether this is the certificate authority that the code was made for."""
        return STANDARD.digest(certificate_der).hex().startswith(self.ca_fingerprint)


def new_code(random_bytes: bytes, hub_key: bytes, ca_der: bytes) -> EnrolmentCode:
    """Make a code from `SECRET_BYTES` random bytes."""
    secret = b32encode(random_bytes[:SECRET_BYTES]).decode("ascii")
    return EnrolmentCode(secret, key_id(hub_key), STANDARD.digest(ca_der).hex()[:16])


def parse(text: str) -> EnrolmentCode | None:
    """Read a code as typed (case and blanks do not count); None when it is none."""
    found = _FORM.fullmatch("".join(text.split()))
    if found is None:
        return None
    secret, hub, authority = found.groups()
    return EnrolmentCode(secret.upper(), hub.lower(), authority.lower())
