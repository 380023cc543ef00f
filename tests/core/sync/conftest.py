"""A real hub in this process, and a line to it on which everything may go wrong."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from starlette.applications import Starlette

from hub import setup
from hub.api import Api
from hub.enrol import make_code
from hub.hub import Hub
from hub.store.people import HallData
from terminal.clock import FixedClock
from terminal.context import Context
from terminal.errors import SyncError
from terminal.protocol import wire
from terminal.settings import Settings
from terminal.sync.transport import HttpReply
from tests.core.hall import PASSWORD, Hall
from tests.hub.line import Line

Fault = Callable[[Callable[[], HttpReply]], HttpReply]


class FaultyLine:
    """The transport of tests: calls the hub's application, or does what `faults` say.

    `faults` are taken one for each request; `down` cuts the line. `requests` are the paths,
    `batches` the sizes of what was pushed, `packed` how many of these were compressed.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self.faults: list[Fault | None] = []
        self.down = False
        self.requests: list[str] = []
        self.batches: list[int] = []
        self.packed = 0

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> HttpReply:
        self.requests.append(path)
        if path == wire.PATH_PUSH:
            if (headers or {}).get("Content-Encoding") == "zstd":
                self.packed += 1
                plain = zstandard.ZstdDecompressor().decompress(body)
            else:
                plain = body
            batch = msgspec.msgpack.decode(wire.open_envelope(plain).body, type=wire.Batch)
            self.batches.append(len(batch.entries))
        if self.down:
            raise SyncError("sync.unreachable")

        def send() -> HttpReply:
            reply = self._line.call(method, path, body, headers)
            return HttpReply(reply.status, reply.body, reply.headers)

        fault = self.faults.pop(0) if self.faults else None
        return fault(send) if fault else send()

    def close(self) -> None:
        pass


@pytest.fixture(scope="session")
def made_hub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub's folder, made once: its passwords and keys take long."""
    folder = tmp_path_factory.mktemp("hub")
    setup.init(folder, HallData("hall", "广安市政务服务中心", "511602"), password=PASSWORD)
    return folder


@pytest.fixture
def hub(made_hub: Path, tmp_path: Path, hall_clock: FixedClock) -> Iterator[Hub]:
    """A hub of the test's own."""
    shutil.copytree(made_hub, tmp_path / "hub")
    found = Hub(tmp_path / "hub", clock=hall_clock)
    yield found
    found.close()


@pytest.fixture
def make_line(hub: Hub) -> Iterator[Callable[[], FaultyLine]]:
    """Lines to the hub; all of them share its one application."""
    with ThreadPoolExecutor(4) as pool, asyncio.Runner() as runner:
        loop = runner.get_loop()

        def make(to: Hub = hub) -> FaultyLine:
            return FaultyLine(Line(Starlette(routes=list(Api(to, pool).routes())), loop))

        yield make


@pytest.fixture
def line(make_line: Callable[[], FaultyLine]) -> FaultyLine:
    """The line of the first terminal."""
    return make_line()


Join = Callable[..., Hall]


@pytest.fixture
def join(
    hub: Hub, make_line: Callable[[], FaultyLine], make_context: Callable[..., Context]
) -> Join:
    """Open a terminal in a folder, enrolled: `join(folder, line)`."""

    def open_one(folder: Path, line: FaultyLine, **more: Any) -> Hall:
        ctx = make_context(folder, Settings(data_dir=folder), transport=line, **more)
        if ctx.enrolment.current() is None:
            ctx.enrolment.enrol(line, make_code(hub), "3 号")
        line.requests.clear()
        return Hall(ctx)

    return open_one


@pytest.fixture
def joined(join: Join, line: FaultyLine, data_dir: Path) -> Hall:
    """One enrolled terminal on `line`."""
    return join(data_dir, line)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def alone(joined: Hall, line: FaultyLine) -> Hall:
    """A terminal that was enrolled once and has no network since."""
    line.down = True
    return joined
