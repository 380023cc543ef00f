"""What a pull's answer says beside its pages: where the hub stands, and what it has lost."""

from __future__ import annotations

import msgspec

from hub.hub import Hub
from hub.restore import notice
from hub.store import entries
from hub.store.people import TerminalData
from terminal.protocol.returns import sign_cursor
from terminal.protocol.wire import Page, PullAnswer, PullRequest, catalogue_feed


def complete(
    hub: Hub, terminal: TerminalData, request: PullRequest, answer: PullAnswer
) -> PullAnswer:
    """Return an answer with the hub's place, its losses, and its word for each page's end."""
    stored = request.stored
    with hub.store.reading() as database:
        epoch, end = notice.standing(database)
        restored = hub.places.restored(database, epoch)
        behind = (
            stored is not None
            and entries.chain_end(database, terminal.id, stored.epoch).seq < stored.seq
        )
    return msgspec.structs.replace(
        answer,
        pages=tuple(_signed(hub, terminal, page) for page in answer.pages),
        place=hub.places.place(hub.keys.signing, epoch, end),
        restored=restored,
        behind=behind,
    )


def _signed(hub: Hub, terminal: TerminalData, page: Page) -> Page:
    """Sign the place to which a page leads.

    A catalogue's handle is its snapshot's, which may come back: its places prove nothing.
    """
    if not page.rows or page.feed == catalogue_feed(terminal.hall):
        return page
    last = page.rows[-1]
    return msgspec.structs.replace(
        page,
        signature=sign_cursor(hub.keys.signing, page.feed, page.handle, last.position, last.hash),
    )
