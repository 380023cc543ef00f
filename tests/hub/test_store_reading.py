"""Reading the hub's store: many at once, and within each other, wait for nobody."""

from __future__ import annotations

import threading

from hub.hub import Hub
from hub.store.database import READERS
from hub.store.statements import rows

DEADLINE = 5.0


def test_who_reads_within_a_read_waits_for_nobody(hub: Hub) -> None:
    """If each held what another one waits for, the hub would never answer again."""
    together = threading.Barrier(READERS)
    found: list[int] = []

    def look() -> None:
        with hub.store.reading():
            together.wait(DEADLINE)
            with hub.store.reading() as database:
                found.append(int(rows(database, "SELECT 1")[0][0]))

    threads = [threading.Thread(target=look, daemon=True) for _ in range(READERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert found == [1] * READERS
    with hub.store.reading() as database:
        assert rows(database, "SELECT 1"), "given back"
