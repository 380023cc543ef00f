"""Numbers from leased blocks: given offline, printed, the same at the hub, returned in the end."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from hub import leases, policy
from hub.granting import grant
from hub.hub import Hub
from hub.store import projections
from terminal.clock import FixedClock
from terminal.documents import decode_view
from terminal.documents.views import AcceptanceView
from terminal.domain.case import Case
from terminal.domain.catalogue import WindowAuthority
from terminal.domain.records import Outcome
from terminal.services.casework.window import DecisionRequest
from terminal.store import lists
from tests.core.hall import LICENCE, VISITOR, Hall
from tests.core.services.test_casework import chief
from tests.core.sync.conftest import FaultyLine

NAMED = msgspec.structs.replace(
    LICENCE, authority=WindowAuthority.DECIDE, authority_document="授权书〔2026〕1号"
)


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


def test_a_chief_representatives_decision_takes_its_number_from_the_block_or_says_it_follows(
    joined: Hall, hub: Hub, line: FaultyLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx, sync = joined.ctx, joined.ctx.sync
    assert sync is not None
    publish(hub, tmp_path, document_block=2, organs={"区市场监管局": "区市监"})
    sync.once()
    cases = [accept(joined).case_id for _ in range(5)]
    monkeypatch.setattr(ctx.catalogue, "item", lambda *_: NAMED)

    def decided(case_id: str, number: str = "") -> tuple[str, str]:
        """Grant it; return the number of the decision, and what its paper shows."""
        request = DecisionRequest(Outcome.GRANTED, number, "执-1", "", "")
        done = ctx.casework.decide(case_id, request, chief(joined))
        case = ctx.cases.case(case_id)
        assert case.decision is not None
        receipt = case.receipt_number
        return tuple(  # type: ignore[return-value]
            one.replace(receipt, "…")
            for one in (case.decision.document_number, shown(joined, done.documents[0].document_id))
        )

    assert decided(cases[0]) == ("…-准", "…-准（机关文号随后编发）")
    for _ in range(3):
        sync.once()
    line.down = True
    assert decided(cases[1]) == ("区市监准〔2026〕2号", "区市监准〔2026〕2号（原编号 …-准）")
    assert decided(cases[2]) == ("区市监准〔2026〕3号", "区市监准〔2026〕3号（原编号 …-准）")
    assert decided(cases[3]) == ("…-准", "…-准（机关文号随后编发）")
    # A number that the organ itself has given stays, and takes none of the block.
    assert decided(cases[4], "市监许〔2026〕88号")[0] == "市监许〔2026〕88号"
    line.down = False
    for _ in range(3):
        sync.once()
    assert ctx.journal.status().refused == 0
    found = [
        one
        for case_id in cases
        for one in ctx.ledger.read(lambda db, case_id=case_id: lists.documents_of_case(db, case_id))
        if one.document_kind == "decision_grant"
    ]
    assert [one.official_number for one in found] == [
        *(f"区市监准〔2026〕{place}号" for place in (1, 2, 3, 4)), "",
    ]  # fmt: skip
    assert shown(joined, found[3].document_id).startswith("区市监准〔2026〕4号（原编号")
    with hub.store.reading() as database:
        there = projections.load(database, cases[1])
    assert isinstance(there, Case)
    assert there.decision is not None
    assert there.decision.document_number == "区市监准〔2026〕2号"
