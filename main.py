"""一窗的命令行：window | kiosk | hub | demo | doctor | … (`main.py --help`).

Parses, sets up log and reports, hands over to the command's module, which is imported only
then: nothing of the program stands between a command and its first paint.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from terminal.cli.base import Console

COMMANDS = {
    "window": "ui.cli",
    "kiosk": "ui.cli",
    "demo": "ui.cli",
    "torture": "terminal.cli.torture",
    "simulate": "terminal.cli.simulate",
    "hub": "hub.cli",
    "doctor": "terminal.cli.doctor",
    "test": "terminal.cli.test",
    "benchmark": "terminal.cli.benchmark",
    "catalogue": "terminal.cli.catalogue",
    "intake": "terminal.cli.intake",
    "journal": "terminal.cli.journal",
    "sync": "terminal.cli.sync",
    "courier": "terminal.cli.courier",
    "document": "terminal.cli.document",
    "ratings": "terminal.cli.ratings",
    "keys": "terminal.cli.keys",
    "check": "terminal.cli.check",
    "enrol": "terminal.cli.enrol",
    "staff": "terminal.cli.staff",
}
"""The module of each command; it offers `run(args, console) -> int`."""

NEEDS_DRIVERS = frozenset({"hub", "test", "benchmark"})
"""Commands that may talk to PostgreSQL, or start programs that do."""

LONG_RUNNING = frozenset({"window", "kiosk", "demo", "hub", "sync"})


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """Turn the command line into a namespace with every common option filled in.

    `command`, for some `action`, `data_dir` (a path), `config` and `hub` (or None), `json`,
    `debug`, `language`, and what the command takes. Wrong usage exits with status 2.
    """
    from terminal import __version__
    from terminal.cli import base, parser
    from terminal.texts import Texts

    language = _language_option(arguments) or base.language_of(os.environ)
    texts = Texts(language)
    parser.speak(texts)
    own, for_others = parser.split_for_others(arguments)
    grammar = parser.build(texts, __version__, only=parser.named_command(own))
    args = grammar.parse_args(own)
    if args.command is None:
        grammar.print_help(sys.stderr)
        raise SystemExit(base.Exit.USAGE)
    if for_others:
        args.arguments = for_others
    given = vars(args)
    defaults = {"config": None, "hub": None, "json": False, "debug": False, "action": None}
    for name, value in defaults.items():
        given.setdefault(name, value)
    args.language = texts.language
    args.data_dir = given.get("data_dir") or base.default_data_dir()
    return args


def _language_option(arguments: Sequence[str]) -> str | None:
    """Return what `--language` asks for, needed before the help can be worded."""
    for position, argument in enumerate(arguments):
        if argument == "--language":
            return next(iter(arguments[position + 1 : position + 2]), None)
        if argument.startswith("--language="):
            return argument.partition("=")[2]
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status (`terminal.cli.base.Exit`)."""
    for stream in (sys.stdout, sys.stderr):
        # A pipe under LANG=C would refuse Chinese.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    args = parse(sys.argv[1:] if arguments is None else arguments)
    from terminal import __version__, logs
    from terminal.cli.base import Console
    from terminal.reports import Reports
    from terminal.texts import Texts

    log = logs.set_up(args.data_dir, args.command, debug=args.debug, stream=sys.stderr)
    reports = Reports(args.data_dir, args.command, __version__)
    reports.install(long_running=args.command in LONG_RUNNING)
    console = Console(
        texts=Texts(args.language),
        stdout=sys.stdout,
        stderr=sys.stderr,
        json=args.json,
        reports=reports,
    )
    try:
        return _run(args, console)
    finally:
        reports.close()
        log.close()


def _run(args: argparse.Namespace, console: Console) -> int:
    from terminal.cli.base import Exit
    from terminal.errors import RescueNeeded, TerminalError

    if args.command not in NEEDS_DRIVERS:
        # peewee imports every database driver that it finds: a third of a terminal's start.
        sys.modules.setdefault("psycopg", None)  # type: ignore[arg-type]
    try:
        return int(import_module(COMMANDS[args.command]).run(args, console))
    except RescueNeeded as error:
        from terminal.cli import rescue

        try:
            return rescue.run(args, console, error)
        except TerminalError as failure:
            return console.refuse(failure)
    except TerminalError as error:
        return console.refuse(error)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our answer has seen enough; nothing more can be written there.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE
    except Exception as error:  # noqa: BLE001 - everything unknown becomes a numbered report
        number = console.reports.save(error)
        if args.debug:
            import traceback

            console.stderr.write("".join(traceback.format_exception(error)))
        if number:
            console.note("cli.broken", number=number, path=console.reports.path(number))
        else:
            console.note("cli.broken_unsaved", error=type(error).__name__)
        return Exit.BROKEN


if __name__ == "__main__":
    sys.exit(main())
