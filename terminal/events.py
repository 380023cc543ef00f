"""Facts that happened here, told after the commit to whoever wants to refresh."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import msgspec

logger = logging.getLogger(__name__)


class Event(msgspec.Struct, frozen=True):
    """A fact: `name` in the past tense (`case_accepted`), `subject` an id, `detail` words."""

    name: str
    subject: str = ""
    detail: str = ""


class EventBus:
    """Tells events to subscribers, on the thread that publishes; any thread may call it.

    A subscriber that fails is logged and does not keep the others from hearing.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: list[Callable[[Event], None]] = []

    def subscribe(self, subscriber: Callable[[Event], None]) -> Callable[[], None]:
        """Add a subscriber and return the call that removes it again."""
        with self._lock:
            self._subscribers.append(subscriber)

        def unsubscribe() -> None:
            with self._lock:
                if subscriber in self._subscribers:
                    self._subscribers.remove(subscriber)

        return unsubscribe

    def publish(self, name: str, subject: str = "", detail: str = "") -> None:
        """Tell everyone that something happened."""
        event = Event(name, subject, detail)
        with self._lock:
            subscribers = list(self._subscribers)
        for subscriber in subscribers:
            try:
                subscriber(event)
            except Exception:
                logger.exception("event subscriber failed: %s", name)
