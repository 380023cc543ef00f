"""The morning after an outage: 1,300 terminals hand in three days at once, others go on working.

    python benchmarks/outage.py [--quick] [--terminals N] [--spread SECONDS] [--limit SECONDS]

Each terminal holds 600 entries of some 2 KiB, written, chained and signed ahead by the code that
terminals run. Real hub processes serve them over HTTP; PostgreSQL writes through to the disk.
As real terminals do after an outage, each waits for its own moment within ten minutes, sends its
batches over one line and then reads its feed; told that the hub is busy, it comes again as it was
told. Meanwhile windows that were never cut off, on a process of their own, take in visitors: one
record each 0.5 s, from POST to the signed answer. Everything (PostgreSQL, hub
processes, all terminals) shares the machine's cores. `--quick` has fewer terminals, who come in
a share of the ten minutes, so that as many a second come. After `--limit` no more is sent, and
what came in by then is told as what it is.
"""

from __future__ import annotations

import argparse
import heapq
import multiprocessing
import os
import random
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import _fleet  # noqa: E402
from benchmarks._common import bytes_in, disk_folder, line, p99, print_load  # noqa: E402
from hub.hub import Hub  # noqa: E402
from hub.store import entries as stored_entries  # noqa: E402
from terminal.protocol import wire  # noqa: E402
from terminal.protocol.backlog import Backlog  # noqa: E402
from terminal.sync.pace import SPREAD_SECONDS, slot  # noqa: E402
from tests.hub import postgresql  # noqa: E402

TERMINALS, QUICK_TERMINALS = 1_300, 40
ENTRIES = 600
HALLS = 20
LIVE_PAUSE = 0.5
LIVE_WINDOWS = 4
LINES = 30
"""Terminals that may speak at once; more wait for their line as for a busy server."""
SETTLE_SECONDS = 1_800
GOAL_SECONDS, GOAL_LIVE = 3_600.0, 1.0


def write_ahead(member: _fleet.Member, file: Path, count: int) -> float:
    """Write a terminal's three days into a file of sealed batches; returns bytes an entry."""
    terminal = member.writer()
    entries = _fleet.write(terminal, count)
    _fleet.keep(file, _fleet.sealed(terminal, entries))
    return _fleet.average_bytes(entries)


class Drain:
    """What the terminals that come back did; filled by many threads.

    A terminal that the hub tells to come again waits without a line, as a real one does.
    """

    def __init__(self, urls: list[str], folder: Path, spread: float, limit: float) -> None:
        self.pushes: list[float] = []
        self.told: list[int] = []
        self.rows = 0
        self.failed: list[str] = []
        self.stored = 0
        self.stored_at = 0.0
        self._urls = urls
        self._folder = folder
        self._spread = spread
        self._limit = limit
        self._left = 0
        self._stored_of: dict[str, int] = {}
        self._due: list[tuple[float, int, _fleet.Member, int]] = []
        self._changed = threading.Condition()
        self._over = threading.Event()

    def run(self, members: list[_fleet.Member]) -> None:
        """Let all come back, each at its moment; returns when the last has read its feed."""
        begun = time.perf_counter()
        for number, member in enumerate(members):
            moment = begun + slot(member.id) / SPREAD_SECONDS * self._spread
            heapq.heappush(self._due, (moment, number, member, 0))
        self._left = len(members)
        threads = [threading.Thread(target=self._work) for _ in range(min(LINES, len(members)))]
        teller = threading.Thread(target=self._tell, args=(begun,))
        for thread in (*threads, teller):
            thread.start()
        for thread in threads:
            thread.join()
        self._over.set()
        teller.join()

    def _work(self) -> None:
        while True:
            with self._changed:
                while self._left and not self._over.is_set():
                    left = self._due[0][0] - time.perf_counter() if self._due else 0.5
                    if self._due and left <= 0:
                        break
                    self._changed.wait(min(left, 0.5))
                if not self._left or self._over.is_set():
                    return
                _, number, member, sent = heapq.heappop(self._due)
            again: tuple[float, int] | None = None
            try:
                again = self._hand_in(number, member, sent)
            except Exception as error:  # noqa: BLE001 - counted and told below
                self.failed.append(repr(error))
            with self._changed:
                if again is None:
                    self._left -= 1
                else:
                    heapq.heappush(self._due, (again[0], number, member, again[1]))
                self._changed.notify()

    def _tell(self, begun: float) -> None:
        """Say each minute how far it is; end it at the limit."""
        while not self._over.wait(60):
            gone = time.perf_counter() - begun
            print(f"after {gone:,.0f} s {self.stored:,} stored", file=sys.stderr, flush=True)
            if self._limit and gone > self._limit:
                self._over.set()

    def _hand_in(self, number: int, member: _fleet.Member, sent: int) -> tuple[float, int] | None:
        """Send what is left; returns when to go on with which batch if the hub is busy."""
        speaker = _fleet.Speaker(self._urls[number % len(self._urls)], member, timeout=20)
        try:
            for place, body in enumerate(_fleet.kept(self._folder / member.id)):
                if place < sent:
                    continue
                if self._over.is_set():
                    return None
                begun = time.perf_counter()
                answer = speaker.push(body)
                took = time.perf_counter() - begun
                if answer.refusal:
                    self.told.append(answer.come_after)
                    wait = answer.come_after * random.uniform(1, 2)
                    return time.perf_counter() + wait, place
                with self._changed:
                    self.pushes.append(took)
                    self.stored += answer.stored_seq - self._stored_of.get(member.id, 0)
                    self._stored_of[member.id] = answer.stored_seq
                    self.stored_at = time.perf_counter()
            rows, _ = speaker.pull_progress()
            with self._changed:
                self.rows += rows
        finally:
            speaker.close()
        return None


class Windows:
    """Windows that were never cut off: each sends a record, waits half a second, and again.

    They have a process of their own, as they have machines of their own: in that of the
    terminals that come back they would wait for these and not for the hub.
    """

    def __init__(self, urls: list[str], members: list[_fleet.Member]) -> None:
        context = multiprocessing.get_context("spawn")
        self.times: list[float] = []
        self.failed: list[str] = []
        self._over = context.Event()
        self._told, telling = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_serve_visitors, args=(urls, members, self._over, telling)
        )

    def __enter__(self) -> Windows:
        self._process.start()
        assert self._told.recv() == "ready"
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.times, self.failed = self._told.recv()
        self._process.join()


def _serve_visitors(
    urls: list[str], members: list[_fleet.Member], over: Event, telling: Connection
) -> None:
    times: list[float] = []
    failed: list[str] = []

    def work(url: str, member: _fleet.Member) -> None:
        terminal = member.writer()
        speaker = _fleet.Speaker(url, member)
        sent = 0
        try:
            while not over.is_set():
                if sent == len(terminal.entries):
                    _fleet.write_visit(terminal)
                batch = terminal.batch(terminal.entries[sent : sent + 1], backlog=Backlog(1))
                body = wire.seal(batch, member.key)
                begun = time.perf_counter()
                answer = speaker.push(body)
                times.append(time.perf_counter() - begun)
                sent += 1
                assert answer.stored_seq == sent, answer.refusal
                over.wait(LIVE_PAUSE)
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(repr(error))
        finally:
            speaker.close()

    threads = [
        threading.Thread(target=work, args=(urls[number % len(urls)], member))
        for number, member in enumerate(members)
    ]
    for thread in threads:
        thread.start()
    telling.send("ready")
    for thread in threads:
        thread.join()
    telling.send((times, failed))


def unjudged(folder: Path, seconds: float) -> dict[str, int]:
    """Wait until everything has its effect; returns the counts."""
    hub = Hub(folder)
    end = time.monotonic() + seconds
    try:
        while True:
            with hub.store.reading() as database:
                found = stored_entries.counts(database)
            if not found["unjudged"] or time.monotonic() > end:
                return found
            time.sleep(0.2)
    finally:
        hub.close()


def run(terminals: int, spread: float, processes: int, limit: float, top: Path) -> int:
    """Make everything, let it run, print what came of it."""
    folder, bodies = top / "hub", top / "bodies"
    folder.mkdir()
    bodies.mkdir()
    # The cluster belongs to PostgreSQL's own user, who has to reach it.
    top.chmod(0o755)
    tempfile.tempdir = str(top)
    count = terminals * ENTRIES
    settings = ("fsync = on", "max_connections = 100", "max_wal_size = 4GB")
    with postgresql.cluster(*settings) as cluster:
        _fleet.make_hub(folder, cluster.make(), HALLS)
        members = _fleet.enrolled(folder, terminals + LIVE_WINDOWS, HALLS)
        back, windows = members[:terminals], members[terminals:]
        begun = time.perf_counter()
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            jobs = [pool.submit(write_ahead, one, bodies / one.id, ENTRIES) for one in back]
            average = sum(job.result() for job in jobs) / terminals
        print(
            f"{terminals:,} terminals with {ENTRIES} entries of {average:,.0f} bytes: {count:,} "
            f"entries, {bytes_in(bodies) / 1e9:.2f} GB, written ahead in "
            f"{time.perf_counter() - begun:,.0f} s",
            flush=True,
        )
        with _fleet.serving(folder, processes) as hubs:
            urls = [one.url for one in hubs]
            drain = Drain(urls, bodies, spread, limit)
            with Windows(urls, windows[:1]) as alone:
                time.sleep(min(10.0, spread / 2))
            print_load("start")
            before = [one.seconds() for one in hubs], _fleet.seconds_of_cluster(cluster.data)
            with Windows(urls, windows[1:]) as live:
                begun = time.perf_counter()
                drain.run(back)
                read = time.perf_counter() - begun
                found = unjudged(folder, SETTLE_SECONDS)
                judged = time.perf_counter() - begun
            print_load("end")
            memory = max(one.peak() for one in hubs)
            used = sum(one.seconds() for one in hubs) - sum(before[0])
            of_database = _fleet.seconds_of_cluster(cluster.data) - before[1]
        took = drain.stored_at - begun
        disk = bytes_in(cluster.data)
    line(
        f"batches of {terminals:,} terminals", drain.pushes, drain.stored / took,
        memory=memory, size=disk,
    )  # fmt: skip
    line("a record of a live window, before", alone.times)
    line("a record of a live window, meanwhile", live.times, memory=memory)
    print(f"entries {found}; feed rows read back {drain.rows:,}")
    latest = max(drain.told, default=0)
    print(f"told to come again {len(drain.told):,} times, after {latest} s at the latest")
    print(
        f"processor time a record: the hub's processes {1e6 * used / drain.stored:.0f} µs, "
        f"PostgreSQL {1e6 * of_database / drain.stored:.0f} µs; together "
        f"{(used + of_database) / judged / (os.cpu_count() or 1):.0%} of the machine"
    )
    for failure in (drain.failed + live.failed + alone.failed)[:5]:
        print("failed:", failure)
    print(
        f"{drain.stored:,} of {count:,} stored and acknowledged in {took:,.0f} s, "
        f"all terminals done in {read:,.0f} s, "
        f"everything judged in {judged:,.0f} s; they came within {spread:,.0f} s; "
        f"{processes} hub processes, {os.cpu_count()} cores for everything"
    )
    worst = p99(live.times)
    whole = TERMINALS * ENTRIES / (drain.stored / judged)
    what = "measured" if drain.stored == TERMINALS * ENTRIES else "extrapolated by the rate"
    print(
        f"780,000 records stored and judged in {whole / 60:.1f} minutes ({what}; goal 60): "
        f"{whole / GOAL_SECONDS:.2f} of it; live intake p99 {worst:.3f} s (goal {GOAL_LIVE:.0f}), "
        f"worst {max(live.times):.3f} s of {len(live.times):,}"
    )
    return int(bool(drain.failed or live.failed or found["held"] or found["refused"]))


def main() -> int:
    """Run once."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_TERMINALS} terminals")
    parser.add_argument("--terminals", type=int, default=0)
    parser.add_argument("--spread", type=float, default=0.0, help="seconds in which they come")
    parser.add_argument("--limit", type=float, default=0.0, help="seconds; 0: until all is in")
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args()
    terminals = chosen.terminals or (QUICK_TERMINALS if chosen.quick else TERMINALS)
    spread = chosen.spread or SPREAD_SECONDS * terminals / TERMINALS
    with disk_folder() as top:
        return run(terminals, spread, chosen.processes, chosen.limit, top)


if __name__ == "__main__":
    sys.exit(main())
