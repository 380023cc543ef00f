"""What the hub itself writes because of an entry: numbers, blocks of them, kept ratings, refusals.

The judge notes each applied record here and appends what comes of it as entries of the hub,
in the same transaction.
"""

from __future__ import annotations

from typing import Any

import msgspec

from hub import journal, leases
from hub.sitting import Sitting
from hub.store import people, projections
from hub.store.feeds import NewRow
from terminal.clock import to_local
from terminal.domain.aggregates import Aggregate, Document
from terminal.domain.case import Case
from terminal.domain.numbers import (
    case_series,
    document_series,
    format_case_number,
    is_document_head,
    number_in_series,
    place_in_series,
)
from terminal.domain.policy import Bar, credit_key
from terminal.domain.records import (
    HUB_ORIGIN,
    CaseAccepted,
    CaseDecided,
    CaseDeclined,
    CaseExtended,
    CaseNumbered,
    CaseReceived,
    CommitmentChecked,
    CureFailed,
    DocumentIssued,
    DocumentNumbered,
    EpochOpened,
    NegativeOutcomeFiled,
    NegativeOutcomeKind,
    NumbersReturned,
    Outcome,
    RatingGiven,
    Record,
)
from terminal.ids import record_id
from terminal.protocol.entry import Draft
from terminal.protocol.rules import BARRED
from terminal.protocol.wire import policy_feed

OwnDraft = tuple[Draft, str]
"""A draft of the hub's with the id of its action."""

_NO_REGION = "0000"


class Consequences:
    """What one sitting's records lead to; `take` empties it, `rows` are those of feeds."""

    def __init__(self, database: Any, sitting: Sitting) -> None:
        self._db = database
        self._sitting = sitting
        self._accepted: list[str] = []
        self._papers: list[tuple[str, str, str]] = []
        self._used: dict[tuple[str, str], tuple[int, str]] = {}
        self._heard: dict[str, None] = {}
        self.rows: list[NewRow] = []
        self._drafts: list[OwnDraft] = []
        self._ratings_wait = projections.any_kept_rating(database)

    def __bool__(self) -> bool:
        return bool(self._accepted or self._papers or self._used or self._heard or self._drafts)

    def note(self, record: Record, aggregate: Aggregate | None) -> None:
        """Note an applied record and what it made of its aggregate."""
        if record.origin != HUB_ORIGIN:
            self._note_numbers(record)
        if not isinstance(aggregate, Case):
            return
        match record.body:
            case CaseAccepted() as body if not body.case_number:
                self._accepted.append(aggregate.case_id)
            case CommitmentChecked(holds=False):
                self._bar(aggregate)
            case CaseReceived() if self._ratings_wait:
                self._give_kept_ratings(aggregate)
        filed = negative_outcome(record, aggregate)
        if filed is not None:
            outcome_id = record_id(record.record_id, "negative-outcome", "id")
            action = f"negative-outcome/{record.record_id}"
            self._drafts.append((Draft(outcome_id, "", filed), action))

    def _bar(self, case: Case) -> None:
        """Tell all halls that whoever broke a commitment gives no other until it is repaired."""
        key = credit_key(case.applicant)
        bar = Bar(to_local(self._sitting.now).date().isoformat(), case.receipt_number)
        for hall in people.halls(self._db) if key else ():
            row = NewRow(policy_feed(hall.id), "json", BARRED + key, msgspec.json.encode(bar))
            self.rows.append(row)

    def _note_numbers(self, record: Record) -> None:
        """Note which numbers a terminal has used, and which paper still waits for one."""
        number = leases.number_given(record.body)
        found = place_in_series(number) if number else None
        if found is not None:
            series, place = found
            key = (record.origin, series)
            self._used[key] = max(self._used.get(key, (0, "")), (place, number))
        match record.body:
            case EpochOpened() | CaseReceived() | NumbersReturned():
                self._heard[record.origin] = None
            case DocumentIssued(series=head) as body if head and not number:
                if is_document_head(head):
                    series = document_series(head, _year(body.issued_at, self._sitting.now))
                    self._papers.append((record.aggregate_id, series, record.origin))

    def take(self) -> list[OwnDraft]:
        """Return the drafts that are due, numbers last drawn; nothing is left noted."""
        drafts, self._drafts = self._drafts, []
        return drafts + self._numbers() + self._paper_numbers() + self._leases()

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
            by_region.setdefault(region_of(case.receipt_number), []).append(case)
        drafts: list[OwnDraft] = []
        for region, of_region in by_region.items():
            name = case_series(region, year)
            first = leases.take(self._db, name, len(of_region))
            for sequence, case in enumerate(of_region, start=first):
                body = CaseNumbered(format_case_number(region, year, sequence))
                drafts.append((Draft(case.case_id, case.head, body), f"number/{case.case_id}"))
        return drafts

    def _paper_numbers(self) -> list[OwnDraft]:
        """Number organs' papers that had none, and lease their terminals a block of the series."""
        papers, self._papers = self._papers, []
        if not papers:
            return []
        journal.lock(self._db)
        self._sitting.flush()
        drafts: list[OwnDraft] = []
        for document_id, series, _ in papers:
            document = self._sitting.load(document_id)
            if isinstance(document, Document) and not document.official_number:
                number = number_in_series(series, leases.take(self._db, series))
                draft = Draft(document_id, document.head, DocumentNumbered(number))
                drafts.append((draft, f"number/{document_id}"))
        for terminal_id, series in dict.fromkeys((origin, series) for _, series, origin in papers):
            leased = leases.first_of_series(self._db, terminal_id, series, self._sitting.now)
            if leased is not None:
                drafts.append(leased)
        return drafts

    def _leases(self) -> list[OwnDraft]:
        """Lease first blocks of case numbers, and the next one where most of a block is used."""
        used, self._used = sorted(self._used.items()), {}
        heard, self._heard = list(self._heard), {}
        now = to_local(self._sitting.now)
        lacking = [one for one in heard if leases.lacks(self._sitting.leases_of(one), now)]
        if not used and not lacking:
            return []
        journal.lock(self._db)
        # What this sitting leased must be found before another block is.
        self._sitting.flush()
        drafts = [draft for one in lacking for draft in leases.first_blocks(self._db, one, now)]
        found = (
            leases.renewal(self._db, terminal_id, number, self._sitting.now)
            for (terminal_id, _), (_, number) in used
        )
        return drafts + [draft for draft in found if draft is not None]

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
        case CaseExtended() as said:
            kind, actor, moment = NegativeOutcomeKind.NOT_IN_TIME, said.official, said.extended_at
        case _:
            return None
    return NegativeOutcomeFiled(
        case_id=case.case_id,
        receipt_number=case.receipt_number,
        organ=case.competent_organ,
        item_name=case.item_name,
        outcome=kind,
        reason=said.reason,
        basis=said.basis,
        said_by=actor,
        said_at=moment,
    )


def region_of(receipt_number: str) -> str:
    """Return the region of a receipt number; one of another form must not stop the judge."""
    region = receipt_number[:4]
    return region if len(region) == 4 and region.isascii() and region.isdigit() else _NO_REGION


def _year(moment: int, now: int) -> int:
    """Return the year of a terminal's moment; this one where its clock was never set."""
    this = to_local(now).year
    try:
        year = to_local(moment).year
    except (OverflowError, ValueError, OSError):
        return this
    return year if abs(year - this) <= 1 else this
