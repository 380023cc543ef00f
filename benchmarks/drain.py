"""Waiting records go to a hub over loopback: ours beside what others do for the same bytes.

    python benchmarks/drain.py [--quick] [--npm FOLDER]

Records of some 2 KiB. Ours are signed batches of real entries to a hub process over HTTP, each
checked (signature, chain, hashes, idempotency), stored and acknowledged by a signed answer, judging
put off by the hub: one terminal, which hears an answer before it sends on, and two at once with
half of the records each; the effects alone, and without `--quick` both as a terminal meets them.
The peers store the same bytes: one POST each into PostgreSQL (an ASGI application on the same
server), a batched insert of 500 rows a transaction, PouchDB replicating to pouchdb-server (both
from npm, installed into a folder that is thrown away; `--npm` keeps one), and one COPY of
everything into jsonb in one transaction, which is the limit. Commits are durable everywhere; all
take turns, and beside the rates stands what a record costs in processor time, which other work on
the machine hardly moves.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import psycopg  # noqa: E402

from benchmarks import _fleet  # noqa: E402
from benchmarks._common import (  # noqa: E402
    bytes_in,
    disk_folder,
    line,
    memory_of,
    print_load,
    timed,
)
from benchmarks._pouch import PouchPeer  # noqa: E402
from benchmarks._storing import StoringHub  # noqa: E402
from hub import judge  # noqa: E402
from hub.hub import Hub  # noqa: E402
from hub.serve import listen  # noqa: E402
from tests.hub import postgresql  # noqa: E402

GOAL_POUCHDB, GOAL_INSERT, GOAL_COPY, STRETCH_COPY, GOAL_EFFECTS = 5.0, 1.2, 0.3, 0.5, 2_000
KEYS = (bytes(range(32)), bytes(range(32, 64)))
POST_SHARE = 20
"""One POST each is so slow that a twentieth of the records tells its rate."""
TABLE = "CREATE TABLE peer (hash text primary key, header jsonb, payload jsonb)"
INSERT = "INSERT INTO peer VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
Row = tuple[str, str, str]


class Result(NamedTuple):
    """One turn of a contender: records a second, each request's seconds, bytes held and kept.

    `cost` is the processor time of a record in seconds: sender, receiver and server together.
    """

    rate: float
    times: list[float]
    cost: float
    memory: int = 0
    disk: int = 0


class Meter:
    """Counts processor time from its making: this process's, a cluster's, other processes'."""

    def __init__(self, cluster: postgresql.Cluster | None, *others: int) -> None:
        self._cluster = cluster
        self._others = others
        self._before = self._now()

    def _now(self) -> float:
        server = _fleet.seconds_of_cluster(self._cluster.data) if self._cluster else 0.0
        return time.process_time() + server + sum(map(_fleet.seconds_of, self._others))

    def seconds(self) -> float:
        """Return what was used since."""
        return self._now() - self._before


class Store(NamedTuple):
    """Where a hub keeps what it gets: SQLite, or a cluster's emptied database."""

    cluster: postgresql.Cluster | None = None

    def make(self) -> str:
        """Give the address of an empty one."""
        return self.cluster.make() if self.cluster else ""


class Journal(NamedTuple):
    """What waits: the same bytes for all, ours sealed as they go over the line."""

    member: _fleet.Member
    rows: list[Row]
    bodies: list[bytes]

    @classmethod
    def written(cls, count: int, key: bytes = KEYS[0]) -> Journal:
        """Write records as a terminal does."""
        member = _fleet.of_key(key)
        writer = member.writer()
        entries = _fleet.write(writer, count)
        rows = [(one.hash, one.header.decode(), (one.payload or b"").decode()) for one in entries]
        return cls(member, rows, _fleet.sealed(writer, entries))


@contextlib.contextmanager
def _hub(top: Path, store: Store, journals: list[Journal]) -> Iterator[tuple[Path, list[Journal]]]:
    """Give a fresh hub's folder, and the journals of terminals that are enrolled there."""
    with tempfile.TemporaryDirectory(dir=top) as name:
        folder = Path(name)
        _fleet.make_hub(folder, store.make(), 1)
        enrolled = [_fleet.enrolled_with(folder, one.member.key) for one in journals]
        yield (
            folder,
            [one._replace(member=member) for one, member in zip(journals, enrolled, strict=True)],
        )


@contextlib.contextmanager
def _storing(folder: Path) -> Iterator[StoringHub]:
    hub = StoringHub(folder)
    try:
        yield hub
    finally:
        hub.close()


def ours(top: Path, store: Store, journals: list[Journal], *, judging: bool) -> Result:
    """Push journals to a hub, all at once; with `judging` each answer brings the effects."""
    with _hub(top, store, journals) as (folder, journals):
        if judging:
            with _fleet.serving(folder) as (hub,):
                return _push(hub.url, hub.process.pid, journals, store, folder)
        with _storing(folder) as hub:
            return _push(hub.url, hub.number, journals, store, folder)


def _push(url: str, process: int, journals: list[Journal], store: Store, folder: Path) -> Result:
    meter = Meter(store.cluster, process)
    times: list[float] = []
    stored: list[int] = []

    def send(journal: Journal) -> None:
        speaker = _fleet.Speaker(url, journal.member)
        last = 0
        for body in journal.bodies:
            begun = time.perf_counter()
            last = speaker.push(body).stored_seq
            times.append(time.perf_counter() - begun)
        speaker.close()
        stored.append(last)

    senders = [threading.Thread(target=send, args=(one,)) for one in journals]

    def work() -> None:
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()

    took = timed(work)
    count = sum(len(one.rows) for one in journals)
    cost = meter.seconds() / count
    assert sum(stored) == count, (stored, count)
    disk = bytes_in(store.cluster.data if store.cluster else folder / "hub")
    return Result(count / took, times, cost, memory_of(process, "VmHWM"), disk)


def effects(top: Path, store: Store, journal: Journal) -> Result:
    """Judge what was stored before, as a hub does after a crash."""
    count = len(journal.rows)
    with _hub(top, store, [journal]) as (folder, journals):
        with _storing(folder) as hub:
            _push(hub.url, hub.number, journals, store, folder)
        judging = Hub(folder)
        meter = Meter(store.cluster)
        try:
            took = timed(lambda: judge.judge_pending(judging))
            cost = meter.seconds() / count
        finally:
            judging.close()
    return Result(count / took, [took], cost)


def copy(rows: list[Row], store: Store) -> Result:
    """One COPY of everything in one transaction."""
    with psycopg.connect(store.make()) as connection:
        connection.execute(TABLE)
        connection.commit()

        def work() -> None:
            with connection.cursor().copy("COPY peer FROM STDIN") as target:
                for row in rows:
                    target.write_row(row)
            connection.commit()

        meter = Meter(store.cluster)
        took = timed(work)
        return Result(len(rows) / took, [took], meter.seconds() / len(rows))


def insert(rows: list[Row], store: Store) -> Result:
    """Batches of 500 rows, each inserted and committed; repetitions are left out."""
    times = []
    with psycopg.connect(store.make()) as connection:
        connection.execute(TABLE)
        connection.commit()
        meter = Meter(store.cluster)
        for start in range(0, len(rows), 500):
            begun = time.perf_counter()
            connection.cursor().executemany(INSERT, rows[start : start + 500])
            connection.commit()
            times.append(time.perf_counter() - begun)
        return Result(len(rows) / sum(times), times, meter.seconds() / len(rows))


@contextlib.contextmanager
def _posting(url: str) -> Iterator[int]:
    """Serve an application that stores one record a POST; yields its port."""
    import asyncio

    import uvicorn

    with psycopg.connect(url) as connection:
        connection.execute(TABLE)
        connection.commit()

        def store(body: bytes) -> None:
            connection.execute(INSERT, json.loads(body))
            connection.commit()

        async def application(scope: Any, receive: Any, send: Any) -> None:
            body, more = b"", True
            while more:
                message = await receive()
                body += message.get("body", b"")
                more = message.get("more_body", False)
            await asyncio.get_running_loop().run_in_executor(None, store, body)
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"ok"})

        listener = listen("127.0.0.1", 0)
        listener.listen()
        config = uvicorn.Config(application, log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()
            listener.close()


def post_each(rows: list[Row], store: Store) -> Result:
    """One POST for each record over one connection."""
    times = []
    with _posting(store.make()) as port:
        meter = Meter(store.cluster)
        client = http.client.HTTPConnection("127.0.0.1", port)
        for row in rows[: max(100, len(rows) // POST_SHARE)]:
            begun = time.perf_counter()
            client.request("POST", "/", json.dumps(row))
            assert client.getresponse().read() == b"ok"
            times.append(time.perf_counter() - begun)
        cost = meter.seconds() / len(times)
        client.close()
    return Result(len(times) / sum(times), times, cost)


def replicate(pouch: PouchPeer, rows: list[Row]) -> Result:
    """PouchDB replicates everything to pouchdb-server."""
    took, used, memory, disk = pouch.run(rows)
    return Result(len(rows) / took, [took], used / len(rows), memory, disk)


def measure(rounds: int, count: int, npm: Path, top: Path, *, quick: bool) -> None:
    """Let all take turns; print a line each, then the ratios."""
    pouch = PouchPeer.installed(npm, top)
    journal = Journal.written(count)
    rows, alone = journal.rows, [journal]
    two = [Journal.written(count // 2, key) for key in KEYS]
    found: dict[str, list[Result]] = {}
    with postgresql.cluster("fsync = on", "max_wal_size = 4GB") as cluster:
        file, server = Store(), Store(cluster)
        for _ in range(rounds):
            turn = {
                "COPY in one transaction (limit)": lambda: copy(rows, server),
                "batched insert, 500 a transaction": lambda: insert(rows, server),
                "one POST each": lambda: post_each(rows, server),
                "ours, stored, SQLite": lambda: ours(top, file, alone, judging=False),
                "ours, stored, PostgreSQL": lambda: ours(top, server, alone, judging=False),
                "ours, stored, SQLite, two terminals": lambda: ours(top, file, two, judging=False),
                "ours, stored, PostgreSQL, two terminals": lambda: ours(
                    top, server, two, judging=False
                ),
                "ours, effects alone, SQLite": lambda: effects(top, file, journal),
                "ours, effects alone, PostgreSQL": lambda: effects(top, server, journal),
            }
            if not quick:
                turn |= {
                    "ours, stored and judged, SQLite": lambda: ours(top, file, alone, judging=True),
                    "ours, stored and judged, PostgreSQL": lambda: ours(
                        top, server, alone, judging=True
                    ),
                }
            if pouch is not None:
                turn["PouchDB to pouchdb-server"] = lambda: replicate(pouch, rows)
            for name, work in turn.items():
                found.setdefault(name, []).append(work())
    tell(found)


def tell(found: dict[str, list[Result]]) -> None:
    """Print a line for each contender, then the ratios, each of one round, by their median."""
    for name, results in found.items():
        times = [one for result in results for one in result.times]
        rate = statistics.median(one.rate for one in results)
        line(name, times, rate, memory=results[-1].memory, size=results[-1].disk)

        print(f"{'':44} a record: {statistics.median(one.cost for one in results) * 1e6:,.0f} µs")

    def ratio(ours: str, peer: str) -> str:
        if peer not in found:
            return "-"
        pairs = list(zip(found[ours], found[peer], strict=True))
        rate = statistics.median(one.rate / other.rate for one, other in pairs)
        cost = statistics.median(other.cost / one.cost for one, other in pairs)
        return f"{rate:.2f} ({cost:.2f})"

    print("ratios of the rates; in brackets of the processor time of a record, all sides together")
    for name in (name for name in found if name.startswith("ours, stored")):
        print(
            f"{name}: x COPY {ratio(name, 'COPY in one transaction (limit)')} "
            f"(goal {GOAL_COPY}, stretch {STRETCH_COPY}) · x batched insert "
            f"{ratio(name, 'batched insert, 500 a transaction')} (goal {GOAL_INSERT}) · "
            f"x PouchDB {ratio(name, 'PouchDB to pouchdb-server')} (goal {GOAL_POUCHDB:.0f}) · "
            f"x one POST each {ratio(name, 'one POST each')}"
        )
    for store in ("SQLite", "PostgreSQL"):
        rate = statistics.median(one.rate for one in found[f"ours, effects alone, {store}"])
        print(f"effects, {store}: {rate:,.0f}/s a process (goal {GOAL_EFFECTS:,})")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer records and rounds")
    parser.add_argument("--npm", type=Path, help="where PouchDB is, or is installed to be kept")
    chosen = parser.parse_args()
    rounds, count = (1, 4_000) if chosen.quick else (5, 12_000)
    with disk_folder() as top:
        top.chmod(0o755)
        tempfile.tempdir = str(top)
        print_load("start")
        packages = chosen.npm or top / "npm"
        packages.mkdir(exist_ok=True)
        measure(rounds, count, packages.resolve(), top, quick=chosen.quick)
        print_load("end")
        if chosen.npm is None:
            shutil.rmtree(packages, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
