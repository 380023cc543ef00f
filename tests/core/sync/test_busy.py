"""A hub that is busy with others' backlogs says so; the terminal waits for its turn in peace."""

from __future__ import annotations

import msgspec
import pytest

from hub import inbox
from hub.backlogs import Backlogs
from hub.hub import Hub
from terminal.errors import SyncError
from terminal.protocol import wire
from terminal.protocol.suites import STANDARD
from terminal.sync.backoff import CAP_SECONDS
from terminal.sync.client import ComeAgain
from terminal.sync.pace import Pace, Reason
from terminal.sync.transport import HttpReply
from tests.core.hall import Hall
from tests.core.sync.conftest import FaultyLine
from tests.core.sync.rounds import Send, accepted, worker
from tests.core.sync.test_pace import Randomness


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether the hub's line of backlogs is full; every batch counts as one of a backlog."""
    full = [True]
    monkeypatch.setattr(Backlogs, "_full", lambda _: full[0])
    monkeypatch.setattr(Backlogs, "_turn_of_next", lambda _: 7)
    monkeypatch.setattr(inbox, "FEW_ENTRIES", 0)
    return full


def test_a_busy_hub_is_no_error_and_halves_nothing(
    joined: Hall, line: FaultyLine, busy: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted(joined)
    sync = worker(joined)
    monkeypatch.setattr(sync, "_monotonic", lambda: 100.0)
    for _ in range(3):
        sync._attempt()
        assert 100 + 7 <= sync._pace.due <= 100 + 14
        assert not sync._pace.failing
    status = joined.ctx.journal.status()
    assert (status.hub, sync.state().code, status.acknowledged) == ("connected", "", 0)
    # What the hub has for this terminal came all the same.
    assert line.requests.count(wire.PATH_PULL) >= 3
    busy[0] = False
    sync.once()
    assert set(line.batches) == {joined.written()}
    assert joined.ctx.journal.status().waiting == 0


def test_only_the_hubs_own_signature_makes_a_terminal_wait(
    joined: Hall, line: FaultyLine, busy: list[bool]
) -> None:
    accepted(joined)

    def forged(send: Send) -> HttpReply:
        envelope = msgspec.msgpack.decode(send().body, type=wire.Envelope)
        other = STANDARD.sign(STANDARD.new_private_key(), envelope.body)
        changed = msgspec.structs.replace(envelope, signature=other)
        return HttpReply(503, msgspec.msgpack.encode(changed), {"retry-after": "300"})

    def of_a_gateway(_send: Send) -> HttpReply:
        return HttpReply(503, b"<html>busy</html>", {"retry-after": "300"})

    for fault in (forged, of_a_gateway):
        line.faults = [fault]
        with pytest.raises(SyncError) as caught:
            worker(joined).once()
        assert caught.value.code == "sync.hub_busy"
        assert not isinstance(caught.value, ComeAgain)
    # Each of these two is as any other failure: the batch is halved.
    assert line.batches == [joined.written(), joined.written() // 2]


def test_a_terminal_with_little_waiting_is_never_told_to_wait(
    joined: Hall, hub: Hub, busy: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox, "FEW_ENTRIES", 20)
    accepted(joined)
    worker(joined).once()
    assert joined.ctx.journal.status().waiting == 0


def test_nothing_but_a_person_cuts_the_wait_short() -> None:
    pace = Pace("terminal-1", Randomness())
    for seconds, least, most in ((10, 10, 20), (0, 0.5, 1), (10**9, CAP_SECONDS, 2 * CAP_SECONDS)):
        pace.told(100, seconds)
        assert 100 + least <= pace.due <= 100 + most
    due = pace.due
    for reason in (Reason.ENTRY, Reason.HINT, Reason.NETWORK, Reason.UNHINTED):
        pace.woken(reason, 101)
        assert pace.due == due
    pace.woken(Reason.PERSON, 101)
    assert pace.due == 101
    # Nobody comes at the same moment as all others.
    moments = set()
    for _ in range(20):
        pace.told(100, 60)
        moments.add(pace.due)
    assert len(moments) > 15
