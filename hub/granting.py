"""Granting a terminal blocks of numbers by hand; otherwise they follow by themselves."""

from __future__ import annotations

from typing import Any

from hub import journal, judge, leases
from hub.hub import Hub
from hub.store import numbers, people
from terminal.clock import to_local
from terminal.domain.catalogue import Organ
from terminal.domain.numbers import case_series, document_series
from terminal.domain.policy import MOST_LEASED
from terminal.domain.records import NumbersLeased
from terminal.errors import InvalidInput, NotFound
from terminal.protocol.entry import Draft

AT_A_WINDOW = ("acceptance", "correction", "decline", "conditional")
"""Papers of an organ that windows give out."""


def grant_by_name(
    hub: Hub, name: str, size: int | None = None, organ: str = ""
) -> list[NumbersLeased]:
    """Lease blocks to a terminal by its id or its number, as people name it.

    Case numbers, or with `organ` those of the papers that a window gives out in its name.
    Without a size the policy's. Raises `NotFound` (`number.no_terminal`, `number.no_organ`),
    `InvalidInput` (`number.block_size`).
    """
    if size is not None and not 0 < size <= MOST_LEASED:
        raise InvalidInput("number.block_size", size=size, most=MOST_LEASED)
    with hub.store.reading() as database:
        known = people.terminals(database)
    found = next((one for one in known if name in (one.id, one.label, str(one.number))), None)
    if found is None or found.revoked_at:
        raise NotFound("number.no_terminal", terminal=name)
    if organ:
        return grant_papers(hub, found.id, organ, size)
    return [grant(hub, found.id, size)]


def grant(hub: Hub, terminal_id: str, size: int | None = None) -> NumbersLeased:
    """Lease a terminal a block of this year's case numbers of its hall's region.

    Raises `NotFound` (`number.no_terminal`), and `RuleRefused` for an empty block.
    """
    hall, year = _hall(hub, terminal_id), to_local(hub.now()).year
    with hub.store.reading() as database:
        own = leases.policy_of(database, hall.id).case_block
    return _lease(hub, terminal_id, case_series(hall.region, year), own if size is None else size)


def grant_papers(
    hub: Hub, terminal_id: str, organ: str, size: int | None = None
) -> list[NumbersLeased]:
    """Lease a terminal a block of each series of an organ's papers at windows, of this year.

    `organ` is its name as papers bear it. Raises `NotFound` as `grant_by_name`.
    """
    hall, year = _hall(hub, terminal_id), to_local(hub.now()).year
    with hub.store.reading() as database:
        policy = leases.policy_of(database, hall.id)
        known = numbers.organ(database, organ) or Organ(organ)
    heads = [head for kind in AT_A_WINDOW if (head := policy.series_head(known, kind))]
    if not heads:
        raise NotFound("number.no_organ", organ=organ)
    wanted = policy.document_block if size is None else size
    return [_lease(hub, terminal_id, document_series(head, year), wanted) for head in heads]


def _hall(hub: Hub, terminal_id: str) -> people.HallData:
    with hub.store.reading() as database:
        hall = people.hall_of(database, terminal_id)
    if hall is None:
        raise NotFound("number.no_terminal", terminal=terminal_id)
    return hall


def _lease(hub: Hub, terminal_id: str, series: str, size: int) -> NumbersLeased:
    made: list[Draft] = []

    def draw(database: Any) -> list[Draft]:
        journal.lock(database)
        draft, _ = leases.block(database, series, terminal_id, size, hub.now())
        made[:] = [draft]
        return made

    judge.act(hub, draw, hub.randomness.uuid7())
    body = made[0].body
    assert isinstance(body, NumbersLeased)
    return body
