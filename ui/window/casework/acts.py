"""What can be done with a case now, each act with its key; pure."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec
from PySide6.QtCore import Qt

from terminal.clock import to_local
from terminal.domain.answering import to_register
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import ServiceItem, in_force
from terminal.domain.records import DeliveryWay, Outcome
from terminal.domain.telling import Out, Owed, decision_papers, is_of, owed_papers, untold
from terminal.domain.wiping import is_wiped
from terminal.services.views import DocumentView, Role, Session

S = CaseState


class CaseAct(StrEnum):
    """The acts of the case page; the value names its texts and widgets."""

    TELL = "tell"
    SIGN = "sign"
    ORIGINALS = "originals"
    WITHDRAW = "withdraw"
    HAND_OVER = "hand_over"
    FORWARD = "forward"
    ARRIVED = "arrived"
    BRING = "bring"
    SUPPLEMENT = "supplement"
    CURE_FAILED = "cure_failed"
    READY = "ready"
    REMIND = "remind"
    AGREE = "agree"
    SEND = "send"
    CAME_BACK = "came_back"
    DELIVER = "deliver"
    RECEIVED = "received"
    DECIDE = "decide"
    CLOSE = "close"
    VOID = "void"


class ActKey(msgspec.Struct, frozen=True):
    """The key that opens an act's form, and that in its confirming row does it."""

    cap: str
    key: Qt.Key
    control: bool = False


def _key(name: str, *, control: bool = False) -> ActKey:
    return ActKey(f"Ctrl+{name}" if control else name, Qt.Key[f"Key_{name}"], control)


KEYS: dict[CaseAct, ActKey] = {
    CaseAct.TELL: _key("F5", control=True),
    CaseAct.SIGN: _key("F2"),
    CaseAct.VOID: _key("F2", control=True),
    CaseAct.ORIGINALS: _key("F7"),
    CaseAct.WITHDRAW: _key("F7", control=True),
    CaseAct.HAND_OVER: _key("F8"),
    CaseAct.FORWARD: _key("F8", control=True),
    CaseAct.ARRIVED: _key("F8", control=True),
    CaseAct.BRING: _key("F9"),
    CaseAct.SUPPLEMENT: _key("F9"),
    CaseAct.CURE_FAILED: _key("F9", control=True),
    CaseAct.READY: _key("F10"),
    CaseAct.REMIND: _key("F10", control=True),
    CaseAct.AGREE: _key("F11"),
    CaseAct.SEND: _key("F11", control=True),
    CaseAct.CAME_BACK: _key("F11", control=True),
    CaseAct.DELIVER: _key("F12"),
    CaseAct.RECEIVED: _key("F12"),
    CaseAct.DECIDE: _key("F12", control=True),
    CaseAct.CLOSE: _key("F4", control=True),
}
"""Two acts share a key only where a case can never want both at once."""

SIGNED_BY_RECEIVER = frozenset(
    {"acceptance", "correction", "decline", "conditional", "undertaking", "cure_failed",
     "decision_grant", "decision_refuse", "extension", "special_procedure", "delivery_receipt",
     "delivery_address", "withdrawal", "originals_returned", "commitment"}
)  # fmt: skip
"""Papers that name their receiver's signature; a receipt for materials is signed by the window."""


def may_resume(case: Case) -> bool:
    """Say whether the intake can take the case up again; deferred papers have an act here."""
    return not is_wiped(case) and case.state in (S.RECEIVED, S.AWAITING_CORRECTION)


def to_tell(case: Case, documents: tuple[DocumentView, ...]) -> tuple[Owed, ...]:
    """Return the department's papers of which the applicant was not told yet."""
    return untold(owed_papers(case), map(_out_of, documents))


def to_print(case: Case, documents: tuple[DocumentView, ...]) -> tuple[Owed, ...]:
    """Return the department's papers that this window has not printed yet."""
    printed = [_out_of(one) for one in documents if one.jobs]
    owed = (*to_tell(case, documents), *decision_papers(case))
    return tuple(one for one in owed if not any(is_of(one, paper) for paper in printed))


def told_papers(case: Case, documents: tuple[DocumentView, ...]) -> tuple[DocumentView, ...]:
    """Return the papers by which the applicant is still to be told, of those that are here."""
    owed = to_tell(case, documents)
    return tuple(one for one in documents if any(is_of(each, _out_of(one)) for each in owed))


def _out_of(document: DocumentView) -> Out:
    return Out(document.kind, document.issued_at, document.signed)


def acts_of(
    case: Case,
    session: Session,
    item: ServiceItem | None,
    on: date,
    documents: tuple[DocumentView, ...] = (),
) -> tuple[CaseAct, ...]:
    """Return what may be done with a case today by this person, in the order of a case's life.

    The rules themselves are judged by the core when it is done; this only leaves out what
    would be refused for certain.
    """
    if is_wiped(case):
        return ()
    found: list[CaseAct] = []

    def put(act: CaseAct, holds: object) -> None:
        if holds:
            found.append(act)

    decided = case.decision is not None
    granted = case.decision is not None and case.decision.outcome is Outcome.GRANTED
    in_hand = case.state in (S.ACCEPTED, S.UNDER_REVIEW)
    at_desk = case.state in (S.DECIDED, S.RESULT_READY)
    on_its_way = case.courier is not None and not case.courier.returned_at
    put(CaseAct.TELL, to_print(case, documents))
    put(CaseAct.FORWARD, case.forwarding and case.state is S.RECEIVED and not case.forwarded_at)
    put(
        CaseAct.ARRIVED,
        case.forwarding and case.state is S.RECEIVED and case.forwarded_at and not case.arrived_at,
    )
    put(CaseAct.SUPPLEMENT, item is not None and to_register(case, item))
    put(CaseAct.BRING, case.deferred and (in_hand or case.state is S.SUSPENDED))
    overdue = bool(case.cure_due) and case.cure_due < on.isoformat()
    put(CaseAct.CURE_FAILED, overdue and (in_hand or case.state is S.SUSPENDED))
    with_us = case.papers is None or case.papers.official is not None
    put(CaseAct.HAND_OVER, case.state.open and with_us and case.forwarding is None)
    put(CaseAct.DECIDE, in_hand and session.role is Role.CHIEF_REPRESENTATIVE and (
        item is not None and in_force(item, on).authority.may_decide
    ))  # fmt: skip
    put(CaseAct.READY, case.state is S.DECIDED and granted and not case.deferred)
    put(CaseAct.REMIND, case.state is S.RESULT_READY)
    put(CaseAct.AGREE, not case.state.over)
    by_courier = case.delivery_choice and case.delivery_choice.way is DeliveryWay.COURIER
    put(CaseAct.SEND, at_desk and by_courier and not on_its_way)
    put(CaseAct.CAME_BACK, on_its_way and at_desk)
    choice = case.delivery_choice
    electronic = choice is not None and choice.way is DeliveryWay.ELECTRONIC
    due = decided and case.state is (S.RESULT_READY if granted else S.DECIDED)
    elsewhere = on_its_way or (electronic and choice is not None and choice.consent)
    put(CaseAct.DELIVER, due and not elsewhere)
    put(CaseAct.RECEIVED, due and elsewhere)
    put(CaseAct.ORIGINALS, case.kept_originals)
    put(CaseAct.SIGN, any(one.kind in SIGNED_BY_RECEIVER for one in documents))
    put(CaseAct.WITHDRAW, case.state.open)
    made_today = bool(case.history) and to_local(case.history[0].at).date() == on
    put(CaseAct.VOID, made_today and case.state in (
        S.RECEIVED, S.AWAITING_CORRECTION, S.ACCEPTED
    ))  # fmt: skip
    ended = case.state in (S.DELIVERED, S.NOT_ACCEPTED, S.WITHDRAWN)
    passed_on = case.forwarding and case.state is S.RECEIVED and case.arrived_at
    put(CaseAct.CLOSE, ended or at_desk or passed_on)
    return tuple(found)
