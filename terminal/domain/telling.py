"""What an organ's own desk has done and the applicant must be told on paper (告知); pure.

The law asks for a written proof that reaches the applicant (Administrative Licensing Law,
art. 32, 42, 45): the window that took the case in hands the department's paper over.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from terminal.domain.case import Case, CaseState, Step
from terminal.domain.records import (
    CaseAccepted,
    CaseDecided,
    CaseDeclined,
    CaseExtended,
    CaseSuspended,
    CorrectionNotified,
    CureFailed,
    DeliveryWay,
    Outcome,
)
from terminal.domain.wiping import is_wiped

PAPERS = {
    CorrectionNotified.kind: ("correction",),
    CaseAccepted.kind: ("acceptance", "conditional"),
    CaseDeclined.kind: ("decline",),
    CaseExtended.kind: ("extension",),
    CaseSuspended.kind: ("special_procedure",),
}
"""Kinds of papers of each step that wants telling."""

_EARLIER_MS = 60_000
"""A desk composes its paper right before it writes the step: so much earlier it may be dated."""


class Owed(NamedTuple):
    """A paper of a department: its step, the kinds that it may have, how it reaches people.

    `on_screen`: the applicant has agreed to electronic delivery; then it need not be signed.
    """

    step: Step
    kinds: tuple[str, ...]
    on_screen: bool = False


class Out(NamedTuple):
    """What of a paper matters here: its kind, when it was issued, whether it was signed for."""

    kind: str
    issued_at: int
    signed: bool


def owed_papers(case: Case) -> tuple[Owed, ...]:
    """Return the department's papers of which the applicant must be told, told or not.

    A correction that was answered needs none any more; with the decision all that led to it
    goes out.
    """
    kinds = [CaseAccepted.kind, CaseExtended.kind, CaseSuspended.kind]
    if case.state is CaseState.NOT_ACCEPTED:
        kinds = [CaseDeclined.kind]
    elif not case.state.open:
        return ()
    elif case.state is CaseState.AWAITING_CORRECTION:
        kinds = [CorrectionNotified.kind]
    return _of_department(case, {kind: PAPERS[kind] for kind in kinds})


def decision_papers(case: Case) -> tuple[Owed, ...]:
    """Return the department's decision, as long as it is not delivered.

    It goes out with the result: the result desk brings it up, and has it signed for.
    """
    made = case.decision
    if made is None or case.state not in (CaseState.DECIDED, CaseState.RESULT_READY):
        return ()
    kind = "decision_grant" if made.outcome is Outcome.GRANTED else "decision_refuse"
    return _of_department(case, {CaseDecided.kind: (kind,), CureFailed.kind: ("cure_failed",)})


def _of_department(case: Case, kinds: dict[str, tuple[str, ...]]) -> tuple[Owed, ...]:
    if is_wiped(case):
        return ()
    choice = case.delivery_choice
    on_screen = choice is not None and choice.way is DeliveryWay.ELECTRONIC and choice.consent
    newest = {step.kind: step for step in case.history if step.kind in kinds}
    return tuple(
        Owed(step, kinds[step.kind], on_screen)
        for step in newest.values()
        if step.actor.kind == "department"
    )


def is_of(owed: Owed, paper: Out) -> bool:
    """Say whether a paper that was issued is the one that is owed."""
    return paper.kind in owed.kinds and paper.issued_at >= owed.step.at - _EARLIER_MS


def untold(owed: Iterable[Owed], papers: Iterable[Out]) -> tuple[Owed, ...]:
    """Return what the applicant was not told: no paper, or one that nobody has signed for."""
    out = tuple(papers)
    return tuple(
        one
        for one in owed
        if not any((paper.signed or one.on_screen) and is_of(one, paper) for paper in out)
    )
