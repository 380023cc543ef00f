"""What the core takes from outside: clock, randomness and keys, all from one seed."""

from __future__ import annotations

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
    """The key of the terminal of this number; every world has the same ones.

    So a hub with its terminals enrolled is made once and copied for each seed.
    """

    def __init__(self, number: int) -> None:
        self.signing = hashlib.sha256(f"terminal-{number}".encode()).digest()
        self.public = STANDARD.public_key(self.signing)
        self.terminal_id = key_id(self.public)
