"""A supervisor's resolution: both facts stay, nothing but the history changes."""

from __future__ import annotations

import msgspec

from terminal.domain.case import Case, CaseState
from terminal.domain.evolve import Evolved, Held, Judgement, Refused, evolve
from terminal.domain.parties import Actor
from terminal.domain.records import HUB_ORIGIN, ConflictResolved, Record
from tests.core.domain.test_evolve import ACCEPTED, CLERK, RECEIVED

SUPERVISOR = Actor("supervisor", "zhao", "赵敏")
RESOLVED = ConflictResolved(
    conflict="second", entry_hash="ab" * 32, reason="两个窗口先后受理，以先到的为准",
    resolved_at=3, supervisor=SUPERVISOR,
)  # fmt: skip


def case() -> Case:
    made = evolve(None, Record("r", "case", "", "t1", 1, RECEIVED))
    assert isinstance(made, Evolved)
    made = evolve(made.aggregate, Record("a", "case", "r", "t1", 2, ACCEPTED))
    assert isinstance(made, Evolved)
    assert isinstance(made.aggregate, Case)
    return made.aggregate


def judged(body: ConflictResolved, origin: str = HUB_ORIGIN, base: str = "a") -> Judgement:
    return evolve(case(), Record("x", "case", base, origin, 3, body))


def test_it_is_a_line_of_the_history_and_changes_nothing_else() -> None:
    before, made = case(), judged(RESOLVED)
    assert isinstance(made, Evolved)
    after = made.aggregate
    assert isinstance(after, Case)
    assert after.state is CaseState.ACCEPTED
    assert after.history[-1].kind == "conflict_resolved"
    assert after.history[-1].actor == SUPERVISOR
    assert msgspec.structs.replace(after, head=before.head, history=before.history) == before
    # Also when the case has gone on meanwhile.
    assert isinstance(judged(RESOLVED, base="r"), Evolved)


def test_only_a_supervisor_at_the_hub_gives_it_with_a_reason() -> None:
    assert judged(RESOLVED, origin="t1") == Refused("conflict.only_at_hub")
    nobody = msgspec.structs.replace(RESOLVED, supervisor=CLERK)
    assert judged(nobody) == Refused("conflict.needs_supervisor")
    silent = msgspec.structs.replace(RESOLVED, reason=" ")
    assert judged(silent) == Refused("case.reason_missing")
    assert evolve(None, Record("x", "case", "a", HUB_ORIGIN, 3, RESOLVED)) == Held(
        "journal.base_missing"
    )
