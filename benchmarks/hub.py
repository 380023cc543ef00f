"""How fast the hub stores, acknowledges and judges, on SQLite and on PostgreSQL.

    python benchmarks/hub.py [--quick]

Real signed batches of real entries (a visit, a case, its acceptance; 1.3 KiB each) go through
the whole application, without a socket. Three figures for each store: stored and acknowledged
(judging put off), effects given (what was put off, with the numbers that the hub gives), and
both together as a terminal meets them. The peers in the same run are one COPY of the same
entries into PostgreSQL jsonb in one transaction, which is the limit for storing, and an ASGI
application that reads the same bodies and does nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import psycopg  # noqa: E402

from hub import inbox, judge, setup  # noqa: E402
from hub.app import make_app  # noqa: E402
from hub.enrol import make_code  # noqa: E402
from hub.hub import Hub  # noqa: E402
from hub.store import entries  # noqa: E402
from hub.store.people import HallData  # noqa: E402
from terminal.clock import SystemClock  # noqa: E402
from terminal.protocol import wire  # noqa: E402
from tests.hub import postgresql  # noqa: E402
from tests.hub.line import Line, TestTerminal  # noqa: E402

HALL = HallData("hall", "政务服务中心", "511602")
GOAL_OF_COPY = 0.3
GOAL_EFFECTS = 2_000


def main() -> int:
    """Run all and print one line each, ratios last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer entries and rounds")
    quick = parser.parse_args().quick
    batches, rounds = (4, 3) if quick else (20, 5)
    found: dict[str, list[float]] = {}
    with postgresql.cluster("fsync = on") as cluster:
        for _ in range(rounds):
            # All in turn in each round: a noisy machine is noisy for everybody.
            for store in ("sqlite", "postgresql"):
                url = cluster.make() if store == "postgresql" else ""
                for name, rate in hub_rates(url, batches).items():
                    found.setdefault(f"{store} {name}", []).append(rate)
            found.setdefault("COPY", []).append(copy_rate(cluster.make(), batches))
            found.setdefault("null ASGI", []).append(null_rate(batches))
    medians = {name: statistics.median(rates) for name, rates in found.items()}
    for name, rates in found.items():
        low, high = min(rates), max(rates)
        print(f"{name:<28} median {medians[name]:>9,.0f}/s   {low:,.0f}–{high:,.0f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"memory of this process       peak {peak:,.0f} MiB; {batches * 500:,} entries a round")
    for store in ("sqlite", "postgresql"):
        stored = medians[f"{store} stored"] / medians["COPY"]
        effects = medians[f"{store} effects"]
        whole = medians[f"{store} whole push"] / medians["null ASGI"]
        print(
            f"{store}: stored / COPY = {stored:.2f} (goal {GOAL_OF_COPY}); "
            f"effects = {effects:,.0f}/s (goal {GOAL_EFFECTS:,}); "
            f"whole push / null ASGI = {whole:.3f}"
        )
    return 0


@contextlib.contextmanager
def running(url: str) -> Iterator[tuple[Hub, Line]]:
    """Give a fresh hub and a line to its application."""
    with (
        tempfile.TemporaryDirectory() as folder,
        ThreadPoolExecutor(4) as executor,
        asyncio.Runner() as runner,
    ):
        setup.init(Path(folder), HALL, password="not-used-here", database=url)
        hub = Hub(Path(folder))
        try:
            yield hub, Line(make_app(hub, executor), runner.get_loop())
        finally:
            hub.close()


def written(hub: Hub, line: Line, batches: int) -> tuple[TestTerminal, list[bytes]]:
    """Return a terminal and its sealed batches of 500 entries."""
    terminal = TestTerminal.enrolled(line, make_code(hub), hub.keys.public, SystemClock())
    while len(terminal.entries) < batches * wire.MAX_BATCH_ENTRIES:
        terminal.accept(terminal.receive())
    bodies = []
    for number in range(batches):
        start = number * wire.MAX_BATCH_ENTRIES
        part = terminal.entries[start : start + wire.MAX_BATCH_ENTRIES]
        bodies.append(wire.seal(terminal.batch(part), terminal.key))
    return terminal, bodies


def hub_rates(url: str, batches: int) -> dict[str, float]:
    """Return entries per second: stored, judged, and both in one push."""
    count = batches * wire.MAX_BATCH_ENTRIES
    rates: dict[str, float] = {}
    with running(url) as (hub, line):
        terminal, bodies = written(hub, line, batches)
        inbox.judge_pending = lambda hub, hall=None: 0  # judged below, in its own time
        try:
            rates["stored"] = count / timed(lambda: push_all(line, bodies))
        finally:
            inbox.judge_pending = judge.judge_pending
        rates["effects"] = count / timed(lambda: judge.judge_pending(hub))
        with hub.store.reading() as database:
            found = entries.counts(database)
        assert found["unjudged"] == found["held"] == found["refused"] == 0, found
        terminal, bodies = written(hub, line, batches)
        rates["whole push"] = count / timed(lambda: push_all(line, bodies))
        answer = terminal.push(terminal.entries[count - 1 : count])
        assert answer.stored_seq == count
        assert answer.effects[0].effect == "applied"
    return rates


def copy_rate(url: str, batches: int) -> float:
    """Return rows per second of one COPY of the same entries as jsonb."""
    with running("") as (hub, line):
        terminal, _ = written(hub, line, batches)
    rows = [
        (one.hash, one.header.decode(), (one.payload or b"").decode())
        for one in terminal.entries[: batches * wire.MAX_BATCH_ENTRIES]
    ]
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE peer (hash text primary key, header jsonb, payload jsonb)")
        connection.commit()

        def copy() -> None:
            with connection.cursor().copy("COPY peer FROM STDIN") as target:
                for row in rows:
                    target.write_row(row)
            connection.commit()

        return len(rows) / timed(copy)


async def _null(scope: Any, receive: Any, send: Any) -> None:
    more = True
    while more:
        more = (await receive()).get("more_body", False)
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


def null_rate(batches: int) -> float:
    """Return entries per second through an application that does nothing with them."""
    with running("") as (hub, line):
        _, bodies = written(hub, line, batches)
        line.app = _null
        return batches * wire.MAX_BATCH_ENTRIES / timed(lambda: push_all(line, bodies))


def push_all(line: Line, bodies: list[bytes]) -> None:
    """Send all batches one after the other, as one terminal does."""
    for body in bodies:
        assert line.call("POST", wire.PATH_PUSH, body).status == 200


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that it took."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
