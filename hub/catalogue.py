"""The catalogue as terminals load it: a snapshot file named by its hash, then changes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from hub.hub import Hub
from hub.store import feeds, people, projections
from hub.store.feeds import NewRow
from hub.store.statements import rows
from terminal.domain.catalogue import Elsewhere, LifeEvent, Organ, ServiceItem
from terminal.errors import InvalidInput, NotFound, SyncError
from terminal.protocol import sets, snapshot
from terminal.protocol.snapshot import Line
from terminal.protocol.wire import CataloguePointer, catalogue_feed

POINTER = "catalogue"
MANY = 5
"""More changes than this part of the catalogue make a new snapshot."""


def publish(hub: Hub, lines: Iterable[Line]) -> CataloguePointer:
    """Put a catalogue in force for every hall; the one in force again changes nothing.

    Few changes go out one by one; many, or the first catalogue, as a new snapshot.
    """
    new = _by_key(lines)
    with hub.store.reading() as database:
        halls = people.halls(database)
        if not halls:
            raise NotFound("hub.hall_unknown", hall="")
        old, changed_before = _in_force(hub, database, catalogue_feed(halls[0].id))
    if old is None:
        return _publish_whole(hub, new)
    changes = [key for key in new.keys() | old.keys() if new.get(key) != old.get(key)]
    if changed_before + len(changes) > len(old) // MANY:
        return _publish_whole(hub, new)
    return _publish_changes(hub, new, sorted(changes))


def _by_key(lines: Iterable[Line]) -> dict[str, Line]:
    found: dict[str, Line] = {}
    for line in lines:
        if line.item is not None:
            found[sets.ITEM + line.item.code] = Line(item=line.item)
        if line.event is not None:
            found[sets.EVENT + line.event.id] = Line(event=line.event)
    return found


def _in_force(hub: Hub, database: Any, feed: str) -> tuple[dict[str, Line] | None, int]:
    """Return the catalogue in force by key, None before the first, and the changes in it."""
    rows = feeds.current(database, feed)
    pointer = rows.pop(sets.SNAPSHOT_KEY, None)
    if pointer is None:
        return None, 0
    handle = msgspec.json.decode(pointer, type=CataloguePointer).handle
    path = file_of(hub, handle)
    if path is None:
        return None, 0
    found = _by_key(snapshot.unpack(path.read_bytes()))
    changed = 0
    for key, body in feeds.last_words(database, feed):
        if key != sets.SNAPSHOT_KEY:
            changed += 1
            if body is None:
                found.pop(key, None)
            else:
                found[key] = msgspec.json.decode(body, type=Line)
    return found, changed


def _parts(lines: Iterable[Line]) -> tuple[list[ServiceItem], list[LifeEvent]]:
    every = list(lines)
    items = [line.item for line in every if line.item is not None]
    return items, [line.event for line in every if line.event is not None]


def _publish_changes(hub: Hub, new: dict[str, Line], changes: list[str]) -> CataloguePointer:
    """Add a row for each change to every hall's feed, in one transaction."""
    bodies = {key: msgspec.json.encode(new[key]) if key in new else None for key in changes}
    with hub.store.writing() as database:
        handle = people.fact(database, POINTER)
        rows = [
            NewRow(catalogue_feed(hall.id), "json", key, body)
            for hall in people.halls(database)
            for key, body in bodies.items()
        ]
        projections.replace_items(database, _parts(new.values())[0])
        moved = feeds.append(database, rows, handle)
    hub.bell.ring(moved)
    path = file_of(hub, handle)
    size = path.stat().st_size if path else 0
    return CataloguePointer(handle, size, len(_parts(new.values())[0]), 1)


def _publish_whole(hub: Hub, new: dict[str, Line]) -> CataloguePointer:
    items, events = _parts(new.values())
    data = snapshot.pack(items, events)
    pointer = CataloguePointer(snapshot.handle_of(data), len(data), len(items), 1)
    folder = hub.paths.catalogue
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f"{pointer.handle}.part"
    partial.write_bytes(data)
    partial.replace(folder / pointer.handle)
    body = msgspec.json.encode(pointer)
    moved: list[str] = []
    with hub.store.writing() as database:
        people.set_fact(database, POINTER, pointer.handle)
        projections.replace_items(database, items)
        for hall in people.halls(database):
            name = catalogue_feed(hall.id)
            feeds.restart(database, name, pointer.handle)
            moved += feeds.append(
                database, [NewRow(name, "json", sets.SNAPSHOT_KEY, body)], pointer.handle
            )
    hub.bell.ring(moved)
    return pointer


class _Named(msgspec.Struct, frozen=True):
    department: str
    organ: Organ | None = None
    elsewhere: Elsewhere | None = None


def organs(hub: Hub) -> frozenset[str]:
    """Return the organs that the catalogue in force names as competent; none without one."""
    with hub.store.reading() as database:
        bodies = rows(database, "SELECT body FROM items")
    items = [msgspec.json.decode(bytes(body), type=_Named) for (body,) in bodies]
    here = {one.organ.name if one.organ else one.department for one in items}
    return frozenset(here | {one.elsewhere.organ for one in items if one.elsewhere})


def read_file(path: Path) -> list[Line]:
    """Read a catalogue from a file of JSON lines, or from one that is compressed already."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput("hub.catalogue_missing", file=path) from error
    packed = data.startswith(b"\x28\xb5\x2f\xfd")
    try:
        return list(snapshot.unpack(data) if packed else snapshot.read_lines(data))
    except SyncError as error:
        raise InvalidInput("hub.catalogue_unreadable", file=path) from error


def publish_file(hub: Hub, path: Path) -> CataloguePointer:
    """Publish the catalogue that a file holds."""
    return publish(hub, read_file(path))


def file_of(hub: Hub, handle: str) -> Path | None:
    """Return the snapshot's file, or None when the hub has none of this handle."""
    if len(handle) != 64 or not set(handle) <= set("0123456789abcdef"):
        return None
    path = hub.paths.catalogue / handle
    return path if path.is_file() else None
