"""Numbered reports: every defect is saved once, wherever it happens."""

from __future__ import annotations

import faulthandler
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from terminal.reports import Reports

ROOT = Path(__file__).resolve().parents[2]

# A process that saves its number and dies at once by a fault of the interpreter.
_CRASH = """
import ctypes, sys
from pathlib import Path
from terminal.reports import Reports
Reports(Path(sys.argv[1]), "window", "1.2").install(long_running=True)
ctypes.string_at(0)
"""


@pytest.fixture
def reports(data_dir: Path) -> Iterator[Reports]:
    """Reports whose hooks are in force."""
    made = Reports(data_dir, "window", "1.2")
    made.install(long_running=False)
    yield made
    made.close()


def _error(text: str = "boom") -> ZeroDivisionError:
    try:
        raise ZeroDivisionError(text)
    except ZeroDivisionError as error:
        return error


def test_a_report_says_what_a_technician_needs(reports: Reports) -> None:
    number = reports.save(_error())
    text = reports.path(number).read_text(encoding="utf-8")
    for part in ("yichuang 1.2", "command window", "MainThread", "ZeroDivisionError: boom"):
        assert part in text
    assert "in _error" in text
    assert reports.path(number).stat().st_mode & 0o077 == 0


def test_numbers_go_on_and_are_told(reports: Reports, data_dir: Path) -> None:
    told: list[int] = []
    reports.told = told.append
    assert [reports.save(_error()), reports.save(_error())] == [1, 2]
    assert Reports(data_dir, "hub", "1.2").save(_error()) == 3
    assert told == [1, 2]
    assert reports.numbers() == [1, 2, 3]


def test_only_the_latest_are_kept(reports: Reports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("terminal.reports._KEPT", 3)
    for _ in range(5):
        reports.save(_error())
    assert reports.numbers() == [3, 4, 5]


@pytest.mark.allow_warnings("terminal.reports")
def test_an_error_on_a_thread_is_saved(reports: Reports) -> None:
    def work() -> None:
        raise _error("on a thread")

    thread = threading.Thread(target=work, name="device-printer")
    thread.start()
    thread.join()
    text = reports.path(1).read_text(encoding="utf-8")
    assert "thread device-printer" in text
    assert "on a thread" in text


@pytest.mark.allow_warnings("terminal.reports")
def test_an_error_that_nobody_caught_is_saved(reports: Reports) -> None:
    error = _error("nobody caught it")
    sys.excepthook(type(error), error, error.__traceback__)
    assert "nobody caught it" in reports.path(1).read_text(encoding="utf-8")


def test_closing_puts_the_hooks_back(data_dir: Path) -> None:
    before = (sys.excepthook, threading.excepthook)
    reports = Reports(data_dir, "window", "1.2")
    reports.install(long_running=False)
    assert (sys.excepthook, threading.excepthook) != before
    reports.close()
    assert (sys.excepthook, threading.excepthook) == before


def test_a_crash_of_the_interpreter_becomes_a_report_at_the_next_start(data_dir: Path) -> None:
    dead = subprocess.run(
        [sys.executable, "-c", _CRASH, str(data_dir)],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert dead.returncode < 0
    enabled = faulthandler.is_enabled()
    reports = Reports(data_dir, "window", "1.2")
    reports.install(long_running=True)
    try:
        assert reports.numbers() == [1]
        text = reports.path(1).read_text(encoding="utf-8")
        assert "Fatal Python error" in text
        assert "string_at" in text
    finally:
        reports.close()
        if enabled:
            faulthandler.enable()
    assert [path.name for path in reports.folder.iterdir()] == ["report-0001.txt"]


def test_the_crash_file_of_a_running_program_is_left_alone(data_dir: Path) -> None:
    enabled = faulthandler.is_enabled()
    folder = data_dir / "reports"
    folder.mkdir()
    other = folder / f"crash-{os.getppid()}.log"
    other.write_text("its dump", encoding="utf-8")
    reports = Reports(data_dir, "window", "1.2")
    reports.install(long_running=True)
    try:
        assert other.exists()
        assert reports.numbers() == []
    finally:
        reports.close()
        if enabled:
            faulthandler.enable()


def test_a_folder_that_cannot_be_written_stops_no_start(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = data_dir / "reports"
    folder.mkdir()
    dump = folder / "crash-999999999.log"
    dump.write_text("Fatal Python error", encoding="utf-8")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    # Whoever runs the tests may be root, whom no mode of a folder stops.
    monkeypatch.setattr(Path, "unlink", denied)
    made = Reports(data_dir, "window", "1.2")
    made.install(long_running=True)
    made.close()
    assert dump.exists()
