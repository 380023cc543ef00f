"""What nobody could give back: rows for the supervisor, which vanish once they are filled."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import msgspec

from hub.store import incidents
from hub.store.incidents import Incident

GAP, PAYLOAD, NUMBER = "gap", "payload", "number"
_MOST = 200


class Missing(msgspec.Struct, frozen=True):
    """Something that a restore has cost.

    `kind` is `gap` (entries `first` to `last` of the hub's own epoch; `first` 0: from a place
    that nobody can name), `payload` (entry `first` is here without what it said) or `number`
    (`case_ids` carry one case number). `noticed_at` is the incident's moment, in milliseconds,
    0 for what belongs to none.
    """

    kind: str
    epoch: str = ""
    first: int = 0
    last: int = 0
    origin: str = ""
    entry_kind: str = ""
    number: str = ""
    case_ids: tuple[str, ...] = ()
    noticed_at: int = 0


def missing(database: Any) -> tuple[Missing, ...]:
    """Return what is missing after restores; nothing for a hub that was never taken back.

    Of entries without what they said at most `_MOST` are named.
    """
    known = incidents.all_of(database)
    if not known:
        return ()
    found: list[Missing] = []
    for incident in known:
        found += _gaps(database, incident)
    at = {incident.epoch: incident.noticed_at for incident in known}
    for origin, epoch, seq, kind in incidents.bare(database, _MOST):
        found.append(Missing(PAYLOAD, epoch, seq, seq, origin, kind, noticed_at=at.get(epoch, 0)))
    twice: dict[str, list[str]] = {}
    for number, case_id in incidents.numbers_twice(database):
        twice.setdefault(number, []).append(case_id)
    found += [Missing(NUMBER, number=number, case_ids=tuple(ids)) for number, ids in twice.items()]
    return tuple(found)


def missing_count(database: Any) -> int:
    """Return how much is missing, as `missing` would list it if it were not cut."""
    found = missing(database)
    bare = sum(one.kind == PAYLOAD for one in found)
    return len(found) if bare < _MOST else len(found) - bare + incidents.bare_count(database)


def _gaps(database: Any, incident: Incident) -> list[Missing]:
    if incident.after_seq or not incident.last_seq:
        # The first entry only opens the epoch: no terminal ever gets it, and nobody misses it.
        after = max(incident.after_seq, 1)
        behind = incidents.seqs_of(database, incident.epoch, max(after, incident.last_seq))
        branch = incidents.branch_of(database, incident.epoch)
        beside = {seq for seq, _, _ in branch if seq > after}
        return _between(incident, after, sorted(beside.union(behind)))
    # The hub wrote on in the places that were lost: what came back lies beside them, and behind.
    branch = incidents.branch_of(database, incident.epoch)
    behind = incidents.seqs_of(database, incident.epoch, incident.last_seq)
    if not branch:
        return [
            _gap(incident, 0, incident.last_seq),
            *_between(incident, incident.last_seq, behind),
        ]
    start = branch[0][0]
    gaps = _between(incident, start - 1, [*(seq for seq, _, _ in branch), *behind])
    if not incidents.follows(database, incident.epoch, branch[0]):
        gaps.insert(0, _gap(incident, 0, start - 1))
    return gaps


def _between(incident: Incident, after: int, here: Sequence[int]) -> list[Missing]:
    ends = [after, *here, incident.heard_seq + 1]
    return [
        _gap(incident, before + 1, following - 1)
        for before, following in pairwise(ends)
        if following > before + 1
    ]


def _gap(incident: Incident, first: int, last: int) -> Missing:
    return Missing(GAP, incident.epoch, first, last, noticed_at=incident.noticed_at)
