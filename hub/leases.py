"""Leased case numbers: a terminal with a block gives numbers (办件编号) while nobody answers.

A block is taken from the same counter as the hub's own numbers and belongs to one terminal for
ever; what it does not use stays unused. It is renewed when half of it is used, by one of the
same size. A terminal without a lease gets each number from the hub. Two cases with one number
(a cloned disk) are both kept; the list of doubled numbers shows them.
"""

from __future__ import annotations

from typing import Any

from hub.store import projections
from terminal.domain.numbers import case_place, case_series, is_case_number
from terminal.domain.records import NumbersLeased
from terminal.ids import record_id
from terminal.protocol.entry import Draft

BLOCK = 50
"""Numbers of one block: some days of one window's acceptances."""

OwnDraft = tuple[Draft, str]
"""A draft of the hub's with the id of its action."""


def block(database: Any, region: str, year: int, terminal_id: str, size: int, now: int) -> OwnDraft:
    """Take a block for a terminal; the caller holds the lock of the hub's journal."""
    series = case_series(region, year)
    first = projections.next_number(database, series, size)
    body = NumbersLeased(series, terminal_id, first, first + size - 1, now)
    name = f"lease/{series}/{first}"
    return Draft(record_id(name, terminal_id, body.kind), "", body), name


def renewal(database: Any, terminal_id: str, case_number: str, now: int) -> OwnDraft | None:
    """Return a new block when a number that was used says that it is time; None otherwise."""
    region, year, place = case_place(case_number)
    series = case_series(region, year)
    own = [one for one in projections.leases_of(database, terminal_id) if one.series == series]
    newest = max(own, key=lambda one: one.last, default=None)
    if newest is None:
        return None
    size = newest.last - newest.first + 1
    if newest.last - place >= size - size // 2:
        return None
    return block(database, region, year, terminal_id, size, now)


def holds(database: Any, terminal_id: str, case_number: str) -> bool:
    """Say whether a number that a terminal gave lies in a block of its own."""
    if not is_case_number(case_number):
        return False
    region, year, place = case_place(case_number)
    return any(
        one.series == case_series(region, year) and one.first <= place <= one.last
        for one in projections.leases_of(database, terminal_id)
    )
