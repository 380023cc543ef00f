"""A hall in one process: terminals with real encrypted ledgers, a real hub, simulated rest.

Clock, randomness, network and crashes come from one seed, so a failing seed replays.
"""

from __future__ import annotations

import asyncio
import atexit
import datetime as dt
import random
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import peewee
from playhouse.sqlcipher_ext import SqlCipherDatabase
from starlette.applications import Starlette

from hub import setup
from hub.api import Api
from hub.enrol import make_code
from hub.hub import Hub
from hub.store.people import HallData
from terminal.clock import CHINA_TIME, Instant, to_milliseconds
from terminal.domain.catalogue import Regime
from terminal.domain.parties import Actor, Capacity, MaterialEntry, Party
from terminal.domain.records import (
    CaseAccepted,
    CaseReceived,
    CorrectionItem,
    CorrectionNotified,
    MaterialsSupplemented,
    RatingGiven,
    RatingScope,
    VisitEnded,
    VisitOpened,
)
from terminal.errors import DiskFull, RuleRefused, SyncError, TerminalError
from terminal.events import EventBus
from terminal.ids import record_id
from terminal.protocol import wire
from terminal.protocol.entry import Draft
from terminal.protocol.suites import STANDARD, key_id
from terminal.protocol.wire import Enrolment
from terminal.store import aggregates
from terminal.store.database import Ledger
from terminal.store.journal import Journal
from terminal.sync.transport import HttpReply
from terminal.sync.worker import SyncWorker
from tests.hub.line import Line
from tests.simulation.sync_store import SimSyncStore

START = to_milliseconds(dt.datetime(2026, 11, 23, 9, 0, tzinfo=CHINA_TIME))
CLERK = Actor("clerk", "clerk-1", "王芳", "3 号综合窗口")
PERSON = Party(name="张三丰", identity_number="210211198505041236")


@cache
def _made_hub() -> Path:
    """Make a hub once; each world gets a copy, since its passwords and keys take long."""
    folder = Path(tempfile.mkdtemp(prefix="hub-made-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    hall = HallData("hall", "政务服务中心", "511602")
    setup.init(folder, hall, password="correct-horse-7", clock=SimClock())
    return folder


def _api(hub: Hub, pool: ThreadPoolExecutor) -> Starlette:
    """The terminals' routes alone: the pages are not what is simulated."""
    return Starlette(routes=list(Api(hub, pool).routes()))


class Crash(BaseException):
    """The process dies here; nothing of it runs on."""


class SimClock:
    """A wall clock that may jump; the monotonic one never goes back."""

    def __init__(self) -> None:
        self.wall = START
        self.monotonic = 0

    def now(self) -> Instant:
        self.monotonic += 1
        self.wall += 1
        return Instant(self.wall, self.monotonic, "simulated-boot")


class SimRandomness:
    """Randomness of one seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def token_bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def uuid7(self) -> str:
        return f"{self._random.getrandbits(128):032x}"


class SimKeys:
    """A terminal's key, made from its seed."""

    def __init__(self, randomness: SimRandomness) -> None:
        self.signing = randomness.token_bytes(32)
        self.public = STANDARD.public_key(self.signing)
        self.terminal_id = key_id(self.public)


class Network:
    """The line between one terminal and the hub, as bad as it gets."""

    FAULTS = (
        "lost_request", "lost_answer", "twice", "old_answer", "cut", "garbage", "html", "busy",
        "empty",
    )  # fmt: skip

    def __init__(self, world: World, rng: random.Random) -> None:
        self._world = world
        self._rng = rng
        self.trouble = 0.0
        self._last: HttpReply | None = None

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> HttpReply:
        fault = self._rng.choice(self.FAULTS) if self._rng.random() < self.trouble else ""
        if fault == "lost_request" or self._world.line is None:
            raise SyncError("sync.unreachable")
        if fault == "busy":
            return HttpReply(503, b"busy")
        reply = self._send(method, path, body)
        if fault == "twice":
            reply = self._send(method, path, body)
        old, self._last = self._last, reply
        if fault == "lost_answer":
            raise SyncError("sync.unreachable")
        wrong = {
            "cut": reply.body[: len(reply.body) // 2],
            "garbage": self._rng.randbytes(64),
            "html": b"<html><body>please log in</body></html>",
            "empty": b"",
        }
        if fault in wrong:
            return HttpReply(200, wrong[fault])
        if fault == "old_answer" and old is not None:
            return old
        return reply

    def _send(self, method: str, path: str, body: bytes) -> HttpReply:
        assert self._world.line is not None
        reply = self._world.line.call(method, path, body)
        return HttpReply(reply.status, reply.body, reply.headers)

    def close(self) -> None:
        return


class Terminal:
    """One terminal; `saved` are the record ids whose commit has returned."""

    def __init__(self, world: World, name: str, seed: int) -> None:
        self.world = world
        self.name = name
        self.rng = random.Random(seed)
        self.randomness = SimRandomness(seed)
        self.clock = SimClock()
        self.keys = SimKeys(self.randomness)
        self.folder = world.folder / name
        self.network = Network(world, self.rng)
        self.saved: set[str] = set()
        self.cases: list[str] = []
        self.enrolment = world.enrol(self.keys)
        self.statements_to_live: int | None = None
        self.full_at: int | None = None
        self._open()

    def _open(self) -> None:
        self.ledger = Ledger(self.folder / "ledger.db", b"k" * 32)
        self.ledger.open()
        self.journal = Journal(self.keys.terminal_id, self.clock, self.randomness)
        if not self.ledger.read(self.journal.epoch):
            self.ledger.write(lambda db: self.journal.open_epoch(db, "created"))
        self._hook()
        self.worker = SyncWorker(
            transport=self.network,
            store=SimSyncStore(self.ledger, self.journal, self.clock),
            keys=self.keys,
            enrolment=lambda: self.enrolment,
            clock=self.clock,
            randomness=self.randomness,
            events=EventBus(),
        )

    def _hook(self) -> None:
        """Count the write connection's statements; die or run out of disk at one of them."""
        database: Any = self.ledger._write_db
        assert isinstance(database, SqlCipherDatabase)
        execute = database.execute_sql

        def counted(sql: str, params: Any = None) -> Any:
            if sql != "ROLLBACK":
                if self.statements_to_live is not None:
                    self.statements_to_live -= 1
                    if self.statements_to_live < 0:
                        raise Crash
                if self.full_at is not None:
                    self.full_at -= 1
                    if self.full_at < 0:
                        raise peewee.OperationalError("database or disk is full")
            return execute(sql, params)

        database.execute_sql = counted

    def restart(self) -> None:
        """Start the program again after it ended or died."""
        self.statements_to_live = self.full_at = None
        self.ledger.close()
        self._open()

    def close(self) -> None:
        self.ledger.close()

    def guarded(self, step: Callable[[], None]) -> None:
        """Run a step; a crash restarts the program, a full disk is told and goes on."""
        try:
            step()
        except Crash:
            self.restart()
        except DiskFull:
            self.full_at = None
        except TerminalError:
            pass

    # What people do here

    def write(self, drafts: list[Draft]) -> None:
        """One action; what it wrote counts as saved only when the commit has returned."""
        action = self.randomness.uuid7()
        written = self.ledger.write(lambda db: self.journal.append(db, action, drafts))
        self.saved.update(entry.record_id for entry in written)

    def take_in(self) -> None:
        """Receive a new case, accept it or ask for corrections, in one action."""
        case_id, visit_id = self.randomness.uuid7(), self.randomness.uuid7()
        complete = self.rng.random() < 0.6
        now = self.clock.now().wall
        received = CaseReceived(
            receipt_number=f"{self.name}-{case_id[:8]}", visit_id=visit_id, item_code="item-1",
            item_version="1", item_name="食品经营许可", organ="区市场监管局",
            regime=Regime.LICENSING, applicant=PERSON, visitor=PERSON, capacity=Capacity.SELF,
            answers={}, materials=(MaterialEntry("m1", "申请书"),), form={}, received_at=now,
            respond_by="2026-11-30", respond_by_provisional=False, window="3", clerk=CLERK,
            token=self.randomness.token_bytes(16).hex(),
        )  # fmt: skip
        action = self.randomness.uuid7()
        base = record_id(action, case_id, "case_received")
        second: Any = CaseAccepted(now, "2026-12-07", False, ("第三十二条",), CLERK)
        if not complete:
            items = (CorrectionItem("m1", "申请书", "未签字", "本人签字"),)
            second = CorrectionNotified(now, items, ("第三十二条",), CLERK)
        drafts = [
            Draft(visit_id, "", VisitOpened(PERSON, "3", CLERK, now)),
            Draft(case_id, "", received),
            Draft(case_id, base, second),
        ]
        written = self.ledger.write(lambda db: self.journal.append(db, action, drafts))
        self.saved.update(entry.record_id for entry in written)
        self.cases.append(case_id)

    def supplement(self) -> None:
        """Bring what a correction notice asked for, and accept."""
        if not self.cases:
            return
        case_id = self.rng.choice(self.cases)
        case: Any = self.ledger.read(lambda db: aggregates.load(db, case_id))
        now = self.clock.now().wall
        body = MaterialsSupplemented((MaterialEntry("m1", "申请书"),), {}, now, "2026-12-07", CLERK)
        try:
            self.write([Draft(case_id, case.head, body)])
        except RuleRefused:
            return

    def rate(self) -> None:
        """End a visit and rate it."""
        visit_id, now = self.randomness.uuid7(), self.clock.now().wall
        action = self.randomness.uuid7()
        opened = record_id(action, visit_id, "visit_opened")
        rating = RatingGiven(
            RatingScope.VISIT, visit_id, self.rng.randint(1, 5), (), "1", "", "screen", "window",
            now,
        )  # fmt: skip
        drafts = [
            Draft(visit_id, "", VisitOpened(PERSON, "3", CLERK, now)),
            Draft(visit_id, opened, VisitEnded(CLERK)),
            Draft(record_id(visit_id, "rating", "1"), "", rating),
        ]
        written = self.ledger.write(lambda db: self.journal.append(db, action, drafts))
        self.saved.update(entry.record_id for entry in written)

    def sync(self) -> None:
        """One round of the loop."""
        self.worker.once()


class World:
    """The hall of one seed."""

    def __init__(self, folder: Path, seed: int, terminals: int = 2) -> None:
        self.folder = folder
        self.seed = seed
        self.rng = random.Random(seed)
        self.hub_clock = SimClock()
        self._pool = ThreadPoolExecutor(1)
        self._runner = asyncio.Runner()
        self.line: Line | None = None
        shutil.copytree(_made_hub(), folder / "hub")
        self.start_hub()
        self.terminals = [
            Terminal(self, f"t{number}", self.rng.getrandbits(32)) for number in range(terminals)
        ]

    def start_hub(self) -> None:
        self.hub = Hub(
            self.folder / "hub", clock=self.hub_clock,
            randomness=SimRandomness(self.rng.getrandbits(32)),
        )  # fmt: skip
        self.line = Line(_api(self.hub, self._pool), self._runner.get_loop())

    def stop_hub(self) -> None:
        if self.line is not None:
            self.line = None
            self.hub.close()

    def enrol(self, keys: SimKeys) -> Enrolment:
        assert self.line is not None
        request = wire.EnrolRequest(
            wire.PROTOCOL_VERSION, b"n" * 16, make_code(self.hub), keys.public, "window"
        )
        reply = self.line.call("POST", wire.PATH_ENROL, wire.seal(request, keys.signing))
        answer = wire.unseal(wire.open_envelope(reply.body), self.hub.keys.public, Enrolment)
        assert not answer.refusal, answer.refusal
        return answer

    def close(self) -> None:
        for terminal in self.terminals:
            terminal.close()
        self.stop_hub()
        self._runner.close()
        self._pool.shutdown()
        shutil.rmtree(self.folder, ignore_errors=True)
