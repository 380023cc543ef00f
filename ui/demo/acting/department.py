"""The departments: their staff at the hub's desk, in a browser, by HTTP."""

from __future__ import annotations

from terminal.dev import people
from terminal.dev.department import Seat
from terminal.dev.scenes import steps
from terminal.errors import SyncError
from ui.demo.stage import ARRIVE_SECONDS, Stage, Steps

SITS_MS = 3 * 3_600_000
"""How long somebody stays signed in at the desk; the desk itself allows a little more."""


def department(stage: Stage, step: steps.Department) -> None:
    """Open the case at the desk, fill the act's form, send it, and hear of it at the window."""
    stage.await_arrival()
    case_id, before = stage.played[step.matter].case_id, stage.case(step.matter).head

    def act() -> None:
        seat = seated(stage, step.account)
        page = seat.case(case_id)
        answered = seat.must(case_id, step.act, **dict(step.values))
        stage.desk_pages = {"hub-desk": seat.home, "hub-case": page, "hub-decided": answered.page}

    stage.hands.during(act)
    stage.look_now()
    stage.hands.wait("heard", lambda: stage.case(step.matter).head != before, ARRIVE_SECONDS)
    stage.await_state(step.matter, step.expected)


def review_refusal(stage: Stage, step: steps.ReviewRefusal) -> None:
    """The legal department reads a filed "no" and says what it thinks of it."""
    stage.await_arrival()
    number, values = stage.case(step.matter).receipt_number, dict(step.values)

    def act() -> None:
        seat = seated(stage, step.account)
        answered = seat.review_refusal(number, values["upheld"] == "yes", values["opinion"])
        if answered.problem:
            raise SyncError("demo.desk_refused", sentence=answered.problem)
        stage.desk_pages = {"hub-reviewed": answered.page}

    stage.hands.during(act)


def seated(stage: Stage, login: str) -> Seat:
    """Return a department's account at the desk; it signs in first where it must."""
    account = people.desk_account(login)
    return _signed_in(stage, account.login, account.password)


def chief(stage: Stage) -> Seat:
    """Return the hall's supervisor at the desk."""
    made = stage.hall.made
    assert made is not None
    return _signed_in(stage, made.account, made.password)


def _signed_in(stage: Stage, login: str, password: str) -> Seat:
    now, ready = stage.ctx.clock.now().corrected, stage.hall.hub.ready
    assert ready is not None
    found = stage.seats.get(login)
    if found is None or now - found[1] > SITS_MS:
        found = stage.seats[login] = (Seat(ready.desk_url, login, password), now)
    return found[0]


STEPS: Steps = {steps.Department: department, steps.ReviewRefusal: review_refusal}
