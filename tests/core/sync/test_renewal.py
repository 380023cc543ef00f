"""Keys change in the loop; wherever it is interrupted, nothing is lost and nobody is asked."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from hub import renewal as at_hub
from hub.enrol import make_code, revoke
from hub.hub import Hub
from terminal.clock import FixedClock
from terminal.errors import SyncError
from terminal.protocol.recovery import unwrap_keys
from terminal.protocol.renewal import PATH_KEY
from terminal.protocol.suites import key_id
from terminal.store.keys import NEXT_KEY, RECOVERY_FILE
from terminal.sync.transport import HttpReply
from tests.core.hall import PLAIN, Hall
from tests.core.sync.conftest import FaultyLine, Join

Send = Callable[[], HttpReply]


def turn(hall: Hall) -> None:
    """One turn of the loop."""
    assert hall.ctx.sync is not None
    hall.ctx.sync.once()


def accept(hall: Hall) -> None:
    hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk)


def on_the_way(line: FaultyLine, fault: Callable[[Send], HttpReply]) -> None:
    """Let a fault happen to the announcement of a key alone."""

    def chosen(send: Send) -> HttpReply:
        return fault(send) if line.requests[-1] == PATH_KEY else send()

    line.faults = [chosen] * 40


def lost_request(_send: Send) -> HttpReply:
    raise SyncError("sync.unreachable")


def lost_answer(send: Send) -> HttpReply:
    send()
    raise SyncError("sync.unreachable")


def garbled_answer(send: Send) -> HttpReply:
    return HttpReply(200, send().body[:-1])


def test_a_key_is_renewed_after_its_year_and_the_terminal_stays_what_it_was(
    joined: Hall, hub: Hub, hall_clock: FixedClock
) -> None:
    keys = joined.ctx.keys
    first, name = keys.signing, keys.terminal_id
    accept(joined)
    turn(joined)
    assert keys.signing == first
    hall_clock.advance(days=366)
    assert at_hub.overdue(hub)
    # Past its date it still pushes, and the same turn renews it.
    accept(joined)
    turn(joined)
    assert joined.ctx.journal.status().waiting == 0
    assert keys.signing != first
    assert (keys.terminal_id, keys.previous_key()) == (name, first)
    assert at_hub.overdue(hub) == []
    accept(joined)
    turn(joined)
    second = keys.signing
    turn(joined)
    assert keys.signing == second
    assert joined.ctx.journal.status().waiting == 0
    kept = unwrap_keys(hub.keys.recovery, (keys.folder / RECOVERY_FILE).read_bytes())
    assert kept is not None
    assert (kept.signing, kept.terminal_id, kept.following) == (second, name, b"")


@pytest.mark.parametrize("fault", [lost_request, lost_answer, garbled_answer])
def test_wherever_the_change_of_a_key_breaks_off_it_is_finished(
    joined: Hall, hub: Hub, line: FaultyLine, join: Join, data_dir: Path,
    fault: Callable[[Send], HttpReply],
) -> None:  # fmt: skip
    sync, first = joined.ctx.sync, joined.ctx.keys.signing
    assert sync is not None
    accept(joined)
    on_the_way(line, fault)
    with pytest.raises(SyncError):
        sync.renew_key()
    prepared = joined.ctx.keys.next_key()
    assert prepared is not None
    assert joined.ctx.keys.signing == first
    # Either key may be the one in force: the hub opens both.
    kept = unwrap_keys(hub.keys.recovery, (data_dir / "keys" / RECOVERY_FILE).read_bytes())
    assert kept is not None
    assert (kept.signing, kept.following) == (first, prepared)
    # The program ends here, and starts again.
    joined.ctx.close()
    line.faults = []
    again = join(data_dir, line)
    turn(again)
    assert again.ctx.keys.signing == prepared
    assert not (data_dir / "keys" / NEXT_KEY).exists()
    accept(again)
    turn(again)
    assert again.ctx.journal.status().waiting == 0


@pytest.mark.allow_warnings("terminal.sync.renewal")
def test_a_hub_of_before_keeps_nobody_from_pushing(joined: Hall, line: FaultyLine) -> None:
    first = joined.ctx.keys.signing
    joined.ctx.keys.prepare_next()
    on_the_way(line, lambda _send: HttpReply(404, b"<html>Not Found</html>"))
    accept(joined)
    turn(joined)
    assert joined.ctx.journal.status().waiting == 0
    assert joined.ctx.keys.signing == first


def test_a_hub_from_a_backup_is_told_of_the_key_again(
    joined: Hall, hub: Hub, join: Join, make_line: Callable[..., FaultyLine], data_dir: Path,
    tmp_path: Path,
) -> None:  # fmt: skip
    turn(joined)
    hub.store.backup(tmp_path / "yesterday.db")
    assert joined.ctx.sync is not None
    joined.ctx.sync.renew_key()
    accept(joined)
    joined.ctx.close()
    shutil.copytree(tmp_path / "hub", tmp_path / "restored")
    shutil.copy(tmp_path / "yesterday.db", tmp_path / "restored" / "hub" / "hub.db")
    restored = Hub(tmp_path / "restored", clock=hub.clock)
    try:
        hall = join(data_dir, make_line(restored))
        turn(hall)
        assert hall.ctx.journal.status().waiting == 0
        assert at_hub.standing(restored)[0].terminal.key_id == key_id(hall.ctx.keys.public)
    finally:
        restored.close()


def test_a_revoked_terminal_keeps_everything_and_comes_back_as_itself(
    joined: Hall, hub: Hub, line: FaultyLine
) -> None:
    keys = joined.ctx.keys
    name, first = keys.terminal_id, keys.signing
    accept(joined)
    revoke(hub, name)
    with pytest.raises(SyncError) as caught:
        turn(joined)
    assert caught.value.code == "hub.revoked"
    assert "仍安全保存在本机" in caught.value.sentence()
    waiting = joined.ctx.journal.status().waiting
    assert waiting == joined.written()
    # A plain code is refused, and not used up by that.
    plain = make_code(hub)
    with pytest.raises(SyncError) as caught:
        joined.ctx.enrolment.enrol(line, plain, "3 号")
    assert caught.value.code == "hub.code_plain"
    assert "--terminal" in caught.value.sentence()
    code = make_code(hub, terminal_id=name)

    def lose(send: Send) -> HttpReply:
        send()
        raise SyncError("sync.unreachable")

    # The answer to the second question is lost: the hub has the new key, the terminal not yet.
    line.faults = [None, lose]
    with pytest.raises(SyncError):
        joined.ctx.enrolment.enrol(line, code, "3 号")
    assert keys.signing == first
    enrolled = joined.ctx.enrolment.enrol(line, code, "3 号")
    assert enrolled.terminal_id == keys.terminal_id == name
    assert keys.signing != first
    turn(joined)
    assert joined.ctx.journal.status().waiting == 0
    assert {one.state for one in joined.ctx.journal.lines()} == {"applied"}
    assert joined.ctx.journal.verify().epochs == 1


def test_an_answer_that_names_another_key_changes_none(
    joined: Hall, hub: Hub, line: FaultyLine
) -> None:
    from terminal.protocol import wire
    from terminal.protocol.renewal import KeyAnswer

    def other_key(send: Send) -> HttpReply:
        answer = msgspec.msgpack.decode(wire.open_envelope(send().body).body, type=KeyAnswer)
        changed = msgspec.structs.replace(answer, key="0" * 16)
        return HttpReply(200, wire.seal(changed, hub.keys.signing))

    first = joined.ctx.keys.signing
    on_the_way(line, other_key)
    assert joined.ctx.sync is not None
    with pytest.raises(SyncError) as caught:
        joined.ctx.sync.renew_key()
    assert caught.value.code == "sync.wrong_answer"
    assert joined.ctx.keys.signing == first
