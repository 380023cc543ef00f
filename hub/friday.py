"""The Friday page's data: what a hall's supervisor must know before a weekend.

Every list is read by an index of the few rows that matter and has its count; a list is cut at
`MOST`, its count is not. What has happened is of the last seven days, what stands open is of
any age.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from hub.hub import Hub
from hub.store import filed, marks, queues
from hub.store.marks import EndingCount, Mark
from hub.store.statements import rows
from terminal.clock import to_local
from terminal.domain.aggregates import Complaint, NegativeOutcome
from terminal.domain.calendar import ONE_DAY, WorkingDayCalendar
from terminal.domain.case import Case, CaseState
from terminal.domain.deadlines import working_days_left

DAYS = 7
"""How far back the week of the page reaches, its own day included."""


class Listed(msgspec.Struct, frozen=True):
    """The cases of a list, cut at the most, and how many there are."""

    cases: list[Case]
    count: int


class Ended(msgspec.Struct, frozen=True):
    """A withdrawn or void case; `near` on the last working day before its limit, or later."""

    case: Case
    near: bool


class Friday(msgspec.Struct, frozen=True):
    """All lists of the page; `stored_at` is when the hub got what was accepted by silence.

    `unrecorded` are the ids of those among `deemed` that the window has not recorded yet.
    """

    today: dt.date
    next_day: dt.date
    since: dt.date
    overdue: Listed
    due: Listed
    deemed: Listed
    unrecorded: frozenset[str]
    stored_at: dict[str, int]
    second_notices: Listed
    withdrawn: Listed
    voided: Listed
    ended: list[Ended]
    endings: list[EndingCount]
    past_plan: Listed
    undelivered: Listed
    uncured: Listed
    unchecked: Listed
    originals: Listed
    refusals: list[NegativeOutcome]
    refusal_count: int
    complaints: list[Complaint]
    complaint_count: int
    call_backs: list[Complaint]
    call_back_count: int


def read(hub: Hub, today: dt.date) -> Friday:
    """Read the page's lists as they stand."""
    calendar = hub.calendar
    next_day, since = calendar.next_working_day(today), today - ONE_DAY * (DAYS - 1)
    day, week = today.isoformat(), since.isoformat()
    with hub.store.reading() as database:

        def marked(mark: Mark, *, since: str = "", before: str = "") -> Listed:
            found = marks.listed(database, mark, since=since, before=before)
            count = marks.count(database, mark, since=since, before=before)
            return Listed(queues.marked(database, found), count)

        silent, unanswered = _unanswered(database, today)
        deemed = marked(Mark.DEEMED, since=week)
        deemed = Listed([*silent, *deemed.cases], len(silent) + deemed.count)
        withdrawn, voided = marked(Mark.WITHDRAWN, since=week), marked(Mark.VOIDED, since=week)
        return Friday(
            today=today,
            next_day=next_day,
            since=since,
            overdue=_overdue(database, today, unanswered),
            due=_due(database, today, next_day),
            deemed=deemed,
            unrecorded=frozenset(case.case_id for case in silent),
            stored_at=_stored_at(database, [case.history[0].record_id for case in deemed.cases]),
            second_notices=marked(Mark.SECOND_NOTICE, since=week),
            withdrawn=withdrawn,
            voided=voided,
            ended=[
                Ended(case, near_limit(case, calendar))
                for case in (*withdrawn.cases, *voided.cases)
            ],
            endings=marks.endings(database, week),
            past_plan=marked(Mark.SUSPENDED, before=day),
            undelivered=marked(Mark.UNDELIVERED),
            uncured=marked(Mark.DEFERRED, before=day),
            unchecked=marked(Mark.COMMITMENT, before=day),
            originals=marked(Mark.ORIGINAL),
            refusals=filed.refusals(database, None, "filed"),
            refusal_count=filed.refusal_count(database, None, "filed"),
            complaints=filed.complaints(database, "owed"),
            complaint_count=filed.complaint_count(database, "owed"),
            call_backs=filed.complaints(database, "answered"),
            call_back_count=filed.complaint_count(database, "answered"),
        )


def _due(database: Any, today: dt.date, next_day: dt.date) -> Listed:
    """Return what falls due from today to the next working day, rest days between included."""
    since, before = today.isoformat(), (next_day + ONE_DAY).isoformat()
    states = [state for state in CaseState if state.open]
    cases = queues.by_state(database, None, states, since=since, before=before)
    return Listed(cases, queues.count(database, None, states, since=since, before=before))


def _unanswered(database: Any, today: dt.date) -> tuple[list[Case], list[Case]]:
    """Return what waits for an answer past its day, the oldest first.

    The former the law has accepted by silence and nobody has recorded it; the latter is late.
    """
    silent: list[Case] = []
    overdue: list[Case] = []
    states, before, offset = [CaseState.RECEIVED], today.isoformat(), 0
    while late := queues.by_state(database, None, states, before=before, offset=offset):
        for case in late:
            (silent if case.accepted_by_silence(today) else overdue).append(case)
        offset += len(late)
    return silent, overdue


def _overdue(database: Any, today: dt.date, unanswered: Sequence[Case]) -> Listed:
    """Return what is past its day: these, and what was to be decided."""
    day = today.isoformat()
    states = [state for state in queues.CLOCKED if state is not CaseState.RECEIVED]
    undecided = queues.by_state(database, None, states, before=day)
    cases = sorted((*unanswered, *undecided), key=lambda case: case.due)
    count = len(unanswered) + queues.count(database, None, states, before=day)
    return Listed(cases[: marks.MOST], count)


def _stored_at(database: Any, records: Sequence[str]) -> dict[str, int]:
    """Return when the hub got these records, in milliseconds."""
    if not records:
        return {}
    found = rows(
        database,
        "SELECT f.record_id, e.received_at FROM effects f JOIN entries e ON e.hash = f.entry_hash"
        " WHERE f.record_id IN ?",
        sorted(records),
    )
    return {record: int(moment) for record, moment in found}


def near_limit(case: Case, calendar: WorkingDayCalendar) -> bool:
    """Say whether a case ended on the last working day before its limit, on it, or after.

    The limit is the one that ran then: of the answer, or once accepted of the decision.
    """
    limit = case.decide_by if case.accepted_at else case.respond_by
    if case.ending is None or not limit:
        return False
    ended = to_local(case.ending.at).date()
    return working_days_left(ended, dt.date.fromisoformat(limit), calendar) <= 1


def arrived_late(case: Case, stored_at: dict[str, int]) -> bool:
    """Say whether the hub got a case only after the day on which its answer was due."""
    moment = stored_at.get(case.history[0].record_id, 0)
    return bool(moment) and to_local(moment).date().isoformat() > case.respond_by
