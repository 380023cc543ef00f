"""A newer terminal at an older hub: kept as it came, judged when the hub is updated."""

from __future__ import annotations

import msgspec
import pytest

from hub import judge
from hub.hub import Hub
from hub.store import entries, projections
from terminal.domain.case import Case, CaseState
from terminal.domain.records import KINDS
from terminal.protocol import entry as protocol
from terminal.protocol.entry import Entry
from terminal.protocol.suites import STANDARD
from tests.hub.line import TestTerminal


def effect_of(hub: Hub, record_id: str) -> tuple[str, str]:
    with hub.store.reading() as database:
        found = entries.effect_of(database, record_id)
    assert found is not None
    return found.effect, found.code


def test_an_unknown_kind_is_held_and_judged_after_the_hubs_update(
    hub: Hub, terminal: TestTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = terminal.receive()
    with monkeypatch.context() as old_release:
        old_release.delitem(KINDS, "case_accepted")
        accepted = terminal.accept(taken)
        answer = terminal.push()
        assert answer.stored_seq == len(terminal.entries), "stored all the same"
        assert effect_of(hub, accepted.head) == ("held", "journal.unknown_kind")
        judge.recover(hub)
        assert effect_of(hub, accepted.head)[0] == "held"
    judge.recover(hub)
    assert effect_of(hub, accepted.head) == ("applied", "")
    with hub.store.reading() as database:
        case = projections.load(database, taken.case_id)
    assert isinstance(case, Case)
    assert case.state is CaseState.ACCEPTED


def test_a_header_in_a_newer_form_is_held_not_refused(
    hub: Hub, terminal: TestTerminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal.receive()
    written = terminal.entries.pop()
    header = msgspec.structs.replace(written.read_header(), version=2)
    data = msgspec.json.encode(header)
    terminal.entries.append(Entry(data, written.payload, STANDARD.digest(data).hex()))
    answer = terminal.push()
    assert answer.stored_seq == len(terminal.entries)
    assert effect_of(hub, header.record_id) == ("held", "journal.unknown_kind")
    monkeypatch.setattr(protocol, "ENTRY_VERSION", 2)
    judge.recover(hub)
    assert effect_of(hub, header.record_id) == ("applied", "")
