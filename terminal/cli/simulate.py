"""`simulate`: seeds of the simulation, or power cuts, run by the test packages in a process.

The simulation is part of the tests and not of the program; where their packages are missing
a sentence says so. A seed that fails is told with everything that led to it and the command
that shows it again.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
from typing import Any

from terminal.cli.base import Console, Exit
from terminal.errors import NotFound
from terminal.texts import RESOURCES

ROOT = RESOURCES.parent
NEEDED = ("hypothesis", "apsw")
"""Packages of the tests without which the simulation does not run."""


def run(args: argparse.Namespace, console: Console) -> int:
    """Run the seeds; 0 when each of them held."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing or not (ROOT / "tests" / "simulation").is_dir():
        raise NotFound("simulate.no_tests", packages=", ".join(missing))
    wanted = {
        "--seeds": args.seeds,
        "--start": args.start,
        "--steps": args.steps,
        "--jobs": args.jobs,
        "--power-cuts": args.power_cuts,
    }
    options = [f"{name}={value}" for name, value in wanted.items() if value is not None]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.simulation", *options],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        encoding="utf-8",
    )
    last: dict[str, Any] = {}
    try:
        for line in process.stdout or ():
            last = json.loads(line)
            _tell(last, console)
        process.wait()
    finally:
        # Whoever stops the command stops the seeds.
        process.kill()
        process.wait()
    if "seconds" not in last:
        console.note("simulate.broken")
        return Exit.BROKEN
    return Exit.REFUSED if last["bad"] else Exit.DONE


def _tell(line: dict[str, Any], console: Console) -> None:
    if console.json:
        console.emit(line)
    if "failed" in line:
        console.say("simulate.failed", seed=line["failed"])
        if not console.json:
            console.line(line["trace"])
    elif "seconds" in line:
        rate = line["done"] / max(line["seconds"], 0.1)
        each = line["processor_seconds"] / max(line["done"], 1)
        console.say(
            "simulate.done", done=line["done"], bad=line["bad"], seconds=line["seconds"],
            rate=rate, each=each,
        )  # fmt: skip
    else:
        console.note("simulate.progress", done=line["done"], of=line["of"], bad=line["bad"])
