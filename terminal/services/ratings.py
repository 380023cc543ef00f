"""Ratings: taken on the citizen's side only, append-only, one for each visit.

No function here takes a staff session: nothing that staff does can rate.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from terminal.clock import Clock
from terminal.domain.aggregates import Rating, Visit
from terminal.domain.rating import Grade, check_rating, load_reasons
from terminal.domain.records import InvitationClosed, RatingGiven, RatingScope
from terminal.errors import RuleRefused
from terminal.events import EventBus
from terminal.ids import record_id
from terminal.protocol.entry import Draft
from terminal.services.rating_log import first_differing_row
from terminal.services.views import RatingForm, RatingReason
from terminal.store import aggregates, journal
from terminal.store.database import Ledger, Transaction
from terminal.store.journal import Journal, Verification

RATING_KINDS = frozenset({"rating_given"})


class RatingsService:
    """Takes ratings from this terminal's citizen screen or rating pad."""

    def __init__(
        self, ledger: Ledger, journal: Journal, clock: Clock, events: EventBus, device: str
    ) -> None:
        self._ledger = ledger
        self._journal = journal
        self._clock = clock
        self._events = events
        self._device = device

    def form(self) -> RatingForm:
        """Return grades and reasons of the list in force."""
        reasons = load_reasons()
        return RatingForm(
            version=reasons.version,
            reasons={
                int(grade): tuple(RatingReason(r.code, r.text) for r in reasons.of(grade))
                for grade in Grade
            },
        )

    def rate(
        self, visit_id: str, grade: int, reasons: Sequence[str] = (), comment: str = ""
    ) -> str:
        """Record the visitor's rating of this visit; returns its id.

        Raises `RuleRefused` when the visit has not ended, was skipped, or is rated already.
        """
        checked = check_rating(grade, reasons, comment)
        rating_id = record_id(visit_id, "rating", "1")

        def act(db: Transaction) -> None:
            visit = aggregates.load(db, visit_id)
            if isinstance(aggregates.load(db, rating_id), Rating):
                raise RuleRefused("rating.already_given")
            if not isinstance(visit, Visit) or visit.invitation != "invited":
                raise RuleRefused("rating.not_invited")
            body = RatingGiven(
                scope=RatingScope.VISIT,
                subject_id=visit_id,
                grade=int(checked),
                reasons=tuple(reasons),
                reasons_version=load_reasons().version,
                comment=comment.strip(),
                device=self._device,
                channel="window",
                rated_at=self._clock.now().corrected,
            )
            drafts = [
                Draft(rating_id, "", body, needs=(visit.head,)),
                Draft(visit_id, visit.head, InvitationClosed("rated")),
            ]
            self._journal.append(db, f"rate-{visit_id}", drafts)

        self._ledger.write(act)
        self._events.publish("rating_given", visit_id)
        self._events.publish("journal_changed")
        return rating_id

    def close_invitation(self, visit_id: str, how: str) -> None:
        """Record that the invitation ended without a rating: `skipped` or `idle`."""
        if how not in ("skipped", "idle"):
            raise ValueError(how)

        def act(db: Transaction) -> None:
            visit = aggregates.load(db, visit_id)
            if isinstance(visit, Visit) and visit.invitation == "invited":
                draft = Draft(visit_id, visit.head, InvitationClosed(how))
                self._journal.append(db, f"close-{visit_id}", [draft])

        self._ledger.write(act)
        self._events.publish("journal_changed")

    def verify(self) -> Verification:
        """Walk the chain and read every rating: an edit or a gap is named.

        Also the rows that lists and figures are made of must say what the entries say.
        """

        def read(db: Transaction) -> Verification:
            found = journal.verify(db, kinds=RATING_KINDS)
            differing = first_differing_row(db) if found.holds else None
            if differing is None:
                return found
            epoch, seq = differing
            return msgspec.structs.replace(
                found, bad_epoch=epoch, bad_seq=seq, code="rating_log.row_differs"
            )

        return self._ledger.read(read)
