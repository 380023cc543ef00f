"""The grammar of the command line; its words stand in `resources/texts/<language>/cli.toml`.

Every command takes the common options (`--data-dir`, `--config`, `--hub`, `--language`,
`--debug`, and `--json` where a program may read the answer) before or behind its name.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from terminal.cli.base import Exit
from terminal.cli.help import HelpFormatter
from terminal.texts import LANGUAGES, Texts

_Actions: TypeAlias = "argparse._SubParsersAction[Any]"

# The sentences that argparse makes by itself, and the text that stands for each.
_OWN_SENTENCES = {
    "usage: ": "cli.argparse.usage",
    "positional arguments": "cli.argparse.positionals",
    "options": "cli.argparse.options",
    "show this help message and exit": "cli.argparse.help",
    "%(prog)s: error: %(message)s\n": "cli.argparse.error",
    "unrecognized arguments: %s": "cli.argparse.unrecognized",
    "the following arguments are required: %s": "cli.argparse.required",
    "expected one argument": "cli.argparse.one_argument",
    "expected at least one argument": "cli.argparse.some_arguments",
    "expected at most one argument": "cli.argparse.at_most_one_argument",
    "argument %(argument_name)s: %(message)s": "cli.argparse.argument",
    "invalid choice: %(value)r (choose from %(choices)s)": "cli.argparse.choice",
    "invalid %(type)s value: %(value)r": "cli.argparse.value",
    "not allowed with argument %s": "cli.argparse.not_allowed",
    "one of the arguments %s is required": "cli.argparse.one_of",
    "ignored explicit argument %r": "cli.argparse.ignored",
}


def speak(texts: Texts) -> None:
    """Have argparse say its own sentences in the language of `texts`; others stay English."""

    def translate(message: str) -> str:
        key = _OWN_SENTENCES.get(message)
        return message if key is None else texts.template(key)

    # argparse looks the name up in its module when it speaks; there is no other way in.
    vars(argparse)["_"] = translate


class Parser(argparse.ArgumentParser):
    """A parser without abbreviations that exits with our status for wrong usage."""

    def error(self, message: str) -> NoReturn:
        self.print_usage()
        template = argparse.__dict__["_"]("%(prog)s: error: %(message)s\n")
        self.exit(Exit.USAGE, template % {"prog": self.prog, "message": message})

    def print_usage(self, file: object = None) -> None:
        import sys

        sys.stderr.write(self.format_usage())


class _Grammar:
    """Builds the parsers; `words` of a command are its help texts."""

    def __init__(self, texts: Texts, version: str) -> None:
        self.texts = texts
        self.common = self._common(json=False)
        self.common_json = self._common(json=True)
        self.top = Parser(
            prog="yichuang",
            description=texts("cli.description"),
            epilog=texts("cli.epilog"),
            parents=[self.common_json],
            allow_abbrev=False,
            formatter_class=HelpFormatter,
        )
        self.top.add_argument(
            "--version", action="version", version=version, help=texts("cli.option.version")
        )
        self.commands = self.top.add_subparsers(
            dest="command", metavar=texts("cli.meta.command"), title=texts("cli.commands")
        )

    def _common(self, *, json: bool) -> argparse.ArgumentParser:
        common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
        group = common.add_argument_group(self.texts("cli.common"))
        directory = self.texts("cli.meta.directory")
        file = self.texts("cli.meta.file")
        group.add_argument(
            "--data-dir", type=Path, metavar=directory, help=self.texts("cli.option.data_dir")
        )
        group.add_argument(
            "--config", type=Path, metavar=file, help=self.texts("cli.option.config")
        )
        group.add_argument("--hub", metavar="URL", help=self.texts("cli.option.hub"))
        group.add_argument("--language", choices=LANGUAGES, help=self.texts("cli.option.language"))
        group.add_argument("--debug", action="store_true", help=self.texts("cli.option.debug"))
        if json:
            group.add_argument("--json", action="store_true", help=self.texts("cli.option.json"))
        return common

    def command(self, name: str, *, json: bool = True) -> argparse.ArgumentParser:
        """Add a command."""
        return self._add(self.commands, name, f"cli.{name}.help", json=json)

    def actions(self, parser: argparse.ArgumentParser, *, required: bool = True) -> _Actions:
        """Give a command actions of its own (`journal status`)."""
        return parser.add_subparsers(
            dest="action",
            metavar=self.texts("cli.meta.action"),
            title=self.texts("cli.actions"),
            required=required,
        )

    def action(
        self, actions: _Actions, command: str, name: str, *, json: bool = True
    ) -> argparse.ArgumentParser:
        """Add an action to a command."""
        key = name.replace("-", "_")
        return self._add(actions, name, f"cli.{command}.{key}.help", json=json)

    def _add(self, to: _Actions, name: str, key: str, *, json: bool) -> argparse.ArgumentParser:
        words = self.texts(key)
        parent = self.common_json if json else self.common
        parser: argparse.ArgumentParser = to.add_parser(
            name,
            help=words,
            description=words,
            parents=[parent],
            allow_abbrev=False,
            formatter_class=HelpFormatter,
        )
        return parser


def build(texts: Texts, version: str) -> argparse.ArgumentParser:
    """Return the parser of the whole command line, speaking the language of `texts`."""
    grammar = _Grammar(texts, version)
    _screens(grammar)
    _hub(grammar)
    _catalogue(grammar)
    _work(grammar)
    _journal(grammar)
    _check(grammar)
    return grammar.top


def _screens(grammar: _Grammar) -> None:
    texts = grammar.texts
    for name in ("window", "kiosk"):
        parser = grammar.command(name, json=False)
        parser.add_argument(
            "--screenshots",
            type=Path,
            metavar=texts("cli.meta.directory"),
            help=texts("cli.option.screenshots"),
        )
        parser.add_argument(
            "--theme",
            choices=("light", "dark", "large", "contrast"),
            help=texts("cli.option.theme"),
        )
    demo = grammar.command("demo")
    demo.add_argument("--headless", action="store_true", help=texts("cli.demo.headless"))
    demo.add_argument(
        "--out", type=Path, metavar=texts("cli.meta.directory"), help=texts("cli.demo.out")
    )
    demo.add_argument("--vnc", action="store_true", help=texts("cli.demo.vnc"))
    grammar.command("doctor")
    grammar.command("test", json=False).add_argument(
        "arguments",
        nargs="*",
        metavar=texts("cli.meta.arguments"),
        help=texts("cli.test.arguments"),
    )
    grammar.command("benchmark", json=False).add_argument(
        "arguments",
        nargs="*",
        metavar=texts("cli.meta.arguments"),
        help=texts("cli.benchmark.names"),
    )


def _hub(grammar: _Grammar) -> None:
    texts = grammar.texts
    hub = grammar.command("hub")
    _serve_options(grammar, hub)
    actions = grammar.actions(hub, required=False)
    _serve_options(grammar, grammar.action(actions, "hub", "serve"))
    init = grammar.action(actions, "hub", "init")
    init.add_argument("--hall", metavar=texts("cli.meta.code"), help=texts("cli.hub.hall"))
    init.add_argument(
        "--hall-name", metavar=texts("cli.meta.text"), help=texts("cli.hub.hall_name")
    )
    init.add_argument("--region", metavar=texts("cli.meta.code"), help=texts("cli.hub.region"))
    init.add_argument(
        "--name", action="append", metavar=texts("cli.meta.address"), help=texts("cli.hub.name")
    )
    init.add_argument("--public-url", metavar="URL", help=texts("cli.hub.public_url"))
    init.add_argument(
        "--catalogue", type=Path, metavar=texts("cli.meta.file"), help=texts("cli.hub.source")
    )
    code = grammar.action(actions, "hub", "code")
    code.add_argument("--hall", metavar=texts("cli.meta.code"), help=texts("cli.hub.hall"))
    publish = grammar.action(actions, "hub", "catalogue")
    publish.add_argument(
        "file", type=Path, metavar=texts("cli.meta.file"), help=texts("cli.hub.source")
    )
    account = grammar.action(actions, "hub", "account")
    account.add_argument("name", metavar=texts("cli.meta.text"), help=texts("cli.hub.account_name"))
    for option in ("display-name", "organ", "enforcement-number"):
        words = texts(f"cli.hub.{option.replace('-', '_')}")
        account.add_argument(f"--{option}", metavar=texts("cli.meta.text"), help=words)
    account.add_argument("--supervisor", action="store_true", help=texts("cli.hub.supervisor"))
    revoke = grammar.action(actions, "hub", "revoke")
    revoke.add_argument("terminal", metavar=texts("cli.meta.code"), help=texts("cli.hub.terminal"))
    enrol = grammar.command("enrol")
    enrol.add_argument("code", metavar=texts("cli.meta.code"), help=texts("cli.enrol.code"))


def _serve_options(grammar: _Grammar, parser: argparse.ArgumentParser) -> None:
    # Left out of the namespace unless given: `hub --port N serve` keeps what stands before.
    texts = grammar.texts
    for name, key in (("--port", "port"), ("--public-port", "public_port")):
        parser.add_argument(
            name,
            type=_port,
            metavar="N",
            help=texts(f"cli.hub.{key}"),
            default=argparse.SUPPRESS,
        )
    for name, meta, key in (
        ("--host", texts("cli.meta.address"), "host"),
        ("--public-url", "URL", "public_url"),
    ):
        parser.add_argument(
            name, metavar=meta, help=texts(f"cli.hub.{key}"), default=argparse.SUPPRESS
        )
    parser.add_argument(
        "--plain", action="store_true", help=texts("cli.hub.plain"), default=argparse.SUPPRESS
    )


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port < 65536:
        raise ValueError(text)
    return port


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise ValueError(text)
    return count


# argparse names a type by these words when a value does not fit it.
_port.__name__ = "0–65535"
_count.__name__ = "1…"


def _catalogue(grammar: _Grammar) -> None:
    texts = grammar.texts
    actions = grammar.actions(grammar.command("catalogue"))
    importing = grammar.action(actions, "catalogue", "import")
    importing.add_argument(
        "files",
        nargs="+",
        type=Path,
        metavar=texts("cli.meta.file"),
        help=texts("cli.catalogue.files"),
    )
    search = grammar.action(actions, "catalogue", "search")
    search.add_argument(
        "text", nargs="?", metavar=texts("cli.meta.text"), help=texts("cli.catalogue.text")
    )
    search.add_argument(
        "--limit", type=_count, default=10, metavar="N", help=texts("cli.catalogue.limit")
    )
    search.add_argument(
        "--batch", type=Path, metavar=texts("cli.meta.file"), help=texts("cli.catalogue.batch")
    )
    show = grammar.action(actions, "catalogue", "show")
    show.add_argument("code", metavar=texts("cli.meta.code"), help=texts("cli.catalogue.code"))


def _work(grammar: _Grammar) -> None:
    texts = grammar.texts
    intake = grammar.command("intake")
    intake.add_argument(
        "file", type=Path, metavar=texts("cli.meta.json_file"), help=texts("cli.intake.file")
    )
    document = grammar.command("document")
    document.add_argument("kind", metavar=texts("cli.meta.kind"), help=texts("cli.document.kind"))
    document.add_argument(
        "number", metavar=texts("cli.meta.number"), help=texts("cli.document.number")
    )
    document.add_argument(
        "--format",
        choices=("text", "escpos", "png", "pdf"),
        default="text",
        help=texts("cli.document.format"),
    )
    document.add_argument(
        "-o", "--out", type=Path, metavar=texts("cli.meta.file"), help=texts("cli.document.out")
    )


def _journal(grammar: _Grammar) -> None:
    texts = grammar.texts
    actions = grammar.actions(grammar.command("journal"))
    grammar.action(actions, "journal", "status")
    listing = grammar.action(actions, "journal", "list")
    listing.add_argument(
        "--limit", type=_count, default=50, metavar="N", help=texts("cli.journal.limit")
    )
    grammar.action(actions, "journal", "verify")
    sync = grammar.command("sync")
    sync.add_argument("--once", action="store_true", help=texts("cli.sync.once"))
    ratings = grammar.actions(grammar.command("ratings"))
    grammar.action(ratings, "ratings", "verify")


def _check(grammar: _Grammar) -> None:
    texts = grammar.texts
    actions = grammar.actions(grammar.command("check"))
    deadline = grammar.action(actions, "check", "deadline")
    deadline.add_argument(
        "values",
        nargs="*",
        metavar=texts("cli.meta.from_and_count"),
        help=texts("cli.check.from_and_count"),
    )
    deadline.add_argument(
        "--unit", choices=("W", "N", "H"), default="W", help=texts("cli.check.unit")
    )
    for name in ("identity", "credit-code", "receipt-number"):
        number = grammar.action(actions, "check", name)
        number.add_argument(
            "values", nargs="*", metavar=texts("cli.meta.number"), help=texts("cli.check.values")
        )


def split_for_others(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return our own arguments and those that `test` and `benchmark` hand on as they are."""
    own = list(arguments)
    if own[:1] in (["test"], ["benchmark"]) and not {"-h", "--help"} & set(own):
        return own[:1], own[1:]
    return own, []
