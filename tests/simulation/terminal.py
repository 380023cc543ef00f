"""One terminal of the simulation: the real encrypted ledger, journal, loop and print jobs."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from terminal.domain.numbers import draw_tag
from terminal.errors import TerminalError
from terminal.events import EventBus
from terminal.services.blobs import BlobsService
from terminal.services.courier import CourierService
from terminal.services.rating_log import LedgerTreeStore
from terminal.services.synchronising import LedgerSyncStore
from terminal.store import aggregates, meta, outbox
from terminal.store.database import Ledger
from terminal.store.journal import Journal, Written, records_of_action
from terminal.store.keys import Keyring
from terminal.sync.trees import TreeWatch
from terminal.sync.worker import SyncWorker
from terminal.texts import Texts
from tests.simulation.faults import Crash, StatementFaults
from tests.simulation.network import Network
from tests.simulation.outside import SimClock, SimKeys, SimRandomness
from tests.simulation.printer import Paper, Printer
from tests.simulation.shelf import Shelf
from tests.simulation.template import LEDGER_KEY, template

if TYPE_CHECKING:
    from tests.simulation.world import World

Work = Callable[[Any, str], list[Written]]
"""What an action writes, inside its transaction, under its action id."""

LANGUAGES = (Texts("zh"), Texts("en"))


class Terminal:
    """A machine at a window.

    `saved` are the record ids whose commit has returned; `papers` what its printer made,
    `old_papers` what it made before its disk was put back; `knew` how far the hub's own
    journal went by its words, before the hub was put back; `unknown_kinds` what its release
    does not know; `hidden` blobs whose files are away for a while, `lost` those for ever.
    """

    def __init__(
        self,
        world: World,
        name: str,
        number: int,
        seed: int,
        made_from: Path,
        keys: SimKeys | None = None,
    ) -> None:
        self.world = world
        self.name = name
        self.number = number
        self.randomness = SimRandomness(seed)
        self.clock = SimClock()
        self.keys = keys or SimKeys(number)
        self.enrolment = template().enrolments[number]
        self.folder = world.folder / name
        self.network = Network(world, random.Random(seed))
        self.faults = StatementFaults()
        self.saved: set[str] = set()
        self.papers: list[Paper] = []
        self.old_papers: list[Paper] = []
        self.cases: list[str] = []
        self.receipts: list[str] = []
        self.knew: dict[str, int] = {}
        self.hidden: set[str] = set()
        self.lost: set[str] = set()
        self.unknown_kinds: frozenset[str] = frozenset()
        self.seconds = 0.0
        self.unfinished: tuple[str, Work] | None = None
        shutil.copytree(made_from, self.folder)
        self.open()

    def open(self) -> None:
        """Start the program."""
        self.ledger = Ledger(self.folder / "ledger.db", LEDGER_KEY)
        self.ledger.open()
        self.journal = Journal(self.keys.terminal_id, self.clock, self.randomness)
        if not self.ledger.read(self.journal.epoch):
            self.ledger.write(lambda db: self.journal.open_epoch(db, "created"))
        self.tag = draw_tag(self.randomness.token_bytes(2))
        database: Any = self.ledger._write_db
        database.simulated = self
        self.blobs = BlobsService(self.ledger, self.folder / "blobs", LEDGER_KEY, self.randomness)
        self.shelf = Shelf(self.folder / "catalogue.db")
        self.worker = SyncWorker(
            transport=self.network,
            store=LedgerSyncStore(
                self.ledger, self.journal, self.clock, self.blobs, cast(Any, self.shelf)
            ),
            keys=self.keys,
            enrolment=lambda: self.enrolment,
            clock=self.clock,
            randomness=self.randomness,
            events=EventBus(),
            monotonic=lambda: self.seconds,
            renewal=self.keys,
            rating_log=TreeWatch(
                LedgerTreeStore(self.ledger, self.clock), self.keys, self.clock, EventBus()
            ),
        )
        self.printer = Printer(self)
        self.faults.install(database)

    def close(self) -> None:
        """End the program."""
        self.faults.clear()
        self.ledger.close()
        self.shelf.close()

    def restart(self) -> None:
        """Start the program again after it ended or died."""
        self.close()
        self.open()

    def guarded(self, step: Callable[[], object]) -> str:
        """Run a step as a person sees it; returns what became of it.

        After a crash the program is started again, and whoever was in the middle of an action
        sends the same form once more. What was refused or failed must be said in words.
        """
        try:
            step()
        except Crash:
            self.restart()
            return f"died; again: {self.guarded(self.finish)}" if self.unfinished else "died"
        except TerminalError as error:
            if self.faults.fired:
                self.faults.clear()
            self.unfinished = None
            return _said(error)
        return "done"

    # What is written here

    def act(self, work: Work) -> None:
        """One action; what it wrote counts as saved only when the commit has returned."""
        self.unfinished = (self.randomness.uuid7(), work)
        self.finish()

    def finish(self) -> None:
        """Write the action that somebody began; the same one again gets the first answer."""
        if self.unfinished is None:
            return
        action, work = self.unfinished

        def transaction(db: Any) -> list[Written]:
            return records_of_action(db, action) or work(db, action)

        written = self.ledger.write(transaction)
        self.unfinished = None
        self.saved.update(entry.record_id for entry in written)

    def receipt_number(self, db: Any) -> str:
        """Return the next receipt number, as the program counts them."""
        return f"5116-{self.number}-{self.tag}-{meta.count_up(db, 'receipts')}"

    def has(self, aggregate_id: str) -> bool:
        """Whether something is known here."""
        return self.ledger.read(lambda db: aggregates.load(db, aggregate_id)) is not None

    def sync(self) -> None:
        """One round of the loop."""
        self.worker.once()

    def lost_somewhere(self) -> bool:
        """Whether a scan of the hall is lost for ever."""
        return any(one.lost for one in self.world.terminals)

    def waits(self) -> bool:
        """Whether something was not acknowledged yet."""
        return self.ledger.read(outbox.pending) is not None

    def courier(self) -> CourierService:
        """Return what makes and reads the files of a stick."""
        return CourierService(
            ledger=self.ledger, journal=self.journal, blobs=self.blobs,
            keys=cast(Keyring, self.keys), enrolment=lambda: self.enrolment, clock=self.clock,
            randomness=self.randomness, events=EventBus(),
        )  # fmt: skip

    # Files of scans

    def hide_blob(self, digest: str) -> None:
        """Take a scan's file away; it may come back."""
        path = self._blob(digest)
        if path.exists():
            self._away(digest).parent.mkdir(exist_ok=True)
            path.rename(self._away(digest))
            self.hidden.add(digest)

    def bring_blobs_back(self) -> None:
        """Put hidden files back, but not the lost ones."""
        for digest in self.hidden - self.lost:
            if self._away(digest).exists():
                self._away(digest).rename(self._blob(digest))
        self.hidden &= self.lost

    def _away(self, digest: str) -> Path:
        return self.folder / "away" / digest

    def _blob(self, digest: str) -> Path:
        return self.folder / "blobs" / digest[:2] / digest


def _said(error: TerminalError) -> str:
    """Return an error's code; a person is told in words, in either language."""
    for texts in LANGUAGES:
        assert error.message(texts), error.code
    return error.code


_judge = outbox._judge


def _judge_as_released(db: Any, foreign: Any) -> tuple[str, str]:
    """Judge as the release does that this terminal runs: some kinds are not known there."""
    simulated = getattr(db, "simulated", None)
    kind = foreign.read_header().kind
    if simulated is not None and kind in simulated.unknown_kinds:
        return "held", "journal.unknown_kind"
    return _judge(db, foreign)


outbox._judge = _judge_as_released
