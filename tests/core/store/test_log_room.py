"""The room that is laid in the write-ahead log: there, harmless, and not on a small disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from terminal.store import log_room, meta
from terminal.store.database import Ledger
from terminal.store.log_room import LEAST_BYTES, PAGE_BYTES, STEP_BYTES
from terminal.store.statements import rows
from tests.core.hall import until

KEY = bytes(range(32))
VALUE = "v" * 3000


@pytest.fixture
def ledger(data_dir: Path) -> Iterator[Ledger]:
    """An open ledger with nothing in its log."""
    found = Ledger(data_dir / "ledger.db", KEY)
    found.open()
    assert found.empty_log()
    yield found
    found.close()


def fill(ledger: Ledger, count: int, at: int = 0) -> None:
    """Commit so often; what is put off by it is done afterwards."""
    for number in range(at, at + count):
        ledger.write(lambda db, n=number: meta.put(db, f"k{n}", VALUE))
    until(lambda: not ledger._thread.waiting)
    ledger._thread.run(lambda: None)


def log_of(ledger: Ledger) -> Path:
    return ledger.path.with_name("ledger.db-wal")


def test_room_is_laid_in_steps_once_the_log_has_grown(ledger: Ledger) -> None:
    fill(ledger, 20)
    small = log_of(ledger).stat().st_size
    assert small < LEAST_BYTES, "a short life lays nothing"
    fill(ledger, 150, at=20)
    laid = log_of(ledger).stat().st_size
    assert laid > STEP_BYTES
    assert log_of(ledger).read_bytes()[-STEP_BYTES // 2 :].count(0) == STEP_BYTES // 2
    fill(ledger, 5, at=170)
    assert log_of(ledger).stat().st_size == laid, "a commit falls on what is laid"
    assert ledger.empty_log()
    assert log_of(ledger).stat().st_size == 0
    fill(ledger, 170)
    assert log_of(ledger).stat().st_size > STEP_BYTES


def test_a_program_that_dies_finds_its_commits_before_the_zeros(
    ledger: Ledger, tmp_path: Path
) -> None:
    fill(ledger, 200)
    assert log_of(ledger).read_bytes().endswith(bytes(1000))
    for one in (ledger.path, log_of(ledger)):
        shutil.copyfile(one, tmp_path / one.name)
    again = Ledger(tmp_path / "ledger.db", KEY)
    again.open()
    found = again.read(lambda db: rows(db, "SELECT count(*) FROM meta WHERE value = ?", VALUE))
    sound = again.read(lambda db: rows(db, "PRAGMA integrity_check"))
    assert (found, sound) == ([(200,)], [("ok",)])
    again.close()


def test_the_log_is_brought_into_the_file_before_it_grows_without_end(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_room, "CHECKPOINT_PAGES", 40)
    fill(ledger, 100)
    assert log_of(ledger).stat().st_size < 60 * PAGE_BYTES
    assert ledger.path.stat().st_size > 60 * 4096


def test_a_checkpoint_that_fails_does_not_fail_the_commit(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_room, "CHECKPOINT_PAGES", 1)

    class Failing:
        def wal_checkpoint(self, *_: object) -> None:
            raise apsw.FullError("database or disk is full")

    assert ledger._log_room._grown(Failing(), "main", 5) == apsw.SQLITE_OK  # type: ignore[arg-type]


@pytest.mark.allow_warnings("terminal.store.log_room")
def test_nothing_is_laid_where_the_room_would_be_missed(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(log_room, "_free", lambda _: log_room.NEEDED_FREE_BYTES - 1)
        fill(ledger, 170)
        assert (log_of(ledger).stat().st_size - 32) % PAGE_BYTES == 0, "frames and nothing else"
    with monkeypatch.context() as patch:

        def full(_: int) -> None:
            raise OSError(28, os.strerror(28))

        patch.setattr(log_room.os, "fsync", full)
        fill(ledger, 3, at=170)
        size = log_of(ledger).stat().st_size
        fill(ledger, 3, at=173)
        assert log_of(ledger).stat().st_size == size, "it is not tried again and again"
    found = ledger.read(lambda db: rows(db, "SELECT count(*) FROM meta WHERE value = ?", VALUE))
    assert found == [(176,)]
