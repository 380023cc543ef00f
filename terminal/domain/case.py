"""The case as an aggregate: its states and what is known of it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Protocol

import msgspec

from terminal.clock import to_local
from terminal.domain.catalogue import Fate, Regime, Way
from terminal.domain.deadlines import renew_by, silence_accepted
from terminal.domain.parties import (
    Actor,
    Capacity,
    MaterialEntry,
    MaterialStatus,
    Party,
    PowerOfAttorney,
)
from terminal.domain.records import (
    CorrectionItem,
    CorrectionNotified,
    DeclineKind,
    DeliveryWay,
    Forwarding,
    Lane,
    LateEntry,
    MaterialsSupplemented,
    Outcome,
    ResultThing,
    SuspensionGround,
)


class CaseState(StrEnum):
    """The states of a case in the order of a normal life (办件状态)."""

    RECEIVED = "RECEIVED"
    AWAITING_CORRECTION = "AWAITING_CORRECTION"
    ACCEPTED = "ACCEPTED"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    UNDER_REVIEW = "UNDER_REVIEW"
    SUSPENDED = "SUSPENDED"
    DECIDED = "DECIDED"
    RESULT_READY = "RESULT_READY"
    DELIVERED = "DELIVERED"
    CLOSED = "CLOSED"
    ARCHIVED = "ARCHIVED"
    WITHDRAWN = "WITHDRAWN"
    VOID = "VOID"

    @property
    def open(self) -> bool:
        """Whether an answer or a decision is still owed by somebody."""
        return self in _OPEN

    @property
    def over(self) -> bool:
        """Whether nothing more is owed by anybody: delivered, closed, or ended before."""
        return self in _OVER


_OPEN = frozenset(
    {
        CaseState.RECEIVED,
        CaseState.AWAITING_CORRECTION,
        CaseState.ACCEPTED,
        CaseState.UNDER_REVIEW,
        CaseState.SUSPENDED,
    }
)
_OVER = frozenset(
    {
        CaseState.NOT_ACCEPTED,
        CaseState.DELIVERED,
        CaseState.CLOSED,
        CaseState.ARCHIVED,
        CaseState.WITHDRAWN,
        CaseState.VOID,
    }
)


class Step(msgspec.Struct, frozen=True):
    """One line of a case's history."""

    record_id: str
    kind: str
    at: int
    actor: Actor


class _WithHistory(Protocol):
    @property
    def history(self) -> tuple[Step, ...]: ...


class Remembers:
    """What all aggregates can say of the records that made them what they are."""

    __slots__ = ()

    def knows(self: _WithHistory, record_id: str) -> bool:
        """Whether a record already is part of this aggregate."""
        return any(step.record_id == record_id for step in self.history)


class Decision(msgspec.Struct, frozen=True):
    """What the organ decided, with the number of its document."""

    outcome: Outcome
    decided_at: int
    document_number: str
    reason: str
    basis: str
    decider: Actor
    enforcement_number: str = ""


class Decline(msgspec.Struct, frozen=True):
    """Why the application was not accepted."""

    kind: DeclineKind
    reason: str
    basis: str
    go_to: str
    declined_at: int
    go_to_address: str = ""
    go_to_phone: str = ""


class Suspension(msgspec.Struct, frozen=True):
    """A special procedure: while it lasts, at most to its planned end, the clock stands."""

    ground: SuspensionGround
    basis: str
    suspended_at: int
    planned_end: str
    decide_by_before: str
    document_number: str
    official: Actor
    resumed_at: int = 0
    result: str = ""


class Extension(msgspec.Struct, frozen=True):
    """The one extension of the decision's limit, approved and told with its reason."""

    days: int
    reason: str
    basis: str
    approved_by: str
    document_number: str
    extended_at: int
    decide_by_before: str = ""


class LegalReview(msgspec.Struct, frozen=True):
    """What the legal review (法制审核) came to."""

    reviewer: Actor
    passed: bool
    opinion: str
    reviewed_at: int


class PapersHandover(msgspec.Struct, frozen=True):
    """The hand-over of the papers to the department, signed by both sides."""

    clerk: Actor
    pages: int
    handed_over_at: int
    official: Actor | None = None
    pages_taken: int = 0
    taken_over_at: int = 0
    remark: str = ""


class Delivery(msgspec.Struct, frozen=True):
    """What the delivery receipt (送达回证) says."""

    way: DeliveryWay
    receiver: Party
    capacity: str
    documents: tuple[str, ...]
    delivered_at: int
    actor: Actor
    signature: str = ""
    not_signed: str = ""
    witness: Actor | None = None
    trace: str = ""


class DeliveryChoice(msgspec.Struct, frozen=True):
    """Address and way of delivery as the applicant has confirmed them."""

    way: DeliveryWay
    consent: bool
    recipient: str = ""
    address: str = ""
    phone: str = ""
    signature: str = ""


class Courier(msgspec.Struct, frozen=True):
    """A courier's way: sent, and perhaps returned."""

    company: str
    tracking_number: str
    sent_at: int
    returned_at: int = 0
    reason: str = ""


class Ending(msgspec.Struct, frozen=True):
    """How a case ended without a decision, or was closed for a recorded reason."""

    kind: str
    reason: str
    at: int
    actor: Actor
    confirmed_by: Actor | None = None
    paper_returned: bool = False
    signature: str = ""


class CommitmentCheck(msgspec.Struct, frozen=True):
    """The later check of one commitment (承诺核查)."""

    material_id: str
    holds: bool
    finding: str
    checked_at: int
    official: Actor


class Case(Remembers, msgspec.Struct, frozen=True):
    """Everything known of one case (办件); `head` is the last record that shaped it."""

    case_id: str
    head: str
    state: CaseState
    receipt_number: str
    visit_id: str
    item_code: str
    item_version: str
    item_name: str
    organ: str
    regime: Regime
    applicant: Party
    visitor: Party
    capacity: Capacity
    answers: dict[str, str]
    materials: tuple[MaterialEntry, ...]
    form: dict[str, str]
    received_at: int
    respond_by: str
    window: str
    clerk: Actor
    token: str
    origin: str
    offline: bool = False
    on_the_spot: bool = False
    provisional: bool = False
    case_number: str = ""
    accepted_at: int = 0
    decide_by: str = ""
    deemed: bool = False
    cure_by: str = ""
    deferred: tuple[str, ...] = ()
    notices: tuple[tuple[CorrectionItem, ...], ...] = ()
    notified_at: int = 0
    decline: Decline | None = None
    decision: Decision | None = None
    history: tuple[Step, ...] = ()
    lanes: tuple[Lane, ...] = ()
    parent_id: str = ""
    forwarding: Forwarding | None = None
    forwarded_at: int = 0
    arrived_at: int = 0
    late_entry: LateEntry | None = None
    repeat_reasons: tuple[str, ...] = ()
    claimed_by: Actor | None = None
    papers: PapersHandover | None = None
    suspensions: tuple[Suspension, ...] = ()
    extension: Extension | None = None
    legal_review_needed: bool = False
    legal_review: LegalReview | None = None
    deliver_by: str = ""
    results: tuple[ResultThing, ...] = ()
    ready_at: int = 0
    reminders: tuple[int, ...] = ()
    delivery_choice: DeliveryChoice | None = None
    courier: Courier | None = None
    delivery: Delivery | None = None
    ending: Ending | None = None
    originals_returned: tuple[str, ...] = ()
    check_by: str = ""
    commitment_checks: tuple[CommitmentCheck, ...] = ()
    power: PowerOfAttorney | None = None
    guardian_consents: bool = False
    result_place: str = ""
    joint: bool = False
    expires: str = ""

    @property
    def due(self) -> str:
        """The next legal date of the organ as an ISO string, or empty when none runs."""
        match self.state:
            case CaseState.RECEIVED:
                if self.forwarding is not None and not self.arrived_at:
                    # The competent organ's time runs from its own receipt.
                    return "" if self.forwarded_at else self.forwarding.forward_by
                return self.respond_by
            case CaseState.ACCEPTED | CaseState.UNDER_REVIEW | CaseState.SUSPENDED:
                return self.decide_by
            case CaseState.DECIDED | CaseState.RESULT_READY:
                return self.deliver_by
        return ""

    @property
    def competent_organ(self) -> str:
        """The organ that answers and decides: of what is for another place, the one there."""
        elsewhere = self.forwarding.organ if self.forwarding is not None else ""
        return elsewhere or self.organ

    @property
    def suspension(self) -> Suspension | None:
        """The special procedure that is going on, or None."""
        last = self.suspensions[-1] if self.suspensions else None
        return last if last is not None and not last.resumed_at else None

    @property
    def cure_due(self) -> str:
        """The last day for deferred materials, or empty when none are owed."""
        return self.cure_by if self.deferred and self.state.open else ""

    @property
    def kept_originals(self) -> tuple[MaterialEntry, ...]:
        """Originals that were kept here, are not for the file, and were not given back."""
        return tuple(
            entry
            for entry in self.materials
            if entry.fate is Fate.ORIGINAL_KEPT
            and not entry.filed
            and not entry.lacking
            and entry.status is MaterialStatus.RECEIVED
            and entry.way is Way.PAPER
            and entry.material_id not in self.originals_returned
        )

    @property
    def declined_at_once(self) -> bool:
        """Whether the application was declined as it was handed in: its papers went right back."""
        return self.decline is not None and self.decline.declined_at == self.received_at

    @property
    def unchecked_commitments(self) -> tuple[MaterialEntry, ...]:
        """Materials for which a commitment stands in that nobody has checked yet."""
        checked = {check.material_id for check in self.commitment_checks}
        return tuple(
            entry
            for entry in self.materials
            if entry.way is Way.COMMITMENT
            and entry.status is MaterialStatus.RECEIVED
            and entry.material_id not in checked
        )

    @property
    def materials_in_at(self) -> int:
        """The moment from which the organ's time to answer runs (milliseconds).

        The receipt, of what was forwarded the competent organ's; after a correction notice,
        the moment at which its materials were brought.
        """
        moment, told = self.arrived_at or self.received_at, False
        for step in self.history:
            if step.kind == CorrectionNotified.kind:
                told = True
            elif step.kind == MaterialsSupplemented.kind and told:
                moment, told = step.at, False
        return moment

    def accepted_by_silence(self, today: date) -> bool:
        """Whether the law has accepted it by silence that nobody has recorded yet (art. 32).

        What another terminal did in time without a network is not known here.
        """
        if self.state is not CaseState.RECEIVED:
            return False
        elsewhere = self.forwarding is not None and not self.arrived_at
        return not elsewhere and silence_accepted(self.regime, self.respond_by, today)

    def renewed_by_silence(self, today: date) -> bool:
        """Whether the law has renewed the licence, whose last day went by undecided (art. 50(2)).

        Only what was applied for in time, and while it was the organ's turn.
        """
        if not self.expires or self.regime is not Regime.LICENSING or not self.state.open:
            return False
        turn = self.state is not CaseState.AWAITING_CORRECTION
        last = date.fromisoformat(self.expires)
        return turn and today > last and to_local(self.received_at).date() <= renew_by(last)

    @property
    def lacking(self) -> tuple[MaterialEntry, ...]:
        """Materials that must still be brought or mended."""
        return tuple(m for m in self.materials if m.lacking)
