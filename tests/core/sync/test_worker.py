"""The one loop against the real hub: what is written here arrives, whatever the hub is up to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.desk.acts import DeskActs
from hub.enrol import revoke
from hub.hub import Hub
from hub.store import projections
from hub.store.people import Account
from terminal.context import Context
from terminal.domain.case import Case, CaseState
from terminal.domain.records import Outcome
from terminal.sync.backoff import BASE_SECONDS, CAP_SECONDS, Backoff
from terminal.sync.transport import HttpReply
from tests.core.hall import ORGAN, PLAIN, Hall, until
from tests.core.sync.conftest import FaultyLine, Join
from tests.core.sync.rounds import Send, accepted, at_hub, cases_at, here, refused, worker


def test_everything_arrives_is_acknowledged_and_applied(joined: Hall, hub: Hub) -> None:
    case_id = accepted(joined)
    worker(joined).once()
    assert at_hub(hub, joined) == here(joined)
    status = joined.ctx.journal.status()
    assert (status.waiting, status.hub) == (0, "connected")
    assert {line.state for line in joined.ctx.journal.lines()} == {"applied"}
    with hub.store.reading() as database:
        there = projections.load(database, case_id)
    assert isinstance(there, Case)
    assert there.state is CaseState.ACCEPTED


def test_the_case_number_comes_down(joined: Hall) -> None:
    case_id = accepted(joined)
    assert joined.ctx.cases.case(case_id).case_number == ""
    worker(joined).once()
    worker(joined).once()
    assert joined.ctx.cases.case(case_id).case_number.startswith("5116-2026-")


def test_a_decision_comes_down_once(joined: Hall, hub: Hub) -> None:
    case_id = accepted(joined)
    worker(joined).once()
    official = Account("zhou", "周强", ORGAN.name, "执-0001", False, "")
    DeskActs(hub, official).decide(
        case_id, outcome=Outcome.GRANTED, document_number="大市监许〔2026〕1号",
        enforcement_number="执-0001", reason="", basis="", action_id="decide-1",
    )  # fmt: skip
    told: list[str] = []
    joined.ctx.events.subscribe(lambda event: told.append(event.name))
    worker(joined).once()
    worker(joined).once()
    case = joined.ctx.cases.case(case_id)
    assert case.state is CaseState.DECIDED
    assert case.decision is not None
    assert case.decision.decider.name == "周强"
    assert [s.kind for s in case.history].count("case_decided") == 1
    assert "progress_changed" in told
    assert joined.ctx.cases.mine(joined.clerk) == ()


def test_while_the_hub_is_down_work_goes_on_and_arrives_later(
    joined: Hall, hub: Hub, line: FaultyLine
) -> None:
    sync = worker(joined)
    line.down = True
    sync.start()
    until(lambda: joined.ctx.journal.status().hub == "unreachable")
    saved = joined.ctx.intake.accept(joined.complete(PLAIN), joined.clerk)
    assert saved.offline
    line.down = False
    sync.wake()
    until(lambda: joined.ctx.journal.status().waiting == 0)
    until(lambda: joined.ctx.journal.status().hub == "connected")
    online = joined.ctx.intake.accept(joined.complete(PLAIN), joined.clerk)
    assert not online.offline
    until(lambda: joined.ctx.journal.status().waiting == 0)
    sync.stop()
    assert at_hub(hub, joined) == here(joined)
    assert len(cases_at(hub)) == 2


def test_a_hub_that_is_down_is_not_asked_in_a_hot_loop(joined: Hall, line: FaultyLine) -> None:
    line.down = True
    sync = worker(joined)
    sync.start()
    until(lambda: len(line.requests) >= 1)
    for _ in range(30):
        accepted(joined)
    assert len(line.requests) <= 6
    sync.stop()


def test_back_off_is_bounded_and_never_hot() -> None:
    class Ones:
        def token_bytes(self, count: int) -> bytes:
            return b"\xff" * count

        def uuid7(self) -> str:
            return ""

    class Zeros(Ones):
        def token_bytes(self, count: int) -> bytes:
            return b"\0" * count

    longest = Backoff(Ones())
    delays = [longest.next_delay() for _ in range(60)]
    assert delays[0] == pytest.approx(BASE_SECONDS, rel=0.01)
    assert delays == sorted(delays)
    assert max(delays) <= CAP_SECONDS
    longest.reset()
    assert longest.next_delay() == delays[0]
    lucky = Backoff(Zeros())
    assert all(lucky.next_delay() >= 0.5 for _ in range(60))


def test_a_revoked_terminal_is_told_and_keeps_its_records(joined: Hall, hub: Hub) -> None:
    accepted(joined)
    revoke(hub, joined.ctx.keys.terminal_id)
    assert refused(joined) == "hub.revoked"
    assert joined.ctx.journal.status().waiting == joined.written()


def test_a_terminal_that_is_not_enrolled_sends_nothing(
    make_context: Callable[..., Context], line: FaultyLine, data_dir: Path
) -> None:
    hall = Hall(make_context(data_dir, transport=line))
    accepted(hall)
    worker(hall).once()
    assert worker(hall).state().state == "not_enrolled"
    assert line.requests == []


def test_an_enrolled_terminal_never_says_that_it_is_not(
    join: Join, make_line: Callable[[], FaultyLine], tmp_path: Path
) -> None:
    join(tmp_path / "t", make_line()).ctx.close()
    hall = join(tmp_path / "t", make_line())
    assert hall.ctx.journal.status().hub == "unreachable"
    worker(hall).once()
    assert hall.ctx.journal.status().hub == "connected"


@pytest.mark.allow_warnings("terminal.sync.worker")
def test_the_loop_outlives_a_defect(
    joined: Hall, line: FaultyLine, caplog: pytest.LogCaptureFixture
) -> None:
    def defect(_send: Send) -> HttpReply:
        raise ZeroDivisionError

    accepted(joined)
    line.faults = [defect]
    sync = worker(joined)
    sync.start()
    until(lambda: "sync failed" in caplog.text)
    sync.wake()
    until(lambda: joined.ctx.journal.status().waiting == 0)
    sync.stop()
    assert not any(thread.name == "sync" for thread in threading.enumerate())
