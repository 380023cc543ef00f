"""What every world begins with, made once a process and copied: hub, keys, empty ledgers.

The hub's keys are fixed, so that a seed replays to the byte.
"""

from __future__ import annotations

import atexit
import hashlib
import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from hub import keys, setup
from hub.enrol import make_code
from hub.hub import Hub, Paths
from hub.store.people import HallData
from terminal.protocol import wire
from terminal.protocol.wire import Enrolment
from terminal.store.database import Ledger
from tests.simulation.line import DirectLine
from tests.simulation.outside import SimClock, SimKeys, SimRandomness

TERMINALS = 3
HALL = HallData("hall", "政务服务中心", "511602")
LEDGER_KEY = b"k" * 32
OLD_LEDGER = Path(__file__).with_name("data") / "ledger-0001.sql"
"""A ledger of the first release, its whole journal waiting, as it lay in terminal 0."""


class Template:
    """Folders to copy: `hub`, `ledger` (new) and `old` (of the first release)."""

    def __init__(self, folder: Path) -> None:
        self.hub = folder / "hub"
        self.ledger = folder / "ledger"
        self.old = folder / "old"
        _make_keys(Paths(self.hub).keys)
        randomness = SimRandomness(1)
        made = setup.init(
            self.hub, HALL, password="correct-horse-7", clock=SimClock(), randomness=randomness
        )
        assert made.created
        self.enrolments = self._enrol(randomness)
        _make_ledger(self.ledger)
        _make_old_ledger(self.old)

    def _enrol(self, randomness: SimRandomness) -> list[Enrolment]:
        hub = Hub(self.hub, clock=SimClock(), randomness=randomness)
        line = DirectLine(hub)
        found: list[Enrolment] = []
        for number in range(TERMINALS):
            own = SimKeys(number)
            request = wire.EnrolRequest(
                wire.PROTOCOL_VERSION, b"n" * 16, make_code(hub), own.public, f"{number + 1} 号"
            )
            reply = line.call("POST", wire.PATH_ENROL, wire.seal(request, own.signing))
            answer = wire.unseal(wire.open_envelope(reply.body), hub.keys.public, Enrolment)
            assert not answer.refusal, answer.refusal
            found.append(answer)
        hub.close()
        return found


def _make_keys(files: keys.KeyFiles) -> None:
    files.folder.mkdir(parents=True)
    files.signing.write_bytes(hashlib.sha256(b"hub").digest())
    files.recovery.write_bytes(hashlib.sha256(b"recovery").digest())


def _make_ledger(folder: Path) -> None:
    ledger = Ledger(folder / "ledger.db", LEDGER_KEY)
    ledger.open()
    ledger.close()


def _make_old_ledger(folder: Path) -> None:
    folder.mkdir()
    database = sqlcipher.connect(str(folder / "ledger.db"))
    database.execute(f"PRAGMA key = \"x'{LEDGER_KEY.hex()}'\"")
    database.execute("PRAGMA journal_mode = wal")
    database.executescript(OLD_LEDGER.read_text(encoding="utf-8"))
    database.close()


@cache
def template() -> Template:
    """Return the template of this process."""
    folder = Path(tempfile.mkdtemp(prefix="simulation-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return Template(folder)
