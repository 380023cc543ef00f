"""Marks: what pages look for in cases beyond their state, a row each, so that lists of 100,000
cases are read by an index of the few that matter.

`marks_of` is pure: the same case always has the same marks. They are written with the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from peewee import Database

from hub.store.statements import Insert, rows, run
from hub.store.tables import MarkRow
from terminal.clock import to_local
from terminal.domain.case import Case, CaseState
from terminal.domain.records import CaseAccepted, Outcome

MOST = 300
"""Rows of a list that is not paged; its figure says how many there are."""

_IN_HAND = (CaseState.ACCEPTED, CaseState.UNDER_REVIEW)
_VOID = (CaseState.WITHDRAWN, CaseState.VOID, CaseState.NOT_ACCEPTED)


class Mark(StrEnum):
    """What is marked; the day of each is said beside it."""

    TO_ANSWER = "to_answer"
    """Received here, without an answer yet: the due day. Who answers depends on the item, `who`
    is its `item_key`; empty for what another place has sent, which no window answers."""

    TO_SIGN = "to_sign"
    """Papers handed over, not signed for: the day of the hand-over."""
    ARRIVING = "arriving"
    """On its way from another place: the last day of the forwarding."""
    CLAIMED = "claimed"
    """In somebody's hands, `who` is the account: the due day."""
    SUSPENDED = "suspended"
    """The planned end."""
    LEGAL_REVIEW = "legal_review"
    """A legal review is wanted before the decision: the due day."""
    NOT_READY = "not_ready"
    """Granted, result not made: the last day to hand over."""
    UNDELIVERED = "undelivered"
    """Decided, not delivered: the day of the decision."""
    DEFERRED = "deferred"
    """Deferred materials are owed: the last day of the cure."""
    COMMITMENT = "commitment"
    """A commitment is to be checked: by which day."""
    ORIGINAL = "original"
    """Originals lie here that belong to somebody: since when."""
    DEEMED = "deemed"
    """Accepted by silence: the day on which that was written down."""
    SECOND_NOTICE = "second_notice"
    """Told twice to correct: the day of the last notice."""
    WITHDRAWN = "withdrawn"
    """Withdrawn, `who` is the clerk's name: the day."""
    VOIDED = "voided"
    """Made void, `who` is the clerk's name: the day."""


class Row(NamedTuple):
    """A row of the table, in its order of columns."""

    aggregate_id: str
    name: str
    organ: str
    day: str
    who: str
    place: str


class EndingCount(NamedTuple):
    """How many cases of one window and clerk ended so in a span of days."""

    name: str
    place: str
    who: str
    cases: int


def marks_of(case: Case) -> list[Row]:
    """Return the marks of a case as it stands."""
    found: list[tuple[Mark, str, str]] = []
    state = case.state
    if state is CaseState.RECEIVED and (case.forwarding is None or case.arrived_at):
        item = item_key(case.item_code, case.item_version) if case.forwarding is None else ""
        found.append((Mark.TO_ANSWER, case.due, item))
    if case.papers is not None and case.papers.official is None and state.open:
        found.append((Mark.TO_SIGN, _day(case.papers.handed_over_at), ""))
    if case.forwarding is not None and not case.arrived_at and state is CaseState.RECEIVED:
        found.append((Mark.ARRIVING, case.forwarding.forward_by, ""))
    if case.claimed_by is not None and state in (*_IN_HAND, CaseState.SUSPENDED):
        found.append((Mark.CLAIMED, case.due, case.claimed_by.id))
    if case.suspension is not None and state is CaseState.SUSPENDED:
        found.append((Mark.SUSPENDED, case.suspension.planned_end, ""))
    if case.legal_review_needed and case.legal_review is None and state in _IN_HAND:
        found.append((Mark.LEGAL_REVIEW, case.due, ""))
    if case.decision is not None and state in (CaseState.DECIDED, CaseState.RESULT_READY):
        found.append((Mark.UNDELIVERED, _day(case.decision.decided_at), ""))
        if state is CaseState.DECIDED and case.decision.outcome is Outcome.GRANTED:
            found.append((Mark.NOT_READY, case.deliver_by, ""))
    if case.cure_due:
        found.append((Mark.DEFERRED, case.cure_due, ""))
    if case.accepted_at and case.unchecked_commitments and state not in _VOID:
        found.append((Mark.COMMITMENT, case.check_by, ""))
    if case.kept_originals:
        found.append((Mark.ORIGINAL, _day(case.received_at), ""))
    if case.deemed:
        noticed = [step.at for step in case.history if step.kind == CaseAccepted.kind]
        found.append((Mark.DEEMED, _day(noticed[-1] if noticed else case.accepted_at), ""))
    if len(case.notices) > 1:
        found.append((Mark.SECOND_NOTICE, _day(case.notified_at), ""))
    if case.ending is not None and state in (CaseState.WITHDRAWN, CaseState.VOID):
        name = Mark.WITHDRAWN if state is CaseState.WITHDRAWN else Mark.VOIDED
        found.append((name, _day(case.ending.at), case.clerk.name))
    organ, window = case.competent_organ[:_LONGEST], case.window[:_LONGEST]
    return [Row(case.case_id, mark.value, organ, day, who, window) for mark, day, who in found]


def item_key(code: str, version: str) -> str:
    """Return by what items are told apart in a mark; `item_of_key` is its reverse."""
    return f"{code}\t{version}"


def item_of_key(key: str) -> tuple[str, str]:
    """Return code and version of an item's key."""
    code, _, version = key.partition("\t")
    return code, version


_LONGEST = 200
"""Of a column that an index holds, as in the projections."""

_insert = Insert(MarkRow, "DO NOTHING")


def replace(database: Database, changed: Sequence[str], cases: Sequence[Case]) -> None:
    """Put these cases' marks in the place of those they had; `changed` had some perhaps."""
    if changed:
        run(database, "DELETE FROM marks WHERE aggregate_id IN ?", list(changed))
    _insert(database, [tuple(row) for case in cases for row in marks_of(case)])


Who = str | Sequence[str]
"""What `who` must be; one of several, or anything where it is empty."""


def _where(
    mark: Mark, organ: str | None, since: str, before: str, who: Who
) -> tuple[str, list[object]]:
    sql: str = "name = ?"
    values: list[object] = [mark.value]
    for condition, value in (("organ = ?", organ), ("day >= ?", since), ("day < ?", before)):
        if value:
            sql, values = f"{sql} AND {condition}", [*values, value]
    if who:
        one = isinstance(who, str)
        sql, values = f"{sql} AND who {'= ?' if one else 'IN ?'}", [*values, who if one else [*who]]
    # A case without a date is in no list that is about dates.
    return (f"{sql} AND day <> ''" if before else sql), values


def listed(
    database: Database,
    mark: Mark,
    organ: str | None = None,
    *,
    since: str = "",
    before: str = "",
    who: Who = "",
    offset: int = 0,
    limit: int = MOST,
) -> list[str]:
    """Return the ids of marked cases, the earliest day first: of an organ or (None) of all.

    `since` and `before` are ISO days, the first included, the second not. Those without a day
    are last.
    """
    sql, values = _where(mark, organ, since, before, who)
    order = "day" if since or before else "CASE WHEN day = '' THEN 1 ELSE 0 END, day"
    found = rows(
        database,
        f"SELECT aggregate_id FROM marks WHERE {sql} ORDER BY {order}, aggregate_id"
        f" LIMIT {limit:d} OFFSET {offset:d}",
        *values,
    )
    return [name for (name,) in found]


def count(
    database: Database,
    mark: Mark,
    organ: str | None = None,
    *,
    since: str = "",
    before: str = "",
    who: Who = "",
) -> int:
    """Return how many cases are marked so."""
    sql, values = _where(mark, organ, since, before, who)
    return int(rows(database, f"SELECT count(*) FROM marks WHERE {sql}", *values)[0][0])


def whose(database: Database, mark: Mark, organ: str) -> list[str]:
    """Return who all is marked so in an organ's cases, each once."""
    sql = "SELECT DISTINCT who FROM marks WHERE name = ? AND organ = ?"
    return [who for (who,) in rows(database, sql, mark.value, organ)]


def endings(database: Database, since: str) -> list[EndingCount]:
    """Return withdrawals and voids since a day by window and clerk, the most first."""
    found = rows(
        database,
        "SELECT name, place, who, count(*) FROM marks WHERE name IN ? AND day >= ?"
        " GROUP BY name, place, who ORDER BY count(*) DESC, place, who LIMIT ?",
        [Mark.WITHDRAWN.value, Mark.VOIDED.value],
        since,
        MOST,
    )
    return [EndingCount(*row) for row in found]


def _day(milliseconds: int) -> str:
    return to_local(milliseconds).date().isoformat()
