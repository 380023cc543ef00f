"""Disks that were copied or put back: nothing is lost, no number is used twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from hub.hub import Hub
from terminal.domain.numbers import case_place
from terminal.store import lists
from tests.core.sync.conftest import FaultyLine, Join
from tests.core.sync.rounds import accepted, cases_at, worker


def test_a_disk_that_was_copied_forks_and_loses_nothing(
    join: Join, make_line: Callable[[], FaultyLine], hub: Hub, tmp_path: Path
) -> None:
    first = join(tmp_path / "first", make_line())
    accepted(first)
    worker(first).once()
    first.ctx.close()
    shutil.copytree(tmp_path / "first", tmp_path / "copy")
    first = join(tmp_path / "first", make_line())
    copy = join(tmp_path / "copy", make_line())
    assert first.ctx.keys.terminal_id == copy.ctx.keys.terminal_id
    mine, theirs = accepted(first), accepted(copy)
    worker(first).once()
    worker(copy).once()
    assert copy.ctx.journal.status().waiting == 0
    assert copy.ctx.journal.verify().holds
    assert copy.ctx.journal.verify().epochs == 2
    assert {c.case_id for c in cases_at(hub)} >= {mine, theirs}
    assert len(cases_at(hub)) == 3
    # Both go on, and the one that was first stays in its epoch.
    accepted(copy)
    accepted(first)
    for hall in (first, copy, first):
        worker(hall).once()
    assert len(cases_at(hub)) == 5
    assert first.ctx.journal.verify().epochs == 1
    numbers = {c.receipt_number for c in cases_at(hub)}
    assert len(numbers) == 5
    assert {first.ctx.journal.status().waiting, copy.ctx.journal.status().waiting} == {0}
    # The copy has given up the numbers that both disks counted, and takes none of them any more.
    leases = copy.ctx.ledger.read(lambda db: lists.leases(db, "case/5116/2026"))
    (void,) = [lease for lease in leases if lease.void_from]
    last = copy.ctx.cases.case(accepted(copy)).case_number
    assert not last or not void.first <= case_place(last)[2] <= void.last


def test_a_ledger_put_back_from_a_backup_goes_on_where_it_stands(
    join: Join, make_line: Callable[[], FaultyLine], hub: Hub, tmp_path: Path
) -> None:
    folder = tmp_path / "terminal"
    hall = join(folder, make_line())
    accepted(hall)
    hall.ctx.close()
    old = {name: (folder / name).read_bytes() for name in ("ledger.db",)}
    hall = join(folder, make_line())
    accepted(hall)
    worker(hall).once()
    hall.ctx.close()
    for name, data in old.items():
        (folder / name).write_bytes(data)
    hall = join(folder, make_line())
    again = accepted(hall)
    worker(hall).once()
    worker(hall).once()
    assert hall.ctx.journal.status().waiting == 0
    assert again in {c.case_id for c in cases_at(hub)}
    assert len(cases_at(hub)) == 3
