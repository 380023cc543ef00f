"""Changes of the hub's catalogue, item by item, inside the transaction of the caller."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import msgspec
import peewee

from terminal.domain.catalogue import LifeEvent, ServiceItem
from terminal.store.statements import writer
from terminal.store.tables.catalogue import ItemRow, LifeEventRow, PulledRow

_put_pulled = writer(PulledRow, "IGNORE")
_CHUNK = 400
_T = TypeVar("_T")


class Changes(msgspec.Struct, frozen=True):
    """Items and life events that are new or different, and codes and ids of those that are gone."""

    items: tuple[ServiceItem, ...] = ()
    events: tuple[LifeEvent, ...] = ()
    gone_items: tuple[str, ...] = ()
    gone_events: tuple[str, ...] = ()


def prepare(db: peewee.Database) -> None:
    """Make the table of what was pulled; a file of an earlier release has none."""
    peewee.SchemaManager(PulledRow, database=db).create_all(safe=True)


def retire(db: peewee.Database, changes: Changes, *, whole: bool) -> None:
    """Offer no more what is gone; every version stays for the cases that began with it."""
    if whole:
        pulled = PulledRow.select(PulledRow.code)
        ItemRow.update(is_current=False).where(
            ItemRow.is_shipped | ItemRow.code.in_(pulled)
        ).execute(db)
        PulledRow.delete().execute(db)
        LifeEventRow.delete().execute(db)
    for codes in _chunks(changes.gone_items):
        ItemRow.update(is_current=False).where(ItemRow.code.in_(codes)).execute(db)
        PulledRow.delete().where(PulledRow.code.in_(codes)).execute(db)
    for ids in _chunks(changes.gone_events):
        LifeEventRow.delete().where(LifeEventRow.id.in_(ids)).execute(db)


def put_events(db: peewee.Database, events: Iterable[LifeEvent]) -> None:
    """Add life events behind those that are here; one that is here keeps its place."""
    places = LifeEventRow.select(LifeEventRow.id, LifeEventRow.position).tuples()
    known = dict(places.execute(db))
    after = max(known.values(), default=-1) + 1
    for number, event in enumerate(events, start=after):
        LifeEventRow.replace(
            id=event.id,
            position=known.get(event.id, number),
            body=msgspec.json.encode(event),
        ).execute(db)


def note_pulled(db: peewee.Database, codes: Sequence[str]) -> None:
    """Remember which items are the hub's."""
    for code in codes:
        _put_pulled(db, {"code": code})


def _chunks(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
