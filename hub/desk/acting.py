"""The frame of the desk's acts: whose case it is, who may act on it, and how an act is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from hub import judge
from hub.desk import papers
from hub.desk.answering import drafts_of, step_of
from hub.desk.grounds import Grounds, grounds_of
from hub.hub import Hub
from hub.store import projections
from hub.store.people import Account
from terminal.clock import to_local
from terminal.domain.aggregates import Aggregate, Complaint
from terminal.domain.calendar import WorkingDayCalendar
from terminal.domain.case import Case, CaseState
from terminal.domain.parties import Actor
from terminal.domain.records import (
    Body,
    CaseClaimed,
    CaseReleased,
    CaseResumed,
    LegalReviewed,
    MaterialsTakenOver,
)
from terminal.errors import InvalidInput, NotAllowed, NotFound, RuleRefused
from terminal.ids import record_id


def may_see(account: Account, case: Case) -> bool:
    """Say whether a case is of the account's organ; the legal department sees its organ's too.

    What was received for another place is the organ's there.
    """
    return bool(account.organ) and account.organ == case.competent_organ


def handled(account: Account, case: Case) -> bool:
    """Say whether this person stood at the window with this case (受审分离)."""
    clerks = {case.clerk} | {step.actor for step in case.history if step.actor.kind == "clerk"}
    return any(account.name == clerk.id or account.display_name == clerk.name for clerk in clerks)


def in_other_hands(account: Account, case: Case) -> bool:
    """Say whether somebody else of the organ has claimed the case and not put it back (领办)."""
    if case.claimed_by is None or case.claimed_by.id == account.name:
        return False
    return case.state in (CaseState.UNDER_REVIEW, CaseState.SUSPENDED)


_BY_ANYBODY = (MaterialsTakenOver, CaseClaimed, CaseReleased, CaseResumed, LegalReviewed)
"""What others of the organ may do with a case that somebody has claimed; `evolve` has its say.

A colleague who is away cannot put a case back: anybody may, and the reason says why.
"""


def actor_of(account: Account) -> Actor:
    """Return a desk account as the author of an entry."""
    kind = "supervisor" if account.supervisor else "legal" if account.legal else "department"
    return Actor(kind, account.name, account.display_name, account.organ)


class Acting:
    """One account at the desk; the acts stand in the classes below this one.

    `calendar` gives the working days, by default those in force at the hub.
    """

    def __init__(
        self,
        hub: Hub,
        account: Account,
        calendar: Callable[[], WorkingDayCalendar] | None = None,
    ) -> None:
        self._hub = hub
        self._account = account
        self._actor = actor_of(account)
        self._calendar = calendar or (lambda: hub.calendar)

    def _on_case(
        self,
        case_id: str,
        kind: type[Body],
        make: Callable[[Case], Body],
        action_id: str,
        *,
        legal: bool = False,
    ) -> None:
        case = self._handled(case_id, kind, action_id, legal=legal)
        if case is None:
            return
        body, item = make(case), papers.item_of(self._hub, case)
        judge.act(
            self._hub,
            lambda database: step_of(self._hub, database, case, item, body, action_id),
            action_id,
        )

    def _answer(
        self,
        case_id: str,
        kind: type[Body],
        make: Callable[[Case, Grounds], list[Body]],
        action_id: str,
    ) -> None:
        """Answer an application: the steps that `make` returns, and their papers."""
        case = self._handled(case_id, kind, action_id)
        if case is None:
            return
        if case.forwarding is not None and not case.arrived_at:
            raise RuleRefused("case.not_arrived_yet")
        grounds = grounds_of(self._hub, case)
        if grounds is None:
            raise RuleRefused(f"case.not_while_{case.state.value.lower()}")
        bodies = make(case, grounds)
        judge.act(
            self._hub,
            lambda database: drafts_of(self._hub, database, case, grounds.item, bodies, action_id),
            action_id,
        )

    def _handled(
        self, case_id: str, kind: type[Body], action_id: str, *, legal: bool = False
    ) -> Case | None:
        """Return the case if this account may act on it; None when the act is done already."""
        if not action_id:
            raise InvalidInput("hub.form_incomplete")
        case = self._load(case_id)
        if not isinstance(case, Case) or not may_see(self._account, case):
            raise NotAllowed("hub.not_acceptable_here")
        if handled(self._account, case):
            raise NotAllowed("hub.same_person")
        if self._account.legal is not legal:
            raise NotAllowed("desk.not_for_legal" if self._account.legal else "desk.legal_only")
        # The form that was sent twice: what it asked for is done, and no second act is made.
        if case.knows(record_id(action_id, case_id, kind.kind)):
            return None
        if in_other_hands(self._account, case) and kind not in _BY_ANYBODY:
            raise RuleRefused("desk.in_other_hands")
        return case

    def _load(self, aggregate_id: str) -> Aggregate | None:
        with self._hub.store.reading() as database:
            return projections.load(database, aggregate_id)

    def _complaint(self, complaint_id: str) -> Complaint:
        found = self._load(complaint_id)
        if not isinstance(found, Complaint):
            raise NotFound("hub.not_acceptable_here")
        return found

    def _need(self, allowed: bool) -> None:
        if not allowed:
            raise NotAllowed("hub.not_acceptable_here")

    def _today(self) -> dt.date:
        return to_local(self._hub.now()).date()
