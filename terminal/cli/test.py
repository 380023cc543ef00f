"""`test`: every check of the project, one line a stage with its time.

ruff, its formatter, mypy and the import contracts first, then pytest; what follows `test` on
the command line goes to pytest as it is. A stage that fails does not keep the others from
running, and pytest's own lines come last.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from terminal.cli.base import Console, Exit
from terminal.texts import RESOURCES

ROOT = RESOURCES.parent

_IMPORT_CONTRACTS = "from importlinter.cli import lint_imports_command; lint_imports_command()"

MOST_WORKERS = 4
"""More processes than this only wait for each other's databases and screens."""

CHECKS: dict[str, tuple[str, ...]] = {
    "ruff": ("-m", "ruff", "check", "."),
    "format": ("-m", "ruff", "format", "--check", "."),
    "mypy": ("-m", "mypy"),
    "imports": ("-c", _IMPORT_CONTRACTS),
}
"""Python's arguments for each stage before pytest."""


def run(args: argparse.Namespace, console: Console) -> int:
    """Run all stages; 0 when every one of them passed."""
    failed = [name for name, command in CHECKS.items() if not _check(name, command, console)]
    if not _pytest(args.arguments, console):
        failed.append("pytest")
    if failed:
        console.note("cli.test.failed", stages=", ".join(failed))
        return Exit.REFUSED
    return Exit.DONE


def _check(name: str, command: tuple[str, ...], console: Console) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | {"NO_COLOR": "1", "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    passed = done.returncode == 0
    if not passed:
        console.line(done.stdout.rstrip())
    _tell(name, passed, started, console)
    return passed


def _pytest(arguments: list[str], console: Console) -> bool:
    # Paths are meant from where the caller stands; pytest itself runs in the project. All of
    # them share the cores out; some of them are better seen one after the other. Screens, lines
    # and hubs are waited for half of the time: one process more than cores fills that.
    shared = ["-n", str(min((os.cpu_count() or 1) + 1, MOST_WORKERS)), "--dist", "loadfile"]
    caller = Path.cwd()
    given = [str(caller / a) if (caller / a.partition("::")[0]).exists() else a for a in arguments]
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *([] if given else shared), *given],
        cwd=ROOT,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "LANG": "C.UTF-8"},
        check=False,
    )
    _tell("pytest", done.returncode == 0, started, console)
    return done.returncode == 0


def _tell(name: str, passed: bool, started: float, console: Console) -> None:
    key = "cli.test.passed" if passed else "cli.test.not_passed"
    console.say(key, stage=name, seconds=time.monotonic() - started)
