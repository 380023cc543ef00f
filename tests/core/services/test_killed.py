"""SIGKILL between any two statements of an acceptance: whole or nothing, and never un-said."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from terminal.context import Context
from terminal.domain.case import CaseState
from tests.core.hall import PLAIN, Hall

ROOT = Path(__file__).parents[3]

# Imports once, then forks (before any thread exists) a child for each place to die at.
SCRIPT = """
import json, os, shutil, signal, sys
from pathlib import Path
from terminal.clock import FixedClock
from terminal.context import Context
from terminal.settings import Settings
from tests.core.hall import MONDAY, PLAIN, Hall

def child(folder, die_at, out):
    ctx = Context(Settings(data_dir=folder), clock=FixedClock(MONDAY))
    ctx.open()
    hall = Hall(ctx)
    draft = hall.complete(PLAIN)
    database = ctx.ledger._write_db
    execute, count = database.execute_sql, 0
    def counted(*arguments, **more):
        nonlocal count
        count += 1
        if count == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments, **more)
    database.execute_sql = counted
    number = ctx.intake.accept(draft, hall.clerk).case.receipt_number
    os.write(out, number.encode())
    os.kill(os.getpid(), signal.SIGKILL)

made = Path(sys.argv[1])
for die_at in range(1, 200):
    folder = made.with_name(f"killed-{die_at}")
    shutil.copytree(made, folder)
    into, out = os.pipe()
    pid = os.fork()
    if pid == 0:
        child(folder, die_at, out)
    os.close(out)
    os.waitpid(pid, 0)
    told = os.read(into, 200).decode()
    os.close(into)
    print(json.dumps([folder.name, told]), flush=True)
    if told:
        break
"""


def test_kill_between_any_two_statements(
    make_context: Callable[..., Context], tmp_path: Path
) -> None:
    made = tmp_path / "made"
    make_context(made).close()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(made)],
        cwd=ROOT, capture_output=True, encoding="utf-8", timeout=150, check=True,
    )  # fmt: skip
    places = [json.loads(line) for line in done.stdout.splitlines()]
    # BEGIN, the entries and tables of the acceptance, COMMIT; at the last place it was told.
    assert len(places) > 10
    assert [bool(told) for _, told in places] == [False] * (len(places) - 1) + [True]
    for name, told in places:
        ctx = make_context(tmp_path / name)
        hall = Hall(ctx)
        assert ctx.journal.verify().holds, name
        cases = ctx.cases.mine(hall.clerk)
        assert len(cases) == hall.kinds().count("case_accepted") <= 1, name
        assert hall.kinds().count("document_issued") == 2 * len(cases), name
        assert len(ctx.printing.jobs()) == 2 * len(cases), name
        if told:
            [case] = cases
            assert (case.receipt_number, case.state) == (told, CaseState.ACCEPTED)
        # The machine goes on where it stopped.
        saved = ctx.intake.accept(hall.complete(PLAIN), hall.clerk)
        assert saved.case.receipt_number != told
        ctx.close()
