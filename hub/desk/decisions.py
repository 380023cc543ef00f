"""A department's decision: checked by the desk's rules, written as an entry, judged as any."""

from __future__ import annotations

from hub import judge
from hub.hub import Hub
from hub.store import projections
from hub.store.people import Account
from terminal.domain.case import Case
from terminal.domain.parties import Actor
from terminal.domain.records import CaseDecided, Outcome
from terminal.errors import NotAllowed, RuleRefused
from terminal.protocol.entry import Draft


def may_see(account: Account, case: Case) -> bool:
    """Say whether a case is of the account's organ."""
    return bool(account.organ) and account.organ == case.organ


def handled(account: Account, case: Case) -> bool:
    """Say whether this person stood at the window with this case (受审分离)."""
    clerks = {case.clerk} | {step.actor for step in case.history if step.actor.kind == "clerk"}
    return any(account.name == clerk.id or account.display_name == clerk.name for clerk in clerks)


def decide(
    hub: Hub,
    account: Account,
    case_id: str,
    *,
    outcome: Outcome,
    document_number: str,
    enforcement_number: str,
    reason: str,
    basis: str,
    action_id: str,
) -> None:
    """Record a decision; raises `NotAllowed` or `RuleRefused` with the rule that forbids it.

    The same action id again changes nothing.
    """
    with hub.store.reading() as database:
        case = projections.load(database, case_id)
    if not isinstance(case, Case) or not may_see(account, case):
        raise NotAllowed("hub.not_acceptable_here")
    if handled(account, case):
        raise NotAllowed("hub.same_person")
    if not enforcement_number.strip():
        raise RuleRefused("hub.needs_enforcement_number")
    body = CaseDecided(
        outcome=outcome,
        decided_at=hub.now(),
        document_number=document_number.strip(),
        reason=reason.strip(),
        basis=basis.strip(),
        decider=Actor("department", account.name, account.display_name, account.organ),
        enforcement_number=enforcement_number.strip(),
    )
    judge.act(hub, [Draft(case_id, case.head, body)], action_id)
