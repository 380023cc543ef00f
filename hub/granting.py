"""Granting a terminal its first block of case numbers; later ones follow by themselves."""

from __future__ import annotations

from hub import judge
from hub.hub import Hub
from hub.leases import BLOCK, block
from hub.store import people
from terminal.clock import to_local
from terminal.domain.records import NumbersLeased
from terminal.errors import InvalidInput, NotFound

MOST = 10_000
"""Numbers of one block at most: what is not used stays unused for ever."""


def grant_by_name(hub: Hub, name: str, size: int) -> NumbersLeased:
    """Lease a block to a terminal by its id or its number, as people name it.

    Raises `NotFound` (`number.no_terminal`), `InvalidInput` (`number.block_size`).
    """
    if not 0 < size <= MOST:
        raise InvalidInput("number.block_size", size=size, most=MOST)
    with hub.store.reading() as database:
        known = people.terminals(database)
    found = next((one for one in known if name in (one.id, one.label, str(one.number))), None)
    if found is None or found.revoked_at:
        raise NotFound("number.no_terminal", terminal=name)
    return grant(hub, found.id, size)


def grant(hub: Hub, terminal_id: str, size: int = BLOCK) -> NumbersLeased:
    """Lease a terminal a block of this year's case numbers of its hall's region.

    Raises `NotFound` (`number.no_terminal`), and `RuleRefused` for an empty block.
    """
    with hub.store.reading() as database:
        terminal = next((t for t in people.terminals(database) if t.id == terminal_id), None)
        hall = next((h for h in people.halls(database) if terminal and h.id == terminal.hall), None)
    if hall is None:
        raise NotFound("number.no_terminal", terminal=terminal_id)
    now = hub.now()
    year = to_local(now).year
    with hub.store.writing() as database:
        draft, action = block(database, hall.region, year, terminal_id, size, now)
    judge.act(hub, [draft], action)
    assert isinstance(draft.body, NumbersLeased)
    return draft.body
