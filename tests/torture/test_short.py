"""A short torture of real processes, and that its counting notices what is missing.

Run by `python main.py test tests/torture`; `python main.py torture` runs longer ones.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import msgspec
import pytest

from terminal.dev.torture import count
from terminal.dev.torture.run import Plan, Torture

SECONDS = 6.0


@pytest.mark.timeout(170)
@pytest.mark.allow_warnings("terminal")
def test_a_few_seconds_of_torture_lose_nothing(tmp_path: Path) -> None:
    torture = Torture(Plan(tmp_path, seconds=SECONDS, terminals=2, seed=7))
    report = torture.run()
    assert report.holds, msgspec.json.encode(report).decode()
    assert report.counts.saved > 10
    assert report.counts.applied >= report.counts.saved
    assert report.kills_of_terminals + report.kills_of_hub + report.pauses > 0
    # The same files with one entry gone: the counting sees it.
    database = torture.hub.database
    sides = [
        count.read_terminal(one.number, one.data_dir, one.notes, one.papers)
        for one in torture.terminals
        if one.disk is None
    ]
    lost = sides[0].saved[0]
    with sqlite3.connect(database) as connection:
        connection.execute("DELETE FROM entries WHERE record_id = ?", (lost,))
    connection.close()
    found = count.count(sides, count.read_hub(database))
    assert found.lost == (lost,)
    assert not found.holds
