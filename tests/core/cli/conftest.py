"""Commands on a small hall: run in this process, with accounts that are there already."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import main
from terminal.context import Context
from tests.core.hall import LICENCE, PASSWORD, VISITOR, Hall


class Done(msgspec.Struct, frozen=True):
    """What a command left: its status and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """The JSON lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]


Command = Callable[..., Done]

APPLICATION: dict[str, Any] = {
    "act": "accept",
    "item": LICENCE.code,
    "visitor": {"name": VISITOR.name, "identity_number": VISITOR.identity_number},
    "answers": {"kind": "retail"},
    "materials": [{"id": "card"}, {"id": "form"}, {"id": "lease"}],
    "form": {"area": "120"},
}


@pytest.fixture
def command(
    capsys: pytest.CaptureFixture[str], data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> Command:
    """Run `main.py` in this process on the test's data folder."""
    monkeypatch.setenv("YICHUANG_PASSWORD", PASSWORD)

    def run(*arguments: object, folder: Path = data_dir) -> Done:
        capsys.readouterr()
        status = main.main(["--data-dir", str(folder), *map(str, arguments)])
        out, err = capsys.readouterr()
        return Done(status, out, err)

    return run


@pytest.fixture
def office(make_context: Callable[..., Context], hall_catalogue: Path, data_dir: Path) -> Path:
    """A data folder with a clerk, a supervisor and the tests' catalogue, closed again."""
    return furnish(make_context, hall_catalogue, data_dir)


def furnish(make_context: Callable[..., Context], catalogue: Path, folder: Path) -> Path:
    """Make a data folder ready for commands."""
    folder.mkdir(exist_ok=True)
    for file in catalogue.iterdir():
        shutil.copy(file, folder)
    ctx = make_context(folder)
    Hall(ctx).add_supervisor()
    ctx.close()
    return folder


def write_application(path: Path, *changes: dict[str, Any]) -> Path:
    """Write a file of one application for each set of changes."""
    path.write_text(
        json.dumps([{**APPLICATION, **change} for change in changes or ({},)]), encoding="utf-8"
    )
    return path
