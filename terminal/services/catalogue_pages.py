"""Pages of the catalogue feed, read into changes of the catalogue."""

from __future__ import annotations

import logging

import msgspec

from terminal.errors import SyncError
from terminal.protocol import sets, snapshot
from terminal.protocol.snapshot import Line
from terminal.protocol.wire import Cursor, FeedRow, Page
from terminal.store.catalogue_changes import Changes
from terminal.store.feeds import follow

logger = logging.getLogger(__name__)


class _Gathered:
    """The last word of a page on each item and life event."""

    def __init__(self) -> None:
        self.lines: dict[str, Line | None] = {}

    def take(self, line: Line) -> None:
        """Take a line of a snapshot."""
        if line.item is not None:
            self.lines[sets.ITEM + line.item.code] = line
        if line.event is not None:
            self.lines[sets.EVENT + line.event.id] = line

    def take_row(self, row: FeedRow) -> None:
        """Take a row that changes one item; what is no such row is passed over."""
        if row.kind != "json" or not row.key.startswith((sets.ITEM, sets.EVENT)):
            return
        if row.body is None:
            self.lines[row.key] = None
            return
        try:
            self.take(msgspec.json.decode(row.body, type=Line))
        except (msgspec.DecodeError, UnicodeDecodeError):
            # Written in a newer form: the item stays as it is until this program is updated.
            logger.warning("catalogue row not understood: %s", row.key)

    def changes(self) -> Changes:
        known = [line for line in self.lines.values() if line is not None]
        gone = [key for key, line in self.lines.items() if line is None]
        return Changes(
            items=tuple(line.item for line in known if line.item is not None),
            events=tuple(line.event for line in known if line.event is not None),
            gone_items=tuple(k.removeprefix(sets.ITEM) for k in gone if k.startswith(sets.ITEM)),
            gone_events=tuple(k.removeprefix(sets.EVENT) for k in gone if k.startswith(sets.EVENT)),
        )


def changes_of(page: Page, stands: Cursor, data: bytes) -> tuple[Changes, Cursor, bool]:
    """Return what a page changes, where it ends, and whether it is the whole catalogue.

    `data` are the bytes of the snapshot that the page names. Raises `SyncError` when the rows
    do not follow, or the snapshot is none.
    """
    position, previous = stands.position, stands.row_hash
    if page.reset or stands.handle not in ("", page.handle):
        position, previous = 0, ""
    gathered, whole = _Gathered(), False
    for row in page.rows:
        position += 1
        follow(page.feed, row, position, previous)
        previous = row.hash
        if row.key == sets.SNAPSHOT_KEY:
            if not data:
                raise SyncError("sync.bad_snapshot")
            gathered, whole = _Gathered(), True
            for line in snapshot.unpack(data, tolerant=True):
                gathered.take(line)
        else:
            gathered.take_row(row)
    return gathered.changes(), Cursor(page.feed, page.handle, position, previous), whole
