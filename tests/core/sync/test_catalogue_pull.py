"""The hub's catalogue: one snapshot, then item by item, and files that were cut."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from hub import catalogue, publishing
from hub.hub import Hub
from terminal.clock import FixedClock
from terminal.domain.catalogue import LifeEvent, ServiceItem
from terminal.errors import NotFound
from terminal.protocol import snapshot, wire
from terminal.protocol.snapshot import Line as SnapshotLine
from terminal.services.catalogue import CatalogueService
from terminal.store import feeds
from terminal.sync.transport import HttpReply
from tests.core.hall import ITEMS, LICENCE, Hall
from tests.core.sync.conftest import FaultyLine, Join


def once(hall: Hall) -> None:
    assert hall.ctx.sync is not None
    hall.ctx.sync.once()


def lines_of(*items: ServiceItem, events: tuple[LifeEvent, ...] = ()) -> list[SnapshotLine]:
    return [SnapshotLine(item=i) for i in items] + [SnapshotLine(event=e) for e in events]


def many(count: int = 30) -> tuple[ServiceItem, ...]:
    return (*ITEMS, *(ServiceItem(f"X-{n:03}", f"事项第{n}号", "区某局") for n in range(count)))


def test_items_change_one_by_one_in_the_running_program(joined: Hall, hub: Hub) -> None:
    event = LifeEvent("e1", "开餐馆", (LICENCE.code,))
    first = catalogue.publish(hub, lines_of(*many(), events=(event,)))
    once(joined)
    shop = joined.ctx.catalogue
    assert shop.count() == len(many()), "what was shipped and the hub does not have is gone"
    assert [e.id for e in shop.life_events()] == ["e1"]
    draft = joined.draft()
    began_with = draft.item_version
    changed = msgspec.structs.replace(LICENCE, name="食品经营许可核发", aliases=("餐饮证",))
    rest = [i for i in many() if i.code not in (LICENCE.code, "X-003")]
    again = catalogue.publish(
        hub, lines_of(changed, *rest, ServiceItem("Y-1", "新设事项登记", "区某局"))
    )
    assert again.handle == first.handle, "no new snapshot for four changes"
    once(joined)
    assert shop.item(LICENCE.code).name == "食品经营许可核发"
    assert [v.code for v in shop.search("食品经营许可核发", 1)] == [LICENCE.code]
    assert [v.code for v in shop.search("新设事项", 1)] == ["Y-1"]
    assert "X-003" not in [v.code for v in shop.search("事项第3号", 5)]
    with pytest.raises(NotFound):
        shop.item("X-003")
    assert shop.life_events() == ()
    assert shop.item(LICENCE.code, began_with).name == LICENCE.name
    assert joined.ctx.intake.review(draft).draft.item_version == began_with
    saved = joined.ctx.intake.receive(joined.with_all(draft), joined.clerk)
    assert saved.case.item_name == LICENCE.name, "a case keeps the version that it began with"


def test_many_changes_come_as_a_snapshot_that_takes_the_old_ones_place(
    joined: Hall, hub: Hub
) -> None:
    catalogue.publish(hub, lines_of(*many()))
    once(joined)
    newer = catalogue.publish(hub, lines_of(*ITEMS))
    once(joined)
    assert joined.ctx.catalogue.count() == len(ITEMS)
    assert joined.ctx.catalogue.cursor("catalogue/hall").handle == newer.handle


def test_what_was_imported_here_stays(joined: Hall, hub: Hub, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("item_code,name,department\nL-1,本地事项,区某局\n", encoding="utf-8")
    [report] = joined.ctx.catalogue.import_files([own])
    assert report.done
    catalogue.publish(hub, lines_of(*many()))
    once(joined)
    assert joined.ctx.catalogue.item("L-1").name == "本地事项"


def test_a_catalogue_file_that_was_lost_is_pulled_again(
    join: Join, make_line: Callable[[], FaultyLine], hub: Hub, tmp_path: Path
) -> None:
    catalogue.publish(hub, lines_of(*many()))
    folder = tmp_path / "t"
    hall = join(folder, make_line())
    once(hall)
    hall.ctx.close()
    (folder / "catalogue.db").unlink()
    hall = join(folder, make_line())
    assert hall.ctx.catalogue.count() > 100, "the shipped one, at once"
    once(hall)
    assert hall.ctx.catalogue.count() == len(many())


def breaking(after: int) -> Callable[[Callable[[], HttpReply]], HttpReply]:
    def fault(send: Callable[[], HttpReply]) -> HttpReply:
        reply = send()
        return HttpReply(reply.status, reply.body[:after], reply.headers)

    return fault


@pytest.mark.allow_warnings("terminal.sync.pull")
def test_a_snapshot_resumes_where_it_broke_off(
    joined: Hall, hub: Hub, line: FaultyLine, monkeypatch: pytest.MonkeyPatch,
    hall_clock: FixedClock,
) -> None:  # fmt: skip
    monkeypatch.setattr("terminal.sync.snapshots.PIECE_BYTES", 300)
    pointer = catalogue.publish(hub, lines_of(*many()))
    path = wire.PATH_SNAPSHOT + pointer.handle
    ranges: list[str] = []
    request, cut = line.request, [3]

    def watch(method: str, path_: str, body: bytes = b"", headers: object = None) -> HttpReply:
        if path_ == path:
            assert isinstance(headers, dict)
            ranges.append(headers["Range"])
            cut[0] -= 1
            if cut[0] == 0:
                from terminal.errors import SyncError

                raise SyncError("sync.unreachable")
        return request(method, path_, body, headers)  # type: ignore[arg-type]

    monkeypatch.setattr(line, "request", watch)
    rows: dict[str, bytes | None] = {"policy/other": b"1"}
    publishing.publish(hub, wire.policy_feed, rows)
    once(joined)
    assert joined.ctx.catalogue.cursor("catalogue/hall").handle == ""
    kept = joined.ctx.ledger.read(lambda db: feeds.policy(db, "policy/other"))
    assert kept == b"1", "the other sets do not wait for it"
    once(joined)
    assert len(ranges) == 3, "and it is not asked for all the time"
    hall_clock.advance(minutes=2)
    once(joined)
    assert ranges[:4] == ["bytes=0-299", "bytes=300-599", "bytes=600-899", "bytes=600-899"]
    assert joined.ctx.catalogue.cursor("catalogue/hall").handle == pointer.handle
    assert joined.ctx.catalogue.count() == len(many())


@pytest.mark.allow_warnings("terminal.sync.pull")
def test_a_snapshot_that_is_another_file_is_thrown_away(
    joined: Hall, hub: Hub, line: FaultyLine, hall_clock: FixedClock
) -> None:
    pointer = catalogue.publish(hub, lines_of(*many()))
    part = joined.ctx.catalogue.part_of(pointer.handle)
    part.write_bytes(b"\0" * (pointer.size // 2))
    before = joined.ctx.catalogue.count()
    once(joined)
    assert joined.ctx.catalogue.count() == before
    assert not part.exists()
    hall_clock.advance(minutes=2)
    once(joined)
    assert joined.ctx.catalogue.count() == len(many())


def test_a_bomb_is_no_snapshot() -> None:
    import zstandard

    from terminal.errors import SyncError

    packed = zstandard.ZstdCompressor().compress(b"\n" * (1 << 20))
    assert list(snapshot.unpack(packed)) == []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(snapshot, "MOST_PLAIN_BYTES", 1 << 19)
        with pytest.raises(SyncError):
            list(snapshot.unpack(packed))


@pytest.mark.allow_warnings("terminal.services.catalogue")
@pytest.mark.parametrize("name", ["catalogue.db", "catalogue.idx", "catalogue-x.part"])
def test_a_half_written_cache_never_bricks_the_start(
    hall_catalogue: Path, tmp_path: Path, name: str
) -> None:
    """Cut or flipped at any place: the start makes anew what it cannot use."""
    import random
    import shutil

    source = hall_catalogue / name
    data = source.read_bytes() if source.exists() else b"\x28\xb5\x2f\xfd" * 99
    chance = random.Random(7)
    for number in range(1 if name.endswith(".part") else 3):
        folder = tmp_path / str(number)
        shutil.copytree(hall_catalogue, folder)
        place = chance.randrange(len(data))
        broken = bytearray(data[:place]) if number % 2 else bytearray(data)
        if not number % 2:
            broken[place : place + 4096] = chance.randbytes(len(broken[place : place + 4096]))
        (folder / name).write_bytes(broken)
        (folder / "catalogue.db.new").write_bytes(data[:place])
        with CatalogueService(folder / "catalogue.db") as found:
            assert found.count() > 800
            assert found.search("食品经营", 3)
            view = found.search("食品经营", 1)[0]
            assert found.item(view.code).name
