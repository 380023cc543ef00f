"""One durable record of 2 KiB, and a hundred in one commit, beside what others do for it.

    python benchmarks/durable.py [--quick]

The limit is a raw append with fdatasync of the same number of bytes: no database, no order, no
tables. The peers store the bytes and no more: plain peewee (SQLite, WAL, synchronous=FULL),
persist-queue, litequeue (set to FULL; it ships with NORMAL, which loses acknowledged records in
a power cut), huey (with its fsync). Ours is measured twice. The entry alone is what the peers do,
and more: judged, encoded, hashed, chained, found again by six keys, encrypted. With its case is
what an action does: a second row of the same size and its five keys in the same transaction. Bare
SQLite overwrites 1 to 16 pages a commit, with no index and no cipher: no store that changes as many
comes nearer to the limit. All contenders take turns in short rounds on one disk; the ratio is the
median of the rounds' own ratios. Processor time is printed beside it: it says more where the disk
or the machine is shared.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import itertools
import os
import pstats
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import peewee  # noqa: E402

from benchmarks._common import (  # noqa: E402
    bytes_in,
    disk_folder,
    line,
    own_memory,
    print_load,
)
from terminal.clock import SystemClock  # noqa: E402
from terminal.domain.catalogue import Regime  # noqa: E402
from terminal.domain.parties import Actor, Capacity, MaterialEntry, Party  # noqa: E402
from terminal.domain.records import Body, CaseReceived, EpochOpened  # noqa: E402
from terminal.ids import SystemRandomness  # noqa: E402
from terminal.protocol.entry import Draft  # noqa: E402
from terminal.store.database import Ledger  # noqa: E402
from terminal.store.journal import Journal  # noqa: E402

SIZE = 2048
BATCH = 100
PAGES = (1, 5, 10, 16)
"""Whatever is stored by SQLite changes some pages a commit: so fast it is at best on this disk."""

GOAL, STRETCH = 0.5, 0.8
FILL = "滨河路一号院三号楼二单元；经营面积一百二十平方米。" * 8
RECORD = os.urandom(SIZE)
"""Bytes that no file system can make smaller."""

CLERK = Actor("clerk", "wangfang", "王芳", "3 号综合窗口")
APPLICANT = Party(name="张三丰", identity_number="210211198505041236", phone="13900001234")
APPEND = "append + fdatasync (limit)"
OURS = "ours with its case: encrypted, chained"
ENTRY = "ours, the entry alone: encrypted, chained"


class Contender(NamedTuple):
    """How somebody writes durably: one record, and `BATCH` of them in one commit if it can."""

    one: Callable[[], object]
    many: Callable[[], object] | None


@contextlib.contextmanager
def append(folder: Path) -> Iterator[Contender]:
    """Append to a file; what a hundred records take is written at once."""
    descriptor = os.open(folder / "raw", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def write(data: bytes) -> None:
        os.write(descriptor, data)
        os.fdatasync(descriptor)

    yield Contender(lambda: write(RECORD), lambda: write(RECORD * BATCH))
    os.close(descriptor)


@contextlib.contextmanager
def plain_peewee(folder: Path) -> Iterator[Contender]:
    """A table of bytes by peewee, as its documentation shows it."""
    database = peewee.SqliteDatabase(
        str(folder / "plain.db"), pragmas={"journal_mode": "wal", "synchronous": "full"}
    )

    class Record(peewee.Model):
        body = peewee.BlobField()

        class Meta:
            database: Any

    Record.bind(database)
    database.create_tables([Record])

    def many() -> None:
        with database.atomic():
            for _ in range(BATCH):
                Record.create(body=RECORD)

    yield Contender(lambda: Record.create(body=RECORD), many)
    database.close()


@contextlib.contextmanager
def persist_queue(folder: Path) -> Iterator[Contender]:
    """persist-queue's SQLite queue; SQLite's default, FULL, is what it runs with."""
    import persistqueue

    single = persistqueue.SQLiteQueue(str(folder / "one"), auto_commit=True)
    batched = persistqueue.SQLiteQueue(str(folder / "many"), auto_commit=False)

    def many() -> None:
        for _ in range(BATCH):
            batched.put(RECORD)
        batched.task_done()

    yield Contender(lambda: single.put(RECORD), many)
    single.close()
    batched.close()


@contextlib.contextmanager
def litequeue(folder: Path) -> Iterator[Contender]:
    """litequeue, which says itself that records are texts; made durable."""
    from litequeue import LiteQueue

    queue = LiteQueue(str(folder / "lite.db"))
    queue.conn.execute("PRAGMA synchronous = FULL")
    text = RECORD.hex()[:SIZE]

    def many() -> None:
        with queue.transaction():
            for _ in range(BATCH):
                queue.put(text)

    yield Contender(lambda: queue.put(text), many)
    queue.close()


@contextlib.contextmanager
def huey(folder: Path) -> Iterator[Contender]:
    """huey's SQLite storage with fsync; it commits each task by itself."""
    from huey.storage import SqliteStorage

    storage = SqliteStorage(filename=str(folder / "huey.db"), fsync=True)
    yield Contender(lambda: storage.enqueue(RECORD), None)
    storage.close()


@contextlib.contextmanager
def bare_pages(count: int, folder: Path) -> Iterator[Contender]:
    """SQLite itself with nothing to work out: rows of a page each are overwritten, no index."""
    database = sqlite3.connect(folder / "pages.db", isolation_level=None)
    database.execute("PRAGMA journal_mode = wal")
    database.execute("PRAGMA synchronous = full")
    database.execute("CREATE TABLE page (id INTEGER PRIMARY KEY, body BLOB)")
    every = range(1, count + 1)
    database.executemany("INSERT INTO page VALUES (?, ?)", [(one, RECORD) for one in every])
    number = itertools.count(1)

    def write() -> None:
        # What is there already would not be written again.
        body = b"%16d" % next(number) + RECORD + RECORD[: SIZE // 2]
        database.execute("BEGIN IMMEDIATE")
        database.executemany("UPDATE page SET body = ? WHERE id = ?", [(body, i) for i in every])
        database.execute("COMMIT")

    yield Contender(write, None)
    database.close()


def a_case() -> CaseReceived:
    """Return a case with two materials, some 2 KiB as an entry."""
    return CaseReceived(
        receipt_number="5116-01-261123-KTM7-0001-7",
        visit_id="0190-visit",
        item_code="511602-0001",
        item_version="1",
        item_name="食品经营许可（新办）",
        organ="区市场监管局",
        regime=Regime.LICENSING,
        applicant=APPLICANT,
        visitor=APPLICANT,
        capacity=Capacity.SELF,
        answers={},
        materials=(MaterialEntry("m1", "身份证件"), MaterialEntry("m2", "营业执照")),
        form={"说明": FILL},
        received_at=1_790_000_000_000,
        respond_by="2026-11-30",
        respond_by_provisional=False,
        window="3 号综合窗口",
        clerk=CLERK,
        token="t",
    )


@contextlib.contextmanager
def journal_of(folder: Path, body: Body, aggregate_id: Callable[[], str]) -> Iterator[Contender]:
    """The terminal's ledger and journal: one action a commit."""
    randomness = SystemRandomness()
    journal = Journal("benchmark", SystemClock(), randomness)
    ledger = Ledger(folder / "ledger.db", os.urandom(32))
    ledger.open()
    ledger.write(lambda db: journal.open_epoch(db, "created"))

    def write(count: int) -> None:
        action = randomness.uuid7()
        drafts = [Draft(aggregate_id(), "", body) for _ in range(count)]
        ledger.write(lambda db: journal.append(db, action, drafts))

    yield Contender(lambda: write(1), lambda: write(BATCH))
    ledger.close()


def ours(folder: Path) -> contextlib.AbstractContextManager[Contender]:
    """The entry and the case that it makes: what an action's transaction does."""
    return journal_of(folder, a_case(), SystemRandomness().uuid7)


def ours_alone(folder: Path) -> contextlib.AbstractContextManager[Contender]:
    """An entry of the same size that makes nothing of an aggregate."""
    return journal_of(folder, EpochOpened(FILL[: SIZE // 3]), SystemRandomness().uuid7)


ALL: dict[str, Callable[[Path], contextlib.AbstractContextManager[Contender]]] = {
    APPEND: append,
    "plain peewee, bytes only": plain_peewee,
    "persist-queue, bytes only": persist_queue,
    "litequeue (FULL), text only": litequeue,
    "huey (fsync), bytes only": huey,
    ENTRY: ours_alone,
    OURS: ours,
    **{f"bare SQLite, pages a commit: {count}": partial(bare_pages, count) for count in PAGES},
}


def measure(rounds: int, singles: int, batches: int, top: Path) -> None:
    """Let all take turns, print a line each, then the ratios."""
    times: dict[str, dict[str, list[list[float]]]] = {"one": {}, "many": {}}
    processor: dict[str, list[float]] = {}
    memory: dict[str, int] = {}
    with contextlib.ExitStack() as stack:
        there: dict[str, Contender] = {}
        for name, make in ALL.items():
            folder = top / str(len(there))
            folder.mkdir()
            before = own_memory()
            try:
                there[name] = stack.enter_context(make(folder))
            except ImportError as error:
                print(f"{name}: left out, {error.name} is not installed (group `benchmark`)")
                continue
            for _ in range(20):
                there[name].one()
            memory[name] = own_memory() - before
        for _ in range(rounds):
            for name, contender in there.items():
                begun = time.process_time()
                found = [_seconds(contender.one) for _ in range(singles)]
                times["one"].setdefault(name, []).append(found)
                spent = (time.process_time() - begun) / singles
                processor.setdefault(name, []).append(spent)
            for name, contender in there.items():
                if contender.many is not None:
                    found = [_seconds(contender.many) for _ in range(batches)]
                    times["many"].setdefault(name, []).append(found)
        sizes = {name: bytes_in(top / str(n)) for n, name in enumerate(there)}
    for what, count in (("one", 1), ("many", BATCH)):
        print(f"{count} record(s) of {SIZE} bytes a commit")
        for name, rows in times[what].items():
            all_times = [one for row in rows for one in row]
            rate = count / statistics.median(all_times)
            line(name, all_times, rate, memory=memory[name], size=sizes[name])
    for what, count in (("one", 1), ("many", BATCH)):
        limit = [statistics.median(row) for row in times[what][APPEND]]
        said = []
        for name, rows in times[what].items():
            each = [at / statistics.median(row) for at, row in zip(limit, rows, strict=True)]
            said.append(f"{_short(name)} {statistics.median(each):.2f}")
        goal = f" (goal for ours {GOAL}, stretch {STRETCH})" if what == "one" else ""
        print(f"ratio to the limit, {count} a commit: " + " · ".join(said[1:]) + goal)

    took_each = [
        f"{_short(name)} {1000 * statistics.median(each):.3f}" for name, each in processor.items()
    ]
    print("processor time of one record, ms: " + " · ".join(took_each))


def _short(name: str) -> str:
    if name.startswith("bare"):
        return name
    return name.split(":")[0].removesuffix(", bytes only").removesuffix(", text only")


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def profile(top: Path) -> None:
    """Show where our time goes, the disk apart: the writer's thread alone."""
    with ours(top) as contender:
        for _ in range(200):
            contender.one()
        profiler = cProfile.Profile()
        from terminal.store import database

        work = database.Ledger._transact_once

        def seen(self: Any, function: Any) -> Any:
            profiler.enable()
            try:
                return work(self, function)
            finally:
                profiler.disable()

        database.Ledger._transact_once = seen  # type: ignore[method-assign]
        try:
            for _ in range(1000):
                contender.one()
        finally:
            database.Ledger._transact_once = work  # type: ignore[method-assign]
    pstats.Stats(profiler).sort_stats("tottime").print_stats(25)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--profile", action="store_true", help="show where our time goes")
    chosen = parser.parse_args()
    with disk_folder() as top:
        if chosen.profile:
            profile(top)
            return 0
        print(f"SQLite of the peers {sqlite3.sqlite_version}")
        print_load("start")
        if chosen.quick:
            measure(7, 40, 2, top)
        else:
            measure(31, 100, 4, top)
        print_load("end")
    return 0


if __name__ == "__main__":
    sys.exit(main())
