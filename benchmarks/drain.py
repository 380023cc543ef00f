"""Waiting records go to a hub over loopback: ours beside what others do for the same bytes.

    python benchmarks/drain.py [--quick] [--npm FOLDER]

Records of some 2 KiB. Ours are signed batches of real entries to a hub process over HTTP, each
checked (signature, chain, hashes, idempotency), stored and acknowledged by a signed answer; once
with what judging costs, once with judging put off by the hub. The peers store the same bytes:
one POST each into PostgreSQL (an ASGI application on the same server), a batched insert of 500
rows a transaction, PouchDB replicating to pouchdb-server (both from npm, installed into a folder
that is thrown away; `--npm` keeps one), and one COPY of everything into jsonb in one
transaction, which is the limit. Commits are durable everywhere; all take turns.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
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
from hub import inbox, judge  # noqa: E402
from hub.hub import Hub  # noqa: E402
from tests.hub import postgresql  # noqa: E402

GOAL_POUCHDB, GOAL_INSERT, GOAL_COPY, STRETCH_COPY, GOAL_EFFECTS = 5.0, 1.2, 0.3, 0.5, 2_000
PEERS = ("pouchdb@9", "pouchdb-server@4")
POST_SHARE = 10
"""One POST each is so slow that a tenth of the records tells its rate."""
NPM_SECONDS = 600
TABLE = "CREATE TABLE peer (hash text primary key, header jsonb, payload jsonb)"
INSERT = "INSERT INTO peer VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
Row = tuple[str, str, str]

POUCH = """
const PouchDB = require('pouchdb');
const fs = require('fs');
const [,, url, file, folder] = process.argv;
(async () => {
  const rows = JSON.parse(fs.readFileSync(file, 'utf8'));
  const local = new PouchDB(folder + '/local');
  await local.bulkDocs(rows.map(([hash, header, payload]) => ({
    _id: hash, header: JSON.parse(header), payload: JSON.parse(payload)})));
  const remote = new PouchDB(url + '/peer');
  await remote.info();
  const begun = process.hrtime.bigint();
  const done = await local.replicate.to(remote, {batch_size: 500});
  const took = Number(process.hrtime.bigint() - begun) / 1e9;
  if (!done.ok || done.docs_written !== rows.length) throw new Error(JSON.stringify(done));
  console.log(JSON.stringify({took, memory: process.memoryUsage().rss}));
  await remote.destroy();
})().catch((error) => { console.error(error); process.exit(1); });
"""


class Result(NamedTuple):
    """One turn of a contender: records a second, each request's seconds, bytes held and kept."""

    rate: float
    times: list[float]
    memory: int = 0
    disk: int = 0


def ours(top: Path, url: str, count: int, *, judging: bool) -> Result:
    """Push a journal to a hub; with `judging` until everything has its effect."""
    with tempfile.TemporaryDirectory(dir=top) as name:
        folder = Path(name)
        _fleet.make_hub(folder, url, 1)
        member = _fleet.enrolled(folder, 1, 1)[0]
        terminal = member.writer()
        bodies = _fleet.sealed(terminal, _fleet.write(terminal, count))
        if judging:
            with _fleet.serving(folder) as (hub,):
                return _push(hub.url, member, bodies, count, hub.process.pid, folder)
        with _storing_only(folder) as address:
            return _push(address, member, bodies, count, os.getpid(), folder)


@contextlib.contextmanager
def _storing_only(folder: Path) -> Iterator[str]:
    from tests.hub.served import served

    hub = Hub(folder)
    inbox.judge_pending = lambda hub, hall=None: 0
    try:
        with served(hub) as address:
            yield address
    finally:
        inbox.judge_pending = judge.judge_pending
        hub.close()


def _push(
    url: str, member: _fleet.Member, bodies: list[bytes], count: int, process: int, folder: Path
) -> Result:
    speaker = _fleet.Speaker(url, member)
    times: list[float] = []
    stored = 0
    for body in bodies:
        begun = time.perf_counter()
        stored = speaker.push(body).stored_seq
        times.append(time.perf_counter() - begun)
    speaker.close()
    assert stored == count, (stored, count)
    return Result(count / sum(times), times, memory_of(process, "VmHWM"), bytes_in(folder / "hub"))


def effects(top: Path, url: str, count: int) -> Result:
    """Judge what was stored before, as a hub does after a crash."""
    with tempfile.TemporaryDirectory(dir=top) as name:
        folder = Path(name)
        _fleet.make_hub(folder, url, 1)
        member = _fleet.enrolled(folder, 1, 1)[0]
        terminal = member.writer()
        bodies = _fleet.sealed(terminal, _fleet.write(terminal, count))
        with _storing_only(folder) as address:
            _push(address, member, bodies, count, os.getpid(), folder)
        hub = Hub(folder)
        try:
            took = timed(lambda: judge.judge_pending(hub))
        finally:
            hub.close()
    return Result(count / took, [took])


def copy(rows: list[Row], url: str) -> Result:
    """One COPY of everything in one transaction."""
    with psycopg.connect(url) as connection:
        connection.execute(TABLE)
        connection.commit()

        def work() -> None:
            with connection.cursor().copy("COPY peer FROM STDIN") as target:
                for row in rows:
                    target.write_row(row)
            connection.commit()

        took = timed(work)
    return Result(len(rows) / took, [took])


def insert(rows: list[Row], url: str) -> Result:
    """Batches of 500 rows, each inserted and committed; repetitions are left out."""
    times = []
    with psycopg.connect(url) as connection:
        connection.execute(TABLE)
        connection.commit()
        for start in range(0, len(rows), 500):
            begun = time.perf_counter()
            connection.cursor().executemany(INSERT, rows[start : start + 500])
            connection.commit()
            times.append(time.perf_counter() - begun)
    return Result(len(rows) / sum(times), times)


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

        listener = socket.create_server(("127.0.0.1", 0))
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


def post_each(rows: list[Row], url: str) -> Result:
    """One POST for each record over one connection."""
    times = []
    with _posting(url) as port:
        client = http.client.HTTPConnection("127.0.0.1", port)
        for row in rows[: max(100, len(rows) // POST_SHARE)]:
            begun = time.perf_counter()
            client.request("POST", "/", json.dumps(row))
            assert client.getresponse().read() == b"ok"
            times.append(time.perf_counter() - begun)
        client.close()
    return Result(len(times) / sum(times), times)


class PouchPeer:
    """PouchDB and pouchdb-server in a folder of their own."""

    def __init__(self, packages: Path, top: Path) -> None:
        self.packages = packages
        self.top = top

    @classmethod
    def installed(cls, packages: Path, top: Path) -> PouchPeer | None:
        """Install both unless they are there; None, with a sentence, when npm cannot."""
        if not (packages / "node_modules" / "pouchdb-server").is_dir():
            command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(packages)]
            try:
                subprocess.run(
                    [*command, *PEERS], check=True, timeout=NPM_SECONDS,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )  # fmt: skip
            except (OSError, subprocess.SubprocessError) as error:
                print(f"PouchDB: left out, npm could not install it ({type(error).__name__})")
                return None
        return cls(packages, top)

    def run(self, rows: list[Row]) -> Result:
        """Replicate the records from a local database to the server."""
        with tempfile.TemporaryDirectory(dir=self.top) as name:
            folder = Path(name)
            (folder / "rows.json").write_text(json.dumps(rows), encoding="utf-8")
            (folder / "run.js").write_text(POUCH, encoding="utf-8")
            (folder / "server").mkdir()
            with self._serving(folder) as (url, process):
                done = subprocess.run(
                    ["node", str(folder / "run.js"), url, str(folder / "rows.json"), name],
                    env=os.environ | {"NODE_PATH": str(self.packages / "node_modules")},
                    check=True, capture_output=True, encoding="utf-8", timeout=300,
                )  # fmt: skip
                told = json.loads(done.stdout.splitlines()[-1])
                memory = memory_of(process, "VmHWM")
            disk = bytes_in(folder / "server")
        return Result(len(rows) / told["took"], [told["took"]], memory, disk)

    @contextlib.contextmanager
    def _serving(self, folder: Path) -> Iterator[tuple[str, int]]:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        program = self.packages / "node_modules" / "pouchdb-server" / "bin" / "pouchdb-server"
        process = subprocess.Popen(
            ["node", str(program), "--port", str(port), "--dir", str(folder / "server")],
            cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            end = time.monotonic() + 60
            while time.monotonic() < end:
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}", process.pid
        finally:
            process.terminate()
            process.wait()


def measure(rounds: int, count: int, npm: Path, top: Path) -> None:
    """Let all take turns; print a line each, then the ratios."""
    pouch = PouchPeer.installed(npm, top)
    terminal = _fleet.Member(b"\1" * 32, "0" * 32, "01", b"").writer()
    rows = [
        (one.hash, one.header.decode(), (one.payload or b"").decode())
        for one in _fleet.write(terminal, count)
    ]
    found: dict[str, list[Result]] = {}
    with postgresql.cluster("fsync = on") as cluster:
        for _ in range(rounds):
            turn = {
                "COPY in one transaction (limit)": lambda: copy(rows, cluster.make()),
                "batched insert, 500 a transaction": lambda: insert(rows, cluster.make()),
                "one POST each": lambda: post_each(rows, cluster.make()),
                "ours, stored, SQLite": lambda: ours(top, "", count, judging=False),
                "ours, stored, PostgreSQL": lambda: ours(top, cluster.make(), count, judging=False),
                "ours, stored and judged, SQLite": lambda: ours(top, "", count, judging=True),
                "ours, stored and judged, PostgreSQL": lambda: ours(
                    top, cluster.make(), count, judging=True
                ),
                "ours, effects alone, SQLite": lambda: effects(top, "", count),
                "ours, effects alone, PostgreSQL": lambda: effects(top, cluster.make(), count),
            }
            if pouch is not None:
                turn["PouchDB to pouchdb-server"] = lambda: pouch.run(rows)
            for name, work in turn.items():
                found.setdefault(name, []).append(work())
    tell(found)


def tell(found: dict[str, list[Result]]) -> None:
    """Print a line for each contender, then the ratios, each of one round, by their median."""
    for name, results in found.items():
        times = [one for result in results for one in result.times]
        rate = statistics.median(one.rate for one in results)
        line(name, times, rate, memory=results[-1].memory, size=results[-1].disk)

    def ratio(ours: str, peer: str) -> str:
        if peer not in found:
            return "-"
        pairs = zip(found[ours], found[peer], strict=True)
        return f"{statistics.median(one.rate / other.rate for one, other in pairs):.2f}"

    for store in ("SQLite", "PostgreSQL"):
        for how in ("stored", "stored and judged"):
            name = f"ours, {how}, {store}"
            print(
                f"{name}: x COPY {ratio(name, 'COPY in one transaction (limit)')} "
                f"(goal {GOAL_COPY}, stretch {STRETCH_COPY}) · x batched insert "
                f"{ratio(name, 'batched insert, 500 a transaction')} (goal {GOAL_INSERT}) · "
                f"x PouchDB {ratio(name, 'PouchDB to pouchdb-server')} (goal {GOAL_POUCHDB:.0f}) · "
                f"x one POST each {ratio(name, 'one POST each')}"
            )
        rate = statistics.median(one.rate for one in found[f"ours, effects alone, {store}"])
        print(f"effects, {store}: {rate:,.0f}/s a process (goal {GOAL_EFFECTS:,})")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer records and rounds")
    parser.add_argument("--npm", type=Path, help="where PouchDB is, or is installed to be kept")
    chosen = parser.parse_args()
    rounds, count = (2, 1_500) if chosen.quick else (5, 6_000)
    with disk_folder() as top:
        top.chmod(0o755)
        tempfile.tempdir = str(top)
        print_load("start")
        packages = chosen.npm or top / "npm"
        packages.mkdir(exist_ok=True)
        measure(rounds, count, packages.resolve(), top)
        print_load("end")
        if chosen.npm is None:
            shutil.rmtree(packages, ignore_errors=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
