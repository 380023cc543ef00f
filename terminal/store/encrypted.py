"""The ledger's file: pages under an authenticated cipher, driven by peewee over apsw.

Each page is sealed with AEGIS-256 under the ledger's key and a random nonce of its own, bound to
its number: a changed, swapped or foreign page is refused when it is read. Ledgers of the first
releases are in SQLCipher's form (AES-256-CBC, HMAC-SHA512); the same library reads and writes it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import apsw
import peewee
from playhouse.apsw_ext import APSWDatabase

SQLITE_VERSION = tuple(int(part) for part in apsw.sqlite_lib_version().split("."))
CIPHERS_VERSION = str(apsw.mc_version).removeprefix("SQLite3 Multiple Ciphers ")  # type: ignore[attr-defined]


class Form(NamedTuple):
    """How a file's pages are sealed: the library's settings, and how a raw key is written."""

    settings: tuple[tuple[str, str], ...]
    key: str

    def unlock(self, connection: apsw.Connection, key: bytes) -> None:
        """Give a new connection its key of 32 bytes; the first statement shows whether it fits."""
        for name, value in self.settings:
            connection.pragma(name, value)
        connection.pragma("key", self.key.format(key.hex()))


AEGIS = Form((("cipher", "aegis"), ("algorithm", "aegis-256")), "raw:{}")
SQLCIPHER = Form((("cipher", "sqlcipher"), ("legacy", "4")), "x'{}'")
"""Ledgers that were made before AEGIS was taken; `EncryptedDatabase.renew` brings them over."""


_translated = peewee.__exception_wrapper__  # type: ignore[attr-defined]


class _Cursor(apsw.Cursor):
    """apsw's cursor with what the DB-API calls by other names."""

    @property
    def rowcount(self) -> int:
        return self.connection.changes()

    @property
    def lastrowid(self) -> int:
        return self.connection.last_insert_rowid()

    @property
    def description(self) -> Any:  # type: ignore[override]
        try:
            return self.get_description()
        except apsw.ExecutionCompleteError:
            return None


def _as_text(_cursor: object, _number: int, value: object) -> str:
    """Store what SQLite has no type for as the standard library does: a moment as its text."""
    return str(value)


class EncryptedDatabase(APSWDatabase):
    """A peewee database over one encrypted file; `key` is 32 bytes."""

    def __init__(
        self,
        path: Path,
        key: bytes,
        form: Form = AEGIS,
        pragmas: Sequence[tuple[str, object]] = (),
    ) -> None:
        self.form = form
        self._key = key
        super().__init__(str(path), pragmas=list(pragmas), thread_safe=False)

    def _connect(self) -> apsw.Connection:
        with _translated:
            connection = self._open()
            connection.cursor_factory = _Cursor
            connection.convert_binding = _as_text
            try:
                self.form.unlock(connection, self._key)
                self._add_conn_hooks(connection)
            except BaseException:
                connection.close(True)
                raise
        return connection

    def execute_sql(self, sql: str, params: Sequence[object] | None = None) -> apsw.Cursor:
        """Run a statement; peewee's own way here asks the same things of each one anew."""
        try:
            return self.connection().execute(sql, params or ())
        except apsw.Error:
            with _translated:
                raise

    def is_reading(self) -> bool:
        """Whether a result that was not read to its end holds a moment of the file."""
        return not self.is_closed() and self.connection().txn_state("main") != apsw.SQLITE_TXN_NONE

    def _close(self, connection: apsw.Connection) -> None:
        connection.close(True)

    def _open(self) -> apsw.Connection:
        """Open the file without its key; `file:` names are understood for `renew`."""
        flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
        return apsw.Connection(self.database, flags)

    def renew(self) -> bool:
        """Write the content into a new file in today's form and put it in this one's place.

        This must be the only connection; it is closed. The old file stays until the new one is
        durable, so that a power cut leaves one or the other, whole. False: the old file could
        not be left in peace, and nothing was changed.
        """
        path = Path(self.database)
        new = path.with_name(f"{path.name}.new-form")
        settings = "&".join(f"{name}={value}" for name, value in AEGIS.settings)
        target = f"{new.absolute().as_uri()}?{settings}&key={AEGIS.key.format(self._key.hex())}"
        new.unlink(missing_ok=True)
        try:
            with _translated:
                self.connection().execute("VACUUM INTO ?", (target,))
            self.close()
            log = path.with_name(f"{path.name}-wal")
            if log.exists() and log.stat().st_size:
                return False
            new.chmod(path.stat().st_mode & 0o777)
            _make_durable(new)
            new.replace(path)
            if os.name == "posix":
                _make_durable(path.parent)
        finally:
            new.unlink(missing_ok=True)
        return True


def _make_durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
