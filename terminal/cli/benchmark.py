"""`benchmark`: runs the scripts of `benchmarks/` beside their peers, one after the other.

Without a name all of them, with names those; what begins with a dash (`--quick`) goes to each
script as it is. `benchmark --list` says which there are.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from terminal.cli.base import Console, Exit
from terminal.errors import NotFound
from terminal.texts import RESOURCES

FOLDER = RESOURCES.parent / "benchmarks"


def scripts() -> dict[str, Path]:
    """Return the scripts by their name; a file that begins with `_` is a helper of theirs."""
    return {p.stem: p for p in sorted(FOLDER.glob("*.py")) if not p.name.startswith("_")}


def run(args: argparse.Namespace, console: Console) -> int:
    """Run the scripts that are named, or all; 0 when each of them exited with 0."""
    there = scripts()
    options = [a for a in args.arguments if a.startswith("-")]
    names = [a for a in args.arguments if not a.startswith("-")]
    if options == ["--list"]:
        for name in there:
            console.line(name)
        return Exit.DONE
    for name in names:
        if name not in there:
            raise NotFound("cli.benchmark.unknown", name=name, names=", ".join(there))
    failed = [name for name in names or there if not _run(there[name], options, console)]
    if failed:
        console.note("cli.benchmark.failed", names=", ".join(failed))
        return Exit.REFUSED
    return Exit.DONE


def _run(script: Path, options: list[str], console: Console) -> bool:
    console.note("cli.benchmark.running", name=script.stem)
    done = subprocess.run(
        [sys.executable, str(script), *options],
        cwd=FOLDER.parent,
        env=os.environ | {"PYTHONPATH": str(FOLDER.parent)},
        check=False,
    )
    return done.returncode == 0
