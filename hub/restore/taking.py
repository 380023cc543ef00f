"""Taking back: the hub's own signed entries return from terminals to their old places."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import msgspec

from hub import journal, judge
from hub.hub import Hub
from hub.restore import notice, numbers
from hub.store import entries, incidents
from hub.store.entries import Stored
from hub.store.incidents import Incident
from hub.store.people import TerminalData
from terminal.domain.records import HUB_ORIGIN
from terminal.protocol import entry as protocol
from terminal.protocol.entry import Entry, EntryError
from terminal.protocol.returns import (
    MAX_RETURN_ENTRIES,
    HubPlace,
    Return,
    ReturnAnswer,
)
from terminal.protocol.suites import suite
from terminal.protocol.wire import PROTOCOL_VERSION, spoken

log = logging.getLogger(__name__)


def take_back(hub: Hub, terminal: TerminalData, message: Return) -> ReturnAnswer:
    """Store what a terminal gives back, judge it, and say how much of it is here now.

    Each entry is believed for the hub's own signature alone, whoever brings it; one that does
    not hold is left out, and keeps none of the others away.
    """
    if not spoken(message.protocol):
        return answer(terminal.id, message, refusal="hub.unknown_protocol")
    if len(message.entries) > MAX_RETURN_ENTRIES:
        return answer(terminal.id, message, refusal="hub.batch_too_large")
    notice.hear(hub, message.heard)
    ours = [one for one in (_own(hub, e, message.epoch) for e in message.entries) if one]
    if len(ours) < len(message.entries):
        log.warning("%s entries given back were not this hub's", len(message.entries) - len(ours))
    notice.see(hub, message.epoch, ours)
    with hub.store.writing() as database:
        journal.lock(database)
        if not _lost(hub, database, message.epoch, ours):
            return answer(terminal.id, message, refusal="hub.nothing_lost")
        _store(hub, database, message.epoch, sorted(ours, key=lambda one: one.seq))
    judge.judge_pending(hub, "")
    return answer(terminal.id, message, taken=len(ours))


def _lost(hub: Hub, database: Any, epoch: str, ours: Sequence[Stored]) -> bool:
    """Say whether something of an epoch was lost.

    An epoch of which nothing is here, and of which signed entries come, was lost as a whole:
    the hub was taken back before it began, and not for the first time.
    """
    if incidents.of_epoch(database, epoch) is not None:
        return True
    if not ours or entries.chain_end(database, HUB_ORIGIN, epoch).seq:
        return False
    last = max(ours, key=lambda one: one.seq)
    incidents.add(
        database,
        Incident(
            epoch, 0, "", 0, last.seq, last.entry.hash,
            new_epoch=journal.epoch(database), how=notice.BY_PLACE, noticed_at=hub.now(),
        ),
    )  # fmt: skip
    return True


def answer(terminal_id: str, message: Return, *, taken: int = 0, refusal: str = "") -> ReturnAnswer:
    """Return the answer's frame."""
    return ReturnAnswer(PROTOCOL_VERSION, message.nonce, terminal_id, message.epoch, taken, refusal)


def _own(hub: Hub, entry: Entry, epoch: str) -> Stored | None:
    """Return an entry with its place when it is this hub's own, of this epoch; otherwise None."""
    try:
        header = entry.read_header()
    except EntryError:
        return None
    known = suite(header.suite)
    if known is None or known.digest(entry.header).hex() != entry.hash:
        return None
    if (header.origin, header.epoch) != (HUB_ORIGIN, epoch) or header.seq < 1:
        return None
    if not known.verify(hub.keys.public, entry.signature, bytes.fromhex(entry.hash)):
        return None
    try:
        protocol.check(entry)
    except EntryError:
        # The payload is not the one that the header names: as if it had been wiped.
        entry = msgspec.structs.replace(entry, payload=None)
    return journal.placed(entry)


def _store(hub: Hub, database: Any, epoch: str, ours: Sequence[Stored]) -> None:
    if not ours:
        return
    known = entries.stored_hashes(database, HUB_ORIGIN, epoch, ours[0].seq, ours[-1].seq)
    new: dict[int, Stored] = {}
    for one in ours:
        digest, sound = known.get(one.seq, ("", False))
        if digest and digest != one.entry.hash:
            _store_beside(hub, database, one)
        elif digest:
            if one.sound and not sound:
                entries.fill_payload(database, one)
        elif one.seq not in new or one.sound:
            new[one.seq] = one
        if one.sound:
            numbers.hold_above(database, one.entry)
    incidents.put_back(database, list(new.values()), hub.now())
    entries.move_end(database, HUB_ORIGIN, epoch)
    last = ours[-1]
    notice.go_further(database, HubPlace(epoch, last.seq, last.entry.hash))


def _store_beside(hub: Hub, database: Any, one: Stored) -> None:
    """Keep an entry whose place was given to another meanwhile, and write it once more.

    Both were signed by this hub, so both are facts: the copy in the new epoch is judged.
    """
    if any(one.entry.hash == digest for _, digest, _ in incidents.branch_of(database, one.epoch)):
        return
    entries.add_forks(database, [one], hub.now())
    journal.copy(hub, database, one.entry)
