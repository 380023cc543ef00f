"""The keys of each terminal: the one in force, and those that came before it.

A terminal's id is the id of its first key and stays; keys come and go. What was signed with an
earlier key stays verifiable, so none is ever deleted.
"""

from __future__ import annotations

from typing import Any

import msgspec

from hub.store.statements import rows, run
from hub.store.tables import TerminalKeyRow, TerminalRow


class KeyData(msgspec.Struct, frozen=True):
    """A key of a terminal; moments in milliseconds, 0 for never.

    `retired_at` is when another key took its place, `revoked_at` when it was no longer trusted.
    """

    key_id: str
    terminal: str
    public_key: bytes
    added_at: int
    retired_at: int
    revoked_at: int


def add(database: Any, terminal_id: str, key_id: str, public_key: bytes, now: int) -> None:
    """Note a key that is in force from now on."""
    TerminalKeyRow.insert(
        key_id=key_id, terminal=terminal_id, public_key=public_key, added_at=now
    ).execute(database)


def find(database: Any, key_id: str) -> KeyData | None:
    """Return a key by its id."""
    return next(iter(_keys(database, TerminalKeyRow.key_id == key_id)), None)


def in_force(database: Any) -> list[KeyData]:
    """Return the keys in force of all terminals, the oldest last."""
    return _keys(database, (TerminalKeyRow.retired_at == 0) & (TerminalKeyRow.revoked_at == 0))


def replace(database: Any, terminal_id: str, key_id: str, public_key: bytes, now: int) -> None:
    """Put a new key in the place of the one in force; the terminal counts as trusted again."""
    (
        TerminalKeyRow.update(retired_at=now)
        .where(TerminalKeyRow.terminal == terminal_id, TerminalKeyRow.retired_at == 0)
        .execute(database)
    )
    add(database, terminal_id, key_id, public_key, now)
    (
        TerminalRow.update(key_id=key_id, public_key=public_key, revoked_at=0)
        .where(TerminalRow.id == terminal_id)
        .execute(database)
    )


def revoke(database: Any, terminal_id: str, now: int) -> None:
    """Trust none of a terminal's keys any more, those before included."""
    run(
        database,
        "UPDATE terminal_keys SET revoked_at = ? WHERE terminal = ? AND revoked_at = 0",
        now,
        terminal_id,
    )


def public_keys(database: Any, terminal_id: str) -> list[bytes]:
    """Return every key that a terminal ever signed with, unless it was revoked."""
    found = rows(
        database,
        "SELECT public_key FROM terminal_keys WHERE terminal = ? AND revoked_at = 0"
        " ORDER BY added_at DESC",
        terminal_id,
    )
    return [bytes(key) for (key,) in found]


def _keys(database: Any, condition: Any) -> list[KeyData]:
    query = TerminalKeyRow.select().where(condition)
    return [
        KeyData(
            row.key_id, row.terminal, bytes(row.public_key), row.added_at, row.retired_at,
            row.revoked_at,
        )
        for row in query.order_by(TerminalKeyRow.added_at.desc()).namedtuples().execute(database)
    ]  # fmt: skip
