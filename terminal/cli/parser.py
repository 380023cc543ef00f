"""Parsing the command line; its words stand in `resources/texts/<language>/cli.toml`.

What each command takes is told in `terminal.cli.grammar`. Every command takes the common
options (`--data-dir`, `--config`, `--hub`, `--language`, `--debug`, and `--json` where a
program may read the answer) before or behind its name.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from terminal.cli.base import Exit
from terminal.cli.help import HelpFormatter
from terminal.texts import LANGUAGES, Texts

Actions: TypeAlias = "argparse._SubParsersAction[Any]"
_Taker: TypeAlias = "argparse.ArgumentParser | argparse._ArgumentGroup"

_NEAREST = "invalid choice: %(value)r, did you mean %(nearest)r? (choose from %(choices)s)"

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
    _NEAREST: "cli.argparse.nearest",
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

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Name the nearest choice of a word that is none: a slip of the fingers."""
        if action.choices is not None and value not in action.choices:
            import difflib

            choices = [str(choice) for choice in action.choices]
            near = difflib.get_close_matches(str(value), choices, 1)
            if near:
                said = argparse.__dict__["_"](_NEAREST)
                listed = ", ".join(map(repr, choices))
                words = {"value": value, "nearest": near[0], "choices": listed}
                raise argparse.ArgumentError(action, said % words)
        super()._check_value(action, value)

    def print_usage(self, file: object = None) -> None:
        import sys

        sys.stderr.write(self.format_usage())


class Grammar:
    """What the commands are told to: adds commands, their actions and arguments."""

    def __init__(self, texts: Texts, version: str) -> None:
        self.texts = texts
        self._common = self._common_options(json=False)
        self._common_json = self._common_options(json=True)
        self.top = Parser(
            prog="yichuang",
            description=texts("cli.description"),
            epilog=texts("cli.epilog"),
            parents=[self._common_json],
            allow_abbrev=False,
            formatter_class=HelpFormatter,
        )
        self.top.add_argument(
            "--version", action="version", version=version, help=texts("cli.option.version")
        )
        self._commands = self.top.add_subparsers(
            dest="command", metavar=texts("cli.meta.command"), title=texts("cli.commands")
        )

    def _common_options(self, *, json: bool) -> argparse.ArgumentParser:
        common = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
        group = common.add_argument_group(self.texts("cli.common"))
        self.argument(group, "--data-dir", "cli.option.data_dir", meta="directory", type=Path)
        self.argument(group, "--config", "cli.option.config", meta="file", type=Path)
        self.argument(group, "--hub", "cli.option.hub", metavar="URL")
        self.argument(group, "--language", "cli.option.language", choices=LANGUAGES)
        self.argument(group, "--debug", "cli.option.debug", action="store_true")
        if json:
            self.argument(group, "--json", "cli.option.json", action="store_true")
        return common

    def command(self, name: str, *, json: bool = True) -> argparse.ArgumentParser:
        """Add a command."""
        return self._add(self._commands, name, f"cli.{name}.help", json=json)

    def actions(self, parser: argparse.ArgumentParser, *, required: bool = True) -> Actions:
        """Give a command actions of its own (`journal status`)."""
        return parser.add_subparsers(
            dest="action",
            metavar=self.texts("cli.meta.action"),
            title=self.texts("cli.actions"),
            required=required,
        )

    def action(self, actions: Actions, command: str, name: str) -> argparse.ArgumentParser:
        """Add an action to a command."""
        key = name.replace("-", "_")
        return self._add(actions, name, f"cli.{command}.{key}.help", json=True)

    def _add(self, to: Actions, name: str, key: str, *, json: bool) -> argparse.ArgumentParser:
        words = self.texts(key)
        parser: argparse.ArgumentParser = to.add_parser(
            name,
            help=words,
            description=words,
            parents=[self._common_json if json else self._common],
            allow_abbrev=False,
            formatter_class=HelpFormatter,
        )
        return parser

    def argument(self, to: _Taker, name: str, key: str, *, meta: str = "", **keywords: Any) -> None:
        """Add an argument; `key` is its help, `meta` under `cli.meta` what stands for its value."""
        if meta:
            keywords["metavar"] = self.texts(f"cli.meta.{meta}")
        to.add_argument(name, help=self.texts(key), **keywords)


def build(texts: Texts, version: str, only: str | None = None) -> Parser:
    """Return the parser of the whole command line, speaking the language of `texts`.

    With `only` it knows that one command, which is all that a call needs: the others cost
    time before the first paint.
    """
    from terminal.cli.grammar import COMMANDS

    grammar = Grammar(texts, version)
    for name in (only,) if only in COMMANDS else COMMANDS:
        COMMANDS[name](grammar, name)
    return grammar.top


def named_command(arguments: Sequence[str]) -> str | None:
    """Return the first argument that is neither an option nor an option's value."""
    rest = iter(arguments)
    for argument in rest:
        if argument in {"--data-dir", "--config", "--hub", "--language"}:
            next(rest, None)
        elif argument in {"-h", "--help"}:
            return None
        elif not argument.startswith("-"):
            return argument
    return None


def split_for_others(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return our own arguments and those that `test` and `benchmark` hand on as they are."""
    own = list(arguments)
    if own[:1] in (["test"], ["benchmark"]) and not {"-h", "--help"} & set(own):
        return own[:1], own[1:]
    return own, []
