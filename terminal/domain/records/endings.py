"""Entries that end a case before a decision, give papers back, or pass it to another place."""

from __future__ import annotations

from typing import ClassVar

from terminal.domain.parties import Actor, Party
from terminal.domain.records.base import Body


class CaseWithdrawn(Body, frozen=True):
    """The applicant's own signed act (申请人撤回), on the citizen's side, never by staff.

    `signature` is the SHA-256 of the signature given on `device` over `document_digest`, the
    withdrawal that the applicant read. `signer` is who signed, in the capacity `capacity`, once
    the identity was checked by card or by eye; records of the first releases name nobody.
    """

    kind: ClassVar[str] = "case_withdrawn"
    reason: str
    withdrawn_at: int
    device: str
    document_digest: str
    signature: str
    signer: Party | None = None
    capacity: str = ""
    identity_checked: bool = False


class CaseVoided(Body, frozen=True):
    """Made void (作废) on its own day: wrong person, wrong item, entered twice."""

    kind: ClassVar[str] = "case_voided"
    reason: str
    voided_at: int
    clerk: Actor
    confirmed_by: Actor
    paper_returned: bool


class OriginalsReturned(Body, frozen=True):
    """Originals that were kept went back to their owner, who signed, or why not and who saw it."""

    kind: ClassVar[str] = "originals_returned"
    material_ids: tuple[str, ...]
    returned_at: int
    clerk: Actor
    receiver: str = ""
    signature: str = ""
    not_signed: str = ""
    witness: Actor | None = None


class CaseForwarded(Body, frozen=True):
    """Papers received for another place went there (转交)."""

    kind: ClassVar[str] = "case_forwarded"
    forwarded_at: int
    how: str
    clerk: Actor
    tracking_number: str = ""


class ForwardArrived(Body, frozen=True):
    """The competent organ has received what was forwarded: its clock starts here."""

    kind: ClassVar[str] = "forward_arrived"
    arrived_at: int
    respond_by: str
    actor: Actor
