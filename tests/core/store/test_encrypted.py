"""The ledger's file: what the cipher refuses, and ledgers in the first releases' form."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import peewee
import pytest
from playhouse.sqlcipher_ext import SqlCipherDatabase

from terminal.errors import StoreError
from terminal.store import database as store
from terminal.store import meta
from terminal.store.database import Ledger
from terminal.store.encrypted import AEGIS, SQLCIPHER, EncryptedDatabase
from terminal.store.statements import rows

KEY = bytes(range(32))
PAGE = 4096
COUNT = 60


@pytest.fixture
def old(data_dir: Path) -> Iterator[Path]:
    """A ledger in SQLCipher's form whose program died: half of it stands in the log only."""
    made = data_dir / "made"
    made.mkdir(parents=True)
    database = SqlCipherDatabase(str(made / "ledger.db"), passphrase=f"x'{KEY.hex()}'")
    database.connect()
    database.execute_sql("PRAGMA journal_mode = wal")
    database.execute_sql("CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
    for number in range(COUNT):
        database.execute_sql("INSERT INTO meta VALUES (?, ?)", (f"k{number}", "v" * 500))
        if number == COUNT // 2:
            database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    for name in ("ledger.db", "ledger.db-wal"):
        shutil.copyfile(made / name, data_dir / name)
    database.close()
    shutil.rmtree(made)
    assert (data_dir / "ledger.db-wal").stat().st_size > COUNT // 2 * PAGE
    yield data_dir / "ledger.db"
    left = {one.name for one in data_dir.iterdir()}
    assert not {name for name in left if name.endswith((".new-form", "-wal", "-shm"))}


@pytest.fixture(autouse=True)
def without_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The form of a file has nothing to do with the steps of its schema."""
    monkeypatch.setattr(store, "bring_up", lambda *_: None)


def opened(path: Path) -> tuple[object, int, list[tuple[object, ...]]]:
    """Open a ledger; returns its form, how many rows it has, and whether it is sound."""
    ledger = Ledger(path, KEY)
    ledger.open()
    try:
        found = ledger.read(lambda db: (len(rows(db, "SELECT * FROM meta")), sound(db)))
        ledger.write(lambda db: meta.put(db, "k0", "again"))
        return ledger._form, *found
    finally:
        ledger.close()


def sound(db: peewee.Database) -> list[tuple[object, ...]]:
    return rows(db, "PRAGMA integrity_check")


def test_a_ledger_of_the_first_form_is_brought_over_with_its_log(old: Path) -> None:
    assert opened(old) == (AEGIS, COUNT, [("ok",)])
    assert opened(old) == (AEGIS, COUNT, [("ok",)])
    again = EncryptedDatabase(old, KEY, SQLCIPHER)
    with pytest.raises(peewee.DatabaseError, match="not a database"):
        again.execute_sql("SELECT * FROM meta")
    again.close()


def test_another_key_changes_neither_the_file_nor_its_log(old: Path) -> None:
    files = {one: one.read_bytes() for one in old.parent.iterdir() if one.name != "ledger.db-shm"}
    ledger = Ledger(old, KEY[::-1])
    with pytest.raises(StoreError) as caught:
        ledger.open()
    ledger.close()
    assert caught.value.code == "store.wrong_key"
    assert {one: one.read_bytes() for one in files} == files
    assert opened(old)[1] == COUNT


@pytest.mark.allow_warnings("terminal.store.database")
def test_without_room_for_both_it_stays_in_the_first_form_and_works(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        usage = shutil.disk_usage(old.parent)
        patch.setattr(store.shutil, "disk_usage", lambda _: usage._replace(free=PAGE))
        assert opened(old) == (SQLCIPHER, COUNT, [("ok",)])
    assert opened(old) == (AEGIS, COUNT, [("ok",)])


@pytest.mark.allow_warnings("terminal.store.database")
@pytest.mark.parametrize("where", ["chmod", "replace"])
def test_what_stops_half_way_leaves_the_old_file(
    old: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    old.with_name("ledger.db.new-form").write_bytes(b"of an earlier attempt")
    with monkeypatch.context() as patch:

        def fail(*_: object) -> None:
            raise OSError

        patch.setattr(Path, where, fail)
        assert opened(old) == (SQLCIPHER, COUNT, [("ok",)])
    assert opened(old) == (AEGIS, COUNT, [("ok",)])


def test_changed_and_swapped_pages_are_refused(old: Path) -> None:
    opened(old)
    whole = old.read_bytes()
    last, before = whole[-PAGE:], whole[-2 * PAGE : -PAGE]
    flipped = bytes([last[100] ^ 1])
    for content in (
        whole[: -PAGE + 100] + flipped + whole[-PAGE + 101 :],
        whole[: -2 * PAGE] + last + before,
    ):
        assert len(content) == len(whole)
        old.write_bytes(content)
        with pytest.raises(StoreError) as caught:
            opened(old)
        assert caught.value.code == "store.damaged"


def test_a_result_that_somebody_holds_does_not_hold_the_reader(data_dir: Path) -> None:
    """Of each reader one result is kept half read: the next look sees what was written since."""
    ledger = Ledger(data_dir / "ledger.db", KEY)
    ledger.open()
    ledger.write(lambda db: db.execute_sql("CREATE TABLE meta (key PRIMARY KEY, value)"))
    ledger.write(lambda db: [meta.put(db, f"k{n}", "old") for n in range(3)])
    held = [
        ledger.read(lambda db: db.execute_sql("SELECT value FROM meta"))
        for _ in range(store.READERS)
    ]
    ledger.write(lambda db: [meta.put(db, f"k{n}", "new") for n in range(3)])
    for _ in range(store.READERS):
        assert ledger.read(lambda db: meta.get(db, "k0")) == "new"
    assert len(held) == store.READERS
    assert ledger.empty_log(), "and it keeps nothing in the log"
    ledger.close()
