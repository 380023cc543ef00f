"""Who comes by appointment today: pulled from the hub, kept for the day, never journalled."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import date

import msgspec

from terminal.clock import Clock, today
from terminal.protocol import sets
from terminal.protocol.sets import Appointment
from terminal.protocol.wire import Enrolment
from terminal.store import feeds
from terminal.store.database import Ledger

logger = logging.getLogger(__name__)


class AppointmentsService:
    """Reads the appointments of a day; any thread may call it."""

    def __init__(
        self, ledger: Ledger, enrolment: Callable[[], Enrolment | None], clock: Clock
    ) -> None:
        self._ledger = ledger
        self._enrolment = enrolment
        self._clock = clock

    def of_day(self, day: date | None = None) -> tuple[Appointment, ...]:
        """Return the appointments of a day (none named: today) for this window, by their time."""
        enrolled = self._enrolment()
        if enrolled is None:
            return ()
        feed = sets.appointments_feed(enrolled.hall_id, day or today(self._clock))
        found = []
        for _, body in self._ledger.read(lambda db: feeds.rows(db, feed, sets.APPOINTMENT)):
            try:
                one = msgspec.json.decode(body, type=Appointment)
            except (msgspec.DecodeError, UnicodeDecodeError):
                logger.warning("an appointment is not understood")
                continue
            if one.window in ("", enrolled.terminal_number):
                found.append(one)
        return tuple(sorted(found, key=lambda one: (one.begin, one.id)))
