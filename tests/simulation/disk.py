"""A disk in memory whose power can be cut: what was not synced is lost, torn or reordered.

It is a VFS for SQLite by way of apsw. A write lies in the disk's cache until the file is
synced. At the cut each cached write may have reached the platter or not, in any order, and a
part of it only, sector by sector. The file's name is durable with the first sync.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw

from terminal.store.encrypted import EncryptedDatabase, Form, _Cursor

SECTOR = 512
Pragmas = Sequence[tuple[str, object]]


class _File:
    """One file: what is on the platter, what a reader sees, and what lies between."""

    def __init__(self, content: bytes = b"", *, named: bool = False) -> None:
        self.platter = bytearray(content)
        self.seen = bytearray(content)
        self.cache: list[tuple[int, bytes | None]] = []
        self.named = named

    def write(self, offset: int, data: bytes) -> None:
        _put(self.seen, offset, data)
        self.cache.append((offset, data))

    def truncate(self, size: int) -> None:
        del self.seen[size:]
        self.cache.append((size, None))

    def sync(self) -> None:
        self.platter = bytearray(self.seen)
        self.cache.clear()
        self.named = True

    def after_cut(self, rng: random.Random) -> bytes | None:
        """Return what is on the platter, as this cut left it; None: not even its name."""
        if not self.named and rng.random() < 0.5:
            return None
        left = bytearray(self.platter)
        lost = rng.choice((0.0, 0.2, 0.5, 1.0))
        order = list(self.cache)
        if rng.random() < 0.5:
            rng.shuffle(order)
        for offset, data in order:
            if data is None:
                if rng.random() >= lost:
                    del left[offset:]
                continue
            for start in range(0, len(data), SECTOR):
                if rng.random() >= lost:
                    _put(left, offset + start, data[start : start + SECTOR])
        return bytes(left)


def _put(content: bytearray, offset: int, data: bytes) -> None:
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class Disk:
    """All files of one machine. `operations` counts writes, truncations and syncs.

    When `cut_after` of them are done, the power is cut: `left` is what the platter holds then.
    The process does not know, and whatever it does afterwards reaches nothing.
    """

    def __init__(self, files: dict[str, bytes], rng: random.Random) -> None:
        self.files = {name: _File(content, named=True) for name, content in files.items()}
        self.operations = 0
        self.cut_after: int | None = None
        self.left: dict[str, bytes] | None = None
        self._rng = rng

    def count(self) -> None:
        """Count an operation before it is done; maybe it is never done."""
        if self.left is None and self.operations == self.cut_after:
            self.cut()
        self.operations += 1

    def cut(self) -> None:
        """Cut the power now."""
        found = {name: file.after_cut(self._rng) for name, file in self.files.items()}
        self.left = {name: content for name, content in found.items() if content is not None}

    def content(self) -> dict[str, bytes]:
        """Return all files as a program leaves them that ends by itself."""
        return {name: bytes(file.seen) for name, file in self.files.items()}


class _Handle:
    """An open file as SQLite sees it; one process uses it, so locks are always free."""

    def __init__(self, disk: Disk, file: _File) -> None:
        self._disk = disk
        self._file = file

    def xRead(self, amount: int, offset: int) -> bytes:
        return bytes(self._file.seen[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:
        self._disk.count()
        self._file.write(offset, bytes(data))

    def xTruncate(self, size: int) -> None:
        self._disk.count()
        self._file.truncate(size)

    def xSync(self, flags: int) -> None:
        self._disk.count()
        self._file.sync()

    def xFileSize(self) -> int:
        return len(self._file.seen)

    def xLock(self, level: int) -> None:
        return

    def xUnlock(self, level: int) -> None:
        return

    def xCheckReservedLock(self) -> bool:
        return False

    def xFileControl(self, operation: int, pointer: int) -> bool:
        return False

    def xSectorSize(self) -> int:
        return SECTOR

    def xDeviceCharacteristics(self) -> int:
        return 0

    def xClose(self) -> None:
        return


class _Vfs(apsw.VFS):
    """The one VFS of the process; which disk it stands for is set before each run."""

    NAME = "power-cuts"

    def __init__(self) -> None:
        self.disk = Disk({}, random.Random(0))
        super().__init__(self.NAME, base="")

    def xOpen(self, name: Any, flags: list[int]) -> Any:
        path = name if isinstance(name, str) else name.filename()
        file = self.disk.files.get(path)
        if file is None:
            file = self.disk.files[path] = _File()
        return _Handle(self.disk, file)

    def xAccess(self, path: str, flags: int) -> bool:
        return path in self.disk.files

    def xDelete(self, path: str, sync_folder: bool) -> None:
        self.disk.count()
        self.disk.files.pop(path, None)

    def xFullPathname(self, name: str) -> str:
        return name


_vfs = _Vfs()


class DiskDatabase(EncryptedDatabase):
    """The ledger's own database, in its own format, on a disk in memory."""

    def __init__(self, disk: Disk, path: str, key: bytes, pragmas: Pragmas) -> None:
        _vfs.disk = disk
        super().__init__(Path(path), key, pragmas=pragmas)

    def _open(self) -> apsw.Connection:
        return apsw.Connection(self.database, vfs=f"multipleciphers-{_Vfs.NAME}")


class _Unlocked(Form):
    """A form without a key."""

    def unlock(self, connection: apsw.Connection, key: bytes) -> None:
        """There is nothing to unlock."""


class _ManyCursor(_Cursor):
    """A cursor that counts what a statement has changed for many rows, as the hub's own does."""

    _many: int | None = None

    def executemany(self, *arguments: Any, **more: Any) -> Any:
        before = self.connection.total_changes()
        found = super().executemany(*arguments, **more)
        self._many = self.connection.total_changes() - before
        return found

    @property
    def rowcount(self) -> int:
        return super().rowcount if self._many is None else self._many


class OpenDatabase(EncryptedDatabase):
    """A database without encryption, as the hub's is, on a disk in memory."""

    def __init__(self, disk: Disk, path: str, pragmas: Pragmas) -> None:
        _vfs.disk = disk
        super().__init__(Path(path), b"", _Unlocked((), ""), pragmas)

    def _connect(self) -> apsw.Connection:
        connection = super()._connect()
        connection.cursor_factory = _ManyCursor
        return connection

    def _open(self) -> apsw.Connection:
        return apsw.Connection(self.database, vfs=_Vfs.NAME)
