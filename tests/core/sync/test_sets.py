"""The pulled sets against the real hub: whole, changed, rebuilt, and never in the way of work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from hub import catalogue, policy, publishing
from hub.enrol import make_code
from hub.hub import Hub
from hub.store import feeds as hub_feeds
from hub.store import projections
from hub.store.feeds import NewRow
from terminal.clock import FixedClock
from terminal.domain.case import Case
from terminal.domain.catalogue import LifeEvent, ServiceItem
from terminal.domain.records import EpochOpened, MaterialsSupplemented
from terminal.errors import InvalidInput, NotAllowed, NotFound
from terminal.protocol import sets, snapshot, wire
from terminal.protocol.sets import Appointment, StaffAccount
from terminal.protocol.snapshot import Line as SnapshotLine
from terminal.protocol.suites import STANDARD
from terminal.services.catalogue import CatalogueService
from terminal.services.views import Role
from terminal.store import feeds
from terminal.sync.pull import pull_all
from terminal.sync.transport import HttpReply
from tests.core.hall import ITEMS, LICENCE, PASSWORD, PLAIN, Hall, password_hash
from tests.core.sync.conftest import FaultyLine, Join
from tests.hub.line import CLERK, TestTerminal

NEW_YEAR = dt.date(2027, 1, 4)
"""A Monday that an ordinary calendar counts."""


def once(hall: Hall) -> None:
    assert hall.ctx.sync is not None
    hall.ctx.sync.once()


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def calendar_file(folder: Path) -> Path:
    return write(
        folder, "2027.toml",
        'year = 2027\nnotice = "通知"\n[off]\n2027-01-01 = "元旦"\n2027-01-04 = "元旦"\n'
        '[work]\n2027-01-09 = "元旦"\n',
    )  # fmt: skip


# Calendars and limits


def test_a_calendar_of_the_hub_holds_from_then_on_and_moves_no_printed_date(
    joined: Hall, hub: Hub, tmp_path: Path, hall_clock: FixedClock
) -> None:
    hall_clock.advance(days=37)  # Wednesday 2026-12-30
    before = joined.ctx.intake.receive(joined.draft(), joined.clerk).case
    law = joined.ctx.intake.review(joined.draft()).law
    assert law.respond_by is not None
    assert (law.respond_by.on, law.respond_by.provisional) == (dt.date(2027, 1, 7), True)
    [row] = joined.ctx.cases.mine(joined.clerk)
    assert (row.due, row.provisional) == (dt.date(2027, 1, 7), True)

    policy.publish_calendar(hub, calendar_file(tmp_path))
    told: list[str] = []
    joined.ctx.events.subscribe(lambda event: told.append(event.name))
    once(joined)
    assert "policy_changed" in told
    assert not joined.ctx.calendar.is_working_day(NEW_YEAR)
    assert not hub.calendar.is_working_day(NEW_YEAR)
    law = joined.ctx.intake.review(joined.draft()).law
    assert law.respond_by is not None
    assert (law.respond_by.on, law.respond_by.provisional) == (dt.date(2027, 1, 8), False)
    [row] = joined.ctx.cases.mine(joined.clerk)
    assert (row.due, row.provisional) == (dt.date(2027, 1, 7), False), "printed: it stays"
    resumed = joined.ctx.intake.review(joined.ctx.intake.resume(before.case_id)).law
    assert resumed.respond_by is not None
    assert resumed.respond_by.on == dt.date(2027, 1, 7)


def test_the_calendar_is_there_after_a_restart_without_a_line(
    join: Join, make_line: Callable[[], FaultyLine], hub: Hub, tmp_path: Path
) -> None:
    policy.publish_calendar(hub, calendar_file(tmp_path))
    hall = join(tmp_path / "t", make_line())
    once(hall)
    hall.ctx.close()
    line = make_line()
    line.down = True
    assert not join(tmp_path / "t", line).ctx.calendar.is_working_day(NEW_YEAR)


def test_a_hall_promises_shorter_limits_never_longer_ones(
    joined: Hall, hub: Hub, tmp_path: Path
) -> None:
    shorter = write(tmp_path, "limits.toml", "[LICENSING]\nrespond_days = 3\n")
    policy.set_policy(hub, "limits", shorter)
    terms = write(tmp_path, "conditional.json", '{"cure_days": 4}')
    policy.set_policy(hub, "conditional", terms)
    once(joined)
    law = joined.ctx.intake.review(joined.draft()).law
    assert law.respond_by is not None
    assert law.respond_by.on == dt.date(2026, 11, 26)
    assert joined.ctx.policy.rules().policy.conditional.cure_days == 4
    longer = write(tmp_path, "longer.toml", "[LICENSING]\nrespond_days = 9\n")
    with pytest.raises(InvalidInput) as caught:
        policy.set_policy(hub, "limits", longer)
    assert caught.value.code == "hub.policy_too_long"
    policy.drop_policy(hub, "limits")
    once(joined)
    law = joined.ctx.intake.review(joined.draft()).law
    assert law.respond_by is not None
    assert law.respond_by.on == dt.date(2026, 11, 30)


@pytest.mark.allow_warnings("terminal.protocol.rules")
def test_a_value_in_a_newer_form_leaves_the_shipped_one_in_force(joined: Hall, hub: Hub) -> None:
    rows = {"policy/limits": b'{"LICENSING": {"respond_days": {"of": "tomorrow"}}}',
            "policy/unheard": b"1", "calendar/2027": b"[]"}  # fmt: skip
    publishing.publish(hub, wire.policy_feed, rows)
    once(joined)
    law = joined.ctx.intake.review(joined.draft()).law
    assert law.respond_by is not None
    assert law.respond_by.on == dt.date(2026, 11, 30)
    kept = joined.ctx.ledger.read(lambda db: feeds.policy(db, "policy/unheard"))
    assert kept == b"1", "kept for the release that knows it"


# Staff


def staff_member(login: str, **changes: object) -> StaffAccount:
    account = StaffAccount(f"hall-{login}", login, "周敏", "CLERK", password_hash())
    return msgspec.structs.replace(account, **changes)


def publish_staff(hub: Hub, *accounts: StaffAccount) -> None:
    bodies = {sets.ACCOUNT + a.staff_id: msgspec.json.encode(a) for a in accounts}
    publishing.publish(hub, sets.staff_feed, bodies)


def sources(hall: Hall) -> dict[str, str]:
    return {f"{row.login}/{row.name}": row.source for row in hall.ctx.staff.rows()}


def test_staff_of_the_hall_signs_in_and_local_accounts_stay(joined: Hall, hub: Hub) -> None:
    publish_staff(
        hub,
        staff_member("zhou"),
        staff_member("wang", name="王芬"),
        staff_member("elsewhere", windows=("07",)),
        staff_member("here", windows=("01", "07")),
        staff_member("future", role="INSPECTOR"),
    )
    once(joined)
    assert sources(joined) == {
        "wang/王芳": "local",
        "here/周敏": "hall",
        "wang/王芬": "shadowed",
        "zhou/周敏": "hall",
    }
    assert joined.ctx.staff.sign_in("zhou", PASSWORD).staff_id == "hall-zhou"
    assert joined.ctx.staff.sign_in("wang", PASSWORD).staff_id == "staff-wang"
    for login in ("elsewhere", "future"):
        with pytest.raises(NotAllowed):
            joined.ctx.staff.sign_in(login, PASSWORD)
    with pytest.raises(InvalidInput):
        joined.ctx.staff.add("zhou", "别人", "long-enough-1", Role.CLERK)
    publishing.publish(hub, sets.staff_feed, {"account/hall-zhou": None})
    once(joined)
    with pytest.raises(NotAllowed):
        joined.ctx.staff.sign_in("zhou", PASSWORD)


def test_a_password_set_here_is_not_overwritten_until_the_hub_sets_another(
    joined: Hall, hub: Hub
) -> None:
    publish_staff(hub, staff_member("zhou"))
    once(joined)
    joined.ctx.staff.change_password("zhou", PASSWORD, "another-horse-8")
    publish_staff(hub, staff_member("zhou", name="周敏敏"))
    once(joined)
    assert joined.ctx.staff.sign_in("zhou", "another-horse-8").name == "周敏敏"
    reset = policy.put_staff(hub, "zhou", "周敏", "reset-by-hub-9")
    assert reset.staff_id == "hall-zhou"
    once(joined)
    assert joined.ctx.staff.sign_in("zhou", "reset-by-hub-9")
    with pytest.raises(NotAllowed):
        joined.ctx.staff.sign_in("zhou", "another-horse-8")


# Appointments


def test_appointments_come_for_their_day_and_go_with_it(
    joined: Hall, hub: Hub, tmp_path: Path, hall_clock: FixedClock
) -> None:
    today, after = dt.date(2026, 11, 23), dt.date(2026, 11, 24)
    rows = [
        Appointment("a1", today, "10:30", "张三", window="01"),
        Appointment("a2", today, "09:30", "李四"),
        Appointment("a3", today, "09:00", "王五", window="02"),
        Appointment("b1", after, "09:00", "赵六"),
    ]
    assert "张三" not in repr(rows[0])
    lines = b"\n".join(msgspec.json.encode(row) for row in rows)
    file = tmp_path / "appointments.jsonl"
    file.write_bytes(lines)
    assert policy.publish_appointments(hub, file) == 4
    once(joined)
    assert [one.id for one in joined.ctx.appointments.of_day()] == ["a2", "a1"]
    assert [one.id for one in joined.ctx.appointments.of_day(after)] == ["b1"]
    file.write_bytes(msgspec.json.encode(rows[0]))
    policy.publish_appointments(hub, file)
    once(joined)
    assert [one.id for one in joined.ctx.appointments.of_day()] == ["a1"]
    hall_clock.advance(days=1)
    once(joined)
    assert joined.ctx.appointments.of_day(today) == ()
    names = joined.ctx.ledger.read(feeds.names)
    assert not [name for name in names if name.endswith("2026-11-23")]
    assert policy.forget_past_days(hub) == 1
    with hub.store.reading() as database:
        assert hub_feeds.names(database, "appointments/") == ["appointments/hall/2026-11-24"]


# Rebuilding


def test_what_a_new_handle_no_longer_has_vanishes_without_a_moment_of_emptiness(
    joined: Hall, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    feed = wire.policy_feed("hall")
    publishing.publish(hub, wire.policy_feed, {f"policy/k{n:03}": b"1" for n in range(30)})
    once(joined)
    with hub.store.writing() as database:
        kept = hub_feeds.current(database, feed)
        hub_feeds.restart(database, feed, "another")
        rows = [NewRow(feed, "json", key, body) for key, body in kept.items() if "k00" not in key]
        hub_feeds.append(database, rows, "another")
    seen: list[int] = []
    take = feeds.take_page

    def counting(db: object, page: wire.Page, hub_key: bytes, now: int) -> int:
        done = take(db, page, hub_key, now)  # type: ignore[arg-type]
        if page.feed == feed:
            seen.append(len(feeds.rows(db, feed, "policy/k")))  # type: ignore[arg-type]
        return done

    monkeypatch.setattr(feeds, "take_page", counting)
    monkeypatch.setattr("hub.pull.MAX_ROWS", 7)
    once(joined)
    assert len(seen) >= 3
    assert set(seen[:-1]) == {30}, "until the last page the old set is in force"
    assert seen[-1] == 20
    here = dict(joined.ctx.ledger.read(lambda db: feeds.rows(db, feed)))
    assert here == publishing.in_force(hub, feed)


def test_a_feed_that_the_hub_has_lost_vanishes_here(joined: Hall, hub: Hub) -> None:
    publish_staff(hub, staff_member("zhou"))
    once(joined)
    with hub.store.writing() as database:
        hub_feeds.remove(database, sets.staff_feed("hall"))
    once(joined)
    assert set(sources(joined).values()) == {"local"}


# Never over what has not been sent


@pytest.mark.parametrize("push_first", [False, True])
def test_a_foreign_step_never_overwrites_an_unsent_one(
    joined: Hall, hub: Hub, line: FaultyLine, push_first: bool
) -> None:
    """An acceptance waits here while another window's supplement comes down: both stay.

    The hub had the supplement first, and both sides come to the same case.
    """
    saved = joined.ctx.intake.receive(joined.complete(PLAIN), joined.clerk)
    case = joined.ctx.cases.case(saved.case.case_id)
    once(joined)
    other = TestTerminal(line._line, STANDARD.new_private_key(), hub.keys.public, hub.clock)
    enrolment = other.enrol(make_code(hub))
    other.id, other.number = enrolment.terminal_id, enrolment.terminal_number
    other.append(f"terminal/{other.id}", EpochOpened("created"))
    accepting = joined.ctx.intake.resume(case.case_id)
    joined.ctx.intake.accept(accepting, joined.clerk)
    own = joined.ctx.cases.case(case.case_id)
    supplement = MaterialsSupplemented((), {}, 0, "2026-12-01", CLERK)
    foreign = other.append(case.case_id, supplement, base=case.head)
    assert other.push().effects[-1].effect == "applied"
    worker, enrolled = joined.ctx.sync, joined.ctx.enrolment.current()
    assert worker is not None
    assert enrolled is not None
    waiting = joined.ctx.journal.status().waiting
    if push_first:
        once(joined)
    else:
        pull_all(worker._turn(enrolled))
        assert joined.ctx.journal.status().waiting == waiting
    after = joined.ctx.cases.case(case.case_id)
    assert own.head != case.head
    assert after.knows(own.head)
    assert after.knows(foreign)
    once(joined)
    once(joined)
    assert {line.state for line in joined.ctx.journal.lines()} == {"applied"}
    with hub.store.reading() as database:
        there = projections.load(database, case.case_id)
    assert isinstance(there, Case)
    here = joined.ctx.cases.case(case.case_id)
    assert [s.record_id for s in here.history] == [s.record_id for s in there.history][
        : len(here.history)
    ]
    assert here == there


# Rows and kinds of the future


@pytest.mark.allow_warnings("terminal.store.feeds")
def test_rows_of_the_future_stop_nothing_and_are_kept(joined: Hall, hub: Hub) -> None:
    feed = wire.progress_feed(joined.ctx.keys.terminal_id)
    strange = wire.Effect("r", "h", "celebrated")
    with hub.store.writing() as database:
        rows = [
            NewRow(feed, "hologram", "k", b"\x01"),
            NewRow(feed, "effect", "r", msgspec.msgpack.encode(strange)),
            NewRow(feed, "effect", "x", b"\xff\xff"),
            NewRow(feed, "hologram", "gone", None),
        ]
        hub_feeds.append(database, rows, "p")
    case = joined.ctx.intake.accept(joined.complete(PLAIN), joined.clerk).case
    once(joined)
    once(joined)
    assert joined.ctx.cases.case(case.case_id).case_number, "the feed goes on behind them"
    left = joined.ctx.ledger.write(lambda db: feeds.retry_kept(db, b"", 0))
    assert left == 4


def test_an_old_hub_is_asked_only_for_what_it_knows(
    joined: Hall, hub: Hub, line: FaultyLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []
    request = line.request

    def watch(method: str, path: str, body: bytes = b"", headers: object = None) -> HttpReply:
        if path == wire.PATH_PULL:
            envelope = wire.open_envelope(body)
            message = msgspec.msgpack.decode(envelope.body, type=wire.PullRequest)
            asked.append(tuple(c.feed.partition("/")[0] for c in message.cursors))
        return request(method, path, body, headers)  # type: ignore[arg-type]

    monkeypatch.setattr(line, "request", watch)
    monkeypatch.setattr("hub.pull.sets", SimpleNamespace(ALL_SETS=(), may_read=sets.may_read))
    once(joined)
    assert set(asked) == {("progress", "policy", "catalogue")}
    monkeypatch.undo()
    monkeypatch.setattr(line, "request", watch)
    asked.clear()
    once(joined)
    assert asked[-1].count("staff") == 1, "what an updated hub announces is asked for at once"
    assert asked[-1].count("appointments") == 2


@pytest.mark.parametrize(
    ("speaks", "code"), [((2, 3), "sync.program_too_old"), ((0, 0), "sync.hub_too_old")]
)
def test_who_is_too_old_is_said_and_work_goes_on(
    joined: Hall, hub: Hub, line: FaultyLine, speaks: tuple[int, int], code: str,
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
) -> None:  # fmt: skip
    from terminal.errors import SyncError

    monkeypatch.setattr("hub.inbox.SPEAKS", speaks)
    monkeypatch.setattr("hub.inbox.spoken", lambda _: False)
    with pytest.raises(SyncError) as caught:
        once(joined)
    assert caught.value.code == code
    assert caught.value.sentence()
    case = joined.ctx.intake.accept(joined.complete(PLAIN), joined.clerk).case
    assert joined.ctx.cases.case(case.case_id).receipt_number
    assert joined.ctx.courier.export(tmp_path).entries == joined.written()


# The catalogue


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
    own = write(tmp_path, "own.csv", "item_code,name,department\nL-1,本地事项,区某局\n")
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
    publish_staff(hub, staff_member("zhou"))
    once(joined)
    assert joined.ctx.catalogue.cursor("catalogue/hall").handle == ""
    assert joined.ctx.staff.sign_in("zhou", PASSWORD), "the other sets do not wait for it"
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
