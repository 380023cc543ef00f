"""Entries of the house itself: filed refusals, complaints, shift hand-overs, leased numbers."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from terminal.domain.parties import Actor, Party
from terminal.domain.records.base import Body


class NegativeOutcomeKind(StrEnum):
    """Which "no" was said (否定事项)."""

    NOT_ACCEPTED = "NOT_ACCEPTED"
    REFUSED = "REFUSED"
    TERMINATED = "TERMINATED"
    CURE_FAILED = "CURE_FAILED"
    NOT_IN_TIME = "NOT_IN_TIME"


class NegativeOutcomeFiled(Body, frozen=True):
    """A "no" is filed with the legal department with reason and basis (否定事项备案)."""

    kind: ClassVar[str] = "negative_outcome_filed"
    case_id: str
    receipt_number: str
    organ: str
    item_name: str
    outcome: NegativeOutcomeKind
    reason: str
    basis: str
    said_by: Actor
    said_at: int


class NegativeOutcomeReviewed(Body, frozen=True):
    """The legal department has looked at a filed "no"; never the one who said it."""

    kind: ClassVar[str] = "negative_outcome_reviewed"
    reviewer: Actor
    upheld: bool
    opinion: str
    reviewed_at: int


class ComplaintFiled(Body, frozen=True):
    """A matter that could not be done (办不成事反映): what, and against whom.

    `answer_by` is printed on the slip; `against` is never shown to the one it names.
    """

    kind: ClassVar[str] = "complaint_filed"
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


class ComplaintAnswered(Body, frozen=True):
    """The supervisor's answer to the complainant, and whether the matter is mended."""

    kind: ClassVar[str] = "complaint_answered"
    answer: str
    mended: bool
    answered_at: int
    supervisor: Actor


class ComplaintCalledBack(Body, frozen=True):
    """The complainant was called back about the mending (回访); closes the complaint."""

    kind: ClassVar[str] = "complaint_called_back"
    satisfied: bool
    remark: str
    called_at: int
    supervisor: Actor


class ShiftHandedOver(Body, frozen=True):
    """Shift hand-over or end of day (交接班): what stands open, signed by both sides."""

    kind: ClassVar[str] = "shift_handed_over"
    window: str
    outgoing: Actor
    incoming: Actor
    handed_over_at: int
    facts: dict[str, int]
    successors: dict[str, str]
    remark: str = ""


class NumbersLeased(Body, frozen=True):
    """The hub leases a block of numbers of a series to one terminal; never to another."""

    kind: ClassVar[str] = "numbers_leased"
    series: str
    terminal_id: str
    first: int
    last: int
    leased_at: int


YEAR_OVER, FORKED = "year_over", "forked"
"""Why a block's rest goes back: its year is over, or a second disk counts it, too."""


class NumbersReturned(Body, frozen=True):
    """What is left of a block when its year is over: given back by its terminal, void for ever.

    `reason` is `year_over`, or `forked`: a disk was restored or cloned, so that nobody knows
    any more which of its numbers are given.
    """

    kind: ClassVar[str] = "numbers_returned"
    first: int
    last: int
    returned_at: int
    reason: str = YEAR_OVER


class LifeEventApplied(Body, frozen=True):
    """One application for one matter (一件事); each item has a case of its own."""

    kind: ClassVar[str] = "life_event_applied"
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


class ConflictResolved(Body, frozen=True):
    """A supervisor has looked at two facts of which only the first could have its effect.

    Nothing is chosen away: the first keeps its effect, the second stays stored as a fact;
    `conflict` and `entry_hash` name it, `reason` says what was found and done about it.
    """

    kind: ClassVar[str] = "conflict_resolved"
    conflict: str
    entry_hash: str
    reason: str
    resolved_at: int
    supervisor: Actor
