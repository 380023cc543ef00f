"""The hub's own journal: its acts are entries of origin `hub`, chained and signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from hub.hub import Hub
from hub.store import entries, people
from hub.store.entries import Stored
from terminal.domain.records import HUB_ORIGIN, EpochOpened
from terminal.ids import record_id
from terminal.protocol import entry as protocol
from terminal.protocol.entry import Draft
from terminal.protocol.suites import STANDARD

_SALT_BYTES = 16
_EPOCH = "hub_epoch"


def epoch(database: Any) -> str:
    """Return the hub's epoch, empty before its first entry."""
    return people.fact(database, _EPOCH)


def append(hub: Hub, database: Any, drafts: Sequence[tuple[Draft, str]]) -> list[Stored]:
    """Write drafts, each with its action's id, as the hub's next entries.

    It happens inside the caller's transaction, who judges them there; who may be called twice
    asks for the record's effect before.
    """
    lock(database)
    now = epoch(database)
    opening: list[Stored] = []
    if not now:
        now = hub.randomness.uuid7()
        people.set_fact(database, _EPOCH, now)
        opened = Draft(f"hub/{now}", "", EpochOpened(reason="created"))
        opening = _write(hub, database, now, [(opened, hub.randomness.uuid7())])
    return opening + _write(hub, database, now, drafts)


def lock(database: Any) -> None:
    """Let nobody else write the hub's entries, or take its numbers, until the transaction ends."""
    entries.lock_chain(database, HUB_ORIGIN)


def _write(
    hub: Hub, database: Any, epoch_id: str, drafts: Sequence[tuple[Draft, str]]
) -> list[Stored]:
    end = entries.chain_end(database, HUB_ORIGIN, epoch_id)
    written: list[Stored] = []
    for number, (draft, action_id) in enumerate(drafts, start=end.seq + 1):
        made = protocol.encode(
            draft,
            record_id=record_id(action_id, draft.aggregate_id, draft.body.kind),
            action_id=action_id,
            origin=HUB_ORIGIN,
            epoch=epoch_id,
            seq=number,
            prev_hash=written[-1].entry.hash if written else end.hash,
            time=hub.clock.now(),
            salt=hub.randomness.token_bytes(_SALT_BYTES),
        )
        signature = STANDARD.sign(hub.keys.signing, bytes.fromhex(made.hash))
        signed = msgspec.structs.replace(made, signature=signature)
        header = signed.read_header()
        written.append(
            Stored(
                entry=signed,
                origin=HUB_ORIGIN,
                epoch=epoch_id,
                seq=number,
                record_id=header.record_id,
                kind=header.kind,
                aggregate_id=header.aggregate_id,
                prev_hash=header.prev_hash,
                sound=True,
            )
        )
    entries.add(database, written, hub.now(), judged=True)
    return written
