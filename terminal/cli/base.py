"""What every command stands on: the console that it speaks through, and its exit status.

A command is a module with `run(args: argparse.Namespace, console: Console) -> int`. It is
imported when it is called, writes through the console alone, and raises `TerminalError` for
what a person can mend; `main` turns that into a sentence and the exit status.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from pathlib import Path
from typing import Any, TextIO

from terminal.errors import InvalidInput, TerminalError
from terminal.reports import Reports
from terminal.texts import Texts


class Exit(IntEnum):
    """Exit status of a command."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    BROKEN = 3


Run = Callable[[Any, "Console"], int]
"""What a command's module offers as `run(args, console)`."""


class Console:
    """Where a command writes: answers on stdout, what went wrong on stderr.

    `texts` are in the language of the run; with `json` answers are JSON lines instead.
    `reports` is where defects of this run are saved.
    """

    def __init__(
        self, *, texts: Texts, stdout: TextIO, stderr: TextIO, json: bool, reports: Reports
    ) -> None:
        self.texts = texts
        self.stdout = stdout
        self.stderr = stderr
        self.json = json
        self.reports = reports

    def say(self, key: str, /, **data: object) -> None:
        """Write the sentence of a text key to stdout; a program that reads JSON is spared it."""
        if not self.json:
            self.line(self.texts(key, **data))

    def note(self, key: str, /, **data: object) -> None:
        """Write the sentence of a text key to stderr: progress, warnings, what to do."""
        self._write(self.stderr, self.texts(key, **data))

    def line(self, text: str) -> None:
        """Write one line of data to stdout."""
        self._write(self.stdout, text)

    def emit(self, value: object) -> None:
        """Write a value as one JSON line to stdout: builtins, structs, dates, enums, paths."""
        import json

        import msgspec

        builtins = msgspec.to_builtins(value, enc_hook=str, str_keys=True)
        self.line(json.dumps(builtins, ensure_ascii=False, separators=(",", ":")))

    def result(self, value: object, key: str, /, **data: object) -> None:
        """Answer a program with `value` as JSON, a person with the sentence of `key`."""
        if self.json:
            self.emit(value)
        else:
            self.say(key, **data)

    def table(self, rows: Sequence[tuple[str, ...]]) -> None:
        """Write rows of text in columns, measured as a terminal shows them (Han is two wide)."""
        widths = [max(map(display_width, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = [
                cell + " " * (width - display_width(cell))
                for cell, width in zip(row, widths, strict=True)
            ]
            self.line("  ".join(cells).rstrip())

    def refuse(self, error: TerminalError) -> int:
        """Say why something was refused; return the exit status that belongs to it.

        The sentence goes to stderr; with `json` the code, too, as a line on stdout.
        """
        if self.json:
            self.emit({"error": self.describe(error)})
        self._write(self.stderr, error.sentence(self.texts))
        return Exit.REFUSED

    def describe(self, error: TerminalError) -> Mapping[str, str]:
        """Return code, message and hint of a refusal, as a JSON answer carries them."""
        return {
            "code": error.code,
            "message": error.message(self.texts),
            "hint": error.hint(self.texts),
        }

    def secret(self, key: str, /, **data: object) -> str:
        """Ask for a password, unseen; who gives up (Ctrl+D, Ctrl+C) is `command.cancelled`."""
        import getpass

        try:
            return getpass.getpass(self.texts(key, **data))
        except (EOFError, KeyboardInterrupt) as error:
            self._write(self.stderr, "")
            raise InvalidInput("command.cancelled") from error

    def _write(self, stream: TextIO, text: str) -> None:
        stream.write(f"{text}\n")
        stream.flush()


def display_width(text: str) -> int:
    """Return how many columns a terminal gives to `text`."""
    import unicodedata

    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def language_of(environment: Mapping[str, str]) -> str:
    """Return the language that a locale asks for: `zh` unless it names another one.

    The first of LC_ALL, LC_MESSAGES, LANG that is set decides. A locale that names no
    language (C, POSIX, C.UTF-8) gets Chinese, which is what halls speak.
    """
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = environment.get(name, "")
        if value:
            language = value.partition(".")[0].partition("_")[0].lower()
            return "zh" if language in {"zh", "c", "posix"} else "en"
    return "zh"


def default_data_dir(environment: Mapping[str, str] = os.environ) -> Path:
    """Return the data folder when `--data-dir` names none: `YICHUANG_DATA_DIR`, or the user's."""
    named = environment.get("YICHUANG_DATA_DIR", "")
    if named:
        return Path(named)
    from terminal import settings

    return settings.default_data_dir()
