"""Courier files of others, damaged ones, and sticks that fail: refused whole, nothing lost."""

from __future__ import annotations

import resource
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from hub import setup
from hub.courier import take_in, write_answer
from hub.enrol import revoke
from hub.hub import Hub
from hub.store import projections
from hub.store.people import HallData
from terminal.errors import InvalidInput
from terminal.protocol import wire
from tests.core.hall import PASSWORD, Hall
from tests.core.sync.carrying import carried, code_of, counts_at, scanned
from tests.core.sync.conftest import FaultyLine, Join
from tests.core.sync.rounds import accepted, at_hub, here

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
