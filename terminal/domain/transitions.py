"""The table of transitions of a case: who may, when, with which document, what the clock does.

The table is data for people and screens: it lists what can be done next and is printed in
`docs/rules.md`; `evolve` enforces the rules themselves, and a test holds both against each
other. Sources are the articles of the Licensing Law unless they say otherwise.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from terminal.domain.case import CaseState
from terminal.domain.records import (
    Body,
    CaseAccepted,
    CaseArchived,
    CaseClaimed,
    CaseClosed,
    CaseDecided,
    CaseDeclined,
    CaseDelivered,
    CaseExtended,
    CaseForwarded,
    CaseReceived,
    CaseReleased,
    CaseResumed,
    CaseSuspended,
    CaseVoided,
    CaseWithdrawn,
    CorrectionNotified,
    CourierReturned,
    CourierSent,
    CureFailed,
    DeliveryAgreed,
    ForwardArrived,
    LegalReviewed,
    MaterialsHandedOver,
    MaterialsSupplemented,
    MaterialsTakenOver,
    ResultReady,
    ResultReminded,
)

S = CaseState


class Who(StrEnum):
    """Who may take a step."""

    CLERK = "clerk"
    CLERK_WITH_SECOND = "clerk_with_second"
    CHIEF = "chief"
    APPLICANT = "applicant"
    DEPARTMENT = "department"
    DEPARTMENT_WITH_SECOND = "department_with_second"
    LEGAL = "legal"
    RESULT_DESK = "result_desk"
    SYSTEM = "system"


class ClockEffect(StrEnum):
    """What a step does to the organ's clock."""

    NONE = "none"
    STARTS = "starts"
    RESTARTS = "restarts"
    STOPS = "stops"
    STANDS = "stands"
    RUNS_ON = "runs_on"
    MOVES = "moves"


class Transition(msgspec.Struct, frozen=True):
    """One row: a kind of record, from which states to which (None: it stays)."""

    kind: type[Body]
    before: tuple[CaseState, ...]
    after: CaseState | None
    who: tuple[Who, ...]
    document: str = ""
    clock: ClockEffect = ClockEffect.NONE
    source: str = ""


_IN_HAND = (S.ACCEPTED, S.UNDER_REVIEW)
_RUNNING = (*_IN_HAND, S.SUSPENDED)
_OPEN = (S.RECEIVED, S.AWAITING_CORRECTION, *_RUNNING)
_NOT_OVER = (*_OPEN, S.DECIDED, S.RESULT_READY)

TRANSITIONS: tuple[Transition, ...] = (
    Transition(CaseReceived, (), S.RECEIVED, (Who.CLERK,), "receipt", ClockEffect.STARTS, "32(1)"),
    Transition(
        MaterialsSupplemented, (S.RECEIVED,), None, (Who.CLERK, Who.DEPARTMENT), "supplement",
        source="32(1)(3)",
    ),
    Transition(
        MaterialsSupplemented, (S.AWAITING_CORRECTION,), S.RECEIVED, (Who.CLERK, Who.DEPARTMENT),
        "supplement", ClockEffect.RESTARTS, "32(1)(5)",
    ),
    Transition(MaterialsSupplemented, _RUNNING, None, (Who.CLERK,), "supplement"),
    Transition(
        CorrectionNotified, (S.RECEIVED,), S.AWAITING_CORRECTION, (Who.CLERK, Who.DEPARTMENT),
        "correction", ClockEffect.STOPS, "32(1)(4)",
    ),
    Transition(
        CaseAccepted, (S.RECEIVED,), S.ACCEPTED, (Who.CLERK, Who.DEPARTMENT, Who.SYSTEM),
        "acceptance", ClockEffect.STARTS, "32(1)(5), 32(2)",
    ),
    Transition(
        CaseDeclined, (S.RECEIVED,), S.NOT_ACCEPTED,
        (Who.CLERK_WITH_SECOND, Who.DEPARTMENT_WITH_SECOND), "decline", ClockEffect.STOPS,
        "32(1)(1)(2), 32(2)",
    ),
    Transition(CaseForwarded, (S.RECEIVED,), None, (Who.CLERK,), "courier_slip"),
    Transition(
        ForwardArrived, (S.RECEIVED,), None, (Who.CLERK, Who.DEPARTMENT), "", ClockEffect.STARTS
    ),
    Transition(
        CaseWithdrawn, _OPEN, S.WITHDRAWN, (Who.APPLICANT,), "withdrawal", ClockEffect.STOPS
    ),
    Transition(
        CaseVoided, (S.RECEIVED, S.AWAITING_CORRECTION, S.ACCEPTED), S.VOID,
        (Who.CLERK_WITH_SECOND,), "", ClockEffect.STOPS,
    ),
    Transition(MaterialsHandedOver, _OPEN, None, (Who.CLERK,), "handover_slip"),
    Transition(MaterialsTakenOver, _OPEN, None, (Who.DEPARTMENT,), "handover_slip"),
    Transition(CaseClaimed, (S.ACCEPTED,), S.UNDER_REVIEW, (Who.DEPARTMENT,)),
    Transition(CaseReleased, (S.UNDER_REVIEW,), S.ACCEPTED, (Who.DEPARTMENT,)),
    Transition(
        CaseSuspended, _IN_HAND, S.SUSPENDED, (Who.DEPARTMENT,), "special_procedure",
        ClockEffect.STANDS, "45",
    ),
    Transition(
        CaseResumed, (S.SUSPENDED,), S.UNDER_REVIEW, (Who.DEPARTMENT,), "", ClockEffect.RUNS_ON,
        "45",
    ),
    Transition(
        CaseExtended, _IN_HAND, None, (Who.DEPARTMENT,), "extension", ClockEffect.MOVES, "42"
    ),
    Transition(LegalReviewed, _IN_HAND, None, (Who.LEGAL,)),
    Transition(
        CaseDecided, _IN_HAND, S.DECIDED, (Who.DEPARTMENT, Who.CHIEF), "decision",
        ClockEffect.STARTS, "38, 44",
    ),
    Transition(
        CureFailed, _RUNNING, S.DECIDED, (Who.CLERK, Who.DEPARTMENT), "cure_failed",
        ClockEffect.STOPS,
    ),
    Transition(DeliveryAgreed, _NOT_OVER, None, (Who.CLERK, Who.APPLICANT), "delivery_address"),
    Transition(ResultReady, (S.DECIDED,), S.RESULT_READY, (Who.DEPARTMENT, Who.RESULT_DESK)),
    Transition(ResultReminded, (S.RESULT_READY,), None, (Who.RESULT_DESK, Who.SYSTEM)),
    Transition(
        CourierSent, (S.DECIDED, S.RESULT_READY), None, (Who.RESULT_DESK,), "courier_slip"
    ),
    Transition(CourierReturned, (S.DECIDED, S.RESULT_READY), None, (Who.RESULT_DESK,)),
    Transition(
        CaseDelivered, (S.DECIDED, S.RESULT_READY), S.DELIVERED, (Who.RESULT_DESK,),
        "delivery_receipt", ClockEffect.STOPS, "44",
    ),
    Transition(
        CaseClosed,
        (S.RECEIVED, S.DELIVERED, S.NOT_ACCEPTED, S.DECIDED, S.RESULT_READY, S.WITHDRAWN),
        S.CLOSED, (Who.DEPARTMENT, Who.SYSTEM), "", ClockEffect.STOPS,
    ),
    Transition(CaseArchived, (S.CLOSED,), S.ARCHIVED, (Who.DEPARTMENT,)),
)  # fmt: skip
"""Every step that moves a case or its clock; other records only add to its history."""


def possible(state: CaseState) -> tuple[Transition, ...]:
    """Return the steps that a case in this state may take next."""
    return tuple(row for row in TRANSITIONS if state in row.before)
