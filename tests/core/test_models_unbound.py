"""peewee models are schema: never bound to a database, so no row goes into the wrong one."""

from __future__ import annotations

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import peewee
import pytest

import hub
import terminal.store

ROOT = Path(__file__).resolve().parents[2]

# What reads or writes through the database that a model is bound to.
BOUND_ONLY = frozenset(
    {
        "bind",
        "bind_ctx",
        "bulk_create",
        "bulk_update",
        "create",
        "create_table",
        "delete_by_id",
        "delete_instance",
        "drop_table",
        "get",
        "get_by_id",
        "get_or_create",
        "get_or_none",
        "save",
        "set_by_id",
        "table_exists",
        "truncate_table",
    }
)


def _import_all(package: ModuleType) -> None:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(found.name)


def _subclasses(model: type[peewee.Model]) -> Iterator[type[peewee.Model]]:
    for child in model.__subclasses__():
        yield child
        yield from _subclasses(child)


def _ours() -> list[type[peewee.Model]]:
    _import_all(terminal.store)
    _import_all(hub)
    return [m for m in _subclasses(peewee.Model) if m.__module__.startswith(("terminal.", "hub."))]


def test_no_model_is_bound() -> None:
    models = _ours()
    assert models, "no model was found: this test would look at nothing"
    assert [m.__qualname__ for m in models if m._meta.database is not None] == []


def _files() -> list[Path]:
    return [p for name in ("terminal", "hub", "ui") for p in sorted((ROOT / name).rglob("*.py"))]


def _bound_calls(source: str, models: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        owner = node.func.value
        name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        if name in models and node.func.attr in BOUND_ONLY:
            yield f"{node.lineno}: {name}.{node.func.attr}"


def _rows_saved(source: str) -> Iterator[str]:
    """`row.save()` and `row.delete_instance()` on any object: rows are values here."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "delete_instance"
        ):
            yield f"{node.lineno}: delete_instance"


def test_no_code_calls_what_needs_a_bound_model() -> None:
    models = {model.__name__ for model in _ours()}
    found = []
    for path in _files():
        source = path.read_text(encoding="utf-8")
        calls = [*_bound_calls(source, models), *_rows_saved(source)]
        found += [f"{path.relative_to(ROOT)}:{call}" for call in calls]
    assert found == []


def test_every_execution_names_its_database() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in _files()
        if path.is_relative_to(ROOT / "terminal" / "store")
        or path.is_relative_to(ROOT / "hub" / "store")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "execute"
        and not node.args
    ]
    assert found == []


@pytest.mark.parametrize(
    "line", ["Row.create(x=1)", "tables.Row.get(x=1)", "Row.bind(db)", "Row.get_or_none(x=1)"]
)
def test_the_look_sees_a_bound_call(line: str) -> None:
    assert list(_bound_calls(line, {"Row"}))
