"""Reading guide data (limits, materials, situations) from TOML or JSON onto known items.

A file holds `[[item]]` tables keyed by the code of an item, `[[life_event]]` tables and
`[organ.DEPARTMENT]` tables. Whatever the file does not name stays as the item has it.
"""

from __future__ import annotations

import json
import tomllib
import typing
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from terminal.domain.catalogue import (
    BIRTH,
    TODAY,
    Condition,
    FieldKind,
    HandlingKind,
    LifeEvent,
    Organ,
    ServiceItem,
    TimeLimit,
)
from terminal.errors import InvalidInput
from terminal.store.catalogue_import import Batch, decode_text, read_bytes

FindItem = Callable[[str], ServiceItem | None]
"""Looks an item up by code among those that are known already."""

_SECTIONS = frozenset({"item", "life_event", "organ"})


def read_tree(path: Path) -> dict[str, Any]:
    """Parse a TOML or JSON file; raises `InvalidInput` with the place of the fault."""
    text = decode_text(read_bytes(path), path.name)
    try:
        tree = (
            json.loads(text, object_pairs_hook=_no_duplicates)
            if path.suffix.lower() == ".json"
            else tomllib.loads(text)
        )
    except (ValueError, RecursionError) as error:
        raise InvalidInput("catalogue.unreadable", file=path.name, reason=str(error)) from error
    if not isinstance(tree, dict) or not tree or not set(tree) <= _SECTIONS:
        raise InvalidInput("catalogue.no_sections", file=path.name)
    return tree


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _value in pairs]
        raise ValueError(next(name for name in names if names.count(name) > 1))
    return found


def read_guide(
    path: Path,
    find: FindItem,
    organs: Mapping[str, Organ] | None = None,
    *,
    sample: bool | None = None,
) -> Batch:
    """Read one file of guide data; `find` returns the items that it builds on.

    With `sample` every item and life event is marked so, whatever the file says. Life events
    may name items of other files: check them with `check_life_events` when all are read.
    Raises `InvalidInput` that names file and item.
    """
    tree = read_tree(path)
    forced: dict[str, Any] = {} if sample is None else {"sample": sample}
    own = _organs(tree.get("organ", {}), path.name)
    items: dict[str, ServiceItem] = {}
    for entry in _tables(tree, "item", path.name):
        code = str(entry.get("code", ""))
        base = find(code)
        if base is None and not (entry.get("name") and entry.get("department")):
            raise InvalidInput("catalogue.guide_unknown_code", file=path.name, code=code)
        if code in items:
            raise InvalidInput("catalogue.guide_twice", file=path.name, code=code)
        known: dict[str, Any] = msgspec.to_builtins(base) if base is not None else {}
        item = _convert(ServiceItem, known | {"guide": True} | entry | forced, path.name, code)
        organ = item.organ or own.get(item.department) or (organs or {}).get(item.department)
        item = msgspec.structs.replace(item, organ=organ)
        check_item(item, path.name)
        items[code] = item
    events = tuple(
        _convert(LifeEvent, entry | forced, path.name, str(entry.get("id", "")))
        for entry in _tables(tree, "life_event", path.name)
    )
    return Batch(items=tuple(items.values()), life_events=events)


def read_organs(path: Path) -> dict[str, Organ]:
    """Read the organs by department name; raises `InvalidInput`."""
    return _organs(read_tree(path).get("organ", {}), path.name)


def _organs(section: object, file: str) -> dict[str, Organ]:
    if not isinstance(section, dict):
        raise InvalidInput("catalogue.no_sections", file=file)
    return {str(name): _convert(Organ, entry, file, str(name)) for name, entry in section.items()}


def _tables(tree: dict[str, Any], section: str, file: str) -> list[dict[str, Any]]:
    found = tree.get(section, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise InvalidInput("catalogue.no_sections", file=file)
    return found


_Struct = typing.TypeVar("_Struct", bound=msgspec.Struct)


def _convert(kind: type[_Struct], entry: Any, file: str, name: str) -> _Struct:
    try:
        found = msgspec.convert(entry, kind)
    except (msgspec.ValidationError, TypeError) as error:
        raise _faulty(file, name, "shape", detail=str(error)) from error
    unknown = _unknown_key(kind, entry)
    if unknown:
        raise _faulty(file, name, "unknown_key", detail=unknown)
    return found


def _faulty(file: str, item: str, fault: str, **data: str) -> InvalidInput:
    return InvalidInput(f"catalogue.guide_{fault}", file=file, item=item, **data)


def _unknown_key(kind: Any, entry: Any) -> str:
    """Return the first key that the struct does not know: a misspelt rule must not vanish."""
    if isinstance(entry, list | tuple):
        inner = typing.get_args(kind)
        return next((key for part in entry if (key := _unknown_key(inner[0], part))), "")
    if isinstance(entry, dict):
        kinds = [part for part in (kind, *typing.get_args(kind)) if _is_struct(part)]
        if not kinds:
            return ""
        hints = _hints(kinds[0])
        for key, value in entry.items():
            if key not in hints:
                return str(key)
            if found := _unknown_key(hints[key], value):
                return f"{key}.{found}"
    return ""


@cache
def _hints(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _is_struct(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def check_item(item: ServiceItem, file: str) -> None:
    """Check what the shape does not: ids, references, limits; raises `InvalidInput`."""

    def fail(fault: str, **data: str) -> InvalidInput:
        return _faulty(file, item.code, fault, **data)

    if not item.code or not item.name or not item.department:
        raise fail("nameless")
    options: dict[str, frozenset[str]] = {}
    for question in item.questions:
        _check_conditions(question.when, options, fail)
        ids = [option.id for option in question.options]
        if question.id in options or len(set(ids)) != len(ids):
            raise fail("duplicate_id", detail=question.id)
        if len(ids) < 2:
            raise fail("few_options", detail=question.id)
        options[question.id] = frozenset(ids)
    for group in (item.materials, item.fields):
        ids = [part.id for part in group]
        if len(set(ids)) != len(ids):
            twice = next(part for part in ids if ids.count(part) > 1)
            raise fail("duplicate_id", detail=twice)
        for part in group:
            _check_conditions(part.when, options, fail)
    for material in item.materials:
        if material.copies < 1 or not material.ways or not material.name:
            raise fail("material", detail=material.id)
    for field in item.fields:
        if field.kind is FieldKind.CHOICE and not field.options:
            raise fail("few_options", detail=field.id)
        dates = {one.id for one in item.fields if one.kind is FieldKind.DATE} - {field.id}
        for bound in (field.not_before, field.not_after):
            if bound and (field.kind is not FieldKind.DATE or bound not in {TODAY, BIRTH, *dates}):
                raise fail("date_bound", detail=field.id)
    if item.check_days < 0 or (item.elsewhere and not item.elsewhere.organ.strip()):
        raise fail("material", detail="check_days" if item.check_days < 0 else "elsewhere")
    if item.authority_until and not _is_day(item.authority_until):
        raise fail("material", detail="authority_until")
    if item.renews and item.renews not in {
        one.id for one in item.fields if one.kind is FieldKind.DATE
    }:
        raise fail("date_bound", detail=item.renews)
    _check_limits(item, fail)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check_conditions(
    conditions: Iterable[Condition],
    options: Mapping[str, frozenset[str]],
    fail: Callable[..., InvalidInput],
) -> None:
    for condition in conditions:
        # Only questions asked earlier: a condition can never wait for a later answer.
        if condition.question not in options:
            raise fail("unknown_question", detail=condition.question)
        if not condition.options:
            raise fail("few_options", detail=condition.question)
        unknown = set(condition.options) - options[condition.question]
        if unknown:
            detail = f"{condition.question}={min(unknown)}"
            raise fail("unknown_option", detail=detail)


def _check_limits(item: ServiceItem, fail: Callable[..., InvalidInput]) -> None:
    limits = [limit for limit in (item.statutory, item.committed) if limit is not None]
    for limit in limits:
        least = 0 if item.handling is HandlingKind.ON_THE_SPOT else 1
        if limit.amount < least:
            raise fail("limit", detail=str(limit.amount))
    if _longer(item.committed, item.statutory):
        raise fail("committed_longer")


def _longer(committed: TimeLimit | None, statutory: TimeLimit | None) -> bool:
    if committed is None or statutory is None or committed.unit is not statutory.unit:
        return False
    return committed.amount > statutory.amount


def check_life_events(events: Iterable[LifeEvent], find: FindItem, file: str) -> None:
    """Check that every life event names known items, each once; raises `InvalidInput`."""
    for event in events:
        if not event.id or not event.name or len(set(event.items)) != len(event.items):
            raise _faulty(file, event.id, "duplicate_id", detail=event.name)
        for code in event.items:
            if find(code) is None:
                raise _faulty(file, event.id, "unknown_member", detail=code)
