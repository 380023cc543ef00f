"""`doctor`: everything that a technician asks, in one table.

Each row is a finding of `terminal.cli.probes`. Exit status 0 while nothing is in the way of
work, 1 otherwise; with `--json` a JSON line a row: `row`, `state`, `text`, `data`.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from terminal import settings
from terminal.cli import probes
from terminal.cli.base import Console, Exit, display_width
from terminal.cli.probes import Finding, State
from terminal.errors import TerminalError
from terminal.settings import Settings


def run(args: argparse.Namespace, console: Console) -> int:
    """Print all rows; the settings file is one of them, and a broken one stops nothing."""
    states: list[State] = []
    try:
        config = settings.load(args.data_dir, args.config, args.hub)
    except TerminalError as error:
        console.note("doctor.settings_broken", reason=error.sentence(console.texts))
        config = Settings(data_dir=args.data_dir.expanduser().absolute())
        states.append(State.BAD)
    for finding in _findings(config, args, console):
        states.append(finding.state)
        _show(finding, console)
    if State.BAD in states:
        console.note("doctor.bad")
        return Exit.REFUSED
    return Exit.DONE


def _findings(config: Settings, args: argparse.Namespace, console: Console) -> Iterator[Finding]:
    file = probes.config_file(config.data_dir, args.config)
    for probe in probes.PROBES:
        try:
            yield from probe(config)
        except Exception as error:  # noqa: BLE001 - one row that fails must not hide the others
            number = console.reports.save(error)
            data: dict[str, object] = {"reason": type(error).__name__, "number": number}
            yield Finding("failed", State.BAD, "failed", data)
        if probe is probes.data_folder:
            key = "config_file" if file else "config_default"
            yield Finding("config", State.OK, key, {"path": file or ""})


def _show(finding: Finding, console: Console) -> None:
    texts = console.texts
    words = {
        name: value.sentence(texts) if isinstance(value, TerminalError) else value
        for name, value in finding.data.items()
    }
    sentence = texts(f"doctor.{finding.key}", **words)
    if console.json:
        facts = {"row": finding.row, "state": finding.state, "text": sentence}
        console.emit({**facts, "data": words})
        return
    console.line(
        texts(
            "doctor.line",
            mark=texts(f"doctor.mark.{finding.state.value}"),
            row=_padded(texts(f"doctor.row.{finding.row}")),
            text=sentence,
        )
    )


def _padded(label: str) -> str:
    return label + " " * max(0, 10 - display_width(label))
