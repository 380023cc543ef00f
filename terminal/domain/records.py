"""The kinds of journal entries: what each says, as frozen structs.

A `Record` is an entry as the rules see it: the header's facts and the decoded body. How it
is encoded, hashed and chained is the business of `terminal.protocol`.
Dates are ISO strings (`2026-11-23`), moments integer milliseconds since 1970.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

import msgspec

from terminal.domain.catalogue import Regime
from terminal.domain.parties import Actor, Capacity, MaterialEntry, Party

HUB_ORIGIN = "hub"


class Body(msgspec.Struct, frozen=True):
    """What an entry says; the children name their kind and the number of their schema."""

    kind: ClassVar[str] = ""
    schema: ClassVar[int] = 1


class EpochOpened(Body, frozen=True):
    """First entry of an epoch; names the last hash of the epoch before it, if any."""

    kind: ClassVar[str] = "epoch_opened"
    reason: str
    previous_epoch: str = ""
    previous_hash: str = ""


class VisitOpened(Body, frozen=True):
    """A visitor is being served at a window (一次办事)."""

    kind: ClassVar[str] = "visit_opened"
    visitor: Party
    window: str
    clerk: Actor
    opened_at: int


class VisitEnded(Body, frozen=True):
    """The visit is over; `originals` names papers that lay on the desk to be given back."""

    kind: ClassVar[str] = "visit_ended"
    clerk: Actor
    originals: tuple[str, ...] = ()
    invited_to_rate: bool = True


class InvitationClosed(Body, frozen=True):
    """The invitation to rate ended without a rating: skipped or idle. This is no grade."""

    kind: ClassVar[str] = "invitation_closed"
    how: str


class CaseReceived(Body, frozen=True):
    """Materials were received (收件): the clock starts here."""

    kind: ClassVar[str] = "case_received"
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
    respond_by_provisional: bool
    window: str
    clerk: Actor
    token: str
    offline: bool = False
    on_the_spot: bool = False


class MaterialsSupplemented(Body, frozen=True):
    """The applicant brought what a correction notice or a conditional acceptance asked for."""

    kind: ClassVar[str] = "materials_supplemented"
    materials: tuple[MaterialEntry, ...]
    form: dict[str, str]
    supplemented_at: int
    respond_by: str
    clerk: Actor


class CaseAccepted(Body, frozen=True):
    """The application was accepted (受理); conditional when `deferred` names materials.

    `deemed`: silence past the limit has accepted it (Licensing Law art. 32(1)(4)); then
    `accepted_at` is the receipt of the materials, not the day on which this was written down.
    """

    kind: ClassVar[str] = "case_accepted"
    accepted_at: int
    decide_by: str
    decide_by_provisional: bool
    basis: tuple[str, ...]
    clerk: Actor
    deferred: tuple[str, ...] = ()
    cure_by: str = ""
    applicant_agreed: bool = False
    deemed: bool = False


class CorrectionItem(msgspec.Struct, frozen=True):
    """One missing or defective material and the standard that it must meet."""

    material_id: str
    name: str
    defect: str
    standard: str


class CorrectionNotified(Body, frozen=True):
    """The one complete correction notice was given (一次性告知)."""

    kind: ClassVar[str] = "correction_notified"
    notified_at: int
    items: tuple[CorrectionItem, ...]
    basis: tuple[str, ...]
    clerk: Actor
    repeat_reason: str = ""


class DeclineKind(StrEnum):
    """Why an application is not accepted."""

    NO_LICENCE_NEEDED = "NO_LICENCE_NEEDED"
    NOT_COMPETENT = "NOT_COMPETENT"
    OTHER = "OTHER"


class CaseDeclined(Body, frozen=True):
    """The application was not accepted (不予受理); filed as a negative outcome."""

    kind: ClassVar[str] = "case_declined"
    declined_at: int
    decline_kind: DeclineKind
    reason: str
    basis: str
    go_to: str
    clerk: Actor
    confirmed_by: Actor
    go_to_address: str = ""
    go_to_phone: str = ""


class CaseNumbered(Body, frozen=True):
    """The hub gave the case its number (办件编号)."""

    kind: ClassVar[str] = "case_numbered"
    case_number: str


class Outcome(StrEnum):
    """What a department decided."""

    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    TERMINATED = "TERMINATED"


class CaseDecided(Body, frozen=True):
    """The organ decided; needs a decision document and, for a refusal, its reason."""

    kind: ClassVar[str] = "case_decided"
    outcome: Outcome
    decided_at: int
    document_number: str
    reason: str
    basis: str
    decider: Actor
    enforcement_number: str = ""


class RatingScope(StrEnum):
    """One rating a visit (一次一评) or one a matter (一事一评)."""

    VISIT = "VISIT"
    MATTER = "MATTER"


class RatingGiven(Body, frozen=True):
    """The citizen's own rating; never written by a staff session."""

    kind: ClassVar[str] = "rating_given"
    scope: RatingScope
    subject_id: str
    grade: int
    reasons: tuple[str, ...]
    reasons_version: str
    comment: str
    device: str
    channel: str
    rated_at: int
    ordinal: int = 1


class DocumentIssued(Body, frozen=True):
    """A document was made; `view` is its template's complete input as JSON."""

    kind: ClassVar[str] = "document_issued"
    document_kind: str
    number: str
    case_id: str
    template_version: str
    digest: str
    view: msgspec.Raw
    issued_at: int
    signature: str = ""


KINDS: dict[str, type[Body]] = {
    body.kind: body
    for body in (
        EpochOpened,
        VisitOpened,
        VisitEnded,
        InvitationClosed,
        CaseReceived,
        MaterialsSupplemented,
        CaseAccepted,
        CorrectionNotified,
        CaseDeclined,
        CaseNumbered,
        CaseDecided,
        RatingGiven,
        DocumentIssued,
    )
}
"""Every kind that this version knows; an unknown one is held, never lost."""


class Record(msgspec.Struct, frozen=True):
    """An entry as the rules see it.

    `base` is the aggregate's last record id that the writer knew (empty: none), `at` the
    writer's corrected time in milliseconds.
    """

    record_id: str
    aggregate_id: str
    base: str
    origin: str
    at: int
    body: Body
