"""Every sentence that code names exists in both languages and takes the same data."""

from __future__ import annotations

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from terminal.texts import LANGUAGES, RESOURCES, Texts

ROOT = RESOURCES.parent
CODE = ("main.py", "terminal", "hub", "ui")

_KEY = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
_BEGINNING = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*\.[a-z0-9_]*")
# The second half of names of files, which look like keys (`catalogue.db`, `device.toml`).
_FILE_ENDINGS = frozenset(
    (
        "bin",
        "cfg",
        "csv",
        "css",
        "db",
        "gz",
        "html",
        "idx",
        "ini",
        "js",
        "json",
        "jsonl",
        "key",
        "log",
        "md",
        "new",
        "pdf",
        "pem",
        "png",
        "py",
        "sock",
        "sqlite",
        "svg",
        "tmp",
        "toml",
        "ttf",
        "txt",
        "zip",
        "zst",
    )
)


def _areas(language: str) -> set[str]:
    return {path.stem for path in (RESOURCES / "texts" / language).glob("*.toml")}


@cache
def _table(language: str) -> dict[str, str]:
    table: dict[str, str] = {}
    for path in sorted((RESOURCES / "texts" / language).glob("*.toml")):
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
        table.update(_flat(tree, path.stem))
    return table


def _flat(tree: object, prefix: str) -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _flat(value, f"{prefix}.{name}")
    else:
        yield prefix, str(tree)


def _files() -> Iterator[Path]:
    for name in CODE:
        path = ROOT / name
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def _strings(path: Path) -> Iterator[tuple[int, str, bool]]:
    """Yield line, text and whether it is only the beginning (of an f-string)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    beginnings: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr) and node.values:
            first = node.values[0]
            beginnings.update(id(part) for part in node.values)
            if isinstance(first, ast.Constant) and len(node.values) > 1:
                yield node.lineno, str(first.value), True
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in beginnings
        ):
            yield node.lineno, node.value, False


@cache
def _wording() -> dict[str, str]:
    """The sentences on paper, which templates name in the same way."""
    table: dict[str, str] = {}
    for path in sorted((RESOURCES / "wording").rglob("*.toml")):
        for name, value in tomllib.loads(path.read_text(encoding="utf-8")).items():
            table.update(_flat(value, name))
    return table


def _named_but_missing(language: str) -> Iterator[str]:
    areas = _areas("zh")
    for path in _files():
        table = _table(language)
        if path.is_relative_to(ROOT / "terminal" / "documents"):
            table = table | _wording()
        for line, text, beginning in _strings(path):
            area = text.partition(".")[0]
            if area not in areas:
                continue
            where = f"{path.relative_to(ROOT)}:{line}: {text}"
            if beginning or text.endswith("_"):
                # `doctor.row.{name}`: at least something must begin like this.
                if _BEGINNING.fullmatch(text) and not any(k.startswith(text) for k in table):
                    yield where
            elif (
                _KEY.fullmatch(text)
                and text.rpartition(".")[2] not in _FILE_ENDINGS
                and not _is_module(text)
                and text not in table
                and f"{text}.message" not in table
                and not any(key.startswith(f"{text}.") for key in table)
            ):
                yield where


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_key_that_code_names_has_its_text(language: str) -> None:
    assert list(_named_but_missing(language)) == []


def test_both_languages_have_the_same_keys() -> None:
    chinese, english = set(_table("zh")), set(_table("en"))
    assert sorted(chinese - english) == []
    assert sorted(english - chinese) == []


def _fields(template: str) -> set[str]:
    named = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
    return named | set(re.findall(r"%\(\w+\)[sr]|%[sr]", template))


def test_both_languages_take_the_same_data() -> None:
    english = _table("en")
    unlike = [
        key
        for key, template in _table("zh").items()
        if key in english and _fields(template) != _fields(english[key])
    ]
    assert unlike == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_but_a_hint_is_empty(language: str) -> None:
    empty = [key for key, text in _table(language).items() if not text.strip()]
    assert [key for key in empty if "hint" not in key] == []


def test_a_text_fills_in_its_data() -> None:
    assert "7" in Texts("zh")("cli.broken", number=7, path="报告")
    assert "7" in Texts("en")("cli.broken", number=7, path="report")


def test_an_unknown_language_is_chinese() -> None:
    assert Texts("tlh")("cli.commands") == Texts("zh")("cli.commands")


def test_an_unknown_key_is_a_defect() -> None:
    with pytest.raises(KeyError, match="nobody"):
        Texts()("cli.nobody.knows")
