"""What the organ answers at its desk reaches the window that took the papers in."""

from __future__ import annotations

from hub.desk.acts import DeskActs
from hub.hub import Hub
from hub.store.people import Account
from terminal.domain.case import CaseState
from tests.core.hall import LICENCE, ORGAN, Hall
from tests.core.sync.rounds import worker


def test_the_windows_case_is_accepted_and_has_its_notice(joined: Hall, hub: Hub) -> None:
    saved = joined.ctx.intake.receive(joined.complete(LICENCE), joined.clerk)
    case_id = saved.case.case_id
    worker(joined).once()
    official = Account("zhou", "周强", ORGAN.name, "执-0001", False, "")
    # The hub has no such item in its catalogue: nothing says that a window may answer.
    DeskActs(hub, official).accept(case_id, "accept-1")
    worker(joined).once()
    case = joined.ctx.cases.case(case_id)
    assert (case.state, case.clerk.name) == (CaseState.ACCEPTED, joined.clerk.name)
    assert case.case_number
    assert "acceptance" in {one.kind for one in joined.ctx.cases.documents(case_id)}
