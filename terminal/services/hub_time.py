"""What is known of the hub's clock, kept in the ledger so that an offline start knows it, too."""

from __future__ import annotations

import msgspec

from terminal.clock import HubMeasure, SystemClock
from terminal.store import meta
from terminal.store.database import Ledger
from terminal.store.write_thread import SYNC

_KEY = "hub_time"
_MOVED = 1_000
_OLD = 3_600_000


class HubTime:
    """Hands measures of the hub's clock to this machine's, and keeps what is worth keeping.

    A commit for each answer would wear the disk: one is written on the first of a boot, when
    the offset moved by a second, when it is twice as sure, or once an hour.
    """

    def __init__(self, ledger: Ledger, clock: SystemClock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._kept = stored_measure(ledger)
        if self._kept is not None:
            clock.remember(self._kept)

    def take(self, measure: HubMeasure) -> None:
        """Take a new measure into account."""
        if not self._clock.take(measure):
            return
        if self._kept is None or _worth_keeping(self._kept, measure):
            text = msgspec.json.encode(measure).decode()
            self._ledger.write(lambda db: meta.put(db, _KEY, text), priority=SYNC)
            self._kept = measure


def stored_measure(ledger: Ledger) -> HubMeasure | None:
    """Return what an earlier run knew of the hub's clock; None when that cannot be read."""
    text = ledger.read(lambda db: meta.get(db, _KEY))
    try:
        return msgspec.json.decode(text, type=HubMeasure) if text else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _worth_keeping(kept: HubMeasure, new: HubMeasure) -> bool:
    return (
        kept.boot_id != new.boot_id
        or abs(kept.offset - new.offset) >= _MOVED
        or new.uncertainty * 2 <= kept.uncertainty
        or new.monotonic - kept.monotonic >= _OLD
    )
