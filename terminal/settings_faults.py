"""What is wrong with a settings file, as a sentence that names the place and what belongs there.

The parsers speak English and of Python's types; whoever edits the file reads neither. What is
not recognised here keeps the parser's own words (`settings.unreadable`).
"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import msgspec

from terminal.errors import InvalidInput

_AT = re.compile(r" - at `\$\.?(?P<path>[^`]*)`$")
_PLACE = re.compile(r"\(at line (?P<line>\d+), column (?P<column>\d+)\)")
_UNKNOWN = re.compile(r"unknown field `(?P<name>[^`]*)`")
_MISSING = re.compile(r"missing required field `(?P<name>[^`]*)`")
_EXPECTED = re.compile(r"^Expected `(?P<wanted>[a-z]+)[^`]*`(?P<limit>(?: [<>]=? -?[\d.]+)?)")
_INDEX = re.compile(r"\[(\d+)\]")

_WRONG = {
    "str": "settings.not_text",
    "int": "settings.not_whole",
    "float": "settings.not_number",
    "bool": "settings.not_yes_or_no",
    "object": "settings.not_table",
}


def fault(file: Path, error: Exception, kind: type[msgspec.Struct]) -> InvalidInput:
    """Return the refusal for what the parser or the check against `kind` said."""
    words = str(error)
    if isinstance(error, UnicodeDecodeError):
        return InvalidInput("settings.not_utf8", file=file)
    if isinstance(error, tomllib.TOMLDecodeError):
        place = _PLACE.search(words)
        if place is None:
            return InvalidInput("settings.unfinished", file=file)
        return InvalidInput("settings.syntax", file=file, **place.groupdict())
    return _of_value(file, words, kind) or InvalidInput(
        "settings.unreadable", file=file, reason=words
    )


def _of_value(file: Path, words: str, kind: type[msgspec.Struct]) -> InvalidInput | None:
    """Put a finding of msgspec into a sentence; None for one that is not known."""
    at = _AT.search(words)
    path = at["path"] if at else ""
    if unknown := _UNKNOWN.search(words):
        name = _joined(path, unknown["name"])
        return InvalidInput(
            "settings.unknown_field", file=file, field=name, known=" ".join(_known(kind, path))
        )
    if missing := _MISSING.search(words):
        name = _joined(path, missing["name"])
        return InvalidInput("settings.missing_field", file=file, field=name)
    expected = _EXPECTED.search(words)
    if expected is None:
        return None
    name = _joined(path, "")
    if expected["limit"]:
        limit = expected["limit"].strip()
        return InvalidInput("settings.out_of_range", file=file, field=name, limit=limit)
    if expected["wanted"] == "array":
        code = "settings.not_repeated" if "." not in path else "settings.not_list"
    else:
        code = _WRONG.get(expected["wanted"], "")
    return InvalidInput(code, file=file, field=name) if code else None


def _joined(path: str, name: str) -> str:
    """Return a value's dotted name; entries of a list are counted from one."""
    counted = _INDEX.sub(lambda found: f" #{int(found[1]) + 1}", path)
    return f"{counted}.{name}".strip(".")


def _known(kind: type[msgspec.Struct], path: str) -> list[str]:
    """Return the names that may stand in the table of a path, which is at most one deep."""
    names = {field.name: field.type for field in msgspec.structs.fields(kind)}
    table = names.get(_INDEX.sub("", path))
    inner = getattr(table, "__args__", (table,))[0]
    if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
        return [field.name for field in msgspec.structs.fields(inner)]
    return [name for name in names if name not in _OWN]


_OWN = frozenset({"data_dir"})
"""Set by the command line alone."""
