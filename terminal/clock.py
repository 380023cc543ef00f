"""Time as the journal records it, and the hall's calendar day.

Time comes from outside (a `Clock`), so that tests and the simulation can set it. The hall's
time is China Standard Time, a fixed offset without summer time: no time zone data is needed.
"""

from __future__ import annotations

import time
import uuid
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Protocol

import msgspec

CHINA_TIME = timezone(timedelta(hours=8), "CST")


class Instant(msgspec.Struct, frozen=True):
    """A moment as this machine saw it; all numbers are integer milliseconds.

    `wall` is the system clock since 1970 (UTC), `monotonic` counts since some start within
    `boot_id`, `hub_offset` is hub minus wall as last measured (None: never), `quality` is
    `hub` (measured within this boot), `remembered` or `wall`.
    """

    wall: int
    monotonic: int
    boot_id: str
    hub_offset: int | None = None
    quality: str = "wall"

    @property
    def corrected(self) -> int:
        """Wall time corrected by the last known offset to the hub, in milliseconds."""
        return self.wall + (self.hub_offset or 0)

    @property
    def local(self) -> datetime:
        """The corrected moment in the hall's time zone."""
        return to_local(self.corrected)


def to_local(milliseconds: int) -> datetime:
    """Convert milliseconds since 1970 to a date and time in China Standard Time."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(CHINA_TIME)


def to_milliseconds(moment: datetime) -> int:
    """Convert an aware date and time to milliseconds since 1970."""
    return round(moment.timestamp() * 1000)


class Clock(Protocol):
    """Where time comes from."""

    def now(self) -> Instant:
        """Return this moment."""
        ...


def today(clock: Clock) -> date:
    """Return the hall's calendar day."""
    return clock.now().local.date()


def _boot_id() -> str:
    path = Path("/proc/sys/kernel/random/boot_id")
    try:
        return path.read_text(encoding="ascii").strip()
    except OSError:
        # No such file outside Linux: a value of this process is the honest substitute.
        return str(uuid.uuid4())


class SystemClock:
    """The machine's own clock, corrected by what the hub last said."""

    def __init__(self) -> None:
        self._boot_id = _boot_id()
        self._hub_offset: int | None = None
        self._quality = "wall"

    def now(self) -> Instant:
        return Instant(
            wall=time.time_ns() // 1_000_000,
            monotonic=time.monotonic_ns() // 1_000_000,
            boot_id=self._boot_id,
            hub_offset=self._hub_offset,
            quality=self._quality,
        )

    def set_hub_offset(self, milliseconds: int, *, measured: bool) -> None:
        """Remember hub minus wall; `measured` within this boot, otherwise remembered."""
        self._hub_offset = milliseconds
        self._quality = "hub" if measured else "remembered"


class FixedClock:
    """A clock that stands still until it is moved; for tests, scenes and the simulation."""

    def __init__(self, moment: datetime) -> None:
        self._wall = to_milliseconds(moment)
        self._monotonic = 1_000

    def now(self) -> Instant:
        return Instant(self._wall, self._monotonic, "00000000-0000-0000-0000-000000000000")

    def advance(self, **duration: float) -> None:
        """Move on by a duration given as `timedelta` takes it (`days=1`, `minutes=5`)."""
        step = round(timedelta(**duration).total_seconds() * 1000)
        self._wall += step
        self._monotonic += max(step, 0)
