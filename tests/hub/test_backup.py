"""Backups as `docs/operations.md` describes them, each one restored and worked with."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from hub import setup
from hub.hub import Hub
from hub.store import entries, people, rating_tables, tables
from hub.store.people import Account
from tests.conftest import RunCli
from tests.hub import postgresql
from tests.hub.conftest import HALL, PASSWORD
from tests.hub.line import TestTerminal
from tests.hub.postgresql import Cluster


def count(hub: Hub) -> int:
    with hub.store.reading() as database:
        found = entries.counts(database)
    assert found["unjudged"] == 0
    return found["applied"]


@contextmanager
def moved(hub: Hub, folder: Path, database: str = "") -> Iterator[Hub]:
    """A hub of the same keys on another machine, with what was restored there."""
    shutil.copytree(hub.paths.folder / "keys", folder / "hub" / "keys")
    restored = Hub(folder, database=database)
    try:
        yield restored
    finally:
        restored.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_is_backed_up_while_it_is_written(
    hub: Hub, terminal: TestTerminal, run_cli: RunCli, tmp_path: Path
) -> None:
    for _ in range(200):
        terminal.accept(terminal.receive())
    terminal.push(terminal.entries[:300])
    copied: list[int] = []

    def back_up() -> None:
        for number in range(3):
            copied.append(hub.store.backup(tmp_path / f"copy{number}"))

    backing = threading.Thread(target=back_up)
    backing.start()
    for start in range(300, len(terminal.entries), 20):
        terminal.push(terminal.entries[start : start + 20])
    backing.join(60)
    assert len(copied) == 3
    done = run_cli("hub", "backup", str(tmp_path / "copy3"))
    assert done.returncode == 0, done.stderr
    refused = run_cli("hub", "backup", str(tmp_path / "copy3"))
    assert refused.returncode == 1
    assert "已存在" in refused.stderr
    whole = count(hub)
    for number in range(4):
        folder = tmp_path / f"restored{number}"
        (folder / "hub").mkdir(parents=True)
        shutil.copy(tmp_path / f"copy{number}", folder / "hub" / "hub.db")
        with moved(hub, folder) as restored:
            with restored.store.reading() as database:
                stored = entries.counts(database)["entries"]
            assert 300 < stored <= whole
    assert stored == whole


def test_a_dump_is_restored_into_another_database(
    data_dir: Path, cluster: Cluster, tmp_path: Path
) -> None:
    url = cluster.make()
    setup.init(data_dir, HALL, password=PASSWORD, database=url)
    hub = Hub(data_dir)
    dump = cluster.folder / "hub.dump"
    cluster.run("pg_dump", "--format=custom", f"--file={dump}", url)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(b"DROP DATABASE IF EXISTS restored")
        connection.execute(b"CREATE DATABASE restored")
    other = cluster.url("restored")
    cluster.run("pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={other}", dump)
    with moved(hub, tmp_path / "other", other) as restored, hub.store.reading() as database:
        before = entries.counts(database)
        with restored.store.reading() as there:
            assert entries.counts(there) == before
    hub.close()
    cluster.wait_for_clients()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(b"DROP DATABASE restored")
    dump.unlink()


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, "it never came true"
        threading.Event().wait(0.05)


def test_a_cluster_is_taken_back_to_a_moment(data_dir: Path, tmp_path: Path) -> None:
    """Base backup and archived WAL: the state of just before the mistake, and a usable hub."""
    # The server's folder is its data; the archive lies beside it.
    archiving = (
        "archive_mode = on",
        "archive_command = 'mkdir -p ../archive && cp %p ../archive/%f'",
    )
    with postgresql.cluster(*archiving) as made:
        archive = made.folder / "archive"
        setup.init(data_dir, HALL, password=PASSWORD, database=made.url())
        base = made.folder / "base"
        made.run(
            "pg_basebackup", "--dbname", made.url(), "-D", base, "--wal-method=stream",
            "--checkpoint=fast",
        )  # fmt: skip
        hub = Hub(data_dir)
        setup.add_account(hub, "li", "李", "区税务局", PASSWORD)
        with psycopg.connect(made.url(), autocommit=True) as connection:
            moment = _one(connection, b"SELECT now()::text")
            setup.add_account(hub, "wu", "吴", "区税务局", PASSWORD)
            connection.execute(b"DELETE FROM facts")  # the mistake
            last = _one(connection, b"SELECT pg_walfile_name(pg_switch_wal())")
            _until((archive / last).exists)
        hub.close()
        made.stop()
        with (base / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write(
                f"restore_command = 'cp {archive}/%f %p'\n"
                f"recovery_target_time = '{moment}'\n"
                "recovery_target_action = 'promote'\narchive_mode = off\n"
            )
        (base / "recovery.signal").touch()
        made.data = base
        made.start()
        # The server answers before it has come to the moment, and takes nothing until then.
        _until(lambda: not _recovering(made.url()))
        with moved(hub, tmp_path / "other", made.url()) as restored:
            names = [account.name for account in _accounts(restored)]
            assert names == ["li", "supervisor"]


def _accounts(hub: Hub) -> list[Account]:
    with hub.store.reading() as database:
        return people.accounts(database)


def _recovering(url: str) -> bool:
    with psycopg.connect(url, autocommit=True) as connection:
        return _one(connection, b"SELECT pg_is_in_recovery()::text") == "true"


def _one(connection: psycopg.Connection[tuple[str]], query: bytes) -> str:
    found = connection.execute(query).fetchone()
    assert found is not None
    return found[0]


def test_the_operators_guide_says_of_every_table_whether_it_may_be_partitioned() -> None:
    guide = Path(__file__).parents[2] / "docs" / "operations.md"
    chapter = guide.read_text(encoding="utf-8").partition("## Partitions")[2].partition("\n## ")[0]
    named = set(re.findall(r"`(\w+)`", chapter))
    models = (*vars(tables).values(), *vars(rating_tables).values())
    held = {
        model._meta.table_name
        for model in models
        if isinstance(model, type) and issubclass(model, tables.Model) and model is not tables.Model
    }
    assert len(held) > 20
    assert held - named == set()
