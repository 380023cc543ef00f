"""Identifiers and randomness; both come from outside so that a run can be replayed."""

from __future__ import annotations

import secrets
import uuid
from typing import Protocol

import uuid_utils

RECORD_NAMESPACE = uuid.UUID("6f0c7a52-3a0e-5d0b-9f4e-2f6a1c9d8e71")
"""The name space of record ids; fixed for ever."""


class Randomness(Protocol):
    """Where random bytes and time-ordered identifiers come from."""

    def token_bytes(self, count: int) -> bytes:
        """Return `count` unguessable bytes."""
        ...

    def uuid7(self) -> str:
        """Return a time-ordered identifier (UUIDv7) as text."""
        ...


class SystemRandomness:
    """The operating system's randomness."""

    def token_bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)

    def uuid7(self) -> str:
        return str(uuid_utils.uuid7())


def record_id(action_id: str, aggregate_id: str, kind: str) -> str:
    """Return the id of the entry of `kind` that `action_id` writes for `aggregate_id`.

    UUIDv5 of the three: the same action twice yields the same id, which is what makes an
    action idempotent on both sides.
    """
    return str(uuid.uuid5(RECORD_NAMESPACE, f"{action_id}/{aggregate_id}/{kind}"))
