"""A whole terminal in the test's own folder: real ledger, real keys, a clock that stands still."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from terminal.clock import FixedClock
from terminal.context import Context
from terminal.services.catalogue import CatalogueService
from terminal.settings import Settings
from terminal.store.catalogue import CatalogueStore
from tests.core.hall import ITEMS, MONDAY, Hall


@pytest.fixture(scope="session")
def hall_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shipped catalogue and the tests' own items, built once."""
    folder = tmp_path_factory.mktemp("hall")
    path = folder / "catalogue.db"
    CatalogueService(path).close()
    with CatalogueStore(path) as store:
        store.import_items(ITEMS)
    # The index follows the file at the next start.
    CatalogueService(path).close()
    return folder


@pytest.fixture
def hall_clock() -> FixedClock:
    """Monday 2026-11-23, 10:42."""
    return FixedClock(MONDAY)


@pytest.fixture
def make_context(hall_catalogue: Path, hall_clock: FixedClock) -> Iterator[Callable[..., Context]]:
    """Open terminals: `make_context(folder, transport=…)`; all are closed at the end."""
    with ExitStack() as stack:

        def make(folder: Path, settings: Settings | None = None, **more: Any) -> Context:
            folder.mkdir(parents=True, exist_ok=True)
            if not (folder / "catalogue.db").exists():
                for file in hall_catalogue.iterdir():
                    shutil.copy(file, folder)
            more.setdefault("clock", hall_clock)
            ctx = Context(settings or Settings(data_dir=folder), **more)
            stack.callback(ctx.close)
            ctx.open()
            return ctx

        yield make


@pytest.fixture
def ctx(make_context: Callable[..., Context], data_dir: Path) -> Context:
    """One terminal without a hub."""
    return make_context(data_dir)


@pytest.fixture
def hall(ctx: Context) -> Hall:
    """One terminal with a clerk signed in."""
    return Hall(ctx)
