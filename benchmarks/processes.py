"""Whether storing scales with the hub's processes, on one PostgreSQL.

    python benchmarks/processes.py [--quick]

Terminals hand in journals that were written and sealed beforehand, over loopback to 1, 2 or 4 hub
processes that store and acknowledge (judging is put off; it scales with halls, see `outage`). Each
process has two terminals of its own, so that it always has work and all have the same. The server
is set as docs/operations.md says.

Everything shares the machine's cores, and PostgreSQL takes about as much of them as the hub
does, so the rate alone cannot show more than the cores allow. Three things beside it can: what a
record costs the hub's processes and the server in processor time, which would grow if processes
stood in each other's way; the rate while every hub process is held to a small share of one core,
stopped and continued by signals, so that the cores are enough for all of them; and what the
server's sessions wait for, looked at every few milliseconds: a lock that processes share would be
seen there.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import psycopg  # noqa: E402

from benchmarks import _fleet  # noqa: E402
from benchmarks._common import disk_folder, line, print_load  # noqa: E402
from benchmarks._storing import HELD_TO, StoringHub  # noqa: E402
from hub.store.address import remember  # noqa: E402
from tests.hub import postgresql  # noqa: E402

TURNS = ((1, False), (2, False), (1, True), (2, True), (4, True))
"""Hub processes, and whether each is held to a part of a core."""
SENDERS_EACH = 2
SENDERS = SENDERS_EACH * max(count for count, _ in TURNS)
LOOK_SECONDS = 0.005
TUNED = (
    "fsync = on", "max_connections = 100", "shared_buffers = 512MB", "max_wal_size = 4GB",
    "wal_compression = on",
)  # fmt: skip
LOOK = (
    b"SELECT coalesce(CASE WHEN wait_event_type IN ('Lock', 'LWLock')"
    b" THEN wait_event_type || ' ' || wait_event ELSE wait_event_type END, '')"
    b" FROM pg_stat_activity WHERE state = 'active' AND backend_type = 'client backend'"
    b" AND pid <> pg_backend_pid()"
)
_TURN = "turn"


class Result(NamedTuple):
    """One turn: records a second, the processor time of one in seconds, what sessions waited for.

    `waits` counts sessions that were in the middle of a statement, by what they waited for;
    the empty name: for nothing.
    """

    rate: float
    hub: float
    database: float
    waits: Counter[str]


class Fleet(NamedTuple):
    """What is made once: the hub's folder, its database, and each sender's sealed batches."""

    folder: Path
    cluster: postgresql.Cluster
    members: list[_fleet.Member]
    bodies: list[list[bytes]]


def prepared(top: Path, cluster: postgresql.Cluster, each: int) -> Fleet:
    """Set up a hub, enrol the senders, write what they will send."""
    folder = top / "hub"
    folder.mkdir()
    _fleet.make_hub(folder, cluster.make(), SENDERS)
    members = _fleet.enrolled(folder, SENDERS, SENDERS)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        bodies = list(pool.map(_write, members, [each] * SENDERS))
    return Fleet(folder, cluster, members, bodies)


def _write(member: _fleet.Member, each: int) -> list[bytes]:
    writer = member.writer()
    return _fleet.sealed(writer, _fleet.write(writer, each))


@contextlib.contextmanager
def fresh(fleet: Fleet) -> Iterator[None]:
    """Give the hub a copy of the database as it was before anything was sent."""
    with psycopg.connect(fleet.cluster.url("template1"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {_TURN} TEMPLATE postgres".encode())
        connection.execute(b"CHECKPOINT")
        remember(fleet.cluster.url(_TURN), fleet.folder / "hub" / "database")
        try:
            yield
        finally:
            connection.execute(f"DROP DATABASE {_TURN} WITH (FORCE)".encode())


@contextlib.contextmanager
def looking(url: str) -> Iterator[Counter[str]]:
    """Count during the block what the server's sessions wait for.

    What a client is waited for is no lock: a hub that was stopped sends nothing.
    """
    seen: Counter[str] = Counter()
    over = threading.Event()

    def look() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.wait(LOOK_SECONDS):
                seen.update(kind for (kind,) in connection.execute(LOOK))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def turn(fleet: Fleet, count: int, *, held: bool) -> Result:
    """Let the senders of so many processes hand in everything that they have."""
    entries, senders = 0, SENDERS_EACH * count
    with fresh(fleet), contextlib.ExitStack() as stack:
        hubs = [StoringHub(fleet.folder) for _ in range(count)]
        for one in hubs:
            stack.callback(one.close)
        stored = [0] * senders

        def send(number: int) -> None:
            speaker = _fleet.Speaker(hubs[number % count].url, fleet.members[number], timeout=300)
            for body in fleet.bodies[number]:
                stored[number] = speaker.push(body).stored_seq
            speaker.close()

        threads = [threading.Thread(target=send, args=(number,)) for number in range(senders)]
        if held:
            for one in hubs:
                stack.enter_context(one.held())
        hub = sum(one.seconds() for one in hubs)
        database = _fleet.seconds_of_cluster(fleet.cluster.data)
        with looking(fleet.cluster.url(_TURN)) as waits:
            begun = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            took = time.perf_counter() - begun
        hub = sum(one.seconds() for one in hubs) - hub
        database = _fleet.seconds_of_cluster(fleet.cluster.data) - database
        entries = sum(stored)
    return Result(entries / took, hub / entries, database / entries, waits)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer entries and rounds")
    quick = parser.parse_args().quick
    rounds, each = (1, 1_500) if quick else (5, 4_000)
    found: dict[tuple[int, bool], list[Result]] = {}
    with disk_folder() as top:
        top.chmod(0o755)
        tempfile.tempdir = str(top)
        with postgresql.cluster(*TUNED) as cluster:
            fleet = prepared(top, cluster, each)
            print_load("start")
            for _ in range(rounds):
                for number, held in TURNS:
                    result = turn(fleet, number, held=held)
                    found.setdefault((number, held), []).append(result)
            print_load("end")
    for (number, held), results in found.items():
        how = f", each held to {HELD_TO:.0%} of a core" if held else ""
        line(f"{number} process(es){how}", [], statistics.median(one.rate for one in results))
        hub = statistics.median(one.hub for one in results)
        database = statistics.median(one.database for one in results)
        print(f"{'':44} a record: hub {hub * 1e6:.0f} µs, PostgreSQL {database * 1e6:.0f} µs")
        waits = sum((one.waits for one in results), Counter[str]())
        told = ", ".join(f"{kind or 'at work'} {number}" for kind, number in waits.most_common())
        print(f"{'':44} sessions: {told}")
    for number, held in TURNS:
        if number == 1:
            continue
        pairs = list(zip(found[number, held], found[1, held], strict=True))
        rate = statistics.median(one.rate / other.rate for one, other in pairs)
        cost = statistics.median(one.hub / other.hub for one, other in pairs)
        print(
            f"{number} processes / 1{', held' if held else ''}: stored {rate:.2f}; "
            f"processor time of the hub a record {cost:.2f}"
        )
    print(f"{os.cpu_count()} cores for the hub, PostgreSQL and the senders")
    return 0


if __name__ == "__main__":
    sys.exit(main())
