"""What the hub itself writes because of an entry: case numbers, kept ratings, filed refusals.

The judge notes each applied record here and appends what comes of it as entries of the hub,
in the same transaction.
"""

from __future__ import annotations

from typing import Any

import msgspec

from hub import journal, leases
from hub.sitting import Sitting
from hub.store import projections
from terminal.clock import to_local
from terminal.domain.aggregates import Aggregate
from terminal.domain.case import Case
from terminal.domain.numbers import format_case_number
from terminal.domain.records import (
    CaseAccepted,
    CaseDecided,
    CaseDeclined,
    CaseNumbered,
    CaseReceived,
    CureFailed,
    NegativeOutcomeFiled,
    NegativeOutcomeKind,
    Outcome,
    RatingGiven,
    Record,
)
from terminal.ids import record_id
from terminal.protocol.entry import Draft

OwnDraft = tuple[Draft, str]
"""A draft of the hub's with the id of its action."""

_NO_REGION = "0000"


class Consequences:
    """What one sitting's records lead to; `take` empties it."""

    def __init__(self, database: Any, sitting: Sitting) -> None:
        self._db = database
        self._sitting = sitting
        self._accepted: list[str] = []
        self._used: list[tuple[str, str]] = []
        self._drafts: list[OwnDraft] = []
        self._ratings_wait = projections.any_kept_rating(database)

    def __bool__(self) -> bool:
        return bool(self._accepted or self._used or self._drafts)

    def note(self, record: Record, aggregate: Aggregate | None) -> None:
        """Note an applied record and what it made of its aggregate."""
        if not isinstance(aggregate, Case):
            return
        match record.body:
            case CaseAccepted() as body:
                if body.case_number:
                    self._used.append((record.origin, body.case_number))
                else:
                    self._accepted.append(aggregate.case_id)
            case CaseReceived() if self._ratings_wait:
                self._give_kept_ratings(aggregate)
        filed = negative_outcome(record, aggregate)
        if filed is not None:
            outcome_id = record_id(record.record_id, "negative-outcome", "id")
            action = f"negative-outcome/{record.record_id}"
            self._drafts.append((Draft(outcome_id, "", filed), action))

    def take(self) -> list[OwnDraft]:
        """Return the drafts that are due, numbers last drawn; nothing is left noted."""
        drafts, self._drafts = self._drafts, []
        return drafts + self._numbers() + self._leases()

    def _numbers(self) -> list[OwnDraft]:
        """Give accepted cases their numbers (办件编号), as entries of the hub."""
        waiting, self._accepted = dict.fromkeys(self._accepted), []
        cases = [
            case
            for case in map(self._sitting.load, waiting)
            if isinstance(case, Case) and not case.case_number
        ]
        year = to_local(self._sitting.now).year
        by_region: dict[str, list[Case]] = {}
        if cases:
            journal.lock(self._db)
        for case in cases:
            by_region.setdefault(_region(case.receipt_number), []).append(case)
        drafts: list[OwnDraft] = []
        for region, of_region in by_region.items():
            name = f"case/{region}/{year}"
            first = projections.next_number(self._db, name, len(of_region))
            for sequence, case in enumerate(of_region, start=first):
                body = CaseNumbered(format_case_number(region, year, sequence))
                drafts.append((Draft(case.case_id, case.head, body), f"number/{case.case_id}"))
        return drafts

    def _leases(self) -> list[OwnDraft]:
        """Renew the blocks of which most numbers are used, the highest one decides."""
        used, self._used = sorted(self._used), []
        if not used:
            return []
        journal.lock(self._db)
        # What this sitting leased must be found before another block is.
        self._sitting.flush()
        newest = dict(used)
        found = (
            leases.renewal(self._db, terminal_id, number, self._sitting.now)
            for terminal_id, number in newest.items()
        )
        return [draft for draft in found if draft is not None]

    def _give_kept_ratings(self, case: Case) -> None:
        """Turn ratings that were given before the receipt arrived into entries."""
        for kept in projections.kept_ratings(self._db, case.receipt_number):
            projections.drop_kept_rating(self._db, kept.id)
            if kept.token != case.token:
                continue
            given = msgspec.json.decode(kept.body, type=RatingGiven)
            body = msgspec.structs.replace(given, subject_id=case.case_id)
            draft = Draft(rating_id(case.case_id, body.ordinal), "", body)
            self._drafts.append((draft, f"kept/{case.case_id}/{body.ordinal}"))


def rating_id(case_id: str, ordinal: int) -> str:
    """Return the one id that the rating of this matter and ordinal can have.

    Two ratings for one place are the same aggregate, so `evolve` itself refuses the second.
    """
    return record_id(case_id, f"MATTER/{ordinal}", RatingGiven.kind)


def negative_outcome(record: Record, case: Case) -> NegativeOutcomeFiled | None:
    """Return the file of a "no" that a record said (否定事项备案), or None for any other."""
    match record.body:
        case CaseDeclined() as said:
            kind, actor, moment = NegativeOutcomeKind.NOT_ACCEPTED, said.clerk, said.declined_at
        case CaseDecided(outcome=Outcome.REFUSED) as said:
            kind, actor, moment = NegativeOutcomeKind.REFUSED, said.decider, said.decided_at
        case CaseDecided(outcome=Outcome.TERMINATED) as said:
            kind, actor, moment = NegativeOutcomeKind.TERMINATED, said.decider, said.decided_at
        case CureFailed() as said:
            kind, actor, moment = NegativeOutcomeKind.CURE_FAILED, said.actor, said.failed_at
        case _:
            return None
    return NegativeOutcomeFiled(
        case_id=case.case_id,
        receipt_number=case.receipt_number,
        organ=case.organ,
        item_name=case.item_name,
        outcome=kind,
        reason=said.reason,
        basis=said.basis,
        said_by=actor,
        said_at=moment,
    )


def _region(receipt_number: str) -> str:
    """Return the region of a receipt number; one of another form must not stop the judge."""
    region = receipt_number[:4]
    return region if len(region) == 4 and region.isascii() and region.isdigit() else _NO_REGION
