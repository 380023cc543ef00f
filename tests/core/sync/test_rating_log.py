"""The watch over the hub's log of ratings, with a real hub behind it."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hub import verify_log
from hub.hub import Hub
from hub.store import trees
from hub.store.statements import run as run_on_hub
from terminal.clock import FixedClock
from terminal.errors import SyncError
from terminal.protocol import tree, wire
from terminal.protocol.tree import PATH_TREE, TreeAnswer
from terminal.services.rating_log import RatingLogView
from terminal.sync.transport import HttpReply
from tests.core.hall import PLAIN, Hall
from tests.core.sync.conftest import FaultyLine, Join

pytestmark = pytest.mark.allow_warnings("terminal.sync.trees", "hub.tree", "hub.restore.notice")


def rate(hall: Hall, grade: int = 2) -> str:
    """A visit that ended and was rated; returns the rating's id."""
    draft = hall.complete(PLAIN)
    hall.ctx.intake.receive(draft, hall.clerk)
    hall.ctx.visits.end(draft.visit_id, hall.clerk)
    return hall.ctx.ratings.rate(draft.visit_id, grade)


def turn(hall: Hall) -> None:
    """One turn of the loop."""
    assert hall.ctx.sync is not None
    hall.ctx.sync.once()


def view(hall: Hall) -> RatingLogView:
    return hall.ctx.rating_log.view()


def codes(hall: Hall) -> list[str]:
    return [alarm.code for alarm in view(hall).alarms]


def sql(hall: Hall, statement: str, *values: Any) -> None:
    hall.ctx.ledger.write(lambda db: db.execute_sql(statement, values))


def test_a_rating_is_proved_with_the_turn_that_sends_it(joined: Hall, line: FaultyLine) -> None:
    turn(joined)
    assert view(joined) == RatingLogView(0, view(joined).root, view(joined).at, 1)
    rating_id = rate(joined)
    before = joined.ctx.rating_log.standing(rating_id)
    assert before is not None
    assert (before.state, before.number) == ("waiting", 0)
    told: list[str] = []
    joined.ctx.events.subscribe(lambda event: told.append(event.name))
    joined.ctx.clock.advance(seconds=20)  # type: ignore[attr-defined]
    turn(joined)
    after = joined.ctx.rating_log.standing(rating_id)
    assert after is not None
    assert (after.state, after.number, after.short) == ("applied", 1, before.short)
    assert (view(joined).size, view(joined).unproved, view(joined).alarms) == (1, 0, ())
    assert "rating_log_changed" not in told


def test_it_is_not_asked_more_often_than_it_has_to_be(
    joined: Hall, line: FaultyLine, hall_clock: FixedClock
) -> None:
    for _ in range(5):
        turn(joined)
    assert line.requests.count(PATH_TREE) == 1
    rate(joined)
    turn(joined)
    assert line.requests.count(PATH_TREE) == 1
    hall_clock.advance(seconds=20)
    turn(joined)
    turn(joined)
    assert line.requests.count(PATH_TREE) == 2
    hall_clock.advance(minutes=4)
    turn(joined)
    assert line.requests.count(PATH_TREE) == 3


def test_an_old_hub_or_a_broken_line_changes_nothing(
    joined: Hall, line: FaultyLine, hall_clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = line.request

    def answers(reply: HttpReply | None) -> Callable[..., HttpReply]:
        def request(method: str, path: str, body: bytes = b"", headers: Any = None) -> HttpReply:
            if path != PATH_TREE:
                return plain(method, path, body, headers)
            if reply is None:
                raise SyncError("sync.unreachable")
            return reply

        return request

    rate(joined)
    for reply in (
        HttpReply(404, b"<!DOCTYPE html><p>nothing here"),
        HttpReply(200, b"<html>sign in to the network"),
        HttpReply(503, b""),
        HttpReply(200, b"\x93garbage"),
        None,
    ):
        monkeypatch.setattr(line, "request", answers(reply))
        hall_clock.advance(minutes=5)
        turn(joined)
        assert view(joined).size == 0
        assert (view(joined).alarms, view(joined).unproved) == ((), 1)
    monkeypatch.setattr(line, "request", plain)
    hall_clock.advance(minutes=5)
    turn(joined)
    assert (view(joined).size, view(joined).unproved) == (1, 0)


def resealed(hub: Hub, line: FaultyLine, change: Callable[[TreeAnswer], TreeAnswer]) -> None:
    """Let the hub, with its own key, say something else of its log from now on."""
    plain = line.request

    def request(method: str, path: str, body: bytes = b"", headers: Any = None) -> HttpReply:
        reply = plain(method, path, body, headers)
        if path != PATH_TREE:
            return reply
        answer = wire.unseal(wire.open_envelope(reply.body), hub.keys.public, TreeAnswer)
        return HttpReply(200, wire.seal(change(answer), hub.keys.signing))

    line.request = request  # type: ignore[method-assign]


def changed_head(hub: Hub, **changes: Any) -> Callable[[TreeAnswer], TreeAnswer]:
    def change(answer: TreeAnswer) -> TreeAnswer:
        head = tree.decode_head(answer.head)
        assert head is not None
        signed = tree.sign_head(msgspec.structs.replace(head, **changes), hub.keys.signing)
        return msgspec.structs.replace(answer, head=signed)

    return change


LIES: dict[str, tuple[str, Callable[[Hub], Callable[[TreeAnswer], TreeAnswer]]]] = {
    "a changed past": ("inconsistent", lambda hub: changed_head(hub, root="ab" * 32)),
    "fewer ratings": ("smaller", lambda hub: changed_head(hub, size=1)),
    "another log": ("replaced", lambda hub: changed_head(hub, log="another")),
    "a later log without a statement": (
        "not_opened", lambda hub: changed_head(hub, log="another", number=2)),
    "no head": ("unsigned", lambda hub: lambda one: msgspec.structs.replace(one, head=None)),
    "a stranger's signature": ("unsigned", lambda hub: lambda one: msgspec.structs.replace(
        one, head=msgspec.structs.replace(one.head, signature=bytes(64)))),
    "a head that is none": ("unsigned", lambda hub: lambda one: msgspec.structs.replace(
        one, head=msgspec.structs.replace(one.head, body=b"\xc1"))),
}  # fmt: skip


def test_a_hub_that_lies_is_found_and_its_head_is_kept_as_evidence(
    joined: Hall, hub: Hub, line: FaultyLine, hall_clock: FixedClock
) -> None:
    rate(joined)
    rate(joined)
    turn(joined)
    honest = view(joined)
    plain = line.request
    told: list[str] = []
    joined.ctx.events.subscribe(
        lambda event: told.append(event.detail) if event.name == "rating_log_changed" else None
    )
    expected: list[str] = []
    for code, lie in LIES.values():
        line.request = plain  # type: ignore[method-assign]
        resealed(hub, line, lie(hub))
        for _ in range(2):
            hall_clock.advance(minutes=5)
            turn(joined)
        expected += [f"rating_log.{code}"] if f"rating_log.{code}" not in expected else []
        assert codes(joined) == expected
        assert msgspec.structs.replace(view(joined), alarms=()) == honest
    # Each is told once, however often it is seen.
    assert told == expected
    assert view(joined).grave
    kept = joined.ctx.rating_log.evidence()[0]
    for signed in (kept.known, kept.shown):
        head = msgspec.msgpack.decode(signed, type=tree.SignedHead)
        assert tree.read_head(head, hub.keys.public) is not None
    # It stays until a person has taken note, also when the hub says the truth again.
    line.request = plain  # type: ignore[method-assign]
    hall_clock.advance(minutes=5)
    turn(joined)
    assert codes(joined) == expected
    for alarm in view(joined).alarms:
        joined.ctx.rating_log.settle(alarm)
    assert codes(joined) == []
    assert len(joined.ctx.rating_log.evidence()) == len(expected)


def test_a_rating_that_the_hub_never_logs_is_overdue(
    joined: Hall, hub: Hub, hall_clock: FixedClock
) -> None:
    rating_id = rate(joined)
    # Told by its answer that the rating is in force, the hub leaves it out of the log.
    assert joined.ctx.sync is not None
    watch, joined.ctx.sync._rating_log = joined.ctx.sync._rating_log, None
    turn(joined)
    joined.ctx.sync._rating_log = watch
    with hub.store.writing() as database:
        run_on_hub(database, "UPDATE ratings SET sealed = TRUE")
    for count in range(1, 6):
        hall_clock.advance(minutes=5)
        turn(joined)
        assert (codes(joined) == ["rating_log.overdue"]) == (count == 5)
    standing = joined.ctx.rating_log.standing(rating_id)
    assert standing is not None
    assert view(joined).alarms[0].short == standing.short
    assert verify_log.verify(hub).code == "rating_log.not_logged"
    with hub.store.writing() as database:
        run_on_hub(database, "UPDATE ratings SET sealed = FALSE")
    hall_clock.advance(minutes=5)
    turn(joined)
    assert (codes(joined), view(joined).unproved) == ([], 0)


def test_what_was_edited_here_is_found_here_and_by_the_hub(
    joined: Hall, hub: Hub, hall_clock: FixedClock
) -> None:
    for _ in range(3):
        rate(joined)
    turn(joined)
    kept = joined.ctx.ledger.path.with_name("kept.db")
    edits = {
        "deleted": ("DELETE FROM entry WHERE kind = 'rating_given' AND id ="
                    " (SELECT min(id) FROM entry WHERE kind = 'rating_given')", "order"),
        "payload": ("UPDATE entry SET payload = replace(payload, '\"grade\":2', '\"grade\":5')"
                    " WHERE kind = 'rating_given'", "hash"),
        "row": ("UPDATE aggregate SET body = replace(body, '\"grade\":2', '\"grade\":5')"
                " WHERE kind = 'rating'", "row"),
        "row deleted": ("DELETE FROM aggregate WHERE kind = 'rating'", "row"),
        "exchanged": ("UPDATE entry SET header = (SELECT header FROM entry WHERE"
                      " kind = 'rating_given' ORDER BY id DESC LIMIT 1)"
                      " WHERE kind = 'rating_given'", "hash"),
    }  # fmt: skip
    ledger = joined.ctx.ledger
    ledger.write(lambda db: db.execute_sql("CREATE TABLE keep_entry AS SELECT * FROM entry"))
    ledger.write(lambda db: db.execute_sql("CREATE TABLE keep_row AS SELECT * FROM aggregate"))
    assert not kept.exists()
    for name, (statement, code) in edits.items():
        sql(joined, statement)
        found = joined.ctx.ratings.verify()
        assert not found.holds, name
        assert code in found.code, name
        assert joined.ctx.sync is not None
        joined.ctx.sync._rating_log._claimed = None  # type: ignore[union-attr]
        hall_clock.advance(minutes=5)
        turn(joined)
        # The rows are this machine's own affair; the entries are not.
        assert (codes(joined) == ["rating_log.differing"]) == (not name.startswith("row")), name
        assert bool(verify_log.verify(hub).doubts) == (not name.startswith("row"))
        for table, copy in (("entry", "keep_entry"), ("aggregate", "keep_row")):
            sql(joined, f"DELETE FROM {table}")
            sql(joined, f"INSERT INTO {table} SELECT * FROM {copy}")
        joined.ctx.sync._rating_log._claimed = None  # type: ignore[union-attr]
        hall_clock.advance(minutes=5)
        turn(joined)
        assert (codes(joined), verify_log.verify(hub).doubts) == ([], ())
    assert joined.ctx.ratings.verify().holds


def test_what_was_edited_on_the_hub_is_found_here(
    joined: Hall, hub: Hub, hall_clock: FixedClock
) -> None:
    for _ in range(3):
        rate(joined)
    turn(joined)
    with hub.store.writing() as database:
        run_on_hub(database, "UPDATE ratings SET grade = 5")
    joined.ctx.sync._rating_log._claimed = None  # type: ignore[union-attr]
    hall_clock.advance(minutes=5)
    turn(joined)
    assert codes(joined) == ["rating_log.differing"]
    with hub.store.writing() as database:
        run_on_hub(database, "DELETE FROM rating_leaves WHERE position = 1")
    proof = joined.ctx.prove_ratings()
    assert proof is not None
    assert (proof.included, len(proof.missing)) == (1, 2)


def test_a_terminal_that_comes_late_begins_with_what_it_is_shown(
    joined: Hall, join: Join, make_line: Callable[[], FaultyLine], tmp_path: Path
) -> None:
    rate(joined)
    turn(joined)
    late = join(tmp_path / "late", make_line())
    turn(late)
    assert (view(late).size, view(late).alarms) == (1, ())


def put_back(hub: Hub, backup: Path) -> None:
    """The hub's folder gets an older copy of its database."""
    hub.store.close()
    for end in ("-wal", "-shm"):
        Path(f"{hub.paths.database}{end}").unlink(missing_ok=True)
    shutil.copy(backup, hub.paths.database)
    again = Hub(hub.paths.folder.parent, clock=hub.clock)
    hub.store = again.store


def test_a_restored_hub_heals_without_a_false_alarm(
    joined: Hall,
    join: Join,
    make_line: Callable[[], FaultyLine],
    hub: Hub,
    tmp_path: Path,
    hall_clock: FixedClock,
) -> None:
    other = join(tmp_path / "other", make_line())
    early = [rate(joined), rate(other)]
    for hall in (joined, other):
        turn(hall)
    hub.store.backup(tmp_path / "yesterday.db")
    late = [rate(joined), rate(joined), rate(joined)]
    hall_clock.advance(minutes=5)
    turn(joined)
    lost = view(joined)
    assert (lost.size, lost.log_number) == (5, 1)
    put_back(hub, tmp_path / "yesterday.db")
    # Whoever knows nothing of the lost day comes first: the hub goes on as if nothing were.
    for _ in range(8):
        hall_clock.advance(minutes=5)
        for hall in (other, joined):
            rate(hall)
            with contextlib.suppress(SyncError):
                turn(hall)
    now = view(joined)
    assert now.log_number == 2
    assert codes(joined) == ["rating_log.reopened"]
    assert not now.grave
    # As far as this terminal can tell: it remembers a head of one, and the one of five.
    assert now.alarms[0].lost == 4
    assert now.unproved == view(other).unproved == 0
    assert codes(other) == []
    for hall, ids in ((joined, [early[0], *late]), (other, [early[1]])):
        numbers = [hall.ctx.rating_log.standing(one) for one in ids]
        assert all(one is not None and one.number for one in numbers)
    found = verify_log.verify(hub)
    assert (found.holds, found.ratings, found.logs) == (True, 21, 2)


def test_a_restored_hub_that_leaves_a_rating_out_is_found(
    joined: Hall,
    join: Join,
    make_line: Callable[[], FaultyLine],
    hub: Hub,
    tmp_path: Path,
    hall_clock: FixedClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = join(tmp_path / "other", make_line())
    rate(joined)
    turn(joined)
    hub.store.backup(tmp_path / "yesterday.db")
    standing = joined.ctx.rating_log.standing(rate(joined))
    assert standing is not None
    hall_clock.advance(minutes=5)
    turn(joined)
    put_back(hub, tmp_path / "yesterday.db")
    plain = trees.unsealed

    def without_one(database: Any, limit: int) -> list[trees.Waiting]:
        return [one for one in plain(database, limit) if one.entry_hash != standing.hash]

    monkeypatch.setattr(trees, "unsealed", without_one)
    for count in range(8):
        hall_clock.advance(minutes=5)
        for hall in (other, joined):
            if not count:
                rate(hall)
            with contextlib.suppress(SyncError):
                turn(hall)
    assert sorted(codes(joined)) == ["rating_log.overdue", "rating_log.reopened"]
    assert [one.short for one in view(joined).alarms if one.grave] == [standing.short]
    assert codes(other) == []


def test_only_what_is_needed_is_remembered(joined: Hall, hall_clock: FixedClock) -> None:
    from terminal.services.rating_log import LedgerTreeStore

    store = LedgerTreeStore(joined.ctx.ledger, hall_clock)
    for size in range(1, 140):
        head = tree.make_head("log", 1, size, os.urandom(32), size)
        signed = tree.sign_head(head, joined.ctx.keys.signing)
        store.take(head, signed, (), ())
        if size % 20 == 0:
            hall_clock.advance(days=1)
    last = store.last_head()
    assert last is not None
    assert last.head.size == 139
    sizes = [one.head.size for one in store.older_heads()]
    assert sizes == [*range(138, 89, -1), 80, 60, 40, 20]
