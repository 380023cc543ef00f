"""A terminal's keys at the hub: renewed, revoked, enrolled again; nothing of before is lost."""

from __future__ import annotations

import os

import msgspec
import pytest

from hub import renewal
from hub.enrol import make_code, revoke
from hub.hub import Hub
from hub.store import entries, migrations, people, terminal_keys
from terminal.clock import FixedClock
from terminal.errors import InvalidInput, NotFound
from terminal.protocol import sets, wire
from terminal.protocol.renewal import PATH_KEY, KeyAnswer, KeyRequest, prove
from terminal.protocol.suites import STANDARD, key_id
from terminal.protocol.wire import Cursor, policy_feed
from tests.hub.line import Line, TestTerminal

YEAR = 365 * 86_400_000


def announce(terminal: TestTerminal, new: bytes, **changes: object) -> KeyAnswer:
    """Announce a new key, signed by both; returns the hub's answer."""
    request = KeyRequest(
        wire.PROTOCOL_VERSION, os.urandom(16), terminal.id, STANDARD.public_key(new),
        prove(terminal.id, new),
    )  # fmt: skip
    return terminal.ask(PATH_KEY, msgspec.structs.replace(request, **changes), KeyAnswer)


def known_key(hub: Hub, terminal: TestTerminal) -> sets.TerminalKey:
    """What the hall's terminals are told of this one."""
    rows = terminal.pull(Cursor(policy_feed("hall")), limit=500).pages[0].rows
    last = [row.body for row in rows if row.key == f"terminal/{terminal.id}"][-1]
    assert last is not None
    return msgspec.json.decode(last, type=sets.TerminalKey)


def stored(hub: Hub, terminal: TestTerminal) -> int:
    with hub.store.reading() as database:
        return entries.chain_end(database, terminal.id, terminal.epoch).seq


def test_a_new_key_takes_the_place_of_the_old_one(
    hub: Hub, terminal: TestTerminal, clock: FixedClock
) -> None:
    taken = terminal.receive()
    assert terminal.push().stored_seq == len(terminal.entries)
    old, new = terminal.key, STANDARD.new_private_key()
    answer = announce(terminal, new)
    assert (answer.refusal, answer.key) == ("", key_id(STANDARD.public_key(new)))
    assert answer.renew_at == hub.now() + YEAR
    # The old key pushes no more; its announcement, sent again, is the same answer.
    terminal.accept(taken)
    assert terminal.push().refusal == "hub.key_retired"
    again = announce(terminal, new)
    assert (again.refusal, again.key) == ("", answer.key)
    # But it announces no third one.
    assert announce(terminal, STANDARD.new_private_key()).refusal == "hub.key_retired"
    terminal.key = new
    assert terminal.push().stored_seq == len(terminal.entries)
    # It is the same terminal, and what the old key signed is still known to be its own.
    assert terminal.id == key_id(STANDARD.public_key(old))
    known = known_key(hub, terminal)
    assert (known.key, known.earlier) == (
        STANDARD.public_key(new).hex(), (STANDARD.public_key(old).hex(),),
    )  # fmt: skip
    page = terminal.line.call("GET", taken.path)
    assert page.status == 200
    assert taken.receipt_number in page.text


def test_only_who_has_both_keys_changes_a_key(
    hub: Hub, terminal: TestTerminal, other: TestTerminal
) -> None:
    new = STANDARD.new_private_key()
    for changes in (
        {"proof": STANDARD.sign(new, b"something else")},
        {"proof": prove(other.id, new)},
        {"public_key": STANDARD.public_key(STANDARD.new_private_key())},
        {"public_key": b"short"},
        {"suite": "gm"},
    ):
        assert announce(terminal, new, **changes).refusal == "hub.key_not_proved"
    assert announce(terminal, other.key).refusal == "hub.key_retired"
    assert announce(terminal, new, terminal_id=other.id).refusal == "hub.foreign_terminal"
    assert announce(terminal, new, protocol=9).refusal == "hub.unknown_protocol"
    with hub.store.reading() as database:
        assert len(terminal_keys.public_keys(database, terminal.id)) == 1
    assert not terminal.push().refusal


def test_a_key_past_its_date_still_pushes_and_is_told_of(
    hub: Hub, terminal: TestTerminal, other: TestTerminal, clock: FixedClock
) -> None:
    assert renewal.overdue(hub) == []
    clock.advance(days=366)
    assert announce(other, STANDARD.new_private_key()).refusal == ""
    terminal.receive()
    assert terminal.push().stored_seq == len(terminal.entries)
    assert [one.terminal.id for one in renewal.overdue(hub)] == [terminal.id]
    renewal.set_renewal_days(hub, 3000)
    assert renewal.overdue(hub) == []
    assert announce(terminal, STANDARD.new_private_key()).renew_at > hub.now() + 8 * YEAR
    with pytest.raises(InvalidInput):
        renewal.set_renewal_days(hub, 0)


def test_a_revoked_terminal_comes_back_by_a_code_of_its_own(
    hub: Hub, terminal: TestTerminal, other: TestTerminal
) -> None:
    taken = terminal.receive()
    terminal.push()
    revoke(hub, terminal.number)
    terminal.accept(taken)
    assert terminal.push().refusal == "hub.revoked"
    assert announce(terminal, STANDARD.new_private_key()).refusal == "hub.revoked"
    # No plain code helps, and none of another terminal.
    assert terminal.enrol(make_code(hub)).refusal == "hub.revoked"
    code = make_code(hub, terminal_id=terminal.id)
    assert terminal.enrol(code).refusal == "hub.revoked"
    assert other.enrol(code).refusal == "hub.code_for_another"
    lost, terminal.key = terminal.key, STANDARD.new_private_key()
    for _ in range(2):  # The answer may be lost: the same code and key again.
        again = terminal.enrol(code)
        assert (again.refusal, again.terminal_id, again.terminal_number) == (
            "", terminal.id, terminal.number,
        )  # fmt: skip
    # What waited in the journal comes in; the revoked key stays out.
    assert terminal.push().stored_seq == len(terminal.entries)
    assert stored(hub, terminal) == len(terminal.entries)
    good, terminal.key = terminal.key, lost
    assert terminal.push().refusal == "hub.revoked"
    assert terminal.enrol(make_code(hub)).refusal == "hub.revoked"
    terminal.key = good
    assert known_key(hub, terminal).earlier == ()
    # Nobody else can use the code, and no code is made for a terminal that is none.
    stranger = TestTerminal(terminal.line, STANDARD.new_private_key(), hub.keys.public, hub.clock)
    assert stranger.enrol(code).refusal == "hub.code_used"
    with pytest.raises(NotFound):
        make_code(hub, terminal_id="99")


def test_an_unknown_suite_is_a_refusal_of_its_own(terminal: TestTerminal, line: Line) -> None:
    batch = terminal.batch()
    envelope = wire.open_envelope(wire.seal(batch, terminal.key))
    changed = msgspec.msgpack.encode(msgspec.structs.replace(envelope, suite="gm"))
    answer = terminal.read(line.call("POST", wire.PATH_PUSH, changed), wire.Answer, batch.nonce)
    assert answer.refusal == "hub.unknown_suite"


def test_a_hub_of_before_knows_its_terminals_keys(hub: Hub, terminal: TestTerminal) -> None:
    with hub.store.writing() as database:
        for statement in (
            "DROP TABLE terminal_keys",
            "ALTER TABLE enrolment_codes DROP COLUMN terminal",
        ):
            database.execute_sql(statement)
    with hub.store.writing() as database:
        migrations._terminal_keys(database)
        assert people.terminal_by_key(database, terminal.id) is not None
    assert not terminal.push().refusal
    assert not announce(terminal, STANDARD.new_private_key()).refusal
