"""A hall in one process: terminals with real encrypted ledgers, a real hub, simulated rest.

Clock, randomness, network and crashes come from one seed, so a failing seed replays.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import peewee

from hub import judge
from hub.hub import Hub
from hub.restore import notice
from hub.store.tables import EntryRow, ForkRow
from terminal.domain.records import HUB_ORIGIN
from terminal.errors import SyncError, TerminalError
from terminal.protocol import wire
from terminal.protocol.entry import decode_header
from terminal.store import hub_places
from terminal.store.statements import rows, sql_of
from terminal.store.tables.ledger import EntryRow as LocalEntry
from terminal.sync.transport import HttpReply
from tests.simulation.faults import Crash, StatementFaults
from tests.simulation.line import DirectLine
from tests.simulation.outside import SimClock, SimRandomness
from tests.simulation.template import template
from tests.simulation.terminal import Terminal

_OWN = sql_of(
    EntryRow.select(EntryRow.record_id, EntryRow.epoch, EntryRow.seq).where(EntryRow.origin == "")
)
_RECORDS = sql_of(LocalEntry.select(LocalEntry.record_id))


class World:
    """The hall of one seed.

    `told` are entries of which the hub has said, to whomever, that it keeps them; `effects`
    the effects that were final when they were looked at; `own_acts` the hub's own entries with
    their places. `restored` counts how often the hub was put back to an older state,
    `wiped` whether payloads were wiped, `renewing` whether keys are renewed here.
    """

    def __init__(
        self, folder: Path, seed: int, *, terminals: int = 2, old_ledger: bool = False
    ) -> None:
        self.folder = folder
        self.seed = seed
        self.trace: list[str] = []
        rng = random.Random(seed)
        self.randomness = SimRandomness(rng.getrandbits(32))
        self.hub_clock = SimClock()
        self.hub_faults = StatementFaults()
        self.line: DirectLine | None = None
        self.told: set[str] = set()
        self.effects: dict[str, str] = {}
        self.own_acts: dict[str, tuple[str, int]] = {}
        self.restored = 0
        self.wiped = False
        self.renewing = False
        shutil.copytree(template().hub, folder / "hub")
        self.terminals: list[Terminal] = []
        self.start_hub()
        for number in range(terminals):
            made_from = template().old if old_ledger and number == 0 else template().ledger
            one = Terminal(self, f"t{number}", number, rng.getrandbits(32), made_from)
            self.terminals.append(one)
            one.saved |= records_of(one)

    # The hub's process

    def start_hub(self) -> None:
        """Start the hub as `hub serve` does."""
        if self.line is not None:
            return
        self.hub = self.open_hub()
        notice.look(self.hub)
        judge.recover(self.hub)
        self.hub_faults.clear()
        self.hub_faults.install(self.hub.store._writer)  # type: ignore[attr-defined]
        self.line = DirectLine(self.hub)

    def open_hub(self) -> Hub:
        """Return a hub on what lies on its disk."""
        return Hub(self.folder / "hub", clock=self.hub_clock, randomness=self.randomness)

    def stop_hub(self) -> None:
        """End the hub."""
        if self.line is not None:
            self.line = None
            self.hub_faults.clear()
            self.hub.close()

    def ask(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> HttpReply:
        """One request that reaches the hub; `SyncError` when it is away or dies over it."""
        if self.line is None:
            raise SyncError("sync.unreachable")
        try:
            reply = self.reply_of(method, path, body, headers)
        except Crash:
            self.stop_hub()
            self.start_hub()
            raise SyncError("sync.unreachable") from None
        except (TerminalError, peewee.PeeweeException):
            if not self.hub_faults.fired:
                raise
            # What a server makes of an exception.
            self.hub_faults.clear()
            return HttpReply(500, b"Internal Server Error")
        if path == wire.PATH_PUSH and reply.status == 200:
            self._note_told(body, reply.body)
        return reply

    def reply_of(
        self, method: str, path: str, body: bytes, headers: dict[str, str] | None
    ) -> HttpReply:
        """Return what the hub's routes answer."""
        assert self.line is not None
        return self.line.call(method, path, body, headers)

    def at_hub(self, step: Callable[[], object]) -> str:
        """Run what somebody does at the hub itself; returns what became of it."""
        try:
            step()
        except Crash:
            self.stop_hub()
            self.start_hub()
            return "hub died"
        except TerminalError as error:
            self.hub_faults.clear()
            return error.code
        except peewee.PeeweeException:
            if not self.hub_faults.fired:
                raise
            self.hub_faults.clear()
            return "hub failed"
        return "done"

    def _note_told(self, request: bytes, answer: bytes) -> None:
        batch = msgspec.msgpack.decode(wire.open_envelope(request).body, type=wire.Batch)
        said = msgspec.msgpack.decode(wire.open_envelope(answer).body, type=wire.Answer)
        for one in batch.entries:
            if said.fork is not None or one.read_header().seq <= said.stored_seq:
                self.told.add(one.hash)

    def note_own_acts(self) -> None:
        """Remember the hub's own entries of now and where they stand."""
        with self.hub.store.reading() as database:
            for record, epoch, seq in rows(database, _OWN, HUB_ORIGIN):
                self.own_acts.setdefault(record, (epoch, seq))

    def hub_records(self) -> set[str]:
        """Return the record ids that the hub has, branches of forks among them."""
        with self.hub.store.reading() as database:
            found = {r for (r,) in EntryRow.select(EntryRow.record_id).tuples().execute(database)}
            for (header,) in ForkRow.select(ForkRow.header).tuples().execute(database):
                found.add(decode_header(bytes(header)).record_id)
        return found

    # Disks

    def back_up_hub(self) -> None:
        """Copy the hub's folder as it lies there at night."""
        running = self.line is not None
        self.stop_hub()
        shutil.rmtree(self.folder / "hub-backup", ignore_errors=True)
        shutil.copytree(self.folder / "hub", self.folder / "hub-backup")
        if running:
            self.start_hub()

    def restore_hub(self, *, with_mark: bool) -> bool:
        """Put the hub's backup back; what was on no other disk is gone with the newer state.

        `with_mark`: the whole folder, and not the database alone.
        """
        folder, backup = self.folder / "hub", self.folder / "hub-backup"
        if not backup.exists():
            return False
        self.start_hub()
        self.note_own_acts()
        for one in self.terminals:
            place = one.ledger.read(hub_places.heard)
            if place is not None:
                # What was told before an earlier roll-back is remembered by nobody any more.
                one.knew = {place.epoch: place.seq}
        self.stop_hub()
        mark = next(folder.rglob("mark"), None)
        kept = mark.read_bytes() if mark is not None else b""
        shutil.rmtree(folder)
        shutil.copytree(backup, folder)
        if mark is not None and not with_mark:
            mark.write_bytes(kept)
        self.start_hub()
        self.restored += 1
        self.told.clear()
        self.effects.clear()
        self._forget_what_is_gone()
        return True

    def roll_back(self, terminal: Terminal, meanwhile: Callable[[], None]) -> None:
        """Copy a terminal's disk, let it work on, then put the copy back.

        What was written meanwhile and never sent is gone with the disk; what was sent stays
        with the hub, and the places of the chain that repeat make a fork.
        """
        copy = terminal.folder.with_name(f"{terminal.name}-copy")
        terminal.close()
        shutil.copytree(terminal.folder, copy)
        terminal.open()
        meanwhile()
        terminal.close()
        shutil.rmtree(terminal.folder)
        copy.rename(terminal.folder)
        terminal.open()
        terminal.unfinished = None
        # Its jobs are queued again as on the copy, and the hub sends nobody his own cases.
        terminal.knew.clear()
        terminal.old_papers += terminal.papers
        terminal.papers = []
        terminal.cases = [case for case in terminal.cases if terminal.has(case)]
        self._forget_what_is_gone()

    def clone(self, terminal: Terminal) -> Terminal:
        """Start a copy of a terminal's disk as a second machine with the same key."""
        terminal.close()
        name = f"{terminal.name}-twin{len(self.terminals)}"
        twin = Terminal(
            self, name, terminal.number, self.randomness_of_twin(), terminal.folder,
            terminal.keys.copied(name),
        )  # fmt: skip
        twin.saved = set(terminal.saved)
        twin.cases = list(terminal.cases)
        twin.lost, twin.hidden = set(terminal.lost), set(terminal.hidden)
        terminal.open()
        self.terminals.append(twin)
        return twin

    def randomness_of_twin(self) -> int:
        """Return a seed: a copied machine draws its own randomness."""
        return int.from_bytes(self.randomness.token_bytes(4), "big")

    def _forget_what_is_gone(self) -> None:
        """Expect no more of records and papers of which no disk has the entry."""
        was_away = self.line is None
        if was_away:
            self.start_hub()
        there = self.hub_records()
        for one in self.terminals:
            there |= records_of(one)
        if was_away:
            self.stop_hub()
        for one in self.terminals:
            one.saved &= there
            one.papers = [paper for paper in one.papers if paper.record_id in there]
            one.old_papers = [paper for paper in one.old_papers if paper.record_id in there]

    def close(self) -> None:
        """End everything and remove the folder."""
        for terminal in self.terminals:
            terminal.close()
        self.stop_hub()
        shutil.rmtree(self.folder, ignore_errors=True)


def records_of(terminal: Terminal) -> set[str]:
    """Return the record ids in a terminal's journal."""
    return {record for (record,) in terminal.ledger.read(lambda db: rows(db, _RECORDS))}
