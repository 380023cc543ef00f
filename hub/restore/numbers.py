"""Numbers after a restore: what was given and forgotten is not given again.

Counters of case numbers leap when the restore is noticed: by as many entries as the hub is
known to have lost (each gives one number at most), and by `LEAP` more for those of which
nobody has spoken yet. A terminal that speaks later of still more makes them go on by what is
beyond that. A number that comes back in its entry holds its counter above itself. The numbers
in between stay unused. Numbers of terminals leap, too: an enrolment that was lost had one.
"""

from __future__ import annotations

from typing import Any

from hub.store import incidents, people
from hub.store.incidents import Incident
from terminal.clock import to_local
from terminal.domain.numbers import case_place, case_series, is_case_number
from terminal.domain.records import CaseAccepted, CaseNumbered, NumbersLeased
from terminal.protocol.entry import EntryError, to_record

CASES = "case/"
TERMINALS = "terminal"
LEAP = 100_000
"""More case numbers than a prefecture gives in a week; the number's form has room for 9 digits."""
TERMINAL_LEAP = 10
_REGION = 4


def leap(database: Any, lost: int, now: int) -> None:
    """Move the counters on by what was lost at least, and the leap."""
    year = to_local(now).year
    for hall in people.halls(database):
        # The year may have begun after the backup.
        incidents.raise_sequence(database, f"{CASES}{hall.region[:_REGION]}/{year}", 0)
    incidents.leap(database, CASES, max(lost, 0) + LEAP)
    incidents.leap(database, TERMINALS, TERMINAL_LEAP)


def go_further(database: Any, before: Incident, heard_seq: int) -> None:
    """Move the counters on when an epoch went further than they had leapt for."""
    leapt_to = max(before.heard_seq, before.last_seq + LEAP)
    if heard_seq > leapt_to:
        incidents.leap(database, CASES, heard_seq - leapt_to)


def hold_above(database: Any, entry: Any) -> None:
    """Keep a counter above a number that came back."""
    try:
        record = to_record(entry)
    except EntryError:
        return
    if record is None:
        return
    if isinstance(record.body, NumbersLeased):
        incidents.raise_sequence(database, record.body.series, record.body.last)
        return
    number = getattr(record.body, "case_number", "")
    if isinstance(record.body, CaseNumbered | CaseAccepted) and is_case_number(number):
        region, year, sequence = case_place(number)
        incidents.raise_sequence(database, case_series(region, year), sequence)
