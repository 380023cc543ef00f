"""Numbers of the department's own papers: the next of the organ's series where none was typed."""

from __future__ import annotations

from typing import Any

import msgspec

from hub import journal, leases
from hub.consequences import region_of
from hub.store import incidents, people, projections
from terminal.clock import to_local
from terminal.domain.case import Case
from terminal.domain.catalogue import Organ
from terminal.domain.numbers import (
    case_series,
    document_series,
    format_case_number,
    number_in_series,
    place_in_series,
)
from terminal.domain.records import (
    Body,
    CaseDecided,
    CaseExtended,
    CaseSuspended,
    CureFailed,
    Outcome,
)


def numbered(database: Any, case: Case, body: Body, now: int) -> Body:
    """Return an act with the number of its paper, in the act's own transaction.

    A number that was typed stays, and the series goes on above it. Without a word of the organ
    (机关代字) an empty number stays empty, which `evolve` refuses where one is needed.
    """
    kind = paper_of(body)
    if not kind:
        return body
    head = series_head(database, case, kind)
    if not head:
        return body
    journal.lock(database)
    series = document_series(head, to_local(now).year)
    typed = place_in_series(str(getattr(body, "document_number", "")))
    if typed is not None and typed[0] == series:
        incidents.raise_sequence(database, *typed)
    if getattr(body, "document_number", ""):
        return body
    number = next_number(database, head, now)
    return msgspec.structs.replace(body, document_number=number)


def paper_of(body: Body) -> str:
    """Return the kind of paper that an act gives out under a number of the organ."""
    match body:
        case CaseSuspended():
            return "special_procedure"
        case CaseExtended():
            return "extension"
        case CureFailed():
            return "cure_failed"
        case CaseDecided(outcome=Outcome.GRANTED):
            return "decision_grant"
        case CaseDecided():
            return "decision_refuse"
    return ""


def next_number(database: Any, head: str, moment: int) -> str:
    """Take the next number of an organ's series in the year of a moment; empty without a head."""
    if not head:
        return ""
    journal.lock(database)
    series = document_series(head, to_local(moment).year)
    return number_in_series(series, leases.take(database, series))


def next_case_number(database: Any, case: Case, moment: int) -> str:
    """Take the next case number (办件编号) of the region and year; one that it has stays."""
    if case.case_number:
        return case.case_number
    journal.lock(database)
    region, year = region_of(case.receipt_number), to_local(moment).year
    sequence = leases.take(database, case_series(region, year))
    return format_case_number(region, year, sequence)


def series_head(database: Any, case: Case, kind: str) -> str:
    """Return the words before the year, by the policy of the hall that took the case in."""
    hall = people.hall_of(database, case.origin)
    item = projections.item(database, case.item_code, case.item_version)
    organ = item.organ if item is not None else None
    if organ is None or organ.name != case.competent_organ:
        organ = Organ(case.competent_organ)
    return leases.policy_of(database, hall.id if hall else "").series_head(organ, kind)
