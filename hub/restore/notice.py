"""Noticing that the hub was taken back, and what follows from it in one transaction.

Three things show it: the mark beside the database at the start, a place of its own journal
that it once signed and cannot find any more, and a cursor that it once signed and that does
not fit. Nobody's mere claim does: whatever comes over the line carries the hub's signature.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from hub import journal, judge
from hub.bench import Bench
from hub.hub import Hub
from hub.restore import numbers
from hub.restore.mark import Mark
from hub.store import entries, feeds, incidents
from hub.store.entries import ChainEnd, Stored
from hub.store.incidents import Incident
from terminal.domain.records import HUB_ORIGIN
from terminal.protocol.returns import HubPlace, cursor_holds, place_holds
from terminal.protocol.wire import Cursor

log = logging.getLogger(__name__)

BY_MARK, BY_PLACE, BY_CURSOR = "mark", "place", "cursor"


def look(hub: Hub) -> bool:
    """Compare the database with the mark beside it; True when it is an older one.

    Called once, before a hub begins to serve.
    """
    mark = hub.mark.read()
    found = mark is not None and _look_back(hub, mark)
    leave_mark(hub)
    if not hub.store.shared:
        # A shared store may be taken back, and written by others, while this process runs.
        with hub.store.reading() as database:
            epoch, end = standing(database)
        hub.places.begun = (epoch, end.seq)
    return found


def leave_mark(hub: Hub) -> None:
    """Write down where the hub stands; only a hub that has looked may do that."""
    with hub.store.reading() as database:
        epoch, end = standing(database)
        mark = Mark(epoch, end.seq, end.hash, incidents.arrivals(database))
    hub.mark.write(mark)


def _look_back(hub: Hub, mark: Mark) -> bool:
    place = HubPlace(mark.epoch, mark.seq, mark.hash)

    def lost(database: Any) -> bool:
        if incidents.of_epoch(database, mark.epoch) is not None:
            return False
        behind = incidents.arrivals(database) < mark.arrivals
        return behind or bool(mark.epoch and not _fits(database, place))

    with hub.store.reading() as database:
        if not lost(database):
            return False
    return _notice(hub, BY_MARK, place, lost)


def standing(database: Any) -> tuple[str, ChainEnd]:
    """Return the hub's epoch and the end of its journal."""
    epoch = journal.epoch(database)
    return epoch, entries.chain_end(database, HUB_ORIGIN, epoch) if epoch else ChainEnd()


def hear(hub: Hub, place: HubPlace | None) -> bool:
    """Look whether the hub still has the place that it once told; True when it was taken back."""
    if place is None:
        return False
    with hub.store.reading() as database:
        if _fits(database, place):
            return False
        ended = incidents.of_epoch(database, place.epoch)
        over = _written_over(database, place)
    if not place_holds(hub.keys.public, place):
        log.warning("a terminal named a place of this hub's journal that the hub never signed")
        return False
    if over:
        return _notice(hub, BY_PLACE, place, partial(_written_over, place=place))
    if ended is not None:
        judge.alone(hub, lambda bench: go_further(bench.database, place))
        return False
    return _notice(hub, BY_PLACE, place, lambda database: not _fits(database, place))


def see(hub: Hub, epoch: str, given: Sequence[Stored]) -> bool:
    """Look whether entries of its own that came back contradict what it believed to have kept.

    Its kept end may be newer than it knows: it wrote on before anybody showed it what it lost.
    Then it asks everybody for all of that epoch. The entries' signatures were checked before, and
    each names the one before it, which perhaps nobody else knows.
    """
    with hub.store.reading() as database:
        ended = incidents.of_epoch(database, epoch)
        kept = ended.after_seq if ended is not None else 0
        named = {(one.seq, one.entry.hash) for one in given}
        named |= {(one.seq - 1, one.prev_hash) for one in given}
        places = [HubPlace(epoch, seq, digest) for seq, digest in sorted(named) if seq <= kept]
        place = next((one for one in places if _written_over(database, one)), None)
    if place is None:
        return False
    return _notice(hub, BY_PLACE, place, partial(_written_over, place=place))


def go_further(database: Any, place: HubPlace) -> None:
    """Note that an epoch whose end was lost went further than was known, numbers included."""
    ended = incidents.of_epoch(database, place.epoch)
    if ended is not None and incidents.heard_of(database, place.epoch, place.seq, place.hash):
        numbers.go_further(database, ended, place.seq)


def hear_cursors(hub: Hub, cursors: Sequence[Cursor]) -> bool:
    """Look at cursors of which one does not fit; True when that shows that it was taken back."""
    for cursor in cursors:
        with hub.store.reading() as database:
            if not _lost(database, cursor):
                continue
            epoch, end = standing(database)
        held = cursor_holds(
            hub.keys.public, cursor.signature, cursor.feed, cursor.handle, cursor.position,
            cursor.row_hash,
        )  # fmt: skip
        if held:
            place = HubPlace(epoch, end.seq, end.hash)
            return _notice(hub, BY_CURSOR, place, partial(_lost, cursor=cursor))
    return False


def _lost(database: Any, cursor: Cursor) -> bool:
    """Say whether a feed goes by the cursor's handle and yet does not have its row."""
    return bool(cursor.signature) and feeds.contradicts(database, cursor)


def _fits(database: Any, place: HubPlace) -> bool:
    """Say whether a place is here, or beyond what is known to be lost."""
    known = entries.stored_hashes(database, HUB_ORIGIN, place.epoch, place.seq, place.seq)
    if known.get(place.seq, ("", False))[0] == place.hash:
        return True
    ended = incidents.of_epoch(database, place.epoch)
    if ended is None or place.seq > ended.heard_seq:
        return False
    return not _written_over(database, place)


def _written_over(database: Any, place: HubPlace) -> bool:
    """Say whether other entries stand where those were that the hub believed to have kept.

    It wrote on, for somebody who had never heard of it, before anybody showed what it lost.
    """
    ended = incidents.of_epoch(database, place.epoch)
    if ended is None or place.seq > ended.after_seq:
        return False
    known = entries.stored_hashes(database, HUB_ORIGIN, place.epoch, place.seq, place.seq)
    digest, _ = known.get(place.seq, ("", False))
    return digest not in ("", place.hash)


def _notice(hub: Hub, how: str, place: HubPlace, lost: Callable[[Any], bool]) -> bool:
    """Open a new epoch and new handles, once, whichever process is first."""

    def work(bench: Bench) -> list[str] | None:
        database = bench.database
        journal.lock(database)
        if not lost(database):
            return None
        before, here = standing(database), _fits(database, place)
        if _written_over(database, place):
            incidents.ask_for_all(database, place.epoch)
        new, now = bench.open_epoch("restored"), hub.now()
        lost_ends = [
            Incident(*ends, new_epoch=new, how=how, noticed_at=now)
            for ends in _ended(before, place, here=here, begun=hub.places.begun)
        ]
        for ended in lost_ends:
            incidents.add(database, ended)
        numbers.leap(database, sum(one.heard_seq - one.after_seq for one in lost_ends), now)
        return bench.finish() + incidents.rename_feeds(database, hub.randomness.uuid7())

    moved = judge.alone(hub, work)
    if moved is None:
        return False
    log.warning("this hub was taken back; noticed by its %s; a new epoch begins", how)
    hub.bell.ring(moved)
    return True


_Ends = tuple[str, int, str, int, int, str]


def _ended(
    before: tuple[str, ChainEnd], place: HubPlace, *, here: bool, begun: tuple[str, int]
) -> list[_Ends]:
    """Return epoch, last place, where to ask from and furthest place of what is lost.

    They are two epochs when the backup is older than the one that terminals know. `here` says
    that the hub still has the place itself, `begun` where it stood when it began to serve: what it
    has written since stands where others were, if the place is further on.
    """
    epoch, end = before
    if place.epoch != epoch:
        lost = [(place.epoch, 0, "", 0, place.seq, place.hash)]
        return lost + ([(epoch, end.seq, end.hash, end.seq, end.seq, end.hash)] if epoch else [])
    if place.seq > end.seq:
        kept = min(end.seq, begun[1]) if begun[0] == epoch else end.seq
        return [(epoch, end.seq, end.hash, kept, place.seq, place.hash)]
    if here:
        return [(epoch, end.seq, end.hash, end.seq, end.seq, end.hash)]
    # Its own entries stand where others were: from where on, it cannot say.
    return [(epoch, end.seq, end.hash, 0, end.seq, end.hash)]
