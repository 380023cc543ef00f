"""The log of ratings: sealed once and in order, proved to terminals, checked from its leaves."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub import judge, tree, verify_log
from hub.hub import Hub
from hub.store import people, trees
from hub.store.database import OnlyTurn
from hub.store.people import TerminalData
from hub.store.statements import run
from terminal.clock import FixedClock
from terminal.domain.records import RatingGiven, RatingScope
from terminal.ids import SystemRandomness
from terminal.protocol import merkle
from terminal.protocol import tree as log
from terminal.protocol.entry import Draft
from terminal.protocol.tree import (
    PATH_TREE,
    Claim,
    SignedHead,
    TreeAnswer,
    TreeHead,
    TreeRequest,
)
from terminal.protocol.wire import PROTOCOL_VERSION
from tests.hub.line import Line, TestTerminal


def given(subject: str = "", **changes: Any) -> RatingGiven:
    body = RatingGiven(
        scope=RatingScope.VISIT,
        subject_id=subject or SystemRandomness().uuid7(),
        grade=2,
        reasons=("207",),
        reasons_version="1",
        comment="排队太久",
        device="citizen-screen/3",
        channel="window",
        rated_at=1_795_000_000_000,
    )
    return msgspec.structs.replace(body, **changes)


def rate(terminal: TestTerminal, count: int = 1) -> list[str]:
    """Give ratings at a terminal and send them; returns the hashes of their entries."""
    first = len(terminal.entries)
    unsent = 0 if first == 1 else first
    for _ in range(count):
        terminal.append(SystemRandomness().uuid7(), given())
    terminal.push(terminal.entries[unsent:])
    return [entry.hash for entry in terminal.entries[first:]]


def ask(terminal: TestTerminal, **what: Any) -> TreeAnswer:
    request = TreeRequest(PROTOCOL_VERSION, terminal.id, os.urandom(16), **what)
    return terminal.ask(PATH_TREE, request, TreeAnswer)


def hub_terminal(hub: Hub, terminal: TestTerminal) -> TerminalData:
    with hub.store.reading() as database:
        return next(one for one in people.terminals(database) if one.id == terminal.id)


def head_of(terminal: TestTerminal, answer: TreeAnswer) -> TreeHead:
    head = log.read_head(answer.head, terminal.hub_key)
    assert head is not None
    return head


def proved(terminal: TestTerminal, answer: TreeAnswer) -> dict[str, int]:
    """The places of the entries whose proofs hold."""
    head = head_of(terminal, answer)
    return {one.entry: one.index for one in answer.inclusions if log.includes(head, one.entry, one)}


def test_every_rating_is_proved_and_every_head_continues(hub: Hub, terminal: TestTerminal) -> None:
    """From no rating to one more than a power of two."""
    hashes: list[str] = []
    known: TreeHead | None = None
    signed: SignedHead | None = None
    for size in range(18):
        hashes += rate(terminal, 1) if size else []
        answer = ask(terminal, wanted=tuple(hashes), known=signed, since=known.size if known else 0)
        head = head_of(terminal, answer)
        assert head.size == size
        assert proved(terminal, answer) == {digest: n for n, digest in enumerate(hashes)}
        if known is not None:
            assert log.continues(known, head, answer.consistency)
        known, signed = head, answer.head
    found = verify_log.verify(hub)
    assert (found.holds, found.leaves, found.heads) == (True, 17, 18)


def test_only_applied_ratings_are_logged_and_each_once(hub: Hub, terminal: TestTerminal) -> None:
    rating_id = SystemRandomness().uuid7()
    terminal.append(rating_id, given(), action="a")
    terminal.append(rating_id, given(), action="b")
    terminal.append(SystemRandomness().uuid7(), given(), needs=("nobody-has-it",))
    terminal.receive()
    terminal.push()
    assert tree.seal(hub) == 1
    assert tree.seal(hub) == 0
    with hub.store.reading() as database:
        assert [leaf.leaf for leaf in trees.leaves(database, 0, 9)] == [terminal.entries[1].hash]
        assert trees.count_waiting(database) == 0


def test_a_rating_on_the_phone_is_logged_by_the_hubs_own_entry(hub: Hub) -> None:
    body = given(scope=RatingScope.MATTER, device="web", channel="qr")
    written = judge.act(hub, [Draft(SystemRandomness().uuid7(), "", body)], "phone")
    digest = written[-1].entry.hash
    with hub.store.reading() as database:
        assert tree.place_of(database, digest) is None
    tree.seal(hub)
    with hub.store.reading() as database:
        standing = tree.place_of(database, digest)
    assert standing is not None
    assert (standing.number, standing.size) == (1, 1)
    assert verify_log.verify(hub).holds


def test_processes_that_seal_at_once_make_one_log(
    hub: Hub, data_dir: Path, terminal: TestTerminal, clock: FixedClock
) -> None:
    rate(terminal, 40)
    # Embedded SQLite has one process; PostgreSQL as many as there are hubs here.
    hubs = [hub, Hub(data_dir, clock=clock) if hub.store.shared else hub]
    barrier = threading.Barrier(4)
    failed: list[Exception] = []

    def work(one: Hub) -> None:
        barrier.wait()
        try:
            tree._heal(one, None)
            tree.seal(one)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told below
            failed.append(error)

    threads = [threading.Thread(target=work, args=(one,)) for one in hubs * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tree.seal(hub)
    if hubs[1] is not hub:
        hubs[1].close()
    assert not failed
    found = verify_log.verify(hub)
    assert (found.holds, found.leaves, found.waiting) == (True, 40, 0)


def test_a_crash_while_sealing_leaves_nothing_half_done(
    hub: Hub, terminal: TestTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    rate(terminal, 3)

    def crash(*_: object) -> None:
        raise RuntimeError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(trees, "mark_sealed", crash)
        with pytest.raises(RuntimeError, match="power cut"):
            tree.seal(hub)
    found = verify_log.verify(hub)
    assert (found.holds, found.leaves, found.waiting) == (True, 0, 3)
    assert tree.seal(hub) == 3
    assert verify_log.verify(hub).leaves == 3


Edit = Callable[[Any, list[str]], object]
EDITS: dict[str, tuple[str, Edit]] = {
    "payload": ("journal.hash_differs", lambda db, h: run(
        db, "UPDATE entries SET payload = (SELECT payload FROM entries WHERE hash = ?)"
        " WHERE hash = ?", h[0], h[2])),
    "header": ("journal.hash_differs", lambda db, h: run(
        db, "UPDATE entries SET header = (SELECT header FROM entries WHERE hash = ?)"
        " WHERE hash = ?", h[0], h[2])),
    "wiped": ("journal.payload_wiped", lambda db, h: run(
        db, "UPDATE entries SET payload = NULL WHERE hash = ?", h[2])),
    "entry deleted": ("rating_log.entry_missing", lambda db, h: run(
        db, "DELETE FROM entries WHERE hash = ?", h[2])),
    "leaf deleted": ("rating_log.leaf_missing", lambda db, h: run(
        db, "DELETE FROM rating_leaves WHERE leaf = ?", h[2])),
    "last leaf deleted": ("rating_log.leaf_missing", lambda db, h: run(
        db, "DELETE FROM rating_leaves WHERE leaf = ?", h[-1])),
    "leaves exchanged": ("rating_log.node_differs", lambda db, h: [
        run(db, "UPDATE rating_leaves SET position = 99 WHERE leaf = ?", h[2]),
        run(db, "UPDATE rating_leaves SET position = 2 WHERE leaf = ?", h[1]),
        run(db, "UPDATE rating_leaves SET position = 1 WHERE leaf = ?", h[2])]),
    "grade in the figures": ("rating_log.figures_differ", lambda db, h: run(
        db, "UPDATE ratings SET grade = 5 WHERE id ="
        " (SELECT aggregate_id FROM entries WHERE hash = ?)", h[2])),
    "figures deleted": ("rating_log.figures_differ", lambda db, h: run(
        db, "DELETE FROM ratings WHERE id ="
        " (SELECT aggregate_id FROM entries WHERE hash = ?)", h[2])),
    "effect withdrawn": ("rating_log.no_rating", lambda db, h: run(
        db, "UPDATE effects SET effect = 'refused' WHERE entry_hash = ?", h[2])),
    "subtree": ("rating_log.node_differs", lambda db, h: run(
        db, "UPDATE rating_nodes SET hash = (SELECT hash FROM rating_nodes WHERE id = 1)"
        " WHERE id = ?", trees.node_id((1, 1)))),
    "head": ("rating_log.head_differs", lambda db, h: run(
        db, "UPDATE rating_heads SET signature = body WHERE size = 0")),
}  # fmt: skip


class Inside:
    """A store whose transactions are all one that is going on, to be rolled back at the end."""

    shared = False

    def __init__(self, database: Any) -> None:
        self._db = database

    @contextlib.contextmanager
    def writing(self) -> Iterator[Any]:
        with self._db.atomic():
            yield self._db

    reading = writing

    @contextlib.contextmanager
    def turn(self, _: str) -> Iterator[OnlyTurn]:
        yield OnlyTurn()

    def announce(self, _: object) -> None:
        pass


class _Undone(Exception):
    """Ends a transaction that is to leave nothing behind."""


@contextlib.contextmanager
def undone(hub: Hub) -> Iterator[Any]:
    """Work with the hub in one transaction, and take everything back."""
    store = hub.store
    with contextlib.suppress(_Undone), store.writing() as database:
        hub.store = Inside(database)  # type: ignore[assignment]
        try:
            yield database
        finally:
            hub.store = store
        raise _Undone


def test_an_edit_in_the_hubs_store_is_found_by_both_sides(hub: Hub, terminal: TestTerminal) -> None:
    ask(terminal)
    hashes = rate(terminal, 6)
    data = hub_terminal(hub, terminal)
    first = ask(terminal, wanted=tuple(hashes))
    known = head_of(terminal, first)
    claim = Claim(
        terminal.epoch, len(terminal.entries), len(hashes),
        log.claim_digest([bytes.fromhex(one) for one in hashes]),
    )  # fmt: skip
    request = TreeRequest(
        PROTOCOL_VERSION, terminal.id, os.urandom(16), known=first.head, since=known.size,
        wanted=tuple(hashes), claims=(claim,),
    )  # fmt: skip

    def whole(answer: TreeAnswer) -> bool:
        head = log.read_head(answer.head, terminal.hub_key)
        return head is not None and (
            log.continues(known, head, answer.consistency)
            and len(proved(terminal, answer)) == len(hashes)
            and not answer.differing
        )

    for name, (code, edit) in EDITS.items():
        with undone(hub) as database:
            assert verify_log.verify(hub).holds
            assert whole(tree.answer(hub, data, request))
            edit(database, hashes)
            found = verify_log.verify(hub)
            assert (found.holds, found.code) == (False, code), name
            if name in ("payload", "header", "wiped", "entry deleted", "grade in the figures"):
                assert (found.bad_leaf, found.bad_entry) == (3, hashes[2]), name
            # Heads of the past are the hub's own notes: terminals have theirs.
            assert whole(tree.answer(hub, data, request)) == (name == "head"), name


def test_a_claim_that_differs_is_noted_until_both_agree(hub: Hub, terminal: TestTerminal) -> None:
    hashes = rate(terminal, 2)
    digests = [bytes.fromhex(one) for one in hashes]
    right = Claim(terminal.epoch, len(terminal.entries), 2, log.claim_digest(digests))
    assert ask(terminal, claims=(right,)).differing == ()
    for wrong in (
        msgspec.structs.replace(right, count=1),
        msgspec.structs.replace(right, digest=log.claim_digest(digests[::-1])),
        msgspec.structs.replace(right, digest=log.claim_digest([digests[0], bytes(32)])),
    ):
        assert ask(terminal, claims=(wrong,)).differing == (terminal.epoch,)
    assert verify_log.verify(hub).doubts == (terminal.id,)
    # What the hub has not stored yet cannot differ.
    later = msgspec.structs.replace(right, last_seq=99, count=7)
    assert ask(terminal, claims=(later,)).differing == ()
    assert ask(terminal, claims=(right,)).differing == ()
    assert verify_log.verify(hub).doubts == ()


def test_strangers_and_greedy_requests_get_nothing(terminal: TestTerminal) -> None:
    rate(terminal)
    assert ask(terminal, wanted=("00" * 32,)).inclusions == ()
    assert ask(terminal, wanted=tuple(f"{n:064x}" for n in range(201))).refusal
    request = TreeRequest(PROTOCOL_VERSION, "somebody", os.urandom(16))
    assert terminal.ask(PATH_TREE, request, TreeAnswer).refusal == "hub.foreign_terminal"
    assert ask(terminal, since=-5).head is not None
    assert ask(terminal, since=1 << 40).consistency == ()
    forged = log.sign_head(log.make_head("x", 7, 9, bytes(32), 0), terminal.key)
    answer = ask(terminal, known=forged, since=9)
    assert head_of(terminal, answer).number == 1


def restore(hub: Hub, data_dir: Path, backup: Path) -> None:
    """Put an older copy of the embedded store back, as an operator would."""
    hub.store.close()
    for name in ("hub.db-wal", "hub.db-shm"):
        (data_dir / "hub" / name).unlink(missing_ok=True)
    shutil.copy(backup, data_dir / "hub" / "hub.db")


@pytest.fixture
def restored(
    data_dir: Path, hub: Hub, clock: FixedClock, tmp_path: Path
) -> Callable[[Callable[[], None]], Hub]:
    """Back the hub up, let things happen, and open it again as it was before them."""

    def make(between: Callable[[], None]) -> Hub:
        backup = tmp_path / "yesterday.db"
        hub.store.backup(backup)
        between()
        restore(hub, data_dir, backup)
        again = Hub(data_dir, clock=clock)
        # The application of the fixture speaks for the hub that was put back.
        hub.store = again.store
        return again

    return make


# A backup of PostgreSQL is PostgreSQL's.
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.allow_warnings("hub.tree", "hub.restore.notice")
def test_a_restored_hub_opens_a_new_log_and_takes_ratings_back(
    hub: Hub,
    terminal: TestTerminal,
    other: TestTerminal,
    restored: Callable[[Callable[[], None]], Hub],
) -> None:
    rate(other)
    kept = rate(terminal, 5)
    early = ask(other)
    before_size = len(terminal.entries)
    lost: list[str] = []
    late: list[TreeAnswer] = []

    def between() -> None:
        lost.extend(rate(terminal, 4))
        rate(other, 2)
        late.append(ask(terminal, wanted=tuple(lost)))

    again = restored(between)
    # Between the restore and the first sign of it, the hub goes on as if nothing had been.
    rate(other, 1)
    terminal.push(terminal.entries[before_size:])
    known = head_of(terminal, late[0])
    answer = ask(terminal, known=late[0].head, since=known.size, wanted=tuple(kept + lost))
    head = head_of(terminal, answer)
    assert (head.number, head.log != known.log) == (2, True)
    opening = log.read_opening(answer, head)
    assert opening is not None
    assert (opening.previous, opening.reason, opening.last) == (
        known.log, "restored", late[0].head,
    )  # fmt: skip
    assert not log.continues(known, head, answer.consistency)
    assert proved(terminal, answer).keys() == {*kept, *lost}
    # Whoever remembers an older head sees that nothing before the backup was touched.
    old = head_of(other, early)
    answer = ask(other, known=early.head, since=old.size)
    assert log.continues(old, head_of(other, answer), answer.consistency)
    assert verify_log.verify(again).logs == 2
    # Said once: the next one who comes with a head of the old log changes nothing.
    assert head_of(terminal, ask(terminal, known=late[0].head)).number == 2
    again.close()


def test_sealing_goes_on_after_any_size(hub: Hub) -> None:
    """A tree that grew in pages has the root of the definition."""
    digests = [os.urandom(32) for _ in range(70)]
    with hub.store.writing() as database:
        head = tree._current(hub, database)
        for low, high in ((0, 1), (1, 3), (3, 32), (32, 33), (33, 64), (64, 70)):
            leaves = [trees.Leaf(0, one.hex()) for one in digests[low:high]]
            head = tree._append(hub, database, head, leaves)
            nodes: dict[merkle.Place, bytes] = {}
            for place, one in enumerate(digests[:high]):
                nodes.update(merkle.grow(place, merkle.leaf_hash(one), nodes.__getitem__))
            assert head.root == merkle.root(high, nodes.__getitem__).hex()


def test_the_page_of_a_slip_says_whether_the_rating_is_unchanged(
    hub: Hub, line: Line, terminal: TestTerminal
) -> None:
    [digest] = rate(terminal)
    page = line.call("GET", f"/r/{digest}")
    assert page.status == 200
    assert "未被改动" in page.text
    assert "正在记入评价日志" in page.text
    tree.seal(hub)
    page = line.call("GET", f"/r/{digest}")
    assert "已记入评价日志 第 1 条" in page.text
    # Who holds the paper may be the rated: nothing is told of what was said, or by whom.
    for secret in ("不满意", "排队太久", "citizen-screen"):
        assert secret not in page.text
    assert not re.search(r"\b207\b", page.text)
    with undone(hub) as database:
        run(database, "UPDATE entries SET payload = NULL WHERE hash = ?", digest)
        assert tree.problem_of(trees.kept_by_hash(database, [digest])[digest], digest)
    unknown = line.call("GET", f"/r/{'0' * 64}")
    assert unknown.status == 404
    assert "尚未到达平台" in unknown.text
    assert line.call("GET", "/r/not-a-hash").status == 404
    with hub.store.writing() as database:
        run(database, "UPDATE ratings SET grade = 5")
    assert "已被改动" in line.call("GET", f"/r/{digest}").text
    with hub.store.writing() as database:
        run(database, "DELETE FROM entries WHERE hash = ?", digest)
    page = line.call("GET", f"/r/{digest}")
    assert "已被改动" in page.text
    assert "第 1 条" in page.text


def test_the_progress_page_says_where_a_rating_stands(
    hub: Hub, line: Line, terminal: TestTerminal
) -> None:
    taken = terminal.receive()
    terminal.push()
    form = {"content-type": "application/x-www-form-urlencoded"}
    path = taken.path.replace("?", "/rate?")
    assert line.call("POST", path, b"grade=2&reason=207", form).status == 303
    assert "正在记入评价日志" in line.call("GET", taken.path).text
    tree.seal(hub)
    page = line.call("GET", taken.path)
    assert "已记入评价日志 第 1 条" in page.text
    assert "日志凭据" in page.text
