"""Faults that other systems shipped (docs/faults.md), at the hub, on both stores."""

from __future__ import annotations

import threading

from hub.hub import Hub
from hub.store import feeds
from hub.store.feeds import NewRow
from terminal.protocol.wire import Cursor

FEED = "policy/hall"
OVERTAKEN_SECONDS = 0.4
"""How long the first writer leaves the second one time to overtake it."""


def test_no_row_is_skipped_while_another_one_is_committed(hub: Hub) -> None:
    """Two writers, the first commits last: a reader in between must not pass over its row.

    A sequence would give the first one position 1, the second one 2; a reader that has seen 2
    never asks for 1 again.
    """
    with hub.store.writing() as database:
        feeds.append(database, [NewRow(FEED, "json", "before", b"0")], "handle")
    start = _stand(hub, Cursor(FEED))[0]
    taken, overtook, looked = threading.Event(), threading.Event(), threading.Event()

    def first() -> None:
        with hub.store.writing() as database:
            feeds.append(database, [NewRow(FEED, "json", "first", b"1")], "handle")
            taken.set()
            looked.wait(10)

    def second() -> None:
        taken.wait(10)
        with hub.store.writing() as database:
            feeds.append(database, [NewRow(FEED, "json", "second", b"2")], "handle")
        overtook.set()

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    overtook.wait(OVERTAKEN_SECONDS)
    cursor, seen = _stand(hub, start)
    looked.set()
    for thread in threads:
        thread.join()
    seen += _stand(hub, cursor)[1]
    assert seen == ["first", "second"]


def _stand(hub: Hub, cursor: Cursor) -> tuple[Cursor, list[str]]:
    """Read on from a cursor to the end; returns the new cursor and the keys of the rows."""
    with hub.store.reading() as database:
        page = feeds.read_after(database, cursor, 100)
    if page is None or not page.rows:
        return cursor, []
    last = page.rows[-1]
    return Cursor(FEED, page.handle, last.position, last.hash), [row.key for row in page.rows]
