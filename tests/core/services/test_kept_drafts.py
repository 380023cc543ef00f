"""What was typed and not saved survives a crash, and leaves nothing once it is done with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from terminal.clock import FixedClock
from terminal.context import Context
from terminal.domain.parties import Capacity, PowerOfAttorney
from terminal.services import drafts
from terminal.services.kept_drafts import KEPT_DAYS, KeptVisit
from terminal.store import kept_drafts
from tests.core.hall import OTHER, PLAIN, VISITOR, Hall

ROOT = Path(__file__).parents[3]

# A clerk types, the draft is kept, and the machine dies without a word.
SCRIPT = """
import os, signal, sys
from pathlib import Path
from terminal.clock import FixedClock
from terminal.context import Context
from terminal.services import drafts
from terminal.services.kept_drafts import KeptVisit
from terminal.settings import Settings
from tests.core.hall import MONDAY, PLAIN, Hall
ctx = Context(Settings(data_dir=Path(sys.argv[1])), clock=FixedClock(MONDAY))
ctx.open()
hall = Hall(ctx)
draft = drafts.with_field(hall.draft(PLAIN), "remark", "写到一半")
ctx.kept_drafts.keep(hall.clerk, [KeptVisit("one", visitor=draft.visitor, draft=draft)])
os.kill(os.getpid(), signal.SIGKILL)
"""


def kept(hall: Hall, key: str = "one", **more: object) -> KeptVisit:
    """Return a visit with a draft of the plain item."""
    draft = hall.complete(PLAIN)
    return msgspec.structs.replace(KeptVisit(key, visitor=draft.visitor, draft=draft), **more)


def stored(hall: Hall) -> list[tuple[str, bytes]]:
    return hall.ctx.ledger.read(lambda db: kept_drafts.of_staff(db, hall.clerk.staff_id))


def test_a_killed_machine_offers_what_was_typed(
    make_context: Callable[..., Context], tmp_path: Path
) -> None:
    folder = tmp_path / "made"
    make_context(folder).close()
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder)], cwd=ROOT, timeout=60, check=False
    )
    assert done.returncode == -9
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert not any("写到一半".encode() in file.read_bytes() for file in files)
    ctx = make_context(folder)
    hall = Hall(ctx)
    [visit] = ctx.kept_drafts.offered(hall.clerk)
    assert visit.draft is not None
    assert visit.draft.form["remark"] == "写到一半"
    assert visit.visitor == VISITOR
    # Taken up again it is saved like any other, and then nothing of it is offered.
    saved = ctx.intake.receive(visit.draft, hall.clerk)
    assert saved.case.item_name == PLAIN.name
    [left] = ctx.kept_drafts.offered(hall.clerk)
    assert left.draft is None
    ctx.visits.end(visit.draft.visit_id, hall.clerk)
    ctx.kept_drafts.keep(hall.clerk, [], ["one"])
    assert stored(hall) == []
    ctx.close()


def test_only_the_same_clerk_is_offered_it(hall: Hall) -> None:
    hall.ctx.kept_drafts.keep(hall.clerk, [kept(hall)])
    other = msgspec.structs.replace(hall.clerk, staff_id="another")
    assert hall.ctx.kept_drafts.offered(other) == ()
    assert hall.ctx.kept_drafts.hand_over(hall.clerk, "another") == 1
    assert [visit.key for visit in hall.ctx.kept_drafts.offered(other)] == ["one"]
    assert hall.ctx.kept_drafts.offered(hall.clerk) == ()


def test_who_waits_with_nothing_saved_is_named_at_the_hand_over(hall: Hall) -> None:
    draft = hall.complete(PLAIN)
    waiting = kept(hall, "one", draft=draft, visit_id=draft.visit_id, parked_at=1)
    hall.ctx.kept_drafts.keep(hall.clerk, [waiting, kept(hall, "two")])
    facts = hall.ctx.shifts.facts(hall.clerk)
    assert facts.parked_visits == (draft.visitor.name,)
    assert not facts.clear
    # Once the visit is in the journal it is counted there, once.
    saved = hall.ctx.intake.receive(draft, hall.clerk)
    case = hall.ctx.cases.case(saved.case.case_id)
    hall.ctx.visits.park(case.visit_id, hall.clerk)
    assert len(hall.ctx.shifts.facts(hall.clerk).parked_visits) == 1


def test_everything_of_a_visit_comes_back(hall: Hall) -> None:
    visit = kept(
        hall, typed={"name": "张三"}, applicant=OTHER, capacity=Capacity.AGENT,
        power=PowerOfAttorney(("甲",), "2027-01-01", may_collect=True), parked_at=5,
        taken_up={"case": ("a", "b")}, item_code=PLAIN.code,
    )  # fmt: skip
    hall.ctx.kept_drafts.keep(hall.clerk, [visit])
    assert hall.ctx.kept_drafts.offered(hall.clerk) == (visit,)


def test_what_was_ended_meanwhile_is_dropped(hall: Hall) -> None:
    visit = kept(hall)
    assert visit.draft is not None
    hall.ctx.intake.receive(visit.draft, hall.clerk)
    hall.ctx.visits.end(visit.draft.visit_id, hall.clerk)
    hall.ctx.kept_drafts.keep(
        hall.clerk, [msgspec.structs.replace(visit, visit_id=visit.draft.visit_id)]
    )
    assert hall.ctx.kept_drafts.offered(hall.clerk) == ()
    assert stored(hall) == []


@pytest.mark.allow_warnings("terminal.services.kept_drafts")
def test_what_nobody_can_read_is_dropped(hall: Hall) -> None:
    def write(db: object) -> None:
        kept_drafts.put(db, "bad", hall.clerk.staff_id, 10**14, b"{")  # type: ignore[arg-type]

    hall.ctx.ledger.write(write)
    assert hall.ctx.kept_drafts.offered(hall.clerk) == ()
    assert stored(hall) == []


def test_a_draft_that_nobody_takes_up_goes_after_days(hall: Hall) -> None:
    hall.ctx.kept_drafts.keep(hall.clerk, [kept(hall)])
    clock = hall.ctx.clock
    assert isinstance(clock, FixedClock)
    clock.advance(days=KEPT_DAYS - 1)
    assert len(hall.ctx.kept_drafts.offered(hall.clerk)) == 1
    clock.advance(days=1, seconds=1)
    assert hall.ctx.kept_drafts.offered(hall.clerk) == ()
    assert stored(hall) == []


def test_a_draft_never_goes_to_the_journal(hall: Hall) -> None:
    before = hall.kinds()
    hall.ctx.kept_drafts.keep(hall.clerk, [kept(hall)])
    assert hall.kinds() == before
    assert "张三" not in repr(kept(hall))
    assert drafts.known(hall.draft(PLAIN), "applicant.name") == "张三"
