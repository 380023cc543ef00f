"""A real hub in the test's own folder, and a terminal that writes real entries to it."""

from __future__ import annotations

import asyncio
import datetime as dt
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from argon2 import PasswordHasher
from selenium import webdriver
from starlette.types import ASGIApp

from hub import leases, setup
from hub.app import make_app
from hub.hub import Hub
from hub.store.people import HallData
from terminal.clock import CHINA_TIME, FixedClock
from tests.hub import postgresql
from tests.hub.browser import chromium
from tests.hub.line import Line, TestTerminal
from tests.hub.postgresql import Cluster
from tests.hub.served import served

HALL = HallData("hall", "广安市政务服务中心", "511602")
PASSWORD = "correct-horse-7"


QUICK = partial(PasswordHasher, time_cost=1, memory_cost=64, parallelism=1)
"""Passwords are hashed slowly on purpose; the tests' own are not worth it."""

MONDAY = dt.datetime(2026, 11, 23, 10, 42, tzinfo=CHINA_TIME)


@pytest.fixture
def clock() -> FixedClock:
    """Monday 2026-11-23, 10:42."""
    return FixedClock(MONDAY)


@pytest.fixture(autouse=True)
def _quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "PasswordHasher", QUICK)


@pytest.fixture(autouse=True)
def _numbers_one_by_one(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lease nobody a block of case numbers by itself, unless a module says `FIRST_BLOCKS`.

    Most tests are about what the hub writes for a case, and count it.
    """
    if not getattr(request.module, "FIRST_BLOCKS", False):
        monkeypatch.setattr(leases, "lacks", lambda *_: False)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, setup.Made]:
    """A folder with an embedded hub, and what its `hub init` made.

    Each test gets a copy.
    """
    folder = tmp_path_factory.mktemp("hub")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(setup, "PasswordHasher", QUICK)
        made = setup.init(folder, HALL, password=PASSWORD, clock=FixedClock(MONDAY))
    return folder, made


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """PostgreSQL for the whole run; made when the first test asks for it."""
    with postgresql.cluster() as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty store: each test that touches it runs on both."""
    if request.param == "sqlite":
        yield ""
        return
    made: Cluster = request.getfixturevalue("cluster")
    yield made.make()
    made.wait_for_clients()


@pytest.fixture
def made(
    data_dir: Path, database: str, clock: FixedClock, template: tuple[Path, setup.Made]
) -> setup.Made:
    """What `hub init` made."""
    if database:
        return setup.init(data_dir, HALL, password=PASSWORD, database=database, clock=clock)
    folder, first = template
    shutil.copytree(folder, data_dir, dirs_exist_ok=True)
    here = {name: str(getattr(first, name)).replace(str(folder), str(data_dir))
            for name in ("folder", "ca")}  # fmt: skip
    return msgspec.structs.replace(first, **here)


@pytest.fixture
def hub(data_dir: Path, made: setup.Made, clock: FixedClock) -> Iterator[Hub]:
    """A hub with its supervisor's account."""
    found = Hub(data_dir, clock=clock)
    yield found
    found.close()


@pytest.fixture
def executor() -> Iterator[ThreadPoolExecutor]:
    """Threads for blocking work."""
    with ThreadPoolExecutor(4) as pool:
        yield pool


@pytest.fixture
def app(hub: Hub, executor: ThreadPoolExecutor) -> ASGIApp:
    """The whole application."""
    return make_app(hub, executor)


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One loop for all calls of a test."""
    with asyncio.Runner() as runner:
        yield runner.get_loop()


@pytest.fixture
def line(app: ASGIApp, loop: asyncio.AbstractEventLoop) -> Line:
    """Calls the application as a server would."""
    return Line(app, loop)


@pytest.fixture
def terminal(hub: Hub, line: Line, made: setup.Made, clock: FixedClock) -> TestTerminal:
    """An enrolled terminal."""
    return TestTerminal.enrolled(line, made.code, hub.keys.public, clock)


@pytest.fixture
def other(hub: Hub, line: Line, clock: FixedClock) -> TestTerminal:
    """A second one."""
    from hub.enrol import make_code

    return TestTerminal.enrolled(line, make_code(hub), hub.keys.public, clock)


def pytest_make_parametrize_id(val: Any) -> str | None:
    """Name parameters that are text by the text."""
    return val if isinstance(val, str) and len(val) < 40 else None


@pytest.fixture
def address(hub: Hub) -> Iterator[str]:
    """Where the hub answers."""
    with served(hub) as found:
        yield found


@pytest.fixture
def phone(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """A phone-sized browser."""
    with chromium(tmp_path / "phone") as browser:
        yield browser
