"""Pull: what others did comes down the feeds, rows and cursor in one transaction."""

from __future__ import annotations

import msgspec

from terminal.protocol.wire import (
    CataloguePointer,
    Page,
    catalogue_feed,
    policy_feed,
    progress_feed,
)
from terminal.sync.turn import Turn

MAX_PULLS = 200


def feeds_of(turn: Turn) -> tuple[str, ...]:
    """Return the names of the feeds that this terminal reads."""
    hall = turn.enrolled.hall_id
    return (progress_feed(turn.keys.terminal_id), policy_feed(hall), catalogue_feed(hall))


def pull_all(turn: Turn) -> None:
    """Pull until the hub has nothing more."""
    feeds = feeds_of(turn)
    for _ in range(MAX_PULLS):
        pages = turn.client.pull(tuple(turn.store.cursor(feed) for feed in feeds))
        if sum(_take(turn, page) for page in pages):
            turn.events.publish("progress_changed")
        if turn.stopping() or not any(page.more for page in pages):
            return


def _take(turn: Turn, page: Page) -> int:
    if page.feed == catalogue_feed(turn.enrolled.hall_id):
        _load_snapshot(turn, page)
    return turn.store.take_page(page, turn.enrolled.hub_key)


def _load_snapshot(turn: Turn, page: Page) -> None:
    """Load a named snapshot before its row counts: a crash in between loads it again."""
    # The last one of a page counts: older files may be gone from the hub.
    named = [row.body for row in page.rows if row.key == "snapshot" and row.body is not None]
    for body in named[-1:]:
        pointer = msgspec.json.decode(body, type=CataloguePointer)
        if pointer.handle != turn.store.catalogue_handle():
            turn.store.take_snapshot(pointer.handle, turn.client.snapshot(pointer.handle))
            turn.events.publish("catalogue_changed")
