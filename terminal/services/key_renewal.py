"""The terminal's keys as the loop's renewal sees them."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from terminal.errors import DiskFull, StoreError
from terminal.protocol.renewal import RENEWAL_DAYS
from terminal.services.enrolment import EnrolmentService
from terminal.store.keys import Keyring

_DAY = 86_400_000
NEVER = 1 << 62


@contextmanager
def _said() -> Iterator[None]:
    """Turn what the disk has against it into what a person is told."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull from error
        raise StoreError("store.read_only") from error


class KeyRenewal:
    """Implements `terminal.sync.renewal.RenewableKeys` over key files and enrolment."""

    def __init__(self, keys: Keyring, enrolment: EnrolmentService) -> None:
        self._keys = keys
        self._enrolment = enrolment

    @property
    def signing(self) -> bytes:
        return self._keys.signing

    def next_key(self) -> bytes | None:
        return self._keys.next_key()

    def prepare_next(self) -> bytes:
        with _said():
            key = self._keys.prepare_next()
            self._wrap()
        return key

    def previous_key(self) -> bytes | None:
        return self._keys.previous_key()

    def renew_at(self) -> int:
        enrolled = self._enrolment.current()
        if enrolled is None:
            return NEVER
        # A hub of before named no date: a year from the enrolment.
        return enrolled.renew_at or enrolled.hub_time + RENEWAL_DAYS * _DAY

    def renewed(self, renew_at: int) -> None:
        with _said():
            self._keys.take_next()
            self._wrap()
        self._enrolment.renewed(renew_at)

    def _wrap(self) -> None:
        enrolled = self._enrolment.current()
        if enrolled is not None:
            self._keys.wrap_for_recovery(enrolled.recovery_key)
