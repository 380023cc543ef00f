"""Numbers after a restore: what was given and forgotten is not given again.

Counters of case and document numbers leap when the restore is noticed: by more than the entries
that the hub is known to have lost can have given away (each one number, or a whole block), and
by `LEAP` or `PAPER_LEAP` more for those of which nobody has spoken yet. Series that the backup
does not know begin above the leap. A terminal that speaks later of still more makes the counters
go on by what is beyond that. A number that comes back in its entry holds its counter above
itself. The numbers in between stay unused. Numbers of terminals leap, too: an enrolment that was
lost had one.
"""

from __future__ import annotations

from typing import Any

from hub import leases
from hub.store import incidents, numbers, people
from hub.store.incidents import Incident
from terminal.clock import to_local
from terminal.domain.numbers import CASES, DOCUMENTS, case_series, place_in_series
from terminal.domain.records import (
    CaseAccepted,
    CaseNumbered,
    DocumentIssued,
    DocumentNumbered,
    NumbersLeased,
)
from terminal.protocol.entry import EntryError, to_record

TERMINALS = "terminal"
LEAP = 100_000
"""More case numbers than a prefecture gives in a week; the number's form has room for 9 digits."""
PAPER_LEAP = 10_000
"""More papers of one kind than one organ gives out in a week, with blocks of all its windows."""
TERMINAL_LEAP = 10


def leap(database: Any, lost: int, now: int) -> None:
    """Move the counters on by what was lost at least, and the leap."""
    year = to_local(now).year
    for hall in people.halls(database):
        # The year may have begun after the backup.
        incidents.raise_sequence(database, case_series(hall.region, year), 0)
    for prefix, more in ((CASES, LEAP), (DOCUMENTS, PAPER_LEAP)):
        _leap(database, prefix, max(lost, 0) * _largest(database, prefix) + more, year)
    incidents.leap(database, TERMINALS, TERMINAL_LEAP)


def go_further(database: Any, before: Incident, heard_seq: int) -> None:
    """Move the counters on when an epoch went further than they had leapt for."""
    for prefix, more in ((CASES, LEAP), (DOCUMENTS, PAPER_LEAP)):
        size = _largest(database, prefix)
        leapt_to = max(before.heard_seq, before.last_seq + more // size)
        if heard_seq > leapt_to:
            year = to_local(before.noticed_at).year
            _leap(database, prefix, (heard_seq - leapt_to) * size, year)


def _leap(database: Any, prefix: str, by: int, year: int) -> None:
    """Move on all series of a kind, those with it that nobody here remembers.

    What was lost may be of last year, and blocks are leased for the next one.
    """
    incidents.leap(database, prefix, by)
    for one in (year - 1, year, year + 1):
        incidents.raise_floor(database, leases.floor_of(f"{prefix}{one}"), by)


def _largest(database: Any, prefix: str) -> int:
    """Return how many numbers one lost entry may have given away: the largest block's."""
    known = [
        lease.last - lease.first + 1
        for lease in numbers.leases(database)
        if lease.series.startswith(prefix)
    ]
    policies = [leases.policy_of(database, hall.id) for hall in people.halls(database)]
    sizes = [one.document_block if prefix == DOCUMENTS else one.case_block for one in policies]
    return max((1, *known, *sizes))


def hold_above(database: Any, entry: Any) -> None:
    """Keep a counter above a number that came back."""
    try:
        record = to_record(entry)
    except EntryError:
        return
    match record.body if record is not None else None:
        case NumbersLeased() as body:
            incidents.raise_sequence(database, body.series, body.last)
            return
        case CaseNumbered(case_number=number) | CaseAccepted(case_number=number):
            found = place_in_series(number)
        case DocumentNumbered(number=number) | DocumentIssued(official_number=number):
            found = place_in_series(number)
        case _:
            return
    if found is not None:
        incidents.raise_sequence(database, *found)
