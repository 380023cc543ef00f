"""The power goes off between any two steps of an acceptance: nothing called saved is lost."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from terminal.context import Context
from terminal.domain.case import CaseState
from terminal.settings import Settings

CHILD = Path(__file__).with_name("accepting.py")
ROUNDS = 9
DOCUMENTS = 3
"""A receipt, the sheet of a compared copy and an acceptance notice belong to each matter."""


def run(data_dir: Path, count: int, kill_at: int = 0) -> tuple[int, list[str]]:
    """Run the accepting terminal; return its exit status and what it said."""
    done = subprocess.run(
        [sys.executable, str(CHILD), str(data_dir), str(count), str(kill_at)],
        capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode, done.stdout.split("\n")[:-1]


def numbers(said: list[str]) -> list[str]:
    """Return the receipt numbers that were reported as saved."""
    return [line.split()[1] for line in said if line.startswith("saved ")]


def assert_whole(data_dir: Path, saved: list[str]) -> int:
    """Open the ledger again: the chain holds, what was saved is there, nothing is half there."""
    with Context(Settings(data_dir=data_dir)) as ctx:
        assert ctx.journal.verify().holds
        for number in saved:
            case = ctx.cases.case(number)
            assert case.state is CaseState.ACCEPTED
            assert len(ctx.cases.documents(case.case_id)) == DOCUMENTS
            for document in ctx.cases.documents(case.case_id):
                assert [job.state for job in document.jobs] == ["queued"]
        kinds = Counter(line.kind for line in ctx.journal.lines(limit=10_000))
        assert kinds["case_received"] == kinds["case_accepted"]
        assert kinds["document_issued"] == DOCUMENTS * kinds["case_accepted"]
        assert kinds["visit_opened"] == kinds["case_accepted"] >= len(saved)
        return kinds["case_accepted"]


def test_a_killed_acceptance_is_whole_or_not_there(data_dir: Path) -> None:
    status, said = run(data_dir, 1)
    assert status == 0
    saved = numbers(said)
    calls = next(int(line.split()[1]) for line in said if line.startswith("calls "))
    # Some beyond it fall into the end of the visit, which follows.
    dice = random.Random(20261122)
    late = [calls - calls // 50, calls, calls + calls // 20]
    kills = [1, *(dice.randrange(2, calls) for _ in range(ROUNDS - 4)), *late]
    before = assert_whole(data_dir, saved)

    accepted = []
    for kill_at in kills:
        status, said = run(data_dir, 1, kill_at)
        assert status == -signal.SIGKILL
        saved += numbers(said)
        there = assert_whole(data_dir, saved)
        assert there - before in (0, 1)
        accepted.append(there - before)
        before = there

    # The kills fell on both sides of the commit, or they would have proved nothing.
    assert set(accepted) == {0, 1}
    assert len(set(saved)) == len(saved)


def test_a_killed_queue_of_visitors_keeps_everyone_who_was_told(data_dir: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, str(CHILD), str(data_dir), "1000"],
        stdout=subprocess.PIPE, encoding="utf-8",
    )  # fmt: skip
    assert process.stdout is not None
    said = []
    try:
        for line in process.stdout:
            said.append(line.strip())
            if len(numbers(said)) == 5:
                break
    finally:
        process.kill()
        rest = process.stdout.read()
        process.stdout.close()
        process.wait()
    saved = numbers([*said, *rest.split("\n")[:-1]])

    assert assert_whole(data_dir, saved) >= 5
