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


class HubMeasure(msgspec.Struct, frozen=True):
    """What one exchange told of the hub's clock; all numbers are integer milliseconds.

    `offset` is hub minus wall at that moment. `anchor` is hub minus monotonic: it holds within
    `boot_id` whatever the wall clock is set to. The truth lies within `uncertainty` (half of the
    round trip) on either side.
    """

    offset: int
    anchor: int
    uncertainty: int
    monotonic: int
    boot_id: str

    def tolerance(self, monotonic: int) -> int:
        """Return the uncertainty at a later moment of this boot: clocks drift apart."""
        return self.uncertainty + abs(monotonic - self.monotonic) // _DRIFT

    def outlives(self, other: HubMeasure) -> bool:
        """Say whether this one is kept although `other` is newer."""
        if other.boot_id != self.boot_id:
            return False
        tolerance = self.tolerance(other.monotonic)
        # Two that contradict each other: the hub's own clock was set, the newer one counts.
        agree = abs(other.anchor - self.anchor) <= tolerance + other.uncertainty
        return agree and tolerance < other.uncertainty


_DRIFT = 10_000
"""Cheap clocks drift by less than one part in this many (100 ppm)."""


def measure_hub(asked: Instant, answered: Instant, hub_time: int) -> HubMeasure:
    """Take the hub's clock from one exchange: it was read in the middle, give or take half."""
    half = (max(0, answered.monotonic - asked.monotonic) + 1) // 2
    anchor = hub_time - (answered.monotonic - half)
    return HubMeasure(
        offset=anchor + answered.monotonic - answered.wall,
        anchor=anchor,
        uncertainty=half,
        monotonic=answered.monotonic,
        boot_id=answered.boot_id,
    )


def _monotonic() -> int:
    # The clock that goes on while a machine sleeps, where there is one.
    which = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC) if _HAS_CLOCKS else None
    nanoseconds = time.monotonic_ns() if which is None else time.clock_gettime_ns(which)
    return nanoseconds // 1_000_000


_HAS_CLOCKS = hasattr(time, "clock_gettime_ns")


class SystemClock:
    """The machine's own clock, corrected by the best recent word of the hub."""

    def __init__(self) -> None:
        self._boot_id = _boot_id()
        self._measure: HubMeasure | None = None

    def _read(self) -> tuple[int, int]:
        """Return wall and monotonic time as the machine has them, in milliseconds."""
        return time.time_ns() // 1_000_000, _monotonic()

    def now(self) -> Instant:
        wall, monotonic = self._read()
        known = self._measure
        offset: int | None = None
        quality = "wall"
        if known is not None and known.boot_id == self._boot_id:
            # Setting the wall clock moves the offset with it, and the corrected time not at all.
            offset, quality = known.anchor + monotonic - wall, "hub"
        elif known is not None:
            offset, quality = known.offset, "remembered"
        return Instant(wall, monotonic, self._boot_id, offset, quality)

    @property
    def measure(self) -> HubMeasure | None:
        """What is known of the hub's clock; of this boot or an earlier one."""
        return self._measure

    def remember(self, measure: HubMeasure) -> None:
        """Begin with what an earlier run has measured."""
        self._measure = measure

    def take(self, measure: HubMeasure) -> bool:
        """Take a new measure over unless the one in force is better; say whether it was."""
        if self._measure is not None and self._measure.outlives(measure):
            return False
        self._measure = measure
        return True


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
