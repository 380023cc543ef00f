"""Case numbers from a leased block: given offline, printed, and the same at the hub."""

from __future__ import annotations

from hub.granting import grant
from hub.hub import Hub
from hub.store import projections
from terminal.documents import decode_view
from terminal.documents.views import AcceptanceView
from terminal.domain.case import Case
from tests.core.hall import VISITOR, Hall
from tests.core.sync.conftest import FaultyLine


def accept(hall: Hall) -> Case:
    saved = hall.ctx.intake.accept(hall.complete(visitor=VISITOR), hall.clerk)
    case = hall.ctx.cases.case(saved.case.case_id)
    (paper,) = [one for one in saved.documents if one.kind == "acceptance"]
    view = decode_view(hall.ctx.documents.document(paper.document_id).view)
    assert isinstance(view, AcceptanceView)
    assert (view.case_number or "") == case.case_number
    return case


def test_a_block_is_used_offline_and_beyond_it_the_hub_gives_the_number(
    joined: Hall, hub: Hub, line: FaultyLine
) -> None:
    sync = joined.ctx.sync
    assert sync is not None
    sync.once()
    grant(hub, joined.ctx.keys.terminal_id, 2)
    sync.once()
    line.down = True
    first, second, third = accept(joined), accept(joined), accept(joined)
    numbers = [case.case_number for case in (first, second, third)]
    assert numbers[0].startswith("5116-2026-000001-")
    assert numbers[1].startswith("5116-2026-000002-")
    assert numbers[2] == "", "beyond the block the receipt number stands until the hub answers"
    line.down = False
    for _ in range(3):
        sync.once()
    with hub.store.reading() as database:
        there = [projections.load(database, one.case_id) for one in (first, second, third)]
    assert [case.case_number for case in there if isinstance(case, Case)][:2] == numbers[:2]
    mine = joined.ctx.cases.case(third.case_id).case_number
    assert mine
    assert mine not in numbers
    assert joined.ctx.journal.status().refused == 0
    # The block was used up, so the next one is here already.
    line.down = True
    assert accept(joined).case_number not in ("", mine, *numbers)
