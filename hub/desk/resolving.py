"""A supervisor's resolution of a conflict: an entry of the hub, judged as any."""

from __future__ import annotations

from hub import judge
from hub.hub import Hub
from hub.store import board, projections
from hub.store.people import Account
from terminal.domain.parties import Actor
from terminal.domain.records import ConflictResolved
from terminal.errors import NotAllowed, NotFound, RuleRefused
from terminal.protocol.entry import Draft

LONGEST_REASON = 2_000


def resolve(hub: Hub, account: Account, entry_hash: str, reason: str) -> None:
    """Record what was found about a conflict; both facts stay, the first keeps its effect.

    Raises `NotAllowed` for whoever is no supervisor, `NotFound` when it is not open (any more),
    `RuleRefused` without a reason. The same resolution twice is one.
    """
    if not account.supervisor:
        raise NotAllowed("board.not_supervisor")
    if not reason.strip():
        raise RuleRefused("board.needs_reason")
    with hub.store.reading() as database:
        conflict = board.conflict(database, entry_hash)
        aggregate = projections.load(database, conflict.aggregate_id) if conflict else None
    if conflict is None or aggregate is None:
        raise NotFound("board.not_open")
    body = ConflictResolved(
        conflict=conflict.record_id,
        entry_hash=entry_hash,
        reason=reason.strip()[:LONGEST_REASON],
        resolved_at=hub.now(),
        supervisor=Actor("supervisor", account.name, account.display_name),
    )
    draft = Draft(conflict.aggregate_id, aggregate.head, body)
    judge.act(hub, [draft], f"resolve/{entry_hash}")
