"""Pull: what others did comes down the feeds, rows and cursor in one transaction."""

from __future__ import annotations

import contextlib
import gc
import logging
from collections.abc import Iterator

import msgspec

from terminal.clock import today
from terminal.errors import StoreError, SyncError
from terminal.protocol import sets
from terminal.protocol.wire import (
    PATH_PULL,
    PROTOCOL_VERSION,
    CataloguePointer,
    Cursor,
    Page,
    PullAnswer,
    PullRequest,
    catalogue_feed,
)
from terminal.sync import snapshots
from terminal.sync.turn import Turn

logger = logging.getLogger(__name__)

MAX_PULLS = 200


def feeds_of(turn: Turn) -> tuple[str, ...]:
    """Return the names of the feeds that this terminal reads, as far as the hub knows them."""
    return tuple(
        sets.feeds(
            turn.enrolled.hall_id,
            turn.keys.terminal_id,
            today(turn.clock),
            turn.store.announced_sets(),
        )
    )


def cursors_of(turn: Turn) -> tuple[Cursor, ...]:
    """Return where this terminal stands in each of them."""
    return tuple(turn.store.cursor(feed) for feed in feeds_of(turn))


def pull_all(turn: Turn) -> None:
    """Pull until the hub has nothing more; a catalogue that cannot be had keeps nobody waiting."""
    turn.store.forget_others(turn.enrolled.hall_id)
    changed: set[str] = set()
    unready: set[str] = set()
    for _ in range(MAX_PULLS):
        answer = _ask(turn, tuple(c for c in cursors_of(turn) if c.feed not in unready))
        news = turn.store.hear_sets(answer)
        for page in answer.pages:
            try:
                if _take(turn, page):
                    changed.add(page.feed)
            except (StoreError, SyncError) as error:
                if page.feed != catalogue_feed(turn.enrolled.hall_id):
                    raise
                logger.warning("catalogue not taken over: %s", error.code)
                unready.add(page.feed)
        more = any(page.more for page in answer.pages if page.feed not in unready)
        if turn.stopping() or not (more or news):
            break
    for name in sorted({event_of(feed) for feed in changed}):
        turn.events.publish(name)


def event_of(feed: str) -> str:
    """Return the event that tells of a change in a feed: `policy_changed` …"""
    return f"{feed.partition('/')[0]}_changed"


def _ask(turn: Turn, cursors: tuple[Cursor, ...]) -> PullAnswer:
    nonce = turn.client.nonce()
    request = PullRequest(PROTOCOL_VERSION, turn.keys.terminal_id, nonce, cursors)
    return turn.client.ask("POST", PATH_PULL, request, nonce, PullAnswer)


def _take(turn: Turn, page: Page) -> int:
    if page.feed == catalogue_feed(turn.enrolled.hall_id):
        snapshot = _snapshot(turn, page)
        with _uncollected() if snapshot else contextlib.nullcontext():
            return turn.store.take_catalogue(page, snapshot)
    return turn.store.take_page(page, turn.enrolled.hub_key)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector away from a whole catalogue while it is taken over.

    It would look through hundreds of thousands of items again and again, and meanwhile the
    window takes no key; none of them is garbage before the end, and none lies in a circle.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _snapshot(turn: Turn, page: Page) -> bytes:
    """Load the snapshot that a page begins with, before its row counts; none is empty."""
    named = [row.body for row in page.rows if row.key == sets.SNAPSHOT_KEY and row.body is not None]
    if not named:
        return b""
    pointer = msgspec.json.decode(named[-1], type=CataloguePointer)
    part = turn.store.snapshot_part(pointer.handle)
    if part is None:
        raise SyncError("sync.bad_snapshot")
    try:
        data = snapshots.load(turn.client.transport, pointer, part)
    except SyncError:
        turn.store.snapshot_failed(pointer.handle)
        raise
    return data
