"""Publishing rows of a set to one hall or all: what is in force already moves nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from hub.hub import Hub
from hub.store import feeds, people
from hub.store.feeds import NewRow
from terminal.errors import NotFound

Bodies = Mapping[str, bytes | None]
"""Bodies by key; None takes the key away."""


def publish(hub: Hub, feed_of: Callable[[str], str], bodies: Bodies, hall_id: str = "") -> int:
    """Bring keys of a hall's feed (none named: of every hall) to these bodies.

    Returns how many rows were added; terminals that wait for them are told. Raises `NotFound`
    for a hall that is none.
    """
    rows: list[NewRow] = []
    with hub.store.writing() as database:
        halls = [hall.id for hall in people.halls(database) if hall_id in ("", hall.id)]
        if not halls:
            raise NotFound("hub.hall_unknown", hall=hall_id)
        for hall in halls:
            name = feed_of(hall)
            known = feeds.current(database, name)
            rows += [
                NewRow(name, "json", key, body)
                for key, body in bodies.items()
                if known.get(key) != body
            ]
        moved = feeds.append(database, rows, hub.randomness.uuid7())
    hub.bell.ring(moved)
    return len(rows)


def in_force(hub: Hub, feed: str) -> dict[str, bytes]:
    """Return the bodies in force of a feed, by key."""
    with hub.store.reading() as database:
        return feeds.current(database, feed)
