"""peewee over a connection of apsw, as far as the journal needs it."""

from __future__ import annotations

from typing import Any

import apsw
import peewee


class _Cursor:
    """A cursor as peewee knows them: apsw's, with a count of rows and the last row's id."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection
        self._cursor = connection.cursor()

    def execute(self, sql: str, values: Any = ()) -> _Cursor:
        self._cursor.execute(sql, tuple(values or ()))
        return self

    def fetchall(self) -> list[Any]:
        return list(self._cursor.fetchall())

    def fetchone(self) -> Any:
        return self._cursor.fetchone()

    def __iter__(self) -> Any:
        return iter(self._cursor)

    @property
    def description(self) -> Any:
        try:
            return [
                (name, None, None, None, None, None, None)
                for name, _ in self._cursor.get_description()
            ]
        except apsw.ExecutionCompleteError:
            return None

    @property
    def rowcount(self) -> int:
        return int(self._connection.changes())

    @property
    def lastrowid(self) -> int:
        return int(self._connection.last_insert_rowid())

    def close(self) -> None:
        self._cursor.close()


class _Connection:
    """A connection as peewee knows them."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def cursor(self) -> _Cursor:
        return _Cursor(self._connection)

    def execute(self, sql: str, values: Any = ()) -> _Cursor:
        return self.cursor().execute(sql, values)

    @property
    def in_transaction(self) -> bool:
        return bool(self._connection.in_transaction)

    def close(self) -> None:
        self._connection.close(force=True)


class ApswDatabase(peewee.SqliteDatabase):
    """A peewee database over an open connection."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._made = _Connection(connection)
        super().__init__(":apsw:", thread_safe=False)

    def _connect(self) -> Any:
        return self._made
