"""A terminal's rounds against the real hub, and what came of them on both sides."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hub.hub import Hub
from hub.store import projections
from hub.store.tables import EntryRow
from terminal.domain.case import Case, CaseState
from terminal.errors import SyncError
from terminal.sync.transport import HttpReply
from terminal.sync.worker import SyncWorker
from tests.core.hall import PLAIN, Hall

Send = Callable[[], HttpReply]
"""What a fault of the line may do with a request."""
PORTAL = "<html><body>请登录校园网</body></html>".encode()
"""What a captive portal answers to anything."""


def worker(hall: Hall) -> SyncWorker:
    """The terminal's loop."""
    assert hall.ctx.sync is not None
    return hall.ctx.sync


def at_hub(hub: Hub, hall: Hall) -> list[str]:
    """The record ids that the hub has stored of a terminal, in their order."""
    with hub.store.reading() as database:
        query = (
            EntryRow.select(EntryRow.record_id)
            .where(EntryRow.origin == hall.ctx.keys.terminal_id)
            .order_by(EntryRow.id)
        )
        return [one for (one,) in query.tuples().execute(database)]


def here(hall: Hall) -> list[str]:
    """The record ids of the terminal's journal."""
    return [line.record_id for line in reversed(hall.ctx.journal.lines())]


def cases_at(hub: Hub) -> list[Case]:
    """The cases that the hub has made of what it was sent."""
    with hub.store.reading() as database:
        return projections.cases(database, None, tuple(CaseState))


def refused(hall: Hall) -> str:
    """The code with which a round ends."""
    with pytest.raises(SyncError) as caught:
        worker(hall).once()
    assert caught.value.sentence()
    return caught.value.code


def accepted(hall: Hall) -> str:
    """Accept a plain matter; returns its case id."""
    return hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk).case.case_id
