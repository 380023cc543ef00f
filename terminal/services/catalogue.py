"""The catalogue at the window: find an item as somebody types, show it, bring in new ones.

The shipped catalogue is built at the first start; a lost or damaged `catalogue.db` or index is
made anew and never stops the start.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from terminal.domain.catalogue import (
    HandlingKind,
    LifeEvent,
    Organ,
    ServiceItem,
    TimeLimit,
    Way,
)
from terminal.errors import InvalidInput, NotFound, StoreError
from terminal.protocol.wire import Cursor
from terminal.search.index import Hit, SearchIndex
from terminal.search.normalise import fold_text
from terminal.services.indexing import make_index, make_index_apart
from terminal.store.catalogue import CatalogueStore, ImportCounts, build_catalogue
from terminal.store.catalogue_changes import Changes
from terminal.store.catalogue_guide import check_life_events, read_guide, read_organs
from terminal.store.catalogue_import import Batch, RefusedRow, read_csv
from terminal.texts import RESOURCES, Texts

logger = logging.getLogger(__name__)

SHIPPED = RESOURCES / "catalogue"
INDEX_NAME = "catalogue.idx"
_VIEWS_KEPT = 2048

Result = TypeVar("Result")


class ItemView(msgspec.Struct, frozen=True):
    """An item in a list of hits: what a clerk tells items apart by.

    `committed` is the committed limit; `how` and `spans` are those of `Hit`; `same_name` counts
    the items that bear this name. Badge ids have texts under `catalogue.badge.`.
    """

    code: str
    name: str
    department: str
    version: str = ""
    task_type: str = ""
    guide: bool = False
    sample: bool = False
    on_the_spot: bool = False
    committed: TimeLimit | None = None
    conditional: bool = False
    commitment: bool = False
    usage: int = 0
    spans: tuple[tuple[int, int], ...] = ()
    how: str = ""
    same_name: int = 1

    def badges(self, texts: Texts | None = None) -> tuple[str, ...]:
        """Return the short words that stand beside the name, in the texts' language."""
        texts = texts or Texts()
        if not self.guide:
            return (texts("catalogue.badge.no_guide"),)
        found = []
        if self.on_the_spot:
            found.append(texts("catalogue.badge.on_the_spot"))
        elif self.committed is not None:
            key = f"catalogue.badge.committed_{self.committed.unit.value}"
            found.append(texts(key, amount=self.committed.amount))
        if self.conditional:
            found.append(texts("catalogue.badge.conditional"))
        if self.commitment:
            found.append(texts("catalogue.badge.commitment"))
        if self.sample:
            found.append(texts("catalogue.badge.sample"))
        return tuple(found)

    def task_type_text(self, texts: Texts | None = None) -> str:
        """Return the task type in words, or an empty string for one that is not known."""
        texts = texts or Texts()
        key = f"catalogue.task_type.{self.task_type}"
        return texts(key) if texts.has(key) else ""


class ImportReport(msgspec.Struct, frozen=True):
    """What importing a file came to; `done` says whether anything was taken."""

    file: str
    done: bool
    counts: ImportCounts = ImportCounts()
    refused: tuple[RefusedRow, ...] = ()


def view_of(item: ServiceItem) -> ItemView:
    """Return the view of an item outside any search."""
    return ItemView(
        code=item.code,
        name=item.name,
        department=item.department,
        version=item.version,
        task_type=item.task_type,
        guide=item.guide,
        sample=item.sample,
        on_the_spot=item.guide and item.handling is HandlingKind.ON_THE_SPOT,
        committed=item.committed,
        conditional=item.conditional_acceptance and any(m.deferrable for m in item.materials),
        commitment=any(Way.COMMITMENT in material.ways for material in item.materials),
        usage=item.usage,
    )


class CatalogueService:
    """Items, life events and search over one data folder; any thread may call it."""

    def __init__(self, path: Path, *, shipped: Path = SHIPPED) -> None:
        """Open `catalogue.db` and the index beside it, making anew what cannot be used."""
        self._path = path
        self._shipped = shipped
        self._lock = threading.RLock()
        # Making an index takes a while: searches go on meanwhile.
        self._refreshing = threading.RLock()
        self._views: OrderedDict[str, ItemView] = OrderedDict()
        self._apart = False
        self._store = self._open_store()
        self._index = self._open_index()

    @property
    def index_path(self) -> Path:
        return self._path.with_name(INDEX_NAME)

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def __enter__(self) -> CatalogueService:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # Asking

    def search(self, text: str, limit: int = 10) -> tuple[ItemView, ...]:
        """Return the items that fit what was typed, best first; nothing typed: the most used."""
        hits = self._index.search(text, limit)
        views = self._views_of(hit.code for hit in hits)
        return tuple(_with_hit(views[hit.code], hit) for hit in hits if hit.code in views)

    def hits(self, text: str, limit: int = 10) -> tuple[Hit, ...]:
        """Return the bare hits of the index, without reading the items."""
        return self._index.search(text, limit)

    def item(self, code: str, version: str | None = None) -> ServiceItem:
        """Return an item, or the version of it that a case began with; raises `NotFound`."""
        try:
            return self._ask(lambda store: store.item(code, version))
        except NotFound:
            raise
        except StoreError:
            self._rebuild_store()
            return self._ask(lambda store: store.item(code, version))

    def view(self, code: str) -> ItemView:
        """Return the view of one item; raises `NotFound`."""
        return view_of(self.item(code))

    def life_events(self, text: str = "") -> tuple[LifeEvent, ...]:
        """Return the life events whose name or alias holds the text; all without a text."""
        wanted = fold_text(text)
        events = self._ask(lambda store: store.life_events())
        return tuple(
            event
            for event in events
            if any(wanted in fold_text(name) for name in (event.name, *event.aliases))
        )

    def life_event(self, event_id: str) -> LifeEvent:
        """Return one life event; raises `NotFound`."""
        return self._ask(lambda store: store.life_event(event_id))

    def count(self) -> int:
        """Return how many items are offered."""
        return self._ask(lambda store: store.count())

    @property
    def handle(self) -> str:
        """The snapshot handle of the catalogue."""
        return self._ask(lambda store: store.handle)

    def _ask(self, question: Callable[[CatalogueStore], Result]) -> Result:
        """Ask the store; one that was swapped meanwhile is asked for again."""
        with self._lock:
            store = self._store
        try:
            return question(store)
        except NotFound:
            raise
        except StoreError:
            with self._lock:
                if self._store is store:
                    raise
                store = self._store
            return question(store)

    # Bringing in

    def import_files(
        self, paths: Iterable[Path], *, skip_refused: bool = False
    ) -> tuple[ImportReport, ...]:
        """Import CSV, TOML or JSON files, each wholly or not at all; then renew the index.

        A file with a refused row is not taken unless `skip_refused`. Raises `InvalidInput`
        where a file cannot be understood; the files before it stay imported.
        """
        reports = []
        try:
            for path in paths:
                reports.append(self._import_file(path, skip_refused))
        finally:
            if any(report.done for report in reports):
                self.refresh()
        return tuple(reports)

    def cursor(self, feed: str) -> Cursor:
        """Return where this catalogue stands in the hub's feed; a file made anew at nothing."""
        return self._ask(lambda store: store.cursor(feed))

    def take_changes(self, changes: Changes, cursor: Cursor, *, index: bool = True) -> bool:
        """Change items one by one, in the running program; returns whether anything changed.

        Versions that cases began with stay. Without `index` the index follows later, by
        `refresh`: more changes are on their way.
        """
        before = self.handle
        self._ask(lambda store: store.apply(changes, cursor))
        changed = self.handle != before
        if changed:
            with self._lock:
                self._views.clear()
        if index and self._index.handle != self.handle:
            self.refresh()
        return changed

    def take_over(self, changes: Changes, cursor: Cursor) -> bool:
        """Put the hub's whole catalogue in force: built beside, then swapped in.

        Searches go on meanwhile. Returns whether anything is different now.
        """
        before = self.handle
        fresh = self._path.with_name(f"{self._path.name}.new")
        try:
            self._ask(lambda store: store.copy_to(fresh))
            with CatalogueStore(fresh) as store:
                store.apply(changes, cursor, whole=True)
            with self._lock:
                self._store.close()
                try:
                    fresh.replace(self._path)
                finally:
                    self._store = self._open_store()
        finally:
            fresh.unlink(missing_ok=True)
            fresh.with_name(f"{fresh.name}-journal").unlink(missing_ok=True)
        if self.handle != before:
            self.refresh()
        return self.handle != before

    def part_of(self, handle: str) -> Path:
        """Return where a snapshot is kept while it is loaded; others' leftovers are removed."""
        part = self._path.with_name(f"catalogue-{handle[:16]}.part")
        for old in self._path.parent.glob("catalogue-*.part"):
            if old != part:
                old.unlink(missing_ok=True)
        return part

    def snapshot(self) -> bytes:
        """Return items and life events as the packed snapshot that a hub publishes."""
        from terminal.protocol.snapshot import pack

        items, events = self._ask(lambda store: (store.items(), store.life_events()))
        return pack(items, events)

    def _import_file(self, path: Path, skip_refused: bool) -> ImportReport:
        batch = self._read(path)
        if batch.refused and not (skip_refused and batch.items):
            return ImportReport(path.name, False, refused=batch.refused)
        counts = self._store.import_items(batch.items, batch.life_events)
        return ImportReport(path.name, True, counts, batch.refused)

    def _read(self, path: Path) -> Batch:
        kind = path.suffix.lower()
        if kind in (".csv", ".txt"):
            return self._keep_guides(read_csv(path))
        if kind not in (".toml", ".json"):
            raise InvalidInput("catalogue.file_kind", file=path.name)
        batch = read_guide(path, self._known)
        own = {item.code: item for item in batch.items}
        check_life_events(
            batch.life_events, lambda code: own.get(code) or self._known(code), path.name
        )
        return batch

    def _known(self, code: str) -> ServiceItem | None:
        try:
            return self._store.item(code)
        except NotFound:
            return None

    def _keep_guides(self, batch: Batch) -> Batch:
        """A plain list of items knows no guides: those that are here stay with their items."""
        known = {item.code: item for item in self._store.items()}
        kept = []
        for item in batch.items:
            old = known.get(item.code)
            if old is not None:
                new = {
                    name: value
                    for name in _LISTED_FIELDS
                    if (value := getattr(item, name)) or name in ("code", "name")
                }
                item = msgspec.structs.replace(old, **new)
            kept.append(item)
        return msgspec.structs.replace(batch, items=tuple(kept))

    def make_indexes_apart(self) -> None:
        """Make each further index in a process of its own: a window wants its turn in this one."""
        self._apart = True

    def refresh(self) -> None:
        """Make the index anew from the store; the old one serves until the new one is there."""
        with self._refreshing:
            index = self._make_index()
            with self._lock:
                self._views.clear()
                self._index = index

    # The files

    def _open_store(self) -> CatalogueStore:
        try:
            store = CatalogueStore(self._path)
        except StoreError as error:
            logger.info("catalogue is made anew: %s", error.code)
            return self._build_store()
        try:
            if not store.is_hubs and store.source() != shipped_digest(self._shipped):
                # Another release: its items come in, older versions stay for their cases.
                batch = read_shipped(self._shipped)
                source = shipped_digest(self._shipped)
                store.import_items(batch.items, batch.life_events, source=source)
        except StoreError:
            store.close()
            return self._build_store()
        return store

    def _build_store(self) -> CatalogueStore:
        batch = read_shipped(self._shipped)
        source = shipped_digest(self._shipped)
        build_catalogue(self._path, batch.items, batch.life_events, source=source)
        return CatalogueStore(self._path)

    def _rebuild_store(self) -> None:
        logger.warning("catalogue is damaged and is made anew")
        with self._lock:
            self._store.close()
            self._store = self._build_store()
        self.refresh()

    def _open_index(self) -> SearchIndex:
        try:
            index = SearchIndex(self.index_path)
        except StoreError as error:
            logger.info("search index is made anew: %s", error.code)
            return self._make_index()
        return index if index.handle == self._store.handle else self._make_index()

    def _make_index(self) -> SearchIndex:
        if not (self._apart and make_index_apart(self._path, self.index_path)):
            make_index(self._store, self.index_path)
        return SearchIndex(self.index_path)

    def _views_of(self, codes: Iterable[str]) -> dict[str, ItemView]:
        with self._lock:
            wanted = list(dict.fromkeys(codes))
            found = {code: self._views[code] for code in wanted if code in self._views}
            missing = [code for code in wanted if code not in found]
            if missing:
                known = self._ask(lambda store: store.items_of(missing))
                for code, item in known.items():
                    found[code] = self._views[code] = view_of(item)
            for code in found:
                self._views.move_to_end(code)
            while len(self._views) > _VIEWS_KEPT:
                self._views.popitem(last=False)
            return found


_LISTED_FIELDS = (
    "code", "name", "department", "group", "area_code", "department_code", "task_type",
)  # fmt: skip
"""The fields that a plain list of items holds."""


def _with_hit(view: ItemView, hit: Hit) -> ItemView:
    return msgspec.structs.replace(view, spans=hit.spans, how=hit.how, same_name=hit.same_name)


def read_shipped(folder: Path = SHIPPED) -> Batch:
    """Read the shipped items with their samples and organs; raises `InvalidInput`."""
    listed = read_csv(folder / "service_items.csv")
    if listed.refused:
        row = listed.refused[0]
        raise InvalidInput("catalogue.row", line=row.line, reason=row.sentence())
    organs_path = folder / "organs.toml"
    organs: dict[str, Organ] = read_organs(organs_path) if organs_path.is_file() else {}
    items = {
        item.code: msgspec.structs.replace(item, organ=organs.get(item.department))
        for item in listed.items
    }
    events: list[LifeEvent] = []
    for path in sorted((folder / "samples").glob("*.toml")):
        batch = read_guide(path, items.get, organs, sample=True)
        items |= {item.code: item for item in batch.items}
        events += batch.life_events
    check_life_events(events, items.get, folder.name)
    return Batch(items=tuple(items.values()), life_events=tuple(events))


def shipped_digest(folder: Path = SHIPPED) -> str:
    """Return a digest of the shipped files: another release's catalogue is told apart by it."""
    digest = hashlib.sha256()
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.toml"), *folder.glob("*/*.toml")]):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:32]
