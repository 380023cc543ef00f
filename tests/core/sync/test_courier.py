"""Courier files between a terminal and a hub that no network joins: nothing lost or doubled."""

from __future__ import annotations

import io
import os
import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from hub import setup
from hub.blobs import Blobs
from hub.courier import take_in, write_answer
from hub.desk.acts import DeskActs
from hub.enrol import revoke
from hub.hub import Hub
from hub.store import entries, projections
from hub.store.people import Account, HallData
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import Way
from terminal.domain.materials import received
from terminal.domain.records import Outcome
from terminal.errors import InvalidInput
from terminal.protocol import wire
from terminal.services import drafts
from terminal.services.courier import BroughtBack
from terminal.store import courier, outbox
from tests.core.hall import LEASE, ORGAN, PASSWORD, Hall
from tests.core.sync.conftest import FaultyLine, Join
from tests.core.sync.rounds import accepted, at_hub, here, worker

NOTHING_NEW = BroughtBack(0, 0, 0)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


@pytest.fixture
def alone(joined: Hall, line: FaultyLine) -> Hall:
    """A terminal that was enrolled once and has no network since."""
    line.down = True
    return joined


def carried(hub: Hub, hall: Hall, stick: Path) -> Path:
    """Export, take in, answer: returns the answer's file."""
    taken = take_in(hub, hall.ctx.courier.export(stick).path)
    answer = write_answer(hub, taken, stick)
    assert answer is not None
    return answer


def decided(hub: Hub, case_id: str) -> None:
    official = Account("zhou", "周强", ORGAN.name, "执-0001", False, "")
    DeskActs(hub, official).decide(
        case_id, outcome=Outcome.GRANTED, document_number="大市监许〔2026〕1号",
        enforcement_number="执-0001", reason="", basis="", action_id=f"decide-{case_id}",
    )  # fmt: skip


def counts_at(hub: Hub) -> dict[str, int]:
    with hub.store.reading() as database:
        return entries.counts(database)


def code_of(call: Callable[[], object]) -> str:
    """The code with which a call refuses; its sentence can be made."""
    with pytest.raises(InvalidInput) as caught:
        call()
    assert caught.value.sentence()
    return caught.value.code


def scanned(hall: Hall, tmp_path: Path, size: int = 40) -> str:
    """Accept a matter with a scan whose pixels nobody can pack; returns its hash."""
    pixels = io.BytesIO()
    Image.frombytes("RGB", (size, size), os.urandom(size * size * 3)).save(pixels, "PNG")
    path = tmp_path / f"scan-{size}.png"
    path.write_bytes(pixels.getvalue())
    blob = hall.ctx.blobs.attach(path)
    draft = hall.complete()
    entry = received(LEASE, way=Way.UPLOAD)
    entry = msgspec.structs.replace(entry, blobs=(blob,))
    hall.ctx.intake.accept(drafts.with_material(draft, entry), hall.clerk)
    return blob.hash


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


# Trust


def test_a_revoked_terminal_is_taken_by_a_decision_only(alone: Hall, hub: Hub, stick: Path) -> None:
    accepted(alone)
    revoke(hub, alone.ctx.keys.terminal_id)
    path = alone.ctx.courier.export(stick).path
    assert code_of(lambda: take_in(hub, path)) == "courier.revoked"
    assert at_hub(hub, alone) == []
    take_in(hub, path, from_revoked=True)
    assert at_hub(hub, alone) == here(alone)


@pytest.fixture(scope="session")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub of another hall."""
    folder = tmp_path_factory.mktemp("elsewhere")
    setup.init(folder, HallData("other", "另一个大厅", "211602"), password=PASSWORD)
    found = Hub(folder)
    yield found
    found.close()


def test_another_halls_file_is_told_without_a_key(alone: Hall, elsewhere: Hub, stick: Path) -> None:
    accepted(alone)
    path = alone.ctx.courier.export(stick).path
    assert code_of(lambda: take_in(elsewhere, path)) == "courier.other_hall"
    assert counts_at(elsewhere)["entries"] == 0


def test_another_hub_of_a_hall_of_the_same_name(
    alone: Hall, elsewhere: Hub, stick: Path, hub: Hub
) -> None:
    from hub.store import people

    with elsewhere.store.writing() as database:
        people.put_hall(database, HallData("hall", "广安市政务服务中心", "511602"))
    path = alone.ctx.courier.export(stick).path
    assert code_of(lambda: take_in(elsewhere, path)) == "courier.other_hub"


def test_a_terminal_that_the_hub_does_not_know(alone: Hall, hub: Hub, stick: Path) -> None:
    path = alone.ctx.courier.export(stick).path
    with hub.store.writing() as database:
        database.execute_sql("DELETE FROM terminals")
    assert code_of(lambda: take_in(hub, path)) == "courier.unknown_terminal"


def test_an_answer_for_another_terminal(
    alone: Hall, hub: Hub, stick: Path, join: Join, make_line: Callable[[], FaultyLine],
    tmp_path: Path,
) -> None:  # fmt: skip
    neighbour = join(tmp_path / "neighbour", make_line())
    answer = carried(hub, neighbour, stick)
    assert code_of(lambda: alone.ctx.courier.bring_back(answer)) == "courier.other_terminal"


def test_an_answer_to_an_export_that_is_not_known_here(alone: Hall, hub: Hub, stick: Path) -> None:
    accepted(alone)
    answer = carried(hub, alone, stick)
    alone.ctx.ledger.write(lambda db: db.execute_sql("DELETE FROM meta WHERE key LIKE 'courier/%'"))
    assert code_of(lambda: alone.ctx.courier.bring_back(answer)) == "courier.unknown_export"
    assert alone.ctx.journal.status().acknowledged == 0


def test_an_answer_that_another_hub_signed(alone: Hall, hub: Hub, stick: Path) -> None:
    accepted(alone)
    taken = take_in(hub, alone.ctx.courier.export(stick).path)
    from terminal.protocol.suites import STANDARD

    other = msgspec.structs.replace(hub.keys, signing=STANDARD.new_private_key())
    hub.keys, own = other, hub.keys
    answer = write_answer(hub, taken, stick)
    assert answer is not None
    assert code_of(lambda: alone.ctx.courier.bring_back(answer)) == "courier.other_hub"
    # … nor one that only says that the hub had signed it.
    hub.keys = _LyingKeys(other.signing, own.id)  # type: ignore[assignment]
    lying = write_answer(hub, taken, stick)
    assert lying is not None
    assert code_of(lambda: alone.ctx.courier.bring_back(lying)) == "courier.damaged"
    assert alone.ctx.journal.status().acknowledged == 0
    hub.keys = own


class _LyingKeys(msgspec.Struct):
    """Keys that sign with one key under the name of another."""

    signing: bytes
    id: str


def test_an_answer_of_which_nonces_are_not_ours_acknowledges_nothing(
    alone: Hall, hub: Hub, stick: Path
) -> None:
    accepted(alone)
    taken = take_in(hub, alone.ctx.courier.export(stick).path)
    taken.answers = [msgspec.structs.replace(a, nonce=b"n" * 16) for a in taken.answers]
    answer = write_answer(hub, taken, stick)
    assert answer is not None
    assert alone.ctx.courier.bring_back(answer).acknowledged == 0
    assert alone.ctx.journal.status().acknowledged == 0


@pytest.mark.parametrize("side", ["hub", "terminal"])
def test_the_wrong_direction(alone: Hall, hub: Hub, stick: Path, side: str) -> None:
    exported = alone.ctx.courier.export(stick)
    answer = write_answer(hub, take_in(hub, exported.path), stick)
    assert answer is not None
    if side == "hub":
        assert code_of(lambda: take_in(hub, answer)) == "courier.not_an_outbox"
    else:
        back = alone.ctx.courier.bring_back
        assert code_of(lambda: back(exported.path)) == "courier.not_an_answer"


# Damage


@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.999])
@pytest.mark.parametrize("damage", ["cut", "flipped"])
def test_a_damaged_file_is_refused_whole_on_either_side(
    alone: Hall, hub: Hub, stick: Path, part: float, damage: str
) -> None:
    accepted(alone)
    outbox_file = alone.ctx.courier.export(stick).path
    whole = outbox_file.read_bytes()
    outbox_file.write_bytes(_damaged(whole, part, damage))
    assert code_of(lambda: take_in(hub, outbox_file)).startswith("courier.")
    assert at_hub(hub, alone) == []
    outbox_file.write_bytes(whole)
    answer = write_answer(hub, take_in(hub, outbox_file), stick)
    assert answer is not None
    good = answer.read_bytes()
    answer.write_bytes(_damaged(good, part, damage))
    assert code_of(lambda: alone.ctx.courier.bring_back(answer)).startswith("courier.")
    assert alone.ctx.journal.status().acknowledged == 0
    answer.write_bytes(good)
    alone.ctx.courier.bring_back(answer)
    assert alone.ctx.journal.status().waiting == 0


def _damaged(data: bytes, part: float, damage: str) -> bytes:
    at = int(len(data) * part)
    return data[:at] if damage == "cut" else data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :]


def test_a_file_of_the_future(alone: Hall, hub: Hub, stick: Path) -> None:
    path = alone.ctx.courier.export(stick).path
    data = path.read_bytes()
    path.write_bytes(data[:8] + b"\0\x02" + data[10:])
    assert code_of(lambda: take_in(hub, path)) == "courier.newer"
    assert code_of(lambda: alone.ctx.courier.show(path)) == "courier.newer"


def test_a_batch_of_a_future_protocol_is_named_and_nothing_lost(
    alone: Hall, hub: Hub, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted(alone)
    with monkeypatch.context() as patch:
        patch.setattr(wire, "PROTOCOL_VERSION", 9)
        path = alone.ctx.courier.export(stick).path
    taken = take_in(hub, path)
    assert taken.refused == ["hub.unknown_protocol"]
    answer = write_answer(hub, taken, stick)
    assert answer is not None
    assert alone.ctx.courier.bring_back(answer).acknowledged == 0
    assert alone.ctx.journal.status().waiting == len(here(alone))


# The stick


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let writing fail in the middle as a full or pulled stick does (EFBIG of the kernel)."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_stick_fails_in_the_middle(alone: Hall, hub: Hub, stick: Path, tmp_path: Path) -> None:
    scanned(alone, tmp_path, 1400)
    with files_of_at_most(2 << 20):
        assert code_of(lambda: alone.ctx.courier.export(stick)) == "courier.file_limit"
    assert list(stick.iterdir()) == []
    assert alone.ctx.journal.status().acknowledged == 0
    alone.ctx.courier.bring_back(carried(hub, alone, stick))
    assert at_hub(hub, alone) == here(alone)


def test_a_stick_without_room_is_told_before(
    alone: Hall, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(stick)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=5000))
    with pytest.raises(InvalidInput) as caught:
        alone.ctx.courier.export(stick)
    assert caught.value.code == "courier.no_room"
    assert caught.value.data == {"needed": 2, "free": 0}
    assert list(stick.iterdir()) == []


def test_places_that_cannot_be_written(alone: Hall, stick: Path) -> None:
    export = alone.ctx.courier.export
    assert code_of(lambda: export(stick / "gone" / "out.ycf")) == "courier.no_folder"
    taken = stick / "mine.txt"
    taken.write_text("mine")
    assert code_of(lambda: export(taken)) == "courier.exists"
    assert taken.read_text() == "mine"
    assert code_of(lambda: export(taken / "out.ycf")) == "courier.no_folder"
    # The kernel lets nobody make files there, root neither.
    assert code_of(lambda: export(Path("/proc"))) in {
        "courier.no_room", "courier.no_folder", "courier.read_only",
    }  # fmt: skip


def test_files_that_cannot_be_read(alone: Hall, hub: Hub, stick: Path) -> None:
    for call in (alone.ctx.courier.bring_back, alone.ctx.courier.show):
        assert code_of(lambda call=call: call(stick / "none.ycf")) == "courier.missing"  # type: ignore[misc]
        assert code_of(lambda call=call: call(stick)) == "courier.missing"  # type: ignore[misc]
    photo = stick / "photo.ycf"
    photo.write_bytes(b"\xff\xd8\xff" + bytes(500))
    assert code_of(lambda: alone.ctx.courier.bring_back(photo)) == "courier.none"
    assert code_of(lambda: take_in(hub, photo)) == "courier.none"


def test_showing_a_file(alone: Hall, hub: Hub, stick: Path) -> None:
    accepted(alone)
    exported = alone.ctx.courier.export(stick)
    shown = alone.ctx.courier.show(exported.path)
    assert (shown.direction, shown.hall_name, shown.mine) == (
        "outbox", "广安市政务服务中心", False,
    )  # fmt: skip
    assert shown.bytes == exported.bytes
    answer = write_answer(hub, take_in(hub, exported.path), stick)
    assert answer is not None
    assert alone.ctx.courier.show(answer).mine


def test_a_terminal_that_was_never_enrolled(hall: Hall, stick: Path) -> None:
    assert code_of(lambda: hall.ctx.courier.export(stick)) == "enrolment.needed"
    assert list(stick.iterdir()) == []


def test_a_lost_scan_does_not_stop_the_export(
    alone: Hall, hub: Hub, stick: Path, tmp_path: Path
) -> None:
    digest = scanned(alone, tmp_path)
    [path] = alone.ctx.settings.blobs_dir.rglob(digest)
    path.unlink()
    exported = alone.ctx.courier.export(stick)
    assert (exported.entries, exported.blobs) == (len(here(alone)), 0)


def test_a_fork_found_by_stick_is_left_and_both_branches_kept(
    join: Join, hub: Hub, stick: Path, line: FaultyLine, tmp_path: Path
) -> None:
    """A cloned disk: both go on writing, each brings its stick."""
    original = join(tmp_path / "original", line)
    accepted(original)
    original.ctx.close()
    shutil.copytree(tmp_path / "original", tmp_path / "clone")
    original, clone = join(tmp_path / "original", line), join(tmp_path / "clone", line)
    line.down = True
    case_ids = [accepted(original), accepted(clone)]
    original.ctx.courier.bring_back(carried(hub, original, stick))
    clone.ctx.courier.bring_back(carried(hub, clone, stick))
    clone.ctx.courier.bring_back(carried(hub, clone, stick))
    assert clone.ctx.journal.status().waiting == 0
    with hub.store.reading() as database:
        assert all(projections.load(database, case_id) is not None for case_id in case_ids)
    assert counts_at(hub)["forks"] > 0
