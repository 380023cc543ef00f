"""The other aggregates: visits, ratings, documents, and the records of the house itself."""

from __future__ import annotations

import msgspec

from terminal.domain.case import Case, Remembers, Step
from terminal.domain.parties import Actor, Party
from terminal.domain.records import NegativeOutcomeKind


class Visit(Remembers, msgspec.Struct, frozen=True):
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
    parked_at: int = 0
    parked_for: str = ""
    history: tuple[Step, ...] = ()


class Rating(Remembers, msgspec.Struct, frozen=True):
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


class Signing(msgspec.Struct, frozen=True):
    """Who signed a document where, or why nobody did and who saw it."""

    signer: str
    signed_at: int
    device: str
    strokes: str = ""
    not_signed: str = ""
    witness: Actor | None = None


class Seal(msgspec.Struct, frozen=True):
    """A seal service's signature over the document's digest."""

    service: str
    certificate: str
    signature: str
    check_code: str
    sealed_at: int


class Document(Remembers, msgspec.Struct, frozen=True):
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
    signed: Signing | None = None
    official_number: str = ""
    seal: Seal | None = None
    history: tuple[Step, ...] = ()


class LifeEventApplication(Remembers, msgspec.Struct, frozen=True):
    """One application for one matter (一件事); closed when all of its cases are over."""

    application_id: str
    head: str
    event_id: str
    event_name: str
    receipt_number: str
    visit_id: str
    applicant: Party
    answers: dict[str, str]
    form: dict[str, str]
    case_ids: tuple[str, ...]
    applied_at: int
    window: str
    clerk: Actor
    token: str
    history: tuple[Step, ...] = ()


class NegativeOutcome(Remembers, msgspec.Struct, frozen=True):
    """A filed "no" (否定事项备案) and what the legal department made of it."""

    outcome_id: str
    head: str
    case_id: str
    receipt_number: str
    organ: str
    item_name: str
    outcome: NegativeOutcomeKind
    reason: str
    basis: str
    said_by: Actor
    said_at: int
    reviewer: Actor | None = None
    upheld: bool = False
    opinion: str = ""
    reviewed_at: int = 0
    history: tuple[Step, ...] = ()


class Complaint(Remembers, msgspec.Struct, frozen=True):
    """A matter that could not be done (办不成事反映), answered, mended and called back."""

    complaint_id: str
    head: str
    number: str
    text: str
    against: str
    complainant: Party
    window: str
    taken_by: Actor
    filed_at: int
    answer_by: str
    case_id: str = ""
    hotline_number: str = ""
    answer: str = ""
    mended: bool = False
    answered_at: int = 0
    called_at: int = 0
    satisfied: bool = False
    called_remark: str = ""
    history: tuple[Step, ...] = ()

    @property
    def state(self) -> str:
        """owed, answered or closed; a mended one is closed by the call back only."""
        if self.called_at or (self.answered_at and not self.mended):
            return "closed"
        return "answered" if self.answered_at else "owed"


class ShiftHandover(Remembers, msgspec.Struct, frozen=True):
    """A shift hand-over or end of day (交接班), signed by both sides; never changed after."""

    handover_id: str
    head: str
    window: str
    outgoing: Actor
    incoming: Actor
    handed_over_at: int
    facts: dict[str, int]
    successors: dict[str, str]
    remark: str = ""
    history: tuple[Step, ...] = ()


class NumberLease(Remembers, msgspec.Struct, frozen=True):
    """A block of numbers of one series that only one terminal may use.

    From `void_from` on (0: none) it was given back unused when its year was over.
    """

    lease_id: str
    head: str
    series: str
    terminal_id: str
    first: int
    last: int
    leased_at: int
    void_from: int = 0
    returned_at: int = 0
    history: tuple[Step, ...] = ()

    @property
    def leased_by(self) -> str:
        """The record of the lease: whoever uses a number of it needs that one."""
        return self.history[0].record_id

    def holds(self, sequence: int) -> bool:
        """Whether a number lies in what its terminal may use of it."""
        return self.first <= sequence <= self.last and not 0 < self.void_from <= sequence


Aggregate = (
    Case
    | Visit
    | Rating
    | Document
    | LifeEventApplication
    | NegativeOutcome
    | Complaint
    | ShiftHandover
    | NumberLease
)

TYPES: dict[str, type[Aggregate]] = {
    "case": Case,
    "visit": Visit,
    "rating": Rating,
    "document": Document,
    "application": LifeEventApplication,
    "negative_outcome": NegativeOutcome,
    "complaint": Complaint,
    "handover": ShiftHandover,
    "lease": NumberLease,
}
"""The name under which each kind of aggregate is stored, on both sides."""


def id_of(aggregate: Aggregate) -> str:
    """Return the id under which an aggregate is kept: the first field of each."""
    return str(getattr(aggregate, aggregate.__struct_fields__[0]))
