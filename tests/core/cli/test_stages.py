"""`test` and `benchmark`: what fails is told, and does not keep the rest from running."""

from __future__ import annotations

import io
from argparse import Namespace
from pathlib import Path

import pytest

from terminal.cli import benchmark
from terminal.cli import test as stages
from terminal.cli.base import Console, Exit
from terminal.errors import NotFound
from terminal.reports import Reports
from terminal.texts import Texts


@pytest.fixture
def console(data_dir: Path) -> Console:
    """A console that remembers what was written."""
    return Console(
        texts=Texts("en"),
        stdout=io.StringIO(),
        stderr=io.StringIO(),
        json=False,
        reports=Reports(data_dir, "test", "0"),
    )


def _written(console: Console) -> str:
    assert isinstance(console.stdout, io.StringIO)
    assert isinstance(console.stderr, io.StringIO)
    return console.stdout.getvalue() + console.stderr.getvalue()


def test_every_stage_runs_and_is_told_with_its_time(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        stages,
        "CHECKS",
        {"first": ("-c", "print('why not'); raise SystemExit(1)"), "second": ("-c", "")},
    )
    status = stages.run(Namespace(arguments=["--version"]), console)
    assert status == Exit.REFUSED
    lines = _written(console).splitlines()
    assert lines[0] == "why not"
    assert lines[1].startswith("first failed after ")
    assert lines[2].startswith("second passed in ")
    assert lines[3].startswith("pytest passed in ")
    assert lines[-1] == "failed: first"


def test_a_failing_pytest_fails_the_command(
    console: Console, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "CHECKS", {})
    assert stages.run(Namespace(arguments=["--no-such-option"]), console) == Exit.REFUSED
    assert "failed: pytest" in _written(console)


def test_all_passed_is_done(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stages, "CHECKS", {})
    assert stages.run(Namespace(arguments=["--version"]), console) == Exit.DONE


@pytest.fixture
def scripts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two benchmarks, which note how they were called, and a helper."""
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    note = "import pathlib, sys; p = pathlib.Path(__file__); p.with_suffix('.said').write_text("
    for name, status in (("start", 0), ("search", 1)):
        code = f"{note}' '.join(sys.argv[1:])); raise SystemExit({status})"
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
    (folder / "_peers.py").write_text("raise SystemExit(9)", encoding="utf-8")
    monkeypatch.setattr(benchmark, "FOLDER", folder)
    return folder


def test_all_benchmarks_run_with_their_options(console: Console, scripts: Path) -> None:
    assert benchmark.run(Namespace(arguments=["--quick"]), console) == Exit.REFUSED
    assert {p.name: p.read_text(encoding="utf-8") for p in scripts.glob("*.said")} == {
        "start.said": "--quick",
        "search.said": "--quick",
    }
    assert "failed: search" in _written(console)


def test_one_benchmark_is_run_by_name(console: Console, scripts: Path) -> None:
    assert benchmark.run(Namespace(arguments=["start"]), console) == Exit.DONE
    assert [p.name for p in scripts.glob("*.said")] == ["start.said"]


def test_benchmarks_are_listed(console: Console, scripts: Path) -> None:
    assert benchmark.run(Namespace(arguments=["--list"]), console) == Exit.DONE
    assert _written(console).splitlines() == ["search", "start"]
    assert list(scripts.glob("*.said")) == []


def test_an_unknown_benchmark_is_refused_with_the_names(console: Console, scripts: Path) -> None:
    with pytest.raises(NotFound) as refused:
        benchmark.run(Namespace(arguments=["nosuch"]), console)
    assert "start" in refused.value.sentence()
