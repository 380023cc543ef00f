"""What a hub carries by the number of its processes, on one PostgreSQL.

    python benchmarks/processes.py [--quick]

Terminals of several halls hand in their journals at once over loopback, spread over 1, 2 and 4
real hub processes; measured until all is stored and acknowledged, and until all is judged. The
terminals that send, PostgreSQL and the hub share the machine's cores, so two processes cannot
double the rate on two cores: what is printed beside it is how much of the machine one hub
process takes for itself, which is what more cores would multiply.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import _fleet  # noqa: E402
from benchmarks._common import bytes_in, disk_folder, line, print_load  # noqa: E402
from hub.hub import Hub  # noqa: E402
from hub.store import entries as stored_entries  # noqa: E402
from tests.hub import postgresql  # noqa: E402

HALLS = 4
PROCESSES = (1, 2, 4)
TICKS = os.sysconf("SC_CLK_TCK")


class Result(NamedTuple):
    """One turn: records a second stored, and stored and judged; the hub's own share of time."""

    stored: float
    judged: float
    share: float
    pushes: list[float]
    memory: int
    disk: int


def seconds_of(process: int) -> float:
    """Return the processor time of a process, in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def turn(processes: int, terminals: int, each: int, cluster: postgresql.Cluster) -> Result:
    """Let terminals hand in their journals; `each` entries a terminal."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _fleet.make_hub(folder, cluster.make(), HALLS)
        members = _fleet.enrolled(folder, terminals, HALLS)
        bodies = []
        for member in members:
            writer = member.writer()
            bodies.append(_fleet.sealed(writer, _fleet.write(writer, each)))
        pushes: list[float] = []

        def send(url: str, member: _fleet.Member, own: list[bytes]) -> None:
            speaker = _fleet.Speaker(url, member, timeout=300)
            for body in own:
                begun = time.perf_counter()
                speaker.push(body)
                pushes.append(time.perf_counter() - begun)
            speaker.close()

        hub = Hub(folder)
        with _fleet.serving(folder, processes) as hubs:
            threads = [
                threading.Thread(target=send, args=(hubs[n % processes].url, member, bodies[n]))
                for n, member in enumerate(members)
            ]
            before = sum(seconds_of(one.process.pid) for one in hubs)
            begun = time.perf_counter()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            stored = time.perf_counter() - begun
            while _waiting(hub):
                time.sleep(0.02)
            judged = time.perf_counter() - begun
            used = sum(seconds_of(one.process.pid) for one in hubs) - before
            memory = sum(one.peak() for one in hubs)
        hub.close()
    count = terminals * each
    assert sum(len(own) for own in bodies) == len(pushes)
    share = used / judged / (os.cpu_count() or 1)
    return Result(count / stored, count / judged, share, pushes, memory, bytes_in(cluster.data))


def _waiting(hub: Hub) -> int:
    with hub.store.reading() as database:
        found = stored_entries.counts(database)
    assert not found["held"], found
    assert not found["refused"], found
    return found["unjudged"]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer entries and rounds")
    quick = parser.parse_args().quick
    rounds, terminals, each = (1, 8, 400) if quick else (5, 16, 900)
    found: dict[int, list[Result]] = {}
    with disk_folder() as top:
        top.chmod(0o755)
        tempfile.tempdir = str(top)
        print_load("start")
        with postgresql.cluster("fsync = on", "max_connections = 100") as cluster:
            for _ in range(rounds):
                for number in PROCESSES:
                    found.setdefault(number, []).append(turn(number, terminals, each, cluster))
        print_load("end")
    for number, results in found.items():
        pushes = [one for result in results for one in result.pushes]
        rate = statistics.median(one.stored for one in results)
        line(
            f"{number} process(es), stored and acknowledged", pushes, rate,
            memory=results[-1].memory, size=results[-1].disk,
        )  # fmt: skip
        rate = statistics.median(one.judged for one in results)
        share = statistics.median(one.share for one in results)
        line(f"{number} process(es), stored and judged", [], rate)
        print(f"{'':44} of the machine's time {share:.0%} was the hub's processes'")
    for number in PROCESSES[1:]:
        pairs = list(zip(found[number], found[1], strict=True))
        stored = statistics.median(one.stored / other.stored for one, other in pairs)
        judged = statistics.median(one.judged / other.judged for one, other in pairs)
        print(
            f"{number} processes / 1: stored {stored:.2f}, judged {judged:.2f} "
            f"({os.cpu_count()} cores, PostgreSQL and {terminals} terminals on the same)"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
