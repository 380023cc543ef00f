"""An old terminal at a new hub: kinds and forms of the future wait for this program's update."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from hub.desk.acts import DeskActs
from hub.hub import Hub
from hub.store import feeds as hub_feeds
from hub.store.feeds import NewRow
from hub.store.people import Account
from terminal.domain.case import CaseState
from terminal.domain.records import KINDS, Outcome
from terminal.protocol import entry as protocol
from terminal.protocol import wire
from terminal.protocol.entry import Entry
from terminal.protocol.suites import STANDARD
from terminal.services.updating import PROGRAM
from terminal.store import meta
from tests.core.hall import ORGAN, PLAIN, Hall
from tests.core.sync.conftest import FaultyLine, Join

OFFICIAL = Account("zhou", "周强", ORGAN.name, "执-0001", False, "")


def once(hall: Hall) -> None:
    assert hall.ctx.sync is not None
    hall.ctx.sync.once()


def decided(hub: Hub, case_id: str) -> None:
    DeskActs(hub, OFFICIAL).decide(
        case_id, outcome=Outcome.GRANTED, document_number="大市监许〔2026〕1号",
        enforcement_number="执-0001", reason="", basis="", action_id="decide-1",
    )  # fmt: skip


def older_program(hall: Hall) -> None:
    """Say that another release wrote the ledger last."""
    hall.ctx.ledger.write(lambda db: meta.put(db, PROGRAM, "0.0.1"))


def accepted(hall: Hall) -> str:
    return hall.ctx.intake.accept(hall.complete(PLAIN), hall.clerk).case.case_id


def test_an_unknown_kind_is_held_and_applied_after_the_update(
    join: Join, make_line: Callable[[], FaultyLine], hub: Hub, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    hall = join(tmp_path / "t", make_line())
    case_id = accepted(hall)
    once(hall)
    decided(hub, case_id)
    with monkeypatch.context() as old_release:
        old_release.delitem(KINDS, "case_decided")
        once(hall)
        assert hall.ctx.cases.case(case_id).state is CaseState.ACCEPTED
        assert hall.ctx.cases.case(case_id).case_number, "what is known goes on"
        older_program(hall)
        hall.ctx.close()
    hall = join(tmp_path / "t", make_line())
    assert hall.ctx.cases.case(case_id).state is CaseState.DECIDED


def test_an_entry_in_a_newer_form_is_kept_and_applied_after_the_update(
    join: Join, make_line: Callable[[], FaultyLine], hub: Hub, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    hall = join(tmp_path / "t", make_line())
    case_id = accepted(hall)
    once(hall)
    decided(hub, case_id)
    feed = wire.progress_feed(hall.ctx.keys.terminal_id)
    with hub.store.writing() as database:
        words = hub_feeds.last_words(database, feed)
        rows = [(key, body) for key, body in words if body and b"case_decided" in body]
        [(key, body)] = rows
        known = msgspec.msgpack.decode(body, type=Entry)
        header = msgspec.structs.replace(known.read_header(), version=2)
        data = msgspec.json.encode(header)
        digest = STANDARD.digest(data)
        signature = STANDARD.sign(hub.keys.signing, digest)
        newer = msgspec.msgpack.encode(Entry(data, known.payload, digest.hex(), signature))
        table = hub_feeds.FeedLine
        table.delete().where(table.feed == feed, table.key == key).execute(database)
        kept = hub_feeds.last_words(database, feed)
        hub_feeds.restart(database, feed, "newer")
        new = [NewRow(feed, "entry", k, b) for k, b in kept if b and b"case_" in b]
        new += [NewRow(feed, "entry", key, newer), NewRow(feed, "hologram", "x", b"1")]
        hub_feeds.append(database, new, "newer")
    once(hall)
    assert hall.ctx.cases.case(case_id).state is CaseState.ACCEPTED
    older_program(hall)
    hall.ctx.close()
    monkeypatch.setattr(protocol, "ENTRY_VERSION", 2)
    hall = join(tmp_path / "t", make_line())
    assert hall.ctx.cases.case(case_id).state is CaseState.DECIDED
