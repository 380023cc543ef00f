"""The catalogue as terminals load it: one snapshot file, named by its hash."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import msgspec

from hub.hub import Hub
from hub.store import feeds, people, projections
from hub.store.feeds import NewRow
from terminal.errors import InvalidInput, SyncError
from terminal.protocol import snapshot
from terminal.protocol.snapshot import Line
from terminal.protocol.wire import CataloguePointer, catalogue_feed

POINTER = "catalogue"


def publish(hub: Hub, lines: Iterable[Line]) -> CataloguePointer:
    """Put a snapshot in force for every hall; the one in force again changes nothing."""
    every = list(lines)
    items = [line.item for line in every if line.item is not None]
    events = [line.event for line in every if line.event is not None]
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
        if people.fact(database, POINTER) == pointer.handle:
            return pointer
        people.set_fact(database, POINTER, pointer.handle)
        projections.replace_items(database, items)
        for hall in people.halls(database):
            name = catalogue_feed(hall.id)
            feeds.restart(database, name, pointer.handle)
            moved += feeds.append(
                database, [NewRow(name, "json", "snapshot", body)], pointer.handle
            )
    hub.bell.ring(moved)
    return pointer


def publish_file(hub: Hub, path: Path) -> CataloguePointer:
    """Publish a file of JSON lines, or one that is compressed already."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput("hub.catalogue_unreadable", file=path) from error
    packed = data.startswith(b"\x28\xb5\x2f\xfd")
    try:
        return publish(hub, snapshot.unpack(data) if packed else snapshot.read_lines(data))
    except SyncError as error:
        raise InvalidInput("hub.catalogue_unreadable", file=path) from error


def file_of(hub: Hub, handle: str) -> Path | None:
    """Return the snapshot's file, or None when the hub has none of this handle."""
    if len(handle) != 64 or not set(handle) <= set("0123456789abcdef"):
        return None
    path = hub.paths.catalogue / handle
    return path if path.is_file() else None
