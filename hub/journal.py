"""The hub's own journal: its acts are entries of origin `hub`, chained and signed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from hub.hub import Hub
from hub.store import entries, people
from hub.store.entries import ChainEnd, Stored
from terminal.domain.records import HUB_ORIGIN, EpochOpened
from terminal.ids import record_id
from terminal.protocol import entry as protocol
from terminal.protocol.entry import Draft, Entry
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
    opening = [] if epoch(database) else open_epoch(hub, database, "created")
    return opening + _write(hub, database, epoch(database), drafts)


def open_epoch(hub: Hub, database: Any, reason: str) -> list[Stored]:
    """Begin a new epoch, whose first entry names the end of the one before as it is known here."""
    lock(database)
    before = epoch(database)
    end = entries.chain_end(database, HUB_ORIGIN, before) if before else ChainEnd(hash="")
    now = hub.randomness.uuid7()
    people.set_fact(database, _EPOCH, now)
    opened = Draft(f"hub/{now}", "", EpochOpened(reason, before, end.hash))
    return _write(hub, database, now, [(opened, hub.randomness.uuid7())])


def copy(hub: Hub, database: Any, entry: Entry) -> Stored:
    """Write an entry of an ended epoch once more, at the end of this one, to be judged.

    Record id and payload stay, so it has one effect only, whichever of the two is judged.
    """
    lock(database)
    now = epoch(database)
    end = entries.chain_end(database, HUB_ORIGIN, now)
    moved = protocol.rechain(entry, epoch=now, seq=end.seq + 1, prev_hash=end.hash)
    written = _signed(hub, moved)
    entries.add(database, [written], hub.now())
    return written


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
        written.append(_signed(hub, made))
    entries.add(database, written, hub.now(), judged=True)
    return written


def _signed(hub: Hub, made: Entry) -> Stored:
    signature = STANDARD.sign(hub.keys.signing, bytes.fromhex(made.hash))
    return placed(msgspec.structs.replace(made, signature=signature))


def placed(entry: Entry) -> Stored:
    """Return an entry of the hub with its place, as its header names it."""
    return entries.placed(entry, entry.read_header())
