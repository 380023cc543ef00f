"""`courier …` and `hub courier import` as a technician types them, on folders no line joins."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

import main
from hub.enrol import revoke
from hub.hub import Hub
from terminal.context import Context
from tests.core.hall import Hall
from tests.core.sync.conftest import FaultyLine, Join
from tests.core.sync.rounds import accepted, at_hub


class Done(msgspec.Struct, frozen=True):
    """What a command left."""

    status: int
    out: str
    err: str

    @property
    def answer(self) -> Any:
        """The JSON line on stdout."""
        [line] = self.out.splitlines()
        return json.loads(line)


Run = Callable[..., Done]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run `main.py` in this process on a folder."""

    def call(folder: Path, *arguments: object) -> Done:
        capsys.readouterr()
        status = main.main(["--data-dir", str(folder), *map(str, arguments)])
        return Done(status, *capsys.readouterr())

    return call


@pytest.fixture
def away(join: Join, line: FaultyLine, data_dir: Path) -> Hall:
    """A terminal with one accepted matter, closed again; its folder is `data_dir`."""
    hall = join(data_dir, line)
    accepted(hall)
    hall.ctx.close()
    return hall


@pytest.fixture
def hub_folder(hub: Hub) -> Path:
    return hub.paths.folder.parent


def test_there_and_back(
    away: Hall, hub: Hub, hub_folder: Path, data_dir: Path, tmp_path: Path, run: Run,
    make_context: Callable[..., Context],
) -> None:  # fmt: skip
    stick = tmp_path / "stick"
    stick.mkdir()
    done = run(data_dir, "courier", "export", stick)
    [outbox] = stick.iterdir()
    assert done.status == 0
    assert str(outbox) in done.out
    assert "弹出" in done.err
    assert outbox.name.startswith("yichuang-outbox-")

    shown = run(data_dir, "courier", "show", outbox)
    assert "广安市政务服务中心" in shown.out
    assert "待传文件" in shown.out

    taken = run(hub_folder, "hub", "courier", "import", outbox)
    assert (taken.status, taken.err) == (0, "")
    assert "已收存" in taken.out
    [answer] = [file for file in stick.iterdir() if file != outbox]
    assert str(answer) in taken.out
    assert "先前均已收存" in run(hub_folder, "hub", "courier", "import", outbox).out

    assert "可以导入" in run(data_dir, "courier", "show", answer).out
    assert "新确认" in run(data_dir, "courier", "import", answer).out
    assert "先前已经导入" in run(data_dir, "courier", "import", answer).out
    ctx = make_context(data_dir)
    assert ctx.journal.status().waiting == 0
    assert [line.record_id for line in reversed(ctx.journal.lines())] == at_hub(hub, away)


def test_for_programs(
    away: Hall, hub_folder: Path, data_dir: Path, tmp_path: Path, run: Run
) -> None:
    file, answer = tmp_path / "out.ycf", tmp_path / "back.ycf"
    made = run(data_dir, "courier", "export", file, "--json").answer
    assert (made["path"], made["bytes"]) == (str(file), file.stat().st_size)
    taken = run(hub_folder, "hub", "courier", "import", file, "--answer", answer, "--json").answer
    assert taken["entries"] == taken["new"] == made["entries"] > 0
    assert taken["answer"] == str(answer)
    assert run(data_dir, "courier", "show", answer, "--json").answer["mine"]
    back = run(data_dir, "courier", "import", answer, "--json").answer
    assert back["acknowledged"] == made["entries"]


def test_no_room_for_the_answer_is_told_and_what_was_stored_stays(
    away: Hall, hub: Hub, hub_folder: Path, data_dir: Path, tmp_path: Path, run: Run
) -> None:
    file = tmp_path / "out.ycf"
    run(data_dir, "courier", "export", file)
    done = run(
        hub_folder, "hub", "courier", "import", file, "--answer", tmp_path / "gone" / "a.ycf"
    )
    assert done.status == 1
    assert "已收存" in done.out
    assert "文件夹" in done.err
    assert at_hub(hub, away)


def test_a_revoked_terminals_file(
    away: Hall, hub: Hub, hub_folder: Path, data_dir: Path, tmp_path: Path, run: Run
) -> None:
    revoke(hub, away.ctx.keys.terminal_id)
    file = tmp_path / "out.ycf"
    run(data_dir, "courier", "export", file)
    done = run(hub_folder, "hub", "courier", "import", file)
    assert done.status == 1
    assert "--from-revoked" in done.err
    assert run(hub_folder, "hub", "courier", "import", file, "--from-revoked").status == 0


@pytest.mark.parametrize("action", ["import", "show"])
def test_a_file_that_is_none(
    away: Hall, data_dir: Path, tmp_path: Path, run: Run, action: str
) -> None:
    photo = tmp_path / "photo.ycf"
    photo.write_bytes(b"\xff\xd8\xff" + bytes(100))
    done = run(data_dir, "courier", action, photo, "--json")
    assert (done.status, done.answer["error"]["code"]) == (1, "courier.none")
    assert "不是一窗的传递文件" in done.err
