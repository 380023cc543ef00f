"""How much of the file a commit touches, and finding entries without the indexes it saved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import peewee
import pytest

from terminal.clock import FixedClock
from terminal.domain.case import Case
from terminal.domain.parties import Actor, Party
from terminal.domain.records import VisitEnded, VisitOpened
from terminal.ids import SystemRandomness
from terminal.protocol.entry import Draft
from terminal.store import aggregates, courier, hub_places, outbox, places
from terminal.store.database import Ledger
from terminal.store.journal import Journal
from terminal.store.statements import rows
from tests.core.hall import MONDAY, PLAIN, Hall

CLERK = Actor("clerk", "clerk-1", "王芳")
VISITOR = Party(name="张三丰", identity_number="210211198505041236")


@pytest.fixture
def ledger(data_dir: Path) -> Iterator[Ledger]:
    """An open ledger."""
    found = Ledger(data_dir / "ledger.db", bytes(32))
    found.open()
    yield found
    found.close()


@pytest.fixture
def journal(ledger: Ledger) -> Journal:
    """The journal of a terminal with one epoch."""
    made = Journal("terminal", FixedClock(MONDAY), SystemRandomness())
    ledger.write(lambda db: made.open_epoch(db, "created"))
    return made


def visit(ledger: Ledger, journal: Journal, number: int) -> str:
    """Append the beginning of a visit; returns its record id."""
    draft = Draft(f"visit-{number}", "", VisitOpened(VISITOR, "3", CLERK, number))
    [written] = ledger.write(lambda db: journal.append(db, f"action-{number}", [draft]))
    return written.record_id


def pages_of(ledger: Ledger) -> int:
    """How many pages stand in the log: of an emptied one, those of the commits since."""
    log = ledger.path.with_name("ledger.db-wal").read_bytes()
    frames = (log[at : at + 4] for at in range(32, len(log), 4096 + 24))
    return sum(any(number) for number in frames)


def test_a_commit_touches_few_pages(ledger: Ledger, journal: Journal) -> None:
    record = ""
    for number in range(40):
        record = visit(ledger, journal, number)
    assert ledger.empty_log()
    for number in range(40, 60):
        visit(ledger, journal, number)
    assert pages_of(ledger) / 20 < 14, "an index more is a page more in every commit"
    # A further step of something known leaves the indexes of its columns alone.
    assert ledger.empty_log()
    ended = Draft("visit-39", record, VisitEnded(CLERK))
    ledger.write(lambda db: journal.append(db, "end-39", [ended]))
    assert pages_of(ledger) <= 8


def test_a_place_is_found_in_any_epoch(ledger: Ledger, journal: Journal) -> None:
    epochs = [ledger.read(journal.epoch)]
    for number, size in enumerate((3, 0, 5)):
        for step in range(size):
            visit(ledger, journal, 10 * number + step)
        epochs.append(ledger.write(lambda db: journal.open_epoch(db, "restored")))
    stored = ledger.read(lambda db: rows(db, "SELECT id, epoch, seq, hash FROM entry"))
    assert [epoch for _, epoch, seq, _ in stored if seq == 1] == epochs
    for row in stored:
        assert ledger.read(lambda db, row=row: places.at(db, row[1], row[2])) == row
    for epoch, seq in ((epochs[0], 0), (epochs[0], 5), (epochs[1], 2), ("unknown", 1)):
        assert ledger.read(lambda db, e=epoch, s=seq: places.at(db, e, s)) is None
    ends = [ledger.read(lambda db, e=epoch: places.end_of(db, e)) for epoch in epochs]
    assert [end.seq for end in ends if end is not None] == [4, 1, 6, 1]


def test_no_statement_of_the_hot_path_walks_through_a_table(ledger: Ledger) -> None:
    asked = (
        (outbox._PENDING, 2), (outbox._EFFECT, 7), (outbox._ABOUT, 2), (outbox._RESOLVED, 2),
        (outbox._ACKNOWLEDGED, 3), (outbox._LOST, 3), (outbox._OWN, 1), (hub_places._STORED, 1),
        (courier._STANDS, 2), (places._NEWEST, 0), (places._BY_ID, 1), (aggregates._STEP, 10),
    )  # fmt: skip

    def plan(db: peewee.Database, sql: str, values: int) -> list[str]:
        found = rows(db, f"EXPLAIN QUERY PLAN {sql}", *([1] * values))
        return [str(detail) for *_, detail in found]

    for sql, values in asked:
        steps = ledger.read(lambda db, sql=sql, values=values: plan(db, sql, values))
        walks = [step for step in steps if step.startswith("SCAN")]
        assert not walks or sql is places._NEWEST, (sql, walks)


def test_what_is_saved_again_is_whole_whatever_changed(hall: Hall) -> None:
    """Also a column that no step of today changes: the row is what the aggregate says."""
    case = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk).case

    def columns(db: peewee.Database) -> tuple[object, ...]:
        sql = "SELECT head, state, number, parent, due, wiped FROM aggregate WHERE aggregate_id = ?"
        return rows(db, sql, case.case_id)[0]

    for change in (
        {"head": "h"},
        {"receipt_number": "N-1"},
        {"visit_id": "v", "respond_by": "2027-01-01"},
    ):
        known = hall.ctx.ledger.read(lambda db: aggregates.load(db, case.case_id))
        assert isinstance(known, Case)
        changed = msgspec.structs.replace(known, **change)
        hall.ctx.ledger.write(lambda db, changed=changed: aggregates.save(db, changed))
        assert hall.ctx.ledger.read(lambda db: aggregates.load(db, case.case_id)) == changed
        assert hall.ctx.ledger.read(columns) == (
            changed.head, changed.state.value, changed.receipt_number, changed.visit_id,
            changed.due, 0,
        )  # fmt: skip
