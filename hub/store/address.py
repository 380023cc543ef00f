"""Which store a hub has: the PostgreSQL database that is named, or SQLite in its folder."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from hub.store.database import SqliteStore, Store
from terminal.errors import InvalidInput

_SCHEMES = ("postgresql", "postgres")


def open_store(address: str, file: Path, remembered: Path) -> Store:
    """Open the store at an address; none given: the remembered one, or else the file."""
    if not address and remembered.is_file():
        address = remembered.read_text(encoding="utf-8").strip()
    if not address:
        return SqliteStore(file)
    if urlsplit(address).scheme not in _SCHEMES:
        raise InvalidInput("hub.unknown_database")
    # The driver takes a while to import, and most hubs never need it.
    from hub.store.postgresql import PostgresqlStore

    return PostgresqlStore(address.replace("postgres://", "postgresql://", 1))


def remember(address: str, file: Path) -> None:
    """Keep an address for later calls, readable by the hub's account alone: it may hold a
    password."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(address + "\n")
