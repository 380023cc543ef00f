"""Pull: pages of the feeds that a terminal may read, and the hint that one of them moved."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from concurrent.futures import Executor

from hub.hub import Hub
from hub.restore import notice, telling
from hub.store import feeds, people
from hub.store.people import TerminalData
from terminal.protocol import sets
from terminal.protocol.backlog import Backlog
from terminal.protocol.wire import (
    PROTOCOL_VERSION,
    SPEAKS,
    Cursor,
    Page,
    PullAnswer,
    PullRequest,
    spoken,
)

MAX_ROWS = 500
MAX_PAGE_BYTES = 1 << 20
LONGEST_WAIT = 25.0
_CONTACT_EVERY = 60_000


def pull(hub: Hub, terminal: TerminalData, request: PullRequest) -> PullAnswer:
    """Return a page for each cursor that has news."""
    code = _refused(terminal, request)
    if code:
        return answer(hub, terminal.id, request.nonce, refusal=code)
    notice.hear(hub, request.heard)
    limit = min(max(request.limit, 1), MAX_ROWS)
    pages = _read(hub, request.cursors, limit)
    if any(page.reset for page in pages) and notice.hear_cursors(hub, request.cursors):
        pages = _read(hub, request.cursors, limit)
    _note_contact(hub, terminal, request.backlog)
    found = answer(hub, terminal.id, request.nonce, _bounded(pages))
    return telling.complete(hub, terminal, request, found)


def _read(hub: Hub, cursors: Sequence[Cursor], limit: int) -> list[Page]:
    with hub.store.reading() as database:
        pages = [feeds.read_after(database, cursor, limit) for cursor in cursors]
    return [page for page in pages if page is not None]


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
        await loop.run_in_executor(executor, notice.hear, hub, request.heard)
        pages = await loop.run_in_executor(executor, _news, hub, request.cursors)
        if not pages:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(rung.wait(), LONGEST_WAIT)
                pages = await loop.run_in_executor(executor, _news, hub, request.cursors)
        found = answer(hub, terminal.id, request.nonce, pages)
        return await loop.run_in_executor(executor, telling.complete, hub, terminal, request, found)


def _news(hub: Hub, cursors: Sequence[Cursor]) -> list[Page]:
    return [
        Page(page.feed, page.handle, (), more=True, reset=page.reset)
        for page in _read(hub, cursors, 1)
        if page.rows or page.reset
    ]


def answer(
    hub: Hub, terminal_id: str, nonce: bytes, pages: Sequence[Page] = (), refusal: str = ""
) -> PullAnswer:
    """Return the answer's frame."""
    return PullAnswer(
        PROTOCOL_VERSION, nonce, terminal_id, hub.now(), tuple(pages), refusal,
        speaks=SPEAKS, sets=sets.ALL_SETS,
    )  # fmt: skip


def _refused(terminal: TerminalData, request: PullRequest) -> str:
    if not spoken(request.protocol):
        return "hub.unknown_protocol"
    if not all(
        sets.may_read(cursor.feed, terminal.hall, terminal.id) for cursor in request.cursors
    ):
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


def _note_contact(hub: Hub, terminal: TerminalData, backlog: Backlog | None) -> None:
    now = hub.now()
    told = (terminal.backlog, terminal.earliest_due, terminal.earliest_act)
    news = backlog is not None and told != (backlog.waiting, backlog.due, backlog.act)
    if news or abs(now - terminal.last_contact) >= _CONTACT_EVERY:
        with hub.store.writing() as database:
            people.seen(database, terminal.id, now, backlog)
