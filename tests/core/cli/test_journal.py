"""`journal wipe`: says what it would do, does it, and the chain still holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from terminal.context import Context
from terminal.settings import Settings
from tests.core.cli.conftest import Command


@pytest.fixture
def long_acknowledged(office: Path) -> Path:
    """A folder whose entries the hub has had for a long time."""
    with Context(Settings(data_dir=office)) as ctx:
        ctx.ledger.write(
            lambda db: db.execute_sql(
                "UPDATE entry SET acknowledged = 1, state = 'applied', since = 0"
            )
        )
    return office


def test_wiping_says_first_what_it_would_do(command: Command, long_acknowledged: Path) -> None:
    [told] = command("journal", "wipe", "--dry-run", "--json").lines
    assert told == {
        "dry_run": True, "days": 30, "entries": told["entries"], "cases": 0, "others": 0,
        "scans": 0,
    }  # fmt: skip
    assert told["entries"] > 0
    assert "什么都没有清除" in command("journal", "wipe", "--dry-run").out
    [before] = command("journal", "verify", "--json").lines
    assert before["wiped"] == 0
    done = command("journal", "wipe")
    assert (done.status, done.err) == (0, "")
    assert f"已清除 {told['entries']} 条记录的内容" in done.out
    [after] = command("journal", "verify", "--json").lines
    assert (after["holds"], after["wiped"]) == (True, told["entries"])
    assert command("journal", "wipe", "--json").lines[0]["entries"] == 0


@pytest.mark.parametrize("days", ["0", "-1", "30.5", "4000"])
def test_a_retention_time_that_cannot_be_is_refused(
    command: Command, office: Path, days: str
) -> None:
    settings = office / "yichuang.toml"
    settings.write_text(f"[journal]\nretention_days = {days}\n", encoding="utf-8")
    done = command("journal", "wipe")
    assert (done.status, done.out) == (1, "")
    assert "retention_days" in done.err
