"""A step of ours that came to nothing at the hub: the window goes on from what the hub has."""

from __future__ import annotations

import io

import msgspec
from PIL import Image

from terminal.domain.case import CaseState
from terminal.protocol.wire import PROTOCOL_VERSION, Answer, Effect
from terminal.store import outbox
from terminal.store.statements import Database, rows, run
from tests.core.hall import PLAIN, Hall


def withdrawn(hall: Hall) -> str:
    """Accept a plain matter that is then withdrawn; returns its case id."""
    case_id = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk).case.case_id
    strokes = io.BytesIO()
    Image.new("L", (40, 20), 255).save(strokes, "PNG")
    hall.ctx.signing.withdraw(case_id, "不办了", strokes.getvalue(), hall.clerk)
    return case_id


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
