"""The hall's rules in force: shipped calendars and limits, replaced by what the hub has sent.

A row that this release cannot read is left aside and the shipped value holds: a newer hub must
not stop a window.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from terminal.domain.calendar import WorkingDayCalendar, YearNotice, load_calendar
from terminal.domain.catalogue import Regime
from terminal.domain.policy import ConditionalPolicy, HallPolicy, HallRules, RegimeLimits
from terminal.events import Event, EventBus
from terminal.protocol import sets
from terminal.protocol.sets import CalendarYear
from terminal.protocol.wire import policy_feed
from terminal.store import feeds
from terminal.store.database import Ledger

logger = logging.getLogger(__name__)

Value = TypeVar("Value")
CHANGED = "policy_changed"
LIMITS = f"{sets.POLICY}limits"
CONDITIONAL = f"{sets.POLICY}conditional"


class PolicyService:
    """Knows the rules by which dates are computed now; any thread may ask.

    `hall` is the id of the hall whose set is in force, empty without an enrolment.
    """

    def __init__(self, ledger: Ledger, hall: Callable[[], str], events: EventBus) -> None:
        self._ledger = ledger
        self._hall = hall
        self._rules = HallRules(load_calendar())
        self.refresh()
        self.close = events.subscribe(self._on_event)

    def rules(self) -> HallRules:
        """Return the rules in force; whoever computes several dates asks once."""
        return self._rules

    def calendar(self) -> WorkingDayCalendar:
        """Return the calendar in force."""
        return self._rules.calendar

    def refresh(self) -> None:
        """Read again what the hub has sent."""
        hall = self._hall()
        rows = self._ledger.read(lambda db: feeds.rows(db, policy_feed(hall))) if hall else []
        self._rules = rules_of(rows)

    def _on_event(self, event: Event) -> None:
        if event.name == CHANGED:
            self.refresh()


def rules_of(rows: Iterable[tuple[str, bytes]]) -> HallRules:
    """Put rows of the policy set over the shipped calendars and limits."""
    shipped = load_calendar()
    notices, policy = dict(shipped.notices), HallPolicy()
    for key, body in rows:
        if key.startswith(sets.CALENDAR):
            year = _read(key, body, CalendarYear)
            if year is not None:
                notices[year.year] = YearNotice(year.year, year.off, year.work, year.notice)
        elif key == LIMITS:
            limits = _read(key, body, dict[Regime, RegimeLimits])
            policy = msgspec.structs.replace(policy, limits=limits or {})
        elif key == CONDITIONAL:
            found = _read(key, body, ConditionalPolicy) or ConditionalPolicy()
            policy = msgspec.structs.replace(policy, conditional=found)
    calendar = WorkingDayCalendar(notices, shipped.statutory)
    return HallRules(calendar, policy)


def _read(key: str, body: bytes, kind: type[Value]) -> Value | None:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        logger.warning("policy row not understood: %s", key)
        return None
