"""Positions are given in the order of commits: a reader between two writers skips nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from hub import publishing
from hub.hub import Hub
from hub.store import feeds
from hub.store.feeds import NewRow
from hub.store.statements import on_postgresql, rows, run
from terminal.errors import NotFound
from terminal.protocol.wire import Cursor, policy_feed

FEED = "policy/elsewhere"
Append = Callable[[Any, str, threading.Event, threading.Event], None]


def in_commit_order(database: Any, key: str, begun: threading.Event, go: threading.Event) -> None:
    """The hub's own way; the first writer holds its transaction open behind it."""
    feeds.append(database, [NewRow(FEED, "json", key, b"1")], "h")
    begun.set()
    assert go.wait(20)


def by_sequence(database: Any, key: str, begun: threading.Event, go: threading.Event) -> None:
    """What others did: the number comes from a sequence, before the commit."""
    ((position,),) = rows(database, "SELECT nextval('bare')")
    run(
        database,
        "INSERT INTO feed_rows (feed, position, kind, key, body, hash)"
        " VALUES (?, ?, 'json', ?, '1', ?)",
        FEED, position, key, key,
    )  # fmt: skip
    begun.set()
    assert go.wait(20)
    run(
        database,
        "UPDATE feeds SET position = GREATEST(position, ?), hash = ? WHERE name = ?",
        position, key, FEED,
    )  # fmt: skip


def read_on(hub: Hub, cursor: Cursor) -> tuple[Cursor, list[str]]:
    keys: list[str] = []
    while True:
        with hub.store.reading() as database:
            page = feeds.read_after(database, cursor, 3)
        if page is None or not page.rows:
            return cursor, keys
        keys += [row.key for row in page.rows]
        last = page.rows[-1]
        cursor = Cursor(FEED, page.handle, last.position, last.hash)


def between_two_commits(hub: Hub, append: Append) -> list[str]:
    """The first writer has its number, the second one commits, a reader reads; then the first."""
    first_go, second_go = threading.Event(), threading.Event()
    begun = [threading.Event(), threading.Event()]

    def write(key: str, begun: threading.Event, go: threading.Event) -> None:
        with hub.store.writing() as database:
            append(database, key, begun, go)

    first = threading.Thread(target=write, args=("first", begun[0], first_go))
    second = threading.Thread(target=write, args=("second", begun[1], second_go))
    first.start()
    assert begun[0].wait(20)
    second_go.set()
    second.start()
    # Where writers do not wait for each other the second one is through now.
    second.join(0.5)
    cursor, seen = read_on(hub, Cursor(FEED, "h"))
    first_go.set()
    first.join(20)
    second.join(20)
    return seen + read_on(hub, cursor)[1]


def test_a_row_is_never_skipped_between_two_commits(hub: Hub) -> None:
    with hub.store.writing() as database:
        feeds.restart(database, FEED, "h")
    assert between_two_commits(hub, in_commit_order) == ["first", "second"]


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_bare_sequence_would_skip_it(hub: Hub) -> None:
    """The fault that the row lock on the feed's head is there for."""
    with hub.store.writing() as database:
        assert on_postgresql(database)
        run(database, "CREATE SEQUENCE bare")
        feeds.restart(database, FEED, "h")
    assert between_two_commits(hub, by_sequence) == ["second"]


def test_many_writers_and_a_reader_that_never_waits(hub: Hub) -> None:
    with hub.store.writing() as database:
        feeds.restart(database, FEED, "h")
    wanted = {f"{writer}-{number}" for writer in range(4) for number in range(12)}
    failures: list[BaseException] = []

    def write(writer: int) -> None:
        try:
            for number in range(12):
                with hub.store.writing() as database:
                    row = NewRow(FEED, "json", f"{writer}-{number}", b"1")
                    feeds.append(database, [row], "h")
        except BaseException as error:
            failures.append(error)
            raise

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in threads:
        thread.start()
    cursor, seen = Cursor(FEED, "h"), []
    while any(thread.is_alive() for thread in threads):
        cursor, more = read_on(hub, cursor)
        seen += more
    seen += read_on(hub, cursor)[1]
    assert not failures
    assert len(seen) == len(wanted)
    assert set(seen) == wanted
    for writer in range(4):
        own = [key for key in seen if key.startswith(f"{writer}-")]
        assert own == [f"{writer}-{number}" for number in range(12)]


def test_publishing_the_same_again_moves_nothing(hub: Hub) -> None:
    bodies: dict[str, bytes | None] = {"policy/a": b"1", "policy/b": b"2"}
    assert publishing.publish(hub, policy_feed, bodies) == 2
    assert publishing.publish(hub, policy_feed, bodies) == 0
    assert publishing.publish(hub, policy_feed, {"policy/a": None, "policy/b": b"2"}) == 1
    assert publishing.in_force(hub, policy_feed("hall")) == {"policy/b": b"2"}
    with pytest.raises(NotFound):
        publishing.publish(hub, policy_feed, bodies, "nowhere")
