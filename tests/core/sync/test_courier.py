"""Courier files between a terminal and a hub that no network joins: nothing lost or doubled."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hub.blobs import Blobs
from hub.courier import take_in, write_answer
from hub.hub import Hub
from hub.store import projections
from terminal.domain.case import Case, CaseState
from terminal.protocol import wire
from terminal.services.courier import BroughtBack
from terminal.store import courier, outbox
from tests.core.hall import Hall
from tests.core.sync.carrying import carried, counts_at, decided, scanned
from tests.core.sync.conftest import FaultyLine
from tests.core.sync.rounds import accepted, at_hub, here, worker

NOTHING_NEW = BroughtBack(0, 0, 0)


# The whole journey


def test_a_matter_goes_and_its_decision_comes_by_stick(
    alone: Hall, hub: Hub, stick: Path, tmp_path: Path
) -> None:
    scan = scanned(alone, tmp_path, 700)
    case_id = accepted(alone)
    exported = alone.ctx.courier.export(stick)
    assert (exported.entries, exported.blobs) == (len(here(alone)), 1)
    assert exported.bytes == exported.path.stat().st_size > 1 << 20
    assert alone.ctx.journal.status().acknowledged == 0

    taken = take_in(hub, exported.path)
    assert (taken.entries, taken.new, taken.blobs) == (exported.entries, exported.entries, 1)
    decided(hub, case_id)
    # The same file again, now that there is something to tell.
    again = take_in(hub, exported.path)
    assert (again.entries, again.new) == (exported.entries, 0)
    answer = write_answer(hub, again, stick)
    assert answer is not None

    back = alone.ctx.courier.bring_back(answer)
    assert back.acknowledged == exported.entries
    assert back.rows > 0
    case = alone.ctx.cases.case(case_id)
    assert case.case_number.startswith("5116-2026-")
    assert case.state is CaseState.DECIDED
    status = alone.ctx.journal.status()
    assert (status.waiting, status.held, status.refused, status.conflict) == (0, 0, 0, 0)
    assert at_hub(hub, alone) == here(alone)
    assert {line.state for line in alone.ctx.journal.lines()} == {"applied"}
    assert alone.ctx.ledger.read(lambda db: outbox.pending(db)) is None
    assert alone.ctx.courier.export(stick).blobs == 0, scan


def test_the_same_files_again_change_nothing(alone: Hall, hub: Hub, stick: Path) -> None:
    accepted(alone)
    exported = alone.ctx.courier.export(stick)
    answer = write_answer(hub, take_in(hub, exported.path), stick)
    assert answer is not None
    alone.ctx.courier.bring_back(answer)
    before, there = alone.ctx.journal.lines(), counts_at(hub)
    assert take_in(hub, exported.path).new == 0
    assert alone.ctx.courier.bring_back(answer) == NOTHING_NEW
    assert alone.ctx.journal.lines() == before
    assert counts_at(hub) == there


def test_sticks_come_back_in_another_order(alone: Hall, hub: Hub, stick: Path) -> None:
    first_case = accepted(alone)
    first = carried(hub, alone, stick)
    second_case = accepted(alone)
    second = carried(hub, alone, stick)
    alone.ctx.courier.bring_back(second)
    lines = alone.ctx.journal.lines()
    assert {line.state for line in lines} == {"applied"}
    assert alone.ctx.courier.bring_back(first) == NOTHING_NEW
    assert alone.ctx.journal.lines() == lines
    for case_id in (first_case, second_case):
        assert alone.ctx.cases.case(case_id).case_number


def test_a_stick_that_never_comes_back(alone: Hall, hub: Hub, stick: Path) -> None:
    accepted(alone)
    alone.ctx.courier.export(stick).path.unlink()
    back = alone.ctx.courier.bring_back(carried(hub, alone, stick))
    assert back.acknowledged == len(here(alone))
    assert at_hub(hub, alone) == here(alone)


def test_the_line_comes_back_before_the_stick(
    alone: Hall, hub: Hub, stick: Path, line: FaultyLine
) -> None:
    accepted(alone)
    answer = carried(hub, alone, stick)
    late = accepted(alone)
    line.down = False
    worker(alone).once()
    worker(alone).once()
    lines, there = alone.ctx.journal.lines(), counts_at(hub)
    assert alone.ctx.courier.bring_back(answer) == NOTHING_NEW
    worker(alone).once()
    assert alone.ctx.journal.lines() == lines
    assert counts_at(hub) == there
    assert alone.ctx.cases.case(late).case_number


def test_a_file_that_reaches_the_hub_late(
    alone: Hall, hub: Hub, stick: Path, line: FaultyLine
) -> None:
    accepted(alone)
    exported = alone.ctx.courier.export(stick)
    line.down = False
    worker(alone).once()
    there = counts_at(hub)
    assert take_in(hub, exported.path).new == 0
    assert counts_at(hub) == there


def test_an_old_answer_does_not_unsay_what_was_applied_since(
    alone: Hall, hub: Hub, stick: Path, tmp_path: Path, line: FaultyLine
) -> None:
    """The first file's scan is lost on the way, so its entries are held; then all is well."""
    digest = scanned(alone, tmp_path)
    [path] = alone.ctx.settings.blobs_dir.rglob(digest)
    hidden = tmp_path / "hidden"
    path.rename(hidden)
    first = carried(hub, alone, stick)
    hidden.rename(path)
    line.down = False
    worker(alone).once()
    lines = alone.ctx.journal.lines()
    assert {one.state for one in lines} == {"applied"}
    alone.ctx.courier.bring_back(first)
    assert alone.ctx.journal.lines() == lines


def test_a_scan_of_which_a_part_came_over_the_line(
    alone: Hall, hub: Hub, stick: Path, tmp_path: Path
) -> None:
    digest = scanned(alone, tmp_path, 700)
    data = alone.ctx.blobs.read(digest)
    piece = wire.BlobPiece(
        wire.PROTOCOL_VERSION, alone.ctx.keys.terminal_id, b"n", digest, 0, len(data),
        data[:300_000],
    )  # fmt: skip
    assert Blobs(hub).put(piece.terminal_id, piece).received == 300_000
    taken = take_in(hub, alone.ctx.courier.export(stick).path)
    assert taken.blobs == 1
    assert (hub.paths.blobs / digest).read_bytes() == data


@contextmanager
def yesterday(hub: Hub, backup: Path) -> Iterator[Hub]:
    """Take the hub back to a backup, folder and all but the database untouched."""
    hub.close()
    for file in hub.paths.folder.glob("hub.db*"):
        file.unlink()
    shutil.copy(backup, hub.paths.database)
    restored = Hub(hub.paths.folder.parent, clock=hub.clock)
    try:
        yield restored
    finally:
        restored.close()


@pytest.mark.allow_warnings("hub.restore.notice")
@pytest.mark.parametrize("more", [True, False], ids=["new work", "nothing new"])
def test_a_hub_restored_from_yesterday_is_refilled_by_stick(
    alone: Hall, hub: Hub, stick: Path, tmp_path: Path, more: bool
) -> None:
    """It has lost what was acknowledged: that waits again, and the next stick brings it.

    Its own entries, the case number and the decision, come back to it the same way.
    """
    case_id = accepted(alone)
    hub.store.backup(tmp_path / "yesterday.db")
    alone.ctx.courier.bring_back(carried(hub, alone, stick))
    decided(hub, case_id)
    alone.ctx.courier.bring_back(carried(hub, alone, stick))
    number = alone.ctx.cases.case(case_id).case_number
    assert alone.ctx.journal.status().waiting == 0
    with yesterday(hub, tmp_path / "yesterday.db") as restored:
        if more:
            accepted(alone)
        alone.ctx.courier.bring_back(carried(restored, alone, stick))
        assert alone.ctx.journal.status().waiting > 0
        alone.ctx.courier.bring_back(carried(restored, alone, stick))
        assert alone.ctx.journal.status().waiting == 0
        assert at_hub(restored, alone) == here(alone)
        with restored.store.reading() as database:
            case = projections.load(database, case_id)
        assert isinstance(case, Case)
        assert (case.case_number, case.state) == (number, CaseState.DECIDED)
        assert alone.ctx.courier.bring_back(carried(restored, alone, stick)).acknowledged == 0
        # Nothing more is owed, so the next file does not carry it again.
        assert alone.ctx.ledger.read(courier.owed) == ("", ())


@pytest.mark.allow_warnings("hub.restore.notice")
def test_what_a_hub_said_before_it_was_taken_back_holds_no_more(
    alone: Hall, hub: Hub, stick: Path, tmp_path: Path
) -> None:
    accepted(alone)
    hub.store.backup(tmp_path / "yesterday.db")
    alone.ctx.courier.bring_back(carried(hub, alone, stick))
    accepted(alone)
    late = carried(hub, alone, stick)
    with yesterday(hub, tmp_path / "yesterday.db") as restored:
        alone.ctx.courier.bring_back(carried(restored, alone, stick))
        waiting = alone.ctx.journal.status().waiting
        assert waiting == len(here(alone))
        assert alone.ctx.courier.bring_back(late).acknowledged == 0
        assert alone.ctx.journal.status().waiting == waiting
        alone.ctx.courier.bring_back(carried(restored, alone, stick))
        assert at_hub(restored, alone) == here(alone)


def test_while_the_loop_runs(joined: Hall, hub: Hub, stick: Path) -> None:
    worker(joined).start()
    case_ids = []
    for _ in range(4):
        case_ids.append(accepted(joined))
        joined.ctx.courier.bring_back(carried(hub, joined, stick))
    joined.ctx.sync.stop()  # type: ignore[union-attr]
    joined.ctx.courier.bring_back(carried(hub, joined, stick))
    assert at_hub(hub, joined) == here(joined)
    assert joined.ctx.journal.status().waiting == 0
    for case_id in case_ids:
        assert joined.ctx.cases.case(case_id).case_number
    assert counts_at(hub)["forks"] == 0


def test_nothing_waits_and_news_comes_all_the_same(alone: Hall, hub: Hub, stick: Path) -> None:
    case_id = accepted(alone)
    alone.ctx.courier.bring_back(carried(hub, alone, stick))
    decided(hub, case_id)
    exported = alone.ctx.courier.export(stick)
    assert exported.entries == 0
    answer = write_answer(hub, take_in(hub, exported.path), stick)
    assert answer is not None
    assert alone.ctx.courier.bring_back(answer).rows > 0
    assert alone.ctx.cases.case(case_id).state is CaseState.DECIDED


def test_what_waits_is_all_there_over_several_batches(
    alone: Hall, hub: Hub, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("terminal.store.courier.next_waiting.__defaults__", (3, 1 << 20))
    for _ in range(2):
        accepted(alone)
    taken = take_in(hub, alone.ctx.courier.export(stick).path)
    assert len(taken.answers) > 2
    assert at_hub(hub, alone) == here(alone)


def test_no_personal_data_on_the_stick(alone: Hall, hub: Hub, stick: Path) -> None:
    accepted(alone)
    carried(hub, alone, stick)
    for file in stick.iterdir():
        data = file.read_bytes()
        assert not any(word.encode() in data for word in ("张三", "13800000000", "异地就医"))


def test_a_ledger_that_cannot_be_written_is_exported_all_the_same(
    alone: Hall, hub: Hub, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from terminal.errors import StoreError

    accepted(alone)

    def refuse(*_: object, **__: object) -> None:
        raise StoreError("store.read_only")

    monkeypatch.setattr(alone.ctx.ledger, "write", refuse)
    exported = alone.ctx.courier.export(stick)
    taken = take_in(hub, exported.path)
    assert taken.new == exported.entries > 0
    assert write_answer(hub, taken, stick) is None


test_a_ledger_that_cannot_be_written_is_exported_all_the_same = pytest.mark.allow_warnings(
    "terminal.services.courier"
)(test_a_ledger_that_cannot_be_written_is_exported_all_the_same)
