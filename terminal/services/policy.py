"""The hall's rules in force: shipped calendars and limits, replaced by what the hub has sent."""

from __future__ import annotations

from collections.abc import Callable

from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.policy import HallRules
from terminal.events import Event, EventBus
from terminal.protocol.rules import rules_of
from terminal.protocol.wire import policy_feed
from terminal.store import feeds
from terminal.store.database import Ledger

CHANGED = "policy_changed"


class PolicyService:
    """Knows the rules by which dates are computed now; any thread may ask.

    `hall` is the id of the hall whose set is in force, empty without an enrolment.
    """

    def __init__(self, ledger: Ledger, hall: Callable[[], str], events: EventBus) -> None:
        self._ledger = ledger
        self._hall = hall
        self._rules = rules_of(())
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
