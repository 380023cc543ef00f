"""A hub restored from yesterday's backup, and real terminals that know better."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PIL import Image

from hub.desk.acts import DeskActs
from hub.hub import Hub
from hub.restore import missing
from hub.store import entries, incidents, projections
from hub.store.people import Account
from terminal.domain.case import Case, CaseState
from terminal.domain.catalogue import Way
from terminal.domain.materials import received
from terminal.domain.records import Outcome
from terminal.errors import SyncError
from terminal.protocol import wire
from terminal.protocol.returns import PATH_RETURN
from terminal.services import drafts
from terminal.sync.transport import HttpReply
from tests.core.hall import LEASE, ORGAN, PLAIN, Hall
from tests.core.sync.conftest import FaultyLine
from tests.core.sync.rounds import accepted, at_hub, here, worker
from tests.hub.restoring import Backup

pytestmark = pytest.mark.allow_warnings("hub.restore")
OFFICIAL = Account("zhou", "周强", ORGAN.name, "执-0001", False, "")


def decided(hub: Hub, case_id: str) -> None:
    DeskActs(hub, OFFICIAL).decide(
        case_id, outcome=Outcome.GRANTED,
        document_number=f"大市监许〔2026〕{int(case_id[-5:], 16)}号",
        enforcement_number="执-0001", reason="", basis="", action_id=f"decide/{case_id}",
    )  # fmt: skip


def settled(hall: Hall) -> None:
    """Two rounds: what was sent is judged, what was judged is here."""
    worker(hall).once()
    worker(hall).once()


def at(hub: Hub, case_id: str) -> Case:
    with hub.store.reading() as database:
        found = projections.load(database, case_id)
    assert isinstance(found, Case)
    return found


def same_on_both_sides(hub: Hub, hall: Hall, *case_ids: str) -> None:
    assert at_hub(hub, hall) == here(hall)
    assert hall.ctx.journal.status().waiting == 0
    for case_id in case_ids:
        there, mine = at(hub, case_id), hall.ctx.cases.case(case_id)
        assert (there.state, there.case_number) == (mine.state, mine.case_number)
    with hub.store.reading() as database:
        assert missing(database) == ()
        counted = entries.counts(database)
    assert (counted["conflict"], counted["refused"], counted["held"]) == (0, 0, 0)


def test_a_hub_restored_from_yesterday_is_refilled_by_its_terminals(joined: Hall, hub: Hub) -> None:
    first = accepted(joined)
    settled(joined)
    yesterday = Backup(hub)
    second, third = accepted(joined), accepted(joined)
    settled(joined)
    decided(hub, first)
    decided(hub, second)
    settled(joined)
    numbers = [joined.ctx.cases.case(one).case_number for one in (first, second, third)]
    yesterday.put_back(hub)
    settled(joined)
    same_on_both_sides(hub, joined, first, second, third)
    assert [at(hub, one).case_number for one in (first, second, third)] == numbers
    assert [at(hub, one).state for one in (first, second, third)] == [
        CaseState.DECIDED, CaseState.DECIDED, CaseState.ACCEPTED,
    ]  # fmt: skip
    fourth = accepted(joined)
    settled(joined)
    assert joined.ctx.cases.case(fourth).case_number not in numbers
    with hub.store.reading() as database:
        assert len(incidents.all_of(database)) == 1


def test_a_terminal_with_nothing_to_send_pushes_again_what_was_acknowledged(
    joined: Hall, hub: Hub, line: FaultyLine
) -> None:
    settled(joined)
    yesterday = Backup(hub)
    joined.ctx.intake.receive(joined.complete(PLAIN), joined.clerk)
    # The answer comes, and then the line is gone: nothing of the feed was read.
    line.faults = [None, lambda send: _gone()]
    with pytest.raises(SyncError):
        worker(joined).once()
    assert joined.ctx.journal.status().waiting == 0
    yesterday.put_back(hub)
    line.faults = []
    settled(joined)
    same_on_both_sides(hub, joined)


def _gone() -> HttpReply:
    raise SyncError("sync.unreachable")


def test_the_hubs_own_entries_go_back_before_anything_is_pushed(
    joined: Hall, hub: Hub, line: FaultyLine
) -> None:
    settled(joined)
    yesterday = Backup(hub)
    today = accepted(joined)
    settled(joined)
    decided(hub, today)
    settled(joined)
    yesterday.put_back(hub)
    accepted(joined)
    line.requests.clear()
    settled(joined)
    asked = [path for path in line.requests if path in (PATH_RETURN, wire.PATH_PUSH)]
    # The first push is the one whose answer tells of the restore.
    assert asked[:2] == [wire.PATH_PUSH, PATH_RETURN]
    same_on_both_sides(hub, joined)


def test_a_crash_while_giving_back_begins_again(joined: Hall, hub: Hub, line: FaultyLine) -> None:
    settled(joined)
    yesterday = Backup(hub)
    case_id = accepted(joined)
    settled(joined)
    yesterday.put_back(hub)
    cut = 0
    for sound in range(20):
        line.faults = [None] * sound + [lambda send: _gone()]
        try:
            worker(joined).once()
            break
        except SyncError:
            cut += 1
    assert cut >= 3, "the line was cut behind each request"
    line.faults = []
    settled(joined)
    same_on_both_sides(hub, joined, case_id)


def test_a_program_that_ends_in_between_begins_again(
    joined: Hall, hub: Hub, line: FaultyLine
) -> None:
    settled(joined)
    yesterday = Backup(hub)
    case_id = accepted(joined)
    settled(joined)
    yesterday.put_back(hub)
    ended = worker(joined)._stopping

    def end(send: Callable[[], HttpReply]) -> HttpReply:
        ended.set()
        return send()

    line.faults = [None, end]
    worker(joined).once()
    assert len(line.requests) < 20
    ended.clear()
    settled(joined)
    same_on_both_sides(hub, joined, case_id)


def test_giving_back_happens_once(joined: Hall, hub: Hub, line: FaultyLine) -> None:
    settled(joined)
    yesterday = Backup(hub)
    accepted(joined)
    settled(joined)
    yesterday.put_back(hub)
    settled(joined)
    settled(joined)
    line.requests.clear()
    line.batches.clear()
    settled(joined)
    assert PATH_RETURN not in line.requests
    assert line.batches == []


def test_scans_that_the_hub_lost_are_sent_again(joined: Hall, hub: Hub, data_dir: Path) -> None:
    settled(joined)
    yesterday = Backup(hub)
    path = data_dir / "scan.png"
    Image.new("RGB", (20, 20), "white").save(path)
    blob = joined.ctx.blobs.attach(path)
    entry = msgspec.structs.replace(received(LEASE, way=Way.UPLOAD), blobs=(blob,))
    joined.ctx.intake.accept(drafts.with_material(joined.complete(), entry), joined.clerk)
    settled(joined)
    yesterday.put_back(hub)
    for scan in hub.paths.blobs.iterdir():
        scan.unlink()
    settled(joined)
    same_on_both_sides(hub, joined)


def test_what_was_wiped_goes_back_without_its_payload_and_is_shown(joined: Hall, hub: Hub) -> None:
    settled(joined)
    yesterday = Backup(hub)
    case_id = accepted(joined)
    settled(joined)
    joined.ctx.ledger.write(
        lambda db: db.execute_sql("UPDATE entry SET payload = NULL WHERE kind = 'case_received'")
    )
    yesterday.put_back(hub)
    settled(joined)
    assert at_hub(hub, joined) == here(joined)
    with hub.store.reading() as database:
        shown = missing(database)
    assert [(row.kind, row.entry_kind) for row in shown] == [("payload", "case_received")]
    [line] = [one for one in joined.ctx.journal.lines() if one.kind == "case_received"]
    assert (line.state, line.code) == ("held", "hub.payload_missing")
    assert joined.ctx.cases.case(case_id).case_number
