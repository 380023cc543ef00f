"""The pulled sets against the real hub: whole, changed, rebuilt, and never in the way of work."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import msgspec
import pytest

from hub import policy, publishing
from hub.enrol import make_code
from hub.hub import Hub
from hub.store import feeds as hub_feeds
from hub.store import projections
from hub.store.feeds import NewRow
from terminal.clock import FixedClock
from terminal.domain.case import Case
from terminal.domain.records import EpochOpened, MaterialsSupplemented
from terminal.errors import InvalidInput, NotAllowed
from terminal.protocol import sets, wire
from terminal.protocol.sets import Appointment, StaffAccount
from terminal.protocol.suites import STANDARD
from terminal.services.views import Role
from terminal.store import feeds
from terminal.sync.pull import pull_all
from terminal.sync.transport import HttpReply
from tests.core.hall import PASSWORD, PLAIN, Hall, password_hash
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
