"""Power cuts under the hub: whatever it answered before one is there after it, whole.

The same world as the seeds have, but the hub's database lies on a faulty disk, under the hub's
own settings, and the power is cut in the middle of what terminals push, of what is judged and
written because of it, and of what departments do. What was on the way to somebody then never
comes. The hub is started again on what is left, as after every crash, and in the end all
invariants must hold, without a word of a restored backup.
One connection with exclusive locking: memory that connections share is not part of a disk.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from peewee import Database

import hub.hub as hub_module
from hub.hub import Hub
from hub.store import incidents, migrations
from hub.store.database import SETTINGS, OnlyTurn, SqliteStore
from hub.store.line import WriterLine
from hub.store.statements import rows
from terminal.sync.transport import HttpReply
from tests.simulation.disk import Disk, OpenDatabase
from tests.simulation.faults import Crash
from tests.simulation.invariants import check_end
from tests.simulation.power import PowerCutFailed
from tests.simulation.run import fast_folder
from tests.simulation.settle import settle
from tests.simulation.steps import Step, play
from tests.simulation.world import World

STEPS = 12
MOST_CUTS = 4
NAME = "/hub.db"
_LONGEST = 500
"""Operations of a life at most, as far as the cut's place is drawn."""
_CHECKPOINT_PAGES = 60
"""So that cuts fall into checkpoints, too; a day's hub makes one every few thousand pages."""
_WEIGHTS = {
    "take_in": 6, "sync": 8, "supplement": 2, "accept": 1, "take_over": 1, "rate": 2, "carry": 1,
    "decide": 3, "rate_by_phone": 2, "change_policy": 1, "publish": 1, "seal": 2,
}  # fmt: skip


class DiskStore(SqliteStore):
    """The hub's store on a disk in memory, with one connection for everything."""

    def __init__(self, disk: Disk, synchronous: str) -> None:
        own = SETTINGS | {"synchronous": synchronous, "wal_autocheckpoint": _CHECKPOINT_PAGES}
        self._line = WriterLine()
        self._writer = OpenDatabase(disk, NAME, [("locking_mode", "exclusive"), *own.items()])
        self._writer.connect()
        migrations.migrate(self._writer)

    @contextmanager
    def turn(self, hall: str) -> Iterator[OnlyTurn]:
        """There is nobody else."""
        yield OnlyTurn()

    @contextmanager
    def reading(self, *, once: bool = False) -> Iterator[Database]:
        """Run the block; in the middle of a write it sees that, too."""
        yield self._writer

    def close(self) -> None:
        """Close the connection."""
        self._writer.close()


class PoweredWorld(World):
    """A hall whose hub is cut off from its power; `cuts` counts how often that was."""

    def __init__(self, folder: Path, seed: int, *, terminals: int, synchronous: str) -> None:
        self.cuts = 0
        self._cuts_left = MOST_CUTS
        self._rng = random.Random(f"hub power {seed}")
        self._synchronous = synchronous
        self._left: dict[str, bytes] = {}
        super().__init__(folder, seed, terminals=terminals)

    def open_hub(self) -> Hub:
        """Return a hub on what the last cut, or its own end, has left."""
        files = self._left or {NAME: (self.folder / "hub/hub/hub.db").read_bytes()}
        self.disk = Disk(files, self._rng)
        if self._cuts_left:
            self.disk.cut_after = self._rng.randrange(_LONGEST)
        store = DiskStore(self.disk, self._synchronous)
        with patch.object(hub_module, "open_store", lambda *_: store):
            return super().open_hub()

    def start_hub(self) -> None:
        """Start the hub, again if the power was cut over it."""
        super().start_hub()
        while self.disk.left is not None:
            self.stop_hub()
            super().start_hub()

    def stop_hub(self) -> None:
        """End the hub, or see that it has ended."""
        if self.line is None:
            return
        super().stop_hub()
        self._left = self.disk.content()
        if self.disk.left is not None:
            self._left = self.disk.left
            self.cuts += 1
            self._cuts_left = max(self._cuts_left - 1, 0)

    def reply_of(
        self, method: str, path: str, body: bytes, headers: dict[str, str] | None
    ) -> HttpReply:
        """Return an answer that left the hub before its power was cut."""
        reply = super().reply_of(method, path, body, headers)
        self._still_there()
        return reply

    def at_hub(self, step: Callable[[], object]) -> str:
        """Do something at the hub; what the cut was quicker than was never said to be done."""
        noted = dict(self.own_acts)

        def work() -> None:
            step()
            self._still_there()

        told = super().at_hub(work)
        if told == "hub died":
            self.own_acts = noted
        return told

    def _still_there(self) -> None:
        if self.disk.left is not None:
            raise Crash

    def cut_at_rest(self) -> None:
        """Cut the power once more while nothing is written, and let it stay from there on."""
        self.start_hub()
        self.disk.cut()
        self._cuts_left = 0
        self.stop_hub()


def run_hub_cut(seed: int, *, synchronous: str = "full") -> int:
    """Work while the power is cut again and again, then settle and look; returns the cuts.

    Raises `PowerCutFailed` when something that was answered is not there, or not whole.
    """
    rng = random.Random(f"hub power steps {seed}")
    terminals = rng.choice((1, 2))
    plan = [Step("take_in", 0, seed), Step("sync", 0, seed)]
    plan += [_draw(rng, terminals) for _ in range(STEPS)]
    with tempfile.TemporaryDirectory(dir=fast_folder(), prefix="hub-power-") as folder:
        world = PoweredWorld(Path(folder), seed, terminals=terminals, synchronous=synchronous)
        try:
            for step in plan:
                play(world, step)
            world.cut_at_rest()
            settle(world)
            check_end(world)
            _look(world)
        except Exception as error:
            trace = "\n  ".join(world.trace)
            again = f"simulate --power-cuts 1 --start {seed}"
            raise PowerCutFailed(f"{error!r}\n  again: {again}\n  {trace}") from error
        finally:
            world.close()
    return world.cuts


def _draw(rng: random.Random, terminals: int) -> Step:
    name = rng.choices(tuple(_WEIGHTS), tuple(_WEIGHTS.values()))[0]
    return Step(name, rng.randrange(terminals), rng.getrandbits(32))


def _look(world: World) -> None:
    """The file is sound, and the hub never took itself for one that was put back."""
    with world.hub.store.reading() as database:
        sound = rows(database, "PRAGMA integrity_check")
        assert sound == [("ok",)], sound
        assert not incidents.all_of(database), "a power cut was taken for a restored backup"
