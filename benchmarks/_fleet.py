"""Terminals by the hundred, for the hub's benchmarks: real entries, real keys, real HTTP.

Entries are those of a window's day (a visit, a case of it, its acceptance), encoded, chained and
signed by the code that terminals run. Each is some 2 KiB, header and payload together.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from benchmarks._common import memory_of
from hub import enrol, setup
from hub.hub import Hub
from hub.store import people
from hub.store.people import HallData
from terminal.clock import SystemClock
from terminal.domain.records import EpochOpened
from terminal.protocol import wire
from terminal.protocol.entry import Entry
from terminal.protocol.suites import STANDARD, key_id
from tests.hub.line import TestTerminal

ROOT = Path(__file__).resolve().parent.parent
ENTRY_BYTES = 2048
ENTRIES_OF_A_VISIT = 3
_FILL = "滨河路一号院三号楼二单元；经营面积一百二十平方米，从业人员十二人。" * 18
_READY_SECONDS = 60
_HEADERS = {"Content-Type": wire.MEDIA_TYPE}
BUSY = 503
TICKS = os.sysconf("SC_CLK_TCK")


class Member(NamedTuple):
    """An enrolled terminal: what is needed to write and to speak as it."""

    key: bytes
    id: str
    number: str
    hub_key: bytes

    def writer(self) -> TestTerminal:
        """Return a terminal with an empty journal, which writes entries."""
        made = TestTerminal(None, self.key, self.hub_key, SystemClock())  # type: ignore[arg-type]
        made.id, made.number = self.id, self.number
        made.append(f"terminal/{made.id}", EpochOpened("created"))
        return made


def make_hub(folder: Path, url: str, halls: int) -> None:
    """Set up a hub with several halls."""
    hall = HallData("hall-00", "政务服务中心", "511602")
    setup.init(folder, hall, password="not-used-here", database=url)
    hub = Hub(folder)
    try:
        with hub.store.writing() as database:
            for number in range(1, halls):
                one = HallData(f"hall-{number:02}", f"{number} 号大厅", "511602")
                people.put_hall(database, one)
    finally:
        hub.close()


def enrolled(folder: Path, count: int, halls: int) -> list[Member]:
    """Enrol terminals, evenly over the halls."""
    hub = Hub(folder)
    try:
        return [_enrol(hub, f"hall-{number % halls:02}") for number in range(count)]
    finally:
        hub.close()


def enrolled_with(folder: Path, key: bytes) -> Member:
    """Enrol one terminal with a key of old: what was sealed with it before is its own."""
    hub = Hub(folder)
    try:
        return _enrol(hub, "hall-00", key)
    finally:
        hub.close()


def _enrol(hub: Hub, hall: str, key: bytes = b"") -> Member:
    key = key or STANDARD.new_private_key()
    request = wire.EnrolRequest(
        wire.PROTOCOL_VERSION, os.urandom(16), enrol.make_code(hub, hall),
        STANDARD.public_key(key), "3 号", "",
    )  # fmt: skip
    answer = enrol.enrol(hub, request)
    assert not answer.refusal, answer.refusal
    return Member(key, answer.terminal_id, answer.terminal_number, answer.hub_key)


def write_visit(terminal: TestTerminal) -> None:
    """Write what a visitor makes: a visit, a case, its acceptance."""
    terminal.accept(terminal.receive(form={"地址": "滨河路 1 号", "说明": _FILL}))


def write(terminal: TestTerminal, count: int) -> list[Entry]:
    """Write entries until there are `count` in sum; returns them."""
    while len(terminal.entries) < count:
        write_visit(terminal)
    return terminal.entries[:count]


def batches(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Cut entries as a terminal does: at most 500 and 1 MiB a batch."""
    part: list[Entry] = []
    size = 0
    for one in entries:
        size += (length := len(one.header) + len(one.payload or b""))
        if part and (len(part) == wire.MAX_BATCH_ENTRIES or size > wire.MAX_BATCH_BYTES):
            yield part
            part, size = [], length
        part.append(one)
    if part:
        yield part


def of_key(key: bytes) -> Member:
    """Return the terminal that a key makes, before any hub knows it."""
    return Member(key, key_id(STANDARD.public_key(key)), "01", b"")


def sealed(terminal: TestTerminal, entries: Sequence[Entry]) -> list[bytes]:
    """Return the signed batches of these entries."""
    return [wire.seal(terminal.batch(part), terminal.key) for part in batches(entries)]


class Speaker:
    """A terminal's line: one connection over loopback, signed answers checked."""

    def __init__(self, url: str, member: Member, timeout: float = 120) -> None:
        host, port = url.removeprefix("http://").split(":")
        self._line = http.client.HTTPConnection(host, int(port), timeout=timeout)
        self._member = member

    def post(self, path: str, body: bytes, kind: Any) -> Any:
        """Send a sealed message and return what is in the hub's signed answer."""
        self._line.request("POST", path, body, _HEADERS)
        reply = self._line.getresponse()
        data = reply.read()
        assert reply.status in (200, BUSY), (reply.status, data[:200])
        return wire.unseal(wire.open_envelope(data), self._member.hub_key, kind)

    def push(self, body: bytes) -> wire.Answer:
        """Send a batch; the answer may be that the hub is busy."""
        answer: wire.Answer = self.post(wire.PATH_PUSH, body, wire.Answer)
        assert answer.refusal in ("", "hub.busy"), answer.refusal
        return answer

    def pull_progress(self, cursor: wire.Cursor | None = None) -> tuple[int, wire.Cursor]:
        """Read the terminal's own feed to its end; returns how many rows came, and the place."""
        rows = 0
        cursor = cursor or wire.Cursor(wire.progress_feed(self._member.id))
        while True:
            request = wire.PullRequest(
                wire.PROTOCOL_VERSION, self._member.id, os.urandom(16), (cursor,), 500
            )
            body = wire.seal(request, self._member.key)
            answer: wire.PullAnswer = self.post(wire.PATH_PULL, body, wire.PullAnswer)
            page = answer.pages[0] if answer.pages else None
            if page is None or not page.rows:
                return rows, cursor
            rows += len(page.rows)
            last = page.rows[-1]
            cursor = wire.Cursor(cursor.feed, page.handle, last.position, last.hash, page.signature)

    def close(self) -> None:
        """End the connection."""
        self._line.close()


class Serving(NamedTuple):
    """A hub process that serves."""

    process: subprocess.Popen[str]
    url: str

    def peak(self) -> int:
        """Return the most memory that it ever held, in bytes."""
        return memory_of(self.process.pid, "VmHWM")

    def seconds(self) -> float:
        """Return the processor time that it has used, in seconds."""
        return seconds_of(self.process.pid)


def seconds_of(process: int) -> float:
    """Return the processor time of a process, in seconds; 0 of one that is gone."""
    with contextlib.suppress(OSError):
        fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS
    return 0.0


def seconds_of_cluster(data: Path) -> float:
    """Return the processor time of a PostgreSQL cluster, of what it has ended as well."""
    server = int((data / "postmaster.pid").read_text().split()[0])
    total = 0.0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rsplit(")", 1)[1].split()
            if stat.parent.name == str(server):
                total += sum(map(int, fields[11:15]))
            elif int(fields[1]) == server:
                total += int(fields[11]) + int(fields[12])
    return total / TICKS


@contextlib.contextmanager
def serving(folder: Path, count: int = 1) -> Iterator[list[Serving]]:
    """Run hub processes on one data folder, as their operator starts them, without TLS."""
    started: list[Serving] = []
    with contextlib.ExitStack() as stack:
        for number in range(count):
            log = stack.enter_context((folder / f"hub-{number}.log").open("w", encoding="utf-8"))
            process = subprocess.Popen(
                [
                    sys.executable, str(ROOT / "main.py"), "--data-dir", str(folder), "hub",
                    "--port", "0", "--public-port", "0", "--plain", "serve", "--json",
                ],
                stdout=subprocess.PIPE, stderr=log, encoding="utf-8",
            )  # fmt: skip
            stack.callback(_stop, process)
            started.append(Serving(process, _ready(process)))
        yield started


def _ready(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end and process.poll() is None:
        if select.select([process.stdout], [], [], 0.5)[0]:
            with contextlib.suppress(ValueError):
                return str(json.loads(process.stdout.readline())["url"])
    raise SystemExit("the hub did not start; its log is in its folder")


def _stop(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout is not None:
        process.stdout.close()


def average_bytes(entries: Sequence[Entry]) -> float:
    """Return what an entry takes, header and payload."""
    return sum(len(one.header) + len(one.payload or b"") for one in entries) / len(entries)


def keep(path: Path, bodies: Sequence[bytes]) -> None:
    """Keep sealed batches in a file."""
    path.write_bytes(msgspec.msgpack.encode(list(bodies)))


def kept(path: Path) -> list[bytes]:
    """Read sealed batches."""
    return msgspec.msgpack.decode(path.read_bytes(), type=list[bytes])
