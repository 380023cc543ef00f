"""Opening the ledger: the key, the lock, damage; who comes first; a full disk."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import peewee
import pytest

from terminal.context import Context
from terminal.errors import DiskFull, StoreError
from terminal.ids import SystemRandomness
from terminal.store import meta
from terminal.store.database import BALLAST_BYTES, Ledger, translate
from terminal.store.keys import open_keys
from terminal.store.tables.ledger import ALL_TABLES, MetaRow
from terminal.store.write_thread import SYNC
from tests.core.hall import PLAIN, VISITOR, Hall, until

KEY = bytes(range(32))


@pytest.fixture
def ledger(data_dir: Path) -> Iterator[Ledger]:
    """An open ledger."""
    found = Ledger(data_dir / "ledger.db", KEY)
    found.open()
    yield found
    found.close()


def refusal(ledger: Ledger) -> str:
    """The code with which opening is refused."""
    with pytest.raises(StoreError) as caught:
        ledger.open()
    ledger.close()
    assert caught.value.sentence()
    return caught.value.code


def test_what_was_written_is_there_after_a_restart(ledger: Ledger, data_dir: Path) -> None:
    ledger.write(lambda db: meta.put(db, "a", "值"))
    ledger.close()
    again = Ledger(data_dir / "ledger.db", KEY)
    again.open()
    assert again.read(lambda db: meta.get(db, "a")) == "值"
    again.close()
    again.close()


def test_the_migration_makes_the_tables_that_the_code_knows(ledger: Ledger) -> None:
    def columns(db: peewee.Database) -> dict[str, set[str]]:
        return {t: {c.name for c in db.get_columns(t)} for t in db.get_tables()}

    there = ledger.read(columns)
    for table in ALL_TABLES:
        name = table._meta.table_name  # type: ignore[attr-defined]
        fields = {f.column_name for f in table._meta.sorted_fields}  # type: ignore[attr-defined]
        assert there[name] == fields, name


def test_commits_are_durable_and_encrypted(ledger: Ledger, data_dir: Path) -> None:
    def pragmas(db: peewee.Database) -> list[object]:
        names = ("journal_mode", "synchronous", "secure_delete")
        return [db.execute_sql(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert ledger.write(lambda db: None) is None
    assert ledger._thread.run(lambda: pragmas(ledger._write_db)) == ["wal", 2, 1]  # type: ignore[arg-type]
    ledger.write(lambda db: meta.put(db, "name", "阿卜杜热合曼"))
    ledger.close()
    for file in data_dir.iterdir():
        assert "阿卜杜热合曼".encode() not in file.read_bytes(), file
    with pytest.raises(sqlite3.DatabaseError), sqlite3.connect(data_dir / "ledger.db") as plain:
        plain.execute("SELECT * FROM meta")
    plain.close()


def test_another_key_opens_nothing(ledger: Ledger, data_dir: Path) -> None:
    ledger.close()
    before = (data_dir / "ledger.db").read_bytes()
    assert refusal(Ledger(data_dir / "ledger.db", KEY[::-1])) == "store.wrong_key"
    assert (data_dir / "ledger.db").read_bytes() == before


def test_a_second_program_is_told_so(ledger: Ledger, data_dir: Path) -> None:
    second = Ledger(data_dir / "ledger.db", KEY)
    with pytest.raises(StoreError, match="正被另一个一窗程序使用") as caught:
        second.open()
    assert caught.value.code == "store.in_use"
    # The refused one has not given the first one's lock away.
    assert refusal(Ledger(data_dir / "ledger.db", KEY)) == "store.in_use"
    ledger.write(lambda db: meta.put(db, "a", "b"))


def test_a_damaged_ledger_is_said_and_left_alone(ledger: Ledger, data_dir: Path) -> None:
    for number in range(300):
        ledger.write(lambda db, n=number: meta.put(db, f"k{n}", "x" * 500))
    ledger.close()
    path = data_dir / "ledger.db"
    data = bytearray(path.read_bytes())
    # The last pages are those that were written last: rows of the table that is read below.
    for place in range(len(data) // 2, len(data), 4096):
        data[place : place + 64] = os.urandom(64)
    path.write_bytes(data)
    found = Ledger(path, KEY)

    def look() -> None:
        found.open()
        found.read(lambda db: list(MetaRow.select(MetaRow.value).tuples().execute(db)))

    with pytest.raises(StoreError) as caught:
        look()
    found.close()
    assert caught.value.code in {"store.damaged", "store.wrong_key"}
    assert path.read_bytes() == bytes(data)
    path.write_bytes(b"\0" * len(data))
    assert refusal(Ledger(path, KEY)) == "store.wrong_key"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert refusal(Ledger(tmp_path / "file" / "ledger.db", KEY)) == "store.cannot_open"


@pytest.mark.parametrize("lost", ["database.key", "terminal.key"])
def test_a_lost_key_is_never_replaced_beside_a_ledger(
    make_context: Callable[..., Context], data_dir: Path, lost: str
) -> None:
    make_context(data_dir).close()
    kept = (data_dir / "keys" / lost).rename(data_dir / "elsewhere")
    with pytest.raises(StoreError) as caught:
        make_context(data_dir)
    assert caught.value.code == "store.key_missing"
    assert not (data_dir / "keys" / lost).exists()
    kept.rename(data_dir / "keys" / lost)
    make_context(data_dir)


def test_keys_are_the_accounts_own(data_dir: Path) -> None:
    keys = open_keys(data_dir / "keys", data_dir / "ledger.db", SystemRandomness())
    assert (data_dir / "keys").stat().st_mode & 0o077 == 0
    for file in (data_dir / "keys").iterdir():
        assert file.stat().st_mode & 0o077 == 0, file
    again = open_keys(data_dir / "keys", data_dir / "ledger.db", SystemRandomness())
    assert (again.terminal_id, again.database) == (keys.terminal_id, keys.database)
    (data_dir / "keys" / "terminal.key").write_text("no key", encoding="ascii")
    with pytest.raises(StoreError) as caught:
        open_keys(data_dir / "keys", data_dir / "ledger.db", SystemRandomness())
    assert caught.value.code == "store.key_damaged"


def test_a_failed_transaction_leaves_nothing(ledger: Ledger) -> None:
    def half(db: peewee.Database) -> None:
        meta.put(db, "a", "half")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ledger.write(half)
    assert ledger.read(lambda db: meta.get(db, "a")) == ""
    ledger.write(lambda db: meta.put(db, "a", "whole"))
    assert ledger.read(lambda db: meta.get(db, "a")) == "whole"


def test_a_reader_sees_one_moment_and_writes_nothing(ledger: Ledger) -> None:
    ledger.write(lambda db: meta.put(db, "a", "1"))

    def read(db: peewee.Database) -> tuple[str, str]:
        first = meta.get(db, "a")
        ledger.write(lambda other: meta.put(other, "a", "2"))
        return first, meta.get(db, "a")

    assert ledger.read(read) == ("1", "1")
    assert ledger.read(lambda db: meta.get(db, "a")) == "2"
    with pytest.raises((StoreError, peewee.OperationalError)):
        ledger.read(lambda db: meta.put(db, "a", "3"))


def test_people_come_before_sync(ledger: Ledger) -> None:
    """Whatever the sync has queued, a person's action is the next one."""
    order: list[str] = []
    started, go = threading.Event(), threading.Event()

    def hold(_db: peewee.Database) -> None:
        started.set()
        assert go.wait(20)

    def run(name: str, priority: int | None) -> threading.Thread:
        thread = threading.Thread(
            target=ledger.write, args=(lambda _db: order.append(name),),
            kwargs={"priority": priority},
        )  # fmt: skip
        thread.start()
        return thread

    first = threading.Thread(target=ledger.write, args=(hold,))
    first.start()
    assert started.wait(20)
    threads = [run(f"sync {n}", SYNC) for n in range(3)]
    until(lambda: ledger._thread.waiting == 3)
    threads.append(run("person", None))
    until(lambda: ledger._thread.waiting == 4)
    go.set()
    for thread in (first, *threads):
        thread.join(20)
    assert order[0] == "person"
    assert len(order) == 4


def test_writing_within_a_write_does_not_hang(ledger: Ledger) -> None:
    def outer(db: peewee.Database) -> str:
        meta.put(db, "a", "1")
        return ledger._thread.run(lambda: meta.get(db, "a"))

    assert ledger.write(outer) == "1"


def test_a_closed_ledger_says_so_instead_of_waiting(ledger: Ledger) -> None:
    ledger.close()
    for call in (ledger.read, ledger.write):
        with pytest.raises(StoreError) as caught:
            call(lambda db: meta.get(db, "a"))
        assert caught.value.code == "store.closed"


def test_errors_are_found_behind_the_one_that_hides_them() -> None:
    try:
        try:
            raise peewee.OperationalError("database or disk is full")
        except peewee.OperationalError:
            raise peewee.OperationalError("cannot rollback - no transaction is active")  # noqa: B904
    except peewee.OperationalError as error:
        found = translate(error)
    assert isinstance(found, DiskFull)
    assert translate(peewee.OperationalError("no such table: x")) is None


# A full disk


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 6 MiB, where mounting is allowed."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = shutil.which("mount")
    if mount is None or os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    done = subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(folder)],
        capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Use up every byte that is left."""
    path = folder / "filler"
    with path.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            block = b"\1" * size
            while True:
                try:
                    if file.write(block) < size:
                        break
                except OSError:
                    break
    return path


@pytest.mark.allow_warnings("terminal.store.database")
def test_on_a_full_disk_the_ballast_lets_the_work_be_finished(small_disk: Path) -> None:
    folder = small_disk / "data"
    ledger = Ledger(folder / "ledger.db", KEY)
    ledger.open()
    assert (folder / "ballast").stat().st_size == BALLAST_BYTES
    ledger.write(lambda db: meta.put(db, "before", "1"))
    filler = fill(small_disk)

    ledger.write(lambda db: meta.put(db, "person", "x" * 20_000))
    assert not (folder / "ballast").exists()

    fill(small_disk)
    written: list[str] = []

    def write_on() -> None:
        for number in range(2000):
            ledger.write(lambda db, n=number: meta.put(db, f"more{n}", "x" * 20_000))
            written.append(f"more{number}")

    with pytest.raises(DiskFull) as caught:
        write_on()
    assert "没有保存" in caught.value.sentence()
    kept = ledger.read(lambda db: [k for (k,) in MetaRow.select(MetaRow.key).tuples().execute(db)])
    assert {"before", "person", *written} <= set(kept)
    assert f"more{len(written)}" not in kept

    filler.unlink()
    ledger.write(lambda db: meta.put(db, "after", "1"))
    ledger.close()
    again = Ledger(folder / "ledger.db", KEY)
    again.open()
    there = again.read(
        lambda db: dict(MetaRow.select(MetaRow.key, MetaRow.value).tuples().execute(db))
    )
    assert there["person"] == "x" * 20_000
    assert there["after"] == "1"
    assert (folder / "ballast").exists()
    again.close()


def test_a_disk_that_turned_read_only_is_said_and_nothing_is_lost(small_disk: Path) -> None:
    path = small_disk / "data" / "ledger.db"
    ledger = Ledger(path, KEY)
    ledger.open()
    ledger.write(lambda db: meta.put(db, "a", "1"))
    ledger.close()

    def remount(how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(small_disk)], check=True)

    remount("ro")
    try:
        assert refusal(Ledger(path, KEY)) in {"store.read_only", "store.cannot_open"}
    finally:
        remount("rw")
    ledger = Ledger(path, KEY)
    ledger.open()
    assert ledger.read(lambda db: meta.get(db, "a")) == "1"
    ledger.close()


def test_an_error_of_the_disk_in_the_middle_leaves_the_act_undone(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The commit itself fails once: it is said, nothing is half there, the next one works."""
    ledger.write(lambda db: meta.put(db, "before", "1"))
    execute, failing = ledger._write_db.execute_sql, [True]  # type: ignore[union-attr]

    def failing_disk(sql: str, *arguments: object) -> object:
        if sql == "COMMIT" and failing.pop():
            failing.append(False)
            raise peewee.OperationalError("disk I/O error")
        return execute(sql, *arguments)

    monkeypatch.setattr(ledger._write_db, "execute_sql", failing_disk)
    with pytest.raises(StoreError) as caught:
        ledger.write(lambda db: meta.put(db, "lost", "1"))
    assert caught.value.code == "store.io_error"
    assert "没有保存" in caught.value.sentence()
    failing[:] = [False]
    ledger.write(lambda db: meta.put(db, "after", "1"))
    there = [ledger.read(lambda db, k=key: meta.get(db, k)) for key in ("before", "lost", "after")]
    assert there == ["1", "", "1"]


@pytest.mark.allow_warnings("terminal.store.database")
def test_a_ledger_opens_on_a_full_disk(small_disk: Path) -> None:
    folder = small_disk / "data"
    ledger = Ledger(folder / "ledger.db", KEY)
    ledger.open()
    ledger.write(lambda db: meta.put(db, "a", "1"))
    ledger.close()
    fill(small_disk)
    again = Ledger(folder / "ledger.db", KEY)
    again.open()
    assert not (folder / "ballast").exists()
    assert again.read(lambda db: meta.get(db, "a")) == "1"
    again.write(lambda db: meta.put(db, "a", "2"))
    again.close()
    fill(small_disk)
    assert refusal(Ledger(folder / "ledger.db", KEY)) == "store.disk_full"


@pytest.mark.allow_warnings("terminal.store.database")
def test_an_act_on_a_full_disk_is_whole_or_nothing(
    small_disk: Path, make_context: Callable[..., Context]
) -> None:
    from terminal.settings import Settings

    hall = Hall(make_context(small_disk / "data", Settings(data_dir=small_disk / "data")))
    saved = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk)
    filler = fill(small_disk)
    numbers = [saved.case.receipt_number]

    def accept_on() -> None:
        for _ in range(500):
            done = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk)
            numbers.append(done.case.receipt_number)
            fill(small_disk)

    with pytest.raises(DiskFull):
        accept_on()
    verified = hall.ctx.journal.verify()
    assert verified.holds
    assert {case.receipt_number for case in hall.ctx.cases.mine(hall.clerk)} == set(numbers)
    assert hall.kinds().count("case_accepted") == len(numbers)
    assert hall.kinds().count("document_issued") == 2 * len(numbers)
    filler.unlink()
    # The same key again: the same draft is saved now, once.
    draft = hall.complete(PLAIN, VISITOR)
    assert not hall.ctx.intake.accept(draft, hall.clerk).repeated
    assert hall.ctx.journal.verify().holds


def test_a_program_that_is_killed_while_it_writes_loses_nothing_that_it_told(
    data_dir: Path,
) -> None:
    """What was told as saved before SIGKILL is there afterwards, and the file is sound."""
    code = """
import sys
from pathlib import Path
from terminal.store.database import Ledger
from terminal.store import meta
ledger = Ledger(Path(sys.argv[1]), bytes(range(32)))
ledger.open()
for number in range(100000):
    ledger.write(lambda db: meta.put(db, f"k{number}", "x" * 700))
    print(number, flush=True)
"""
    path = data_dir / "ledger.db"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parents[3],
    )  # fmt: skip
    assert process.stdout is not None
    told = -1
    for line in process.stdout:
        told = int(line)
        if told >= 40:
            process.kill()
            break
    told = max([told, *(int(line) for line in process.stdout.read().split())])
    process.stdout.close()
    process.wait()
    ledger = Ledger(path, KEY)
    ledger.open()
    keys = ledger.read(lambda db: [k for (k,) in MetaRow.select(MetaRow.key).tuples().execute(db)])
    assert {f"k{number}" for number in range(told + 1)} <= set(keys)
    ledger.close()
