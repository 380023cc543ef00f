"""Entries about a visit (一次办事), its parking, its end, and the rating of it."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from terminal.domain.parties import Actor, Party
from terminal.domain.records.base import Body


class VisitOpened(Body, frozen=True):
    """A visitor is being served at a window (一次办事)."""

    kind: ClassVar[str] = "visit_opened"
    visitor: Party
    window: str
    clerk: Actor
    opened_at: int


class VisitParked(Body, frozen=True):
    """The visitor waits while another is served (暂离); fields and papers are kept."""

    kind: ClassVar[str] = "visit_parked"
    clerk: Actor
    reason: str = ""


class VisitTakenUp(Body, frozen=True):
    """A parked visit goes on, at this window or, handed over, with another clerk."""

    kind: ClassVar[str] = "visit_taken_up"
    clerk: Actor


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
