"""A backup of a hub's database and its restore, on either engine, while the hub is open."""

from __future__ import annotations

from typing import Any

from hub.hub import Hub
from hub.store.tables import TABLES


class Backup:
    """All rows as they stood; `put_back` lets the hub's database be as it was then."""

    def __init__(self, hub: Hub) -> None:
        self._rows: dict[Any, list[dict[str, Any]]] = {}
        with hub.store.reading() as database:
            for table in TABLES:
                self._rows[table] = list(table.select().dicts().execute(database))

    def put_back(self, hub: Hub) -> None:
        with hub.store.writing() as database:
            for table, rows in self._rows.items():
                table.delete().execute(database)
                for start in range(0, len(rows), 50):
                    table.insert_many(rows[start : start + 50]).execute(database)
