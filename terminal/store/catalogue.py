"""`catalogue.db`: every version of every service item, and the life events.

Plain SQLite through the same library as the ledger, without a key: nothing personal is in it.
The file may be deleted at any time; `terminal.services.catalogue` makes it anew.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import peewee
from playhouse.sqlcipher_ext import SqlCipherDatabase

from terminal.domain.catalogue import LifeEvent, ServiceItem
from terminal.errors import DiskFull, NotFound, StoreError
from terminal.protocol.wire import Cursor
from terminal.store import catalogue_changes
from terminal.store.catalogue_changes import Changes
from terminal.store.statements import writer
from terminal.store.tables.catalogue import TABLES, ItemRow, LifeEventRow, MetaRow

LAYOUT = "2"
"""Number of the layout of the tables; a file of another layout is rebuilt."""

_CHUNK = 400
_BUSY_SECONDS = 5
_T = TypeVar("_T")

_put_item = writer(ItemRow, "REPLACE")
_put_event = writer(LifeEventRow, "REPLACE")
_encoder = msgspec.json.Encoder()
_item_decoder = msgspec.json.Decoder(ServiceItem)
_event_decoder = msgspec.json.Decoder(LifeEvent)
_cursor_decoder = msgspec.json.Decoder(Cursor)


class ImportCounts(msgspec.Struct, frozen=True):
    """What a batch came to: items new here, with other content, and as they were."""

    imported: int = 0
    changed: int = 0
    unchanged: int = 0
    life_events: int = 0


def content_version(item: ServiceItem) -> str:
    """Return the version of an item: a short hash of its content, without its usage."""
    plain = msgspec.structs.replace(item, version="", usage=0)
    return hashlib.sha256(_encoder.encode(plain)).hexdigest()[:12]


class CatalogueStore:
    """The items of one `catalogue.db`; any thread may call it.

    One connection behind a lock: a look-up takes microseconds, and nothing is left open in
    threads that end. Raises `StoreError` where the file is missing or cannot be read.
    """

    def __init__(self, path: Path, *, create: bool = False) -> None:
        if not create and not path.is_file():
            raise StoreError("catalogue.missing", file=path.name)
        self.path = path
        self._lock = threading.RLock()
        self._db = SqlCipherDatabase(
            str(path),
            passphrase="",
            thread_safe=False,
            check_same_thread=False,
            timeout=_BUSY_SECONDS,
        )
        try:
            self._run(lambda: self._prepare(create))
        except BaseException:
            self.close()
            raise

    def _prepare(self, create: bool) -> None:
        self._db.connect()
        if create:
            with self._db.atomic("IMMEDIATE"):
                for table in TABLES:
                    peewee.SchemaManager(table, self._db).create_all(safe=True)
                self._set_meta("layout", LAYOUT)
                self._set_meta("handle", _handle(iter(())))
        if self._meta("layout") != LAYOUT:
            raise StoreError("catalogue.broken", file=self.path.name)
        catalogue_changes.prepare(self._db)

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        with self._lock:
            if not self._db.is_closed():
                self._db.close()

    def __enter__(self) -> CatalogueStore:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    # Reading

    def item(self, code: str, version: str | None = None) -> ServiceItem:
        """Return the current version of an item, or the one that a case began with.

        Raises `NotFound` where this catalogue has no such item or version.
        """
        query = ItemRow.select(ItemRow.body).where(ItemRow.code == code)
        if version is None:
            query = query.where(ItemRow.is_current)
        else:
            query = query.where(ItemRow.version == version)
        row = self._run(lambda: next(iter(query.tuples().execute(self._db)), None))
        if row is None:
            if version is None:
                raise NotFound("catalogue.unknown_item", code=code)
            raise NotFound("catalogue.unknown_version", code=code, version=version)
        return self._decode(_item_decoder, row[0])

    def items_of(self, codes: Iterable[str]) -> dict[str, ServiceItem]:
        """Return the current items of these codes by code; unknown codes are left out."""
        wanted = list(codes)
        query = ItemRow.select(ItemRow.body).where(ItemRow.is_current & ItemRow.code.in_(wanted))
        rows = self._run(lambda: list(query.tuples().execute(self._db)))
        found = (self._decode(_item_decoder, row[0]) for row in rows)
        return {item.code: item for item in found}

    def items(self) -> tuple[ServiceItem, ...]:
        """Return the current version of every item, by code."""
        query = ItemRow.select(ItemRow.body).where(ItemRow.is_current).order_by(ItemRow.code)
        rows = self._run(lambda: list(query.tuples().execute(self._db)))
        return tuple(self._decode(_item_decoder, row[0]) for row in rows)

    def versions(self, code: str) -> tuple[str, ...]:
        """Return all versions of an item that are kept here, the current one first."""
        query = (
            ItemRow.select(ItemRow.version)
            .where(ItemRow.code == code)
            .order_by(ItemRow.is_current.desc(), ItemRow.version)
        )
        return tuple(row[0] for row in self._run(lambda: list(query.tuples().execute(self._db))))

    def life_events(self) -> tuple[LifeEvent, ...]:
        """Return the life events (一件事) in the order of their files."""
        query = LifeEventRow.select(LifeEventRow.body).order_by(
            LifeEventRow.position, LifeEventRow.id
        )
        rows = self._run(lambda: list(query.tuples().execute(self._db)))
        return tuple(self._decode(_event_decoder, row[0]) for row in rows)

    def life_event(self, event_id: str) -> LifeEvent:
        """Return one life event; raises `NotFound`."""
        for event in self.life_events():
            if event.id == event_id:
                return event
        raise NotFound("catalogue.unknown_life_event", id=event_id)

    def count(self) -> int:
        """Return how many items are offered now."""
        query = ItemRow.select(peewee.fn.COUNT(1)).where(ItemRow.is_current)
        return int(self._run(lambda: list(query.tuples().execute(self._db)))[0][0])

    @property
    def handle(self) -> str:
        """The snapshot handle: the same content has the same handle on every terminal."""
        return self._run(lambda: self._meta("handle"))

    def source(self) -> str:
        """Return the digest of the shipped files that this catalogue was built from."""
        return self._run(lambda: self._meta("source"))

    def cursor(self, feed: str) -> Cursor:
        """Return where this file stands in the hub's catalogue feed; it lives and dies with it."""
        stored = self._run(lambda: self._meta("cursor"))
        if stored:
            found = self._decode(_cursor_decoder, stored.encode())
            if found.feed == feed:
                return found
        return Cursor(feed)

    @property
    def is_hubs(self) -> bool:
        """Whether the catalogue of a hub is in force here."""
        return bool(self._run(lambda: self._meta("cursor")))

    # Writing

    def apply(self, changes: Changes, cursor: Cursor, *, whole: bool = False) -> None:
        """Apply what the hub sent, with the cursor, in one transaction; older versions stay.

        With `whole` the changes are the hub's whole catalogue: what came from it before or was
        shipped, and is not among them, is offered no more. What somebody imported here stays.
        """
        batch = [
            msgspec.structs.replace(item, version=content_version(item)) for item in changes.items
        ]

        def write() -> None:
            with self._db.atomic("IMMEDIATE"):
                catalogue_changes.retire(self._db, changes, whole=whole)
                self._put_items(batch, shipped=False)
                catalogue_changes.put_events(self._db, changes.events)
                catalogue_changes.note_pulled(self._db, [item.code for item in batch])
                self._set_meta("cursor", _encoder.encode(cursor).decode())
                self._set_meta("handle", _handle(self._identity()))

        self._run(write)

    def copy_to(self, path: Path) -> None:
        """Copy the file as it stands, so that another catalogue can be built from it beside."""
        with self._lock:
            try:
                shutil.copyfile(self.path, path)
            except OSError as error:
                if error.errno == errno.ENOSPC:
                    raise DiskFull from error
                reason = error.strerror or type(error).__name__
                raise StoreError("catalogue.cannot_write", file=path.name, reason=reason) from error

    def import_items(
        self,
        items: Iterable[ServiceItem],
        life_events: Iterable[LifeEvent] = (),
        *,
        source: str = "",
    ) -> ImportCounts:
        """Add items and replace changed ones, all in one transaction; older versions stay.

        The version of an item is computed here. With `source`, the digest of the shipped
        files, these are the shipped items: they leave alone what somebody imported here.
        Raises `StoreError`, and then nothing of the batch is kept.
        """
        batch = [msgspec.structs.replace(item, version=content_version(item)) for item in items]
        events = tuple(life_events)

        def write() -> ImportCounts:
            with self._db.atomic("IMMEDIATE"):
                counts = self._put_items(batch, shipped=bool(source))
                self._put_events(events)
                if source:
                    self._set_meta("source", source)
                self._set_meta("handle", _handle(self._identity()))
            return msgspec.structs.replace(counts, life_events=len(events))

        return self._run(write)

    def _put_items(self, batch: list[ServiceItem], *, shipped: bool) -> ImportCounts:
        known: dict[str, tuple[str, int]] = {}
        current = ItemRow.select(
            ItemRow.code, ItemRow.version, ItemRow.usage, ItemRow.is_shipped
        ).where(ItemRow.is_current)
        imported_here = set()
        for code, version, usage, is_shipped in current.tuples().execute(self._db):
            known[code] = (version, usage)
            if not is_shipped:
                imported_here.add(code)
        if shipped:
            batch = [item for item in batch if item.code not in imported_here]
        fresh = [item for item in batch if item.code not in known]
        changed = [i for i in batch if i.code in known and known[i.code][0] != i.version]
        for codes in _chunks([item.code for item in changed]):
            ItemRow.update(is_current=False).where(ItemRow.code.in_(codes)).execute(self._db)
        used_otherwise = [
            i
            for i in batch
            if i.code in known and known[i.code][0] == i.version and known[i.code][1] != i.usage
        ]
        for item in (*fresh, *changed, *used_otherwise):
            # A version that was here before comes back by the same key.
            _put_item(self._db, _row(item, shipped))
        return ImportCounts(len(fresh), len(changed), len(batch) - len(fresh) - len(changed))

    def _put_events(self, events: tuple[LifeEvent, ...]) -> None:
        for position, event in enumerate(events):
            row = {"id": event.id, "position": position, "body": _encoder.encode(event)}
            _put_event(self._db, row)

    def _identity(self) -> Iterator[str]:
        query = ItemRow.select(ItemRow.code, ItemRow.version, ItemRow.usage)
        query = query.where(ItemRow.is_current).order_by(ItemRow.code)
        for code, version, usage in query.tuples().execute(self._db):
            yield f"{code} {version} {usage}"
        events = LifeEventRow.select(LifeEventRow.body).order_by(LifeEventRow.id)
        for (body,) in events.tuples().execute(self._db):
            yield hashlib.sha256(body).hexdigest()

    # The file

    def _meta(self, key: str) -> str:
        query = MetaRow.select(MetaRow.value).where(MetaRow.key == key).tuples()
        row = next(iter(query.execute(self._db)), None)
        return str(row[0]) if row else ""

    def _set_meta(self, key: str, value: str) -> None:
        MetaRow.insert(key=key, value=value).on_conflict_replace().execute(self._db)

    def _run(self, work: Callable[[], _T]) -> _T:
        with self._lock:
            try:
                return work()
            except peewee.PeeweeException as error:
                # peewee hides a full disk behind "cannot rollback": the cause is in the chain.
                if "full" in _chain_text(error):
                    raise DiskFull from error
                raise StoreError("catalogue.broken", file=self.path.name) from error

    def _decode(self, decoder: msgspec.json.Decoder[_T], body: bytes) -> _T:
        try:
            return decoder.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise StoreError("catalogue.broken", file=self.path.name) from error


def build_catalogue(
    path: Path, items: Iterable[ServiceItem], life_events: Iterable[LifeEvent], *, source: str = ""
) -> None:
    """Write a new `catalogue.db` beside `path` and swap it in; the old one is replaced whole.

    The caller has closed every store on `path` in this process.
    """
    fresh = path.with_name(f"{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _remove(fresh)
        with CatalogueStore(fresh, create=True) as store:
            store.import_items(items, life_events, source=source)
        # A journal left by the old file would be played into the new one.
        _remove_journal(path)
        os.replace(fresh, path)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull from error
        reason = error.strerror or type(error).__name__
        raise StoreError("catalogue.cannot_write", file=path.name, reason=reason) from error
    except DiskFull:
        raise
    except StoreError as error:
        reason = str(error.__cause__ or error)
        raise StoreError("catalogue.cannot_write", file=path.name, reason=reason) from error
    finally:
        with contextlib.suppress(OSError):
            _remove(fresh)


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _remove_journal(path)


def _remove_journal(path: Path) -> None:
    path.with_name(f"{path.name}-journal").unlink(missing_ok=True)


def _row(item: ServiceItem, shipped: bool) -> dict[str, Any]:
    return {
        "code": item.code,
        "version": item.version,
        "is_current": True,
        "name": item.name,
        "department": item.department,
        "usage": item.usage,
        "is_shipped": shipped,
        "body": _encoder.encode(item),
    }


def _chunks(rows: list[_T]) -> Iterator[list[_T]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]


def _handle(identity: Iterator[str]) -> str:
    digest = hashlib.sha256()
    for line in identity:
        digest.update(line.encode())
        digest.update(b"\n")
    return digest.hexdigest()[:32]


def _chain_text(error: BaseException) -> str:
    parts: list[str] = []
    link: BaseException | None = error
    while link is not None:
        parts.append(str(link))
        link = link.__cause__ or link.__context__
    return " ".join(parts)
