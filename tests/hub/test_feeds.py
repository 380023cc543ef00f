"""Feeds: what each terminal hears, in commit order, with cursors that prove their place."""

from __future__ import annotations

import asyncio
import hashlib
import os

import msgspec
import pytest

from hub import catalogue, pull
from hub.enrol import make_code
from hub.hub import Hub
from hub.store import entries, feeds
from hub.store.feeds import NewRow
from terminal.domain.catalogue import LifeEvent, ServiceItem
from terminal.domain.records import CaseNumbered, MaterialsSupplemented, RatingGiven, RatingScope
from terminal.protocol import snapshot, wire
from terminal.protocol.entry import Entry, to_record
from terminal.protocol.snapshot import Line as SnapshotLine
from terminal.protocol.suites import STANDARD, key_id
from terminal.protocol.wire import Cursor, catalogue_feed, policy_feed, progress_feed
from tests.hub.line import CLERK, Line, TestTerminal


def read(terminal: TestTerminal, cursor: Cursor, limit: int = 200) -> wire.Page:
    pages = terminal.pull(cursor, limit=limit).pages
    assert len(pages) == 1
    return pages[0]


def after(page: wire.Page) -> Cursor:
    last = page.rows[-1]
    return Cursor(page.feed, page.handle, last.position, last.hash)


def test_the_writer_hears_effects_and_the_hubs_number(hub: Hub, terminal: TestTerminal) -> None:
    taken = terminal.accept(terminal.receive())
    terminal.push()
    rows = terminal.progress()
    assert [row.kind for row in rows] == ["effect"] * 4 + ["entry"]
    assert [row.position for row in rows] == [1, 2, 3, 4, 5]
    effects = [msgspec.msgpack.decode(row.body or b"", type=wire.Effect) for row in rows[:4]]
    assert {effect.effect for effect in effects} == {"applied"}
    entry = msgspec.msgpack.decode(rows[4].body or b"", type=Entry)
    header = entry.read_header()
    assert (header.origin, header.kind) == ("hub", "case_numbered")
    assert STANDARD.verify(hub.keys.public, entry.signature, bytes.fromhex(entry.hash))
    record = to_record(entry)
    assert record is not None
    assert isinstance(record.body, CaseNumbered)
    assert record.body.case_number.startswith("5116")
    assert record.base == taken.head


def test_rows_are_chained_so_that_a_cursor_proves_all_before_it(terminal: TestTerminal) -> None:
    terminal.receive()
    terminal.push()
    previous = ""
    for row in terminal.progress():
        assert row.hash == wire.feed_hash(previous, row.kind, row.key, row.body)
        previous = row.hash


def test_pages_follow_each_other_and_end(terminal: TestTerminal) -> None:
    for _ in range(3):
        terminal.receive()
    terminal.push()
    cursor = Cursor(progress_feed(terminal.id))
    keys = []
    while True:
        pages = terminal.pull(cursor, limit=2).pages
        if not pages:
            break
        assert not pages[0].reset
        keys += [row.key for row in pages[0].rows]
        assert pages[0].more == (len(keys) < 7)
        cursor = after(pages[0])
    assert len(keys) == len(set(keys)) == 7
    assert terminal.push().refusal == ""
    assert terminal.pull(cursor).pages == (), "a repeated push moves no feed"


@pytest.mark.parametrize(
    "wrong",
    [{"row_hash": "0" * 64}, {"position": 99}, {"handle": "another"}],
    ids=["another row there", "a later position", "an unknown handle"],
)
def test_a_cursor_that_does_not_fit_starts_anew(
    terminal: TestTerminal, wrong: dict[str, object]
) -> None:
    terminal.receive()
    terminal.push()
    cursor = after(read(terminal, Cursor(progress_feed(terminal.id))))
    page = read(terminal, msgspec.structs.replace(cursor, **wrong))
    assert page.reset
    assert page.rows[0].position == 1


def test_another_terminal_that_touches_the_case_hears_what_was_and_what_comes(
    hub: Hub, terminal: TestTerminal, other: TestTerminal
) -> None:
    taken = terminal.receive()
    terminal.push()
    supplement = MaterialsSupplemented((), {}, 0, "2026-12-01", CLERK)
    other.append(taken.case_id, supplement, base=taken.head)
    other.push()
    heard = [row for row in other.progress() if row.kind == "entry"]
    assert [row.key for row in heard] == [taken.head]
    accepted = terminal.accept(taken)
    terminal.push()
    heard = [row.key for row in other.progress() if row.kind == "entry"]
    assert accepted.head in heard
    assert len(heard) == 3, "what was, the acceptance, the number"
    mine = [row.key for row in terminal.progress() if row.kind == "entry"]
    assert len(mine) == 2, "the other's supplement and the number"


def test_a_rating_is_told_to_no_other_terminal(
    hub: Hub, terminal: TestTerminal, other: TestTerminal
) -> None:
    taken = terminal.receive()
    terminal.push()
    supplement = MaterialsSupplemented((), {}, 0, "2026-12-01", CLERK)
    other.append(taken.case_id, supplement, base=taken.head)
    other.push()
    given = RatingGiven(
        RatingScope.VISIT, "visit", 1, ("115",), "1", "态度差", "screen", "window", 0
    )
    other.append("rating-1", given)
    other.push()
    assert all(b"rating_given" not in (row.body or b"") for row in terminal.progress())


def test_only_the_own_and_the_halls_feeds_may_be_read(
    terminal: TestTerminal, other: TestTerminal
) -> None:
    for feed in (progress_feed(other.id), policy_feed("elsewhere"), "entries"):
        assert terminal.pull(Cursor(feed)).refusal == "hub.foreign_feed"
    page = read(terminal, Cursor(policy_feed("hall")))
    keys = {row.key: msgspec.json.decode(row.body or b"") for row in page.rows}
    assert keys[f"terminal/{other.id}"]["key"] == STANDARD.public_key(other.key).hex()


def test_a_wait_is_answered_when_a_feed_moves(hub: Hub, line: Line, terminal: TestTerminal) -> None:
    terminal.push()
    cursor = after(read(terminal, Cursor(progress_feed(terminal.id))))
    request = wire.PullRequest(wire.PROTOCOL_VERSION, terminal.id, os.urandom(16), (cursor,))
    envelope = wire.seal(request, terminal.key)

    async def scene() -> bytes:
        waiting = asyncio.create_task(line.request("POST", wire.PATH_WAIT, envelope))
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done, "nothing moved yet"
        terminal.receive()
        batch = terminal.batch()
        await line.request("POST", wire.PATH_PUSH, wire.seal(batch, terminal.key))
        reply = await asyncio.wait_for(waiting, 10)
        return reply.body

    body = line.loop.run_until_complete(scene())
    answer = wire.unseal(wire.open_envelope(body), terminal.hub_key, wire.PullAnswer)
    assert answer.nonce == request.nonce
    assert [(page.feed, page.rows, page.more) for page in answer.pages] == [(cursor.feed, (), True)]


def test_a_wait_ends_by_itself(
    line: Line, terminal: TestTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pull, "LONGEST_WAIT", 0.05)
    request = wire.PullRequest(
        wire.PROTOCOL_VERSION, terminal.id, os.urandom(16), (Cursor(progress_feed(terminal.id)),)
    )
    assert terminal.ask(wire.PATH_WAIT, request, wire.PullAnswer).pages == ()


def test_the_catalogue_comes_as_one_snapshot_by_its_hash(
    hub: Hub, line: Line, terminal: TestTerminal
) -> None:
    items = [
        ServiceItem("511602-1", "食品经营许可", "市场监管局"),
        ServiceItem("2", "户口", "公安局"),
    ]
    events = [LifeEvent("e1", "开餐馆", ("511602-1",))]
    lines = [SnapshotLine(item=item) for item in items] + [SnapshotLine(event=events[0])]
    pointer = catalogue.publish(hub, lines)
    assert pointer == catalogue.publish(hub, lines), "the same again changes nothing"
    page = read(terminal, Cursor(catalogue_feed("hall")))
    assert page.handle == pointer.handle
    assert msgspec.json.decode(page.rows[0].body or b"", type=wire.CataloguePointer) == pointer
    path = wire.PATH_SNAPSHOT + pointer.handle
    whole = line.call("GET", path)
    assert whole.status == 200
    assert hashlib.sha256(whole.body).hexdigest() == pointer.handle
    rest = line.call("GET", path, headers={"range": "bytes=10-"})
    assert (rest.status, rest.body) == (206, whole.body[10:])
    found = list(snapshot.unpack(whole.body))
    assert [one.item for one in found if one.item] == items
    assert [one.event for one in found if one.event] == events
    # Another catalogue has another handle, and its readers start anew.
    cursor = after(page)
    newer = catalogue.publish(hub, lines[:1])
    page = read(terminal, cursor)
    assert (page.reset, page.handle) == (True, newer.handle)
    assert line.call("GET", wire.PATH_SNAPSHOT + "../hub.db").status == 404


def test_a_blob_resumes_and_wakes_what_waited_for_it(
    hub: Hub, line: Line, terminal: TestTerminal
) -> None:
    data = os.urandom(3000)
    name = hashlib.sha256(data).hexdigest()
    supplemented = terminal.receive()
    terminal.append(
        supplemented.case_id,
        MaterialsSupplemented((), {}, 0, "2026-12-01", CLERK),
        base=supplemented.head,
        blobs=(name,),
    )
    answer = terminal.push()
    held = answer.effects[-1]
    assert (held.effect, held.code) == ("held", "hub.blob_missing")

    def put(offset: int, piece: bytes, sha256: str = name) -> wire.BlobAnswer:
        message = wire.BlobPiece(
            wire.PROTOCOL_VERSION, terminal.id, os.urandom(16), sha256, offset, len(data), piece
        )
        reply = line.call("PUT", wire.PATH_BLOB + sha256, wire.seal(message, terminal.key))
        return terminal.read(reply, wire.BlobAnswer, message.nonce)

    assert put(0, data[:1000]).received == 1000
    assert put(0, data[:1000]).received == 1000, "a repeated piece changes nothing"
    asked = put(0, b"")
    assert (asked.received, asked.complete) == (1000, False)
    done = put(1000, data[1000:])
    assert (done.received, done.complete) == (3000, True)
    assert put(0, b"").complete
    assert put(0, data[:1000]).complete
    with hub.store.reading() as database:
        effect = entries.effect_of(database, held.record_id)
    assert effect is not None
    assert effect.effect == "applied"
    assert terminal.progress()[-1].kind == "effect"
    wrong = hashlib.sha256(b"other").hexdigest()
    assert put(0, data, wrong).refusal == "hub.blob_differs"
    assert put(0, data, "..%2F..%2Fhub.db").refusal == "hub.blob_name"
    assert put(0, b"", wrong).received == 0


def test_enrolment_is_once_for_a_key_and_says_the_same_again(
    hub: Hub, line: Line, terminal: TestTerminal, other: TestTerminal
) -> None:
    assert (terminal.number, other.number) == ("01", "02")
    assert terminal.id == key_id(STANDARD.public_key(terminal.key))
    code = make_code(hub)
    fresh = TestTerminal(line, STANDARD.new_private_key(), hub.keys.public, terminal.clock)
    first = fresh.enrol(code)
    again = fresh.enrol(code)
    assert first.terminal_id == again.terminal_id
    assert first.terminal_number == again.terminal_number == "03"
    thief = TestTerminal(line, STANDARD.new_private_key(), hub.keys.public, terminal.clock)
    assert thief.enrol(code).refusal == "hub.code_used"
    assert thief.enrol("YC1-nonsense").refusal == "hub.code_unknown"
    assert thief.enrol(code.replace("YC1-", "YC1-A")[:20] + code[20:]).refusal


def test_feeds_are_appended_with_their_transaction_or_not_at_all(hub: Hub) -> None:
    row = NewRow("policy/x", "json", "k", b"1")

    def fail_after_append() -> None:
        with hub.store.writing() as database:
            feeds.append(database, [row], "h")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_append()
    with hub.store.reading() as database:
        assert feeds.read_after(database, Cursor("policy/x"), 10) is None
