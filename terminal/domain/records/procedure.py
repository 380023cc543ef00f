"""Entries of the department's procedure: from the hand-over of the papers to the decision."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from terminal.domain.parties import Actor
from terminal.domain.records.base import Body


class MaterialsHandedOver(Body, frozen=True):
    """The window hands the papers to the department (综合窗口交接单), pages counted."""

    kind: ClassVar[str] = "materials_handed_over"
    clerk: Actor
    pages: int
    handed_over_at: int
    signature: str = ""


class MaterialsTakenOver(Body, frozen=True):
    """The department signs for the papers; another count of pages needs a remark."""

    kind: ClassVar[str] = "materials_taken_over"
    official: Actor
    pages: int
    taken_over_at: int
    remark: str = ""
    signature: str = ""


class CaseClaimed(Body, frozen=True):
    """An official takes the case from the department's queue (领办)."""

    kind: ClassVar[str] = "case_claimed"
    official: Actor
    claimed_at: int


class CaseReleased(Body, frozen=True):
    """The case goes back into the department's queue (退回待办); says why."""

    kind: ClassVar[str] = "case_released"
    official: Actor
    reason: str


class SuspensionGround(StrEnum):
    """The procedures whose time does not count (Licensing Law art. 45), or the item's own."""

    HEARING = "HEARING"
    TENDER = "TENDER"
    AUCTION = "AUCTION"
    INSPECTION = "INSPECTION"
    TESTING = "TESTING"
    QUARANTINE = "QUARANTINE"
    APPRAISAL = "APPRAISAL"
    EXPERT_REVIEW = "EXPERT_REVIEW"
    ITEM = "ITEM"


class CaseSuspended(Body, frozen=True):
    """A special procedure stops the clock (特别程序), until its planned end at the latest.

    `decide_by` is the last day of the decision if the procedure lasts to its planned end: past
    it the clock runs on by itself. `basis` names the article or the ground in the item's data;
    `document_number` the written notice to the applicant.
    """

    kind: ClassVar[str] = "case_suspended"
    ground: SuspensionGround
    basis: str
    suspended_at: int
    planned_end: str
    decide_by: str
    document_number: str
    official: Actor


class CaseResumed(Body, frozen=True):
    """The special procedure is over; `decide_by` is the last day of the decision from now."""

    kind: ClassVar[str] = "case_resumed"
    resumed_at: int
    decide_by: str
    official: Actor
    result: str = ""


class CaseExtended(Body, frozen=True):
    """The limit of the decision was extended (延期), once, with the head's approval (art. 42)."""

    kind: ClassVar[str] = "case_extended"
    days: int
    decide_by: str
    reason: str
    basis: str
    approved_by: str
    document_number: str
    extended_at: int
    official: Actor


class LegalReviewed(Body, frozen=True):
    """The legal review of a weighty licence before its decision (法制审核)."""

    kind: ClassVar[str] = "legal_reviewed"
    reviewer: Actor
    passed: bool
    opinion: str
    reviewed_at: int


class Outcome(StrEnum):
    """What a department decided."""

    GRANTED = "GRANTED"
    REFUSED = "REFUSED"
    TERMINATED = "TERMINATED"


class CaseDecided(Body, frozen=True):
    """The organ decided; needs a decision document and, for a refusal, its reason.

    `authority` is the document by which a chief representative (首席事务代表) decides this
    item at the window; a department needs none. `deliver_by` is the last day to hand a grant
    over (art. 44).
    """

    kind: ClassVar[str] = "case_decided"
    outcome: Outcome
    decided_at: int
    document_number: str
    reason: str
    basis: str
    decider: Actor
    enforcement_number: str = ""
    authority: str = ""
    deliver_by: str = ""


class CureFailed(Body, frozen=True):
    """Deferred materials did not come in time: the case ends with a written notice."""

    kind: ClassVar[str] = "cure_failed"
    reason: str
    basis: str
    document_number: str
    failed_at: int
    actor: Actor


class CommitmentChecked(Body, frozen=True):
    """What an applicant had committed to was checked afterwards (承诺核查)."""

    kind: ClassVar[str] = "commitment_checked"
    material_id: str
    holds: bool
    finding: str
    checked_at: int
    official: Actor
