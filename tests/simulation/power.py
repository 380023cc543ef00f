"""Power cuts under the ledger: after each, every acknowledged commit is there, whole and chained.

The ledger's own file, made by the program, lies on a faulty disk; the program's journal writes
there under the ledger's own settings. After the cut the program itself opens what is left.
One connection with exclusive locking: memory that connections share is not part of a disk.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

import apsw
import peewee

from terminal.domain.parties import Actor, Party
from terminal.domain.records import VisitEnded, VisitOpened
from terminal.errors import TerminalError
from terminal.ids import record_id
from terminal.protocol.entry import Draft
from terminal.store import aggregates, journal
from terminal.store.database import Ledger
from terminal.store.journal import Journal
from terminal.store.statements import rows
from tests.simulation.disk import Disk, DiskDatabase
from tests.simulation.outside import SimClock, SimKeys, SimRandomness
from tests.simulation.run import fast_folder
from tests.simulation.template import LEDGER_KEY, template

ACTIONS = 14
NAME = "/ledger.db"
CLERK = Actor("clerk", "clerk-1", "王芳")
PERSON = Party(name="张三丰", identity_number="210211198505041234")
_LONGEST = 400
"""Operations of a life at most, as far as the cut's place is drawn."""

_CHECKPOINTS = (apsw.SQLITE_CHECKPOINT_PASSIVE, apsw.SQLITE_CHECKPOINT_TRUNCATE)
_ACTIONS = "SELECT action_id, count(*) FROM entry WHERE action_id LIKE 'action-%' GROUP BY 1"


class PowerCutFailed(AssertionError):
    """Something acknowledged is gone or half there; the text says what and how to repeat it."""


def run_cut(seed: int, *, synchronous: str = "full") -> int:
    """Work until the power is cut, once to three times, then look; returns how much was told.

    Raises `PowerCutFailed` when an acknowledged action is not there whole.
    """
    rng = random.Random(f"power {seed}")
    files = {NAME: (template().ledger / "ledger.db").read_bytes()}
    acknowledged: list[str] = []
    lives = rng.choice((1, 1, 2, 3))
    try:
        for life in range(lives):
            disk = Disk(files, rng)
            acknowledged += _work(disk, rng, f"{seed}-{life}", synchronous)
            files = disk.left or {}
        _look(files, acknowledged)
    except (AssertionError, TerminalError, peewee.PeeweeException, apsw.Error) as error:
        again = f"simulate --power-cuts 1 --start {seed}"
        raise PowerCutFailed(f"{error!r} after {lives} cuts\n  again: {again}") from error
    return len(acknowledged)


def _work(disk: Disk, rng: random.Random, life: str, synchronous: str) -> list[str]:
    """Append action by action; returns those whose commit came back before the cut."""
    pragmas = (
        ("locking_mode", "exclusive"), ("journal_mode", "wal"), ("synchronous", synchronous),
        ("foreign_keys", 1), ("secure_delete", 1), ("cache_size", -8000),
    )  # fmt: skip
    database = DiskDatabase(disk, NAME, LEDGER_KEY, pragmas)
    database.connect()
    ledger = Ledger(Path("nowhere"), LEDGER_KEY)
    ledger._write_db = database
    writer = Journal(SimKeys(0).terminal_id, SimClock(), SimRandomness(rng.getrandbits(32)))
    disk.cut_after = disk.operations + rng.randrange(_LONGEST)
    if not writer.epoch(database):
        ledger._transact_once(lambda db: writer.open_epoch(db, "created"))
    acknowledged: list[str] = []
    for number in range(ACTIONS):
        action = f"action-{life}-{number}"
        ledger._transact_once(lambda db, action=action: _append(writer, db, action))
        if disk.left is not None:
            break
        acknowledged.append(action)
        if rng.random() < 0.2:
            database.connection().wal_checkpoint(mode=rng.choice(_CHECKPOINTS))
    if disk.left is None:
        disk.cut()
    database.close()
    return acknowledged


def _append(writer: Journal, db: Any, action: str) -> None:
    visit, now = f"visit-{action}", 1
    opened = record_id(action, visit, VisitOpened.kind)
    drafts = [
        Draft(visit, "", VisitOpened(PERSON, "3", CLERK, now)),
        Draft(visit, opened, VisitEnded(CLERK)),
    ]
    writer.append(db, action, drafts)


def _look(files: dict[str, bytes], acknowledged: list[str]) -> None:
    """Open what is left with the program itself and count."""
    with tempfile.TemporaryDirectory(dir=fast_folder(), prefix="power-") as folder:
        for name, content in files.items():
            (Path(folder) / name.lstrip("/")).write_bytes(content)
        ledger = Ledger(Path(folder) / "ledger.db", LEDGER_KEY)
        ledger.open()
        try:
            verified = ledger.read(journal.verify)
            sound = ledger.read(lambda db: rows(db, "PRAGMA integrity_check"))
            actions = ledger.read(lambda db: rows(db, _ACTIONS))
            assert verified.holds, verified
            assert sound == [("ok",)], sound
            for action, entries in actions:
                visit: Any = ledger.read(lambda db, of=action: aggregates.load(db, f"visit-{of}"))
                whole = entries == 2 and visit is not None and bool(visit.ended_at)
                assert whole, f"{action} is half there"
        finally:
            ledger.close()
    gone = set(acknowledged) - {action for action, _ in actions}
    assert not gone, f"acknowledged and gone: {sorted(gone)}"
