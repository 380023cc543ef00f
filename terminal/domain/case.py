"""The case as an aggregate: its states and what is known of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from terminal.domain.catalogue import Regime
from terminal.domain.parties import Actor, Capacity, MaterialEntry, Party
from terminal.domain.records import (
    CorrectionItem,
    CorrectionNotified,
    DeclineKind,
    MaterialsSupplemented,
    Outcome,
)


class CaseState(StrEnum):
    """The states of a case in the order of a normal life (办件状态)."""

    RECEIVED = "RECEIVED"
    AWAITING_CORRECTION = "AWAITING_CORRECTION"
    ACCEPTED = "ACCEPTED"
    NOT_ACCEPTED = "NOT_ACCEPTED"
    DECIDED = "DECIDED"

    @property
    def open(self) -> bool:
        """Whether somebody still owes something."""
        return self not in (CaseState.NOT_ACCEPTED, CaseState.DECIDED)


class Step(msgspec.Struct, frozen=True):
    """One line of a case's history."""

    record_id: str
    kind: str
    at: int
    actor: Actor


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


class Case(msgspec.Struct, frozen=True):
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

    @property
    def due(self) -> str:
        """The next legal date of the organ as an ISO string, or empty when none runs."""
        if self.state is CaseState.RECEIVED:
            return self.respond_by
        if self.state is CaseState.ACCEPTED:
            return self.decide_by
        return ""

    @property
    def materials_in_at(self) -> int:
        """The moment from which the organ's time to answer runs (milliseconds).

        The receipt; after a correction notice, the moment at which its materials were brought.
        """
        moment, told = self.received_at, False
        for step in self.history:
            if step.kind == CorrectionNotified.kind:
                told = True
            elif step.kind == MaterialsSupplemented.kind and told:
                moment, told = step.at, False
        return moment

    @property
    def lacking(self) -> tuple[MaterialEntry, ...]:
        """Materials that must still be brought or mended."""
        return tuple(m for m in self.materials if m.lacking)

    def knows(self, record_id: str) -> bool:
        """Whether a record already is part of this case."""
        return any(step.record_id == record_id for step in self.history)


class Visit(msgspec.Struct, frozen=True):
    """One visit of one visitor (一次办事); its cases name it."""

    visit_id: str
    head: str
    visitor: Party
    window: str
    clerk: Actor
    opened_at: int
    ended_at: int = 0
    invitation: str = ""
    originals: tuple[str, ...] = ()
    history: tuple[Step, ...] = ()

    def knows(self, record_id: str) -> bool:
        """Whether a record already is part of this visit."""
        return any(step.record_id == record_id for step in self.history)


class Rating(msgspec.Struct, frozen=True):
    """A rating (评价): append-only, so there is never a second record to it."""

    rating_id: str
    head: str
    scope: str
    subject_id: str
    grade: int
    reasons: tuple[str, ...]
    reasons_version: str
    comment: str
    device: str
    channel: str
    rated_at: int
    ordinal: int
    history: tuple[Step, ...] = ()

    @property
    def bad(self) -> bool:
        """The lower two grades are bad ratings (差评)."""
        return self.grade <= 2

    def knows(self, record_id: str) -> bool:
        """Whether a record already is part of this rating."""
        return any(step.record_id == record_id for step in self.history)


class Document(msgspec.Struct, frozen=True):
    """A document that was issued; `view` is its template's complete input as JSON."""

    document_id: str
    head: str
    document_kind: str
    number: str
    case_id: str
    template_version: str
    digest: str
    view: bytes
    issued_at: int
    signature: str = ""
    history: tuple[Step, ...] = ()

    def knows(self, record_id: str) -> bool:
        """Whether a record already is part of this document."""
        return any(step.record_id == record_id for step in self.history)


Aggregate = Case | Visit | Rating | Document
