"""What silence has accepted (逾期未答复，自收到之日起即为受理), and what that was for a reason."""

from __future__ import annotations

from datetime import date

import msgspec

from terminal.clock import to_local
from terminal.domain.case import Case, CaseState
from terminal.domain.deadlines import clock_of


class Silence(msgspec.Struct, frozen=True):
    """An acceptance that nobody wrote: it counts from `since`, for `limit` went by unanswered.

    `recorded`: the acceptance notice that is owed for it has been given. `offline`: the case
    was taken in while the platform could not be reached.
    """

    since: date
    limit: date
    recorded: bool
    offline: bool


def silence_of(case: Case, on: date) -> Silence | None:
    """Return what silence did to a case by this day (Licensing Law art. 32(1)(4)), or None."""
    if not case.respond_by:
        return None
    limit = date.fromisoformat(case.respond_by)
    if case.deemed:
        return Silence(_day(case.accepted_at), limit, recorded=True, offline=case.offline)
    waits = case.state is CaseState.RECEIVED and (case.forwarding is None or case.arrived_at > 0)
    if waits and limit < on and clock_of(case.regime).silence == "accepted":
        return Silence(_day(case.materials_in_at), limit, recorded=False, offline=case.offline)
    return None


def _day(milliseconds: int) -> date:
    return to_local(milliseconds).date()
