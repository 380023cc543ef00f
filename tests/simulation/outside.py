"""What the core takes from outside: clock, randomness and keys, all from one seed."""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
import random

from terminal.clock import CHINA_TIME, Instant, to_milliseconds
from terminal.protocol.suites import STANDARD, key_id

START = to_milliseconds(dt.datetime(2026, 11, 23, 9, 0, tzinfo=CHINA_TIME))
YEAR_1970 = 0
YEAR_2030 = START + 4 * 365 * 86_400_000


class SimClock:
    """A wall clock that may jump; the monotonic one never goes back."""

    def __init__(self) -> None:
        self.wall = START
        self.monotonic = 0

    def now(self) -> Instant:
        self.monotonic += 1
        self.wall += 1
        return Instant(self.wall, self.monotonic, "simulated-boot")


class SimRandomness:
    """Randomness of one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def token_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def uuid7(self) -> str:
        return f"{self._random.getrandbits(128):032x}"


class SimKeys:
    """The keys of the terminal of this number; every world begins with the same ones.

    So a hub with its terminals enrolled is made once and copied for each seed. They lie apart
    from the ledger's disk, as in a machine with a TPM, and each call is durable.
    """

    def __init__(self, number: int) -> None:
        self.signing = hashlib.sha256(f"terminal-{number}".encode()).digest()
        self.public = STANDARD.public_key(self.signing)
        self.terminal_id = key_id(self.public)
        self._next: bytes | None = None
        self._previous: bytes | None = None
        self._renew_at = 1 << 62
        self._drawn = b"next"

    def copied(self, to: str) -> SimKeys:
        """Return the keys as they lie on a copied disk; the copy draws its own next ones."""
        twin = copy.copy(self)
        twin._drawn = to.encode()
        return twin

    def overdue(self) -> None:
        """Let the key's date have passed."""
        self._renew_at = 0

    def next_key(self) -> bytes | None:
        return self._next

    def prepare_next(self) -> bytes:
        self._next = self._next or hashlib.sha256(self.signing + self._drawn).digest()
        return self._next

    def previous_key(self) -> bytes | None:
        return self._previous

    def renew_at(self) -> int:
        return self._renew_at

    def renewed(self, renew_at: int) -> None:
        assert self._next is not None
        self._previous, self.signing, self._next = self.signing, self._next, None
        self.public = STANDARD.public_key(self.signing)
        self._renew_at = renew_at
