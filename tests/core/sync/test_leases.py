"""Numbers from leased blocks: given offline, printed, the same at the hub, returned in the end."""

from __future__ import annotations

import json
from pathlib import Path

from hub import leases, policy
from hub.granting import grant
from hub.hub import Hub
from hub.store import projections
from terminal.clock import FixedClock
from terminal.documents import decode_view
from terminal.documents.views import AcceptanceView
from terminal.domain.case import Case
from terminal.store import lists
from tests.core.hall import VISITOR, Hall
from tests.core.sync.conftest import FaultyLine


def publish(hub: Hub, folder: Path, **numbers: object) -> None:
    path = folder / "numbers.json"
    path.write_text(json.dumps(numbers), encoding="utf-8")
    policy.set_policy(hub, "numbers", path)


def accept(hall: Hall) -> Case:
    saved = hall.ctx.intake.accept(hall.complete(visitor=VISITOR), hall.clerk)
    case = hall.ctx.cases.case(saved.case.case_id)
    (paper,) = [one for one in saved.documents if one.kind == "acceptance"]
    view = decode_view(hall.ctx.documents.document(paper.document_id).view)
    assert isinstance(view, AcceptanceView)
    assert (view.case_number or "") == case.case_number
    return case


def number_on_paper(hall: Hall) -> str:
    """Accept once more; return what the notice shows as its number."""
    saved = hall.ctx.intake.accept(hall.complete(visitor=VISITOR), hall.clerk)
    (paper,) = [one for one in saved.documents if one.kind == "acceptance"]
    return shown(hall, paper.document_id).replace(f"{saved.case.receipt_number}-受", "…")


def shown(hall: Hall, document_id: str) -> str:
    text = hall.ctx.documents.render(hall.ctx.documents.document(document_id), "text").decode()
    (line,) = [line for line in text.splitlines() if line.strip().startswith("编号")]
    return line.partition("：")[2].strip()


def test_a_block_is_used_offline_and_beyond_it_the_hub_gives_the_number(
    joined: Hall, hub: Hub, line: FaultyLine, tmp_path: Path
) -> None:
    sync = joined.ctx.sync
    assert sync is not None
    publish(hub, tmp_path, case_block=0)
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
    # The block was used up, so the next one would be here, had the hall not forbidden it.
    line.down = True
    assert accept(joined).case_number == ""


def test_papers_made_offline_bear_the_organs_number_and_say_so_when_none_is_left(
    joined: Hall, hub: Hub, line: FaultyLine, tmp_path: Path, hall_clock: FixedClock
) -> None:
    sync = joined.ctx.sync
    assert sync is not None
    publish(hub, tmp_path, document_block=2, organs={"区市场监管局": "区市监"})
    sync.once()
    pending = "…（机关文号随后编发）"
    assert number_on_paper(joined) == pending, "nothing was leased before the first one"
    for _ in range(3):
        sync.once()
    line.down = True
    assert number_on_paper(joined) == "区市监受〔2026〕2号（原编号 …）"
    assert number_on_paper(joined) == "区市监受〔2026〕3号（原编号 …）"
    assert number_on_paper(joined) == pending
    line.down = False
    for _ in range(3):
        sync.once()
    assert joined.ctx.journal.status().refused == 0
    ledger = joined.ctx.ledger
    papers = [
        found
        for row in joined.ctx.cases.mine(joined.clerk)
        for found in ledger.read(lambda db, row=row: lists.documents_of_case(db, row.case_id))
        if found.document_kind == "acceptance"
    ]
    assert sorted(one.official_number for one in papers) == [
        f"区市监受〔2026〕{place}号" for place in (1, 2, 3, 4)
    ], "each paper has its own, whoever gave it"
    # The year is over: what is left goes back, once, and is void for ever.
    hall_clock.advance(days=60)
    assert joined.ctx.number_blocks.give_back() > 0
    assert joined.ctx.number_blocks.give_back() == 0
    assert number_on_paper(joined) == pending
    sync.once()
    with hub.store.reading() as database:
        accounts = leases.accounts(database, 2026)
    assert all(one.void_from == one.first + one.used for one in accounts if one.void_from)
    assert next(one.used for one in accounts if one.series == "document/区市监受/2026") == 2
