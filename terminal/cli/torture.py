"""`torture [--minutes M] [--terminals N] [--seed K]`: a hall of real processes under attack.

A hub, terminals that take in cases, a line that lies between them; processes are killed and
paused, a disk fills. At the end the faults stop, and everything must be where it belongs.
"""

from __future__ import annotations

import argparse
import signal
import tempfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import msgspec

from terminal.cli.base import Console, Exit
from terminal.errors import InvalidInput

SHOWN = 5


def run(args: argparse.Namespace, console: Console) -> int:
    """Run it; 0 when nothing was lost, doubled or stuck."""
    from terminal.dev.torture.run import Plan, Torture

    def tell(key: str, **data: object) -> None:
        console.note(key, **data)

    for number in (signal.SIGTERM, signal.SIGINT):
        # Whoever ends it finds no process and no mount left over.
        signal.signal(number, signal.default_int_handler)
    with _folder(args.keep) as folder:
        plan = Plan(
            folder=Path(folder).absolute(),
            seconds=args.minutes * 60,
            terminals=args.terminals,
            seed=args.seed,
        )
        report = Torture(plan, tell).run()
    counts = report.counts
    if console.json:
        console.emit(msgspec.to_builtins(report) | {"holds": report.holds})
    else:
        done = msgspec.structs.asdict(report)
        console.say("torture.done", **done, faults=_faults(report.line))
        console.say("torture.took", seconds=report.drain_seconds)
        console.say(
            "torture.counts",
            **{
                name: value if isinstance(value, int) else len(value)
                for name, value in msgspec.structs.asdict(counts).items()
            },
        )
    for word in report.last_words:
        console.note("torture.crashed", words=word)
    if not report.drained:
        console.note("torture.not_drained", seconds=report.drain_seconds)
    for name in ("lost", "missing", "doubled", "stuck", "printed_lost", "broken_chains"):
        found = getattr(counts, name)
        if found:
            console.note(f"torture.found.{name}", records=", ".join(found[:SHOWN]))
    console.note("torture.held" if report.holds else "torture.failed", seed=report.seed)
    return Exit.DONE if report.holds else Exit.REFUSED


def _faults(line: dict[str, int]) -> int:
    return sum(times for name, times in line.items() if name != "passed")


def _folder(keep: Path | None) -> AbstractContextManager[str]:
    if keep is None:
        return tempfile.TemporaryDirectory(prefix="yichuang-torture-")
    if keep.exists() and any(keep.iterdir()):
        raise InvalidInput("torture.folder_not_empty", folder=keep)
    return nullcontext(str(keep))
