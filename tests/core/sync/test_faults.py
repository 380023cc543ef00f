"""Faults that other systems shipped (docs/faults.md), as far as no other file tests them."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from PIL import Image

from hub.courier import take_in, write_answer
from hub.hub import Hub
from hub.store import projections
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import Way
from terminal.domain.materials import received
from terminal.errors import StoreError, SyncError, TerminalError
from terminal.protocol import wire
from terminal.protocol.wire import Effect, FeedRow, Page, feed_hash
from terminal.services import drafts
from terminal.store import feeds
from terminal.sync.transport import HttpReply
from tests.core.hall import LEASE, PLAIN, Hall
from tests.core.sync.carrying import carried, decided
from tests.core.sync.conftest import FaultyLine, Join
from tests.core.sync.rounds import Send, accepted, at_hub, cases_at, here, refused, worker


class PowerFailed(BaseException):
    """The machine stops here: nothing catches it."""


# Acknowledged, or a cursor moved, before it is durable


def test_a_hub_whose_commit_fails_acknowledges_nothing(
    joined: Hall, hub: Hub, line: FaultyLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted(joined)
    worker(joined).once()
    before = joined.ctx.journal.status().acknowledged
    accepted(joined)
    writer: Any = hub.store._writer  # type: ignore[attr-defined]

    def fail() -> None:
        raise StoreError("hub.disk_full")

    with monkeypatch.context() as patch:
        patch.setattr(writer, "commit", fail)
        with pytest.raises((StoreError, SyncError)):
            worker(joined).once()
    assert joined.ctx.journal.status().acknowledged == before
    worker(joined).once()
    assert at_hub(hub, joined) == here(joined)


def test_a_cursor_is_never_ahead_of_its_rows(joined: Hall, hub: Hub) -> None:
    """The machine stops at each statement of a page in turn: rows and cursor, or neither."""
    accepted(joined)
    ctx = joined.ctx
    entries = ctx.ledger.read(lambda db: _waiting(db))
    page = _page(ctx.keys.terminal_id, entries)
    database: Any = ctx.ledger._write_db
    execute = database.execute_sql
    for last in range(1, 60):
        left = [last]

        def stopping(sql: str, *more: Any, left: list[int] = left, **named: Any) -> Any:
            left[0] -= 1
            if left[0] < 0 and sql != "ROLLBACK":
                raise PowerFailed
            return execute(sql, *more, **named)

        database.execute_sql = stopping
        try:
            ctx.ledger.write(lambda db: feeds.take_page(db, page, b"", 1))
        except PowerFailed:
            continue
        finally:
            del database.execute_sql
            stands = ctx.ledger.read(lambda db: feeds.cursor(db, page.feed))
            applied = [line.state for line in ctx.journal.lines()].count("applied")
            assert (stands.position, applied) in {(0, 0), (len(entries), len(entries))}
        break
    assert stands.position == len(entries)


def _waiting(db: Any) -> list[tuple[str, str]]:
    return list(db.execute_sql("SELECT record_id, hash FROM entry ORDER BY id").fetchall())


def _page(terminal_id: str, entries: list[tuple[str, str]]) -> Page:
    """A page which says that all of these were applied."""
    feed, rows, before = wire.progress_feed(terminal_id), [], ""
    for number, (record, digest) in enumerate(entries, start=1):
        body = msgspec.msgpack.encode(Effect(record, digest, "applied"))
        before = feed_hash(before, "effect", record, body)
        rows.append(FeedRow(number, "effect", record, body, before))
    return Page(feed, "handle", tuple(rows))


# A number used twice after a rolled-back disk


def test_a_rolled_back_disk_gives_no_number_twice(
    join: Join, make_line: Callable[[], FaultyLine], hub: Hub, tmp_path: Path
) -> None:
    folder, copy = tmp_path / "terminal", tmp_path / "copy"
    join(folder, make_line()).ctx.close()
    shutil.copytree(folder, copy)
    hall = join(folder, make_line())
    lost = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk).case.receipt_number
    worker(hall).once()
    hall.ctx.close()
    shutil.rmtree(folder)
    copy.rename(folder)
    hall = join(folder, make_line())
    again = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk).case.receipt_number
    assert again != lost
    for _ in range(2):
        worker(hall).once()
    cases = cases_at(hub)
    assert {case.receipt_number for case in cases} == {lost, again}
    assert len({case.case_number for case in cases}) == 2


# "Sending" survives a crash, and is stuck for ever


@pytest.mark.parametrize("arrives", [True, False], ids=["it arrived", "it did not"])
def test_a_crash_while_sending_leaves_nothing_stuck(
    join: Join, make_line: Callable[[], FaultyLine], hub: Hub, tmp_path: Path, arrives: bool
) -> None:
    line = make_line()
    hall = join(tmp_path / "terminal", line)
    accepted(hall)

    def crash(send: Send) -> HttpReply:
        if arrives:
            send()
        raise PowerFailed

    line.faults = [crash]
    with pytest.raises(PowerFailed):
        worker(hall).once()
    hall.ctx.close()
    hall = join(tmp_path / "terminal", make_line())
    assert {entry.state for entry in hall.ctx.journal.lines()} == {"waiting"}
    worker(hall).once()
    assert hall.ctx.journal.status().waiting == 0
    assert at_hub(hub, hall) == here(hall)


# Gives up after so many tries


def test_it_never_gives_up(joined: Hall, hub: Hub, line: FaultyLine) -> None:
    accepted(joined)
    line.down = True
    for _ in range(300):
        refused(joined)
    line.down = False
    worker(joined).once()
    assert joined.ctx.journal.status().waiting == 0
    assert at_hub(hub, joined) == here(joined)


# A missing attachment blocks the record


def test_a_lost_scan_blocks_no_record(
    joined: Hall, hub: Hub, tmp_path: Path, line: FaultyLine
) -> None:
    pixels = io.BytesIO()
    Image.effect_noise((60, 60), 90).save(pixels, "PNG")
    path = tmp_path / "lease.png"
    path.write_bytes(pixels.getvalue())
    blob = joined.ctx.blobs.attach(path)
    entry = msgspec.structs.replace(received(LEASE, way=Way.UPLOAD), blobs=(blob,))
    draft = drafts.with_material(joined.complete(), entry)
    joined.ctx.intake.accept(draft, joined.clerk)
    [kept] = joined.ctx.settings.blobs_dir.rglob(blob.hash)
    kept.unlink()
    behind = accepted(joined)
    for _ in range(2):
        worker(joined).once()
    assert joined.ctx.journal.status().waiting == 0
    assert at_hub(hub, joined) == here(joined)
    assert behind in {case.case_id for case in cases_at(hub) if case.case_number}
    status = joined.ctx.journal.status()
    assert status.held > 0
    assert (status.refused, status.conflict) == (0, 0)
    # Whoever still has the scan sends it again, and what waited is applied.
    joined.ctx.blobs.attach(path)
    for _ in range(2):
        worker(joined).once()
    assert joined.ctx.journal.status().held == 0


# Printed, then lost


def test_the_printer_is_woken_only_when_the_commit_is_durable(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another connection sees case, entries and papers at the moment the printer may begin."""
    seen: list[tuple[int, int]] = []

    def woken() -> None:
        jobs = sum(1 for _ in hall.ctx.printing.jobs())
        seen.append((hall.written(), jobs))

    monkeypatch.setattr(hall.ctx.intake, "_wake_printer", woken)
    saved = hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk)
    [(entries, jobs)] = seen
    assert entries >= len(saved.record_ids) > 0
    assert jobs >= len(saved.documents) > 0


def test_what_could_not_be_saved_is_not_printed(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    woken: list[bool] = []
    monkeypatch.setattr(hall.ctx.intake, "_wake_printer", lambda: woken.append(True))
    before = len(list(hall.ctx.printing.jobs()))
    database: Any = hall.ctx.ledger._write_db
    execute = database.execute_sql

    def full(sql: str, *more: Any, **named: Any) -> Any:
        if sql == "COMMIT":
            raise StoreError("store.io_error")
        return execute(sql, *more, **named)

    draft = hall.complete(PLAIN)
    database.execute_sql = full
    try:
        with pytest.raises(TerminalError):
            hall.ctx.intake.accept(draft, hall.clerk)
    finally:
        del database.execute_sql
    assert woken == []
    assert len(list(hall.ctx.printing.jobs())) == before


# Inbound sync overwrites unsent work


def test_what_comes_down_overwrites_no_unsent_work(
    joined: Hall, hub: Hub, line: FaultyLine, tmp_path: Path
) -> None:
    """The department has decided; the window, which does not know, has the case withdrawn."""
    case_id = accepted(joined)
    for _ in range(2):
        worker(joined).once()
    line.down = True
    answer = carried(hub, joined, tmp_path)
    decided(hub, case_id)
    strokes = io.BytesIO()
    Image.new("L", (40, 20), 255).save(strokes, "PNG")
    joined.withdraw(case_id, strokes.getvalue())
    mine = joined.ctx.cases.case(case_id)
    own = joined.ctx.ledger.read(lambda db: _waiting(db))
    late = take_again(hub, joined, tmp_path, answer)
    joined.ctx.courier.bring_back(late)
    after = joined.ctx.cases.case(case_id)
    assert after.state is mine.state is CaseState.WITHDRAWN
    assert [step.kind for step in after.history] == [step.kind for step in mine.history]
    assert joined.ctx.ledger.read(lambda db: _waiting(db)) == own
    # Both are facts: the hub has stored ours, and says what became of it.
    line.down = False
    for _ in range(2):
        worker(joined).once()
    assert at_hub(hub, joined) == here(joined)
    states = {entry.kind: entry.state for entry in joined.ctx.journal.lines()}
    assert states["case_withdrawn"] in {"conflict", "refused"}
    with hub.store.reading() as database:
        there = projections.load(database, case_id)
    assert isinstance(there, Case)
    assert there.state is CaseState.DECIDED
    # Once the hub has said so, the window goes on from what has its effect.
    assert joined.ctx.cases.case(case_id) == there


def take_again(hub: Hub, hall: Hall, folder: Path, answer: Path) -> Path:
    """Answer the outbox beside `answer` once more, with what has happened since."""
    [outbox] = folder.glob("yichuang-outbox-*")
    answer.unlink()
    late = write_answer(hub, take_in(hub, outbox), folder)
    assert late is not None
    return late


def test_keys_are_not_made_anew_beside_a_ledger(
    join: Join, make_line: Callable[[], FaultyLine], hub: Hub, tmp_path: Path
) -> None:
    """A key file is lost and put back: refused while it is missing, then all goes on."""
    folder = tmp_path / "terminal"
    hall = join(folder, make_line())
    accepted(hall)
    key = hall.ctx.settings.keys_dir / "database.key"
    if not key.exists():
        [key] = [p for p in hall.ctx.settings.keys_dir.iterdir() if p.name.startswith("database")]
    hall.ctx.close()
    kept = key.read_bytes()
    key.unlink()
    with pytest.raises(StoreError) as caught:
        join(folder, make_line())
    assert caught.value.sentence()
    assert not key.exists()
    key.write_bytes(kept)
    hall = join(folder, make_line())
    worker(hall).once()
    assert at_hub(hub, hall) == here(hall)
