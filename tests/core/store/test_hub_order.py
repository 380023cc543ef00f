"""Cases have their steps in the hub's order, and none that has no effect there."""

from __future__ import annotations

from terminal.domain.case import Case
from terminal.domain.records import CaseNumbered
from terminal.ids import record_id
from terminal.protocol import entry as protocol
from terminal.protocol.entry import Draft, Entry
from terminal.protocol.wire import Effect
from terminal.store import hub_order, outbox
from terminal.store.hub_order import Known, place_of
from terminal.store.statements import rows
from tests.core.hall import Hall
from tests.core.store.test_without_effect import withdrawn


def test_what_the_newest_reading_has_told_stands_as_it_was_told() -> None:
    told = {
        "early": Known(True, 0),
        "second": Known(True, place_of(1, 9)),
        "not-yet": Known(True, place_of(0, 3)),
        "first": Known(True, place_of(1, 4)),
        "waits": Known(False, 0),
        "waits-too": Known(False, place_of(0, 8)),
        "missing-here": Known(True, 0),
    }
    here = ["waits", "early", "second", "first", "not-yet"]
    assert hub_order.in_order(here, told) == [
        "early", "first", "second", "not-yet", "missing-here", "waits", "waits-too",
    ]  # fmt: skip
    assert hub_order.in_order([], {}) == []


def _numbered(case: Case, hall: Hall) -> Entry:
    """The hub's number for a case, given behind its second step."""
    draft = Draft(case.case_id, case.history[1].record_id, CaseNumbered("5116-2026-000001-P"))
    return protocol.encode(
        draft,
        record_id=record_id("number", case.case_id, CaseNumbered.kind), action_id="number",
        origin="hub", epoch="of-the-hub", seq=2, prev_hash="0" * 64,
        time=hall.ctx.clock.now(), salt=b"0" * 16,
    )  # fmt: skip


def _told(hall: Hall, case_id: str, order: list[str], number: Entry, reading: int) -> list[str]:
    """Let the feed tell steps by their kinds in this order; returns the case's kinds then."""

    def tell(db: object) -> None:
        own = rows(db, "SELECT kind, record_id, hash FROM entry")  # type: ignore[arg-type]
        entries = {kind: Effect(record, digest, "applied") for kind, record, digest in own}
        for position, kind in enumerate(order, start=1):
            place = place_of(reading, position)
            if kind == CaseNumbered.kind:
                outbox.take_foreign(db, number, position, place)  # type: ignore[arg-type]
            else:
                outbox.take_effect(db, entries[kind], position, place)  # type: ignore[arg-type]
        outbox.put_in_order(db, [case_id])  # type: ignore[arg-type]

    hall.ctx.ledger.write(tell)
    return [step.kind for step in hall.ctx.cases.case(case_id).history]


def test_a_case_follows_the_hub_that_tells_it_in_another_order(hall: Hall) -> None:
    """It was put back, and heard the steps otherwise than the first time."""
    case_id = withdrawn(hall)
    number = _numbered(hall.ctx.cases.case(case_id), hall)
    first = ["case_received", "case_accepted", "case_numbered", "case_withdrawn"]
    then = ["case_received", "case_accepted", "case_withdrawn", "case_numbered"]
    assert _told(hall, case_id, first, number, 0) == first
    assert _told(hall, case_id, then, number, 1) == then
    assert _told(hall, case_id, first, number, 2) == first
    # In one reading the first word holds: a copy of an entry shares what it came to.
    assert _told(hall, case_id, then, number, 2) == first


def test_what_has_no_effect_at_the_hub_is_taken_out_and_taken_up_again(hall: Hall) -> None:
    case_id = withdrawn(hall)
    number = _numbered(hall.ctx.cases.case(case_id), hall)
    order = ["case_received", "case_accepted", "case_numbered"]
    assert "case_numbered" in _told(hall, case_id, order, number, 0)
    record = number.read_header().record_id

    def said(entry_hash: str, code: str) -> str:
        effect = Effect(record, entry_hash, "conflict", code)
        hall.ctx.ledger.write(lambda db: outbox.take_effect(db, effect, 9, place_of(0, 9)))
        return hall.ctx.cases.case(case_id).case_number

    # Another content of the record, which is not the one that is here.
    assert said("0" * 64, "hub.record_twice")
    assert not said("0" * 64, "case.not_while_accepted")
    assert "case_numbered" in _told(hall, case_id, order, number, 1)
    assert not said(number.hash, "hub.record_twice")
