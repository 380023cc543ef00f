"""The hub as one object: folder, keys, store, clock; built once and handed to every part."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

from hub import keys
from hub.bell import Bell
from hub.judges import Judges
from hub.portion import Portion
from hub.restore.mark import MarkFile
from hub.restore.places import Places
from hub.store import feeds
from hub.store.address import open_store
from terminal.clock import Clock, SystemClock
from terminal.domain.calendar import WorkingDayCalendar
from terminal.ids import Randomness, SystemRandomness
from terminal.protocol.rules import rules_of

FOLDER = "hub"
"""The hub's folder inside a data folder, so that a terminal may live beside it."""

CALENDAR_SECONDS = 60.0
"""How long a calendar that another process has published may stay unseen here."""


class Paths:
    """Where everything of a hub lies."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / FOLDER
        self.database = self.folder / "hub.db"
        self.address = self.folder / "database"
        self.mark = self.folder / "mark"
        self.keys = keys.KeyFiles(self.folder / "keys")
        self.blobs = self.folder / "blobs"
        self.catalogue = self.folder / "catalogue"


class Hub:
    """Everything that a part of the hub needs; `close` when nobody uses it any more.

    `database` is the address of a PostgreSQL database, kept by `remember` when the hub is set
    up; without one the hub has SQLite in its own folder.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        database: str = "",
        clock: Clock | None = None,
        randomness: Randomness | None = None,
        calendar: WorkingDayCalendar | None = None,
    ) -> None:
        self.paths = Paths(data_dir)
        self.keys = keys.load(self.paths.keys)
        self.clock = clock or SystemClock()
        self.randomness = randomness or SystemRandomness()
        self._calendar = calendar
        self._looked_at = 0.0
        self.store = open_store(database, self.paths.database, self.paths.address)
        self.bell = Bell(self.store.announce)
        self.mark = MarkFile(self.paths.mark)
        self.places = Places()
        self.portion = Portion(shared=self.store.shared)
        self.judges: Judges | None = None
        """Threads that judge while this hub serves; without them whoever stores judges."""

    @property
    def calendar(self) -> WorkingDayCalendar:
        """The working days as published here, looked up again after a minute."""
        if self._calendar is None or 0.0 < self._looked_at < monotonic() - CALENDAR_SECONDS:
            with self.store.reading() as database:
                rows = [
                    row
                    for name in feeds.names(database, "policy/")
                    for row in feeds.current(database, name).items()
                ]
            self._calendar = rules_of(rows).calendar
            self._looked_at = monotonic()
        return self._calendar

    def now(self) -> int:
        """Return this moment in milliseconds."""
        return self.clock.now().corrected

    def close(self) -> None:
        """Wake who waits and close the store."""
        self.bell.close()
        self.store.close()
