"""Judging: what each stored entry comes to, by the same `evolve` that terminals call.

Storing never waits for it: a crash in between is mended at the next start, which judges what
has no effect yet. What was applied, refused or in conflict stays so for ever; what is held is
tried again whenever that for which it waits has come.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Any, TypeVar

from hub.bench import DEFECT, Bench, kind_key
from hub.hub import Hub
from hub.store import entries, people, projections
from hub.store.entries import Stored
from hub.store.statements import lock
from terminal.domain.records import KINDS
from terminal.errors import StoreError
from terminal.protocol.entry import Draft

log = logging.getLogger(__name__)

Result = TypeVar("Result")

_TRIES = 8


def judge_pending(hub: Hub, hall: str | None = None) -> int:
    """Judge what a hall (none named: any) stored and has no effect yet; returns how much.

    Where several processes share the store, the hall's lease says which one does it; whoever
    does not get it has left word with the one that holds it.
    """
    if hall is None:
        with hub.store.reading() as database:
            halls = entries.halls_waiting(database)
        return sum(judge_pending(hub, one) for one in halls)
    done = 0
    with hub.store.turn(hall) as turn:
        while turn.take():
            with hub.store.reading(once=True) as database:
                page = entries.unjudged(database, hub.portion.size, hall)
            if page:
                hub.bell.ring(_judge_page(hub, page))
                done += len(page)
            elif turn.give_back():
                break
    return done


def _seated(
    hub: Hub, halls: Sequence[str], work: Callable[[Bench], Result], *, yielding: bool = False
) -> Result:
    """Run work in a write transaction that is alone with these halls; again after a clash."""
    for _ in range(_TRIES):
        try:
            with hub.store.writing(yielding=yielding) as database:
                for hall in sorted(halls):
                    lock(database, f"judge/{hall}")
                return work(Bench(hub, database))
        except projections.Clash:
            log.info("another process was quicker; done again")
    raise StoreError("hub.busy")


def alone(hub: Hub, work: Callable[[Bench], Result]) -> Result:
    """Run work in a write transaction beside which no hall is judged."""
    return _seated(hub, _all_halls(hub), work)


def _all_halls(hub: Hub) -> list[str]:
    with hub.store.reading() as database:
        return [hall.id for hall in people.halls(database)]


def _judge_page(hub: Hub, page: list[Stored]) -> list[str]:
    """Judge a page in one transaction; if that fails, each entry in one of its own.

    Nothing that a terminal can send may stop the entries behind it: an entry over which the
    judge itself fails is held.
    """
    # The hub's own entries that came back belong to no hall, and may concern any.
    halls = [page[0].hall] if page[0].hall else _all_halls(hub)
    try:
        return _seated(hub, halls, _sit(hub, page), yielding=True)
    except StoreError:
        raise
    except Exception:
        log.exception("judging a page of %s entries failed", len(page))
    moved: list[str] = []
    for stored in page:
        try:
            moved += _seated(hub, halls, _sit(hub, [stored]))
        except StoreError:
            raise
        except Exception:
            log.exception("judging failed for a %s", stored.kind)
            moved += _seated(hub, halls, _set_aside(stored))
    return moved


def _sit(hub: Hub, page: list[Stored]) -> Callable[[Bench], list[str]]:
    def work(bench: Bench) -> list[str]:
        begun = monotonic()
        moved = bench.judge_page(page)
        hub.portion.took(len(page), monotonic() - begun)
        return moved

    return work


def _set_aside(stored: Stored) -> Callable[[Bench], list[str]]:
    return lambda bench: bench.set_aside(stored)


def recover(hub: Hub) -> int:
    """Judge at the start what a crash left over and what an older version did not know."""
    wake(hub, [DEFECT, *(kind_key(kind) for kind in KINDS)])
    return judge_pending(hub)


def sweep(hub: Hub) -> int:
    """Judge what nobody judges: its process died, or slept through what it waited for."""
    with hub.store.reading() as database:
        slept = entries.overslept(database)
    if slept:
        wake(hub, slept)
    return judge_pending(hub)


def wake(hub: Hub, keys: Sequence[str], note: Callable[[Any], bool] = lambda _: True) -> None:
    """Try again the held entries that wait for one of these.

    `note` writes in the same transaction why they may be lawful now; False: nothing is new.
    """

    def work(bench: Bench) -> list[str]:
        if not note(bench.database):
            return []
        bench.wake(*keys)
        return bench.finish()

    hub.bell.ring(alone(hub, work))


def act(
    hub: Hub, drafts: list[Draft] | Callable[[Any], list[Draft]], action_id: str
) -> list[Stored]:
    """Write an act of the hub itself if it is lawful: `RuleRefused` with the rule if not.

    Drafts that need a number are made in the transaction, so that a refused act takes none.
    The same action id again changes nothing.
    """

    def work(bench: Bench) -> tuple[list[Stored], list[str]]:
        made = drafts(bench.database) if callable(drafts) else drafts
        return bench.act(made, action_id), bench.finish()

    written, moved = alone(hub, work)
    hub.bell.ring(moved)
    return written
