"""What `torture` counts with reads the files of today's hub, without the hub's own code."""

from __future__ import annotations

from hub.hub import Hub
from hub.store import entries
from terminal.dev.torture import count
from tests.core.hall import Hall
from tests.core.sync.rounds import accepted, worker


def test_the_hubs_file_is_read_as_it_lies_there(joined: Hall, hub: Hub) -> None:
    number = joined.ctx.cases.case(accepted(joined)).receipt_number
    worker(joined).once()
    found = count.read_hub(hub.paths.database)
    with hub.store.reading() as database:
        counted = entries.counts(database)
    assert found.records.total() == len(found.hashes) == counted["entries"]
    assert set(found.effects.values()) == {"applied"}
    assert (found.twice, found.forks, found.unjudged) == ((), 0, 0)
    assert number in found.documents
