"""After a long outage terminals come back one after another; what is urgent does not wait."""

from __future__ import annotations

import pytest

from hub.hub import Hub
from terminal.protocol import wire
from terminal.services.journal_views import JournalStatus
from terminal.sync.pace import OUTAGE_SECONDS, Reason, slot
from terminal.sync.worker import SyncWorker
from tests.core.hall import PLAIN, Hall
from tests.core.sync.conftest import FaultyLine


class Seconds:
    """The monotonic clock of the loop."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def back_after_an_outage(joined: Hall, line: FaultyLine, seconds: Seconds) -> SyncWorker:
    """A terminal that took in a matter while the hub was away; the hub is back by now."""
    sync = joined.ctx.sync
    assert sync is not None
    sync._monotonic = seconds
    sync._attempt()
    line.down = True
    joined.ctx.intake.accept(joined.complete(PLAIN), joined.clerk)
    sync._attempt()
    seconds.now += OUTAGE_SECONDS + 1
    assert sync.state().state == "unreachable"
    line.down = False
    line.requests.clear()
    return sync


def test_it_asks_once_and_waits_for_its_turn(
    joined: Hall, hub: Hub, line: FaultyLine, seconds: Seconds, back_after_an_outage: SyncWorker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    sync = back_after_an_outage
    monkeypatch.setattr(sync, "_urgent", lambda: False)
    sync._attempt()
    assert line.requests == [wire.PATH_PULL]
    assert sync.state().state == "connected"
    turn = slot(joined.ctx.keys.terminal_id)
    assert sync._pace.due == pytest.approx(seconds.now + turn)
    # New entries wait for the turn, too; then everything goes.
    joined.ctx.intake.accept(joined.complete(PLAIN), joined.clerk)
    sync._pace.woken(Reason.ENTRY, seconds.now)
    assert sync._pace.due == pytest.approx(seconds.now + turn)
    seconds.now += turn
    sync._attempt()
    assert joined.ctx.journal.status().waiting == 0


def test_a_persons_retry_goes_at_once(
    joined: Hall, seconds: Seconds, back_after_an_outage: SyncWorker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    sync = back_after_an_outage
    monkeypatch.setattr(sync, "_urgent", lambda: False)
    sync._pace.woken(Reason.PERSON, seconds.now)
    assert sync._pace.due <= seconds.now
    sync._attempt()
    assert joined.ctx.journal.status().waiting == 0


def test_a_near_legal_date_goes_at_once(
    joined: Hall, line: FaultyLine, back_after_an_outage: SyncWorker, hall_clock: object
) -> None:
    due = joined.ctx.journal.status().earliest_due
    assert due is not None
    assert not back_after_an_outage._urgent()
    for days in range(14):
        if back_after_an_outage._urgent():
            break
        assert days < 13
        hall_clock.advance(days=1)  # type: ignore[attr-defined]
    left = due - hall_clock.now().local.date()  # type: ignore[attr-defined]
    assert 1 <= left.days <= 4
    back_after_an_outage._attempt()
    assert wire.PATH_PUSH in line.requests
    status: JournalStatus = joined.ctx.journal.status()
    assert status.waiting == 0


def test_a_short_outage_keeps_nobody_waiting(
    joined: Hall, line: FaultyLine, seconds: Seconds
) -> None:
    sync = joined.ctx.sync
    assert sync is not None
    sync._monotonic = seconds
    line.down = True
    joined.ctx.intake.accept(joined.complete(PLAIN), joined.clerk)
    sync._attempt()
    seconds.now += OUTAGE_SECONDS - 1
    line.down = False
    sync._attempt()
    assert joined.ctx.journal.status().waiting == 0
