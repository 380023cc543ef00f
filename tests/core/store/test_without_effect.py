"""A step of ours that came to nothing at the hub: the window goes on from what the hub has."""

from __future__ import annotations

import importlib
import io

import msgspec
from PIL import Image

from terminal.domain.case import Case, CaseState
from terminal.protocol.wire import PROTOCOL_VERSION, Answer, Effect
from terminal.store import outbox, settled
from terminal.store.statements import Database, rows, run
from tests.core.hall import PLAIN, Hall


def withdrawn(hall: Hall) -> str:
    """Accept a plain matter that is then withdrawn; returns its case id."""
    case_id = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk).case.case_id
    _withdraw(hall, case_id)
    return case_id


def _withdraw(hall: Hall, case_id: str) -> None:
    strokes = io.BytesIO()
    Image.new("L", (40, 20), 255).save(strokes, "PNG")
    hall.withdraw(case_id, strokes.getvalue())


def _hash(db: Database, record_id: str) -> str:
    ((digest,),) = rows(db, "SELECT hash FROM entry WHERE record_id = ?", record_id)
    return str(digest)


def test_it_is_no_part_of_the_case_and_comes_back_when_it_is_judged_otherwise(hall: Hall) -> None:
    case_id = withdrawn(hall)
    found = hall.ctx.ledger.read(
        lambda db: rows(db, "SELECT kind, record_id, hash, epoch, seq FROM entry ORDER BY id")
    )
    entries = {kind: Effect(record, digest, "") for kind, record, digest, _, _ in found}
    _, _, digest, epoch, seq = next(row for row in found if row[0] == "case_accepted")

    def told(kind: str, effect: str) -> CaseState:
        said = msgspec.structs.replace(entries[kind], effect=effect, code="case.x")
        hall.ctx.ledger.write(lambda db: outbox.take_effect(db, said, 1))
        return hall.ctx.cases.case(case_id).state

    assert told("case_received", "applied") is CaseState.WITHDRAWN
    assert told("case_withdrawn", "conflict") is CaseState.ACCEPTED
    # A hub that was put back has judged it anew, and otherwise.
    assert told("case_withdrawn", "applied") is CaseState.WITHDRAWN
    # What stands on it goes with it, and comes back with it.
    assert told("case_accepted", "refused") is CaseState.RECEIVED
    assert told("case_accepted", "held") is CaseState.WITHDRAWN
    assert told("case_withdrawn", "conflict") is CaseState.ACCEPTED

    def lost(db: Database) -> None:
        run(db, "UPDATE entry SET acknowledged = 1")
        nonce, terminal = b"", hall.ctx.keys.terminal_id
        answer = Answer(PROTOCOL_VERSION, nonce, terminal, epoch, seq, digest, 0, "", 0)
        outbox.acknowledge(db, answer, 2)

    # Or it has lost the step, which waits again.
    hall.ctx.ledger.write(lost)
    assert hall.ctx.cases.case(case_id).state is CaseState.WITHDRAWN
    # Of a case whose beginning came to nothing nothing is left to go on from: it stays to be seen.
    assert told("case_received", "refused") is CaseState.WITHDRAWN
    assert hall.ctx.cases.case(case_id).history[0].kind == "case_received"


def test_a_step_is_taken_out_of_a_case_whose_beginning_was_wiped(hall: Hall) -> None:
    case_id = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk).case.case_id
    hall.ctx.ledger.write(
        lambda db: run(db, "UPDATE entry SET acknowledged = 1, state = 'applied'")
    )
    hall.ctx.clock.advance(days=31)  # type: ignore[attr-defined]
    before = hall.ctx.cases.case(case_id)
    assert hall.ctx.retention.run().entries
    _withdraw(hall, case_id)
    after = hall.ctx.cases.case(case_id)
    assert (before.state, after.state) == (CaseState.ACCEPTED, CaseState.WITHDRAWN)

    def told(effect: str) -> Case:
        last = after.history[-1].record_id
        hall.ctx.ledger.write(
            lambda db: outbox.take_effect(db, Effect(last, _hash(db, last), effect, "case.x"), 1)
        )
        return hall.ctx.cases.case(case_id)

    assert told("conflict") == before
    assert told("applied") == after


def test_a_case_that_an_older_release_has_wiped_is_kept_as_it_is(hall: Hall) -> None:
    """Not where a step waits for its effect: that may yet come to nothing."""
    step = importlib.import_module("terminal.store.migrations.0021_settled")
    case_id = withdrawn(hall)

    def kept(db: Database, state: str) -> list[str]:
        run(db, "UPDATE entry SET state = ? WHERE kind = 'case_withdrawn'", state)
        run(db, "UPDATE entry SET payload = NULL WHERE kind = 'case_received'")
        run(db, step.STATEMENTS[1])
        return settled.every_id(db)

    hall.ctx.ledger.write(lambda db: run(db, "UPDATE entry SET state = 'applied'"))
    assert hall.ctx.ledger.write(lambda db: kept(db, "held")) == []
    assert hall.ctx.ledger.write(lambda db: kept(db, "applied")) == [case_id]


def test_what_was_wiped_leaves_the_case_as_it_is(hall: Hall) -> None:
    case_id = withdrawn(hall)
    ((record, digest),) = hall.ctx.ledger.read(
        lambda db: rows(db, "SELECT record_id, hash FROM entry WHERE kind = 'case_withdrawn'")
    )

    def wiped(db: Database) -> None:
        run(db, "UPDATE entry SET payload = NULL WHERE kind = 'case_received'")
        outbox.take_effect(db, Effect(record, digest, "conflict", "case.x"), 1)

    hall.ctx.ledger.write(wiped)
    assert hall.ctx.cases.case(case_id).state is CaseState.WITHDRAWN
