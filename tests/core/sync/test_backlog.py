"""What a terminal tells of its backlog, and how a supervisor's resolution comes down to it."""

from __future__ import annotations

from hub.desk import resolving
from hub.hub import Hub
from hub.store import conflicts, people
from terminal.errors import SyncError
from terminal.protocol.wire import Effect
from terminal.store import outbox
from terminal.store.statements import Database, rows, run
from terminal.sync.transport import HttpReply
from tests.core.hall import Hall
from tests.core.sync.conftest import FaultyLine
from tests.core.sync.rounds import Send, refused, worker


def told(hub: Hub) -> tuple[int, str, str]:
    with hub.store.reading() as database:
        (one,) = people.terminals(database)
    return one.backlog, one.earliest_due, one.earliest_act


def test_the_hub_keeps_the_last_backlog_of_a_terminal_that_falls_silent(
    joined: Hall, hub: Hub, line: FaultyLine
) -> None:
    worker(joined).once()
    assert told(hub) == (0, "", "")
    joined.ctx.intake.receive(joined.draft(), joined.clerk)
    waiting = joined.ctx.journal.status().waiting

    def lost(send: Send) -> HttpReply:
        send()
        raise SyncError("sync.unreachable")

    line.faults = [lost]
    assert refused(joined) == "sync.unreachable"
    line.down = True
    assert told(hub) == (waiting, "2026-11-30", "answer")
    line.down = False
    worker(joined).once()
    assert told(hub) == (0, "", "")


def test_a_resolved_conflict_is_settled_at_its_terminal_too(joined: Hall, hub: Hub) -> None:
    ctx = joined.ctx
    case_id = ctx.intake.receive(joined.draft(), joined.clerk).case.case_id
    worker(joined).once()
    ((entry_hash, record_id),) = ctx.ledger.read(
        lambda db: rows(db, "SELECT hash, record_id FROM entry WHERE kind = 'case_received'")
    )
    ctx.ledger.write(
        lambda db: run(db, "UPDATE entry SET state = 'conflict' WHERE hash = ?", entry_hash)
    )
    with hub.store.writing() as database:
        conflicts.add(database, entry_hash, record_id, case_id, "journal.created_twice", hub.now())
        supervisor = next(one for one in people.accounts(database) if one.supervisor)
    assert ctx.journal.status().conflict == 1
    resolving.resolve(hub, supervisor, entry_hash, "已向窗口核实，以先到的为准")
    worker(joined).once()
    assert ctx.journal.status().conflict == 0
    lines = {line.record_id: line.state for line in ctx.journal.lines()}
    assert lines[record_id] == "resolved"
    history = ctx.cases.case(case_id).history
    assert [step.kind for step in history] == ["case_received", "conflict_resolved"]

    def state_after(before: str) -> str:
        def told_again(db: Database) -> None:
            run(db, "UPDATE entry SET state = ? WHERE hash = ?", before, entry_hash)
            outbox.take_effect(db, Effect(record_id, entry_hash, "conflict", "x"), 1)

        ctx.ledger.write(told_again)
        return {line.record_id: line.state for line in ctx.journal.lines()}[record_id]

    # The feed is read anew; or a restored hub has judged the entry once more.
    assert state_after("resolved") == "resolved"
    assert state_after("acknowledged") == "resolved"
    ctx.ledger.write(lambda db: run(db, "UPDATE foreign_entry SET payload = NULL"))
    assert state_after("resolved") == "resolved"
    assert state_after("acknowledged") == "conflict", "what was wiped tells nothing"
