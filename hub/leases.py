"""Leased numbers: a terminal with a block gives numbers while nobody answers.

Case numbers (办件编号) have one series a region and year; the first block comes by itself with
what a terminal pushes first, and shortly before New Year the next year's. Numbers of an organ's
papers (文号) have one series an organ, kind of paper and year; a terminal's first block comes
with its first such paper, or is granted ahead.

A block is taken from the same counter as the hub's own numbers and belongs to one terminal for
ever. When half of the newest one is used the next follows; the sizes are policy. What is left
when the year is over is given back, void for ever, and listed. Two cases or papers with one
number (a cloned disk) are both kept; the list of doubled numbers shows them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from hub.sitting import Sitting
from hub.store import feeds, incidents, numbers, people, projections
from terminal.domain.aggregates import NumberLease
from terminal.domain.numbers import (
    CASES,
    DOCUMENTS,
    case_series,
    place_in_series,
    year_of_series,
)
from terminal.domain.policy import NumberPolicy
from terminal.domain.records import (
    HUB_ORIGIN,
    Body,
    CaseAccepted,
    DocumentIssued,
    NumbersLeased,
    Record,
)
from terminal.ids import record_id
from terminal.protocol.entry import Draft
from terminal.protocol.rules import NUMBERS
from terminal.protocol.wire import policy_feed

AHEAD_DAYS = 21
"""Days before New Year from which terminals get the next year's first block."""

OwnDraft = tuple[Draft, str]
"""A draft of the hub's with the id of its action."""


def policy_of(database: Any, hall: str) -> NumberPolicy:
    """Return a hall's policy of numbers; the shipped one where it said nothing readable."""
    body = feeds.current(database, policy_feed(hall)).get(NUMBERS) if hall else None
    try:
        return msgspec.json.decode(body, type=NumberPolicy) if body else NumberPolicy()
    except msgspec.DecodeError:
        return NumberPolicy()


def take(database: Any, series: str, count: int = 1) -> int:
    """Take the next numbers of a series; returns the first.

    The caller holds the lock of the hub's journal. A series that begins after a restore begins
    above what may have been given before it.
    """
    floor = people.fact(database, floor_of(series))
    if floor:
        incidents.raise_sequence(database, series, int(floor))
    return projections.next_number(database, series, count)


def floor_of(series: str) -> str:
    """Return the name of the fact that says above what series of this kind and year begin."""
    return f"floor/{series.partition('/')[0]}/{year_of_series(series)}"


def block(database: Any, series: str, terminal_id: str, size: int, now: int) -> OwnDraft:
    """Take a block for a terminal; the caller holds the lock of the hub's journal."""
    first = take(database, series, size)
    body = NumbersLeased(series, terminal_id, first, first + size - 1, now)
    name = f"lease/{series}/{first}"
    return Draft(record_id(name, terminal_id, body.kind), "", body), name


def _years(now: dt.datetime) -> list[int]:
    """Return the years of which a terminal should have a block of case numbers now."""
    return sorted({now.year, (now + dt.timedelta(days=AHEAD_DAYS)).year})


def lacks(held: Sequence[NumberLease], now: dt.datetime) -> bool:
    """Say whether a terminal with these blocks lacks case numbers of a year; `now` local."""
    usable = [one for one in held if not one.void_from]
    years = {year_of_series(one.series) for one in usable if one.series.startswith(CASES)}
    return not years.issuperset(_years(now))


def first_blocks(database: Any, terminal_id: str, now: dt.datetime) -> list[OwnDraft]:
    """Return blocks of case numbers of the years of which a terminal has none; `now` local."""
    hall = people.hall_of(database, terminal_id)
    size = policy_of(database, hall.id).case_block if hall else 0
    if hall is None or not size:
        return []
    known = projections.leases_of(database, terminal_id)
    held = {one.series for one in known if not one.void_from}
    wanted = [case_series(hall.region, year) for year in _years(now)]
    milliseconds = int(now.timestamp() * 1000)
    return [
        block(database, series, terminal_id, size, milliseconds)
        for series in wanted
        if series not in held
    ]


def renewal(database: Any, terminal_id: str, number: str, now: int) -> OwnDraft | None:
    """Return a new block when a number that was used says that it is time; None otherwise."""
    found = place_in_series(number)
    if found is None:
        return None
    series, place = found
    newest = _newest(database, terminal_id, series)
    if newest is None:
        return None
    size = newest.last - newest.first + 1
    if newest.last - place >= size - size // 2:
        return None
    hall = people.hall_of(database, terminal_id)
    own = policy_of(database, hall.id if hall else "")
    size = own.document_block if series.startswith(DOCUMENTS) else own.case_block
    return block(database, series, terminal_id, size, now) if size else None


def first_of_series(database: Any, terminal_id: str, series: str, now: int) -> OwnDraft | None:
    """Return a terminal's first block of an organ's numbers; None when it has one."""
    hall = people.hall_of(database, terminal_id)
    if hall is None or _newest(database, terminal_id, series) is not None:
        return None
    size = policy_of(database, hall.id).document_block
    return block(database, series, terminal_id, size, now) if size else None


def _newest(database: Any, terminal_id: str, series: str) -> NumberLease | None:
    known = projections.leases_of(database, terminal_id)
    own = [one for one in known if one.series == series and not one.void_from]
    return max(own, key=lambda one: one.last, default=None)


def number_given(body: Body) -> str:
    """Return the number of a leased block that a terminal's record says it has given."""
    match body:
        case CaseAccepted():
            return body.case_number
        case DocumentIssued():
            return body.official_number
    return ""


def lawful(sitting: Sitting, record: Record) -> bool:
    """Say whether a number that a terminal gave, if it did, lies in a block of its own.

    Also in what was given back of it: another disk of the terminal may have printed it before.
    The hub takes its own numbers from the series itself.
    """
    number = number_given(record.body)
    if not number or record.origin == HUB_ORIGIN:
        return True
    found = place_in_series(number)
    if found is None:
        return False
    series, place = found
    return any(
        one.series == series and one.first <= place <= one.last
        for one in sitting.leases_of(record.origin)
    )


class Account(msgspec.Struct, frozen=True):
    """What became of a block's numbers: how many are known to be used, and from where on void."""

    series: str
    terminal_id: str
    first: int
    last: int
    used: int
    void_from: int = 0


def accounts(database: Any, year: int) -> list[Account]:
    """Return every block of a year with what became of its numbers, by series and place."""
    places: dict[str, list[int]] = {}
    for number in numbers.given(database):
        found = place_in_series(number)
        if found is not None:
            places.setdefault(found[0], []).append(found[1])
    made = []
    for lease in numbers.leases(database):
        if year_of_series(lease.series) == year:
            used = sum(lease.first <= one <= lease.last for one in places.get(lease.series, ()))
            made.append(
                Account(
                    lease.series, lease.terminal_id, lease.first, lease.last, used,
                    lease.void_from,
                )
            )  # fmt: skip
    return sorted(made, key=lambda one: (one.series, one.first))
