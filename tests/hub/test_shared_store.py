"""One PostgreSQL database, several processes: nothing lost, nothing doubled, nobody waits."""

from __future__ import annotations

import json
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec
import peewee
import pytest

from hub import judge, keys, setup
from hub.enrol import make_code
from hub.hub import Hub
from hub.store import entries, feeds, projections
from hub.store.address import open_store
from hub.store.entries import NewEffect
from hub.store.postgresql import Lease, PostgresqlStore
from hub.store.statements import rows, run
from hub.store.tables import EntryRow
from terminal.clock import SystemClock
from terminal.domain.records import HUB_ORIGIN
from terminal.errors import InvalidInput, StoreError
from terminal.protocol import wire
from terminal.protocol.wire import Cursor, Effect, feed_hash, progress_feed
from tests.conftest import RunCli
from tests.hub.conftest import HALL, PASSWORD
from tests.hub.line import TestTerminal
from tests.hub.postgresql import Cluster
from tests.hub.test_process import TlsLine, running

DEADLINE = 60.0


@pytest.fixture
def url(cluster: Cluster) -> Iterator[str]:
    """The address of an empty database."""
    yield cluster.make()
    cluster.wait_for_clients()


def until(true: Callable[[], bool]) -> None:
    """Wait for a condition."""
    end = time.monotonic() + DEADLINE
    while not true():
        assert time.monotonic() < end, "it never came true"
        threading.Event().wait(0.002)


@pytest.fixture
def two(data_dir: Path, url: str) -> Iterator[tuple[Hub, list[tuple[subprocess.Popen[str], Any]]]]:
    """Two hub processes on one database, and a look into it."""
    made = setup.init(data_dir, HALL, password=PASSWORD, database=url)
    assert made.created
    with ExitStack() as stack:
        served = [stack.enter_context(running(data_dir, "--plain")) for _ in range(2)]
        hub = Hub(data_dir)
        stack.callback(hub.close)
        yield hub, served


def enrolled(hub: Hub, ready: Any) -> TestTerminal:
    line = TlsLine(ready["url"], "")
    return TestTerminal.enrolled(line, make_code(hub), hub.keys.public, SystemClock())


def counts(hub: Hub) -> dict[str, int]:
    with hub.store.reading() as database:
        return entries.counts(database)


def unchained(hub: Hub, feed: str) -> list[int]:
    """Read a feed as a terminal would; return the positions, checked row by row."""
    positions, digest = [], ""
    with hub.store.reading() as database:
        page = feeds.read_after(database, Cursor(feed), 100_000)
    assert page is not None
    for row in page.rows:
        digest = feed_hash(digest, row.kind, row.key, row.body)
        assert row.hash == digest
        positions.append(row.position)
    return positions


def test_two_processes_store_and_judge_each_record_once(
    two: tuple[Hub, list[tuple[subprocess.Popen[str], Any]]],
) -> None:
    hub, served = two
    terminals = [enrolled(hub, served[number % 2][1]) for number in range(4)]
    for terminal in terminals:
        for _ in range(25):
            terminal.accept(terminal.receive())
    failures: list[BaseException] = []

    def work(terminal: TestTerminal) -> None:
        try:
            for end in range(10, len(terminal.entries) + 10, 10):
                terminal.push(terminal.entries[max(end - 20, 0) : end])
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=work, args=(terminal,)) for terminal in terminals]
    # One terminal's repetition runs against itself through the other process.
    threads += [threading.Thread(target=work, args=(terminals[0],))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE)
    assert not failures
    written = sum(len(terminal.entries) for terminal in terminals)
    until(lambda: counts(hub)["unjudged"] == 0)
    found = counts(hub)
    assert (found["held"], found["refused"], found["conflict"], found["forks"]) == (0, 0, 0, 0)
    # The hub's own: its epoch, a number for each accepted case, a first block for each terminal.
    of_hub = 1 + 100 + len(terminals)
    assert found["entries"] == found["applied"] == written + of_hub
    with hub.store.reading() as database:
        own = rows(database, "SELECT seq FROM entries WHERE origin = ? ORDER BY seq", HUB_ORIGIN)
        numbers = rows(database, "SELECT case_number FROM aggregates WHERE type = 'case'")
    assert [seq for (seq,) in own] == list(range(1, of_hub + 1))
    assert len({number for (number,) in numbers}) == 100
    for terminal in terminals:
        # An effect for each entry, the number of each case, the block.
        positions = unchained(hub, progress_feed(terminal.id))
        assert positions == list(range(1, len(terminal.entries) + 25 + 1 + 1))


def test_a_killed_judge_is_relieved_by_the_other_process(
    two: tuple[Hub, list[tuple[subprocess.Popen[str], Any]]],
) -> None:
    hub, ((first, ready), (second, _)) = two
    terminal = enrolled(hub, ready)
    for _ in range(400):
        terminal.receive()

    def push() -> None:
        for start in range(0, len(terminal.entries), 400):
            try:
                terminal.push(terminal.entries[start : start + 400])
            except OSError:
                return

    def judging() -> bool:
        with hub.store.reading() as database:
            held = rows(database, "SELECT 1 FROM leases WHERE holder <> ''")
            waiting = rows(database, "SELECT 1 FROM unjudged LIMIT 1")
        return bool(held and waiting)

    pushing = threading.Thread(target=push)
    pushing.start()
    until(judging)
    first.send_signal(signal.SIGKILL)
    first.wait(DEADLINE)
    pushing.join(DEADLINE)
    with hub.store.reading() as database:
        ((holder,),) = rows(database, "SELECT holder FROM leases")
        sent = rows(database, "SELECT 1 FROM entries WHERE origin = ?", terminal.id)
    assert holder, "it was killed while the hall was its own"
    assert len(sent) >= 400
    # Nobody asks for anything any more: the other process finds by itself what is left.
    until(lambda: counts(hub)["unjudged"] == 0)
    found = counts(hub)
    # The hub's own beside them: its epoch, and the terminal's first block of numbers.
    assert found["entries"] == found["applied"] == len(sent) + 2
    assert len(unchained(hub, progress_feed(terminal.id))) == len(sent) + 1
    second.send_signal(signal.SIGTERM)
    assert second.wait(DEADLINE) == 0


def test_a_terminal_that_waits_at_the_other_process_hears_at_once(
    two: tuple[Hub, list[tuple[subprocess.Popen[str], Any]]],
) -> None:
    hub, ((_, first), (_, second)) = two
    terminal = enrolled(hub, first)
    cursor = Cursor(progress_feed(terminal.id))
    request = wire.PullRequest(wire.PROTOCOL_VERSION, terminal.id, b"n" * 16, (cursor,))
    line = TlsLine(second["url"], "")
    replies: list[wire.PullAnswer] = []

    def wait() -> None:
        reply = line.call("POST", wire.PATH_WAIT, wire.seal(request, terminal.key))
        replies.append(terminal.read(reply, wire.PullAnswer, request.nonce))

    waiting = threading.Thread(target=wait)
    waiting.start()
    waiting.join(0.5)
    assert waiting.is_alive()
    terminal.push()
    # Without the announcement it would be answered after 25 seconds, and without a page.
    waiting.join(15)
    assert not waiting.is_alive()
    assert [page.feed for page in replies[0].pages] == [cursor.feed]


def test_a_lease_is_one_holders_and_runs_out(url: str) -> None:
    store = open_store(url, Path(), Path("nowhere"))
    assert isinstance(store, PostgresqlStore)
    try:
        with store.writing() as database:
            mine, theirs = Lease(database, "hall", "a"), Lease(database, "hall", "b")
            assert mine.take()
            assert not theirs.take()
            assert not mine.give_back(), "somebody asked since: there is more to do"
            assert mine.take()
            assert mine.give_back()
            assert theirs.take()
            assert not mine.give_back(), "it is not mine any more"
            assert not mine.take()
            run(database, "UPDATE leases SET until = until - ?", 1_000_000)
            assert mine.take()
            assert Lease(database, "another", "b").take()
    finally:
        store.close()


def test_who_comes_second_with_an_aggregate_does_it_again(hub: Hub, terminal: TestTerminal) -> None:
    taken = terminal.receive()
    terminal.push()
    with hub.store.reading() as database:
        case = projections.load(database, taken.case_id)
    assert case is not None
    later = msgspec.structs.replace(case, head="later")

    def write(before: str) -> None:
        with hub.store.writing() as database:
            projections.save_many(database, {taken.case_id: (later, before)}, hub.now())

    with pytest.raises(projections.Clash):
        write("")
    with pytest.raises(projections.Clash):
        write("another")
    write(case.head)
    with pytest.raises(projections.Clash):
        write(case.head)


def test_held_entries_that_overslept_are_woken(hub: Hub, terminal: TestTerminal) -> None:
    """As two halls leave it that were judged at the same moment."""
    terminal.receive()
    taken = terminal.receive()
    terminal.push()
    terminal.append(taken.case_id, _accepted(terminal), base=taken.head, needs=("not here yet",))
    (effect,) = terminal.push(terminal.entries[-1:]).effects
    assert effect.effect == "held"
    judge.sweep(hub)
    assert counts(hub)["held"] == 1
    with hub.store.writing() as database:
        came = NewEffect(Effect("not here yet", "0" * 64, "applied"), "x", "", hub.now())
        entries.add_effects(database, [came])
    judge.sweep(hub)
    assert counts(hub)["held"] == 0


def _accepted(terminal: TestTerminal) -> Any:
    from terminal.domain.records import CaseAccepted
    from tests.hub.line import CLERK

    return CaseAccepted(terminal.clock.now().wall, "2026-11-30", False, (), CLERK)


def test_a_store_of_the_first_version_learns_its_halls(
    data_dir: Path, hub: Hub, terminal: TestTerminal
) -> None:
    terminal.receive()
    terminal.push()
    with hub.store.writing() as database:
        for statement in (
            "ALTER TABLE entries ADD COLUMN judged BOOLEAN NOT NULL DEFAULT FALSE",
            "DROP TABLE unjudged",
            "ALTER TABLE entries DROP COLUMN hall",
            "DROP TABLE leases",
            "UPDATE facts SET value = '1' WHERE name = 'schema'",
        ):
            run(database, statement)
    again = Hub(data_dir)
    try:
        with again.store.reading() as database:
            halls = EntryRow.select(EntryRow.hall).distinct().tuples().execute(database)
            assert [hall for (hall,) in halls] == ["hall"]
        assert judge.judge_pending(again) == len(terminal.entries)
    finally:
        again.close()
    with hub.store.writing() as database:
        run(database, "UPDATE facts SET value = '99' WHERE name = 'schema'")
    with pytest.raises(StoreError) as raised:
        Hub(data_dir)
    assert raised.value.code == "hub.schema_too_new"


def test_a_database_that_is_not_there_is_said_in_a_sentence(run_cli: RunCli, url: str) -> None:
    missing = url.replace("postgres@", "postgres:secret@").rpartition("/")[0] + "/nowhere"
    done = run_cli("hub", "init", "--database", missing)
    assert done.returncode == 1
    assert "连不上 127.0.0.1 上的数据库 nowhere" in done.stderr
    assert "secret" not in done.stderr
    other = run_cli("hub", "init", "--database", "mysql://x/y")
    assert other.returncode == 1
    assert "postgresql://" in other.stderr


def test_init_remembers_the_database(run_cli: RunCli, data_dir: Path, url: str) -> None:
    done = run_cli("hub", "init", "--json", "--database", url)
    assert done.returncode == 0, done.stderr
    assert not (data_dir / "hub" / "hub.db").exists()
    assert (data_dir / "hub" / "database").stat().st_mode & 0o077 == 0
    code = run_cli("hub", "code", "--json")
    assert json.loads(code.stdout)["code"]
    backup = run_cli("hub", "backup", str(data_dir / "copy"))
    assert "pg_dump" in backup.stderr
    assert keys.load(keys.KeyFiles(data_dir / "hub" / "keys")).id


def test_a_connection_that_the_server_ended_is_replaced(
    data_dir: Path, cluster: Cluster, url: str
) -> None:
    setup.init(data_dir, HALL, password=PASSWORD, database=url)
    hub = Hub(data_dir)
    try:
        assert counts(hub)["entries"] == 0
        cluster.stop("fast")
        cluster.start()
        with pytest.raises(peewee.OperationalError):
            counts(hub)
        assert counts(hub)["entries"] == 0
    finally:
        hub.close()


def test_an_address_of_another_kind_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        open_store("sqlite:///x", tmp_path / "x", tmp_path / "y")
