"""Pull: pages of the feeds that a terminal may read, and the hint that one of them moved."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor

from hub.hub import Hub
from hub.store import feeds, people
from hub.store.people import TerminalData
from terminal.protocol.wire import (
    PROTOCOL_VERSION,
    Cursor,
    Page,
    PullAnswer,
    PullRequest,
    catalogue_feed,
    policy_feed,
    progress_feed,
)

MAX_ROWS = 500
MAX_PAGE_BYTES = 1 << 20
LONGEST_WAIT = 25.0
_CONTACT_EVERY = 60_000


def allowed_feeds(terminal: TerminalData) -> frozenset[str]:
    """Return the feeds that a terminal may read: its hall's and its own."""
    return frozenset(
        (catalogue_feed(terminal.hall), policy_feed(terminal.hall), progress_feed(terminal.id))
    )


def pull(hub: Hub, terminal: TerminalData, request: PullRequest) -> PullAnswer:
    """Return a page for each cursor that has news."""
    code = _refused(terminal, request)
    if code:
        return answer(hub, terminal.id, request.nonce, refusal=code)
    limit = min(max(request.limit, 1), MAX_ROWS)
    with hub.store.reading() as database:
        pages = [feeds.read_after(database, cursor, limit) for cursor in request.cursors]
    _note_contact(hub, terminal)
    return answer(hub, terminal.id, request.nonce, _bounded([page for page in pages if page]))


async def wait(
    hub: Hub, terminal: TerminalData, request: PullRequest, executor: Executor
) -> PullAnswer:
    """Answer as soon as a feed has news after its cursor, at the latest after 25 seconds."""
    code = _refused(terminal, request)
    if code:
        return answer(hub, terminal.id, request.nonce, refusal=code)
    with hub.bell.listen(cursor.feed for cursor in request.cursors) as rung:
        # Listening comes first: what moves while we look rings all the same.
        loop = asyncio.get_running_loop()
        pages = await loop.run_in_executor(executor, _news, hub, request.cursors)
        if not pages:
            try:
                await asyncio.wait_for(rung.wait(), LONGEST_WAIT)
            except TimeoutError:
                return answer(hub, terminal.id, request.nonce)
            pages = await loop.run_in_executor(executor, _news, hub, request.cursors)
    return answer(hub, terminal.id, request.nonce, pages)


def _news(hub: Hub, cursors: Sequence[Cursor]) -> list[Page]:
    with hub.store.reading() as database:
        pages = [feeds.read_after(database, cursor, 1) for cursor in cursors]
    return [
        Page(page.feed, page.handle, (), more=True, reset=page.reset)
        for page in pages
        if page is not None and (page.rows or page.reset)
    ]


def answer(
    hub: Hub, terminal_id: str, nonce: bytes, pages: Sequence[Page] = (), refusal: str = ""
) -> PullAnswer:
    """Return the answer's frame."""
    return PullAnswer(PROTOCOL_VERSION, nonce, terminal_id, hub.now(), tuple(pages), refusal)


def _refused(terminal: TerminalData, request: PullRequest) -> str:
    if request.protocol != PROTOCOL_VERSION:
        return "hub.unknown_protocol"
    allowed = allowed_feeds(terminal)
    if any(cursor.feed not in allowed for cursor in request.cursors):
        return "hub.foreign_feed"
    return ""


def _bounded(pages: Sequence[Page]) -> list[Page]:
    """Cut pages so that the answer stays within a megabyte or one row a page."""
    left = MAX_PAGE_BYTES
    bounded: list[Page] = []
    for page in pages:
        count = 0
        for row in page.rows:
            left -= len(row.body or b"") + 100
            if left < 0 and count:
                break
            count += 1
        more = page.more or count < len(page.rows)
        bounded.append(Page(page.feed, page.handle, page.rows[:count], more, page.reset))
    return bounded


def _note_contact(hub: Hub, terminal: TerminalData) -> None:
    now = hub.now()
    if abs(now - terminal.last_contact) >= _CONTACT_EVERY:
        with hub.store.writing() as database:
            people.seen(database, terminal.id, now)
