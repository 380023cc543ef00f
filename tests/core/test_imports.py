"""Imports: what may know what, and what stands between a command and its first paint."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import main

ROOT = Path(__file__).resolve().parents[2]

HEAVY = (
    "PySide6",
    "PIL",
    "apsw",
    "asyncio",
    "cryptography",
    "jinja2",
    "peewee",
    "pypinyin",
    "qrcode",
    "reportlab",
    "serial",
    "sqlcipher3",
    "starlette",
    "structlog",
    "uvicorn",
)

_LOOK = """
import json, sys
before = set(sys.modules)
import main
args = main.parse(json.loads(sys.argv[1]))
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def _modules_after_parsing(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", _LOOK, json.dumps(arguments)],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        check=True,
        timeout=60,
    )
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("command", ["window", "doctor", "hub"])
def test_parsing_imports_nothing_of_the_program_but_its_words(command: str) -> None:
    loaded = _modules_after_parsing(command, "--data-dir", "somewhere")
    assert "terminal.cli.parser" in loaded
    assert sorted(name for name in loaded if name.partition(".")[0] in HEAVY) == []
    packages = ("ui", "hub", "terminal.services", "terminal.store", "terminal.dev")
    assert sorted(name for name in loaded if name.startswith(packages)) == []


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the names that a file imports, with the column: 0 is the top of the file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((name.name, node.col_offset) for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, node.col_offset


def test_main_imports_inside_its_commands() -> None:
    top = {name.partition(".")[0] for name, column in _imports(ROOT / "main.py") if column == 0}
    assert top - set(sys.stdlib_module_names) == set()


def test_every_command_names_a_module_of_the_layer_that_may_stand_there() -> None:
    assert {name.rpartition(".")[0] or name for name in main.COMMANDS.values()} <= {
        "terminal.cli",
        "hub",
        "ui",
    }


def test_every_command_has_its_module() -> None:
    absent = [
        name
        for name in main.COMMANDS.values()
        if not (ROOT / f"{name.replace('.', '/')}.py").is_file()
        and not (ROOT / name.replace(".", "/") / "__init__.py").is_file()
    ]
    assert absent == []


def test_import_contracts_are_kept() -> None:
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command],
        capture_output=True,
        encoding="utf-8",
        cwd=ROOT,
        check=False,
        timeout=120,
        env={"PATH": "", "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("package", ["terminal", "hub"])
def test_no_file_below_the_screens_names_qt(package: str) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in (ROOT / package).rglob("*.py")
        if any(name.partition(".")[0] in {"PySide6", "shiboken6"} for name, _ in _imports(path))
    ]
    assert found == []
